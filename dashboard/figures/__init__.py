"""Figures: what is on a chart, read from the views, with words and numbers; one module a kind.

Belongs here: which kinds there are, and finding one by its address. Does not belong here: drawing (``dashboard.charts``), pages.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.exceptions import HTTPException

from dashboard.asked import Asked
from dashboard.figures.figure import Figure
from dashboard.figures.series import series_figure

# kind: (how many parts its address has, what makes it)
KINDS: dict[str, tuple[int, Callable[..., Figure]]] = {
    "series": (2, series_figure),  # measure, organisation
}


def figure_at(asked: Asked, kind: str, parts: tuple[str, ...]) -> Figure:
    """The figure of an address. Raises 404."""
    wanted, make = KINDS.get(kind, (None, None))
    if make is None or wanted != len(parts):
        raise HTTPException(404, "There is no such figure.")
    return make(asked, *parts)
