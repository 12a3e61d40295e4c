"""The standardised funnel of a measure whose events are held against those expected of each provider's own patients.

Belongs here: reading and wording it. Does not belong here: drawing (``dashboard.charts.funnel``), the model (``assets.case_mix``).
Two families of limits that are never mixed: those that the funnel shows, and those of the outlier policy.
"""

from __future__ import annotations

from collections.abc import Sequence

from assets.pictures.drawing import Unit
from dashboard import words
from dashboard.asked import Asked
from dashboard.charts.canvas import MUTED, TARGET
from dashboard.charts.funnel import Curve, funnel
from dashboard.charts.peers import Peer, Reference
from dashboard.figures.figure import Cell, Figure, number
from dashboard.figures.peers import Chosen, chosen, source
from dashboard.views import Row

RESULTS = """select * from dashboard.standardised_result_v1
where measure_name = :measure and period_grain = :grain and period_start = :start and organisation_kind = 'provider'"""
LIMITS = """select * from dashboard.standardised_funnel_limit_v1
where measure_name = :measure and period_grain = :grain and period_start = :start order by expected"""
COLUMNS = ("Provider", "Ratio", "95 % from", "95 % to", "Observed", "Expected", "Cases", "Standardised rate", "Where it stands", "State")
RATIO = Unit(1.0, "", 2)
DISPLAY = (("upper_998", "99.8 %", ""), ("upper_95", "95 %", "5 3"), ("lower_95", "95 %", "5 3"), ("lower_998", "99.8 %", ""))
POLICY = (
    ("policy_alarm_limit", "policy alarm", "8 3"),
    ("policy_alert_limit", "policy alert", "2 3"),
    ("policy_positive_limit", "policy positive", "2 3"),
)


def standardised_figure(asked: Asked, measure: str, grain: str, start: str) -> Figure:
    """Raises 404."""
    of = chosen(asked, measure, grain, start)
    which = {"measure": measure, "grain": of.grain, "start": of.start}
    rows, limits = _in_order(asked, asked.rows(RESULTS, **which)), asked.rows(LIMITS, **which)
    shown = [row for row in rows if row.ratio is not None and row.expected]
    summary = (
        _summary(asked, of, shown)
        if shown
        else "Nothing can be shown: hidden, or not enough cases for expected events."
        if rows
        else "There are no expected events for this period."
    )
    return Figure(
        "standardised", of.parts, "Standardised funnel", summary, _draw(asked, of, shown, limits, summary) if shown and limits else None, COLUMNS,
        [_cells(asked, of, row) for row in rows], subtitle=f"{of.measure.title}, {of.when}", notes=_notes(rows, limits),
        source=source(of, "Observed over expected events") + (f" · model {rows[0].model_version}" if rows else ""), data_at=of.data_at, more=f"/measure/{measure}",
    )  # fmt: skip


def _in_order(asked: Asked, rows: Sequence[Row]) -> list[Row]:
    """The lowest ratio first; ties and what is hidden by what they are called on the page: the order of codes would tell whose number is whose."""
    return sorted(rows, key=lambda row: (row.ratio is None, row.ratio or 0.0, asked.names.name(row.organisation_code)))


def has_expected(asked: Asked, of: Chosen) -> bool:
    return bool(asked.rows(RESULTS, measure=of.measure.measure_name, grain=of.grain, start=of.start))


def _draw(asked: Asked, of: Chosen, shown: Sequence[Row], limits: Sequence[Row], summary: str):
    curves = [Curve(name, _points(limits, column), MUTED, dashes) for column, name, dashes in DISPLAY]
    curves += [Curve(name, points, TARGET, dashes) for column, name, dashes in POLICY if (points := _points(limits, column))]
    return funnel(
        f"{of.measure.title}, {of.when}",
        summary,
        [_peer(asked, of, row) for row in shown],
        curves,
        [Reference("as expected", 1.0)],
        RATIO,
        "expected events",
    )


def _points(limits: Sequence[Row], column: str) -> list[tuple[float, float]]:
    """Interpolated limits of few events lie below nothing at all: no ratio does."""
    return [(limit.expected, max(value, 0.0)) for limit in limits if (value := getattr(limit, column)) is not None]


def _peer(asked: Asked, of: Chosen, row: Row) -> Peer:
    code, kind = row.organisation_code, _stands(row)
    is_own = code in asked.names.own
    said = f"{asked.names.name(code)}: {RATIO.write(row.ratio)}, {words.count(row.observed)} observed, {words.count(row.expected)} expected"
    return Peer(
        row.ratio,
        asked.names.short(code) if is_own or kind != "peer" else "",
        said,
        kind,
        is_own,
        row.expected,
        is_provisional=bool(row.is_provisional),
    )


def _stands(row: Row) -> str:
    """Events are what nobody wants: more than the limit is worse."""
    position = row.funnel_position or "inside"
    return "peer" if position == "inside" else "concern" if position.startswith("above") else "improvement"


def _summary(asked: Asked, of: Chosen, shown: Sequence[Row]) -> str:
    beyond = [row for row in shown if _stands(row) != "peer"]
    said = f"{words.many(len(shown), 'provider')} in {of.when}, each held against the events expected of its own patients: {len(shown) - len(beyond)} within the limits"
    named = [f"{asked.names.short(row.organisation_code)} ({RATIO.write(row.ratio)})" for row in beyond]
    return said + (f"; beyond them: {', '.join(named[:5])}." if named else ".")


def _notes(rows: Sequence[Row], limits: Sequence[Row]) -> tuple[str, ...]:
    notes = [
        "Ratio of observed to expected events: 1 is as expected of patients like these. It compares a provider with its own expectation, not with its neighbour."
    ]
    if any(row.ratio is not None and not row.is_own for row in rows):
        notes.append("Ratios of other providers rest on events rounded to 5, so many of them are 1.")
    if any(limit.policy_alert_limit is not None for limit in limits):
        version = next(limit.outlier_policy_version for limit in limits if limit.policy_alert_limit is not None)
        notes.append(
            f"Limits of the funnel (95 %, 99.8 %) are for looking; those of the outlier policy (version {version}) are the ones that begin its workflow, and are named so."
        )
    notes += (
        [f"{hidden} of {len(rows)} providers are hidden: {words.SMALL}."]
        if (hidden := sum(bool(row.is_suppressed) for row in rows))
        else []
    )
    notes += ["Provisional: outcomes of the period are still to come."] if any(row.is_provisional for row in rows) else []
    return tuple(notes)


def _cells(asked: Asked, of: Chosen, row: Row) -> list[Cell]:
    hidden, code = "hidden" if row.is_suppressed else None, row.organisation_code

    def ratio(value: float | None) -> Cell:
        return number(value, hidden or (words.NONE if value is None else RATIO.write(value)))

    return [
        Cell(asked.names.name(code), address=f"/provider/{asked.names.slug(code)}/{of.measure.pathway_name}", mark="own" if code in asked.names.own else ""),
        ratio(row.ratio), ratio(row.lower_95), ratio(row.upper_95), *(number(counted, hidden or words.count(counted)) for counted in (row.observed, row.expected, row.case_count)),
        number(row.standardised_rate, hidden or words.value(row.standardised_rate, of.measure)), Cell(hidden or row.funnel_position or words.NONE),
        Cell("provisional" if row.is_provisional else "final"),
    ]  # fmt: skip
