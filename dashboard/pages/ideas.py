"""Change ideas: what leads try, and what it does.

Belongs here: the vocabulary, and one idea. Does not belong here: pooling (``assets.change_ideas``).
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.asked import Asked
from dashboard.figures.idea import idea_figure
from dashboard.improvement import IDEAS, actions, call, interval, roles
from dashboard.pages.page import render
from dashboard.pages.tabs import by_pathway
from dashboard.views import Row

EFFECTS = "select * from dashboard.change_idea_effect_v1 order by change_idea, told_count desc, measure_title"


def show_all(request: Request) -> Response:
    asked = Asked.of(request)
    wanted = request.query_params.get("pathway", "")
    ideas = [row for row in asked.rows(IDEAS) if wanted in ("", row.pathway_name)]
    effects: dict[str, list[Row]] = {}
    for row in asked.rows(EFFECTS):
        effects.setdefault(row.change_idea, []).append(row)
    told = asked.names.told
    return render(
        request,
        "ideas.html",
        title="Change ideas",
        ideas=ideas,
        effects=effects,
        wanted=wanted,
        pathways_listed=by_pathway(asked),
        said=_said,
        told=told,
    )


def _said(row: Row) -> str:
    """What is known of an idea and a measure, in a few words."""
    if row.is_suppressed:
        return "hidden: it rests on small numbers of other providers"
    if row.effect is None:
        return "cannot be told yet"
    return f"{interval(row.effect, row.effect_lower, row.effect_upper, row)}, of {row.told_count}"


def show(request: Request) -> Response:
    asked, name = Asked.of(request), request.path_params["idea"]
    found = [row for row in asked.rows(IDEAS) if row.change_idea == name]
    if not found:
        raise HTTPException(404, "There is no such change idea.")
    idea, every = found[0], [one for one in actions(asked) if name in one.row.change_ideas]
    measures = list(dict.fromkeys(told.measure.measure_name for one in every for told in one.told))
    # an idea of one pathway may be tried on another: the leads are those of the action
    callers = {
        one.slug: (one.who, call(asked, one.row.provider_code, roles(asked, one.row.pathway_name))) for one in every if not one.row.is_own
    }
    told = asked.names.told
    figures = [idea_figure(asked, name, measure) for measure in measures]
    return render(
        request,
        "idea.html",
        title=told(idea.title),
        idea=idea,
        said=told(idea.description or ""),
        actions=every,
        figures=figures,
        callers=_best_first(asked, name, callers),
    )


def _best_first(asked: Asked, idea: str, callers: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """In the order of the idea's effects: whoever had the best one first."""
    ordered = [asked.names.slug(code) for row in asked.rows(EFFECTS) if row.change_idea == idea for code in row.providers]
    return {slug: callers[slug] for slug in dict.fromkeys([*ordered, *callers]) if slug in callers}


ROUTES = [Route("/ideas", show_all), Route("/ideas/{idea}", show)]
