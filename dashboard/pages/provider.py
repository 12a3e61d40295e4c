"""A provider: its measures over time, its place among peers, its pathway, its signals, its data.

Belongs here: what stands on the page. Does not belong here: figures (``dashboard.figures``).
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard.asked import Asked
from dashboard.figures.series import series_figures
from dashboard.pages.page import render


def begin(request: Request) -> Response:
    asked = Asked.of(request)
    organisation = asked.organisation(request.path_params["slug"])
    return RedirectResponse(f"/provider/{asked.names.slug(organisation.organisation_code)}/{asked.pathways[0]}", 303)


def show(request: Request) -> Response:
    asked = Asked.of(request)
    organisation, pathway = asked.organisation(request.path_params["slug"]), request.path_params["pathway"]
    names = [m.measure_name for m in asked.measures.values() if m.is_headline and m.pathway_name == pathway]
    figures = series_figures(asked, names, organisation.organisation_code)
    slug = asked.names.slug(organisation.organisation_code)
    return render(request, "provider.html", title=asked.names.name(organisation.organisation_code), pathway=pathway, slug=slug, figures=figures)


ROUTES = [Route("/provider/{slug}", begin), Route("/provider/{slug}/{pathway}", show)]
