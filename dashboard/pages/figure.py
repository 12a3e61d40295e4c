"""One figure on a page of its own, and its numbers as a file.

Belongs here: addresses of figures. Does not belong here: what is on them (``dashboard.figures``).
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.asked import Asked
from dashboard.figures import figure_at
from dashboard.pages.page import render

ENDS = (".csv", ".svg")


def show(request: Request) -> Response:
    address = request.path_params["address"]
    end = next((end for end in ENDS if address.endswith(end)), "")
    kind, *parts = address.removesuffix(end).split("/")
    figure = figure_at(Asked.of(request), kind, tuple(parts))
    if end == ".csv":
        # the mark at the beginning tells Excel that it is UTF-8
        return _file("\ufeff" + figure.csv(), "text/csv; charset=utf-8", f"{figure.name}.csv")
    if end == ".svg":
        return _file(str(figure.svg or ""), "image/svg+xml", f"{figure.name}.svg")
    return render(request, "figure.html", title=f"{figure.title}, {figure.subtitle}" if figure.subtitle else figure.title, figure=figure)


def _file(content: str, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"})


ROUTES = [Route("/figure/{address:path}", show)]
