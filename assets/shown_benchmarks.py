"""What Dagster's page shows of the benchmarks: funnels of headline measures, who ranks where, and the period outliers.

Belongs here: choosing and querying. Does not belong here: drawing (``assets.pictures``), other stages (``assets.shown``).
Positions among limits are those of the exact numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from dagster import MetadataValue
from sqlalchemy import Connection, Row

from assets import pictures
from assets.funnel_dispersion import AT
from assets.shown_words import Policy, counted, period_of, policy_of, query, unit_of
from assets.statistics import funnel
from assets.statistics.policy_limits import spread_limits

FUNNELS, NAMES, LINE_POINTS, OUTLIERS = 3, 8, 32, 12
ENOUGH_SEEN = 2 / 3
FEWEST = 2  # peers that make a funnel
COUNTS = """
select count(*), count(*) filter (where funnel_position like '%99.8%') from measurement.benchmark
where measure_name = any (array(select measure_name from measurement.measure where pathway_name = :pathway))
"""
# those by which outliers are judged beside the network first; what depends on who the patients are is compared by case mix only
MEASURES = """
select m.measure_name, m.title, m.unit, m.decimals, m.kind, m.direction, f.peer_kind, f.period_grain, f.period_start
from measurement.measure m
left join measurement.period_outlier_basis j on j.measure_name = m.measure_name and j.model_version is null
cross join unnest(cast(:grains as text[])) g (grain)
cross join lateral (
    select f.peer_kind, f.period_grain, f.period_start from measurement.funnel_limit f
    left join measurement.measure_result r on r.measure_name = f.measure_name and r.period_grain = f.period_grain and r.period_start = f.period_start
        and r.organisation_code = (select min(organisation_code) from pathway.organisation where organisation_kind = 'network' and is_member)
    where f.measure_name = m.measure_name and f.period_grain = g.grain and f.peer_kind in ('provider', 'team') and not coalesce(r.is_provisional, false)
    order by f.peer_kind = 'provider' desc, f.period_start desc limit 1) f
where m.pathway_name = :pathway and m.is_headline and m.direction <> 'neutral'
    and not exists (select from measurement.case_mix_model c where c.measure_name = m.measure_name)
order by j.measure_name is null, m.measure_name, g.grain
"""
CELLS = """
select v.organisation_code, v.organisation_name, v.period_start, v.period_grain, v.denominator, r.value, v.is_suppressed, b.network_value,
    b.funnel_position, b.is_favourable, b.adjusted_position, coalesce(b.adjusted_z_score, b.z_score) as distance
from dashboard.measure_result_v1 v
join measurement.measure_result r on r.measure_name = v.measure_name and r.organisation_code = v.organisation_code and r.period_grain = v.period_grain
    and r.period_start = v.period_start
join measurement.benchmark b on b.measure_name = v.measure_name and b.organisation_code = v.organisation_code and b.period_grain = v.period_grain
    and b.period_start = v.period_start
where v.measure_name = :measure and v.organisation_kind = :kind and v.period_grain || ' ' || v.period_start = any (:periods)
order by b.rank nulls last, v.organisation_name
"""
DISPERSION = """
select tau_squared from dashboard.funnel_dispersion_v1 where measure_name = :measure and peer_kind = :kind and period_grain = :grain and period_start = :start
"""
OPEN_OUTLIERS = """
select n.organisation_name, m.title, o.period_grain, o.period_start, e.level, round(e.statistic::numeric, 1)::text as distance, o.state, o.due_on::text as due
from measurement.period_outlier o
join measurement.measure m on m.measure_name = o.measure_name
join pathway.organisation n on n.organisation_code = o.organisation_code
cross join lateral (select level, statistic from measurement.period_outlier_evaluation e
    where e.period_outlier_id = o.period_outlier_id order by period_outlier_evaluation_id desc limit 1) e
where o.pathway_name = :pathway and o.state not like 'closed:%' order by o.due_on nulls last, o.period_outlier_id
"""


@dataclass(frozen=True)
class Comparison:
    """A measure's peers in a period."""

    measure: Row
    peers: Sequence[Row]

    @property
    def centre(self) -> float | None:
        """The network's value."""
        return next((peer.network_value for peer in self.peers), None)

    @property
    def unit(self) -> pictures.Unit:
        return unit_of(self.measure.unit, self.measure.decimals)

    @property
    def seen(self) -> list[Row]:
        """Those that the small-numbers policy shows."""
        return [peer for peer in self.peers if not peer.is_suppressed and peer.value is not None]

    @property
    def period(self) -> str:
        return period_of(self.measure.period_grain, self.measure.period_start)


def benchmarks_metadata(connection: Connection, pathway: str) -> dict[str, object]:
    """Metadata of the node."""
    [(cells, outside)] = query(connection, COUNTS, pathway=pathway)
    shown: dict[str, object] = {"benchmarks": cells, "outside_99_8": outside, **_outliers(connection, pathway)}
    policy = policy_of(connection)
    found = [comparison for comparison in _comparisons(connection, pathway) if comparison.seen and comparison.centre is not None]
    if found:
        shown["ranking"] = MetadataValue.md(_ranking(found[0], policy))
    comparable = [comparison for comparison in found if len(comparison.seen) >= FEWEST]
    if len(comparable) < len(found):
        shown["without_funnel"] = (
            ", ".join(one.measure.title for one in found if one not in comparable) + f": fewer than {FEWEST} peers can be shown"
        )
    for number, comparison in enumerate(comparable, start=1):
        drawn = _drawn(connection, comparison, policy)
        shown = {"at_a_glance": MetadataValue.md(_glance(drawn, comparison.unit)), **shown} if number == 1 else shown
        shown[f"funnel_{number}"] = MetadataValue.md(pictures.funnel(*drawn, comparison.unit, "cases", "network"))
    return shown


