"""How a provider stands: its open signals, and its measures beside its peers, for the provider's page and the board pack alike.

Belongs here: reading them, and the word and icon of a measure. Does not belong here: figures (``dashboard.figures``), how they are set on a page.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from dashboard import signal_words, words
from dashboard.asked import Asked
from dashboard.matrix import of_providers
from dashboard.views import Row

PLACES = """select * from dashboard.latest_result_v1 where organisation_code = :organisation and period_grain = :grain and measure_name = any (:measures)"""
# asked a measure at a time: the network rests on everybody's cells
NETWORK = """select n.* from unnest(cast(:measures as text[]), cast(:starts as date[])) as w (measure_name, period_start)
cross join lateral (select r.measure_name, r.value from dashboard.measure_result_v1 r where r.measure_name = w.measure_name
    and r.organisation_code = :network and r.period_grain = :grain and r.period_start = w.period_start offset 0) n"""
SIGNALS = """select * from dashboard.signal_v1 where organisation_code = any (:codes) and state <> 'closed' and (pathway_name = :pathway or pathway_name is null)
order by is_favourable nulls last, raised_at desc, signal_id desc"""
BETTER = {"higher is better": 1, "lower is better": -1}  # the sign of a difference for the better
PROVIDER = "provider"  # teams have ranks among teams
HAVING = "select distinct pathway_name from dashboard.measure_result_v1 where organisation_code = :code"


@dataclass(frozen=True)
class Place:
    """A measure of the latest final quarter (or month) beside its peers: the network's value, the best that is shown; ``icon``, ``word``: what its signals say.

    ``is_rank_shared``: whether another provider that is shown has the same rank.
    """

    measure: Row
    result: Row | None
    network: float | None
    best: float | None
    icon: str
    word: str
    is_rank_shared: bool = False

    @property
    def is_best_better(self) -> bool:
        """Whether the best that is shown is better than this one by as much as can be written, for of others only rounded counts are known; if this one is not known, any is."""
        value = self.result.value if self.result else None
        if self.best is None or value is None:
            return self.best is not None
        unit = words.unit_of(words.as_known(self.measure, self.measure.kind == words.SCORE))
        ahead = BETTER.get(self.measure.direction, 0) * (self.best - value)
        return round(ahead * unit.factor, unit.decimals) > 0

    @property
    def rank(self) -> str:
        """*3 of 12*, *=3 of 12* where another that is shown has the same."""
        return (
            f"{words.rank(self.result.rank, self.is_rank_shared)} of {self.result.peer_count}"
            if self.result and self.result.rank
            else words.NONE
        )


def ordered(asked: Asked) -> list[str]:
    """Pathways with the most headline measures first."""
    count = {name: sum(m.is_headline and m.pathway_name == name for m in asked.measures.values()) for name in asked.pathways}
    return sorted(asked.pathways, key=lambda name: (-count[name], name))


def having(asked: Asked, code: str) -> list[str]:
    """Pathways for which an organisation has results, in the order of ``ordered``."""
    found = {row.pathway_name for row in asked.rows(HAVING, code=code)}
    return [name for name in ordered(asked) if name in found]


def open_signals(asked: Asked, code: str, pathway: str) -> list[Row]:
    """Those of a provider with its sites and teams: for the worse first, then for the better, then what is neither."""
    codes = [
        code,
        *(
            site
            for site, row in asked.names.organisations.items()
            if row.provider_code == code and site != code and asked.names.may_see(site)
        ),
    ]
    return asked.rows(SIGNALS, codes=codes, pathway=pathway)


def places(asked: Asked, measures: list[Row], signals: list[Row], code: str, pathway: str) -> list[Place]:
    """Each measure in its latest final quarter; in its latest final month where quarters are not sent."""
    names = [m.measure_name for m in measures]
    found = _beside(asked, names, code, pathway, "quarter")
    if missing := [name for name in names if name not in found]:
        found |= _beside(asked, missing, code, pathway, "month")
    told = {m.measure_name: [s for s in signals if s.measure_name == m.measure_name] for m in measures}
    return [_place(m, *found.get(m.measure_name, (None, None, [])), told[m.measure_name]) for m in measures]


def _place(measure: Row, result: Row | None, network: float | None, peers: list[Row], signals: list[Row]) -> Place:
    """``peers``: what everybody may see of the providers in the same period."""
    return Place(measure, result, network, _best(measure, peers), *said(signals), bool(result) and _is_rank_shared(result, peers))


def _beside(asked: Asked, names: list[str], code: str, pathway: str, grain: str) -> dict[str, tuple[Row, float | None, list[Row]]]:
    """By measure: its result, the network's value and what is shown of all providers, of the same period. These are cells of the network's page, which are there already."""
    latest = {row.measure_name: row for row in asked.rows(PLACES, organisation=code, measures=names, grain=grain)}
    if not latest:
        return {}
    starts = [row.period_start for row in latest.values()]
    pooled = {
        row.measure_name: row.value
        for row in asked.rows(NETWORK, measures=list(latest), starts=starts, network=asked.network_code, grain=grain)
    }
    peers: defaultdict[tuple[str, date], list[Row]] = defaultdict(list)
    for cell in of_providers(asked, names, grain):
        peers[cell.measure_name, cell.period_start].append(cell)
    return {name: (row, pooled.get(name), peers[name, row.period_start]) for name, row in latest.items()}


def _best(measure: Row, peers: list[Row]) -> float | None:
    """The best value that everybody may see; none of a neutral measure."""
    better = {"higher is better": max, "lower is better": min}.get(measure.direction)
    return better((row.value for row in peers if row.value is not None), default=None) if better else None


def _is_rank_shared(result: Row, peers: list[Row]) -> bool:
    """Whether another provider that is shown has the same rank: of one that is hidden it would tell the value."""
    return (
        result.peer_kind == PROVIDER
        and result.rank is not None
        and any(row.rank == result.rank and row.organisation_code != result.organisation_code for row in peers)
    )


def said(signals: list[Row]) -> tuple[str, str]:
    """Icon and word for the open signals of a measure: what is for the worse comes first."""
    if any(s.is_favourable is False for s in signals):
        return "concern", "concern"
    if any(s.is_favourable is None for s in signals):
        return "change", "change"
    return ("improvement", "improvement") if signals else ("common", "no signal")


def sentence(signal: Row, measures: dict[str, Row]) -> str:
    """A signal in words: what, rule, since when."""
    return signal_words.said(signal, measures.get(signal.measure_name)).sentence
