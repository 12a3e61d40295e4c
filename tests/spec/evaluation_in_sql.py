"""Runs the tables of measures in Postgres: the same rows, the same answers.

Belongs here: what is the same for every pathway. Does not belong here: cases, the masks (``tests.spec.evaluation``).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import BigInteger, Boolean, Column, Connection, Date, DateTime, MetaData, Table, Text, literal, null, select

from schemas.datasets import Dataset
from schemas.expressions import Holds
from schemas.fields import Kind
from schemas.measures import Measure, MeasureKind
from tests.spec.evaluation import OFFERED, denominator, facts_across_records
from warehouse.compile_sql import SqlCompiler
from warehouse.detail_tables import field_columns
from warehouse.loading import copy_frame

OFFERED_TYPES = {Kind.TEXT: Text, Kind.DATE: Date, Kind.DATETIME: DateTime, Kind.BOOLEAN: Boolean}


def load_cases(connection: Connection, dataset: Dataset, frame: pd.DataFrame) -> Table:
    """A temporary table of the stored and derived fields and of what the warehouse offers; ``row_index`` keeps the order."""
    offered = [Column(name, OFFERED_TYPES[kind]()) for name, kind in (OFFERED | facts_across_records(dataset)).items()]
    table = Table(
        "spec_case", MetaData(), Column("row_index", BigInteger), *field_columns(dataset), *offered, prefixes=["TEMPORARY"]
    )  # fmt: skip
    table.create(connection)
    copy_frame(connection, table, frame.copy().assign(row_index=range(len(frame))))
    return table


def counted_in_sql(connection: Connection, measure: Measure, table: Table, rows: Sequence[int]) -> list[tuple]:
    """For each row: whether it counts, whether it achieves, its value, as ``Outcome.counted`` tells it."""
    compiler = SqlCompiler({column.name: column for column in table.columns})
    is_proportion = measure.kind is MeasureKind.PROPORTION
    query = (
        select(
            compiler.compile(denominator(measure)),
            compiler.compile(Holds(measure.numerator)) if is_proportion else literal(None),
            compiler.compile(measure.value) if measure.value is not None else null(),
        )
        .where(table.c.row_index.between(rows[0], rows[-1]))
        .order_by(table.c.row_index)
    )
    found = connection.execute(query).all()
    return [(True, achieves, _number(value)) if counts else (False, None, None) for counts, achieves, value in found]


def _number(value) -> float | None:
    return None if value is None else round(float(value), 9)
