"""Figures: what is on a chart, read from the views, with words and numbers; one module a kind.

Belongs here: which kinds there are, and finding one by its address. Does not belong here: drawing (``dashboard.charts``), pages.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.exceptions import HTTPException

from dashboard.asked import Asked
from dashboard.figures.aim import aim_figure
from dashboard.figures.caterpillar import caterpillar_figure
from dashboard.figures.cusum import cusum_figure
from dashboard.figures.effect import effect_figure
from dashboard.figures.figure import Figure
from dashboard.figures.funnel import funnel_figure
from dashboard.figures.idea import idea_figure
from dashboard.figures.series import series_figure
from dashboard.figures.standardised import standardised_figure
from dashboard.figures.timeline import timeline_figure
from dashboard.figures.trend import trend_figure

# kind: (how many parts its address may have, what makes it)
KINDS: dict[str, tuple[tuple[int, ...], Callable[..., Figure]]] = {
    "aim": ((2,), aim_figure),  # measure, organisation
    "caterpillar": ((3,), caterpillar_figure),  # measure, grain, first day of a period
    "cusum": ((3,), cusum_figure),  # measure, organisation, which change it looks for
    "effect": ((2,), effect_figure),  # action, measure
    "funnel": ((3,), funnel_figure),  # measure, grain, first day of a period
    "idea": ((2,), idea_figure),  # change idea, measure
    "series": ((2,), series_figure),  # measure, organisation
    "standardised": ((3,), standardised_figure),  # measure, grain, first day of a period
    "timeline": ((2, 3), timeline_figure),  # pathway, organisation, first day of a quarter
    "trend": ((1,), trend_figure),  # measure
}


def figure_at(asked: Asked, kind: str, parts: tuple[str, ...]) -> Figure:
    """The figure of an address. Raises 404."""
    wanted, make = KINDS.get(kind, ((), None))
    if make is None or len(parts) not in wanted:
        raise HTTPException(404, "There is no such figure.")
    return make(asked, *parts)
