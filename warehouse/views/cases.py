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

_EVENT = """
    select c.pathway_name, c.site_code, t.ancestor_code, t.ancestor_kind, m.milestone_name, m.from_start_minutes,
        date_trunc('quarter', c.started_on)::date as period_start
    from pathway.pathway_case c
    join pathway.milestone m on m.case_id = c.case_id
    join house.organisation_tree t on t.organisation_code = c.site_code
    join pathway.organisation o on o.organisation_code = c.provider_code
    where c.record_status in ('valid', 'incomplete') and t.ancestor_kind in ('site', 'provider', 'region', 'network')
        and (o.is_member or t.ancestor_kind in ('site', 'provider'))
"""

MILESTONE_SUMMARY = f"""
with event as ({_EVENT}), cell as (
    select e.pathway_name, e.milestone_name, e.ancestor_code, e.ancestor_kind, e.period_start, count(*) as case_count,
        count(*) filter (where e.site_code = any ((select house.my_organisations())::text[])) as own_count,
        percentile_cont(0.5) within group (order by e.from_start_minutes) as median_minutes,
        count(e.from_start_minutes) as timed_count,
        count(e.from_start_minutes) filter (where e.site_code = any ((select house.my_organisations())::text[])) as own_timed_count
    from event e group by e.pathway_name, e.milestone_name, e.ancestor_code, e.ancestor_kind, e.period_start
)
select c.pathway_name, c.milestone_name, c.ancestor_code, c.ancestor_kind, 'quarter', c.period_start,
    case when own.is_own then c.case_count else (c.own_count + house.shown_count(c.case_count - c.own_count, p.suppress_to, p.round_to))::bigint end,
    case when own.is_own then c.median_minutes when not small.count and not small.timed then round(c.median_minutes) end,
    own.is_own, not own.is_own and (small.count or small.timed), p.policy_version
from cell c
join house.small_numbers_policy p on p.is_current
cross join lateral (select c.ancestor_code = any ((select house.my_organisations())::text[]) as is_own) own
cross join lateral (select house.is_small(c.case_count - c.own_count, p.suppress_to) as count,
    house.is_small(c.timed_count - c.own_timed_count, p.suppress_to) as timed) small
"""

milestone_summary_v1 = view(
    "dashboard",
    "milestone_summary_v1",
    "How many cases reached a milestone and how soon. One row a pathway, milestone, organisation and quarter of the clock start.",
    "pathway_name milestone_name organisation_code organisation_kind period_grain period_start case_count median_minutes is_own "
    "is_suppressed policy_version",
    MILESTONE_SUMMARY,
    period_grain="quarter",
    case_count="cases that reached it; null where suppressed",
    median_minutes="median minutes from clock start, of those whose time is known; null where suppressed",
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
