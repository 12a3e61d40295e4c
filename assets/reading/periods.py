"""The period of a sheet that does not state it in its cells.

Belongs here: periods from a manifest or a file's name. Does not belong here: dates in cells (``assets.reading.conform``).
"""

from __future__ import annotations

import re
from datetime import date

from assets.reading.manifest import Manifest

MONTHS = {
    name: number
    for number, name in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], start=1)
}
GRAIN_OF_MONTHS = {1: "month", 3: "quarter", 12: "year"}


def stated_period(manifest: Manifest | None) -> tuple[date, str] | None:
    """First day and grain of the manifest's period; None unless it is a whole month, quarter or year."""
    if manifest is None or manifest.period_start is None or manifest.period_end is None or manifest.period_start.day != 1:
        return None
    start, end = manifest.period_start, manifest.period_end
    following = date.fromordinal(end.toordinal() + 1)
    months = (following.year - start.year) * 12 + following.month - start.month
    return _grained(start, months) if following.day == 1 else None


def named_period(file_name: str | None, pattern: str | None) -> tuple[date, str] | None:
    """First day and grain of the period that a file's name tells by the declared pattern; None if it tells none."""
    match = re.search(pattern, file_name) if pattern and file_name else None
    if match is None or match["first"] not in MONTHS or match["last"] not in MONTHS:
        return None
    first, last = MONTHS[match["first"]], MONTHS[match["last"]]
    return _grained(date(int(match["year"]), first, 1), last - first + 1)


def _grained(start: date, months: int) -> tuple[date, str] | None:
    grain = GRAIN_OF_MONTHS.get(months)
    return (start, grain) if grain and (start.month - 1) % months == 0 else None
