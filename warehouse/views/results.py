"""Views over results: own cells whole, all others through the small-numbers policy (``warehouse.views.shown``).

Everything that shows a value takes it from ``measure_result_v1``, so that no two views tell of one cell differently.

What would give a count away is treated too: intervals come from shown counts; z scores are rounded for everybody (with one's own
share and count an exact one gives the network's); the network's value is that of the network's cell as the reader may see it; means
and limits of other organisations' charts are rounded; funnel limits stand at shown denominators; derived measures of others are
suppressed, because one less a share is the share.
"""

from __future__ import annotations

from warehouse.views import view

# of cells ``c`` as the reader may see them
SHOWN_RESULT = """
select m.pathway_name, r.measure_name, m.title as measure_title, r.organisation_code, o.organisation_name, o.organisation_kind, r.period_grain, r.period_start,
    case when c.is_own then r.numerator else c.numerator end as numerator,
    case when c.is_own then r.denominator else c.denominator end as denominator,
    case when whole.is_whole then r.value when c.is_suppressed or r.value is null then null
        when m.kind = 'count' then c.denominator
        when m.kind in ('proportion', 'rate') and r.numerator = 0 then case when c.numerator = 0 then r.value end
        when m.kind in ('proportion', 'rate') then
            round((r.value * (c.numerator / r.numerator) / (c.denominator / nullif(r.denominator, 0)))::numeric, 6)::double precision
        else round(r.value::numeric, greatest(m.decimals, 0))::double precision end as value,
    case when whole.is_whole then r.lower_95 when c.is_suppressed or r.value is null then null
        when m.kind = 'proportion' then house.wilson_limit(c.numerator, c.denominator, -1)
        when m.kind in ('median', 'mean') then round(r.lower_95::numeric, greatest(m.decimals, 0))::double precision end as lower_95,
    case when whole.is_whole then r.upper_95 when c.is_suppressed or r.value is null then null
        when m.kind = 'proportion' then house.wilson_limit(c.numerator, c.denominator, 1)
        when m.kind in ('median', 'mean') then round(r.upper_95::numeric, greatest(m.decimals, 0))::double precision end as upper_95,
    r.reason,
    case when c.is_own then r.completeness_share else round(r.completeness_share::numeric, p.share_decimals)::double precision end as completeness_share,
    r.is_provisional, r.matures_on, c.is_own, c.is_suppressed,
    exists (select from intake.stale_cell s where s.pathway_name = m.pathway_name and s.organisation_code = r.organisation_code
        and s.period_grain = r.period_grain and s.period_start = r.period_start) as is_stale,
    m.kind, m.unit, m.decimals, m.direction, r.measure_version, p.policy_version, r.as_of_submission, r.computed_at
from {cells} c
join measurement.measure_result r on r.measure_name = c.measure_name and r.organisation_code = c.organisation_code
    and r.period_grain = c.period_grain and r.period_start = c.period_start
join measurement.measure m on m.measure_name = c.measure_name
join pathway.organisation o on o.organisation_code = c.organisation_code
join house.small_numbers_policy p on p.is_current
cross join lateral (select c.is_own or m.kind = 'score' as is_whole) whole
"""

measure_result_v1 = view(
    "dashboard",
    "measure_result_v1",
    "A measure for one organisation and period. One row a measure, organisation, grain and period.",
    "pathway_name measure_name measure_title organisation_code organisation_name organisation_kind period_grain period_start numerator "
    "denominator value lower_95 upper_95 reason completeness_share is_provisional matures_on is_own is_suppressed is_stale kind unit "
    "decimals direction measure_version policy_version as_of_submission computed_at",
    SHOWN_RESULT.format(cells="house.shown_cell"),
    reason="why there is no value",
    completeness_share="share of needed and due fields that are filled, 0 to 1",
    kind="kind of the measure",
    direction="higher is better, lower is better or neutral",
)

