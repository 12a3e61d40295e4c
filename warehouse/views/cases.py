"""Views over patient-level records (with the reader's rights), and the one summary of milestones across organisations."""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from warehouse.sync import case_pathways
from warehouse.views import View, quoted, view

case_v1 = view(
    "dashboard",
    "case_v1",
    "One row a case that the reader may see: one patient's passage along one pathway. Row-level security applies.",
    "case_id pathway_name provider_code site_code started_at started_on record_status",
    "select case_id, pathway_name, provider_code, site_code, started_at, started_on, record_status from pathway.pathway_case",
    is_invoker=True,
)

milestone_v1 = view(
    "dashboard",
    "milestone_v1",
    "One row a dated event of a case that the reader may see. Row-level security applies.",
    "case_id pathway_name provider_code site_code milestone_name happened_on happened_at from_start_minutes",
    "select c.case_id, c.pathway_name, c.provider_code, c.site_code, m.milestone_name, m.happened_on, m.happened_at, m.from_start_minutes "
    "from pathway.pathway_case c join pathway.milestone m on m.case_id = c.case_id",
    is_invoker=True,
    happened_on="date of the event",
    happened_at="instant of the event, local time; null where only the date is known",
    from_start_minutes="minutes from clock start; null where only the date is known",
)

# sites are shown to their own provider only; the network's total is put together from what is shown of its members
# every part is made for itself, so that a condition on an organisation reaches the cases of its sites and no others
MILESTONE_SUMMARY = """
with reader as (select house.my_organisations() as codes), event as not materialized (
    select c.pathway_name, c.site_code, up.provider_code, m.milestone_name, m.from_start_minutes, date_trunc('quarter', c.started_on)::date as period_start
    from (select distinct on (t.organisation_code) t.organisation_code as site_code, t.ancestor_code as provider_code
        from house.organisation_tree t where t.ancestor_kind = 'provider' order by t.organisation_code, t.depth desc) up
    join pathway.pathway_case c on c.site_code = up.site_code
    cross join lateral (select m.* from pathway.every_milestone m where m.case_id = c.case_id offset 0) m  -- by key, case by case
    where c.record_status in ('valid', 'incomplete')
), of_provider as not materialized (
    select pathway_name, milestone_name, provider_code as code, 'provider' as kind, period_start, count(*) as case_count,
        count(from_start_minutes) as timed_count, percentile_cont(0.5) within group (order by from_start_minutes) as median_minutes
    from event group by 1, 2, 3, 5
), of_site as not materialized (
    select pathway_name, milestone_name, site_code as code, 'site' as kind, period_start, count(*) as case_count,
        count(from_start_minutes) as timed_count, percentile_cont(0.5) within group (order by from_start_minutes) as median_minutes
    from event where site_code <> provider_code and site_code = any ((select codes from reader)::text[]) group by 1, 2, 3, 5
), counted as not materialized (
    select pathway_name, milestone_name, provider_code as code, period_start, count(*) as case_count from event group by 1, 2, 3, 4
), shown as not materialized (
    select c.*, c.code = any ((select codes from reader)::text[]) as is_own, house.shown_count(c.case_count, p.suppress_to, p.round_to) as shown_count,
        house.is_small(c.case_count, p.suppress_to) or house.is_small(c.timed_count, p.suppress_to) as is_small, p.policy_version
    from (select * from of_provider union all select * from of_site) c join house.small_numbers_policy p on p.is_current
), network as not materialized (
    select s.pathway_name, s.milestone_name, t.ancestor_code, s.period_start, p.policy_version,
        sum(case when s.code = any ((select codes from reader)::text[]) then s.case_count
            else coalesce(house.shown_count(s.case_count, p.suppress_to, p.round_to), (p.suppress_to + 1) / 2.0) end) as case_count
    from house.organisation_tree t
    join pathway.organisation o on o.organisation_code = t.organisation_code and o.is_member
    join counted s on s.code = t.organisation_code
    join house.small_numbers_policy p on p.is_current
    where t.ancestor_kind = 'network' group by 1, 2, 3, 4, 5
)
select pathway_name, milestone_name, code, kind, 'quarter', period_start,
    case when is_own then case_count when not is_small then shown_count::bigint end,
    case when is_own then median_minutes when not is_small then round(median_minutes) end, is_own, not is_own and is_small, policy_version
from shown
union all
select pathway_name, milestone_name, ancestor_code, 'network', 'quarter', period_start, case_count::bigint, null, false, false, policy_version
from network
"""

milestone_summary_v1 = view(
    "dashboard",
    "milestone_summary_v1",
    "How many cases reached a milestone and how soon. One row a pathway, milestone, provider, own site or network, and quarter of the clock start.",
    "pathway_name milestone_name organisation_code organisation_kind period_grain period_start case_count median_minutes is_own "
    "is_suppressed policy_version",
    MILESTONE_SUMMARY,
    period_grain="quarter",
    case_count="cases that reached it; null where suppressed",
    median_minutes="median minutes from clock start, of those whose time is known; null where suppressed, and of the network",
)

VIEWS = (case_v1, milestone_v1, milestone_summary_v1)
FIXED = ("case_id", "provider_code", "site_code", "started_at", "started_on", "record_status")


def detail_views(connection: Connection) -> list[View]:
    """``dashboard.<pathway>_case_v1`` for each pathway: its cases with their details, in the order in which columns came."""
    return [_detail_view(connection, name, detail) for name, _, detail in case_pathways(connection)]


def _detail_view(connection: Connection, pathway: str, detail: str) -> View:
    said = {c["name"]: c["comment"] or "" for c in inspect(connection).get_columns(detail, schema="pathway") if c["name"] not in FIXED}
    chosen = [*(f"c.{name}" for name in FIXED), *(f"d.{quoted(name)}" for name in said)]
    query = f"select {', '.join(chosen)} from pathway.pathway_case c join pathway.{quoted(detail)} d on d.case_id = c.case_id"
    comment = f"Cases of {pathway} that the reader may see, with their details. One row a case. Row-level security applies."
    return View("dashboard", f"{pathway}_case_v1", comment, query, said, (*FIXED, *said), is_invoker=True)
