"""Views over milestone results: own cells whole, all others through the small-numbers policy, as measure results are (``warehouse.views.shown``).

A cell of others is hidden if any of its counts is small; quarters of a year all or none. Sites are shown to their own provider only. Totals over
providers tell nothing of a small one; the quartiles of a total are rounded as those of others. The best decile is the same for every reader: it is
taken among what everybody may see. A total's counts say more than a handful where its parts are small ones told as more than they are: its quartiles
are hidden then, for they are those of the cases that there are.
"""

from __future__ import annotations

from warehouse.views import view
from warehouse.views.shown import GROUPS, told_by_parts

COUNTS = ("case_count", "reached_count", "timed_count")
QUARTILES = ("lower_quartile_minutes", "median_minutes", "upper_quartile_minutes")
CELL = ("pathway_name", "milestone_name", "period_grain", "period_start")
SHOWN_COUNT = "case when b.is_own then b.{0} when not hidden.is_hidden then (b.own_{0} + house.shown_count(b.rest_{0}, b.suppress_to, b.round_to))::bigint end"
SHOWN_QUARTILE = "case when b.is_own then b.{0} when not hidden.is_hidden and not few.is_timed_by_few then round(b.{0}) end"
YEAR = "date_trunc('year', {0}.period_start::timestamp)"


def _listed(form: str, names: tuple[str, ...]) -> str:
    return ", ".join(form.format(name) for name in names)


def _same(one: str, other: str) -> str:
    return " and ".join(f"{one}.{name} = {other}.{name}" for name in CELL)


def _is_small(form: str) -> str:
    """Whether any of the counts is small; ``form`` names a count."""
    return " or ".join(f"house.is_small({form.format(name)}, p.suppress_to)" for name in COUNTS)


SHOWN_MILESTONE = f"""
with own_part as (
    select a.ancestor_code, {_listed("r.{0}", CELL)}, {_listed("sum(r.{0}) as {0}", COUNTS)}
    from house.my_ancestors() a join measurement.milestone_result r on r.organisation_code = a.provider_code
    group by a.ancestor_code, {_listed("r.{0}", CELL)}
), parts as (
    select g.group_code, {_listed("r.{0}", CELL)}, {", ".join(f"{told_by_parts(f'r.{name}')} as {name}" for name in COUNTS)}
    from ({GROUPS}) g join measurement.milestone_result r on r.organisation_code = g.provider_code
    join house.small_numbers_policy p on p.is_current
    where r.organisation_code <> all ((select house.my_organisations())::text[])
    group by g.group_code, {_listed("r.{0}", CELL)}
), adjustment as (
    select t.ancestor_code, {_listed("s.{0}", CELL)}, {_listed("sum(s.{0}) as {0}", COUNTS)}
    from parts s join house.organisation_tree t on t.organisation_code = s.group_code
    group by t.ancestor_code, {_listed("s.{0}", CELL)}
), judged as (
    select r.*, own.is_own, o.organisation_name, o.organisation_kind, {_listed("coalesce(w.{0}, 0) as own_{0}", COUNTS)},
        {_listed("rest.{0} as rest_{0}", COUNTS)}, p.suppress_to, p.round_to, p.policy_version, not own.is_own and ({_is_small("rest.{0}")}) as is_small
    from measurement.milestone_result r
    join pathway.organisation o on o.organisation_code = r.organisation_code
    join house.small_numbers_policy p on p.is_current
    cross join lateral (select r.organisation_code = any ((select house.my_organisations())::text[]) as is_own) own
    left join own_part w on w.ancestor_code = r.organisation_code and {_same("w", "r")}
    left join adjustment a on a.ancestor_code = r.organisation_code and {_same("a", "r")}
    cross join lateral (select {_listed("(r.{0} - coalesce(w.{0}, 0) + coalesce(a.{0}, 0))::double precision as {0}", COUNTS)}) rest
    where o.organisation_kind not in ('site', 'team') or own.is_own
), beside as (
    select j.*, j.period_grain = 'quarter' and bool_or(j.is_small and j.period_grain = 'quarter')
        over (partition by j.pathway_name, j.milestone_name, j.organisation_code, {YEAR.format("j")}) as has_small_quarter
    from judged j
)
select b.pathway_name, b.milestone_name, b.organisation_code, b.organisation_name, b.organisation_kind, b.period_grain, b.period_start,
    {_listed(SHOWN_COUNT, COUNTS)},
    {_listed(SHOWN_QUARTILE, QUARTILES)},
    b.is_own, hidden.is_hidden, b.policy_version, b.as_of_submission, b.computed_at
from beside b
cross join lateral (
    select not b.is_own and (b.is_small or b.has_small_quarter or {" or ".join(f"b.rest_{name} < 0" for name in COUNTS)}) as is_hidden
) hidden
cross join lateral (select house.is_small((b.timed_count - b.own_timed_count)::double precision, b.suppress_to) as is_timed_by_few) few
"""

