"""What Dagster's page shows of outcomes beside what is expected: the funnel of standardised ratios, and the CUSUM chart nearest its limit.

Belongs here: choosing and querying. Does not belong here: drawing (``assets.pictures``), models (``assets.shown_case_mix``).
A CUSUM chart is its provider's own on dashboards; here its height is told in twentieths of its limit,
without cases and deaths of the month, so that no count follows from it.
"""

from __future__ import annotations

from collections.abc import Sequence

from dagster import MetadataValue
from sqlalchemy import Connection, Row

from assets import pictures
from assets.shown_words import Policy, counted, month_of, period_of, policy_of, query

STEP = 0.05  # of a CUSUM's limit
MONTHS = 24
RATIO = pictures.Unit(decimals=2)
POLICY_LINES = {"policy_alarm_limit": "alarm", "policy_alert_limit": "alert", "policy_positive_limit": "positive"}
OUTSIDE = {"above 99.8 %": "worse", "below 99.8 %": "better"}
OUTLIER_PLACES = {"alarm": "worse", "alert": "worse", "positive": "better"}
# the longest period whose peers are final; of these the latest
PERIODS = """
select s.measure_name, m.title, s.period_grain, s.period_start from measurement.standardised_result s join measurement.measure m using (measure_name)
join pathway.organisation o using (organisation_code)
where m.pathway_name = :pathway and o.organisation_kind = 'provider' group by 1, 2, 3, 4
order by s.measure_name, bool_or(s.is_provisional), s.period_grain = 'year' desc, s.period_start desc
"""
RATIOS = """
select v.organisation_name, s.expected, s.ratio, s.funnel_position, v.is_suppressed, (
    select e.level from measurement.period_outlier o join measurement.period_outlier_evaluation e using (period_outlier_id)
    where o.measure_name = v.measure_name and o.organisation_code = v.organisation_code and o.period_grain = v.period_grain
        and o.period_start = v.period_start order by e.period_outlier_evaluation_id desc limit 1) as level
from dashboard.measure_result_v1 v
join measurement.standardised_result s on s.measure_name = v.measure_name and s.organisation_code = v.organisation_code
    and s.period_grain = v.period_grain and s.period_start = v.period_start
where v.measure_name = :measure and v.organisation_kind = 'provider' and v.period_grain = :grain and v.period_start = :start
"""
LIMITS = "select * from dashboard.standardised_funnel_limit_v1 where measure_name = :measure and period_grain = :grain and period_start = :start order by expected"
NEAREST = """
with latest as (
    select distinct on (c.measure_name, c.organisation_code, c.direction) c.measure_name, c.organisation_code, c.direction, c.highest_value / c.limit_value as share
    from measurement.cusum_month c join measurement.measure m using (measure_name)
    where m.pathway_name = :pathway and c.limit_value > 0 and not c.is_provisional
    order by c.measure_name, c.organisation_code, c.direction, c.period_start desc
)
select distinct on (l.measure_name, l.direction) l.*, m.title, o.organisation_name from latest l join measurement.measure m using (measure_name)
join pathway.organisation o using (organisation_code) order by l.measure_name, l.direction desc, l.share desc, l.organisation_code
"""
CUSUM = """
select * from (
    select period_start, highest_value / limit_value as share, crossing_count > 0 as is_crossing, is_provisional, limit_value, odds_ratio
    from measurement.cusum_month where measure_name = :measure and organisation_code = :organisation and direction = :direction and limit_value > 0
    order by period_start desc limit :most) latest order by period_start
"""


