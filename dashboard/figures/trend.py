"""The network over time, its regions and the national value beside it.

Belongs here: reading and wording it. Does not belong here: drawing (``dashboard.charts.series``), the network's process limits (``dashboard.figures.series``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard import words
from dashboard.asked import Asked
from dashboard.charts.canvas import FAINT, INK, MUTED, NEUTRAL, PEER, REFERENCE
from dashboard.charts.series import NATIONAL, Level, Spot, series
from dashboard.figures.figure import Cell, Figure, number
from dashboard.figures.peers import GRAINS, periods
from dashboard.figures.series import NATIONAL_VALUES, of_measures
from dashboard.views import Row

OF_ONE = """select period_start, value, is_provisional, completeness_share, computed_at from dashboard.measure_result_v1
where measure_name = :measure and organisation_code = :organisation and period_grain = :grain order by period_start"""
COLOURS, DASHES = (PEER, MUTED, NEUTRAL, REFERENCE, FAINT), ("", "6 2", "2 2", "8 2 2 2")


def trend_figure(asked: Asked, measure: str) -> Figure:
    """By quarter (else month, else year). Raises 404."""
    declared = asked.measure(measure)
    grain = next((one for one in GRAINS if any(row.period_grain == one for row in periods(asked, measure))), "quarter")
    of_network = _with_national(asked, measure, grain, _rows(asked, measure, grain, asked.network_code or ""))
    regions = {row.organisation_name: _rows(asked, measure, grain, row.organisation_code) for row in _regions(asked)}
    regions = {name: rows for name, rows in regions.items() if any(row.value is not None for row in rows)}
    summary = _summary(declared, grain, of_network)
    return Figure(
        "trend", (measure,), "The network and its regions", summary, _draw(declared, grain, of_network, regions, summary) if any(row.value is not None for row in of_network) else None,
        ("Period", "Network value", *regions, "National value", "Completeness", "State"), [_cells(declared, grain, row, regions) for row in reversed(of_network)],
        subtitle=declared.title, notes=_notes(grain, of_network), source=f"Network value: pooled over the members · measure version {declared.measure_version}",
        data_at=max((row.computed_at for row in of_network), default=None), more=f"/measure/{measure}",
    )  # fmt: skip


def _regions(asked: Asked) -> list[Row]:
    return [
        row for row in asked.names.organisations.values() if row.organisation_kind == "region" and row.network_code == asked.network_code
    ]


def _rows(asked: Asked, measure: str, grain: str, code: str) -> list[Row]:
    return asked.rows(OF_ONE, measure=measure, organisation=code, grain=grain)


def _with_national(asked: Asked, measure: str, grain: str, rows: list[Row]) -> list[Row]:
    """The network's rows with the national value of their period."""
    found = {row.period_start: row for row in _national(asked, measure) if row.period_grain == grain}
    none = Row(national_value=None, national_source=None)
    return [Row(**vars(row), **{name: getattr(found.get(row.period_start, none), name) for name in vars(none)}) for row in rows]


def _national(asked: Asked, measure: str) -> list[Row]:
    return of_measures(asked, NATIONAL_VALUES, asked.network_code, [measure]) if asked.network_code else []


def _draw(measure: Row, grain: str, of_network: Sequence[Row], regions: dict[str, list[Row]], summary: str):
    starts = [row.period_start for row in of_network]
    spots = [
        Spot(words.period(row.period_start, grain), row.value, is_provisional=bool(row.is_provisional), said=_said(measure, grain, row))
        for row in of_network
    ]
    levels = [Level("network", _along(starts, of_network, final_alone=True), INK, width=1.6)]
    levels += [
        Level(name, _along(starts, rows, final_alone=True), COLOURS[i % len(COLOURS)], DASHES[i % len(DASHES)])
        for i, (name, rows) in enumerate(regions.items())
    ]
    if any(row.national_value is not None for row in of_network):
        levels.append(Level("national", [row.national_value for row in of_network], **NATIONAL))
    return series(f"{measure.title}, network", summary, spots, levels, words.unit_of(measure))


def _along(starts: Sequence[date], rows: Sequence[Row], final_alone: bool = False) -> list[float | None]:
    """``final_alone``: a line ends, and is labelled, where its last final value is; what is provisional has a hollow mark or stands in the table."""
    by_start = {row.period_start: row.value for row in rows if not (final_alone and row.is_provisional)}
    return [by_start.get(start) for start in starts]


def _said(measure: Row, grain: str, row: Row) -> str:
    return f"Network, {words.period(row.period_start, grain)}: {words.value(row.value, measure)}" + (
        "; provisional" if row.is_provisional else ""
    )


def _summary(measure: Row, grain: str, rows: Sequence[Row]) -> str:
    """The latest final value beside that of a year before."""
    final = [row for row in rows if row.value is not None and not row.is_provisional]
    if not final:
        return (
            "The network has no final value yet."
            if rows
            else "There is no network value of this measure: each provider's stands for itself."
        )
    last = final[-1]
    said = f"Network: {words.value(last.value, measure)} in {words.period(last.period_start, grain)}"
    before = next(
        (row for row in final if (row.period_start.year, row.period_start.month) == (last.period_start.year - 1, last.period_start.month)),
        None,
    )
    said += f", {words.points(last.value - before.value, measure)} against a year before" if before else ""
    return said + (f"; national value {words.value(last.national_value, measure)}." if last.national_value is not None else ".")


def _notes(grain: str, rows: Sequence[Row]) -> tuple[str, ...]:
    notes = (
        [f"Provisional from {words.period(first, grain)}: cases or outcomes are still to come."]
        if (first := next((row.period_start for row in rows if row.is_provisional), None))
        else []
    )
    notes += [
        f"National value: {source}."
        for source in sorted({row.national_source for row in rows if row.national_source and row.national_value is not None})
    ]
    return tuple(notes)


def _cells(measure: Row, grain: str, row: Row, regions: dict[str, list[Row]]) -> list[Cell]:
    beside = [_along([row.period_start], rows)[0] for rows in regions.values()]
    return [
        Cell(words.period(row.period_start, grain), row.period_start.isoformat()),
        *(number(value, words.bare(value, measure)) for value in (row.value, *beside, row.national_value)),
        number(row.completeness_share, words.share(row.completeness_share)), Cell("provisional" if row.is_provisional else "final"),
    ]  # fmt: skip