shown_milestone = view(
    "house",
    "shown_milestone",
    "What of a milestone's result the reader may see. One row a pathway, milestone, organisation, grain and period; sites are one's own.",
    "pathway_name milestone_name organisation_code organisation_name organisation_kind period_grain period_start case_count reached_count timed_count "
    "lower_quartile_minutes median_minutes upper_quartile_minutes is_own is_suppressed policy_version as_of_submission computed_at",
    SHOWN_MILESTONE,
    case_count="as shown to others: own part whole, the rest rounded; null where suppressed",
    reached_count="as shown to others: own part whole, the rest rounded; null where suppressed",
    timed_count="as shown to others: own part whole, the rest rounded; null where suppressed",
    lower_quartile_minutes="of others rounded; null where suppressed or those of others are few",
    median_minutes="of others rounded; null where suppressed or those of others are few",
    upper_quartile_minutes="of others rounded; null where suppressed or those of others are few",
)

# the best decile: of the providers' medians that everybody may see, the least that a tenth of them does not exceed
PEERS_NEEDED = 10
MILESTONE_RESULT = f"""
with network_code as materialized (
    select organisation_code from pathway.organisation where organisation_kind = 'network' order by is_member desc, organisation_code limit 1
), network as materialized (
    select {_listed("{0}", CELL)}, median_minutes from house.shown_milestone where organisation_code = (select organisation_code from network_code)
), provider as (
    select {_listed("r.{0}", CELL)}, round(r.median_minutes) as median_minutes, small.is_small or r.period_grain = 'quarter'
        and bool_or(small.is_small and r.period_grain = 'quarter')
            over (partition by r.pathway_name, r.milestone_name, r.organisation_code, {YEAR.format("r")}) as is_hidden
    from measurement.milestone_result r
    join pathway.organisation o on o.organisation_code = r.organisation_code and o.organisation_kind = 'provider'
    join house.small_numbers_policy p on p.is_current
    cross join lateral (select {_is_small("r.{0}")} as is_small) small
), peers as (
    select {_listed("{0}", CELL)}, count(*) as peer_count, percentile_disc(0.1) within group (order by median_minutes) as best_decile_minutes
    from provider where not is_hidden and median_minutes is not null group by {_listed("{0}", CELL)}
)
select s.pathway_name, s.milestone_name, d.title, d.place, s.organisation_code, s.organisation_name, s.organisation_kind, s.period_grain, s.period_start,
    s.case_count, s.reached_count, s.timed_count, s.lower_quartile_minutes, s.median_minutes, s.upper_quartile_minutes, n.median_minutes,
    b.national_value * case m.unit when 'minutes' then 1 when 'hours' then 60 when 'days' then 1440 end, b.national_source,
    case when d.sooner_is_better and peers.peer_count >= {PEERS_NEEDED} then peers.best_decile_minutes end, coalesce(peers.peer_count, 0), d.is_timed,
    due.matures_on > current_date, due.matures_on, s.is_own, s.is_suppressed,
    exists (select from intake.stale_cell c where c.pathway_name = s.pathway_name and c.organisation_code = s.organisation_code
        and c.period_grain = s.period_grain and c.period_start = s.period_start),
    s.policy_version, s.as_of_submission, s.computed_at, d.sooner_is_better
from house.shown_milestone s
join measurement.milestone_definition d on d.pathway_name = s.pathway_name and d.milestone_name = s.milestone_name
cross join lateral (
    select (s.period_start + make_interval(months => case s.period_grain when 'quarter' then 3 else 12 end, days => d.due_days))::date as matures_on
) due
left join network n on {_same("n", "s")}
left join peers on {_same("peers", "s")}
left join measurement.measure m on m.measure_name = d.reference_measure
left join measurement.benchmark b on b.measure_name = d.reference_measure and b.organisation_code = (select organisation_code from network_code)
    and b.period_grain = s.period_grain and b.period_start = s.period_start
"""

