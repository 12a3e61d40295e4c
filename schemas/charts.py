"""Which measures may have which charts.

Belongs here: what is wrong with a declared choice. Does not belong here: the choice by kind (``schemas.measures``), limits and rules
(``assets.statistics``).
"""

from __future__ import annotations

from schemas.datasets import Pathway
from schemas.measures import EVENT_CHARTS, Chart, Credit, Measure, MeasureKind

NEEDED_KIND = {Chart.P_PRIME: MeasureKind.PROPORTION, Chart.U_PRIME: MeasureKind.RATE}
TITLES = {Chart.XMR: "XmR", Chart.P_PRIME: "P'", Chart.U_PRIME: "U'", Chart.G: "G", Chart.T: "T"}


def what_is_wrong(pathway: Pathway) -> str | None:
    """Why some measure of the pathway cannot have the charts that it declares; None if all can."""
    return next((f"{measure.name} {wrong}" for measure in pathway.measures if (wrong := _wrong_with(measure, pathway))), None)


def _wrong_with(measure: Measure, pathway: Pathway) -> str | None:
    charts = measure.charted_by
    if not charts or len(set(charts)) < len(charts):
        return "declares no chart, or one twice; name each once, or leave them to its kind"
    if measure.judged_by not in charts:
        return f"takes signals from a chart that it does not have ({TITLES[measure.judged_by]}); add it to its charts"
    return next((wrong for chart in charts if (wrong := _unfit(chart, measure, pathway))), None)


def _unfit(chart: Chart, measure: Measure, pathway: Pathway) -> str | None:
    kind = NEEDED_KIND.get(chart, measure.kind)
    if measure.kind is not kind:
        return f"is a {measure.kind.value}: a {TITLES[chart]} chart needs the counts of a {kind.value}; take XmR"
    return _why_no_events(chart, measure, pathway) if chart in EVENT_CHARTS else None


def _why_no_events(chart: Chart, measure: Measure, pathway: Pathway) -> str | None:
    is_counted = measure.kind is MeasureKind.PROPORTION and None not in (measure.cohort, measure.numerator, measure.index_date)
    if not is_counted or "month" not in measure.grains or "provider" not in measure.levels:
        return f"has no events by date: a {TITLES[chart]} chart needs a proportion of providers by month that is computed from cases"
    if pathway.credit_of(measure) is Credit.EVERY_TEAM:
        return f"counts a case for every team: a {TITLES[chart]} chart needs cases that are one provider's, one after the other"
    return None
