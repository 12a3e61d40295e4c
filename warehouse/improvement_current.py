"""Which of what leads have said counts: the latest effective row of each key.

Belongs here: the one query that says so, for loads and for the views. Does not belong here: taking rows (``assets.improvement``).
A row counts if its submission is effective, nothing that arrived later tells of the same key, and it does not end it.
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, Select, Table, case, func, literal, or_, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import insert

from schemas.registry import Registry
from warehouse.improvement_tables import action_version, aim_version, change_idea, lead_version
from warehouse.intake_tables import submission
from warehouse.tables import EFFECTIVE_STATES

KEYS = {
    lead_version.name: ("organisation_code", "pathway_name", "role"),
    aim_version.name: ("organisation_code", "measure_name"),
    action_version.name: ("organisation_code", "reference", "cycle_number"),
}
CASELESS = ("role", "reference")  # two spellings of these by case alone are one
ROWS_A_FILE = 10_000_000  # more than any file may have: a number is its submission's place and its row's


def key_of(table: Table) -> tuple[Column, ...]:
    """What names a lead, an aim or an action."""
    return tuple(func.lower(table.c[name]) if name in CASELESS else table.c[name] for name in KEYS[table.name])


def current(table: Table, *, counting: str | None = None, without: str | None = None) -> Select:
    """The rows that count, each with ``number`` (of the first row that ever told of its key) and ``told_at``.

    ``counting`` is a submission at work that is to count already, ``without`` one that is not to count any more.
    """
    key = key_of(table)
    number = func.min(table.c.arrival_number * ROWS_A_FILE + table.c.row_number).over(partition_by=key)
    counts = or_(submission.c.state.in_(EFFECTIVE_STATES), submission.c.submission_id == (counting or ""))
    counts = counts & (submission.c.submission_id != (without or ""))
    latest = func.row_number().over(
        partition_by=key, order_by=(case((counts, 0), else_=1), table.c.arrival_number.desc(), table.c.row_number.desc())
    )
    told = select(table, number.label("number"), submission.c.received_at.label("told_at"), counts.label("counts"), latest.label("place"))
    ranked = told.join(submission, submission.c.submission_id == table.c.submission_id).subquery("ranked")
    columns = [ranked.c[name] for name in (*table.c.keys(), "number", "told_at")]
    return select(*columns).where(ranked.c.counts, ranked.c.place == 1, ~ranked.c.is_withdrawal)


def as_sql(query: Select) -> str:
    """The text of a query without parameters, for a view."""
    return str(query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))


def sync_change_ideas(connection: Connection, registry: Registry) -> None:
    """Bring the vocabulary up to what the pathways declare; what leads have added stays."""
    rows = [
        {"change_idea": idea.name, "title": idea.title, "description": idea.description, "pathway_name": pathway.name, "is_declared": True}
        for pathway in registry.pathways for idea in pathway.change_ideas
    ]  # fmt: skip
    if not rows:
        return
    adding = insert(change_idea).values(rows)
    given = {name: adding.excluded[name] for name in ("title", "description", "is_declared")}
    connection.execute(adding.on_conflict_do_update(index_elements=["change_idea"], set_={**given, "added_by": literal(None)}))
