"""The risk-adjusted CUSUM of a measure: how near a provider's own patients have brought it to its limit.

Belongs here: reading and wording it. Does not belong here: computing it (``assets.case_mix_cusum``). Of others there is nothing to draw: the view gives
values of one's own only.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException

from assets.pictures.drawing import Unit
from dashboard import words
from dashboard.asked import Asked
from dashboard.charts.series import Level, Spot, series
from dashboard.figures.figure import Cell, Figure, number
from dashboard.views import Row

MONTHS = """select * from dashboard.cusum_month_v1 where organisation_code = :organisation and measure_name = :measure and direction = :direction order by period_start"""
LOOKS_FOR = {"worse": "more than expected", "better": "fewer than expected"}
UNIT = Unit(1.0, "", 2)


def cusum_figure(asked: Asked, measure: str, slug: str, direction: str) -> Figure:
    """The chart that looks for ``direction``: worse or better. Raises 404."""
    organisation, of = asked.organisation(slug), asked.measure(measure)
    if direction not in LOOKS_FOR:
        raise HTTPException(404, "There is no such figure.")
    months = asked.rows(MONTHS, organisation=organisation.organisation_code, measure=measure, direction=direction)
    known = [month for month in months if month.highest_value is not None]
    name, summary = asked.names.name(organisation.organisation_code), _summary(known, months)
    tone = "concern" if direction == "worse" else "improvement"
    versions = f"{known[-1].model_version}, rule version {known[-1].rule_version}" if known else "no model"
    return Figure(
        "cusum", (measure, slug, direction), f"{of.title}: {LOOKS_FOR[direction]}", summary, _draw(f"{of.title}, {name}", summary, known, tone) if known else None,
        ("Month", "Cases", "Observed", "Expected", "Highest value", "Limit", "Limit reached", "State"), [_cells(month) for month in reversed(known)], subtitle=name,
        notes=("Expected are the outcomes of such patients by the case-mix model. The chart starts anew from 0 after it has reached its limit.",) if known else (),
        source=f"Risk-adjusted CUSUM · {versions} · measure version {of.measure_version}", more=f"/measure/{measure}", badge=_badge(known, tone),
    )  # fmt: skip


def _draw(title: str, summary: str, months: list[Row], tone: str):
    spots = [
        Spot(
            words.period(m.period_start),
            m.highest_value,
            f"special cause {tone}" if m.crossing_count else "common cause",
            bool(m.is_provisional),
            _said(m),
        )
        for m in months
    ]
    limit = [m.limit_value for m in months]
    return series(title, summary, spots, [Level("limit", limit, width=1.5)] if any(value is not None for value in limit) else [], UNIT)


def _said(month: Row) -> str:
    return (
        f"{words.period(month.period_start)}: {month.observed} observed, {month.expected:.1f} expected of {month.case_count} patients"
        + ("; the limit was reached" if month.crossing_count else "")
    )


def _badge(known: list[Row], tone: str) -> tuple[str, str] | None:
    return (tone, tone) if any(month.crossing_count for month in known[-12:]) else None


def _summary(known: list[Row], months: list[Row]) -> str:
    if not known:
        return (
            "Values of this chart are seen by the provider itself alone."
            if months
            else "No chart yet: no case-mix model has predicted the risks of its patients."
        )
    crossed = [month for month in known if month.crossing_count]
    last, limit = known[-1], known[-1].limit_value
    if limit is None:
        return "Too few patients for a limit yet."
    reached = (
        f"The limit was reached in {', '.join(words.period(month.period_start) for month in crossed[-3:])}. "
        if crossed
        else "The limit has not been reached. "
    )
    return reached + f"In {words.period(last.period_start)} the chart stood at {last.last_value:.2f}; its limit is {limit:.2f}."


def _cells(month: Row) -> list[Cell]:
    return [
        Cell(words.period(month.period_start), month.period_start.isoformat()), number(month.case_count, words.count(month.case_count)),
        number(month.observed, words.count(month.observed)), number(month.expected, f"{month.expected:.1f}"), number(month.highest_value, UNIT.write(month.highest_value)),
        number(month.limit_value, words.NONE if month.limit_value is None else UNIT.write(month.limit_value)),
        Cell("yes" if month.crossing_count else "no"), Cell("provisional" if month.is_provisional else "final"),
    ]  # fmt: skip
