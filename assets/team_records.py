"""Team records and the cases they make: what a change of records does where a case has the records of several teams.

Belongs here: writing team records, finding the persons whose records hang together, linking and collapsing their cases anew, set-wise.
Does not belong here: which rows are one record (``assets.record_linking``), which records one case (``assets.case_linking``), what the case
says (``assets.collapsing``), cases of datasets without a ``case_link`` (``assets.cases``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    Uuid,
    any_,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from assets import cases as case_store
from assets.case_linking import WHO_AND_WHEN, broken_rules, fields_read, group
from assets.collapsing import collapse
from assets.cross_record import settle_statuses
from assets.folding import clock_dates
from schemas.datasets import Pathway
from warehouse.detail_tables import detail_table, field_columns, record_table, team_record_table
from warehouse.loading import copy_frame, read_frame, upsert_from
from warehouse.pathway_tables import pathway_case
from warehouse.stale import queue_for_cases

ARRIVALS = ("first_arrival_number", "first_row_number", "last_arrival_number")
TOLD = ("person_id", "site_code", "provider_code", "started_at", "started_on", "record_status", *ARRIVALS)


def of_persons(connection: Connection, pathway: Pathway, person_ids: Iterable[str]) -> pd.DataFrame:
    """The persons' team records, in the shape of ``assets.cases.cases_of_persons``; ``case_id`` is the team record's own id."""
    table, dataset = team_record_table(pathway), pathway.case_dataset
    query = (
        select(
            table.c.person_id.cast(Text).label("person_id"), table.c.site_code, table.c.provider_code, *(table.c[name] for name in ARRIVALS),
            table.c.team_record_id.cast(Text).label("case_id"), *(table.c[column.name] for column in field_columns(dataset)),
        )
        .where(table.c.person_id == any_(_ids(person_ids)))
        .order_by(table.c.first_arrival_number, table.c.first_row_number)
    )  # fmt: skip
    found = read_frame(connection, query, dataset)
    found["clock_on"] = clock_dates(dataset, found)
    return found


def _ids(values: Iterable[str]):
    return literal(list(values), ARRAY(Uuid(as_uuid=False)))


# ------------------------------------------------------------------------------------------------ a change
def change(
    connection: Connection, pathway: Pathway, unit_ids: Iterable[str], person_ids: Iterable[str], submission: Row, work: Callable
) -> pd.DataFrame:
    """Do ``work(touched)``, which writes the team records of ``unit_ids``, then make the cases of all persons concerned anew.

    The cells of their cases are queued before and after. Returns what the sender may be told of rules across records: columns ``case_id``
    (the team record's id) and ``rule_id``.
    """
    unit_ids = list(unit_ids)
    before = _hanging_together(connection, pathway, {*person_ids, *_persons_of(connection, pathway, unit_ids)})
    _queue(connection, pathway, before, submission)
    work(case_store.touch(connection, unit_ids))
    persons = _hanging_together(connection, pathway, before | _persons_of(connection, pathway, unit_ids))
    if more := persons - before:
        _queue(connection, pathway, more, submission)
    broken = make_cases(connection, pathway, persons)
    touched = case_store.touch(connection, case_store.case_ids_of(connection, pathway, persons))
    given = settle_statuses(connection, pathway, touched.ids, submission.rule_version)
    queue_for_cases(connection, pathway, touched.ids, submission.submission_id)
    found = pd.concat([broken, given[["case_id", "rule_id"]]], ignore_index=True).drop_duplicates()
    _note(connection, pathway, touched, found)
    return _told_alone(connection, pathway, persons, found)


def _queue(connection: Connection, pathway: Pathway, persons: set[str], submission: Row) -> None:
    touched = case_store.touch(connection, case_store.case_ids_of(connection, pathway, persons))
    queue_for_cases(connection, pathway, touched.ids, submission.submission_id)


def _persons_of(connection: Connection, pathway: Pathway, unit_ids: list[str]) -> set[str]:
    table = team_record_table(pathway)
    return set(connection.scalars(select(table.c.person_id.cast(Text)).distinct().where(table.c.team_record_id == any_(_ids(unit_ids)))))


def _hanging_together(connection: Connection, pathway: Pathway, persons: Iterable[str]) -> set[str]:
    """The persons and those whose records and theirs name each other in the chain, directly or by way of others."""
    table, chain = team_record_table(pathway), pathway.case_dataset.case_link.chain
    here, there = table.alias("here"), table.alias("there")
    found, new = set(persons), set(persons)
    while new:
        parts = []
        for to, back in ((chain.to, chain.came_from), (chain.came_from, chain.to)):
            joined = here.join(there, (there.c[chain.id] == here.c[to]) & (there.c[back] == here.c[chain.id]))
            parts.append(
                select(there.c.person_id.cast(Text)).select_from(joined).where(here.c.person_id == any_(_ids(new)), here.c[to].is_not(None))
            )
        new = set(connection.scalars(union(*parts))) - found
        found |= new
    return found


# ------------------------------------------------------------------------------------------------ cases from their records
def make_cases(connection: Connection, pathway: Pathway, persons: Iterable[str]) -> pd.DataFrame:
    """Link the persons' team records, write their cases anew; return which case breaks which rule between its records (``case_id``, ``rule_id``)."""
    table, dataset = team_record_table(pathway), pathway.case_dataset
    link = dataset.case_link
    names = [name for name in fields_read(link) if name not in WHO_AND_WHEN]
    marks = [table.c[name].label(f"was_{name}") for name in ("record_number", "is_leading", *(fact.name for fact in link.facts))]
    query = select(
        table.c.team_record_id.cast(Text), table.c.person_id.cast(Text), table.c.site_code, table.c.started_on, table.c.case_id.cast(Text).label("was_case_id"), *marks,
        *(table.c[name] for name in names),
    ).where(table.c.person_id == any_(_ids(persons)))  # fmt: skip
    records = read_frame(connection, query, dataset)
    if not len(records):
        _write_cases(connection, pathway, persons, records.assign(case_id=None))
        return pd.DataFrame(columns=["case_id", "rule_id"])
    records = group(dataset, records).merge(records, on="team_record_id")
    _mark(connection, pathway, records)
    _write_cases(connection, pathway, persons, records)
    return broken_rules(link, records)


def _mark(connection: Connection, pathway: Pathway, records: pd.DataFrame) -> None:
    """Write what linking found onto the team records, and their cases onto the rows that told of them."""
    table, record = team_record_table(pathway), record_table(pathway)
    marks = ["case_id", "record_number", "is_leading", *(fact.name for fact in pathway.case_dataset.case_link.facts)]
    changed = records[(records[marks].to_numpy() != records[[f"was_{name}" for name in marks]].to_numpy()).any(axis=1)]
    if not len(changed):
        return
    given = Table(
        "marked_team_record", MetaData(), *(Column(name, table.c[name].type) for name in ("team_record_id", *marks)), prefixes=["temporary"]
    )
    connection.execute(text(f"drop table if exists pg_temp.{given.name}"))
    given.create(connection)
    copy_frame(connection, given, changed)
    mine = table.c.team_record_id == given.c.team_record_id
    connection.execute(update(table).where(mine).values({name: given.c[name] for name in marks}))
    told = (record.c.team_record_id == given.c.team_record_id) & (record.c.case_id != given.c.case_id)
    connection.execute(update(record).where(told).values(case_id=given.c.case_id))
    given.drop(connection)


def _write_cases(connection: Connection, pathway: Pathway, persons: Iterable[str], records: pd.DataFrame) -> None:
    counts = records.groupby("case_id")["team_record_id"].size()
    touched = case_store.touch(connection, counts.index)
    known = any_(_ids(case_store.case_ids_of(connection, pathway, persons)))
    for table in (detail_table(pathway), pathway_case):
        connection.execute(delete(table).where(table.c.case_id == known, table.c.case_id.not_in(touched.ids)))
    _copy_single(connection, pathway, list(counts.index[counts == 1]))
    several = list(counts.index[counts > 1])
    if several:
        case_store.write_cases(connection, pathway, _collapsed(connection, pathway, several))


def _copy_single(connection: Connection, pathway: Pathway, case_ids: list[str]) -> None:
    """Cases with one record are that record; they never leave the database."""
    if not case_ids:
        return
    touched, table = case_store.touch(connection, case_ids), team_record_table(pathway)
    columns = {"case_id": table.c.case_id, "pathway_name": literal(pathway.name), **{name: table.c[name] for name in TOLD}}
    _insert_from(connection, pathway_case, columns, table.c.case_id.in_(touched.ids))
    fields = {column.name: table.c[column.name] for column in field_columns(pathway.case_dataset)}
    linked = {
        "team_record_count": literal(1),
        "site_codes": func.array_fill(table.c.site_code, literal([1], ARRAY(Integer))),
        "broken_rule_ids": literal([], ARRAY(Text)),
    }
    _insert_from(connection, detail_table(pathway), {"case_id": table.c.case_id, **linked, **fields}, table.c.case_id.in_(touched.ids))


def _insert_from(connection: Connection, into: Table, columns: dict, condition) -> None:
    upsert_from(connection, into, list(columns), select(*(column.label(name) for name, column in columns.items())).where(condition))


def _collapsed(connection: Connection, pathway: Pathway, case_ids: list[str]) -> pd.DataFrame:
    """The cases of several records, as ``assets.cases.write`` takes them."""
    table, dataset = team_record_table(pathway), pathway.case_dataset
    query = select(
        table.c.case_id.cast(Text).label("case_id"), table.c.record_number, table.c.is_leading, table.c.person_id.cast(Text).label("person_id"), table.c.site_code,
        table.c.provider_code, *(table.c[name] for name in ARRIVALS), *(table.c[fact.name] for fact in dataset.case_link.facts),
        *(table.c[column.name] for column in field_columns(dataset)),
    ).where(table.c.case_id == any_(_ids(case_ids))).order_by(table.c.case_id, table.c.record_number)  # fmt: skip
    records = read_frame(connection, query, dataset)
    states = case_store.complete(dataset, collapse(dataset, records))
    grouped = records.groupby("case_id")
    leading = records[records["is_leading"].astype(bool)].set_index("case_id")
    for name in ("person_id", "site_code", "provider_code"):
        states[name] = leading[name]
    first = records.sort_values(["first_arrival_number", "first_row_number"]).drop_duplicates("case_id").set_index("case_id")
    for name in ("first_arrival_number", "first_row_number"):
        states[name] = first[name]
    states["last_arrival_number"] = grouped["last_arrival_number"].max()
    states["team_record_count"] = grouped.size()
    states["site_codes"] = grouped["site_code"].agg(lambda codes: tuple(dict.fromkeys(codes)))
    return states


# ------------------------------------------------------------------------------------------------ rules across records
def _note(connection: Connection, pathway: Pathway, touched, found: pd.DataFrame) -> None:
    """Write the ids of the broken rules onto the cases."""
    detail = f'pathway."{detail_table(pathway).name}"'
    ids = found.groupby("case_id")["rule_id"].agg(lambda rules: ",".join(sorted(set(rules)))) if len(found) else pd.Series(dtype=object)
    connection.execute(
        text(f"""update {detail} as d set broken_rule_ids = coalesce(string_to_array(given.rules, ','), '{{}}')
            from touched_case as t left join unnest(:ids ::uuid[], :rules ::text[]) as given (id, rules) on given.id = t.case_id
            where d.case_id = t.case_id and d.broken_rule_ids is distinct from coalesce(string_to_array(given.rules, ','), '{{}}')"""),
        {"ids": list(ids.index), "rules": list(ids)},
    )


def _told_alone(connection: Connection, pathway: Pathway, persons: Iterable[str], found: pd.DataFrame) -> pd.DataFrame:
    """What a sender may be told: of cases of persons of whom one provider alone has told. ``case_id`` becomes that of each of their records."""
    if not len(found):
        return found
    table = team_record_table(pathway)
    query = select(
        table.c.team_record_id.cast(Text), table.c.case_id.cast(Text).label("case_id"), table.c.person_id.cast(Text), table.c.provider_code
    )
    rows = connection.execute(
        query.where(or_(table.c.person_id == any_(_ids(persons)), table.c.case_id == any_(_ids(set(found["case_id"])))))
    )
    records = pd.DataFrame(rows.all(), columns=["team_record_id", "case_id", "person_id", "provider_code"])
    shared_persons = _shared(records, "person_id")
    shared_cases = set(records.loc[records["person_id"].isin(shared_persons), "case_id"]) | _shared(records, "case_id")
    alone = records[~records["case_id"].isin(shared_cases)]
    return found.merge(alone[["team_record_id", "case_id"]], on="case_id")[["team_record_id", "rule_id"]].rename(
        columns={"team_record_id": "case_id"}
    )


def _shared(records: pd.DataFrame, by: str) -> set[str]:
    providers = records.groupby(by)["provider_code"].nunique()
    return set(providers.index[providers > 1])
