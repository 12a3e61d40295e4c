"""A pathway at a glance: its measures by the members' providers, each cell a value and what the process says.

Belongs here: reading and ordering it. Does not belong here: the page (``dashboard.pages.network``).
Cells are those of the latest final quarter of each measure, as everybody sees them; the reader's own provider is laid over, whole. Network values are as
the reader sees them everywhere (a provider's own cells count whole in them), read one by one and remembered together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from dashboard.asked import Asked
from dashboard.views import Row, side_by_side

CELLS = """select measure_name, organisation_code, period_grain, period_start, value, rank, national_value, national_source, completeness_share, is_suppressed, is_stale
from dashboard.latest_result_v1"""
# a measure at a time in one question: of all together the server reads every period
OF_PROVIDERS = f"""select c.* from unnest(cast(:measures as text[])) as wanted (name)
cross join lateral ({CELLS} where measure_name = wanted.name and period_grain = :grain and organisation_kind = 'provider' offset 0) c"""
OF_ONE = f"{CELLS} where pathway_name = :pathway and measure_name = any (:measures) and period_grain = :grain and organisation_code = :organisation"
# what is pooled over all is asked a measure at a time: so the question reaches the tables
OF_NETWORK = """select value, completeness_share, is_stale from dashboard.measure_result_v1
where measure_name = :measure and organisation_code = :network and period_grain = :grain and period_start = :start"""
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
    def national(self) -> Row | None:
        """A cell that tells the national value of the period, which is the same for all."""
        return next((cell for cell in self.cells.values() if cell.national_value is not None), None)

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


# ------------------------------------------------------------------------------------------------ reading
def _lines(asked: Asked, pathway: str, measures: Sequence[Row]) -> list[Line]:
    lines = {measure.measure_name: Line(measure) for measure in measures}
    for grain, asked_for, found in by_grain(asked, lines):
        _fill(asked, lines, found, {"pathway": pathway, "grain": grain, "measures": asked_for})
    pooled = _network_values(asked, tuple((name, line.grain, line.start) for name, line in lines.items() if line.start))
    for name, row in pooled.items():
        lines[name].network = row
    for row in asked.latest_for_everybody(SIGNALS, pathway=pathway):
        if row.measure_name in lines:
            _say(lines[row.measure_name].said, row)
    return list(lines.values())


def of_providers(asked: Asked, measures: Iterable[str], grain: str) -> list[Row]:
    """The latest final cell of each provider and measure, as everybody sees them."""
    return asked.latest_for_everybody(OF_PROVIDERS, measures=sorted(measures), grain=grain)


def by_grain(asked: Asked, measures: Iterable[str]) -> Iterator[tuple[str, list[str], list[Row]]]:
    """Grain, the measures asked for, their cells: each measure is asked for until a grain has cells of it."""
    missing = sorted(measures)
    for grain in GRAINS:
        if missing:
            found = of_providers(asked, missing, grain)
            yield grain, missing, found
            missing = sorted(set(missing) - {row.measure_name for row in found})


def _fill(asked: Asked, lines: dict[str, Line], found: list[Row], which: dict) -> None:
    """Those that have results of this grain. A provider whose latest final period is an earlier one than the others' has no cell."""
    own = asked.rows(OF_ONE, organisation=asked.provider, **which) if found and asked.provider else []
    latest: defaultdict[str, date] = defaultdict(lambda: date.min)
    for row in found:
        latest[row.measure_name] = max(latest[row.measure_name], row.period_start)
    for row in (*found, *own):
        if row.period_start == latest[row.measure_name]:
            lines[row.measure_name].cells[row.organisation_code] = row
    for name, start in latest.items():
        lines[name].grain, lines[name].start = which["grain"], start


def _network_values(asked: Asked, wanted: tuple[tuple[str, str, date], ...]) -> dict[str, Row]:
    """The network's result of each measure, grain and first day."""
    network = asked.network_code or ""

    def make() -> dict[str, Row]:
        questions = [
            partial(asked.views.rows, OF_NETWORK, asked.provider, measure=name, network=network, grain=grain, start=start)
            for name, grain, start in wanted
        ]
        return {name: rows[0] for (name, *_), rows in zip(wanted, side_by_side(questions), strict=True) if rows}

    return asked.views.memory.latest(("network values", asked.provider, wanted), make)


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
