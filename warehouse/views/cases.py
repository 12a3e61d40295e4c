"""Views over patient-level records, with the reader's rights."""

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

VIEWS = (case_v1, milestone_v1)
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
