"""How numbers and dates are written."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard import words
from dashboard.views import Row

SHARE = Row(unit="share", decimals=1)
HOURS = Row(unit="hours", decimals=1)


@pytest.mark.parametrize(
    ("minutes", "written"),
    [
        (None, "–"),
        (0, "0 min"),
        (45.4, "45 min"),
        (89.6, "1 h 30"),
        (119.7, "2 h 00"),
        (-139, "−2 h 19"),
        (30 * 60 + 5, "30 h 05"),
        (3 * 1440, "3.0 days"),
    ],
)
def test_minutes_are_written_as_people_say_them(minutes, written):
    assert words.duration(minutes) == written


def test_values_carry_their_unit():
    assert words.value(0.625, SHARE) == "62.5 %"
    assert words.value(27.25, HOURS) == "27.2 hours"
    assert words.value(None, SHARE) == "–"


def test_differences_of_shares_are_points_with_a_sign():
    assert words.points(0.052, SHARE) == "+5.2 points"
    assert words.points(-1.5, HOURS) == "−1.5 hours"


@pytest.mark.parametrize(
    ("start", "grain", "written", "end"),
    [
        (date(2026, 2, 1), "month", "Feb 2026", date(2026, 2, 28)),
        (date(2026, 10, 1), "quarter", "Q4 2026", date(2026, 12, 31)),
        (date(2024, 1, 1), "year", "2024", date(2024, 12, 31)),
    ],
)
def test_periods_have_a_name_and_a_last_day(start, grain, written, end):
    assert words.period(start, grain) == written
    assert words.period_end(start, grain) == end
