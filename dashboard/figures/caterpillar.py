"""Providers in the order of a measure with their intervals, and their ranks.

Belongs here: reading and wording it. Does not belong here: drawing (``dashboard.charts.caterpillar``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from dashboard import words
from dashboard.asked import Asked
from dashboard.charts.caterpillar import caterpillar
from dashboard.figures.figure import Cell, Figure, number
from dashboard.figures.peers import Chosen, chosen, lines, notes, peer, results, source
from dashboard.views import Row

COLUMNS = ("Provider", "Rank", "Quartile", "Value", "95 % from", "95 % to", "Numerator", "Denominator", "Completeness", "State")


def caterpillar_figure(asked: Asked, measure: str, grain: str, start: str) -> Figure:
    """Raises 404."""
    of = chosen(asked, measure, grain, start)
    rows = results(asked, of)
    shown = [row for row in rows if row.value is not None]
    shared = set() if measure in asked.adjusted else _shared(rows)
    summary = summed_up(of, shown) if shown else _nothing(rows)
    peers = [peer(asked, of, row) for row in shown]
    levels = lines(of, shown, has_target=True)
    drawn = caterpillar(f"{of.measure.title}, {of.when}", summary, peers, levels, words.unit_of(of.measure)) if shown else None
    return Figure(
        "caterpillar", of.parts, "Values with intervals", summary, drawn, COLUMNS, [_cells(asked, of.measure, row, shared) for row in _ranked(rows)],
        subtitle=f"{of.measure.title}, {of.when}", notes=(*notes(rows), *([words.SHARED] if shared else [])), source=source(of, "Values with 95 % intervals"), data_at=of.data_at, more=f"/measure/{measure}",
    )  # fmt: skip


def _ranked(rows: Sequence[Row]) -> list[Row]:
    """By rank, which is that of the exact numbers; as they are where there is none."""
    return sorted(rows, key=lambda row: (row.rank is None, row.rank or 0))


def _shared(rows: Sequence[Row]) -> set[int]:
    """The ranks that several have of those that are shown."""
    return {rank for rank, count in Counter(row.rank for row in rows).items() if rank is not None and count > 1}


def summed_up(of: Chosen, shown: Sequence[Row]) -> str:
    """The span of values, and how far ranks can be told from chance."""
    values = sorted(row.value for row in shown)
    said = f"{words.many(len(shown), 'provider')} in {of.when}, from {words.value(values[0], of.measure)} to {words.value(values[-1], of.measure)}."
    if len(shown) == 1:
        return f"1 provider in {of.when}: {words.value(values[0], of.measure)}. There is nobody to compare it with."
    judged = [row for row in shown if row.lower_95 is not None and row.network_value is not None]
    if not judged:
        return f"{said} Without intervals it cannot be told how much of the order is chance."
    holding = sum(row.lower_95 <= row.network_value <= row.upper_95 for row in judged)
    if not holding:
        return f"{said} No interval holds the network's value."
    return f"{said} The intervals of {holding} of {len(judged)} hold the network's value: ranks among them are mostly chance."


def _nothing(rows: Sequence[Row]) -> str:
    return (
        f"Nothing can be shown: of each provider {words.SMALL}."
        if any(row.is_suppressed for row in rows)
        else "No provider has a value in this period."
    )


def _cells(asked: Asked, measure: Row, row: Row, shared: Collection[int]) -> list[Cell]:
    hidden = "hidden" if row.is_suppressed else None
    place, quartile = (None, None) if measure.measure_name in asked.adjusted else (row.rank, row.quartile)
    return [
        Cell(asked.names.name(row.organisation_code), address=f"/provider/{asked.names.slug(row.organisation_code)}/{measure.pathway_name}", mark="own" if row.organisation_code in asked.names.own else ""),
        number(place, hidden or words.rank(place, place in shared)), number(quartile, hidden or words.count(quartile)), number(row.value, hidden or words.bare(row.value, measure)),
        *(number(limit, hidden or words.bare(limit, measure)) for limit in (row.lower_95, row.upper_95)),
        *(number(counted, hidden or words.count(counted)) for counted in (row.numerator, row.denominator)),
        number(row.completeness_share, words.share(row.completeness_share)), Cell("provisional" if row.is_provisional else "final"),
    ]  # fmt: skip
