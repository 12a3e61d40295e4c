"""Cases: the fold of effective records, written set-wise, with the cells they touch queued before and after.

Belongs here: what a change of records does to ``pathway_case`` and the detail table.
Does not belong here: which case a record tells of (``assets.linking``), the fold itself (``assets.folding``), statuses (``assets.cross_record``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Column, Connection, Row, Table, Text, Uuid, any_, delete, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from assets.cross_record import base_status, settle_statuses
from assets.folding import all_emptied, carried_derived, carried_names, clock_dates, fold
from assets.places import places
from assets.reading.conform import derive
from schemas.datasets import Dataset, Pathway
from schemas.fields import Kind
from warehouse.detail_tables import detail_table, record_table, team_record_table, unit_column
from warehouse.loading import Copies, copy_frame, read_frame, temporary_like, upsert_from
from warehouse.pathway_tables import pathway_case
from warehouse.stale import queue_for_cases

WHO = ("person_id", "site_code", "provider_code")


@dataclass(frozen=True)
class Touched:
    """A temporary table of the case ids that a transaction changes."""

    table: Table

    @property
    def ids(self):
        return select(self.table.c.case_id)


def touch(connection: Connection, case_ids: Iterable[str]) -> Touched:
    """Name the cases about to change, in a temporary table of the transaction."""
    connection.execute(text("create temporary table if not exists touched_case (case_id uuid primary key) on commit drop"))
    connection.execute(text("truncate touched_case"))
    table = Table("touched_case", type(pathway_case.metadata)(), Column("case_id", Uuid(as_uuid=False)))
    copy_frame(connection, table, pd.DataFrame({"case_id": pd.Series(list(dict.fromkeys(case_ids)), dtype=object)}))
    connection.execute(text("analyze touched_case"))
    return Touched(table)


def cases_of_persons(connection: Connection, pathway: Pathway, person_ids: Iterable[str]) -> pd.DataFrame:
    """Current cases of the persons, with what is known of each: index 0..n, columns of the detail table and who and when."""
    dataset = pathway.case_dataset
    detail = detail_table(pathway)
    wanted = literal(list(person_ids), ARRAY(Uuid(as_uuid=False)))
    query = (
        select(
            pathway_case.c.person_id.cast(Text).label("person_id"), pathway_case.c.site_code, pathway_case.c.provider_code,
            pathway_case.c.first_arrival_number, pathway_case.c.first_row_number, pathway_case.c.last_arrival_number, detail.c.case_id.cast(Text).label("case_id"), *_details(detail),
        )
        .join_from(pathway_case, detail, detail.c.case_id == pathway_case.c.case_id)
        .where(pathway_case.c.pathway_name == pathway.name, pathway_case.c.person_id == any_(wanted))
        .order_by(pathway_case.c.first_arrival_number, pathway_case.c.first_row_number)
    )  # fmt: skip
    found = read_frame(connection, query, dataset)
    found["clock_on"] = clock_dates(dataset, found)
    return found


def _details(detail: Table) -> list[Column]:
    return [column for column in detail.c if column.name != "case_id"]


def fragments(connection: Connection, pathway: Pathway, case_ids, before: int | None = None) -> pd.DataFrame:
    """Effective records of the units in order of arrival, from the last withdrawal on; optionally only those that arrived before.

    A unit is what records are folded into: a case, or a team's record where cases have several. ``case_id`` is its id.
    """
    record, unit_id = record_table(pathway), unit_column(pathway)
    query = select(
        unit_id.cast(Text).label("case_id"), record.c.person_id.cast(Text).label("person_id"), record.c.site_code,
        record.c.arrival_number, record.c.row_number, record.c.is_withdrawal, record.c.cleared_fields,
        *(record.c[name] for name in carried_names(pathway.case_dataset)),
    ).where(unit_id.in_(case_ids), record.c.is_effective)  # fmt: skip
    if before is not None:
        query = query.where(record.c.arrival_number < before)
    found = read_frame(connection, query.order_by(record.c.arrival_number, record.c.row_number), pathway.case_dataset)
    withdrawn = found["is_withdrawal"].astype(bool)
    later = withdrawn[::-1].groupby(found["case_id"][::-1]).cumsum()[::-1] if len(found) else withdrawn
    return found.loc[(later == 0).to_numpy(bool), [name for name in found.columns if name != "is_withdrawal"]]


def fold_fragments(dataset: Dataset, found: pd.DataFrame) -> pd.DataFrame:
    """What is known of each case after its records: index ``case_id``, all detail columns, who, and first and last arrival."""
    carried = carried_names(dataset)
    cleared = cleared_masks(found["cleared_fields"])
    if found["case_id"].duplicated().any():
        cleared = all_emptied(dataset, complete(dataset, found), cleared)
    states = fold(found, "case_id", carried, cleared)
    first = found.loc[~found["case_id"].duplicated(), ["case_id", "arrival_number", "row_number"]].set_index("case_id")
    states["first_arrival_number"] = first["arrival_number"]
    states["first_row_number"] = first["row_number"]
    states["last_arrival_number"] = states["arrival_number"]
    return complete(dataset, states)


def complete(dataset: Dataset, states: pd.DataFrame) -> pd.DataFrame:
    """Derive again what follows from the carried values; what needs an identifying value stays as it was carried."""
    kept = carried_derived(dataset)
    absent = {item.name: empty_column(item.kind, states.index) for item in dataset.derived if item.name in kept and item.name not in states}
    return derive(states.assign(**absent), dataset, keep=kept).copy()  # in few blocks: a wide frame of one block a column is slow to add to


def empty_column(kind: Kind, index: pd.Index) -> pd.Series:
    dtype = {
        Kind.DATE: "datetime64[s]", Kind.DATETIME: "datetime64[us]", Kind.TIME: "timedelta64[s]", Kind.INTEGER: "float64", Kind.DECIMAL: "float64",
    }.get(kind, object)  # fmt: skip
    return pd.Series(None, index=index, dtype=dtype)


def cleared_masks(cleared: pd.Series) -> dict[str, np.ndarray]:
    """From lists of emptied fields a row to a mask a field."""
    named = {name for names in cleared if names for name in names}
    return {name: np.array([bool(names) and name in names for names in cleared]) for name in named}


def refold(connection: Connection, pathway: Pathway, touched: Touched) -> None:
    """Write the touched cases anew from their effective records; those that have none any more are gone."""
    found = fragments(connection, pathway, touched.ids)
    gone = touched.ids.except_(select(func.unnest(literal(list(found["case_id"].unique()), ARRAY(Uuid(as_uuid=False))))))
    if pathway.case_dataset.case_link:
        table = team_record_table(pathway)
        connection.execute(delete(table).where(table.c.team_record_id.in_(gone)))
    else:
        for table in (detail_table(pathway), pathway_case):
            connection.execute(delete(table).where(table.c.case_id.in_(gone)))
    if len(found):
        write(connection, pathway, fold_fragments(pathway.case_dataset, found))


def write(connection: Connection, pathway: Pathway, states: pd.DataFrame, copies: Copies | None = None) -> None:
    """Insert or replace what records were folded into: cases and their details, or the team records of which cases are made.

    ``states``: index ``case_id``, as ``fold_fragments`` gives it. Where all are new they go the way of ``copies``, if given, which may be at work.
    """
    if pathway.case_dataset.case_link is None:
        write_cases(connection, pathway, states, copies)
        return
    units = _judged(connection, pathway, states).rename(columns={"case_id": "team_record_id"})
    # each a case of its own until they are linked, in the same transaction
    alone = {"case_id": units["team_record_id"], "record_number": 1, "is_leading": True}
    units = units.assign(**alone, **dict.fromkeys((fact.name for fact in pathway.case_dataset.case_link.facts), False))
    _write_all(connection, (team_record_table(pathway),), units, copies)


def write_cases(connection: Connection, pathway: Pathway, states: pd.DataFrame, copies: Copies | None = None) -> None:
    """Insert or replace the cases and their details, as ``write`` does."""
    cases = _judged(connection, pathway, states).assign(pathway_name=pathway.name)
    _write_all(connection, (pathway_case, detail_table(pathway)), cases, copies)


def _judged(connection: Connection, pathway: Pathway, states: pd.DataFrame) -> pd.DataFrame:
    """With whose they are, when they began, and whether they are whole."""
    dataset = pathway.case_dataset
    cases = states.reset_index(names="case_id")
    if "provider_code" not in cases or cases["provider_code"].isna().any():
        cases["provider_code"] = places(connection, cases["site_code"])["provider_code"]
    if "is_new" not in cases:
        cases["is_new"] = False
    return cases.assign(started_on=clock_dates(dataset, cases), started_at=cases[dataset.clock], record_status=base_status(dataset, cases))


def _write_all(connection: Connection, tables: Iterable[Table], cases: pd.DataFrame, copies: Copies | None) -> None:
    if copies and not cases["is_new"].all():
        copies.wait()
    for table in tables:
        if cases["is_new"].all():
            copies.add(table, cases) if copies else copy_frame(connection, table, cases)
        else:
            _replace(connection, table, cases)


def _replace(connection: Connection, table: Table, cases: pd.DataFrame) -> None:
    """Write rows anew by the table's key, through a temporary table."""
    columns = [c.name for c in table.columns if c.name in cases.columns]
    given = _staged(connection, table, cases[columns])
    upsert_from(connection, table, columns, select(*(given.c[c] for c in columns)))


