"""The funnel of a measure in a period.

Belongs here: reading and wording it. Does not belong here: drawing (``dashboard.charts.funnel``).
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import words
from dashboard.asked import Asked
from dashboard.charts.canvas import FAINT, MUTED
from dashboard.charts.funnel import Curve, funnel
from dashboard.figures.figure import Cell, Figure, number
from dashboard.figures.peers import Chosen, chosen, lines, notes, peer, results, source, stands
from dashboard.views import Row

LIMITS = """select * from dashboard.funnel_limit_v1
where measure_name = :measure and period_grain = :grain and period_start = :start and peer_kind = 'provider' order by denominator"""
COLUMNS = ("Provider", "Value", "Numerator", "Denominator", "Where it stands", "z", "Completeness", "State")
BY_CHANCE, AS_PEERS_DIFFER = "limits of chance alone", "limits that allow for how much peers differ"


def funnel_figure(asked: Asked, measure: str, grain: str, start: str) -> Figure:
    """Raises 404."""
    of = chosen(asked, measure, grain, start)
    rows = results(asked, of)
    limits = asked.rows(LIMITS, measure=measure, grain=of.grain, start=of.start)
    shown = [row for row in rows if row.value is not None and row.denominator]
    is_adjusted = any(limit.adjusted_upper_95 is not None for limit in limits)
    summary = _summary(asked, of, shown, is_adjusted) if limits and shown else _no_funnel(of.measure, rows)
    return Figure(
        "funnel", of.parts, "Funnel", summary, _draw(asked, of, shown, limits, is_adjusted, summary) if limits and shown else None, COLUMNS,
        [_cells(asked, of.measure, row) for row in rows], subtitle=f"{of.measure.title}, {of.when}", notes=notes(rows),
        source=source(of, f"Funnel, 95 % and 99.8 %: {AS_PEERS_DIFFER if is_adjusted else BY_CHANCE}"), data_at=of.data_at, more=f"/measure/{measure}",
    )  # fmt: skip


def _draw(asked: Asked, of: Chosen, shown: Sequence[Row], limits: Sequence[Row], is_adjusted: bool, summary: str):
    peers = [peer(asked, of, row, row.denominator) for row in shown]
    curves = (
        [*_curves(limits, "", MUTED, "5 3")]
        if not is_adjusted
        else [*_curves(limits, "", FAINT, "1 3", has_names=False), *_curves(limits, "adjusted_", MUTED, "5 3")]
    )
    across = "cases" if of.measure.kind == "proportion" else "denominator"
    return funnel(f"{of.measure.title}, {of.when}", summary, peers, curves, lines(of, shown), words.unit_of(of.measure), across)


def _curves(limits: Sequence[Row], prefix: str, colour: str, dashes: str, has_names: bool = True) -> list[Curve]:
    """95 % broken, 99.8 % whole; where both kinds of limits are drawn those of chance alone are dotted and unnamed."""
    found = []
    for side in ("lower", "upper"):
        for level, name, broken in (("998", "99.8 %", "" if has_names else dashes), ("95", "95 %", dashes)):
            points = [(limit.denominator, value) for limit in limits if (value := getattr(limit, f"{prefix}{side}_{level}")) is not None]
            found.append(Curve(name if has_names else "", points, colour, broken))
    return found


def _summary(asked: Asked, of: Chosen, shown: Sequence[Row], is_adjusted: bool) -> str:
    beyond = [row for row in shown if stands(row) != "peer"]
    said = f"{words.many(len(shown), 'provider')} in {of.when}: {len(shown) - len(beyond)} within the limits"
    for kind, word in (("concern", "worse"), ("improvement", "better"), ("change", "beyond them")):
        named = [asked.names.short(row.organisation_code) for row in beyond if stands(row) == kind]
        said += f"; {word}: {', '.join(named[:5])}{f' and {len(named) - 5} more' if len(named) > 5 else ''}" if named else ""
    return said + (f" ({AS_PEERS_DIFFER}; dotted: {BY_CHANCE})." if is_adjusted else ".")


def _no_funnel(measure: Row, rows: Sequence[Row]) -> str:
    if measure.kind not in ("proportion", "rate", "ratio"):
        return f"A {measure.kind} measure has no funnel: chance does not follow from the number of cases alone. The caterpillar shows how the providers differ."
    if any(row.is_suppressed for row in rows):
        return f"Nothing can be shown: of each provider {words.SMALL}."
    return "No provider has a value in this period, or there are too few for limits."


def _cells(asked: Asked, measure: Row, row: Row) -> list[Cell]:
    name = asked.names.name(row.organisation_code)
    hidden = "hidden" if row.is_suppressed else None
    return [
        Cell(name, address=f"/provider/{asked.names.slug(row.organisation_code)}/{measure.pathway_name}", mark="own" if row.organisation_code in asked.names.own else ""),
        number(row.value, hidden or words.bare(row.value, measure)), number(row.numerator, hidden or words.count(row.numerator)),
        number(row.denominator, hidden or words.count(row.denominator)), Cell(hidden or row.adjusted_position or row.funnel_position or words.NONE),
        number(row.adjusted_z_score if row.adjusted_z_score is not None else row.z_score, _z(row)),
        number(row.completeness_share, words.share(row.completeness_share)), Cell("provisional" if row.is_provisional else "final"),
    ]  # fmt: skip


def _z(row: Row) -> str:
    value = row.adjusted_z_score if row.adjusted_z_score is not None else row.z_score
    return words.NONE if value is None else f"{value:+.1f}".replace("-", "−")
