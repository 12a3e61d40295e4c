"""Views over what actions did, how aims stand, what ideas do, and from whom a provider can learn.

Effects are shared across the network. Of others, numbers are rounded as the small-numbers policy rounds shares, and hidden where one of the counts behind
them is small.
"""

from __future__ import annotations

from warehouse.views import view

ESTIMATES = ("difference", "controlled_difference", "step", "slope", "controlled_step", "controlled_slope")
LIMITS = ("before_mean", "before_lower_limit", "before_upper_limit", "after_mean", "after_lower_limit", "after_upper_limit")
PHASES = ("before_value", "after_value", *LIMITS)
NUMBERS = (*PHASES, *(f"{name}{end}" for name in ESTIMATES for end in ("", "_lower", "_upper")))
IN_WORDS = """case e.verdict when 'no change' then 'no change that can be told from chance' when 'too early' then 'too early to say' else e.verdict end"""


def _shown(column: str) -> str:
    """A number in the measure's unit: one's own whole, others' rounded, or hidden."""
    rounded = f"round(e.{column}::numeric, case when m.kind in ('proportion', 'rate') then p.share_decimals else greatest(m.decimals, 0) end)::double precision"
    return f"case when own.is_own then e.{column} when not hidden.is_hidden then {rounded} end"


def _small(*counts: str) -> str:
    return " or ".join(f"house.is_small({count}, p.suppress_to)" for count in counts)


OF_PHASES = [f"e.{phase}_{count}" for phase in ("before", "after") for count in ("numerator", "denominator")]
RESTS = [f"e.{phase}_denominator - e.{phase}_numerator" for phase in ("before", "after")]
ACTION_EFFECT = f"""
select a.number, a.provider_code, a.organisation_code, o.organisation_name, a.pathway_name, a.reference, a.title, a.change_ideas, a.started_on, e.measure_name,
    m.title, m.unit, m.decimals, m.direction, e.wanted_direction, e.verdict, {IN_WORDS}, e.reason, e.enough_on, e.before_from, e.before_to, e.before_points, e.after_from,
    e.after_to, e.after_points, {", ".join(map(_shown, NUMBERS))}, round(e.dispersion::numeric, 1)::double precision, e.compared_count, e.special_cause,
    e.special_cause_is_favourable, e.follows_extreme, e.overlaps_with, own.is_own, hidden.is_hidden, e.measure_version, p.policy_version, e.as_of_submission, e.computed_at
from improvement.action_effect e
join improvement.action a on a.number = e.action_number
join measurement.measure m on m.measure_name = e.measure_name
join pathway.organisation o on o.organisation_code = e.organisation_code
join house.small_numbers_policy p on p.is_current
cross join lateral (select e.organisation_code = any ((select house.my_organisations())::text[]) as is_own) own
cross join lateral (select not own.is_own and ({_small(*OF_PHASES, *RESTS)}) as is_hidden) hidden
"""
PHASE_MEANINGS = {
    f"{phase}_{name}": f"{meaning} {'before the action' if phase == 'before' else 'after it'}"
    for phase in ("before", "after")
    for name, meaning in {
        "from": "first month that may be compared,", "to": "last month that may be compared,", "points": "months with a final result,", "value": "value over these months,",
        "mean": "centre of the XmR chart", "lower_limit": "lower process limit", "upper_limit": "upper process limit",
    }.items()
}  # fmt: skip
ESTIMATE_MEANINGS = {
    "difference": "after less before, by this organisation's results alone",
    "controlled_difference": "the same beyond what the rest of the network did over the same months: what the verdict rests on",
    "step": "segmented regression: jump at the change beyond its own trend",
    "slope": "segmented regression: change of trend a month",
    "controlled_step": "jump at the change beyond the trend beside the rest of the network",
    "controlled_slope": "change of trend a month beside the rest of the network",
}
INTERVALS = {f"{name}_{end}": f"{end} limit of its 95 % interval" for name in ESTIMATES for end in ("lower", "upper")}

action_effect_v1 = view(
    "dashboard",
    "action_effect_v1",
    "What an action did to a measure that it names. One row an action that has begun and a measure.",
    "improvement_action_id provider_code organisation_code organisation_name pathway_name reference title change_ideas started_on measure_name measure_title unit decimals "
    "direction wanted_direction verdict verdict_text reason enough_on before_from before_to before_points after_from after_to after_points "
    f"{' '.join(NUMBERS)} dispersion compared_count special_cause special_cause_is_favourable follows_extreme overlaps_with is_own is_suppressed measure_version "
    "policy_version as_of_submission computed_at",
    ACTION_EFFECT,
    **PHASE_MEANINGS, **ESTIMATE_MEANINGS, **INTERVALS,
    improvement_action_id="number of the action",
    provider_code="provider of the organisation that acts",
    reference="the provider's own short name for the action",
    title="what it is called",
    change_ideas="kinds of change, names of the shared vocabulary",
    started_on="first day of the change",
    direction="higher is better, lower is better or neutral",
    wanted_direction="rise or fall, as the action says",
    verdict="improved, no change, worse, too early or cannot be told",
    verdict_text="the same in words",
    reason="why it is too early or cannot be told",
    enough_on="first day on which there can be enough final months",
    dispersion="how many times as much the same comparison varies for others as by chance of single months; at least 1",
    compared_count="providers that it is compared with; 0: the verdict rests on its own months alone",
    special_cause="first rule that a month after the action breaks on the chart of the months before",
    special_cause_is_favourable="whether that is on the better side",
    follows_extreme="whether the action followed an extreme on the worse side: some return to the mean is to be expected",
    overlaps_with="actions on the same measure that shorten its months",
)  # fmt: skip