def mortality_metadata(connection: Connection, pathway: str) -> dict[str, object]:
    """The pictures of the node ``case_mix`` that tell of organisations."""
    shown: dict[str, object] = {}
    first: dict[str, Row] = {}
    for row in query(connection, PERIODS, pathway=pathway):
        first.setdefault(row.measure_name, row)
    for number, period in enumerate(first.values(), start=1):
        drawn = _drawn(connection, period)
        if drawn:
            title, subtitle, peers, lines = drawn
            glance = pictures.glance_funnel(f"**{title}**: {subtitle.split(';')[0]}", peers, lines, RATIO)
            shown = {"at_a_glance": MetadataValue.md(glance), **shown} if number == 1 else shown
            shown[f"funnel_{number}"] = MetadataValue.md(pictures.funnel(*drawn, RATIO, "expected of such patients", "expected"))
    charts = query(connection, NEAREST, pathway=pathway)
    names = list(dict.fromkeys([*first, *(chart.measure_name for chart in charts)]))
    for chart in charts:
        shown[f"cusum_{chart.direction}_{names.index(chart.measure_name) + 1}"] = MetadataValue.md(_cusum(connection, chart))
    return shown


# ------------------------------------------------------------------------------------------------ funnel
def _drawn(connection: Connection, period: Row) -> tuple[str, str, list[pictures.Peer], pictures.FunnelLines] | None:
    """Title, subtitle, peers and lines of the funnel."""
    of = {"measure": period.measure_name, "grain": period.period_grain, "start": period.period_start}
    peers, limits = query(connection, RATIOS, **of), query(connection, LIMITS, **of)
    seen = [peer for peer in peers if not peer.is_suppressed and peer.ratio is not None]
    if not seen or not limits:
        return None
    title = f"{period.title}, {period_of(period.period_grain, period.period_start)}: observed against expected"
    drawn = _peers(seen, policy_of(connection))
    places = [peer.place for peer in drawn]
    said = [
        f"{counted(len(seen), 'provider')}, {places.count('worse')} worse and {places.count('better')} better than chance and policy allow"
    ]
    said += [f"{len(peers) - len(seen)} hidden"] if len(peers) > len(seen) else []
    said.append("small numbers hidden, the rest rounded")
    return title, "; ".join(said), drawn, _lines(limits)


def _peers(seen: Sequence[Row], policy: Policy) -> list[pictures.Peer]:
    """Outliers are named with their level, and whoever else lies outside the 95 % limits by name."""
    drawn = []
    for peer in seen:
        is_outlier = peer.level in OUTLIER_PLACES
        name = f"{peer.organisation_name}: {peer.level}" if is_outlier else peer.organisation_name
        place = OUTLIER_PLACES.get(peer.level) or OUTSIDE.get(peer.funnel_position, "inside")
        is_named = is_outlier or peer.funnel_position != "inside"
        drawn.append(pictures.Peer(name, round(peer.expected), round(peer.ratio, policy.statistic_decimals), place, is_named))
    return drawn


def _lines(limits: Sequence[Row]) -> pictures.FunnelLines:
    exact = [[getattr(row, name) for row in limits] for name in ("lower_998", "lower_95", "upper_95", "upper_998")]
    policy = {
        label: [getattr(row, name) for row in limits]
        for name, label in POLICY_LINES.items()
        if limits[-1].outlier_policy_version is not None
    }
    return pictures.FunnelLines([row.expected for row in limits], 1.0, exact, (), policy)


# ------------------------------------------------------------------------------------------------ CUSUM
def _cusum(connection: Connection, chart: Row) -> str:
    months = query(
        connection, CUSUM, measure=chart.measure_name, organisation=chart.organisation_code, direction=chart.direction, most=MONTHS
    )
    is_worse = chart.direction == "worse"
    title = f"{chart.title}, risk-adjusted CUSUM for the {chart.direction}: {chart.organisation_name}"
    crossings = sum(month.is_crossing for month in months)
    subtitle = f"nearest its limit of all providers in the latest final month; reached in {counted(crossings, 'month')} of {len(months)}"
    drawn = [pictures.CusumMonth(month_of(m.period_start), round(m.share / STEP) * STEP, m.is_crossing, m.is_provisional) for m in months]
    return pictures.cusum(title, subtitle, drawn, f"{months[-1].limit_value:.1f}", is_worse)
