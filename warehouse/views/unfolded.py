"""Views that give in rows what is stored in fewer: a row a finding, a row a milestone.

Belongs here: ``intake.finding`` and ``pathway.milestone``. Does not belong here: the versioned views for dashboards.
Writing these rows as well would cost a large load a third of its time, and could disagree with what they are made from.
"""

from __future__ import annotations

from sqlalchemy import Date, Table

from schemas.datasets import Milestone, Pathway
from schemas.registry import Registry
from warehouse.detail_tables import detail_table
from warehouse.views import View, quoted, view

FINDING = """
select f.submission_id, row_number() over (partition by f.submission_id order by r.row_number nulls first, f.kind_number),
    f.rule_id, f.rule_name, f.rule_version, f.severity, f.scope, r.row_number, f.field_name, f.advice
from intake.finding_kind as f cross join lateral unnest(f.row_numbers) as r (row_number)
"""

finding = view(
    "intake",
    "finding",
    "One row a finding: one rule broken by one row of a submission, or by the file. Never a patient's value.",
    "submission_id finding_number rule_id rule_name rule_version severity scope row_number field_name advice",
    FINDING,
    is_invoker=True,
    finding_number="number within the submission, in the order of rows, those of the file first",
    rule_id="id of the rule that is broken",
    rule_name="name of the rule: what must hold",
    rule_version="version of the rules",
    severity="reject file, quarantine record, warn or out of scope",
    scope="record, file or warehouse",
    row_number="row of the file, the header being row 1 where it is the first row; null for the file",
    field_name="field to correct; null for the file",
    advice="what to do, without any value",
)

NOTHING = "select null::uuid, null::text, null::date, null::timestamp, null::integer where false"


def milestones(registry: Registry) -> View:
    """The dated events of the cases of every pathway, from their details, as the reader may see them."""
    queries = [
        _milestones(pathway) for pathway in registry.pathways if pathway.case_dataset is not None and pathway.case_dataset.milestones
    ]
    query = "\nunion all\n".join(queries) or NOTHING
    columns = "case_id milestone_name happened_on happened_at from_start_minutes"
    meanings = {
        "happened_on": "date of the event",
        "happened_at": "instant of the event, local time; null where only the date is known",
        "from_start_minutes": "minutes from clock start; null where only the date is known",
    }
    said = "One row a dated event of a case, as the pathways declare them. Row-level security of the cases applies."
    return view("pathway", "milestone", said, columns, query, is_invoker=True, **meanings)


def _milestones(pathway: Pathway) -> str:
    """One reading of the details, spread over the pathway's milestones."""
    return (
        f"select d.case_id, m.milestone_name, m.happened_on, m.happened_at, m.from_start_minutes from pathway.{quoted(detail_table(pathway).name)} as d "
        f"cross join lateral ({every_event(pathway)}) as m (milestone_name, happened_on, happened_at, from_start_minutes) where m.happened_on is not null"
    )


def every_event(pathway: Pathway) -> str:
    """The values of all events of the detail ``d``, dated or not: name, day, instant, minutes from the clock."""
    details = detail_table(pathway)
    return "values " + ", ".join(_event(item, details, pathway.case_dataset.clock) for item in pathway.case_dataset.milestones)


def _event(item: Milestone, details: Table, clock: str) -> str:
    column = f"d.{quoted(item.field)}"
    if isinstance(details.c[item.field].type, Date):
        return f"('{item.name}', {column}, null::timestamp, null::integer)"
    return f"('{item.name}', {column}::date, {column}, round(extract(epoch from {column} - d.{quoted(clock)}) / 60)::integer)"


def unfolded(registry: Registry) -> tuple[View, ...]:
    """The views of this module, in an order in which each finds what it reads."""
    return (finding, milestones(registry))