FEW = 2  # of so few effects the mean tells the one that is hidden


def _pooled(column: str, decimals: str = "case when m.kind in ('proportion', 'rate') then 3 else m.decimals + 1 end") -> str:
    return f"case when not hidden.is_hidden then round(e.{column}::numeric, {decimals})::double precision end"


POOLED = ("effect", "effect_lower", "effect_upper", "between_deviation")
CHANGE_IDEA_EFFECT = f"""
select e.change_idea, i.title, e.measure_name, m.title, m.unit, m.decimals, m.direction, e.provider_count, e.told_count, e.alone_count, e.improved_count, e.worse_count,
    {", ".join(map(_pooled, POOLED))}, {_pooled("i_squared", "2")}, {_pooled("expected_lower")}, {_pooled("expected_upper")}, e.providers, e.computed_at, hidden.is_hidden
from improvement.change_idea_effect e
join improvement.change_idea i using (change_idea)
join measurement.measure m using (measure_name)
cross join lateral (
    select e.told_count <= {FEW} and exists (
        select 1 from dashboard.action_effect_v1 one
        where one.measure_name = e.measure_name and e.change_idea = any (one.change_ideas) and one.is_suppressed and one.verdict in ('improved', 'no change', 'worse')
    ) as is_hidden
) hidden
"""

change_idea_effect_v1 = view(
    "dashboard",
    "change_idea_effect_v1",
    "What a change idea does to a measure over all providers that tried it. One row an idea and measure.",
    "change_idea change_idea_title measure_name measure_title unit decimals direction provider_count told_count alone_count improved_count worse_count effect effect_lower "
    "effect_upper between_deviation i_squared expected_lower expected_upper providers computed_at is_suppressed",
    CHANGE_IDEA_EFFECT,
    change_idea="name of the idea",
    change_idea_title="how people write it",
    direction="higher is better, lower is better or neutral",
    provider_count="providers that have tried it for the measure",
    told_count="providers of these with an effect that can be told",
    alone_count="providers of these that changed nothing else with it",
    improved_count="providers with an action that improved it",
    worse_count="providers with an action after which it was worse",
    effect="pooled controlled difference, by random effects",
    effect_lower="lower limit of its 95 % interval",
    effect_upper="upper limit of its 95 % interval",
    between_deviation="standard deviation of the effect between providers",
    i_squared="share of the variance between effects that is not chance, 0 to 1",
    expected_lower="lower limit of where another provider's effect would lie",
    expected_upper="upper limit of it",
    providers="who has tried it, the best effect first: whom to call, see lead_v1",
    is_suppressed="whether it is hidden, because of one or two effects one is hidden from the reader, which the mean would tell",
)

AIM_PROGRESS = f"""
select a.number, a.measure_name, m.title, a.organisation_code, o.organisation_name, a.provider_code, a.baseline_value, a.target_value, a.target_on,
    a.target_on < current_date, e.state, e.actual_on, {_shown("actual_value")}, {_shown("trajectory_value")}, e.assurance, {_shown("lower_limit")}, {_shown("upper_limit")},
    {_shown("forecast_value")}, {_shown("forecast_lower")}, {_shown("forecast_upper")}, m.unit, m.decimals, m.direction, a.told_at, own.is_own, hidden.is_hidden,
    p.policy_version, e.as_of_submission, e.computed_at
from improvement.aim a
join improvement.aim_progress e on e.aim_number = a.number
join measurement.measure m on m.measure_name = a.measure_name
join pathway.organisation o on o.organisation_code = a.organisation_code
join house.small_numbers_policy p on p.is_current
cross join lateral (select a.organisation_code = any ((select house.my_organisations())::text[]) as is_own) own
cross join lateral (select not own.is_own and ({_small("e.actual_denominator")}) as is_hidden) hidden
"""

aim_progress_v1 = view(
    "dashboard",
    "aim_progress_v1",
    "How an aim stands: actual beside trajectory, whether the process as it is can meet the target, a plain forecast. One row an aim.",
    "aim_id measure_name measure_title organisation_code organisation_name provider_code baseline_value target_value target_on is_over state actual_on actual_value trajectory_value "
    "assurance lower_limit upper_limit forecast_value forecast_lower forecast_upper unit decimals direction told_at is_own is_suppressed policy_version as_of_submission computed_at",
    AIM_PROGRESS,
    aim_id="number of the aim",
    provider_code="provider of the organisation",
    baseline_value="value from which it starts",
    target_value="value to reach",
    target_on="by when",
    is_over="whether that day has passed",
    state="reached, on track, behind or too early",
    actual_on="first day of the latest final period",
    actual_value="value over the latest three final periods",
    trajectory_value="value on a straight line from baseline to target at that time",
    assurance="how often the process as it is meets the target: always, sometimes, never or not known",
    lower_limit="lower process limit of the latest two years",
    upper_limit="upper process limit of the latest two years",
    forecast_value="value of a period at the target's day if the process stays as it is",
    forecast_lower="lower limit of the 95 % forecast interval",
    forecast_upper="upper limit of it",
    direction="higher is better, lower is better or neutral",
    told_at="when the aim, or its latest revision, was received",
)

VIEWS = (action_effect_v1, change_idea_effect_v1, aim_progress_v1)
