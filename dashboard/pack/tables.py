"""The tables of a board pack: headline measures, and their place among peers.

Belongs here: rows and how their cells are written. Does not belong here: reading (``dashboard.standing``).
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import words
from dashboard.pack.content import Table
from dashboard.standing import Place
from dashboard.views import Row

HEADLINE = ("Measure", "Value", "95 % interval", "Network value", "National value", "Rank", "Complete", "Period")
PLACE = ("Measure", "Value", "Best shown", "From the best", "Rank", "Quarter of peers", "Funnel")
HIDDEN = "hidden"


def headline(places: Sequence[Place]) -> Table:
    rows = [_headline(place) for place in places]
    return Table(HEADLINE, rows, (1, 2, 3, 4, 5, 6), [(place.icon, place.word) for place in places], _sources(places))


def _headline(place: Place) -> tuple[str, ...]:
    measure, result = place.measure, place.result
    if result is None:
        return (measure.title, "no final result yet", *[words.NONE] * 6)
    return (
        measure.title, _value(result, measure), _interval(result, measure), words.value(place.network, measure), words.value(result.national_value, measure), _rank(result),
        words.share(result.completeness_share), words.period(result.period_start, result.period_grain) + (", being computed" if result.is_stale else ""),
    )  # fmt: skip


def _value(result: Row, measure: Row) -> str:
    return HIDDEN if result.is_suppressed else words.value(result.value, measure)


def _interval(result: Row, measure: Row) -> str:
    return f"{words.bare(result.lower_95, measure)} to {words.bare(result.upper_95, measure)}" if result.lower_95 is not None else words.NONE


def _rank(result: Row) -> str:
    return f"{result.rank} of {result.peer_count}" if result.rank else words.NONE


def _sources(places: Sequence[Place]) -> str:
    sources = sorted({p.result.national_source for p in places if p.result and p.result.national_source})
    return f"National values: {'; '.join(sources)}." if sources else ""


def place(places: Sequence[Place]) -> Table:
    """Only measures that have a place: a value beside peers."""
    rows = [_place(p) for p in places if p.result and (p.result.rank or p.result.funnel_position)]
    return Table(PLACE, rows, (1, 2, 3, 4))


def _place(place: Place) -> tuple[str, ...]:
    measure, result = place.measure, place.result
    best, behind = _best(place)
    quartile = {1: "best", 2: "second", 3: "third", 4: "last"}.get(result.quartile, words.NONE)
    return measure.title, _value(result, measure), best, behind, _rank(result), quartile, result.funnel_position or words.NONE


def _best(place: Place) -> tuple[str, str]:
    """The best value that is shown, and how far away this one is. Better ones may be hidden."""
    value = place.result.value
    if place.result.rank == 1:
        return "this one", words.NONE
    behind = words.points(value - place.best, place.measure) if value is not None and place.best is not None else words.NONE
    return words.value(place.best, place.measure), behind
