"""Frames into tables and back: COPY of a typed frame, and a query read as a typed frame.

Belongs here: the types on both sides. Does not belong here: what is loaded when (``assets``).
A failing COPY says which table refused with which SQLSTATE, never a value.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.csv
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Connection,
    Date,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    Select,
    Table,
    Text,
    Time,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from schemas.datasets import Dataset
from schemas.fields import Kind


class LoadRefused(RuntimeError):
    """Postgres refused a COPY. Carries the table and the SQLSTATE; the values stay out."""


class LoadInterrupted(LoadRefused):
    """The database went away during a COPY."""


def copy_frame(connection: Connection, table: Table, frame: pd.DataFrame) -> int:
    """COPY the frame's columns that the table has into it, in the caller's transaction; return the number of rows."""
    if len(frame):
        _send(connection.connection.driver_connection, table.name, *_written(table, frame))
    return len(frame)


# a thread that sends asks for the interpreter after each 100 kB; at Python's 5 ms a turn a COPY beside the work takes twice as long
SWITCH_SECONDS = 0.0005


class Copies:
    """COPY after COPY on one connection, while the caller prepares what comes next. The connection is the copies' until ``wait``."""

    def __init__(self, connection: Connection):
        self._connection = connection.connection.driver_connection
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="copy")
        self._asked: list[Future] = []

    def add(self, table: Table, frame: pd.DataFrame) -> None:
        """COPY the frame's columns that the table has into it, after what was asked for before."""
        if len(frame):
            self._asked.append(self._thread.submit(_send, self._connection, table.name, *_written(table, frame)))

    def wait(self) -> None:
        """Until all is done, so that the connection can be used again. Raises what the first that failed raised."""
        while self._asked:
            self._asked.pop(0).result()

    def __enter__(self) -> Copies:
        self._usual_switch_seconds = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        return self

    def __exit__(self, kind, error, trace) -> None:
        try:
            if kind is None:
                self.wait()
        finally:
            self._thread.shutdown(cancel_futures=True)
            sys.setswitchinterval(self._usual_switch_seconds)


def _written(table: Table, frame: pd.DataFrame) -> tuple[str, memoryview]:
    """The COPY statement and what it reads."""
    columns = [column for column in table.columns if column.name in frame.columns]
    arrow = pa.table({column.name: arrow_array(frame[column.name], column.type) for column in columns})
    name = f'"{table.schema}"."{table.name}"' if table.schema else f'"{table.name}"'
    listed = ", ".join(f'"{column.name}"' for column in columns)
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(arrow, buffer, pyarrow.csv.WriteOptions(include_header=False))
    return f"copy {name} ({listed}) from stdin (format csv)", buffer.getbuffer()


def _send(connection: psycopg.Connection, table_name: str, statement: str, data: memoryview) -> None:
    refused = None
    try:
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(data)
    except psycopg.Error as error:
        kind = LoadInterrupted if isinstance(error, psycopg.OperationalError) else LoadRefused
        refused = kind(f"the load of {table_name} was refused (SQLSTATE {error.sqlstate}, {type(error).__name__})")
    if refused:
        raise refused


def arrow_array(values: pd.Series, column_type) -> pa.Array:
    """The series as an Arrow array whose CSV text Postgres reads as ``column_type``; missing becomes null."""
    if isinstance(column_type, Date):
        return pa.array(values.astype("datetime64[us]"), from_pandas=True).cast(pa.date32())
    if isinstance(column_type, DateTime):
        zone = getattr(values.dtype, "tz", None)
        return pa.array(values.astype("datetime64[us]" if zone is None else "datetime64[us, UTC]"), from_pandas=True)
    if isinstance(column_type, Time):
        seconds = pa.array(values.astype("timedelta64[s]").astype("int64"), mask=values.isna().to_numpy())
        return seconds.cast(pa.int32()).cast(pa.time32("s"))
    if isinstance(column_type, (Integer, BigInteger)):
        return _integers(values)
    if isinstance(column_type, Double):
        return pa.array(values.astype("float64"), from_pandas=True)
    if isinstance(column_type, Boolean):
        return pa.array(values.to_numpy(object), pa.bool_(), from_pandas=True)
    if isinstance(column_type, ARRAY):
        return _array_literals(values.to_numpy(object))
    if isinstance(column_type, LargeBinary):
        return pa.array([f"\\x{v.hex()}" for v in values], pa.string())
    if isinstance(column_type, (Text, Uuid)):
        held = values if isinstance(values.dtype, pd.StringDtype) else values.to_numpy(object)
        return pa.array(held, pa.string(), from_pandas=True)
    raise TypeError(f"no COPY format is known for {column_type!r}")


