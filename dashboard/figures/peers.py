"""A measure of a period at all providers: what its funnel, its caterpillar and its ranks are made of.

Belongs here: choosing the period, reading the peers, what a peer's mark says. Does not belong here: any one figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from starlette.exceptions import HTTPException

from dashboard import words
from dashboard.asked import Asked
from dashboard.charts.peers import Peer, Reference, network_and_national
from dashboard.views import Row

OF_NETWORK = """select period_grain, period_start, is_provisional, computed_at from dashboard.measure_result_v1
where measure_name = :measure and organisation_code = :network order by period_start"""
OF_PROVIDERS = """select period_grain, period_start, bool_or(is_provisional) as is_provisional, max(computed_at) as computed_at from dashboard.measure_result_v1
where measure_name = :measure and organisation_kind = 'provider' group by 1, 2 order by 2"""
PEERS = """select * from dashboard.benchmark_v1
where measure_name = :measure and period_grain = :grain and period_start = :start and organisation_kind = 'provider'"""
GRAINS = ("quarter", "month", "year")
LOW_COMPLETENESS = 0.9


@dataclass(frozen=True)
class Chosen:
    """A measure and a period that it has results of, and when they were computed."""

    measure: Row
    grain: str
    start: date
    data_at: datetime | None = None

    @property
    def parts(self) -> tuple[str, str, str]:
        """Its address."""
        return self.measure.measure_name, self.grain, self.start.isoformat()

    @property
    def when(self) -> str:
        return words.period(self.start, self.grain)


def periods(asked: Asked, measure: str) -> list[Row]:
    """The periods of a measure, the earliest first: those of the network where it has any, else of the providers."""
    found = asked.latest_for_everybody(OF_NETWORK, measure=measure, network=asked.network_code or "")
    return found or asked.latest_for_everybody(OF_PROVIDERS, measure=measure)


def latest(asked: Asked, measure: Row, grain: str = "") -> Chosen | None:
    """The latest final quarter (else month, else year) of a measure, or of the grain asked for; None before there is a result."""
    known = periods(asked, measure.measure_name)
    grains = [grain] if grain else [one for one in GRAINS if any(row.period_grain == one for row in known)]
    of_grain = [row for row in known if grains and row.period_grain == grains[0]]
    final = [row for row in of_grain if not row.is_provisional] or of_grain
    return of_row(measure, final[-1]) if final else None


def chosen(asked: Asked, measure: str, grain: str, start: str) -> Chosen:
    """What an address names. Raises 404."""
    declared = asked.measure(measure)
    for row in periods(asked, measure):
        if (row.period_grain, row.period_start.isoformat()) == (grain, start):
            return of_row(declared, row)
    raise HTTPException(404, "There are no results of that period.")


def of_row(measure: Row, row: Row) -> Chosen:
    """``row`` is one of ``periods``."""
    return Chosen(measure, row.period_grain, row.period_start, row.computed_at)


def results(asked: Asked, of: Chosen) -> list[Row]:
    """Benchmarks of all providers, the best first, those without a value last; where shown values are the same, in the order of their ranks."""
    rows = asked.rows(PEERS, measure=of.measure.measure_name, grain=of.grain, start=of.start)
    sign = 1 if of.measure.direction == "lower is better" else -1
    return sorted(
        rows,
        key=lambda row: (
            row.value is None,
            sign * row.value if row.value is not None else 0,
            row.rank or 0,
            asked.names.name(row.organisation_code),
        ),
    )


def peer(asked: Asked, of: Chosen, row: Row, across: float = 0.0) -> Peer:
    """How a provider is drawn: named are the reader's own and those beyond the limits."""
    code = row.organisation_code
    kind, is_own = stands(row), code in asked.names.own
    name = asked.names.short(code)
    return Peer(
        row.value,
        name if is_own or kind != "peer" else "",
        f"{asked.names.name(code)}: {_said(of.measure, row)}",
        kind,
        is_own,
        across,
        row.lower_95,
        row.upper_95,
        bool(row.is_provisional),
    )


def stands(row: Row) -> str:
    """Within the limits (those that allow for how much peers differ, where there are any) or beyond them, and whether that is good."""
    if (row.adjusted_position or row.funnel_position or "inside") == "inside":
        return "peer"
    return {True: "improvement", False: "concern", None: "change"}[row.is_favourable]


def lines(of: Chosen, rows: Sequence[Row], has_target: bool = False) -> list[Reference]:
    """Network and national value; of a funnel the target too would crowd it."""
    network = next((row.network_value for row in rows if row.network_value is not None), None)
    national = next((row.national_value for row in rows if row.national_value is not None), None)
    return network_and_national(network, national, of.measure.target if has_target else None)


def notes(rows: Sequence[Row]) -> tuple[str, ...]:
    """What must be known beside peers."""
    said = []
    if hidden := sum(bool(row.is_suppressed) for row in rows):
        said.append(f"{hidden} of {len(rows)} providers are hidden: {words.SMALL}.")
    if any(row.is_provisional for row in rows if row.value is not None):
        said.append("Provisional: cases or outcomes of the period are still to come.")
    if low := [row for row in rows if row.completeness_share is not None and row.completeness_share < LOW_COMPLETENESS]:
        said.append(
            f"Completeness is below 90 % at {len(low)} of {len(rows)} providers, at the least {words.share(min(row.completeness_share for row in low))}."
        )
    said += [
        f"National value: {source}."
        for source in sorted({row.national_source for row in rows if row.national_source and row.national_value is not None})
    ]
    if any(row.is_stale for row in rows):
        said.append("New data have come in and are being computed.")
    return tuple(said)


def source(of: Chosen, method: str) -> str:
    return f"{method} · {of.when} · measure version {of.measure.measure_version}"


def _said(measure: Row, row: Row) -> str:
    said = words.value(row.value, measure)
    if row.lower_95 is not None:
        said += f" ({words.bare(row.lower_95, measure)} to {words.bare(row.upper_95, measure)})"
    said += f", {words.count(row.denominator)} cases" if row.denominator is not None else ""
    return said + ("; provisional" if row.is_provisional else "")