milestone_result_v1 = view(
    "dashboard",
    "milestone_result_v1",
    "How many cases reached an event of their pathway, and how soon. One row a pathway, milestone, organisation, quarter or year of the clock start; "
    "sites are the reader's own.",
    "pathway_name milestone_name milestone_title place organisation_code organisation_name organisation_kind period_grain period_start case_count "
    "reached_count timed_count lower_quartile_minutes median_minutes upper_quartile_minutes network_median_minutes national_median_minutes "
    "national_source best_decile_minutes peer_count is_timed is_provisional matures_on is_own is_suppressed is_stale policy_version as_of_submission "
    "computed_at sooner_is_better",
    MILESTONE_RESULT,
    milestone_title="title of the event for readers",
    place="order in which the pathway declares its events, from 1",
    period_grain="quarter or year",
    case_count="valid and incomplete cases of the period; null where suppressed",
    reached_count="those of them that reached it: its day is known; null where suppressed",
    timed_count="those of them whose minutes from the clock start are known; null where suppressed",
    lower_quartile_minutes="lower quartile of the minutes from the clock start, negative before it; null where suppressed, few of others or no time is known",
    median_minutes="median of the minutes from the clock start; null where suppressed, few of others or no time is known",
    upper_quartile_minutes="upper quartile of the minutes from the clock start; null where suppressed, few of others or no time is known",
    network_median_minutes="median of all cases of the members of the network, as the reader may see it",
    national_median_minutes="national value of the measure that the event names as its reference, of the patients whom that measure counts; null without",
    national_source="source of the national value",
    best_decile_minutes="of the medians of providers that everybody may see, the least that a tenth of them does not exceed; null with fewer than ten, or "
    "where sooner is not better",
    peer_count="providers whose median everybody may see",
    is_timed="whether its time of day is asked for; else no minutes are known",
    is_provisional="whether events of these cases may still be told in time",
    sooner_is_better="whether care aims at it",
    matures_on="first day on which all of them should have been told",
)

milestone_summary_v1 = view(
    "dashboard",
    "milestone_summary_v1",
    "How many cases reached a milestone and how soon. One row a pathway, milestone, provider, own site or network, and quarter of the clock start.",
    "pathway_name milestone_name organisation_code organisation_kind period_grain period_start case_count median_minutes is_own "
    "is_suppressed policy_version",
    """
    select pathway_name, milestone_name, organisation_code, case organisation_kind when 'team' then 'site' else organisation_kind end, period_grain,
        period_start, reached_count, case when organisation_kind <> 'network' then median_minutes end, is_own, is_suppressed, policy_version
    from house.shown_milestone
    where period_grain = 'quarter' and organisation_kind in ('provider', 'site', 'team', 'network') and (is_suppressed or reached_count > 0)
    """,
    period_grain="quarter",
    case_count="cases that reached it; null where suppressed",
    median_minutes="median minutes from clock start, of those whose time is known; null where suppressed, and of the network",
)

VIEWS = (shown_milestone, milestone_result_v1, milestone_summary_v1)