def _comparisons(connection: Connection, pathway: str) -> list[Comparison]:
    """Of the first headline measures: the latest final quarter, or year where the quarter's small numbers hide too many."""
    by_measure: dict[str, list[Row]] = {}
    for row in query(connection, MEASURES, pathway=pathway, grains=["quarter", "year"]):
        by_measure.setdefault(row.measure_name, []).append(row)
    found = []
    for periods in list(by_measure.values())[:FUNNELS]:
        made = _of_periods(connection, periods)
        enough = (one for one in made if len(one.seen) >= ENOUGH_SEEN * len(one.peers))
        found.append(next(enough, made[-1]))
    return found


def _of_periods(connection: Connection, periods: Sequence[Row]) -> list[Comparison]:
    """One comparison a period, from one look at the measure."""
    first = periods[0]
    named = [f"{period.period_grain} {period.period_start}" for period in periods]
    cells = query(connection, CELLS, measure=first.measure_name, kind=first.peer_kind, periods=named)
    return [
        Comparison(period, [cell for cell in cells if (cell.period_grain, cell.period_start) == (period.period_grain, period.period_start)])
        for period in periods
    ]


# ------------------------------------------------------------------------------------------------ funnels
class Drawn(NamedTuple):
    """What a funnel shows, large or at a glance."""

    title: str
    subtitle: str
    peers: list[pictures.Peer]
    lines: pictures.FunnelLines


def _drawn(connection: Connection, of: Comparison, policy: Policy) -> Drawn:
    lines = _lines(connection, of)
    named = _named(of.seen, bool(lines.adjusted))
    peers = [
        pictures.Peer(p.organisation_name, p.denominator, policy.value(p.value, of.unit), _place(p), p.organisation_code in named)
        for p in of.seen
    ]
    return Drawn(f"{of.measure.title}, {of.period}", _subtitle(of, policy), peers, lines)


def _glance(drawn: Drawn, unit: pictures.Unit) -> str:
    return pictures.glance_funnel(f"**{drawn.title}**: {drawn.subtitle.split(';')[0]}", drawn.peers, drawn.lines, unit)


def _lines(connection: Connection, of: Comparison) -> pictures.FunnelLines:
    """By the formulas of the stored limits, at more sizes than there are peers: smooth."""
    largest = 10 * np.ceil(max(peer.denominator for peer in of.seen) / 10)
    sizes = np.unique(np.rint(np.concatenate([np.geomspace(1, largest, LINE_POINTS), np.linspace(1, largest, LINE_POINTS)])))
    is_share, m = of.measure.kind == "proportion", of.measure
    exact = (funnel.proportion_limits if is_share else funnel.rate_limits)(sizes, of.centre)
    tau = query(connection, DISPERSION, measure=m.measure_name, kind=m.peer_kind, grain=m.period_grain, start=m.period_start)
    ceiling = 1.0 if is_share else np.inf
    adjusted = spread_limits(sizes, of.centre, tau[0].tau_squared, AT, is_share).T if tau else np.empty((0, len(sizes)))
    return pictures.FunnelLines(sizes.tolist(), of.centre, np.clip(exact, 0, ceiling).T.tolist(), np.clip(adjusted, 0, ceiling).tolist())


def _place(peer: Row) -> str:
    if peer.funnel_position is None or "99.8" not in peer.funnel_position:
        return "inside"
    return {True: "better", False: "worse", None: "outside"}[peer.is_favourable]


def _named(seen: Sequence[Row], is_adjusted: bool) -> set[str]:
    """Who lies outside the 99.8 % limits, or outside the 95 % ones that allow for over-dispersion (by chance alone where there are none): the furthest."""
    beyond = [
        p for p in seen if _place(p) != "inside" or (p.adjusted_position if is_adjusted else p.funnel_position) not in ("inside", None)
    ]
    return {p.organisation_code for p in sorted(beyond, key=lambda p: -abs(p.distance or 0))[:NAMES]}


def _subtitle(of: Comparison, policy: Policy) -> str:
    outside = [_place(peer) for peer in of.seen]
    hidden = len(of.peers) - len(of.seen)
    said = [
        f"{counted(len(of.seen), of.measure.peer_kind)}, {outside.count('worse')} worse and {outside.count('better')} better than by chance (99.8 %)"
    ]
    said += [f"{hidden} hidden"] if hidden else []
    return "; ".join([*said, policy.words])


def _ranking(of: Comparison, policy: Policy) -> str:
    names, values = [peer.organisation_name for peer in of.seen], [policy.value(peer.value, of.unit) for peer in of.seen]
    return pictures.dots(f"{of.measure.title}, {of.period}: best first", names, values, of.centre, of.unit)


# ------------------------------------------------------------------------------------------------ outliers
def _outliers(connection: Connection, pathway: str) -> dict[str, object]:
    """The period outliers that somebody works on, and the positive ones."""
    rows = query(connection, OPEN_OUTLIERS, pathway=pathway)
    noted = sum(row.state == "noted" for row in rows)
    shown: dict[str, object] = {"period_outliers": len(rows) - noted, "positive_outliers": noted}
    if rows:
        header = ("organisation", "measure", "period", "level", "standard deviations", "state", "due")
        told = [
            (r.organisation_name, r.title, period_of(r.period_grain, r.period_start), r.level, r.distance, r.state, r.due)
            for r in rows[:OUTLIERS]
        ]
        more = f"\n\n{len(rows)} in all; `common-cause outliers list` tells of each" if len(rows) > OUTLIERS else ""
        shown["outliers"] = MetadataValue.md(pictures.table(header, told) + more)
    return shown
