"""Views over period outliers and over-dispersion.

An outlier is between its provider and the network's office until it is published: of other organisations a reader sees what was
published, and the positive ones, which are there to learn from; counts go through the small-numbers policy, and what would give a
count away (expected events, limits, the statistic) is rounded.
"""

from __future__ import annotations

from warehouse.views import view

VISIBLE = "(o.organisation_code = any ((select house.my_organisations())::text[]) or o.state in ('published', 'noted'))"

PERIOD_OUTLIER = f"""
select o.period_outlier_id, o.pathway_name, o.measure_name, m.title, o.organisation_code, n.organisation_name, n.organisation_kind, o.period_grain,
    o.period_start, o.state, case when own.is_own then o.due_on end, o.state_since, o.detected_at, e.evaluated_at, e.level, e.direction, e.basis,
    case when own.is_own then e.observed when not hidden.is_hidden then house.shown_count(e.observed, p.suppress_to, p.round_to) end,
    case when own.is_own then e.expected when not hidden.is_hidden then house.shown_count(e.expected, p.suppress_to, p.round_to) end,
    case when own.is_own then e.value when not hidden.is_hidden then round(e.value::numeric, p.share_decimals)::double precision end,
    case when not hidden.is_hidden then round(e.statistic::numeric, p.statistic_decimals)::double precision end,
    case when own.is_own then e.policy_alert_limit when not hidden.is_hidden then round(e.policy_alert_limit::numeric, p.share_decimals)::double precision end,
    case when own.is_own then e.policy_alarm_limit when not hidden.is_hidden then round(e.policy_alarm_limit::numeric, p.share_decimals)::double precision end,
    e.measure_version, e.model_version, e.policy_version, own.is_own, hidden.is_hidden, p.policy_version, e.as_of_submission
from measurement.period_outlier o
join measurement.measure m on m.measure_name = o.measure_name
join pathway.organisation n on n.organisation_code = o.organisation_code
join house.small_numbers_policy p on p.is_current
cross join lateral (select * from measurement.period_outlier_evaluation e where e.period_outlier_id = o.period_outlier_id
    order by e.period_outlier_evaluation_id desc limit 1) e
left join house.shown_cell c on c.measure_name = o.measure_name and c.organisation_code = o.organisation_code
    and c.period_grain = o.period_grain and c.period_start = o.period_start
cross join lateral (select o.organisation_code = any ((select house.my_organisations())::text[]) as is_own) own
cross join lateral (select not own.is_own and (coalesce(c.is_suppressed, true) or house.is_small(e.observed, p.suppress_to)
    or house.is_small(e.denominator, p.suppress_to) or house.is_small(e.denominator - e.observed, p.suppress_to)) as is_hidden) hidden
where {VISIBLE}
"""

period_outlier_v1 = view(
    "dashboard",
    "period_outlier_v1",
    "Period outliers with their latest evaluation: one's own, and of others those that are published or positive. One row an outlier.",
    "period_outlier_id pathway_name measure_name measure_title organisation_code organisation_name organisation_kind period_grain period_start "
    "state due_on state_since detected_at evaluated_at level direction basis observed expected value statistic policy_alert_limit "
    "policy_alarm_limit measure_version model_version outlier_policy_version is_own is_suppressed policy_version as_of_submission",
    PERIOD_OUTLIER,
    period_outlier_id="number of the outlier",
    state="state of the workflow; noted for a positive outlier",
    due_on="last day for what is to be done in this state; null for others' outliers",
    state_since="when it entered the state",
    detected_at="when it was detected first",
    evaluated_at="when it was judged last",
    level="alarm, alert, inside, positive or not judged, by the latest evaluation",
    direction="worse or better than expected; null inside",
    basis="what is expected: standardised, network value, or network value, over-dispersed",
    observed="events observed; of others rounded, null where suppressed",
    expected="events expected; of others rounded, null where suppressed",
    value="observed by expected for a standardised ratio, else observed by cases; of others rounded, null where suppressed",
    statistic="distance from what is expected in standard deviations, positive in the worse direction; rounded",
    policy_alert_limit="value beyond which it is an alert; of others rounded",
    policy_alarm_limit="value beyond which it is an alarm; of others rounded",
    model_version="case-mix models that predicted what is expected, each with its version",
    outlier_policy_version="version of the measure's outlier policy",
)

period_outlier_event_v1 = view(
    "dashboard",
    "period_outlier_event_v1",
    "The history of one's own period outliers. One row an event.",
    "period_outlier_event_id period_outlier_id measure_name organisation_code event from_state to_state due_on happened_at note",
    "select h.period_outlier_event_id, h.period_outlier_id, o.measure_name, o.organisation_code, h.event, h.from_state, h.to_state, h.due_on, "
    "h.happened_at, h.note from measurement.period_outlier_event h join measurement.period_outlier o on o.period_outlier_id = h.period_outlier_id "
    "where o.organisation_code = any ((select house.my_organisations())::text[])",
    period_outlier_event_id="order of events",
    period_outlier_id="the outlier",
    event="detected, detected again, noted, evaluated again, moved or fell due",
    from_state="state before; null at first",
    to_state="state after",
    due_on="last day for what is to be done in that state",
    happened_at="when",
    note="why",
)

funnel_dispersion_v1 = view(
    "dashboard",
    "funnel_dispersion_v1",
    "How much more the peers of a measure and period differ than by chance. One row a measure, kind of peers and period with enough peers.",
    "pathway_name measure_name peer_kind period_grain period_start scale peer_count phi tau_squared",
    "select m.pathway_name, d.measure_name, d.peer_kind, d.period_grain, d.period_start, d.scale, d.peer_count, round(d.phi::numeric, 2)::double precision, "
    "round(d.tau_squared::numeric, 4)::double precision from measurement.funnel_dispersion d join measurement.measure m on m.measure_name = d.measure_name",
    peer_kind="kind of organisation",
    scale="on which the variance was estimated: arcsine, or square root of observed by expected",
    peer_count="peers that it rests on",
    phi="mean squared z of the peers, the extremes drawn in; 1 by chance alone; rounded",
    tau_squared="variance between the peers on the scale, beyond chance; rounded",
)

VIEWS = (period_outlier_v1, period_outlier_event_v1, funnel_dispersion_v1)
