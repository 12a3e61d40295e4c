"""What Dagster's page shows of the measures' results: the network's trends of all headline measures.

Belongs here: choosing and querying. Does not belong here: drawing (``assets.pictures``), other stages (``assets.shown``).
"""

from __future__ import annotations

from datetime import date

from dagster import MetadataValue
from sqlalchemy import Connection, Row

from assets import pictures
from assets.shown_words import month_of, query, unit_of

MONTHS, PANELS = 24, 12
COUNTS = """
select count(*), max(as_of_submission), (select count(*) from intake.stale_cell where pathway_name = :pathway) from measurement.measure_result
where measure_name = any (array(select measure_name from measurement.measure where pathway_name = :pathway))
"""
SERIES = """
select r.measure_name, m.title, r.period_start, r.value, house.shown_count(r.denominator, p.suppress_to, p.round_to)::bigint as cases, r.is_provisional,
    m.unit, m.decimals
from measurement.measure_result r join measurement.measure m using (measure_name) join house.small_numbers_policy p on p.is_current
where r.organisation_code = (select organisation_code from pathway.organisation where organisation_kind = 'network' order by is_member desc, 1 limit 1)
    and r.period_grain = 'month' and m.pathway_name = :pathway and m.is_headline
    and not house.is_small(r.numerator, p.suppress_to) and not house.is_small(r.denominator, p.suppress_to)
order by r.measure_name, r.period_start
"""


def results_metadata(connection: Connection, pathway: str) -> dict[str, object]:
    """Metadata of the node: counts, the headline measures' latest final month, and their trends."""
    [(cells, latest, stale)] = query(connection, COUNTS, pathway=pathway)
    shown: dict[str, object] = {"results": cells, "stale_cells_left": stale, "as_of_submission": latest or "none yet"}
    series = _series(connection, pathway)
    if series:
        shown = {"at_a_glance": MetadataValue.md(_glance(next(iter(series.values())))), **shown}
        shown["headlines"] = MetadataValue.md(_table(series))
        shown["picture"] = MetadataValue.md(_trends(series))
    return shown


def _series(connection: Connection, pathway: str) -> dict[str, list[Row]]:
    """Months of each headline measure that has a value; a month with a small number is none."""
    found: dict[str, list[Row]] = {}
    for row in query(connection, SERIES, pathway=pathway):
        found.setdefault(row.measure_name, []).append(row)
    kept = {name: [row for row in rows if row.value is not None] for name, rows in found.items()}
    kept = {name: rows for name, rows in kept.items() if rows}
    return dict(list(kept.items())[:PANELS])


def _glance(months: list[Row]) -> str:
    """The first headline measure's final months."""
    final = [row for row in months if not row.is_provisional][-MONTHS:] or months
    unit, last = unit_of(months[0].unit, months[0].decimals), final[-1]
    words = f"**{last.title}**, the network by month to {month_of(last.period_start)}: {unit.write(last.value)}"
    return pictures.glance_series(words, [pictures.Point(month_of(row.period_start), row.value) for row in final], (), unit)


def _table(series: dict[str, list[Row]]) -> str:
    rows = []
    for months in series.values():
        row = ([row for row in months if not row.is_provisional] or months)[-1]
        rows.append((row.title, month_of(row.period_start), unit_of(row.unit, row.decimals).write(row.value), row.cases))
    return pictures.table(("measure", "latest final month", "network", "cases, rounded"), rows)


def _months(known: set[date]) -> list[date]:
    """Every month from the first to the last, at most two years of them."""
    first, last = (day.year * 12 + day.month - 1 for day in (min(known), max(known)))
    return [date(number // 12, number % 12 + 1, 1) for number in range(max(first, last - MONTHS + 1), last + 1)]


def _trends(series: dict[str, list[Row]]) -> str:
    months = _months({row.period_start for rows in series.values() for row in rows})
    panels = []
    for rows in series.values():
        of = {row.period_start: row for row in rows}
        values = [of[month].value if month in of else None for month in months]
        is_open = [month in of and of[month].is_provisional for month in months]
        panels.append(
            pictures.Panel(rows[0].title, values, unit_of(rows[0].unit, rows[0].decimals), is_open.index(True) if any(is_open) else None)
        )
    subtitle = f"{month_of(months[0])} to {month_of(months[-1])}; in bold the latest final month; what is provisional is dashed"
    return pictures.trends("Headline measures: the network by month", subtitle, [month_of(month) for month in months], panels)
