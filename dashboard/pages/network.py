"""The network: each pathway at a glance, and what changed this month.

Belongs here: what stands on the page, and the rows of its matrix as HTML. Does not belong here: reading and ordering the matrix (``dashboard.matrix``).
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard import words
from dashboard.asked import Asked
from dashboard.changes import DAYS, MOST, changes
from dashboard.matrix import LOW_COMPLETENESS, Line, matrix
from dashboard.pages.page import render
from dashboard.standing import having, ordered


@dataclass(frozen=True)
class Choice:
    """What the address asks for: all measures or headline ones, columns by a measure, rows by their concerns."""

    pathway: str
    has_all: bool = False
    by: str | None = None
    is_by_concerns: bool = False

    @classmethod
    def of(cls, request: Request) -> Choice:
        asked = request.query_params
        return cls(request.path_params["pathway"], asked.get("all") == "yes", asked.get("by") or None, asked.get("rows") == "concerns")

    def address(self, **other) -> str:
        """The address of the same page with something else chosen."""
        chosen = Choice(**{**vars(self), **other})
        given = {"all": "yes" if chosen.has_all else None, "by": chosen.by, "rows": "concerns" if chosen.is_by_concerns else None}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"/network/{chosen.pathway}{'?' if query else ''}{query}"


def begin(request: Request) -> Response:
    """A pathway of which the reader's provider has results, else the network."""
    asked = Asked.of(request)
    for code in (asked.provider, asked.network_code):
        if code and (found := having(asked, code)):
            return RedirectResponse(f"/network/{found[0]}", 303)
    if asked.pathways:
        return RedirectResponse(f"/network/{ordered(asked)[0]}", 303)
    return render(request, "network.html", title="The network", tabs=(), choice=None)


def show(request: Request) -> Response:
    """The page. ``?all=yes``: every measure; ``?by=<measure>``: its best provider first; ``?rows=concerns``: measures with most concerns first."""
    asked, choice = Asked.of(request), Choice.of(request)
    measures = [m for m in asked.measures.values() if m.pathway_name == choice.pathway]
    if not measures:
        raise HTTPException(404, "There is no such pathway.")
    headline = [m for m in measures if m.is_headline] or measures
    shown = matrix(asked, choice.pathway, measures if choice.has_all else headline, choice.by, choice.is_by_concerns)
    changed = changes(asked, choice.pathway)
    return render(
        request, "network.html", title="The network", tabs=ordered(asked), choice=choice, measures=measures, headline=headline,
        by=asked.measures.get(choice.by or ""), lines=[(line, _cells(asked, line, shown.providers), line.concerns(shown.providers)) for line in shown.lines],
        columns=[(asked.names.slug(code), asked.names.short(code), asked.names.name(code), code == asked.provider) for code in shown.providers],
        sources=sorted({line.national.national_source for line in shown.lines if line.national}),
        changed=changed[:MOST], changed_count=len(changed), days=DAYS, network_slug=asked.network_code,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ cells, many thousands of them
def _cells(asked: Asked, line: Line, providers: list[str]) -> Markup:
    """The cells of a row, written without a template: there may be 200 a row and 60 rows."""
    unit, address = words.unit_of(line.measure), f"/figure/series/{escape(line.measure.measure_name)}/"
    parts = []
    for code in providers:
        row, own = line.cells.get(code), ' class="own"' if code == asked.provider else ""
        if row is None or (row.value is None and not row.is_suppressed):
            parts.append(f"<td{own}>{words.NONE}")
            continue
        shown = "hidden" if row.value is None else f"{row.value * unit.factor:,.{unit.decimals}f}"
        low = "°" if row.completeness_share is not None and row.completeness_share < LOW_COMPLETENESS else ""
        parts.append(
            f'<td{own}><a class="{line.said.get(code, "common")}" href="{address}{escape(asked.names.slug(code))}">{shown}{low}</a>'
        )
    return Markup("".join(parts))


ROUTES = [Route("/network", begin), Route("/network/{pathway}", show)]
