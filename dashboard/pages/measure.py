"""Measures: all of them, and one of them in the network: funnel, caterpillar, ranks, trend, who to learn from, definition.

Belongs here: what stands on the pages. Does not belong here: figures (``dashboard.figures``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard import words
from dashboard.asked import Asked
from dashboard.figures.caterpillar import caterpillar_figure
from dashboard.figures.funnel import funnel_figure
from dashboard.figures.peers import GRAINS, Chosen, latest, of_row, periods
from dashboard.figures.series import CHARTS, series_figure
from dashboard.figures.standardised import has_expected, standardised_figure
from dashboard.figures.trend import trend_figure
from dashboard.matrix import matrix
from dashboard.pages.page import render
from dashboard.pages.provider import ordered
from dashboard.views import Row, side_by_side

YEAR = "select * from dashboard.year_change_v1 where measure_name = :measure order by best_rank"
IDEAS = "select * from dashboard.change_idea_effect_v1 where measure_name = :measure order by improved_count desc, abs(effect) desc nulls last, change_idea"
MOST = 5
CREDITS = {
    "case": "each case once, for the team or site that it is counted for", "team record": "each team's own record, for that team",
    "every team": "each case for every team that had a part in it",
}  # fmt: skip


def list_all(request: Request) -> Response:
    """``?pathway=<name>``: its measures; without it those of the first."""
    asked = Asked.of(request)
    tabs = ordered(asked)
    pathway = request.query_params.get("pathway", "")
    pathway = pathway if pathway in tabs else next(iter(tabs), "")
    shown = matrix(asked, pathway, [m for m in asked.measures.values() if m.pathway_name == pathway])
    lines = [(line, line.concerns(shown.providers)) for line in shown.lines]
    return render(request, "measures.html", title="Measures", tabs=tabs, pathway=pathway, lines=lines, network_slug=asked.network_code)


def show(request: Request) -> Response:
    """``?grain=quarter&period=YYYY-MM-DD``: of that period; without it, or if there are no results of it, of the latest final quarter."""
    asked = Asked.of(request)
    measure = asked.measure(request.path_params["name"])
    of = _period(asked, measure, request.query_params.get("grain", ""), request.query_params.get("period", ""))
    known = [row for row in periods(asked, measure.measure_name) if of and row.period_grain == of.grain]
    parts = (
        partial(_figures, asked, of),
        partial(trend_figure, asked, measure.measure_name),
        partial(_network, asked, measure),
        partial(_learn, asked, measure),
    )
    figures, trend, network, learnt = _beside(asked, parts)
    return render(
        request, "measure.html", title=measure.title, measure=measure, of=of, known=list(reversed(known)), figures=figures, grains=_grains(asked, measure),
        trend=trend, network=network, ideas=asked.rows(IDEAS, measure=measure.measure_name), names=asked.names,
        adjusted=asked.adjusted, **learnt, charts=[_chart(chart) for chart in measure.charts or ()], signals_from=_chart(measure.signals_from) if measure.signals_from else None, credit=CREDITS.get(measure.credit, measure.credit),
    )  # fmt: skip


def _period(asked: Asked, measure: Row, grain: str, start: str) -> Chosen | None:
    """What the address asks for as far as there are results of it: a form that changes the grain still holds the old grain's day."""
    grain = grain if grain in _grains(asked, measure) else ""
    for row in periods(asked, measure.measure_name):
        if (row.period_grain, row.period_start.isoformat()) == (grain, start):
            return of_row(measure, row)
    return latest(asked, measure, grain)


def _grains(asked: Asked, measure: Row) -> list[str]:
    there = {row.period_grain for row in periods(asked, measure.measure_name)}
    return [grain for grain in GRAINS if grain in there]


def _beside(asked: Asked, parts: Sequence[Callable[[], Any]]) -> list:
    """Parts that know nothing of each other, side by side; what all of them need is there before."""
    _ = asked.names, asked.measures
    return side_by_side(parts)


def _figures(asked: Asked, of: Chosen | None) -> dict | None:
    """Those of one period; ``None`` for one that the measure does not have."""
    if of is None:
        return None
    standardised = standardised_figure(asked, *of.parts) if has_expected(asked, of) else None
    return {
        "funnel": None if standardised else funnel_figure(asked, *of.parts),
        "caterpillar": caterpillar_figure(asked, *of.parts),
        "standardised": standardised,
    }


def _chart(name: str) -> str:
    return CHARTS.get(name, f"{words.plain(name)} chart").split(":")[0]


def _network(asked: Asked, measure: Row):
    """The network's own chart with its limits, where there is a network value."""
    if asked.network_code is None:
        return None
    figure = series_figure(asked, measure.measure_name, asked.network_code)
    return figure if figure.rows else None


def _learn(asked: Asked, measure: Row) -> dict:
    """Who is best, and who improved most, in the latest twelve months; nobody by crude values that do not compare."""
    if measure.measure_name in asked.adjusted:
        return {"best": [], "improved": [], "year_ends_on": None}
    rows = asked.latest(YEAR, measure=measure.measure_name)
    best = sorted((row for row in rows if row.best_rank and row.best_rank <= MOST), key=lambda row: row.best_rank)
    improved = sorted(
        (row for row in rows if row.improved_rank and row.improved_rank <= MOST and _is_moved(measure, row.change)),
        key=lambda row: row.improved_rank,
    )
    return {"best": best, "improved": improved, "year_ends_on": rows[0].year_ends_on if rows else None}


def _is_moved(measure: Row, change: float | None) -> bool:
    """Whether a difference goes where it should."""
    return bool(change) and (change > 0) == (measure.direction == "higher is better")


ROUTES = [Route("/measures", list_all), Route("/measure/{name}", show)]
