"""Brings the tables of the pathways up to their declarations, by addition only, and applies repeatable statements once.

Belongs here: create table, add column, create index, change comment; each recorded in ``house.applied_sync``. Nothing is dropped
or retyped: a field that left its declaration keeps its column. Does not belong here: the fixed core (``warehouse.migrations``).
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import Column, Connection, Table, insert, inspect, text
from sqlalchemy.dialects.postgresql import insert as insert_or_update
from sqlalchemy.schema import SetColumnComment, SetTableComment

from schemas.datasets import Pathway
from schemas.registry import Registry
from warehouse.detail_tables import SPARED, TEAM_RECORD, pathway_tables
from warehouse.house_tables import applied_sync, pathway_table


class SyncError(RuntimeError):
    """A declaration contradicts a table that exists; the message names both and the remedy."""


def sync(connection: Connection, registry: Registry) -> list[str]:
    """Creates and extends the record and detail table of every pathway with cases; returns what was done, in words.

    Raises ``SyncError`` where a field has changed its type.
    """
    done: list[str] = []
    for pathway in registry.pathways:
        if pathway.case_dataset is not None:
            _register(connection, pathway)
            for table in pathway_tables(pathway):
                done += _sync_table(connection, table)
    return done


def case_pathways(connection: Connection) -> list[tuple[str, str, str]]:
    """(pathway, record table, detail table) of every pathway with cases that this database has ever known, by name."""
    found = pathway_table.select().order_by(pathway_table.c.pathway_name)
    return [(row.pathway_name, row.record_table, row.detail_table) for row in connection.execute(found)]


def team_record_tables(connection: Connection) -> list[str]:
    """The tables of team records that there are, of the pathways whose cases several teams tell of; by pathway."""
    return _tables_ending(connection, TEAM_RECORD)


def spared_tables(connection: Connection) -> list[str]:
    """The tables of those whom replaced periods spare, by pathway."""
    return _tables_ending(connection, SPARED)


def _tables_ending(connection: Connection, end: str) -> list[str]:
    there = set(inspect(connection).get_table_names(schema="pathway"))
    return [name for pathway, *_ in case_pathways(connection) if (name := f"{pathway}{end}") in there]


def apply_once(connection: Connection, name: str, statements: Sequence[str], given: str = "") -> bool:
    """Runs the statements unless exactly these were the last to be applied under ``name``; returns whether it ran them.

    ``given``: what else their effect depends on, such as the list of tables where they say "all tables".
    """
    fingerprint = sha256("\0".join([*statements, given]).encode()).hexdigest()
    latest = text(
        "select detail from house.applied_sync where object_name = :name and change = 'apply' order by applied_sync_id desc limit 1"
    )
    if connection.scalar(latest, {"name": name}) == fingerprint:
        return False
    for statement in statements:
        connection.exec_driver_sql(statement.replace("%", "%%"))
    _record(connection, name, "apply", fingerprint)
    return True


def _register(connection: Connection, pathway: Pathway) -> None:
    tables = pathway_tables(pathway)
    row = {
        "pathway_name": pathway.name,
        "dataset_name": pathway.case_dataset.name,
        "record_table": tables[0].name,
        "detail_table": tables[-1].name,
    }
    statement = insert_or_update(pathway_table).values(row)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["pathway_name"], set_={k: row[k] for k in row if k != "pathway_name"})
    )


def _sync_table(connection: Connection, table: Table) -> list[str]:
    if not inspect(connection).has_table(table.name, schema=table.schema):
        table.create(connection)
        return [_record(connection, table.fullname, "create table")]
    return [*_add_columns(connection, table), *_add_indexes(connection, table), *_comment(connection, table)]


def _add_columns(connection: Connection, table: Table) -> list[str]:
    present = {column["name"]: column["type"] for column in inspect(connection).get_columns(table.name, schema=table.schema)}
    done = []
    for column in table.columns:
        if column.name not in present:
            done.append(_add_column(connection, table, column))
        elif _type_text(connection, column.type) != _type_text(connection, present[column.name]):
            raise SyncError(
                f"{table.fullname}.{column.name} is {_type_text(connection, present[column.name])} but is now declared as "
                f"{_type_text(connection, column.type)}: give the changed field another name, or migrate the column by hand"
            )
    return done


def _add_column(connection: Connection, table: Table, column: Column) -> str:
    # the declaration's own columns are all nullable; one of ours that is not would need a value for the rows there are
    if not column.nullable:
        raise SyncError(f"{table.fullname}.{column.name} is required and cannot be added to a table with rows; write a migration")
    quote = connection.dialect.identifier_preparer.quote
    kind = _type_text(connection, column.type)
    connection.exec_driver_sql(f"alter table {table.schema}.{quote(table.name)} add column {quote(column.name)} {kind}")
    connection.execute(SetColumnComment(column))
    return _record(connection, table.fullname, "add column", column.name)


def _add_indexes(connection: Connection, table: Table) -> list[str]:
    present = {index["name"] for index in inspect(connection).get_indexes(table.name, schema=table.schema)}
    done = []
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        if index.name not in present:
            index.create(connection)
            done.append(_record(connection, table.fullname, "create index", str(index.name)))
    return done


def _comment(connection: Connection, table: Table) -> list[str]:
    inspector = inspect(connection)
    said = {column["name"]: column["comment"] for column in inspector.get_columns(table.name, schema=table.schema)}
    done = []
    for column in table.columns:
        if column.name in said and said[column.name] != column.comment:
            connection.execute(SetColumnComment(column))
            done.append(_record(connection, table.fullname, "change comment", column.name))
    if inspector.get_table_comment(table.name, schema=table.schema)["text"] != table.comment:
        connection.execute(SetTableComment(table))
        done.append(_record(connection, table.fullname, "change comment"))
    return done


def _type_text(connection: Connection, kind) -> str:
    return kind.compile(dialect=connection.dialect).upper()


def _record(connection: Connection, name: str, change: str, detail: str | None = None) -> str:
    connection.execute(insert(applied_sync).values(object_name=name, change=change, detail=detail))
    return f"{change} {name}" + (f" {detail}" if detail else "")
