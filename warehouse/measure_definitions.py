"""The measures as rows: what ``measurement.measure`` says of each, made from its declaration.

Belongs here: bringing the table up to the declarations, and queueing what a changed definition makes stale. Does not belong here:
wording (``schemas.describe``), results (``assets``).
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.dialects.postgresql import insert as insert_or_update

from schemas.datasets import Pathway
from schemas.expressions import Expression
from schemas.measures import Credit, Measure
from schemas.registry import Registry
from warehouse.case_source import measured_source, team_record_source
from warehouse.compile_sql import SqlCompiler, render_sql
from warehouse.house_tables import applied_sync
from warehouse.measurement_tables import measure
from warehouse.stale import queue_pathway

APPLIED = "measurement.measure"
DEFINING = ("measure_version", "pathway_name", "kind", "definition_sql", "charts", "signals_from")


def sync_measures(connection: Connection, registry: Registry) -> list[str]:
    """Fill ``measurement.measure`` from the declarations, in the caller's transaction; return the names of new and changed measures.

    Does nothing while the declarations are those it has seen last. A measure whose definition has changed makes its pathway stale.
    A measure that left the declarations keeps its row: results and aims may name it.
    """
    fingerprint = registry.fingerprint()
    if fingerprint == connection.scalar(_LATEST, {"name": APPLIED}):
        return []
    before = {row.measure_name: row for row in connection.execute(select(measure))}
    rows = [measure_row(pathway, item) for pathway in registry.pathways for item in pathway.measures]
    changed = [row for row in rows if _is_changed(before.get(row["measure_name"]), row)]
    _write(connection, rows)
    for name in {row["pathway_name"] for row in changed}:
        queue_pathway(connection, registry.pathway(name))
    connection.execute(insert(applied_sync).values(object_name=APPLIED, change="apply", detail=fingerprint))
    return [row["measure_name"] for row in changed]


_LATEST = text("select detail from house.applied_sync where object_name = :name and change = 'apply' order by applied_sync_id desc limit 1")


def _is_changed(before, row: dict) -> bool:
    return before is None or any(getattr(before, name) != row[name] for name in DEFINING)


def _write(connection: Connection, rows: list[dict]) -> None:
    if rows:
        statement = insert_or_update(measure)
        changes = {name: statement.excluded[name] for name in rows[0] if name != "measure_name"}
        connection.execute(statement.on_conflict_do_update(index_elements=["measure_name"], set_=changes), rows)


def measure_row(pathway: Pathway, item: Measure) -> dict:
    """The row of one measure, as columns of ``measurement.measure``."""
    from schemas.describe import describe_measure

    said = {name: getattr(item, name) for name in ("title", "description", "unit", "decimals", "target", "is_headline")}
    return {
        "measure_name": item.name, "measure_version": item.version, "pathway_name": pathway.name, **said, "kind": item.kind.value,
        "direction": item.direction.value, "credit": pathway.credit_of(item).value,
        "charts": [chart.value for chart in item.charted_by], "signals_from": item.judged_by.value, "definition_text": describe_measure(item, pathway.case_dataset), "definition_sql": definition_sql(pathway, item),
    }  # fmt: skip


def definition_sql(pathway: Pathway, item: Measure) -> str:
    """Denominator, numerator and value as SQL over the pathway's cases or its teams' records; over other measures' values for a derived one."""
    if item.is_submitted and not item.index_date:
        return "-- as submitted"
    if not item.index_date:
        return "\n".join(f"-- {name}: the value of that measure" for name in item.value.field_names())
    compiler = SqlCompiler(measured_source(pathway, pathway.credit_of(item))[1])
    lines = [f"-- counted by the date of {item.index_date}", *_credited(pathway, item), *_clause("cohort", compiler, item.cohort)]
    for exclusion in item.exclusions:
        lines += _clause(f"excluded: {exclusion.name}", compiler, exclusion.condition)
    return "\n".join([*lines, *_clause("numerator", compiler, item.numerator), *_clause("value", compiler, item.value)])


def _credited(pathway: Pathway, item: Measure) -> list[str]:
    credit = pathway.credit_of(item)
    if credit is not Credit.EVERY_TEAM:
        return [] if credit is Credit.CASE else [f"-- credited: {credit}"]
    named = f"credited: {credit}, by its record"
    return _clause(named, SqlCompiler(team_record_source(pathway)[1]), pathway.case_dataset.case_link.credited) or [f"-- {named}"]


def _clause(name: str, compiler: SqlCompiler, expression: Expression | None) -> list[str]:
    return [] if expression is None else [f"-- {name}", render_sql(compiler.compile(expression))]
