"""From whom a provider can learn: who is best, who improved most, who is like it, and what they did.

Belongs here: the page. Does not belong here: who is like whom (``dashboard.similar_provider_v1``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard import words
from dashboard.asked import Asked
from dashboard.improvement import Action, actions, call, roles
from dashboard.pages.page import render
from dashboard.pages.tabs import by_pathway, pathway_of
from dashboard.views import Row, side_by_side

SIMILAR = "select * from dashboard.similar_provider_v1 where organisation_code = :code and pathway_name = :pathway order by place"
YEAR = "select * from dashboard.year_change_v1 where measure_name = :measure order by best_rank"
MOST = 3


@dataclass(frozen=True)
class Standing:
    """A measure: the provider's own row, who does best, who improved most; ``place`` is the provider's own in words, empty where it has none."""

    measure: Row
    own: Row | None
    best: list[Row]
    improved: list[Row]
    place: str


def begin(request: Request) -> Response:
    return RedirectResponse(f"/learn/{pathway_of(Asked.of(request), '')}", 303)


def show(request: Request) -> Response:
    asked = Asked.of(request)
    pathway = pathway_of(asked, request.path_params["pathway"])
    code = _provider(asked, request.query_params.get("provider", ""))
    similar = asked.rows(SIMILAR, code=code, pathway=pathway) if code else []
    every = [one for one in actions(asked) if one.row.pathway_name == pathway]
    known = roles(asked, pathway)
    return render(
        request, "learn.html", title="From whom to learn", pathway=pathway, pathways_listed=by_pathway(asked), code=code, similar=similar, standings=standings(asked, pathway, code),
        did=lambda peer: _of(every, peer), did_on=lambda peer, measure: [one for one in _of(every, peer) if measure in one.row.measure_names],
        call=lambda peer: call(asked, peer, known), names=asked.names, providers=asked.providers,
    )  # fmt: skip


def _provider(asked: Asked, wanted: str) -> str | None:
    """The reader's own; the office chooses, and begins with the first."""
    if asked.provider:
        return asked.provider
    if wanted:
        code = asked.names.code(wanted)
        if code not in {row.organisation_code for row in asked.providers}:
            raise HTTPException(404, "There is no such provider.")
        return code
    return asked.providers[0].organisation_code if asked.providers else None


def _of(every: list[Action], provider: str) -> list[Action]:
    return [one for one in every if one.row.provider_code == provider]


def standings(asked: Asked, pathway: str, code: str | None) -> list[Standing]:
    """Headline measures with a better direction whose values compare, as far as there are results."""
    measures = [
        m
        for m in asked.measures.values()
        if m.is_headline and m.pathway_name == pathway and m.direction != "neutral" and m.measure_name not in asked.adjusted
    ]
    found = []
    # a measure at a time: of several at once the server compares everything with everything
    for measure, rows in zip(measures, side_by_side(partial(asked.latest, YEAR, measure=m.measure_name) for m in measures), strict=True):
        mine = [row for row in rows if row.value is not None]
        own = next((row for row in mine if row.organisation_code == code), None)
        improved = [row for row in mine if row.improved_rank and _is_better(row)]
        best = [row for row in mine if row.best_rank and row.best_rank <= MOST]
        found.append(Standing(measure, own, best[:MOST], sorted(improved, key=lambda row: row.improved_rank)[:MOST], _place(own, mine)))
    return [one for one in found if one.own or one.best]


def _place(own: Row | None, rows: list[Row]) -> str:
    return words.rank(own.best_rank, sum(row.best_rank == own.best_rank for row in rows) > 1) if own and own.best_rank else ""


def _is_better(row: Row) -> bool:
    return row.change is not None and (row.change > 0) == (row.direction == "higher is better") and row.change != 0


ROUTES = [Route("/learn", begin), Route("/learn/{pathway}", show)]
