"""Which submitted results count: the latest effective one of each cell.

Belongs here: the one query that says so, and queueing the cells that a change of it touches. Does not belong here: taking a
submission (``assets.submitted_results``), computing measures and benchmarks from the results (``assets.measure_results``).

A submitted row counts if its submission is effective, no effective ``replace period`` of the same organisation and dataset that
arrived later covers its period's first day, no later row tells of the same cell, and it does not withdraw the cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import ARRAY, ColumnElement, Connection, Date, FromClause, Select, Text, column, exists, func, literal, select

from schemas.datasets import Mode
from schemas.registry import Registry
from warehouse.intake_tables import submission
from warehouse.measurement_tables import measure_result, submitted_result
from warehouse.stale import queue_cells
from warehouse.tables import EFFECTIVE_STATES

CONTENT = ("numerator", "denominator", "value", "reason", "level_code", "source")


class Cell(NamedTuple):
    """What a submitted result is of. A published national value has a cell of its own beside the providers'."""

    measure_name: str
    organisation_code: str
    period_grain: str
    period_start: date
    is_reference: bool


def effective_results(*, counting: str | None = None, without: str | None = None) -> Select:
    """Select of the submitted rows that count, with the dataset and ``about_code``, the organisation their submission is about.

    ``counting`` is a submission at work that is to count already, ``without`` one that is not to count any more.
    """
    told, source = submitted_result, submission.alias("source")
    cell = [told.c[name] for name in Cell._fields]
    latest = (
        select(told, source.c.dataset_name, _about(source).label("about_code"))
        .distinct(*cell)
        .join(source, source.c.submission_id == told.c.submission_id)
        .where(_counts(source, counting, without), ~_replaced(source, counting, without))
        .order_by(*cell, told.c.arrival_number.desc(), told.c.row_number.desc())
        .subquery("latest")
    )
    return select(latest).where(~latest.c.is_withdrawal)


def _about(source: FromClause) -> ColumnElement:
    return func.coalesce(source.c.organisation_code, source.c.sender_code)


def _counts(source: FromClause, counting: str | None, without: str | None) -> ColumnElement[bool]:
    effective = source.c.state.in_(EFFECTIVE_STATES) | (source.c.submission_id == (counting or ""))
    return effective & (source.c.submission_id != (without or ""))


def _replaced(source: FromClause, counting: str | None, without: str | None) -> ColumnElement[bool]:
    later = submission.alias("later")
    return exists().where(
        _counts(later, counting, without),
        later.c.mode == Mode.REPLACE_PERIOD.value,
        later.c.dataset_name == source.c.dataset_name,
        _about(later) == _about(source),
        later.c.arrival_number > source.c.arrival_number,
        submitted_result.c.period_start.between(later.c.period_start, later.c.period_end),
    )


def cells_between(connection: Connection, first: date, last: date, **which) -> dict[Cell, tuple]:
    """The cells of the periods that begin in the days given, with what counts in them (``CONTENT``)."""
    counted = effective_results(**which).subquery()
    columns = [counted.c[name] for name in (*Cell._fields, *CONTENT)]
    rows = connection.execute(select(*columns).where(counted.c.period_start.between(first, last)))
    return {Cell(*row[: len(Cell._fields)]): tuple(row[len(Cell._fields) :]) for row in rows}


def changed_cells(before: Mapping[Cell, tuple], after: Mapping[Cell, tuple]) -> set[Cell]:
    return {cell for cell in before.keys() | after.keys() if before.get(cell) != after.get(cell)}


def queue_results(connection: Connection, registry: Registry, cells: Iterable[Cell], submission_id: str | None) -> None:
    """Queue what has to be made again when these cells count otherwise. A national value stands beside every organisation's result."""
    cells_of: dict[str, set[tuple[str, date]]] = {}
    for cell in cells:
        if cell.measure_name in registry.measures:
            pathway = registry.pathway_of_measure(cell.measure_name).name
            cells_of.setdefault(pathway, set()).update(_places(connection, cell))
    for name, found in cells_of.items():
        codes, days = zip(*sorted(found), strict=True) if found else ((), ())
        given = (
            func.unnest(literal(list(codes), ARRAY(Text)), literal(list(days), ARRAY(Date)))
            .table_valued(column("code", Text), column("day", Date))
            .render_derived()
        )
        queue_cells(connection, registry.pathway(name), select(given.c.code, given.c.day), submission_id)


def _places(connection: Connection, cell: Cell) -> list[tuple[str, date]]:
    if not cell.is_reference:
        return [(cell.organisation_code, cell.period_start)]
    result = measure_result.c
    named = select(result.organisation_code).where(
        result.measure_name == cell.measure_name, result.period_grain == cell.period_grain, result.period_start == cell.period_start
    )
    return [(code, cell.period_start) for code in connection.scalars(named)]
