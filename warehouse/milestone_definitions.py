"""The milestones as rows: what ``measurement.milestone_definition`` says of each, made from its declaration.

Belongs here: bringing the table up to the declarations, and queueing what a changed one makes stale. Does not belong here: results
(``assets.milestones``).
"""

from __future__ import annotations

from sqlalchemy import Connection, Date, delete, insert, select

from schemas.datasets import Milestone, Pathway
from schemas.registry import Registry
from warehouse.detail_tables import detail_table
from warehouse.milestone_tables import milestone_definition
from warehouse.stale import queue_pathway


def sync_milestones(connection: Connection, registry: Registry) -> list[str]:
    """Make the table what the declarations are, in the caller's transaction; return the pathways whose events are now others.

    Everything of such a pathway becomes stale. Pathways that are not declared any more keep their rows, as their results stay.
    """
    declared = {pathway.name: _rows(pathway) for pathway in registry.pathways}
    stored: dict[str, list[dict]] = {name: [] for name in declared}
    for row in connection.execute(select(milestone_definition).order_by(milestone_definition.c.place)).mappings():
        if row["pathway_name"] in stored:
            stored[row["pathway_name"]].append(dict(row))
    changed = [name for name, rows in declared.items() if rows != stored[name]]
    for name in changed:
        connection.execute(delete(milestone_definition).where(milestone_definition.c.pathway_name == name))
        if declared[name]:
            connection.execute(insert(milestone_definition), declared[name])
        queue_pathway(connection, registry.pathway(name))
    return changed


def _rows(pathway: Pathway) -> list[dict]:
    dataset = pathway.case_dataset
    return [_row(pathway, item, place) for place, item in enumerate(dataset.milestones if dataset else (), start=1)]


def _row(pathway: Pathway, item: Milestone, place: int) -> dict:
    return {
        "pathway_name": pathway.name, "milestone_name": item.name, "place": place, "title": item.title, "field": item.field, "is_timed": is_timed(pathway, item),
        "sooner_is_better": item.sooner_is_better, "due_days": pathway.case_dataset.due_after_days(item.field), "reference_measure": item.reference,
    }  # fmt: skip


def is_timed(pathway: Pathway, item: Milestone) -> bool:
    """Whether its field is an instant; a day has no minutes from the clock."""
    return not isinstance(detail_table(pathway).c[item.field].type, Date)
