"""A provider: what stands out, its pathway, its place among peers, its measures over time, its actions, aims and data.

Belongs here: what stands on the page. Does not belong here: figures (``dashboard.figures``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard import words
from dashboard.asked import Asked
from dashboard.figures.series import series_figures
from dashboard.figures.timeline import quarters, timeline_figure
from dashboard.pages.page import render
from dashboard.views import Row

PLACES = """select * from dashboard.latest_result_v1 where organisation_code = :organisation and period_grain = 'quarter' and measure_name = any (:measures)"""
# asked a measure at a time: the network rests on everybody's cells
NETWORK = """select n.* from unnest(cast(:measures as text[]), cast(:starts as date[])) as w (measure_name, period_start)
cross join lateral (select r.measure_name, r.value from dashboard.measure_result_v1 r where r.measure_name = w.measure_name
    and r.organisation_code = :network and r.period_grain = 'quarter' and r.period_start = w.period_start offset 0) n"""
BEST = """select measure_name, period_start, case direction when 'higher is better' then max(value) when 'lower is better' then min(value) end as value
from dashboard.latest_result_v1 where pathway_name = :pathway and period_grain = 'quarter' and organisation_kind = 'provider' group by measure_name, period_start, direction"""
SIGNALS = """select * from dashboard.signal_v1 where organisation_code = any (:codes) and state <> 'closed' and (pathway_name = :pathway or pathway_name is null)
order by is_favourable nulls last, raised_at desc, signal_id desc"""
AIMS = """select * from dashboard.aim_progress_v1 where provider_code = :provider order by target_on"""
ACTIONS = """select a.improvement_action_id, a.title, a.started_on, a.status, e.measure_name, e.measure_title, e.verdict
from dashboard.improvement_action_v1 a left join dashboard.action_effect_v1 e using (improvement_action_id)
where a.provider_code = :provider and a.pathway_name = :pathway order by a.started_on desc, a.improvement_action_id, e.measure_name"""
SUBMISSIONS = """select dataset_name, state, received_at, accepted_count, quarantined_count, is_own from dashboard.submission_v1
where sender_code = :provider order by received_at desc limit 5"""
MOST_SIGNALS = 8


@dataclass(frozen=True)
class Place:
    """A measure of the latest final quarter beside its peers: the network's value, the best that is shown; ``icon``, ``word``: what its signals say."""

    measure: Row
    result: Row | None
    network: float | None
    best: float | None
    icon: str
    word: str


def begin(request: Request) -> Response:
    """The pathway for which the provider has results."""
    asked = Asked.of(request)
    code = asked.organisation(request.path_params["slug"]).organisation_code
    found = asked.rows("select distinct pathway_name from dashboard.measure_result_v1 where organisation_code = :code", code=code)
    having = {row.pathway_name for row in found}
    pathway = next((name for name in ordered(asked) if name in having), next(iter(asked.pathways), "none"))
    return RedirectResponse(f"/provider/{asked.names.slug(code)}/{pathway}", 303)


def ordered(asked: Asked) -> list[str]:
    """Pathways with the most headline measures first."""
    count = {name: sum(m.is_headline and m.pathway_name == name for m in asked.measures.values()) for name in asked.pathways}
    return sorted(asked.pathways, key=lambda name: (-count[name], name))


def show(request: Request) -> Response:
    """The page. ``?quarter=YYYY-MM-DD`` chooses that of the timeline, ``?all=yes`` shows every measure."""
    asked = Asked.of(request)
    organisation, pathway = asked.organisation(request.path_params["slug"]), request.path_params["pathway"]
    code, slug = organisation.organisation_code, asked.names.slug(organisation.organisation_code)
    shows_all = request.query_params.get("all") == "yes"
    measures = [m for m in asked.measures.values() if m.pathway_name == pathway and (m.is_headline or shows_all)]
    if not measures and asked.measures:
        raise HTTPException(404, "There is no such pathway.")
    signals = _signals(asked, code, pathway)
    places = _places(asked, measures, signals, code, pathway)
    figures = series_figures(asked, [place.measure.measure_name for place in places if place.result is not None], code)
    kind = organisation.organisation_kind
    return render(
        request, "provider.html", title=asked.names.name(code), pathway=pathway, tabs=ordered(asked), slug=slug, figures=figures, places=places, signals=signals,
        timeline=_timeline(asked, pathway, slug, code, request.query_params.get("quarter", "")), shows_all=shows_all,
        actions=asked.rows(ACTIONS, provider=code, pathway=pathway), aims=[a for a in asked.rows(AIMS, provider=code) if a.measure_name in {m.measure_name for m in asked.measures.values() if m.pathway_name == pathway}],
        submissions=asked.rows(SUBMISSIONS, provider=code), is_own=code in asked.names.own, is_provider=kind == "provider", providers=asked.providers, names=asked.names,
        most=MOST_SIGNALS, sentence=lambda signal: sentence(signal, asked.measures),
    )  # fmt: skip


def _timeline(asked: Asked, pathway: str, slug: str, code: str, wanted: str) -> tuple:
    """The timeline with the quarters there are to choose from; nothing where the pathway has none."""
    known = quarters(asked, pathway, code)
    if not known:
        return None, []
    return timeline_figure(asked, pathway, slug, wanted if wanted in {start.isoformat() for start in known} else ""), known


def _signals(asked: Asked, code: str, pathway: str) -> list[Row]:
    codes = [code, *(site for site, row in asked.names.organisations.items() if row.provider_code == code and site != code and asked.names.may_see(site))]
    return asked.rows(SIGNALS, codes=codes, pathway=pathway)


def _places(asked: Asked, measures: list[Row], signals: list[Row], code: str, pathway: str) -> list[Place]:
    latest = {row.measure_name: row for row in asked.rows(PLACES, organisation=code, measures=[m.measure_name for m in measures])}
    starts = [row.period_start for row in latest.values()]
    pooled = {row.measure_name: row.value for row in asked.rows(NETWORK, measures=list(latest), starts=starts, network=asked.network_code)}
    best = {(row.measure_name, row.period_start): row.value for row in asked.latest_for_everybody(BEST, pathway=pathway)}
    told = {m.measure_name: [s for s in signals if s.measure_name == m.measure_name] for m in measures}
    return [
        Place(m, row := latest.get(m.measure_name), pooled.get(m.measure_name), best.get((m.measure_name, row.period_start)) if row else None, *said(told[m.measure_name]))
        for m in measures
    ]


def said(signals: list[Row]) -> tuple[str, str]:
    """Icon and word for the open signals of a measure: what is for the worse comes first."""
    if any(s.is_favourable is False for s in signals):
        return "concern", "concern"
    if any(s.is_favourable is None for s in signals):
        return "change", "change"
    return ("improvement", "improvement") if signals else ("common", "no signal")


def sentence(signal: Row, measures: dict[str, Row]) -> str:
    """A signal in words: what, rule, since when."""
    measure = measures.get(signal.measure_name)
    since = f" since {words.period(signal.since_on)}" if isinstance(signal.since_on, date) else ""
    return f"{measure.title if measure else words.plain(signal.kind)}: {signal.rule_name}{since}"


ROUTES = [Route("/provider/{slug}", begin), Route("/provider/{slug}/{pathway}", show)]
