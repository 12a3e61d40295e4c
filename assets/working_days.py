"""Working days of England: Monday to Friday, but for bank holidays.

Belongs here: counting them. Does not belong here: how many somebody has (``schemas.outlier_workflow``).
"""

from __future__ import annotations

from datetime import date

import numpy as np


def working_days_after(day: date, count: int) -> date:
    """The ``count``-th working day after ``day``, which itself does not count; ``count`` from 1 up."""
    if count < 1:
        raise ValueError("at least one working day")
    offered = np.busday_offset(np.datetime64(day), count, roll="preceding", holidays=_bank_holidays(day, count))
    return offered.astype(object)


def working_days_between(day: date, other: date) -> int:
    """How many working days after ``day`` the day ``other`` is at most; negative if it lies before."""
    first, last = sorted((day, other))
    holidays = _bank_holidays(first, (last - first).days + 1)
    days = int(np.busday_count(np.datetime64(first) + 1, np.datetime64(last) + 1, holidays=holidays))
    return days if other >= day else -days


def _bank_holidays(first: date, count: int) -> list[np.datetime64]:
    """Those of the years that ``count`` working days from ``first`` can reach."""
    from holidays import country_holidays

    years = range(first.year - 1, first.year + count // 200 + 2)
    return [np.datetime64(day) for day in country_holidays("GB", subdiv="ENG", years=years)]
