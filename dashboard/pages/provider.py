"""A provider: what stands out, its pathway, its place among peers, its measures over time, its actions, aims and data.

Belongs here: what stands on the page. Does not belong here: figures (``dashboard.figures``).
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard import words
from dashboard.asked import Asked
from dashboard.figures.series import series_figures
from dashboard.figures.timeline import quarters, timeline_figure
from dashboard.improvement import STATUSES
from dashboard.outliers import open_outliers, outlier_sentence
from dashboard.pages.page import render
from dashboard.standing import having, open_signals, ordered, places, sentence

AIMS = """select * from dashboard.aim_progress_v1 where provider_code = :provider order by target_on"""
ACTIONS = """select a.improvement_action_id, a.title, a.started_on, a.status, e.measure_name, e.measure_title, e.verdict
from dashboard.improvement_action_v1 a left join dashboard.action_effect_v1 e using (improvement_action_id)
where a.provider_code = :provider and a.pathway_name = :pathway order by a.started_on desc, a.improvement_action_id, e.measure_name"""
SUBMISSIONS = """select dataset_name, state, received_at, accepted_count, quarantined_count, is_own from dashboard.submission_v1
where sender_code = :provider order by received_at desc limit 5"""
MOST_SIGNALS = 8


def begin(request: Request) -> Response:
    """The pathway for which the provider has results."""
    asked = Asked.of(request)
    code = asked.organisation(request.path_params["slug"]).organisation_code
    pathway = next(iter(having(asked, code) or asked.pathways), "none")
    return RedirectResponse(f"/provider/{asked.names.slug(code)}/{pathway}", 303)


def show(request: Request) -> Response:
    """The page. ``?quarter=YYYY-MM-DD`` chooses that of the timeline, ``?all=yes`` shows every measure."""
    asked = Asked.of(request)
    organisation, pathway = asked.organisation(request.path_params["slug"]), request.path_params["pathway"]
    code, slug = organisation.organisation_code, asked.names.slug(organisation.organisation_code)
    shows_all = request.query_params.get("all") == "yes"
    measures = [m for m in asked.measures.values() if m.pathway_name == pathway and (m.is_headline or shows_all)]
    if not measures and asked.measures:
        raise HTTPException(404, "There is no such pathway.")
    signals = open_signals(asked, code, pathway)
    stood = places(asked, measures, signals, code, pathway)
    figures = series_figures(asked, [place.measure.measure_name for place in stood if place.result is not None], code)
    kind = organisation.organisation_kind
    return render(
        request, "provider.html", title=asked.names.name(code), pathway=pathway, tabs=ordered(asked), slug=slug, figures=figures, places=stood, signals=signals,
        timeline=_timeline(asked, pathway, slug, code, request.query_params.get("quarter", "")), shows_all=shows_all,
        actions=asked.rows(ACTIONS, provider=code, pathway=pathway), aims=[a for a in asked.rows(AIMS, provider=code) if a.measure_name in {m.measure_name for m in asked.measures.values() if m.pathway_name == pathway}],
        submissions=asked.rows(SUBMISSIONS, provider=code), is_own=code in asked.names.own, is_provider=kind == "provider", providers=asked.providers, names=asked.names,
        has_results=pathway in having(asked, code), adjusted=asked.adjusted, outliers=open_outliers(asked, code, pathway), outlier_sentence=outlier_sentence, statuses=STATUSES, shared=words.SHARED,
        most=MOST_SIGNALS, sentence=lambda signal: sentence(signal, asked.measures),
    )  # fmt: skip


def _timeline(asked: Asked, pathway: str, slug: str, code: str, wanted: str) -> tuple:
    """The timeline with the quarters there are to choose from; nothing where the pathway has none."""
    known = quarters(asked, pathway, code)
    if not known:
        return None, []
    return timeline_figure(asked, pathway, slug, wanted if wanted in {start.isoformat() for start in known} else ""), known


ROUTES = [Route("/provider/{slug}", begin), Route("/provider/{slug}/{pathway}", show)]
