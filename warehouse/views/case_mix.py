"""Views over case-mix adjustment: own cells whole, all others through the small-numbers policy (``warehouse.views.shown``).

Counts come from ``measure_result_v1``, so that no two views tell of one cell differently. What would give a count away is treated too: the
deaths expected at others are rounded, their ratios come from what is shown, their z scores and limits are not shown (observed follows from z and
expected); a standardised rate rests on the network's rate as the reader may see it. A chart goes patient by patient: it is its provider's own.
"""

from __future__ import annotations

from warehouse.views import view

STANDARDISED_RESULT = """
select v.pathway_name, v.measure_name, v.measure_title, v.organisation_code, v.organisation_name, v.organisation_kind, v.period_grain,
    v.period_start, v.denominator, v.numerator, shown.expected, shown.ratio, case when v.is_own then s.lower_95 end,
    case when v.is_own then s.upper_95 end, case when v.is_own then s.lower_998 end, case when v.is_own then s.upper_998 end,
    case when v.is_own then s.z_score end, shown.ratio * n.value, s.is_provisional, s.matures_on, v.is_own, v.is_suppressed, v.is_stale,
    s.measure_version, s.model_version, v.policy_version, s.as_of_submission, case when not v.is_suppressed then s.funnel_position end
from dashboard.measure_result_v1 v
join measurement.standardised_result s on s.measure_name = v.measure_name and s.organisation_code = v.organisation_code
    and s.period_grain = v.period_grain and s.period_start = v.period_start
join house.small_numbers_policy p on p.is_current
left join dashboard.measure_result_v1 n on n.measure_name = v.measure_name and n.period_grain = v.period_grain and n.period_start = v.period_start
    and n.organisation_code = (
        select organisation_code from pathway.organisation where organisation_kind = 'network' order by is_member desc, organisation_code limit 1)
cross join lateral (select house.shown_count(s.expected, 0, p.round_to) as expected) rounded
cross join lateral (select
    case when v.is_own then s.expected when not v.is_suppressed then rounded.expected end as expected,
    case when v.is_own then s.ratio when not v.is_suppressed
        then round((v.numerator / nullif(rounded.expected, 0))::numeric, p.share_decimals)::double precision end as ratio) shown
"""

standardised_result_v1 = view(
    "dashboard",
    "standardised_result_v1",
    "Observed outcomes against what is expected of such patients. One row a measure, organisation, quarter or year.",
    "pathway_name measure_name measure_title organisation_code organisation_name organisation_kind period_grain period_start case_count observed "
    "expected ratio lower_95 upper_95 lower_998 upper_998 z_score standardised_rate is_provisional matures_on is_own is_suppressed is_stale "
    "measure_version model_version policy_version as_of_submission funnel_position",
    STANDARDISED_RESULT,
    case_count="cases whose outcome is known; null where suppressed",
    observed="those of them with the outcome; null where suppressed",
    expected="outcomes expected of such patients; rounded for others",
    ratio="observed / expected; 1 is as expected; from what is shown",
    lower_95="lower limit of the 95 % interval of the ratio; one's own only",
    upper_95="upper limit of the 95 % interval of the ratio; one's own only",
    lower_998="lower limit of the 99.8 % interval of the ratio; one's own only",
    upper_998="upper limit of the 99.8 % interval of the ratio; one's own only",
    z_score="observed less expected, in standard deviations; one's own only",
    standardised_rate="ratio times the network's crude rate of the period, as the reader may see it",
    model_version="models that predicted the risks, each with its version",
    funnel_position="among the limits for chance alone: below 99.8 %, below 95 %, inside, above 95 % or above 99.8 %; null where suppressed",
)

# limits are of an expected number, not of anybody's: they stand at whole numbers up to a multiple of ten, the same for every reader
standardised_funnel_limit_v1 = view(
    "dashboard",
    "standardised_funnel_limit_v1",
    "The funnel of standardised ratios around 1: display limits, and apart from them those of the outlier policy. One row a measure, period and expected number.",
    "pathway_name measure_name measure_title period_grain period_start expected lower_998 lower_95 upper_95 upper_998 policy_positive_limit "
    "policy_alert_limit policy_alarm_limit outlier_policy_version model_version",
    "select m.pathway_name, f.measure_name, m.title, f.period_grain, f.period_start, f.expected, f.lower_998, f.lower_95, f.upper_95, f.upper_998, "
    "f.policy_positive_limit, f.policy_alert_limit, f.policy_alarm_limit, f.outlier_policy_version, f.model_version "
    "from measurement.standardised_funnel_limit f join measurement.measure m on m.measure_name = f.measure_name",
    period_grain="quarter or year",
    expected="expected events for which the limits hold: whole numbers up to a multiple of ten, nobody's own",
    lower_998="lower 99.8 % limit of the ratio, for display",
    lower_95="lower 95 % limit of the ratio, for display",
    upper_95="upper 95 % limit of the ratio, for display",
    upper_998="upper 99.8 % limit of the ratio, for display",
    policy_positive_limit="ratio beyond which the outlier policy says positive; null without a policy, or below its least expected",
    policy_alert_limit="ratio beyond which the outlier policy says alert",
    policy_alarm_limit="ratio beyond which the outlier policy says alarm",
    outlier_policy_version="version of the outlier policy; null without one",
    model_version="models that predicted the risks, each with its version",
)