BENCHMARK = """
with beside as (
    select v.*, b.peer_kind, b.peer_count, b.rank, b.quartile, b.national_value, b.national_source, b.z_score, b.funnel_position, b.is_favourable,
        b.adjusted_z_score, b.adjusted_position,
        case v.direction when 'higher is better' then max(v.value) over peers when 'lower is better' then min(v.value) over peers end as best_value
    from dashboard.measure_result_v1 v
    join measurement.benchmark b on b.measure_name = v.measure_name and b.organisation_code = v.organisation_code
        and b.period_grain = v.period_grain and b.period_start = v.period_start
    window peers as (partition by v.measure_name, v.period_grain, v.period_start, b.peer_kind)
)
select v.pathway_name, v.measure_name, v.measure_title, v.organisation_code, v.organisation_name, v.organisation_kind, v.period_grain,
    v.period_start, v.numerator, v.denominator, v.value, v.lower_95, v.upper_95, v.peer_kind, v.peer_count,
    case when not v.is_suppressed then v.rank end, case when not v.is_suppressed then v.quartile end,
    n.value, v.national_value, v.national_source,
    case when not v.is_suppressed then round(v.z_score::numeric, p.statistic_decimals)::double precision end,
    case when not v.is_suppressed then v.funnel_position end, case when not v.is_suppressed then v.is_favourable end,
    v.best_value, v.value - v.best_value, v.completeness_share, v.is_provisional, v.is_own, v.is_suppressed, v.is_stale, v.kind, v.unit,
    v.decimals, v.direction, v.measure_version, v.policy_version, v.as_of_submission,
    case when not v.is_suppressed then round(v.adjusted_z_score::numeric, p.statistic_decimals)::double precision end,
    case when not v.is_suppressed then v.adjusted_position end
from beside v
join house.small_numbers_policy p on p.is_current
left join dashboard.measure_result_v1 n on n.measure_name = v.measure_name and n.period_grain = v.period_grain and n.period_start = v.period_start
    and n.organisation_code = (
        select organisation_code from pathway.organisation where organisation_kind = 'network' order by is_member desc, organisation_code limit 1)
"""

benchmark_v1 = view(
    "dashboard",
    "benchmark_v1",
    "A measure result beside its peers. One row a measure, organisation, grain and period.",
    "pathway_name measure_name measure_title organisation_code organisation_name organisation_kind period_grain period_start numerator "
    "denominator value lower_95 upper_95 peer_kind peer_count rank quartile network_value national_value national_source z_score "
    "funnel_position is_favourable best_value from_best completeness_share is_provisional is_own is_suppressed is_stale kind unit "
    "decimals direction measure_version policy_version as_of_submission adjusted_z_score adjusted_position",
    BENCHMARK,
    adjusted_z_score="distance from the network value, allowing for over-dispersion, rounded; null where there are too few peers",
    adjusted_position="position among the limits that allow for over-dispersion; null where suppressed",
    peer_kind="kind of organisation it is compared with",
    peer_count="peers with a value",
    rank="1 is best; ties share the better rank; null for a neutral measure or where suppressed",
    quartile="1 is best; null where suppressed",
    z_score="distance from the network value in standard deviations, rounded",
    funnel_position="below 99.8 %, below 95 %, inside, above 95 % or above 99.8 %",
    is_favourable="whether a position outside the funnel is on the better side",
    best_value="best of the peers' values that the reader may see",
    from_best="value less the best value",
    completeness_share="share of needed and due fields that are filled, 0 to 1",
    kind="kind of the measure",
    direction="higher is better, lower is better or neutral",
)

SPC_POINT = """
select v.pathway_name, v.measure_name, v.measure_title, v.organisation_code, v.organisation_name, v.organisation_kind, v.period_grain,
    v.period_start, s.point_number, v.value,
    case when v.is_own or v.kind = 'score' then s.mean when not series.is_hidden then round(s.mean::numeric, d.decimals)::double precision end,
    case when v.is_own or v.kind = 'score' then s.lower_limit when not series.is_hidden then round(s.lower_limit::numeric, d.decimals)::double precision end,
    case when v.is_own or v.kind = 'score' then s.upper_limit when not series.is_hidden then round(s.upper_limit::numeric, d.decimals)::double precision end,
    case when not series.is_hidden then s.rule_name end,
    case when series.is_hidden then 'suppressed' else s.point_type end,
    s.rule_version, v.is_own, v.is_suppressed, v.is_stale, v.kind, v.unit, v.decimals, v.direction, v.policy_version,
    case when not series.is_hidden then s.final_rule_name end, case when series.is_hidden then 'suppressed' else s.final_point_type end
from (
    select v.*, bool_or(v.is_suppressed) over (partition by v.measure_name, v.organisation_code, v.period_grain) as has_hidden
    from dashboard.measure_result_v1 v
) v
join measurement.spc_point s on s.measure_name = v.measure_name and s.organisation_code = v.organisation_code
    and s.period_grain = v.period_grain and s.period_start = v.period_start and s.chart = 'xmr'
join house.small_numbers_policy p on p.is_current
cross join lateral (select case when v.kind = 'proportion' then p.share_decimals else v.decimals end::integer as decimals) d
cross join lateral (select v.has_hidden and not v.is_own and v.kind <> 'score' as is_hidden) series
"""

