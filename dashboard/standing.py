"""How a provider stands: its open signals, and its measures beside its peers, for the provider's page and the board pack alike.

Belongs here: reading them, and the word and icon of a measure. Does not belong here: figures (``dashboard.figures``), how they are set on a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dashboard import words
from dashboard.asked import Asked
from dashboard.views import Row

PLACES = """select * from dashboard.benchmark_v1
where organisation_code = :organisation and measure_name = any (:measures) and period_grain = :grain order by measure_name, period_start"""
SIGNALS = """select * from dashboard.signal_v1 where organisation_code = any (:codes) and state <> 'closed' and (pathway_name = :pathway or pathway_name is null)
order by is_favourable nulls last, raised_at desc, signal_id desc"""
HAVING = "select distinct pathway_name from dashboard.measure_result_v1 where organisation_code = :code"


@dataclass(frozen=True)
class Place:
    """A measure of the latest final quarter (or month) beside its peers; ``icon``, ``word``: what its signals say."""

    measure: Row
    result: Row | None
    icon: str
    word: str


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


def places(asked: Asked, measures: list[Row], signals: list[Row], code: str) -> list[Place]:
    """Each measure in its latest final quarter, or the latest provisional one where none is final. Months where quarters are not sent."""
    latest = _latest(asked, code, [m.measure_name for m in measures], "quarter")
    if missing := [m.measure_name for m in measures if m.measure_name not in latest]:
        latest |= _latest(asked, code, missing, "month")
    told = {m.measure_name: [s for s in signals if s.measure_name == m.measure_name] for m in measures}
    return [Place(m, latest.get(m.measure_name), *said(told[m.measure_name])) for m in measures]


def _latest(asked: Asked, code: str, measures: list[str], grain: str) -> dict[str, Row]:
    latest: dict[str, Row] = {}
    for row in asked.rows(PLACES, organisation=code, measures=measures, grain=grain):
        if not row.is_provisional or row.measure_name not in latest:
            latest[row.measure_name] = row
    return latest


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
