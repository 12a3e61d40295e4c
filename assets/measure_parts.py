"""What a month of a site, or of teams that had cases together, adds to each measure: the only place where measures read cases.

Belongs here: which parts are made anew, and writing them. Does not belong here: their SQL (``assets.part_queries``), putting parts together into results
(``assets.pooling``, ``assets.measure_results``).
A refresh evaluates the cases of the months that changed, however long the history and however large the network.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from sqlalchemy import Connection, Subquery, Table, and_, func, insert, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from assets.part_queries import COUNTS, PartsBuilder, SharedPartsBuilder, stale_months
from schemas.datasets import Pathway
from schemas.measures import Credit, Measure
from warehouse.measurement_tables import measure_part, shared_part

MEASURES_A_QUERY = 60  # a SELECT list has at most 1664 columns


def write_parts(connection: Connection, pathway: Pathway, today: date) -> None:
    """Replace the parts of the stale months of the pathway's sites by what their cases say today."""
    if not pathway.case_dataset:
        return
    credits = {credit for credit, _ in pathway.measures_by_credit()}
    for table in (measure_part, *([shared_part] if Credit.EVERY_TEAM in credits else [])):
        _delete(connection, pathway, table)
    for statement in _statements(pathway, today):
        connection.exec_driver_sql(statement)


def _delete(connection: Connection, pathway: Pathway, table: Table) -> None:
    mine = table.c.measure_name.in_([measure.name for measure in pathway.measures])
    stale = _stale_sets(pathway) if table is shared_part else stale_months(pathway.name).subquery()
    names = (
        (("site_codes", "site_codes"), ("period_start", "period_start"))
        if table is shared_part
        else (("site_code", "code"), ("period_start", "month"))
    )
    connection.execute(table.delete().where(mine, *(table.c[name] == stale.c[other] for name, other in names)))


def _stale_sets(pathway: Pathway) -> Subquery:
    """The sets of teams and months of which some team's month is stale."""
    mine = shared_part.c.measure_name.in_([measure.name for measure in pathway.measures])
    sets = select(shared_part.c.site_codes, shared_part.c.period_start).where(mine).distinct().subquery("team_set")
    each = select(sets, func.unnest(sets.c.site_codes).label("code")).subquery("team_of_set")
    months = stale_months(pathway.name).subquery()
    is_stale = and_(months.c.code == each.c.code, months.c.month == each.c.period_start)
    return select(each.c.site_codes, each.c.period_start).join(months, is_stale).distinct().subquery("stale_set")


@lru_cache(maxsize=64)
def _statements(pathway: Pathway, today: date) -> tuple[str, ...]:
    """INSERTs of the parts of all measures, as SQL text: made once a day, not once a refresh."""
    some = [
        (credit, measures[k : k + MEASURES_A_QUERY])
        for (credit, _), measures in pathway.measures_by_credit().items()
        for k in range(0, len(measures), MEASURES_A_QUERY)
    ]
    return tuple(_statement(pathway, credit, measures, today) for credit, measures in some)


def _statement(pathway: Pathway, credit: Credit, measures: tuple[Measure, ...], today: date) -> str:
    table, made_by = (shared_part, SharedPartsBuilder) if credit is Credit.EVERY_TEAM else (measure_part, PartsBuilder)
    builder = made_by(pathway, credit, measures, today)
    names = [*builder.place, "case_count", "measure_name", *COUNTS]
    filled = insert(table).from_select(names, builder.parts())
    return str(filled.compile(dialect=PGDialect_psycopg(), compile_kwargs={"literal_binds": True}))