CUSUM_MONTH = """
select m.pathway_name, c.measure_name, m.title, c.organisation_code, c.direction, c.period_start, case when own.is_own then c.case_count end,
    case when own.is_own then c.observed end, case when own.is_own then c.expected end, case when own.is_own then c.last_value end,
    case when own.is_own then c.highest_value end, case when own.is_own then c.limit_value end, case when own.is_own then c.crossing_count end,
    c.odds_ratio, c.is_provisional, own.is_own, not own.is_own, c.model_version, c.rule_version
from measurement.cusum_month c
join measurement.measure m on m.measure_name = c.measure_name
cross join (select house.my_organisations() as codes offset 0) reader
cross join lateral (select c.organisation_code = any (reader.codes) as is_own) own
"""

cusum_month_v1 = view(
    "dashboard",
    "cusum_month_v1",
    "A month of a provider's risk-adjusted CUSUM chart. One row a measure, provider, direction and month; values of one's own only.",
    "pathway_name measure_name measure_title organisation_code direction period_start case_count observed expected last_value highest_value "
    "limit_value crossing_count odds_ratio is_provisional is_own is_suppressed model_version rule_version",
    CUSUM_MONTH,
    direction="which change the chart looks for: worse or better",
    period_start="first day of the month",
    case_count="cases of the month whose outcome is known",
    observed="those of them with the outcome",
    expected="outcomes expected of such patients",
    last_value="value of the chart after the month's last case",
    highest_value="highest value within the month, before any new start",
    limit_value="value at which the chart signals and starts anew; null where there are too few cases for one",
    crossing_count="how often it reached the limit within the month",
    odds_ratio="the change it looks for: odds of the outcome times this",
    model_version="models that predicted the risks, each with its version",
    rule_version="version of the rule",
)

OF_MODEL = {"model_name": "the case-mix model", "model_version": "version of its coefficients"}

case_mix_model_v1 = view(
    "dashboard",
    "case_mix_model_v1",
    "A version of a case-mix model, and how good it is. One row a version.",
    "pathway_name measure_name model_name model_version origin source is_current is_sound made_at judged_from judged_to case_count event_count "
    "c_statistic brier_score calibration_intercept calibration_slope measure_version",
    "select m.pathway_name, m.measure_name, m.model_name, m.model_version, m.origin, m.source, m.is_current, m.is_sound, m.made_at, m.judged_from, "
    "m.judged_to, house.shown_count(m.case_count, p.suppress_to, p.round_to), house.shown_count(m.event_count, p.suppress_to, p.round_to), "
    "m.c_statistic, m.brier_score, m.calibration_intercept, m.calibration_slope, m.measure_version "
    "from measurement.case_mix_model m join house.small_numbers_policy p on p.is_current",
    **OF_MODEL,
    origin="published coefficients, or fitted on the network's own cases",
    source="where the coefficients come from",
    is_current="whether it predicts the risks now",
    is_sound="whether the fit converged on finite coefficients; else it is kept and not used",
    made_at="when it was made",
    judged_from="first day of the cases that it was fitted and judged on",
    judged_to="last day of these cases",
    case_count="these cases, rounded",
    event_count="those of them with the outcome, rounded",
    c_statistic="chance that of two cases the one with the outcome had the higher risk, 0 to 1",
    brier_score="mean squared difference of outcome and risk, 0 is best",
    calibration_intercept="of the outcome's log odds on those of the risk; 0 is best",
    calibration_slope="of the same; 1 is best",
)

case_mix_coefficient_v1 = view(
    "dashboard",
    "case_mix_coefficient_v1",
    "A coefficient of a version of a case-mix model.",
    "model_name model_version place label is_reference coefficient standard_error p_value",
    "select model_name, model_version, place, label, is_reference, coefficient, standard_error, p_value from measurement.case_mix_coefficient",
    **OF_MODEL,
    place="order within the model",
    label="intercept, or factor and level, such as age=70-79",
    is_reference="whether it is the reference of its factor, 0 by definition",
    coefficient="log odds beside the reference; null where too few patients tell",
    standard_error="of the coefficient; null where published without one",
    p_value="of the coefficient being 0 (Wald)",
)

case_mix_calibration_v1 = view(
    "dashboard",
    "case_mix_calibration_v1",
    "What the calibration plot of a version of a case-mix model shows. One row a group of risk.",
    "model_name model_version group_number case_count mean_risk observed_share policy_version",
    "select c.model_name, c.model_version, c.group_number, shown.counted, case when shown.counted is not null then c.mean_risk end, "
    "case when shown.counted is not null then round(c.observed_share::numeric, p.share_decimals)::double precision end, p.policy_version "
    "from measurement.case_mix_calibration c join house.small_numbers_policy p on p.is_current "
    "cross join lateral (select house.shown_count(c.case_count, p.suppress_to, p.round_to) as counted) shown",
    **OF_MODEL,
    group_number="1 has the lowest risks",
    case_count="cases of the group, rounded",
    mean_risk="mean predicted risk, 0 to 1",
    observed_share="share with the outcome, rounded",
)

VIEWS = (
    standardised_result_v1,
    standardised_funnel_limit_v1,
    cusum_month_v1,
    case_mix_model_v1,
    case_mix_coefficient_v1,
    case_mix_calibration_v1,
)
