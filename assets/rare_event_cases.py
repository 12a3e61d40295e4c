"""The events of measures that are charted by what lies between them, in order of date, as one query a measure.

Belongs here: the query. Does not belong here: charts and signals (``assets.rare_events``). Nothing that is read says which case an event was.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import CTE, ColumnElement, Connection, Date, Select, Text, and_, cast, column, func, literal, select, table, true, union_all
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from assets.part_queries import STALE_TABLE
from schemas.datasets import Pathway
from schemas.measures import Measure
from warehouse.case_source import TODAY, as_of, is_counted, measured_source
from warehouse.compile_sql import SqlCompiler
from warehouse.measurement_tables import measure_result
from warehouse.pathway_tables import pathway_case
from warehouse.stale import start_of

LEVELS = table("organisation_level_now", *(column(name) for name in ("start_code", "start_kind", "level_code", "level_kind")))
EVENT, LAST, LAST_FINAL = "event", "last", "last final"


class EventRow(NamedTuple):
    """An event of a provider, or its last case, of all or of its final ones. ``number`` counts its cases of the denominator, from 1, by date."""

    organisation_code: str
    counted_on: date
    number: int
    what: str
    is_final: bool


def read_events(connection: Connection, pathway: Pathway, measure: Measure, today: date) -> list[EventRow]:
    """The events of the touched providers in order, each provider's last cases behind them.

    Final is what lies before the first month that can still change; the last of all cases is final if all are.
    """
    return [EventRow(*row) for row in connection.exec_driver_sql(_statement(pathway, measure, today))]


@lru_cache(maxsize=64)
def _statement(pathway: Pathway, measure: Measure, today: date) -> str:
    """SQL text, made once a day, not once a refresh."""
    counted = _counted(pathway, measure, today).cte("counted").prefix_with("MATERIALIZED")
    owner, day, number, is_final = (counted.c[name] for name in ("organisation_code", "counted_on", "number", "is_final"))
    last = [owner, func.max(day), func.max(number)]
    everything = union_all(
        select(owner, day, number, _text(EVENT).label("what"), is_final).where(counted.c.is_event),
        select(*last, _text(LAST), func.bool_and(is_final)).group_by(owner),
        select(*last, _text(LAST_FINAL), true()).where(is_final).group_by(owner),
    ).subquery("told")
    query = select(everything).order_by(everything.c.organisation_code, everything.c.number, everything.c.what)
    return str(query.compile(dialect=PGDialect_psycopg(), compile_kwargs={"literal_binds": True}))


def _text(word: str) -> ColumnElement:
    return cast(literal(word), Text)


def _counted(pathway: Pathway, measure: Measure, today: date) -> Select:
    """The denominator of the measure at the touched providers, numbered."""
    source, columns = measured_source(pathway, pathway.credit_of(measure))
    compiler = SqlCompiler({**columns, TODAY: as_of(today)})
    day, owner = columns[measure.index_date], _owners(pathway).cte("owner").prefix_with("MATERIALIZED")
    provisional = _provisional(measure, owner).cte("provisional").prefix_with("MATERIALIZED")
    kept = [~compiler.holds(exclusion.condition) for exclusion in measure.exclusions]
    is_final = func.coalesce(start_of("month", day) < provisional.c.since, true())
    # the same order whatever the random ids are, so that a warehouse made anew has the same charts
    order = [day, columns["started_at"], pathway_case.c.first_arrival_number, pathway_case.c.first_row_number, columns["site_code"]]
    order += [columns[name] for name in ("record_number",) if name in columns]
    return (
        select(
            owner.c.organisation_code, cast(day, Date).label("counted_on"), compiler.holds(measure.numerator).label("is_event"), is_final.label("is_final"),
            func.row_number().over(partition_by=owner.c.organisation_code, order_by=order).label("number"),
        )
        .select_from(source.join(owner, owner.c.start_code == columns["provider_code"]).outerjoin(provisional, provisional.c.organisation_code == owner.c.organisation_code))
        .where(and_(pathway_case.c.pathway_name == pathway.name, is_counted(), day.is_not(None), compiler.holds(measure.cohort), *kept))
    )  # fmt: skip


def _owners(pathway: Pathway) -> Select:
    """Codes that cases carry as their provider, with the touched organisation that has these cases now."""
    touched = select(STALE_TABLE.c.organisation_code).where(STALE_TABLE.c.pathway_name == pathway.name)
    here = and_(LEVELS.c.level_kind == LEVELS.c.start_kind, LEVELS.c.level_kind == "provider", LEVELS.c.level_code.in_(touched))
    return select(LEVELS.c.start_code, func.min(LEVELS.c.level_code).label("organisation_code")).where(here).group_by(LEVELS.c.start_code)


def _provisional(measure: Measure, owner: CTE) -> Select:
    """Since which month the results of each can still change."""
    mine = and_(measure_result.c.measure_name == measure.name, measure_result.c.period_grain == "month", measure_result.c.is_provisional)
    found = select(measure_result.c.organisation_code, func.min(measure_result.c.period_start).label("since"))
    return found.where(mine, measure_result.c.organisation_code.in_(select(owner.c.organisation_code))).group_by(
        measure_result.c.organisation_code
    )
