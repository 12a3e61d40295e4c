"""How a provider stands: its open signals, and its measures beside its peers, for the provider's page and the board pack alike.

Belongs here: reading them, and the word and icon of a measure. Does not belong here: figures (``dashboard.figures``), how they are set on a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dashboard import signal_words
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
HAVING = "select distinct pathway_name from dashboard.measure_result_v1 where organisation_code = :code"


@dataclass(frozen=True)
class Place:
    """A measure of the latest final quarter (or month) beside its peers: the network's value, the best that is shown; ``icon``, ``word``: what its signals say."""

    measure: Row
    result: Row | None
    network: float | None
    best: float | None
    icon: str
    word: str

    @property
    def is_best_better(self) -> bool:
        """Whether the best that is shown is better than this one: of others only rounded counts are known."""
        if self.best is None or self.result is None or self.result.value is None:
            return True
        return self.best > self.result.value if self.measure.direction == "higher is better" else self.best < self.result.value


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
    codes = [code, *(site for site, row in asked.names.organisations.items() if row.provider_code == code and site != code and asked.names.may_see(site))]
    return asked.rows(SIGNALS, codes=codes, pathway=pathway)


def places(asked: Asked, measures: list[Row], signals: list[Row], code: str, pathway: str) -> list[Place]:
    """Each measure in its latest final quarter; in its latest final month where quarters are not sent."""
    names = [m.measure_name for m in measures]
    found = _beside(asked, names, code, pathway, "quarter")
    if missing := [name for name in names if name not in found]:
        found |= _beside(asked, missing, code, pathway, "month")
    told = {m.measure_name: [s for s in signals if s.measure_name == m.measure_name] for m in measures}
    return [Place(m, *found.get(m.measure_name, (None, None, None)), *said(told[m.measure_name])) for m in measures]


def _beside(asked: Asked, names: list[str], code: str, pathway: str, grain: str) -> dict[str, tuple[Row, float | None, float | None]]:
    """By measure: its result, the network's value and the best that is shown, of the same period."""
    latest = {row.measure_name: row for row in asked.rows(PLACES, organisation=code, measures=names, grain=grain)}
    if not latest:
        return {}
    starts = [row.period_start for row in latest.values()]
    pooled = {row.measure_name: row.value for row in asked.rows(NETWORK, measures=list(latest), starts=starts, network=asked.network_code, grain=grain)}
    best = _best(asked, names, grain)
    return {name: (row, pooled.get(name), best.get((name, row.period_start))) for name, row in latest.items()}


def _best(asked: Asked, names: list[str], grain: str) -> dict[tuple[str, date], float]:
    """By measure and period: the best value that everybody may see; none of a neutral measure. Of the cells of the network's page, which are there already."""
    better = {"higher is better": max, "lower is better": min}
    found: dict[tuple[str, date], float] = {}
    for row in of_providers(asked, names, grain):
        if row.value is not None and (best := better.get(asked.measures[row.measure_name].direction)):
            key = row.measure_name, row.period_start
            found[key] = best(found.get(key, row.value), row.value)
    return found


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