def _integers(values: pd.Series) -> pa.Array:
    if values.dtype.kind in "iu":
        return pa.array(values.to_numpy())
    return pa.array(values.astype("float64").to_numpy(), from_pandas=True).cast(pa.int64())


def _array_literals(lists: np.ndarray) -> pa.Array:
    """The text of each list. Few lists are distinct, and most of them empty."""
    made: dict[tuple | None, str | None] = {}
    keys = [tuple(v) if isinstance(v, list) else v for v in lists]
    for key in keys:
        if key not in made:
            made[key] = _array_literal(key)
    return pa.array([made[key] for key in keys], pa.string())


def _array_literal(value) -> str | None:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    escaped = ("null" if item is None else '"' + str(item).replace("\\", "\\\\").replace('"', '\\"') + '"' for item in value)
    return "{" + ",".join(escaped) + "}"


def read_many(connection: Connection, statement: str, given: Mapping[str, object], names: Sequence[str]) -> pd.DataFrame:
    """The rows of a query with the columns ``names`` as a frame: an array a column, which spares a tuple and a text for each row.

    For tens of thousands of rows: it takes a third of the processor time of fetching them. ``given`` are the statement's ``:names``.
    """
    compiled = text(statement).bindparams(**given).compile(dialect=PGDialect_psycopg())
    listed = ", ".join(f'array_agg("{name}")' for name in names)
    with connection.connection.driver_connection.cursor(binary=True) as cursor:
        columns = cursor.execute(f"select {listed} from ({compiled.string}) as found", compiled.params).fetchone()
    return pd.DataFrame({name: values or [] for name, values in zip(names, columns, strict=True)})


def read_frame(connection: Connection, query: Select, dataset: Dataset) -> pd.DataFrame:
    """The query's rows as a frame whose columns that are fields of the dataset have the types of a conformed frame."""
    result = connection.execute(query)
    names = list(result.keys())
    rows = result.all()
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    kinds = {item.name: item.kind for item in (*dataset.derived, *dataset.fields)}
    return pd.DataFrame({name: typed_series(values, kinds.get(name)) for name, values in zip(names, columns, strict=True)})


def typed_series(values: Sequence, kind: Kind | None) -> pd.Series:
    """Python values of the driver as a series typed like a conformed frame."""
    if kind is Kind.DATE:
        return pd.Series(np.array(values, dtype="datetime64[s]"))
    if kind is Kind.DATETIME:
        return pd.Series(np.array(values, dtype="datetime64[us]"))
    if kind is Kind.TIME:
        seconds = [None if v is None else v.hour * 3600 + v.minute * 60 + v.second for v in values]
        return pd.Series(pd.to_timedelta(pd.Series(seconds, dtype="float64"), unit="s").astype("timedelta64[s]"))
    if kind in (Kind.INTEGER, Kind.DECIMAL):
        return pd.Series(values, dtype="float64")
    if kind is Kind.CODES:
        return pd.Series([None if v is None else tuple(v) for v in values], dtype=object)
    return pd.Series(values, dtype=object)


def upsert_from(connection: Connection, table: Table, columns: Sequence[str], rows: Select) -> None:
    """Write the rows that the query gives into the columns of the table, in its order, anew by the table's primary key."""
    key = table.primary_key.columns.keys()
    query = upsert(table).from_select(columns, rows)
    changes = {name: query.excluded[name] for name in columns if name not in key}
    connection.execute(query.on_conflict_do_update(index_elements=key, set_=changes))


def temporary_like(connection: Connection, table: Table, name: str) -> Table:
    """An empty temporary table with the columns of ``table``, gone at the end of the transaction."""
    source = f'"{table.schema}"."{table.name}"'
    connection.execute(text(f'create temporary table "{name}" (like {source}) on commit drop'))
    return _named_like(table, name)


@lru_cache
def _named_like(table: Table, name: str) -> Table:
    """Made once: SQLAlchemy then knows the statements on it again, which have up to 430 columns."""
    return Table(name, type(table.metadata)(), *(column._copy() for column in table.columns))
