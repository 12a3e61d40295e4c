"""A frame that goes into a table and comes back says what it said, missing values included."""

from __future__ import annotations

import pandas as pd
import pytest
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Double, MetaData, Table, Text, select

from warehouse.loading import copy_frame, read_many, temporary_like
from warehouse.measurement_tables import spc_point

TOLD = Table(
    "told", MetaData(), Column("name", Text), Column("number", BigInteger), Column("share", Double), Column("is_so", Boolean), Column("day", Date),
    Column("moment", DateTime(timezone=True)),
)  # fmt: skip
POINT = pd.DataFrame([{
    "measure_name": "a", "organisation_code": "ZX1", "period_grain": "month", "period_start": pd.Timestamp("2026-01-01"), "point_number": 1, "value": 0.5,
    "point_type": "common cause", "rule_version": 1, "chart": "xmr", "final_point_type": "common cause",
}])  # fmt: skip
NAMES = TOLD.columns.keys()
LOCAL = pd.to_datetime(["2026-10-25T00:30:00Z", None, "2026-07-01T12:00:00.123456Z"], format="ISO8601").tz_convert("Europe/London")


@pytest.fixture
def connection(database):
    with database.connect() as connection:
        TOLD.create(connection)
        yield connection
        connection.rollback()


def frame() -> pd.DataFrame:
    return pd.DataFrame({
        "name": pd.Series(["O'Neill, \"ward\"", None, ""], dtype="str"), "number": [1.0, None, 2**40], "share": [0.1, None, 1e-300], "is_so": [True, None, False],
        "day": pd.to_datetime(["2026-02-28", None, "1899-12-31"]), "moment": LOCAL,
    })  # fmt: skip


def rows_of(connection) -> list[tuple]:
    return [tuple(row) for row in connection.execute(select(TOLD))]


def test_a_frame_is_in_the_table_as_it_is(connection):
    copy_frame(connection, TOLD, frame())
    first, second, third = rows_of(connection)
    assert first[:4] == ('O\'Neill, "ward"', 1, 0.1, True)
    assert first[4].isoformat() == "2026-02-28"
    assert second == (None,) * 6
    assert third[:4] == ("", 2**40, 1e-300, False)
    # the instant, whatever the zone it was told in
    assert [row[5] for row in (first, third)] == [LOCAL[k].tz_convert("UTC") for k in (0, 2)]


def test_texts_of_python_are_copied_like_texts_of_arrow(connection):
    copy_frame(connection, TOLD, frame().assign(name=pd.Series(["a", None, ""], dtype=object)))
    assert [row[0] for row in rows_of(connection)] == ["a", None, ""]


def test_many_rows_are_read_as_they_are(connection):
    copy_frame(connection, TOLD, frame())
    found = read_many(
        connection, "select * from told where name = any(:names) or name is null order by share", {"names": ["", 'O\'Neill, "ward"']}, NAMES
    )
    assert list(found.columns) == NAMES
    assert [tuple(None if pd.isna(v) else v for v in row) for row in found.itertuples(index=False)] == [
        rows_of(connection)[k] for k in (2, 0, 1)
    ]


def test_no_rows_are_an_empty_frame_of_the_columns(connection):
    found = read_many(connection, "select * from told where share > :least", {"least": 2.0}, NAMES)
    assert found.empty and list(found.columns) == NAMES


def test_a_temporary_table_is_empty_however_often_it_is_made(database):
    for _ in range(2):
        with database.begin() as connection:
            made = temporary_like(connection, spc_point, "given_point")
            assert connection.execute(select(made)).all() == []
            copy_frame(connection, made, POINT)
            assert connection.execute(select(made.c.value)).all() == [(0.5,)]
