"""What pages show of many cells at once: the latest final result of each measure, and a provider's places among its peers in every period.

Through the same policy as ``measure_result_v1``, but looked up cell by cell: a quarter of a whole network is there in tenths of a second. Latest ones are of providers,
sites and teams: what is pooled over them rests on everybody's cells, and is asked of ``measure_result_v1``, a measure at a time.
"""

from __future__ import annotations

from warehouse.views import view
from warehouse.views.results import SHOWN_RESULT, benchmark_v1
from warehouse.views.shown import single_cells

PLACES = (
    "peer_kind",
    "peer_count",
    "rank",
    "quartile",
    "z_score",
    "funnel_position",
    "is_favourable",
    "completeness_share",
    "kind",
    "direction",
)
# one step into the table's key for each, instead of a reading of all periods
LATEST = """(
    select measured.measure_name, organised.organisation_code, g.grain as period_grain, latest.*
    from measurement.measure measured cross join pathway.organisation organised cross join (values ('month'), ('quarter'), ('year')) g (grain)
    cross join lateral (select x.period_start, x.numerator, x.denominator, x.value from measurement.measure_result x where x.measure_name = measured.measure_name
        and x.organisation_code = organised.organisation_code and x.period_grain = g.grain and not x.is_provisional order by x.period_start desc limit 1) latest
)"""
RESULTS = SHOWN_RESULT.format(cells=f"({single_cells(LATEST)})")
LATEST_RESULT = f"""
select v.pathway_name, v.measure_name, v.measure_title, v.organisation_code, v.organisation_name, v.organisation_kind, v.period_grain, v.period_start,
    v.numerator, v.denominator, v.value, v.lower_95, v.upper_95, v.reason, v.completeness_share, v.matures_on, v.is_own, v.is_suppressed, v.is_stale,
    v.kind, v.unit, v.decimals, v.direction, d.is_headline, d.target, b.peer_kind, b.peer_count,
    case when not v.is_suppressed then b.rank end, case when not v.is_suppressed then b.quartile end, b.national_value, b.national_source,
    case when not v.is_suppressed then round(b.z_score::numeric, p.statistic_decimals)::double precision end,
    case when not v.is_suppressed then b.funnel_position end, case when not v.is_suppressed then b.is_favourable end,
    v.measure_version, v.policy_version, v.as_of_submission, v.computed_at
from ({RESULTS}) v
join measurement.measure d on d.measure_name = v.measure_name
join house.small_numbers_policy p on p.is_current
left join measurement.benchmark b on b.measure_name = v.measure_name and b.organisation_code = v.organisation_code
    and b.period_grain = v.period_grain and b.period_start = v.period_start
"""

latest_result_v1 = view(
    "dashboard",
    "latest_result_v1",
    "The latest final result of a measure, with its place among its peers. One row a measure, provider, site or team, and grain.",
    "pathway_name measure_name measure_title organisation_code organisation_name organisation_kind period_grain period_start numerator denominator value "
    "lower_95 upper_95 reason completeness_share matures_on is_own is_suppressed is_stale kind unit decimals direction is_headline target peer_kind "
    "peer_count rank quartile national_value national_source z_score funnel_position is_favourable measure_version policy_version as_of_submission computed_at",
    LATEST_RESULT,
    period_start="first day of the latest period that is final",
    is_headline="whether the measure is among the first to show",
    target="target value of the measure",
    **{name: benchmark_v1.meanings[name] for name in PLACES},
    reason="why there is no value",
)

# ``benchmark_v1`` without what rests on the cells of others (the network's value, the best): it looks at no cell but those that are asked for
PLACE = """
select v.pathway_name, v.measure_name, v.measure_title, v.organisation_code, v.organisation_name, v.organisation_kind, v.period_grain, v.period_start,
    v.numerator, v.denominator, v.value, v.lower_95, v.upper_95, b.peer_kind, b.peer_count, case when not v.is_suppressed then b.rank end,
    case when not v.is_suppressed then b.quartile end, b.national_value, b.national_source,
    case when not v.is_suppressed then round(b.z_score::numeric, p.statistic_decimals)::double precision end,
    case when not v.is_suppressed then b.funnel_position end, case when not v.is_suppressed then b.is_favourable end,
    v.completeness_share, v.is_provisional, v.matures_on, v.is_own, v.is_suppressed, v.is_stale, v.kind, v.unit, v.decimals, v.direction, v.measure_version,
    v.policy_version, v.as_of_submission, v.computed_at
from dashboard.measure_result_v1 v
join measurement.benchmark b on b.measure_name = v.measure_name and b.organisation_code = v.organisation_code
    and b.period_grain = v.period_grain and b.period_start = v.period_start
join house.small_numbers_policy p on p.is_current
"""

place_v1 = view(
    "dashboard",
    "place_v1",
    "A measure result's place among its peers, for questions about one organisation. One row a measure, organisation, grain and period.",
    "pathway_name measure_name measure_title organisation_code organisation_name organisation_kind period_grain period_start numerator denominator value "
    "lower_95 upper_95 peer_kind peer_count rank quartile national_value national_source z_score funnel_position is_favourable completeness_share "
    "is_provisional matures_on is_own is_suppressed is_stale kind unit decimals direction measure_version policy_version as_of_submission computed_at",
    PLACE,
    **{name: benchmark_v1.meanings[name] for name in PLACES},
)

VIEWS = (latest_result_v1, place_v1)
