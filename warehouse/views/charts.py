"""Views over charts of every kind, beside ``spc_point_v1``, which is the XmR chart alone.

Own series are whole, all others through the small-numbers policy: where a point of a series is hidden, so are its lines and rules. Limits of a P' or
U' chart are as wide as the denominator says, so those of others stand where they would for the denominator that is shown. Of rare events nothing is
shown but one's own: each point is a single event and its month, a count of one.
"""

from __future__ import annotations

from warehouse.views import view

# what a line becomes for others: rounded, and where limits follow the denominator, as far from the centre as the shown one says
MOVED = """case when v.is_own or v.kind = 'score' then s.{line} when series.is_hidden or s.{line} is null then null when s.chart = 'xmr' or s.{line} in (s.mean, 0, d.highest)
        then round(s.{line}::numeric, d.decimals)::double precision
        else least(greatest(round((s.mean + (s.{line} - s.mean) * ratio.by)::numeric, d.decimals)::double precision, 0), d.highest) end"""

CHART_POINT = f"""
select v.pathway_name, v.measure_name, v.measure_title, v.organisation_code, v.organisation_name, v.organisation_kind, v.period_grain,
    v.period_start, s.chart, s.chart = m.signals_from, s.point_number, v.value, {MOVED.format(line="mean")},
    {MOVED.format(line="lower_limit")}, {MOVED.format(line="upper_limit")},
    case when not series.is_hidden then s.rule_name end,
    case when series.is_hidden then 'suppressed' else s.point_type end,
    s.rule_version, v.is_provisional, v.is_own, v.is_suppressed, v.is_stale, v.kind, v.unit, v.decimals, v.direction, v.policy_version,
    case when not series.is_hidden then s.final_rule_name end, case when series.is_hidden then 'suppressed' else s.final_point_type end
from (
    select v.*, bool_or(v.is_suppressed) over (partition by v.measure_name, v.organisation_code, v.period_grain) as has_hidden
    from dashboard.measure_result_v1 v
) v
join measurement.spc_point s on s.measure_name = v.measure_name and s.organisation_code = v.organisation_code
    and s.period_grain = v.period_grain and s.period_start = v.period_start
join measurement.measure_result r on r.measure_name = v.measure_name and r.organisation_code = v.organisation_code
    and r.period_grain = v.period_grain and r.period_start = v.period_start
join measurement.measure m on m.measure_name = v.measure_name
join house.small_numbers_policy p on p.is_current
cross join lateral (select case when v.kind = 'proportion' then p.share_decimals else v.decimals end::integer as decimals,
    case when v.kind = 'proportion' then 1.0::double precision end as highest) d
cross join lateral (select sqrt(r.denominator / nullif(v.denominator, 0)) as by) ratio
cross join lateral (select v.has_hidden and not v.is_own and v.kind <> 'score' as is_hidden) series
"""

chart_point_v1 = view(
    "dashboard",
    "chart_point_v1",
    "A point of a measure's chart, of any kind. One row a measure, organisation, grain, period and chart; lines and rules are hidden where a point of the series is.",
    "pathway_name measure_name measure_title organisation_code organisation_name organisation_kind period_grain period_start chart is_judged "
    "point_number value mean lower_limit upper_limit rule_name point_type rule_version is_provisional is_own is_suppressed is_stale kind unit "
    "decimals direction policy_version final_rule_name final_point_type",
    CHART_POINT,
    chart="xmr, p_prime or u_prime",
    is_judged="whether the measure's signals come from this chart",
    point_number="1 is the first point of the series",
    mean="centre line",
    lower_limit="lower process limit; of others for the shown denominator",
    upper_limit="upper process limit; of others for the shown denominator",
    rule_name="first rule that the point breaks; null for common cause",
    point_type="common cause, special cause improvement, concern, neutral high or neutral low, insufficient data, suppressed",
    rule_version="version of the rules",
    kind="kind of the measure",
    direction="higher is better, lower is better or neutral",
)

RARE_EVENT_POINT = """
select m.pathway_name, e.measure_name, m.title, e.organisation_code, e.chart, e.chart = m.signals_from, e.point_number, e.period_start, e.value, e.centre,
    e.lower_limit, e.upper_limit, e.rule_name, e.point_type, e.rule_version, e.is_open, e.is_provisional
from measurement.rare_event_point e
join measurement.measure m on m.measure_name = e.measure_name
where e.organisation_code = any ((select house.my_organisations())::text[])
"""

rare_event_point_v1 = view(
    "dashboard",
    "rare_event_point_v1",
    "A point of the reader's own charts of rare events. One row an event, and one for what has passed since the last; of others there are none.",
    "pathway_name measure_name measure_title organisation_code chart is_judged point_number period_start value centre lower_limit upper_limit "
    "rule_name point_type rule_version is_open is_provisional",
    RARE_EVENT_POINT,
    chart="g: cases between events; t: days between events",
    is_judged="whether the measure's signals come from this chart",
    point_number="1 is the first of the latest 48 points",
    period_start="first day of the month of the event; of the latest case where the next event is awaited",
    value="cases without the event, or days, since the event before; events of one day lie half a day apart",
    centre="centre line",
    lower_limit="lower limit; null where there are too few events for one",
    upper_limit="upper limit",
    rule_name="first rule that the point breaks; null for common cause",
    point_type="common cause, special cause improvement, concern, neutral high or low (of the measure), insufficient data",
    rule_version="version of the rules",
    is_open="whether the next event is awaited: the value can only grow",
    is_provisional="whether its month can still change; it then raises no signal",
)

VIEWS = (chart_point_v1, rare_event_point_v1)
