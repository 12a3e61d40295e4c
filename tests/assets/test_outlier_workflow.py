"""The declared workflow of period outliers is whole: every state can be reached, every way ends, and it is the one of the reference."""

from __future__ import annotations

import pytest

from schemas.outlier_workflow import DETECTED, NOBODY, NOTED, PUBLISHED, STATES
from schemas.outliers import Level


def reached_from(start: str) -> set[str]:
    found, waiting = set(), [start]
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += STATES[name].leads_to
    return found


def test_every_state_is_declared_and_can_be_reached():
    assert {name for state in STATES.values() for name in state.leads_to} <= set(STATES)
    assert reached_from(DETECTED) == set(STATES) - {NOTED}


@pytest.mark.parametrize("name", STATES)
def test_from_every_state_there_is_an_end(name):
    assert any(STATES[other].is_final for other in reached_from(name))


def test_nobody_has_to_move_what_is_closed_and_somebody_everything_else():
    assert {name for name, state in STATES.items() if state.is_final} == {name for name, state in STATES.items() if state.who == NOBODY}


@pytest.mark.parametrize(
    ("state", "days"),
    [
        ("detected", 10),
        ("case to answer", 5),
        ("notified", 25),
        ("responded", 30),
        ("confirmed alarm", 5),
        ("regulator notified", 15),
        ("escalated", 15),
    ],
)
def test_the_stages_have_the_working_days_of_the_guidance(state, days):
    assert STATES[state].days == days


def test_an_alarm_is_not_published_before_the_regulator_knows():
    assert PUBLISHED not in STATES["confirmed alarm"].leads_to
    assert STATES["confirmed alarm"].leads_to == ("regulator notified",)


def test_what_falls_due_by_itself_is_a_way_that_is_allowed():
    assert all(state.when_overdue in state.leads_to for state in STATES.values() if state.when_overdue)


def test_an_outlier_is_confirmed_at_the_level_at_which_it_was_judged():
    assert STATES["confirmed alert"].needs == (Level.ALERT,)
    assert STATES["confirmed alarm"].needs == (Level.ALARM,)
    assert not {Level.ALERT, Level.ALARM} & set(STATES["closed: data corrected"].needs)
