"""A pathway's own tables, made from its declaration: the record versions and the cases' details.

Belongs here: their shape, and bringing the database up to it by addition only. Does not belong here: the fixed core
(``warehouse.pathway_tables``). A field that identifies a patient gets no column.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, DateTime, Double, Index, MetaData, Table, Text, Time, Uuid

from schemas.datasets import Dataset, Pathway
from schemas.fields import Derived, Field, Kind
from schemas.measures import Credit

TYPES = {
    Kind.TEXT: Text, Kind.CODE: Text, Kind.CODES: lambda: ARRAY(Text), Kind.INTEGER: BigInteger, Kind.DECIMAL: Double,
    Kind.DATE: Date, Kind.TIME: Time, Kind.DATETIME: lambda: DateTime(timezone=False), Kind.BOOLEAN: Boolean,
}  # fmt: skip


TEAM_RECORD = "_team_record"  # the end of the names of tables with team records
SPARED = "_spared"  # of those whom a replaced period spares


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
        *_link_to_team_record(pathway),
        *field_columns(dataset),
        Index(f"ix_{pathway.name}_record_case_id", "case_id"),
        schema="pathway",
        comment=f"{dataset.title}: one row for each accepted row of each submission, as sent. Null means that it said nothing of the field.",
    )


def _link_to_team_record(pathway: Pathway) -> list[Column | Index]:
    if pathway.case_dataset.case_link is None:
        return []
    column = Column("team_record_id", Uuid, nullable=False, comment="the team's record that it is a version of")
    return [column, Index(f"ix_{pathway.name}_record_team_record_id", "team_record_id")]


def unit_column(pathway: Pathway) -> Column:
    """The column of the record table with what a row is folded into: the case, or a team's record of it where cases have several."""
    return record_table(pathway).c["team_record_id" if pathway.case_dataset.case_link else "case_id"]


@lru_cache
def team_record_table(pathway: Pathway) -> Table:
    """``pathway.<name>_team_record``: one row for each team's record of a case, the fold of its effective rows in order of arrival.

    Only of a pathway whose dataset has a ``case_link``. The fields by whose date measures count records carry an index.
    """
    dataset = pathway.case_dataset
    link, name = dataset.case_link, f"{pathway.name}{TEAM_RECORD}"
    return Table(
        name,
        MetaData(),
        Column("team_record_id", Uuid, primary_key=True, comment="random"),
        Column("case_id", Uuid, nullable=False, comment="the case that it is a part of"),
        Column("record_number", BigInteger, nullable=False, comment="its place in the sequence of the case's records, from 1"),
        Column("is_leading", Boolean, nullable=False, comment="whether the case is this team's: it was the first to admit the patient"),
        *(Column(fact.name, Boolean, nullable=False, comment=fact.description) for fact in link.facts),
        Column("person_id", Uuid, nullable=False, comment="the person"),
        Column("site_code", Text, nullable=False, comment="the team, or site"),
        Column("provider_code", Text, nullable=False, comment="its provider at the time"),
        Column("started_at", DateTime(timezone=False), comment="clock start that it states"),
        Column("started_on", Date, nullable=False, comment="date of the clock start that it states"),
        Column("record_status", Text, nullable=False, comment="valid, or incomplete"),
        Column("first_arrival_number", BigInteger, nullable=False, comment="arrival number of the first submission that told of it"),
        Column("first_row_number", BigInteger, nullable=False, comment="row of that submission"),
        Column("last_arrival_number", BigInteger, nullable=False, comment="arrival number of the latest submission that told of it"),
        *field_columns(dataset),
        *(
            Index(f"ix_{name}_{column}", column)
            for column in ("case_id", "person_id", "site_code", link.chain.id, *_counted_by(pathway, Credit.TEAM_RECORD))
        ),
        schema="pathway",
        comment=f"{dataset.title}: one row for each team's record of a case, as its rows sent so far say together.",
    )


def _counted_by(pathway: Pathway, *credits: Credit) -> list[str]:
    return sorted({index_date for credit, index_date in pathway.measures_by_credit() if credit in credits})


def _columns_of_linked_cases(dataset: Dataset) -> list[Column]:
    if dataset.case_link is None:
        return []
    return [
        Column("team_record_count", BigInteger, comment="number of teams' records that it is put together from"),
        Column("site_codes", ARRAY(Text), comment="teams or sites that had the patient, in their order"),
        Column("broken_rule_ids", ARRAY(Text), comment="rules across records that the case breaks"),
    ]


@lru_cache
def spared_table(pathway: Pathway) -> Table:
    """``pathway.<name>_spared``: one row for each person of whom a submission that replaces a period withdraws nothing."""
    return Table(
        f"{pathway.name}{SPARED}",
        MetaData(),
        Column("submission_id", Text, primary_key=True, comment="the submission that replaces a period"),
        Column(
            "person_id",
            Uuid,
            primary_key=True,
            comment="a person one of whose rows it set aside, so that earlier records of the person count on",
        ),
        schema="pathway",
        comment=f"{pathway.case_dataset.title}: whose earlier records a replaced period leaves as they are, since the person's row was set aside.",
    )


@lru_cache
def detail_table(pathway: Pathway) -> Table:
    """``pathway.<name>_detail``: one row a case, the fold of its effective records in order of arrival.

    The fields by whose date measures are counted carry an index, so that a refresh reads the touched periods only.
    """
    dataset = pathway.case_dataset
    counted_by = _counted_by(pathway, Credit.CASE, Credit.EVERY_TEAM)
    return Table(
        f"{pathway.name}_detail",
        MetaData(),
        Column("case_id", Uuid, primary_key=True, comment="the case"),
        *_columns_of_linked_cases(dataset),
        *field_columns(dataset),
        *(Index(f"ix_{pathway.name}_detail_{name}", name) for name in counted_by),
        schema="pathway",
        comment=f"{dataset.title}: one row a case. {dataset.description}",
    )


def pathway_tables(pathway: Pathway) -> tuple[Table, ...]:
    """The pathway's own tables, from what was sent to the cases: record table first, detail table last."""
    between = (team_record_table(pathway),) if pathway.case_dataset.case_link else ()
    return record_table(pathway), spared_table(pathway), *between, detail_table(pathway)
