"""A pathway at a glance: its measures by the members' providers, each cell a value and what the process says.

Belongs here: reading and ordering it. Does not belong here: the page (``dashboard.pages.network``).
Cells are those of the latest final quarter of each measure, as everybody sees them; the reader's own provider is laid over, whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from dashboard.asked import Asked
from dashboard.views import Row

LATEST = """select measure_name, period_grain, max(period_start) as period_start from dashboard.measure_result_v1
where pathway_name = :pathway and organisation_code = :network and not is_provisional group by 1, 2"""
LATEST_OF_PROVIDERS = """select measure_name, period_grain, max(period_start) as period_start from dashboard.measure_result_v1
where pathway_name = :pathway and organisation_kind = 'provider' and measure_name = any (:measures) and not is_provisional group by 1, 2"""
CELLS = """select measure_name, organisation_code, organisation_kind, period_grain, period_start, value, network_value, national_value, national_source,
    completeness_share, is_suppressed, is_stale
from dashboard.benchmark_v1
where pathway_name = :pathway and measure_name = any (:measures) and period_grain = :grain and period_start = :start"""
OF_EVERYBODY = f"{CELLS} and organisation_kind in ('provider', 'network')"
OF_ONE = f"{CELLS} and organisation_code = :organisation"
SIGNALS = """select measure_name, organisation_code, is_favourable from dashboard.signal_v1
where pathway_name = :pathway and state <> 'closed' and kind in ('special cause', 'cusum')"""
GRAINS = ("quarter", "month", "year")  # the first that a measure has is shown
WORST_FIRST = ("concern", "change", "improvement")
LOW_COMPLETENESS = 0.9


@dataclass
class Line:
    """A measure: its latest final period, the cell of each provider by code, and the network's beside them. ``said`` is what open signals say, by organisation."""

    measure: Row
    grain: str | None = None
    start: date | None = None
    cells: dict[str, Row] = field(default_factory=dict)
    network: Row | None = None
    said: dict[str, str] = field(default_factory=dict)

    @property
    def any_cell(self) -> Row | None:
        """One that holds what is the same for all: network value, national value."""
        return self.network or next(iter(self.cells.values()), None)

    def concerns(self, codes: Iterable[str]) -> int:
        return sum(self.said.get(code) == "concern" for code in codes)


@dataclass(frozen=True)
class Matrix:
    """``lines`` from top to bottom, ``providers`` (codes) from left to right."""

    lines: Sequence[Line]
    providers: Sequence[str]


def matrix(asked: Asked, pathway: str, measures: Sequence[Row], by: str | None = None, is_by_concerns: bool = False) -> Matrix:
    """The measures in their order, or those with most concerns first; the providers in theirs (the reader's first), or the best in the measure ``by`` first."""
    lines = _lines(asked, pathway, measures)
    providers = [row.organisation_code for row in asked.providers]
    if is_by_concerns:
        lines.sort(key=lambda line: -line.concerns(providers))
    ranked = next((line for line in lines if line.measure.measure_name == by), None)
    providers.sort(key=_place_in(ranked) if ranked else lambda code: code != asked.provider)
    return Matrix(lines, providers)


def latest_periods(asked: Asked, pathway: str, measures: Sequence[str]) -> dict[str, tuple[str, date]]:
    """The latest final quarter of each measure that has one (else month, else year): (grain, first day)."""
    found = asked.latest_for_everybody(LATEST, pathway=pathway, network=asked.network_code or "")
    without = sorted(set(measures) - {row.measure_name for row in found})  # scores, for example, have no network value
    found = [*found, *(asked.latest_for_everybody(LATEST_OF_PROVIDERS, pathway=pathway, measures=without) if without else ())]
    found.sort(key=lambda row: -GRAINS.index(row.period_grain))
    return {row.measure_name: (row.period_grain, row.period_start) for row in found if row.measure_name in set(measures)}


# ------------------------------------------------------------------------------------------------ reading
def _lines(asked: Asked, pathway: str, measures: Sequence[Row]) -> list[Line]:
    periods = latest_periods(asked, pathway, [measure.measure_name for measure in measures])
    lines = {m.measure_name: Line(m, *periods.get(m.measure_name, ())) for m in measures}
    together = defaultdict(list)
    for name, period in periods.items():
        together[period].append(name)
    for (grain, start), names in together.items():
        _fill(asked, lines, {"pathway": pathway, "measures": sorted(names), "grain": grain, "start": start})
    for row in asked.latest_for_everybody(SIGNALS, pathway=pathway):
        if row.measure_name in lines:
            _say(lines[row.measure_name].said, row)
    return list(lines.values())


def _fill(asked: Asked, lines: dict[str, Line], which: dict) -> None:
    for row in asked.latest_for_everybody(OF_EVERYBODY, **which):
        line = lines[row.measure_name]
        if row.organisation_kind == "provider":
            line.cells[row.organisation_code] = row
        elif row.organisation_code == asked.network_code:
            line.network = row
    for row in asked.rows(OF_ONE, organisation=asked.provider, **which) if asked.provider else ():
        lines[row.measure_name].cells[row.organisation_code] = row


def _say(said: dict[str, str], signal: Row) -> None:
    """What is for the worse comes first."""
    kind = {False: "concern", None: "change", True: "improvement"}[signal.is_favourable]
    before = said.get(signal.organisation_code, WORST_FIRST[-1])
    said[signal.organisation_code] = min(kind, before, key=WORST_FIRST.index)


def _place_in(line: Line):
    """Best first; what is hidden or not there last."""
    sign = 1 if line.measure.direction == "lower is better" else -1

    def place(code: str) -> tuple[bool, float]:
        value = line.cells[code].value if code in line.cells else None
        return value is None, sign * value if value is not None else 0.0

    return place
