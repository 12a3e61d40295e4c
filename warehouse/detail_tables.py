"""A pathway's own two tables, made from its declaration: the record versions and the cases' details.

Belongs here: their shape, and bringing the database up to it by addition only. Does not belong here: the fixed core
(``warehouse.tables``). A field that identifies a patient gets no column.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, DateTime, Double, Index, MetaData, Table, Text, Time, Uuid

from schemas.datasets import Dataset, Pathway
from schemas.fields import Derived, Field, Kind

TYPES = {
    Kind.TEXT: Text, Kind.CODE: Text, Kind.CODES: lambda: ARRAY(Text), Kind.INTEGER: BigInteger, Kind.DECIMAL: Double,
    Kind.DATE: Date, Kind.TIME: Time, Kind.DATETIME: lambda: DateTime(timezone=False), Kind.BOOLEAN: Boolean,
}  # fmt: skip


def field_columns(dataset: Dataset) -> list[Column]:
    """Columns of the stored and derived fields, in the order of the declaration, nullable, with comments."""
    return [_column(item) for item in (*dataset.stored_fields, *dataset.derived)]


def _column(item: Field | Derived) -> Column:
    unit = f" Unit: {item.unit}." if item.unit else ""
    listed = " Codes: " + "; ".join(f"{c} = {label}" for c, label in item.codes.labels) + "." if item.codes else ""
    return Column(item.name, TYPES[item.kind](), nullable=True, comment=f"{item.description}{unit}{listed}")


@lru_cache
def record_table(pathway: Pathway) -> Table:
    """``pathway.<name>_record``: one row for each accepted row of each submission, as it was sent (null = said nothing)."""
    dataset = pathway.case_dataset
    return Table(
        f"{pathway.name}_record",
        MetaData(),
        Column("submission_id", Text, primary_key=True, comment="the submission"),
        Column("row_number", BigInteger, primary_key=True, comment="row of the file"),
        Column("arrival_number", BigInteger, nullable=False, comment="order of arrival of the submission"),
        Column("case_id", Uuid, nullable=False, comment="the case it tells of"),
        Column("person_id", Uuid, nullable=False, comment="the person"),
        Column("organisation_code", Text, nullable=False, comment="organisation that the submission is about"),
        Column("site_code", Text, nullable=False, comment="the site"),
        Column("clock_on", Date, nullable=False, comment="date of the clock start that it states"),
        Column("is_withdrawal", Boolean, nullable=False, comment="whether it withdraws what came before"),
        Column("is_effective", Boolean, nullable=False, comment="whether it counts: neither withdrawn nor replaced"),
        Column("cleared_fields", ARRAY(Text), nullable=False, comment="fields that it empties"),
        *field_columns(dataset),
        Index(f"ix_{pathway.name}_record_case_id", "case_id"),
        schema="pathway",
        comment=f"{dataset.title}: one row for each accepted row of each submission, as sent. Null means that it said nothing of the field.",
    )


@lru_cache
def detail_table(pathway: Pathway) -> Table:
    """``pathway.<name>_detail``: one row a case, the fold of its effective records in order of arrival.

    The fields by whose date measures are counted carry an index, so that a refresh reads the touched periods only.
    """
    dataset = pathway.case_dataset
    counted_by = sorted({measure.index_date for measure in pathway.measures if measure.index_date})
    return Table(
        f"{pathway.name}_detail",
        MetaData(),
        Column("case_id", Uuid, primary_key=True, comment="the case"),
        *field_columns(dataset),
        *(Index(f"ix_{pathway.name}_detail_{name}", name) for name in counted_by),
        schema="pathway",
        comment=f"{dataset.title}: one row a case. {dataset.description}",
    )