def _staged(connection: Connection, table: Table, frame: pd.DataFrame) -> Table:
    """The frame in a temporary table with the columns of ``table``."""
    name = f"written_{table.name}"
    connection.execute(text(f'drop table if exists pg_temp."{name}"'))
    made = temporary_like(connection, table, name)
    copy_frame(connection, made, frame)
    return made


def change(
    connection: Connection, pathway: Pathway, case_ids: Iterable[str], person_ids: Iterable[str], submission: Row, work
) -> pd.DataFrame:
    """Do ``work(touched)``, which changes the cases, between the queueing of the cells of their images before and after.

    All cases of the persons belong to the image, because a status may move between them. Returns which statuses the pair
    rules gave: columns ``case_id``, ``rule_id``.
    """
    touched = touch(connection, [*case_ids, *case_ids_of(connection, pathway, person_ids)])
    queue_for_cases(connection, pathway, touched.ids, submission.submission_id)
    work(touched)
    given = settle_statuses(connection, pathway, touched.ids, submission.rule_version)
    queue_for_cases(connection, pathway, touched.ids, submission.submission_id)
    return given


def case_ids_of(connection: Connection, pathway: Pathway, person_ids: Iterable[str]) -> list[str]:
    """The ids of the persons' cases on the pathway."""
    wanted = literal(list(person_ids), ARRAY(Uuid(as_uuid=False)))
    query = select(pathway_case.c.case_id.cast(Text)).where(
        pathway_case.c.pathway_name == pathway.name, pathway_case.c.person_id == any_(wanted)
    )
    return list(connection.scalars(query))
