"""An outlier on its way through the workflow: what may follow, by when, and what the history tells."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from assets.outlier_moves import OutlierError, advance, outliers, told
from assets.refresh import refresh
from tests.results.world import NOW, World, wrist

DETECTED_ON = NOW.date()  # Friday 20 November 2026


@pytest.fixture
def alarm(world) -> int:
    """The number of an alarm."""
    shares = {"ZX1": (80, 100), "ZX2": (40, 100), "ZX3": (75, 100)}
    world.add(*[wrist(minutes=10 if k < met else 500, site=f"{code}A1") for code, (met, of) in shares.items() for k in range(of)])
    refresh(world.engine, world.registry, NOW)
    with world.engine.connect() as connection:
        return next(row.period_outlier_id for row in outliers(connection) if row.organisation_code == "ZX2")


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def move(world: World, number: int, *states: str, day: date = DETECTED_ON) -> None:
    for state in states:
        with world.engine.begin() as connection:
            advance(connection, number, state, actor="the office", note=f"now {state}", now=at(day))


def seen(world: World, number: int):
    with world.engine.connect() as connection:
        return told(connection, number)


def state(world: World, number: int) -> tuple[str, date | None]:
    (outlier,), _, _ = seen(world, number)
    return outlier.state, outlier.due_on


def test_the_whole_way_of_an_alarm_with_its_due_days(world, alarm):
    assert state(world, alarm) == ("detected", date(2026, 12, 4))
    move(world, alarm, "data check", day=date(2026, 11, 27))
    assert state(world, alarm) == ("data check", date(2026, 12, 4)), "the check has ten working days from the detection"
    move(world, alarm, "case to answer", day=date(2026, 12, 3))
    assert state(world, alarm) == ("case to answer", date(2026, 12, 10))
    move(world, alarm, "notified", day=date(2026, 12, 8))
    assert state(world, alarm) == ("notified", date(2027, 1, 15)), "25 working days, over Christmas, its substitute day and New Year"
    move(world, alarm, "responded", day=date(2027, 1, 15))
    assert state(world, alarm) == ("responded", date(2027, 2, 26))
    move(world, alarm, "under review", "confirmed alarm", day=date(2027, 2, 25))
    assert state(world, alarm) == ("confirmed alarm", date(2027, 3, 4))
    move(world, alarm, "regulator notified", "acknowledged", "published", day=date(2027, 3, 4))
    assert state(world, alarm) == ("published", None)
    _, _, events = seen(world, alarm)
    assert [(e.from_state, e.to_state) for e in events][:3] == [
        (None, "detected"),
        ("detected", "data check"),
        ("data check", "case to answer"),
    ]
    assert {(e.actor, e.note) for e in events[1:]} == {("the office", f"now {e.to_state}") for e in events[1:]}
    assert len(events) == 10


@pytest.mark.parametrize(
    ("way", "to", "says"),
    [
        ((), "notified", "is detected, and cannot become notified; it can become: data check"),
        (("data check", "closed: no case"), "detected", "nothing follows"),
        (
            ("data check", "case to answer", "notified", "responded", "under review"),
            "confirmed alert",
            "latest evaluation of outlier .* alarm",
        ),
        (
            ("data check", "case to answer", "notified", "responded", "under review"),
            "closed: data corrected",
            "needs inside or positive or not judged",
        ),
    ],
)
def test_a_way_that_is_not_declared_or_not_borne_out_is_refused_and_leaves_no_trace(world, alarm, way, to, says):
    move(world, alarm, *way)
    before = seen(world, alarm)
    with pytest.raises(OutlierError, match=says):
        move(world, alarm, to)
    assert seen(world, alarm) == before


def test_a_move_needs_a_note_and_an_outlier(world, alarm):
    with pytest.raises(OutlierError, match="note"), world.engine.begin() as connection:
        advance(connection, alarm, "data check", actor="the office", note="  ", now=NOW)
    with pytest.raises(OutlierError, match="no outlier 999"), world.engine.begin() as connection:
        advance(connection, 999, "data check", actor="the office", note="why", now=NOW)


def test_a_provider_that_does_not_answer_in_time_is_overdue_by_itself_and_once(world, alarm):
    move(world, alarm, "data check", "case to answer", "notified")
    due = state(world, alarm)[1]
    refresh(world.engine, world.registry, at(due))
    assert state(world, alarm)[0] == "notified", "the last day is still in time"
    for day in (date(2027, 1, 4), date(2027, 1, 5)):
        refresh(world.engine, world.registry, at(day))
    _, _, events = seen(world, alarm)
    assert [e.event for e in events][-1] == "fell due"
    assert [e.event for e in events].count("fell due") == 1
    assert state(world, alarm)[0] == "overdue"
    move(world, alarm, "responded", day=date(2027, 1, 6))
    assert state(world, alarm) == ("responded", date(2027, 2, 17))


def test_open_ones_are_listed_by_the_day_on_which_they_are_due_and_closed_ones_on_request(world, alarm):
    with world.engine.begin() as connection:
        assert [row.period_outlier_id for row in outliers(connection)] == [alarm]
        assert [row.level for row in outliers(connection, organisation="ZX2")] == ["alarm"]
        assert outliers(connection, organisation="ZX3") == outliers(connection, pathway="no_such_pathway") == []
        connection.execute(
            text("update measurement.period_outlier set state = 'closed: explained' where period_outlier_id = :number"), {"number": alarm}
        )
        assert outliers(connection) == []
        assert alarm in [row.period_outlier_id for row in outliers(connection, everything=True)]
