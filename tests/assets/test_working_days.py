"""Working days of England."""

from __future__ import annotations

from datetime import date

import pytest

from assets.working_days import working_days_after, working_days_between

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("day", "count", "expected", "because"),
    [
        (FRIDAY, 1, date(2026, 11, 23), "a weekend lies between"),
        (date(2026, 11, 21), 1, date(2026, 11, 23), "from a Saturday the first is Monday"),
        (FRIDAY, 10, date(2026, 12, 4), "two weeks without a holiday"),
        (date(2026, 12, 24), 1, date(2026, 12, 29), "Boxing Day is a Saturday in 2026, so Monday 28 December is off"),
        (date(2026, 12, 24), 5, date(2027, 1, 5), "Christmas, its substitute and New Year's Day"),
        (date(2026, 4, 2), 1, date(2026, 4, 7), "Good Friday and Easter Monday"),
        (date(2022, 9, 16), 1, date(2022, 9, 20), "the day of the Queen's funeral"),
        (date(2026, 8, 28), 1, date(2026, 9, 1), "the summer bank holiday of England, which Scotland has at its beginning"),
        (date(2026, 11, 27), 1, date(2026, 11, 30), "Saint Andrew's Day is Scotland's"),
    ],
)
def test_the_so_manieth_working_day(day, count, expected, because):
    assert working_days_after(day, count) == expected, because
    assert working_days_between(day, expected) == count


def test_what_lies_before_is_counted_backwards():
    assert working_days_between(date(2026, 12, 4), FRIDAY) == -10
    assert working_days_between(FRIDAY, FRIDAY) == 0


def test_no_working_day_is_none_after():
    with pytest.raises(ValueError, match="at least one"):
        working_days_after(FRIDAY, 0)
