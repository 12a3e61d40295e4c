"""The tables of a board pack: headline measures, and their place among peers.

Belongs here: rows and how their cells are written. Does not belong here: reading (``dashboard.standing``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard import words
from dashboard.pack import written
from dashboard.pack.content import Table
from dashboard.standing import Place
from dashboard.views import Row

HEADLINE = ("Measure", "Value", "95 % interval", "Network value", "National value", "Rank", "Complete", "Period")
PLACE = ("Measure", "Value", "Best shown", "From the best", "Rank", "Quarter of peers", "Funnel")
HIDDEN = "hidden"
# measures with a case-mix model: crude they are not for comparing. Each with its standardised result, if it has one
Adjusted = Mapping[str, Row | None]


def headline(places: Sequence[Place], adjusted: Adjusted) -> Table:
    rows = [_headline(place, adjusted) for place in places]
    note = " ".join(filter(None, (_about(rows), _shared(places, adjusted), _crude(places, adjusted), _sources(places))))
    return Table(HEADLINE, rows, (1, 2, 3, 4, 5, 6), [(place.icon, place.word) for place in places], note)


def _headline(place: Place, adjusted: Adjusted) -> tuple[str, ...]:
    measure, result = place.measure, place.result
    if result is None:
        return (measure.title, "no final result yet", *[words.NONE] * 6)
    return (
        measure.title, _value(result, measure), _interval(result, measure), words.value(place.network, measure), words.value(result.national_value, measure),
        words.NONE if measure.measure_name in adjusted else place.rank, words.share(result.completeness_share),
        words.period(result.period_start, result.period_grain) + (", being computed" if result.is_stale else ""),
    )  # fmt: skip


def _is_whole(result: Row, measure: Row) -> bool:
    return result.is_own or measure.kind == words.SCORE


def _value(result: Row, measure: Row) -> str:
    return HIDDEN if result.is_suppressed else written.value(result.value, measure, _is_whole(result, measure), written.NEARLY)


def _interval(result: Row, measure: Row) -> str:
    return (
        written.between(result.lower_95, result.upper_95, measure, _is_whole(result, measure))
        if result.lower_95 is not None
        else words.NONE
    )


def _shared(places: Sequence[Place], adjusted: Adjusted) -> str:
    return words.SHARED if any(p.is_rank_shared for p in places if p.measure.measure_name not in adjusted) else ""


def _crude(places: Sequence[Place], adjusted: Adjusted) -> str:
    titles = [p.measure.title for p in places if p.measure.measure_name in adjusted]
    return f"{', '.join(titles)}: crude, not adjusted for the mix of patients, so no rank." if titles else ""


def _sources(places: Sequence[Place]) -> str:
    sources = sorted({p.result.national_source for p in places if p.result and p.result.national_source})
    return f"National values: {'; '.join(sources)}." if sources else ""


def place(places: Sequence[Place], adjusted: Adjusted) -> Table:
    """Only measures that have a place: a value beside peers, or a ratio to what is expected."""
    rows = [
        row
        for p in places
        if p.result and (row := _expected(p, adjusted[p.measure.measure_name]) if p.measure.measure_name in adjusted else _place(p))
    ]
    return Table(
        PLACE,
        rows,
        (1, 2, 3, 4),
        note=" ".join(
            filter(None, (_about(rows), _shared(places, adjusted), "Better ones may be hidden." if rows else "", _not_compared(rows)))
        ),
    )


def _place(place: Place) -> tuple[str, ...] | None:
    measure, result = place.measure, place.result
    if not (result.rank or result.funnel_position):
        return None
    best, behind = _best(place)
    quartile = {1: "best", 2: "second", 3: "third", 4: "last"}.get(result.quartile, words.NONE)
    return measure.title, _value(result, measure), best, behind, place.rank, quartile, result.funnel_position or words.NONE


def _expected(place: Place, standardised: Row | None) -> tuple[str, ...] | None:
    """A measure with a case-mix model: no place of its crude value, but observed by expected."""
    if standardised is None or standardised.is_suppressed or standardised.ratio is None:
        return None
    ratio = written.rounded(f"{standardised.ratio:.2f}", standardised.is_own, written.NEARLY)
    when = words.period(standardised.period_start, standardised.period_grain) + (", provisional" if standardised.is_provisional else "")
    return place.measure.title, _value(place.result, place.measure), *[words.NONE] * 4, f"O / E {ratio} ({when})"


def _about(rows: Sequence[Sequence[str]]) -> str:
    cells = [cell for row in rows for cell in row]
    return f"{written.NEARLY}: of another provider, rounded." if any(written.NEARLY in cell for cell in cells) else ""


def _not_compared(rows: Sequence[Sequence[str]]) -> str:
    return (
        "O / E: observed by expected for the mix of patients; its crude value is not for comparing."
        if any(row[-1].startswith("O / E") for row in rows)
        else ""
    )


def _best(place: Place) -> tuple[str, str]:
    """The best value that is shown, and how far away this one is; none where it is no better than this one. Better ones may be hidden."""
    measure, value = place.measure, place.result.value
    if place.result.rank == 1:
        return "this one", words.NONE
    if value is None or not place.is_best_better:
        return words.NONE, words.NONE
    is_whole = measure.kind == words.SCORE
    return written.value(place.best, measure, is_whole, written.NEARLY), written.points(
        value - place.best, measure, is_whole, written.NEARLY
    )