spc_point_v1 = view(
    "dashboard",
    "spc_point_v1",
    "A point of a measure's XmR chart. One row a measure, organisation, grain and period; lines and rules are hidden where a point of the series is.",
    "pathway_name measure_name measure_title organisation_code organisation_name organisation_kind period_grain period_start point_number "
    "value mean lower_limit upper_limit rule_name point_type rule_version is_own is_suppressed is_stale kind unit decimals direction "
    "policy_version final_rule_name final_point_type",
    SPC_POINT,
    point_number="1 is the first point of the series",
    mean="centre line",
    lower_limit="lower process limit",
    upper_limit="upper process limit",
    rule_name="first rule that the point breaks; null for common cause",
    point_type="common cause, special cause improvement, concern, neutral high or neutral low, insufficient data, suppressed",
    rule_version="version of the rules",
    kind="kind of the measure",
    direction="higher is better, lower is better or neutral",
)

# limits lie about c / sqrt(n) from the centre: that is how they are moved from the denominator to the one that is shown
FUNNEL_LIMIT = """
with moved as (
    select m.pathway_name, f.measure_name, f.peer_kind, f.period_grain, f.period_start, shown.denominator, p.policy_version,
        m.kind = 'proportion' as is_share, case when m.kind = 'proportion' then p.share_decimals else m.decimals end::integer as decimals,
        avg(f.centre) as centre,
        avg(f.centre - (f.centre - f.lower_998) * ratio.by) as lower_998, avg(f.centre - (f.centre - f.lower_95) * ratio.by) as lower_95,
        avg(f.centre + (f.upper_95 - f.centre) * ratio.by) as upper_95, avg(f.centre + (f.upper_998 - f.centre) * ratio.by) as upper_998,
        avg(f.adjusted_lower_998) as adjusted_lower_998, avg(f.adjusted_lower_95) as adjusted_lower_95,
        avg(f.adjusted_upper_95) as adjusted_upper_95, avg(f.adjusted_upper_998) as adjusted_upper_998
    from measurement.funnel_limit f
    join measurement.measure m on m.measure_name = f.measure_name
    join house.small_numbers_policy p on p.is_current
    cross join lateral (select house.shown_count(f.denominator, p.suppress_to, p.round_to) as denominator) shown
    cross join lateral (select sqrt(f.denominator / nullif(shown.denominator, 0)) as by) ratio
    where shown.denominator > 0
    group by m.pathway_name, f.measure_name, f.peer_kind, f.period_grain, f.period_start, shown.denominator, p.policy_version, m.kind,
        p.share_decimals, m.decimals
)
select pathway_name, measure_name, peer_kind, period_grain, period_start, denominator, round(centre::numeric, decimals)::double precision,
    case when is_share and lower_998 < 0 then 0 else round(lower_998::numeric, decimals)::double precision end,
    case when is_share and lower_95 < 0 then 0 else round(lower_95::numeric, decimals)::double precision end,
    case when is_share and upper_95 > 1 then 1 else round(upper_95::numeric, decimals)::double precision end,
    case when is_share and upper_998 > 1 then 1 else round(upper_998::numeric, decimals)::double precision end,
    policy_version, round(adjusted_lower_998::numeric, decimals)::double precision, round(adjusted_lower_95::numeric, decimals)::double precision,
    round(adjusted_upper_95::numeric, decimals)::double precision, round(adjusted_upper_998::numeric, decimals)::double precision
from moved
"""

funnel_limit_v1 = view(
    "dashboard",
    "funnel_limit_v1",
    "Funnel limits of a measure and period. One row a measure, kind of peers, period and rounded denominator.",
    "pathway_name measure_name peer_kind period_grain period_start denominator centre lower_998 lower_95 upper_95 upper_998 policy_version "
    "adjusted_lower_998 adjusted_lower_95 adjusted_upper_95 adjusted_upper_998",
    FUNNEL_LIMIT,
    peer_kind="kind of organisation",
    denominator="denominator for which the limits hold, rounded",
    centre="network value, rounded",
    lower_998="lower 99.8 % limit",
    lower_95="lower 95 % limit",
    upper_95="upper 95 % limit",
    upper_998="upper 99.8 % limit",
    adjusted_lower_998="lower 99.8 % limit that allows for over-dispersion; null where there are too few peers",
    adjusted_lower_95="lower 95 % limit that allows for over-dispersion",
    adjusted_upper_95="upper 95 % limit that allows for over-dispersion",
    adjusted_upper_998="upper 99.8 % limit that allows for over-dispersion",
)

VIEWS = (measure_result_v1, benchmark_v1, spc_point_v1, funnel_limit_v1)
