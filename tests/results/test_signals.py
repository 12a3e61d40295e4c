"""One signal for each event, with a life."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import insert, select, text, update

from assets.expected_submissions import watch_stuck, watch_submissions
from assets.ledger import stuck
from assets.refresh import refresh
from assets.signals import Settled, falling_completeness
from assets.silence import SILENT_AFTER_PERIODS, is_silent
from tests.results.world import World, wrist
from warehouse.intake_tables import stale_cell, submission
from warehouse.measurement_tables import signal, signal_event, submitted_result
from warehouse.pathway_tables import organisation

QUIET = [3, 4, 2, 4, 3, 2, 4, 3, 3, 4, 2, 3, 4, 3]  # met, of five a month
ALIKE = 2  # so many of each, for a series of few events raises nothing
RULE = "7 points above mean"


def month(number: int) -> date:
    return date(2024 + number // 12, number % 12 + 1, 1)


def fill(world: World, met: list[int], first: int = 0) -> list[list[str]]:
    """Five cases a month and as many again, so many of the five in time; at once."""
    return [world.add(*[wrist(month(k), 10 if n < hit else 500) for n in range(5)] * ALIKE) for k, hit in enumerate(met, first)]


def look(world: World, number: int) -> None:
    """Refresh when the month of that number has become final."""
    day = month(number + 2) + timedelta(days=5)
    refresh(world.engine, world.registry, datetime(day.year, day.month, day.day, tzinfo=UTC))


def signals(world: World, organisation: str = "NET", measure: str | None = "wrist_manipulated_4h", kind: str = "special cause") -> list:
    with world.engine.connect() as connection:
        query = select(signal).where(signal.c.organisation_code == organisation, signal.c.kind == kind).order_by(signal.c.signal_id)
        rows = connection.execute(query.where(signal.c.measure_name == measure) if measure else query).all()
        return list(rows)


def events(world: World, row) -> list[str]:
    with world.engine.connect() as connection:
        found = select(signal_event.c.event).where(signal_event.c.signal_id == row.signal_id).order_by(signal_event.c.signal_event_id)
        return list(connection.scalars(found))


def test_quiet_months_raise_nothing(world):
    fill(world, QUIET)
    look(world, 13)
    assert signals(world) == []
    assert set(world.table("measurement.spc_point", organisation_code="NET", measure_name="wrist_manipulated_4h").point_type) == {
        "common cause"
    }


def test_a_shift_is_raised_once_extended_and_closed_by_itself(world):
    fill(world, [*QUIET, *[4] * 6])
    look(world, 19)
    assert signals(world) == []
    fill(world, [5], first=20)
    look(world, 20)
    (raised,) = signals(world)
    assert (raised.state, raised.since_on, raised.until_on, raised.is_favourable) == ("raised", month(14), month(20), True)
    assert [p["period_start"] for p in raised.parameters["points"]] == [month(k).isoformat() for k in range(14, 21)]
    look(world, 20)
    fill(world, [5], first=21)
    look(world, 21)
    (extended,) = signals(world)
    assert (extended.signal_id, extended.until_on) == (raised.signal_id, month(21))
    fill(world, [2], first=22)
    look(world, 22)
    (closed,) = signals(world)
    assert (closed.state, closed.closed_because) == ("closed", "the latest final point no longer breaks the rule")
    assert events(world, closed) == ["raised", "extended", "closed"]


def test_an_event_that_happens_again_is_a_new_signal(world):
    ids = fill(world, [*QUIET, *[4] * 7])
    look(world, 20)
    world.change(ids[-1], manipulated="0")
    look(world, 20)
    assert [row.state for row in signals(world)] == ["closed"]
    world.change(ids[-1], manipulated="1")
    look(world, 20)
    first, second = signals(world)
    assert (first.state, second.state, first.signal_key) == ("closed", "raised", second.signal_key)
    assert events(world, second) == ["raised again"]


def test_one_event_that_breaks_several_rules_is_one_signal(world):
    fill(world, [*[2, 3] * 8, *[4] * 6, 5])
    look(world, 22)
    (raised,) = signals(world)
    assert (raised.rule_name, raised.since_on) == (RULE, month(16))
    fill(world, [5], first=23)
    look(world, 23)
    (longer,) = signals(world)
    assert (longer.signal_id, longer.rule_name) == (raised.signal_id, "2 in 3 above mean, close to limit")
    assert (longer.since_on, longer.until_on, len(longer.parameters["points"])) == (month(16), month(23), 8)
    assert events(world, longer) == ["raised", "extended"]


def test_what_the_only_site_of_a_provider_shows_is_the_signal_of_its_provider(world):
    """One event is one signal; a site says something of its own as soon as there is another beside it."""
    shifted = [*QUIET, *[4] * 7]
    for number, hit in enumerate(shifted):
        world.add(*[wrist(month(number), 10 if n < hit else 500, site=site) for n in range(5) for site in ("ZX1A1", "ZX2A1") * ALIKE])
    world.add(*[wrist(month(number), 10, site="ZX2A2") for number in range(len(shifted))])
    look(world, 20)
    raised = {code: len(signals(world, code)) for code in ("ZX1", "ZX1A1", "ZX2A1", "REG1")}
    assert raised == {"ZX1": 1, "ZX1A1": 0, "ZX2A1": 1, "REG1": 1}


def test_a_name_that_nobody_knows_yet_raises_nothing(world):
    quarters = [date(2020 + k // 4, k % 4 * 3 + 1, 1) for k in range(20)]
    scores = [50 + k % 3 for k in range(19)] + [99]
    measures = ("ssnap_score", "ssnap_level")
    with world.engine.begin() as connection:
        submission_id = world.submit(connection, sender="NET")
        cells = [
            (code, name, start, score) for code in ("T1", "?T2") for name in measures for start, score in zip(quarters, scores, strict=True)
        ]
        connection.execute(
            insert(organisation), [{"organisation_code": c, "organisation_name": c, "organisation_kind": "team"} for c in ("T1", "?T2")]
        )
        connection.execute(insert(submitted_result), [
            {"submission_id": submission_id, "row_number": k, "arrival_number": world.count, "measure_name": name, "organisation_code": code,
             "period_grain": "quarter", "period_start": start, "value": score} for k, (code, name, start, score) in enumerate(cells)])  # fmt: skip
        connection.execute(insert(stale_cell), [
            {"pathway_name": "acute_stroke", "organisation_code": code, "period_grain": "quarter", "period_start": start}
            for code in ("T1", "?T2") for start in quarters])  # fmt: skip
    refresh(world.engine, world.registry, datetime(2025, 3, 1, tzinfo=UTC))
    last = world.table("measurement.spc_point", period_start=quarters[-1])
    assert set(zip(last.organisation_code, last.measure_name, last.rule_name, strict=True)) == {
        (code, name, "above upper limit") for code in ("T1", "?T2") for name in measures
    }
    assert [(row.organisation_code, row.measure_name) for row in world.table("measurement.signal", kind="special cause").itertuples()] == [
        ("T1", "ssnap_score")
    ]


def test_a_turn_to_the_other_side_is_another_event(world):
    fill(world, [*QUIET, *[4] * 7])
    look(world, 20)
    fill(world, [0], first=21)
    look(world, 21)
    assert [(row.state, row.rule_name, row.is_favourable) for row in signals(world)] == [
        ("closed", RULE, True),
        ("raised", "below lower limit", False),
    ]


def test_an_acknowledged_signal_stays_acknowledged_while_it_lasts(world):
    fill(world, [*QUIET, *[4] * 7])
    look(world, 20)
    with world.engine.begin() as connection:
        connection.execute(update(signal).values(state="acknowledged"))
    fill(world, [5], first=21)
    look(world, 21)
    assert [row.state for row in signals(world)] == ["acknowledged"]


def test_a_month_that_is_not_final_raises_nothing(world):
    fill(world, [*QUIET, *[4] * 7])
    look(world, 19)
    assert signals(world) == []
    assert world.one("wrist_manipulated_4h", "NET", "month", month(20), of="measurement.spc_point").rule_name == RULE


def test_twelve_months_are_not_enough(world):
    fill(world, [1] * 5 + [5] * 7)
    look(world, 11)
    points = world.table("measurement.spc_point", organisation_code="NET", measure_name="wrist_manipulated_4h")
    assert set(points.point_type) == {"insufficient data"}
    assert signals(world) == []


# ------------------------------------------------------------------------------------------------ completeness
def points(*shares: float) -> list[tuple[date, float]]:
    return [(month(k), share) for k, share in enumerate(shares)]


@pytest.mark.parametrize(
    ("shares", "since"),
    [((0.9, 0.9, 0.9, 0.75), 3), ((0.9, 0.9, 0.9, 0.81), None), ((0.9, 0.9, 0.7), None), ((0.9,) * 6 + (0.7, 0.7), 6), ((0.9, 0.9, 0.9, 0.5, 0.9), None), ((), None)],
)  # fmt: skip
def test_completeness_falls_by_more_than_ten_points_below_its_own_six_months(shares, since):
    event = falling_completeness(("completeness falling", "p", None, "ZX1", None), points(*shares))
    assert (event and event.since_on) == (None if since is None else month(since))


def test_falling_completeness_becomes_a_signal_of_the_provider_and_closes(world):
    ids = fill(world, [5] * 15)
    world.change(ids[-1], manipulation_time=None)
    look(world, 14)
    (raised,) = signals(world, "ZX1", None, "completeness falling")
    assert (raised.state, raised.since_on, raised.pathway_name) == ("raised", month(14), "wrist_fracture")
    world.change(ids[-1], manipulation_time=datetime(2024, 1, 1, 10, 10).time())
    look(world, 14)
    assert [row.state for row in signals(world, "ZX1", None, "completeness falling")] == ["closed"]


# ------------------------------------------------------------------------------------------------ submissions
def report(world: World, *starts: date, sender: str = "ZX1") -> str:
    """A submission of counts with a row for each month."""
    with world.engine.begin() as connection:
        submission_id = world.submit(connection, sender=sender)
        rows = [{"submission_id": submission_id, "row_number": k, "measure_name": "ae_four_hour", "arrival_number": world.count,
                 "organisation_code": sender, "period_grain": "month", "period_start": start, "numerator": 9, "denominator": 10}
                for k, start in enumerate(starts)]  # fmt: skip
        connection.execute(insert(submitted_result), rows)
    return submission_id


def watched(world: World, day: date, **more) -> dict:
    watch_submissions(world.engine, world.registry, datetime(day.year, day.month, day.day, 8, tzinfo=UTC), **more)
    with world.engine.connect() as connection:
        rows = connection.execute(select(signal).where(signal.c.organisation_code == "ZX1").order_by(signal.c.signal_id)).all()
    return {(row.kind, row.parameters["period_start"]): row.state for row in rows}


def test_late_the_day_after_it_is_due_then_missing_then_met(world):
    report(world, date(2026, 1, 1))
    due = date(2026, 2, 28) + timedelta(days=45)
    assert watched(world, due) == {}
    assert watched(world, due + timedelta(days=1)) == {("submission late", "2026-02-01"): "raised"}
    found = watched(world, due + timedelta(days=31))
    assert (found["submission late", "2026-02-01"], found["submission missing", "2026-02-01"]) == ("closed", "raised")
    met = report(world, date(2026, 2, 1), date(2026, 3, 1))
    found = watched(world, due + timedelta(days=31))
    assert set(found.values()) == {"closed"}
    expected = world.table("intake.expected_submission", sender_code="ZX1", period_start=date(2026, 2, 1)).iloc[0]
    assert (expected.met_by_submission_id, expected.due_on) == (met, due)


def test_a_withdrawn_submission_no_longer_meets_its_expectation(world):
    report(world, date(2026, 1, 1))
    again = report(world, date(2026, 2, 1))
    day = date(2026, 4, 20)
    assert watched(world, day) == {}
    with world.engine.begin() as connection:
        connection.execute(update(submission).where(submission.c.submission_id == again).values(state="withdrawn"))
    assert watched(world, day) == {("submission late", "2026-02-01"): "raised"}


def test_every_period_from_the_first_is_expected_without_gaps(world):
    report(world, date(2025, 11, 1))
    watched(world, date(2026, 3, 9))
    starts = world.table("intake.expected_submission", sender_code="ZX1").period_start.tolist()
    assert starts == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    assert all((b - a).days in (28, 30, 31) for a, b in pairwise(starts))


def test_who_is_declared_to_send_is_expected_from_now_on(world):
    watched(world, date(2026, 3, 9), declared=[("ZX1", "measure_counts")])
    assert world.table("intake.expected_submission").period_start.tolist() == [date(2026, 3, 1)]


def test_a_stuck_submission_is_raised_and_closes_when_it_ends(world):
    with world.engine.begin() as connection:
        name = world.submit(connection, state="reading")
    now = datetime(2026, 11, 20, 12, 10, tzinfo=UTC)
    assert watch_stuck(world.engine, now).raised == 0
    assert watch_stuck(world.engine, now + timedelta(minutes=10)).raised == 1
    assert watch_stuck(world.engine, now + timedelta(minutes=20)).raised == 0
    with world.engine.begin() as connection:
        connection.execute(update(submission).where(submission.c.submission_id == name).values(state="failed"))
    assert watch_stuck(world.engine, now + timedelta(minutes=20)) == Settled(), "one that failed is not finished either"
    with world.engine.begin() as connection:
        assert connection.scalar(text("select parameters ->> 'state' from measurement.signal")) == "failed"
        assert [row.submission_id for row in stuck(connection, now + timedelta(minutes=20), 15)] == [name]
        connection.execute(update(submission).where(submission.c.submission_id == name).values(state="rejected"))
    assert watch_stuck(world.engine, now + timedelta(minutes=20)).closed == 1
    with world.engine.connect() as connection:
        assert connection.scalar(text("select closed_because from measurement.signal")) == "the submission has reached a final state"
        assert stuck(connection, now + timedelta(minutes=20), 15) == []


# ------------------------------------------------------------------------------------------------ series that stop
def quiet_days(world: World, on: date) -> None:
    """The first refresh of that day, with nothing to do but look."""
    refresh(world.engine, world.registry, datetime(on.year, on.month, on.day, tzinfo=UTC))


def test_the_signal_of_a_series_that_has_stopped_is_closed_and_its_history_says_why(world):
    fill(world, [*QUIET, *[4] * 7])
    look(world, 20)
    quiet_days(world, month(20 + SILENT_AFTER_PERIODS + 1))
    assert {row.state for row in signals(world)} == {"raised"}, "six whole months without a point are not more than six"
    quiet_days(world, month(20 + SILENT_AFTER_PERIODS + 1) + timedelta(days=1))
    (closed,) = signals(world)
    assert (closed.state, closed.closed_because) == ("closed", "the series has stopped")
    assert events(world, closed) == ["raised", "closed"]
    with world.engine.connect() as connection:
        note = connection.scalar(
            select(signal_event.c.note).where(signal_event.c.signal_id == closed.signal_id, signal_event.c.event == "closed")
        )
    assert note == "the series has stopped: no new point for more than 6 months since that of 2025-09-01"


def test_a_provisional_point_shows_that_a_series_goes_on(world):
    fill(world, [*QUIET, *[4] * 7])
    look(world, 20)
    fill(world, [4], first=20 + SILENT_AFTER_PERIODS + 1)
    quiet_days(world, month(20 + SILENT_AFTER_PERIODS + 1) + timedelta(days=10))
    quiet_days(world, month(20 + SILENT_AFTER_PERIODS + 1) + timedelta(days=11))
    assert {row.state for row in signals(world)} == {"raised"}


def test_a_stopped_series_is_raised_again_by_a_new_point_and_not_by_a_look_at_the_old_ones(world):
    ids = fill(world, [*QUIET, *[4] * 7])
    look(world, 20)
    late = month(30)
    quiet_days(world, late)
    world.change(ids[-1][:1], status="valid")  # as it was: queued, and nothing else
    quiet_days(world, late)
    assert [(row.state, row.closed_because) for row in signals(world)] == [("closed", "the series has stopped")]
    fill(world, [5], first=21)
    quiet_days(world, late)
    first, second = signals(world)
    assert (first.state, second.state, second.until_on) == ("closed", "raised", month(21))
    assert events(world, second) == ["raised again"]


@pytest.mark.parametrize(("grain", "months"), [("month", 7), ("quarter", 21), ("year", 84)])
def test_silence_is_counted_in_the_periods_of_the_series(grain, months):
    over = date(2020 + months // 12, months % 12 + 1, 1)
    assert not is_silent(date(2020, 1, 1), grain, over)
    assert is_silent(date(2020, 1, 1), grain, over + timedelta(days=1))


def test_results_are_called_fresh_when_they_are_written_not_when_work_on_them_begins(world, monkeypatch):
    fill(world, QUIET)
    now = datetime(2026, 11, 20, 13, tzinfo=UTC)
    monkeypatch.setattr("assets.refresh.sync_measures", lambda *_: time.sleep(0.3))
    refresh(world.engine, world.registry, now)
    assert (world.table("intake.submission").refreshed_at >= now + timedelta(seconds=0.3)).all()
