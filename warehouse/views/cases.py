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
MILESTONE_SUMMARY = """
with reader as (select house.my_organisations() as codes), event as (
    select c.pathway_name, c.site_code, up.ancestor_code as provider_code, m.milestone_name, m.from_start_minutes,
        date_trunc('quarter', c.started_on)::date as period_start
    from pathway.pathway_case c
    join pathway.every_milestone m on m.case_id = c.case_id
    join lateral (select t.ancestor_code from house.organisation_tree t where t.organisation_code = c.site_code and t.ancestor_kind = 'provider'
        order by t.depth desc limit 1) up on true
    where c.record_status in ('valid', 'incomplete')
), cell as (
    select pathway_name, milestone_name, provider_code as code, 'provider' as kind, period_start, count(*) as case_count,
        count(from_start_minutes) as timed_count, percentile_cont(0.5) within group (order by from_start_minutes) as median_minutes
    from event group by 1, 2, 3, 5
    union all
    select pathway_name, milestone_name, site_code, 'site', period_start, count(*), count(from_start_minutes),
        percentile_cont(0.5) within group (order by from_start_minutes)
    from event where site_code <> provider_code and site_code = any ((select codes from reader)::text[]) group by 1, 2, 3, 5
), shown as (
    select c.*, c.code = any (r.codes) as is_own, house.shown_count(c.case_count, p.suppress_to, p.round_to) as shown_count,
        house.is_small(c.case_count, p.suppress_to) or house.is_small(c.timed_count, p.suppress_to) as is_small, p.suppress_to, p.policy_version
    from cell c cross join reader r join house.small_numbers_policy p on p.is_current
), network as (
    select s.pathway_name, s.milestone_name, t.ancestor_code, s.period_start, s.policy_version,
        sum(case when s.is_own then s.case_count else coalesce(s.shown_count, (s.suppress_to + 1) / 2.0) end) as case_count
    from shown s join pathway.organisation o on o.organisation_code = s.code and o.is_member
    join house.organisation_tree t on t.organisation_code = s.code and t.ancestor_kind = 'network'
    where s.kind = 'provider' group by 1, 2, 3, 4, 5
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
