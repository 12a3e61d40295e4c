"""When the watchman starts something again, when it waits, and when it gives up. That it does is shown in ``tests/failure``."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pipelines import services, watchman
from pipelines.watchman import SHORT_LIFE_SECONDS, SHORT_LIVES, STARTS_AN_HOUR, Care, Watchman
from warehouse.settings import Settings


def die_and_start(care: Care, now: float) -> float:
    """Found dead at ``now``, started again when its pause is over; that time."""
    care.is_dead(now)
    care.starts_again(care.not_before)
    return care.starts[-1]


def test_what_dies_for_the_first_time_is_started_at_once():
    care = Care()
    assert die_and_start(care, 1000.0) == 1000.0


def test_what_dies_soon_after_its_start_waits_longer_and_longer_until_it_is_given_up():
    care, now, pauses = Care(), 0.0, []
    while not care.is_exhausted(now):
        found_dead = now + 1
        now = die_and_start(care, found_dead)
        pauses.append(now - found_dead)
    assert pauses[:6] == [0, 1, 2, 4, 8, 16] and max(pauses) == watchman.LONGEST_PAUSE_SECONDS
    assert len(pauses) == SHORT_LIVES + 2


def test_the_pause_begins_once_however_often_it_is_looked_at():
    care = Care(starts=[0.0])
    care.is_dead(1.0)
    first = care.not_before
    care.is_dead(1.5)
    assert care.not_before == first == 2.0 and care.short_lives == 1


def test_a_longer_life_clears_the_pauses():
    care = Care(starts=[0.0], short_lives=4)
    assert die_and_start(care, SHORT_LIFE_SECONDS + 1) == SHORT_LIFE_SECONDS + 1 and care.short_lives == 0


def test_lives_that_are_never_short_have_a_limit_too_and_an_hour_lifts_it():
    care, now = Care(), 0.0
    while not care.is_exhausted(now):
        now = die_and_start(care, now + SHORT_LIFE_SECONDS + 1)
    assert len(care.starts) == STARTS_AN_HOUR
    assert not care.is_exhausted(now + 3600)


def test_what_was_given_up_and_is_brought_back_by_somebody_starts_afresh():
    care = Care(starts=[1.0, 2.0], short_lives=11, is_given_up=True)
    assert care.lives() and not care.is_given_up and not care.starts and care.short_lives == 0
    assert not care.lives()


@pytest.fixture
def dead_house(tmp_path, monkeypatch):
    """A watchman over a house whose web server is dead and cannot be started; what was tried."""
    settings = Settings(home=tmp_path)
    (tmp_path / "services").mkdir()
    tried = []

    def revive(settings, part):
        tried.append(part)
        raise services.ServiceError("no port is free")

    monkeypatch.setattr(services, "parts", lambda settings: [services.WEB])
    monkeypatch.setattr(services, "revive", revive)
    guard = Watchman(settings)
    monkeypatch.setattr(guard, "_is_on_duty", lambda: True)
    return guard, tried


def test_nothing_is_started_while_somebody_else_is_at_work(dead_house):
    guard, tried = dead_house
    with services.at_work(guard.settings):
        guard.look()
    assert tried == []
    guard.look()
    assert tried == [services.WEB]


def test_what_cannot_be_started_is_noted_and_given_up_in_words(dead_house, caplog):
    guard, tried = dead_house
    guard.look()
    assert services.notes(guard.settings)[services.WEB]["starts"] == 1
    guard.cares[services.WEB].short_lives = SHORT_LIVES
    guard.look()
    guard.look()
    assert tried == [services.WEB] and services.notes(guard.settings)[services.WEB]["is_given_up"]
    told = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(told) == 1 and "given up" in told[0] and "common-cause up" in told[0]


def test_the_time_that_is_told_is_that_of_the_parts_own_last_start(dead_house):
    guard, _ = dead_house
    guard.cares[services.DAEMON].starts_again(0.0)
    guard.cares[services.DAEMON].started_at = long_ago = "2024-01-01T00:00:00+00:00"
    guard.look()
    told = services.notes(guard.settings)
    assert told[services.DAEMON]["at"] == long_ago and told[services.WEB]["at"] > long_ago


def test_the_watchman_is_light():
    heavy = "{'dagster', 'great_expectations', 'pandas', 'numpy', 'sqlalchemy'}"
    script = f"import pipelines.watchman, sys; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
