"""Which months are compared: worked by hand, a row a case."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from assets.action_windows import Plan, excluded, windowed

NEVER = np.datetime64("NaT", "M")


def plan(
    number: int, started: str, provider: str = "P", organisation: str | None = None, measure: str = "m", gone: str | None = None
) -> Plan:
    began = date.fromisoformat(started)
    made = Plan(number, provider, organisation or provider, measure, 1, 1, began, gone and date.fromisoformat(gone), NEVER, NEVER)
    whole = {"before_from": made.before_to - 23, "after_to": made.after_from + 23}
    return Plan(**{**vars(made), **whole})


def window(found: Plan) -> tuple[str, str, str, str]:
    return tuple(str(month) for month in (found.before_from, found.before_to, found.after_from, found.after_to))


CASES = [
    ("begins on the first", [plan(1, "2024-03-01")], ("2022-03", "2024-02", "2024-03", "2026-02")),
    ("the month in which it begins is left out", [plan(1, "2024-03-02")], ("2022-03", "2024-02", "2024-04", "2026-03")),
    ("the next action ends it", [plan(1, "2024-03-01"), plan(2, "2025-01-20")], ("2022-03", "2024-02", "2024-03", "2024-12")),
    ("it is compared with the time since the one before", [plan(2, "2024-03-01"), plan(1, "2023-01-15")], ("2023-02", "2024-02", "2024-03", "2026-02")),
    ("given up, it has no effect any more", [plan(1, "2024-03-01", gone="2024-11-20")], ("2022-03", "2024-02", "2024-03", "2024-10")),
    ("what was given up before leaves the time after it", [plan(2, "2024-03-01"), plan(1, "2022-06-01", gone="2022-12-05")], ("2023-01", "2024-02", "2024-03", "2026-02")),
    ("begun together, nothing is left of either", [plan(1, "2024-03-01"), plan(2, "2024-03-15")], ("2022-03", "2024-02", "2024-03", "2024-02")),
    ("another measure", [plan(1, "2024-03-01"), plan(2, "2024-05-01", measure="n")], ("2022-03", "2024-02", "2024-03", "2026-02")),
    ("another provider", [plan(1, "2024-03-01"), plan(2, "2024-05-01", provider="Q")], ("2022-03", "2024-02", "2024-03", "2026-02")),
    ("another site", [plan(1, "2024-03-01", organisation="P1"), plan(2, "2024-05-01", organisation="P2")], ("2022-03", "2024-02", "2024-03", "2026-02")),
    ("a site's is a part of the provider's", [plan(1, "2024-03-01"), plan(2, "2024-10-01", organisation="P2")], ("2022-03", "2024-02", "2024-03", "2024-09")),
    ("long ago", [plan(2, "2024-03-01"), plan(1, "2020-03-01")], ("2022-03", "2024-02", "2024-03", "2026-02")),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_window_of_the_first_plan_given(given, expected):
    [found] = [made for made in windowed(given) if made.number == given[0].number]
    assert window(found) == expected


def test_months_of_two_actions_are_in_one_window_after_each():
    """Whatever actions there are of a place and measure, no month is after two of them, and none before one is after nothing but itself."""
    rng = np.random.default_rng(5)
    for _ in range(200):
        days = sorted(
            date(2022 + int(rng.integers(4)), int(rng.integers(1, 13)), int(rng.integers(1, 29))) for _ in range(int(rng.integers(2, 6)))
        )
        found = windowed([plan(number, day.isoformat()) for number, day in enumerate(days)])
        after = [month for made in found for month in np.arange(made.after_from, made.after_to + 1)]
        assert len(after) == len(set(after))
        for made in found:
            assert all(
                other.started_on >= made.started_on or other.after_from <= made.before_from or other.after_from > made.before_to
                for other in found
                if other is not made
            )


def test_who_began_something_on_the_measure_is_no_control():
    mine, early, late = plan(1, "2024-03-01"), plan(2, "2023-06-01", provider="Q"), plan(3, "2020-01-01", provider="R")
    every = windowed([mine, early, late, plan(4, "2024-06-01", provider="S", measure="n")])
    [acting] = [made for made in every if made.number == 1]
    assert excluded(acting, every) == {"P", "Q"}
