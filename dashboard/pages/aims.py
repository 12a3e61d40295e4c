"""Aims: on track or not, and whether the process can meet them.

Belongs here: the page. Does not belong here: figures (``dashboard.figures.aim``).
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.asked import Asked
from dashboard.figures.aim import STATES, aims, figure_of
from dashboard.pages.page import render
from dashboard.pages.tabs import by_pathway
from dashboard.views import Row

# every aim, also one that nothing can be said of yet
ALL = """select a.*, p.state from dashboard.aim_v1 a left join dashboard.aim_progress_v1 p using (aim_id) order by a.target_on, a.aim_id"""
REVISIONS = "select * from dashboard.aim_revision_v1 order by arrival_number desc"


def show(request: Request) -> Response:
    """Own aims as figures, or everybody's (``?who=everybody``) as a list; ``?pathway=`` narrows."""
    asked = Asked.of(request)
    pathway, who = request.query_params.get("pathway", ""), request.query_params.get("who", "own" if asked.provider else "everybody")
    fitting = [
        aim
        for aim in asked.rows(ALL)
        if aim.measure_name in asked.measures and pathway in ("", asked.measures[aim.measure_name].pathway_name)
    ]
    shown = [aim for aim in fitting if who == "everybody" or aim.is_own]
    own = [aim for aim in shown if who != "everybody"]
    progress = {aim.aim_id: aim for aim in aims(asked)}
    figures = [
        (figure_of(asked, asked.measures[aim.measure_name], progress[aim.aim_id]), revisions(asked, aim), aim)
        for aim in own
        if aim.aim_id in progress
    ]
    waiting = [aim for aim in own if aim.aim_id not in progress]
    listed = (
        [
            (aim, asked.measures[aim.measure_name], STATES.get(aim.state, ("none", "not looked at yet")), *_owner(asked, aim))
            for aim in shown
        ]
        if who == "everybody"
        else []
    )
    return render(
        request, "aims.html", title="Aims", figures=figures, waiting=waiting, listed=listed, who=who, pathway=pathway, pathways_listed=by_pathway(asked), measures=asked.measures,
        told=asked.names.told,
    )  # fmt: skip


def _owner(asked: Asked, aim: Row) -> tuple[str, str]:
    """Name and slug; of a site that is not shown, those of its provider."""
    code = aim.organisation_code if asked.names.may_see(aim.organisation_code) else aim.provider_code
    return asked.names.name(code), asked.names.slug(code)


def revisions(asked: Asked, aim: Row) -> list[Row]:
    """What was said of an aim, the latest first."""
    return [row for row in asked.rows(REVISIONS) if (row.organisation_code, row.measure_name) == (aim.organisation_code, aim.measure_name)]


ROUTES = [Route("/aims", show)]
