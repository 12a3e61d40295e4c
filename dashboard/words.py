"""How numbers, dates and names are written on a page.

Belongs here: filters of templates. Does not belong here: sentences of one page.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace

from assets.pictures.drawing import Unit

NONE = "–"
SMALL = "a count of 1 to 7 stands among the cases, in a part of them or in a period beside"  # why something of another provider is hidden
SHARED = "=: the rank is shared with another that is shown."
HIDDEN_MONTHS = f"Months are hidden: {SMALL}."
SHARE = "share"
SCORE = "score"  # published with all its decimals for everybody


def unit_of(measure) -> Unit:
    """How values of a measure are written; shares as per cent. ``measure``: a row with ``unit`` and ``decimals``."""
    if measure.unit == SHARE:
        return Unit(100.0, "%", 1 if measure.decimals > 1 else measure.decimals)
    return Unit(1.0, measure.unit, measure.decimals)


def as_known(measure, is_own: bool):
    """The measure with the decimals that are true: shares of others come from rounded counts, and have none."""
    return measure if is_own or measure.unit != SHARE else SimpleNamespace(unit=measure.unit, decimals=0)


def value(number: float | None, measure) -> str:
    return NONE if number is None else unit_of(measure).write(number)


def bare(number: float | None, measure) -> str:
    """Without the unit."""
    unit = unit_of(measure)
    return NONE if number is None else f"{number * unit.factor:,.{unit.decimals}f}"


def points(difference: float | None, measure) -> str:
    """A difference: of shares in percentage points."""
    if difference is None:
        return NONE
    unit = unit_of(measure)
    name = "points" if measure.unit == SHARE else measure.unit
    return f"{difference * unit.factor:+,.{unit.decimals}f} {name}".replace("-", "−")


def possible(number: float | None, measure) -> float | None:
    """A limit or a forecast within what the measure can be: shares from 0 to 1."""
    return number if number is None or measure.unit != SHARE else min(max(number, 0.0), 1.0)


def share(number: float | None, decimals: int = 0) -> str:
    return NONE if number is None else f"{number * 100:.{decimals}f} %"


def count(number: float | None) -> str:
    return NONE if number is None else f"{number:,.0f}"


def many(number: int, thing: str) -> str:
    """So many of a thing: 1 provider, 2 providers."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def rank(place: int | None, is_shared: bool) -> str:
    """A place among peers, with = before it where another that is shown has the same."""
    return NONE if place is None else f"={place}" if is_shared else f"{place}"


def day(moment: date | datetime | None) -> str:
    return NONE if moment is None else f"{moment.day} {moment:%b %Y}"


def minute(moment: datetime | None) -> str:
    return NONE if moment is None else f"{moment.day} {moment:%b %Y, %H:%M}"


def period(start: date | None, grain: str = "month") -> str:
    if start is None:
        return NONE
    if grain == "year":
        return f"{start.year}"
    if grain == "quarter":
        return f"Q{(start.month + 2) // 3} {start.year}"
    return f"{start:%b %Y}" if grain == "month" else day(start)


def period_end(start: date, grain: str) -> date:
    """Last day of a period."""
    months = {"month": 1, "quarter": 3, "year": 12}[grain]
    later = start.month - 1 + months
    return date(start.year + later // 12, later % 12 + 1, 1) - timedelta(days=1)


def duration(minutes: float | None) -> str:
    """Minutes as people say them: 45 min, 5 h 20, 2.5 days; before the start with a minus."""
    if minutes is None:
        return NONE
    sign, size = ("−" if minutes < -0.5 else ""), abs(round(minutes))
    if size < 90:
        return f"{sign}{size} min"
    if size < 48 * 60:
        return f"{sign}{size // 60} h {size % 60:02d}"
    return f"{sign}{size / 1440:.1f} days"


def plain(name: str | None) -> str:
    """A declared name in words."""
    words = (name or NONE).replace("_", " ")
    return words[:1].upper() + words[1:]


FILTERS = {
    "value": value, "bare": bare, "points": points, "share": share, "count": count, "day": day, "minute": minute, "period": period,
    "duration": duration, "plain": plain,
}  # fmt: skip
