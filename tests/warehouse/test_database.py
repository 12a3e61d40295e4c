"""Errors of the database tell what went wrong, never a value; locks are held by one at a time."""

from __future__ import annotations

import logging
import threading
import time
import traceback

import psycopg
import pytest
from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, Uuid, bindparam, insert, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, ProgrammingError, StatementError

from warehouse.database import advisory_lock, is_locked, lock_key, make_engine, transaction_lock, try_advisory_lock

PLANTED = "9990000018"
VICTIM = Table("victim", MetaData(), Column("n", Integer, primary_key=True), Column("d", Date), Column("u", Text), Column("e", Uuid))


class Awkward:
    def __repr__(self):
        return PLANTED


@pytest.fixture
def engine(database):
    with database.begin() as connection:
        connection.execute(text("create schema scratch"))
        connection.execute(text("set search_path = scratch"))
        connection.execute(
            text(
                "create table scratch.victim (n integer primary key, d date, u text unique, e uuid, check (n <> 999), c smallint references scratch.victim)"
            )
        )
    return database


def _copy(connection, rows: bytes):
    with connection.connection.cursor().copy("copy scratch.victim (n, d) from stdin") as copy:
        copy.write(rows)


def _run(statement: str, **parameters):
    return lambda connection: connection.execute(text(statement), parameters)


def _notice(connection):
    connection.execute(text(f"do $$ begin raise notice 'about {PLANTED}'; end $$".replace(":", r"\:")))
    connection.execute(text("select 1/0"))


def _deferred(connection):
    connection.execute(text("alter table scratch.victim add constraint later unique (e) deferrable initially deferred"))
    connection.execute(text("insert into scratch.victim (n, e) values (1, gen_random_uuid()), (2, gen_random_uuid())"))
    connection.execute(text("update scratch.victim set e = '00000000-0000-0000-0000-009990000018'"))


FAILURES = {
    "text that is no number": (_run("select cast(:x as integer)", x=f"x{PLANTED}"), DataError, "22P02"),
    "number out of range": (_run("select cast(:x as integer)", x=PLANTED), DataError, "22003"),
    "impossible date": (_run("select cast(:x as date)", x=f"{PLANTED}"), DataError, "22008"),
    "duplicate": (_run("insert into scratch.victim (n, u) values (1, :x), (2, :x)", x=PLANTED), IntegrityError, "23505"),
    "check": (_run("insert into scratch.victim (n, u) values (999, :x)", x=PLANTED), IntegrityError, "23514"),
    "missing": (_run("insert into scratch.victim (u) values (:x)", x=PLANTED), IntegrityError, "23502"),
    "unknown reference": (_run("insert into scratch.victim (n, c) values (1, 77)"), IntegrityError, "23503"),
    "duplicate at commit": (_deferred, IntegrityError, "23505"),
    "copy of no number": (lambda c: _copy(c, f"x{PLANTED}\t\\N\n".encode()), psycopg.errors.InvalidTextRepresentation, "22P02"),
    "copy of a long row": (lambda c: _copy(c, f"1\t\\N\t{PLANTED}\n".encode()), psycopg.errors.BadCopyFileFormat, "22P04"),
    "copy of a bad date": (lambda c: _copy(c, f"1\t{PLANTED}\n".encode()), psycopg.DataError, "22008"),
    "text with a zero byte": (_run("select :x", x=f"{PLANTED}\0"), DataError, None),
    "syntax error": (_run(f"selec '{PLANTED}'"), ProgrammingError, "42601"),
    "raised by a function": (
        _run(f"do $$ begin raise exception 'about {PLANTED}' using detail = '{PLANTED}', hint = '{PLANTED}'; end $$"),
        DBAPIError,
        "P0001",
    ),
    "a type the driver does not know": (_run("select :x", x=Awkward()), ProgrammingError, None),
    "value that is no uuid": (
        lambda c: c.execute(insert(VICTIM.to_metadata(MetaData(), schema="scratch")), [{"n": 1, "e": PLANTED}]),
        StatementError,
        "22P02",
    ),
    "missing parameter": (
        lambda c: c.execute(insert(VICTIM).values(n=bindparam("a"), u=bindparam("b")), {"a": PLANTED}),
        StatementError,
        None,
    ),
    "after a notice": (_notice, DataError, "22012"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_an_error_keeps_its_kind_and_loses_its_values(engine, name, caplog):
    run, kind, sqlstate = FAILURES[name]
    caplog.set_level(logging.DEBUG)
    with pytest.raises(kind) as caught, engine.begin() as connection:
        run(connection)
    error = caught.value
    told = getattr(error, "orig", error)
    assert getattr(told, "sqlstate", None) == sqlstate
    for problem in _chain(error):
        assert PLANTED not in str(_without_statement(problem)), problem
        assert PLANTED not in str(getattr(getattr(problem, "diag", None), "message_detail", ""))
    assert PLANTED not in _told_by_traceback(error)
    assert not [record for record in caplog.records if PLANTED in record.getMessage() and record.name != "sqlalchemy.engine.Engine"]


def _chain(error):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _without_statement(error):
    """A statement written by ourselves may hold the planted text in this test; what the error says of it may not."""
    return error.orig if isinstance(error, DBAPIError) else error


def _told_by_traceback(error) -> str:
    told = traceback.TracebackException.from_exception(error, capture_locals=False)
    lines = [line for line in told.format() if "[SQL:" not in line and not line.startswith("  File")]
    return "".join(line for line in lines if not line.startswith("[SQL"))


def test_the_names_of_objects_are_told(engine):
    with (
        pytest.raises(IntegrityError, match=r"UniqueViolation \[23505\].*table scratch\.victim.*constraint victim_u_key"),
        engine.begin() as connection,
    ):
        connection.execute(text("insert into scratch.victim (n, u) values (1, 'x'), (2, 'x')"))
    with pytest.raises(ProgrammingError, match=r'relation "scratch\.nothing" does not exist'), engine.connect() as connection:
        connection.execute(text("select * from scratch.nothing"))
    with pytest.raises(IntegrityError, match="column u") as caught, engine.begin() as connection:
        connection.execute(text("alter table scratch.victim alter u set not null"))
        connection.execute(text("insert into scratch.victim (n) values (1)"))
    assert "parameters hidden" in str(caught.value) or "[parameters" not in str(caught.value)


def test_an_engine_survives_its_connections(engine, admin):
    with engine.connect() as connection:
        pid = connection.connection.driver_connection.info.backend_pid
    with admin.connect() as other:
        other.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
    with engine.connect() as connection:
        assert connection.scalar(text("select 1")) == 1


def test_a_refused_connection_is_an_operational_error(server):
    engine = make_engine(server.url("no_such_database"))
    with pytest.raises(OperationalError, match="no_such_database"):
        engine.connect()


# ------------------------------------------------------------------------------------------------ locks
def test_keys_differ_by_every_part():
    keys = {lock_key("a", 1), lock_key("a", 2), lock_key("a1"), lock_key("a", "1", ""), lock_key("")}
    assert len(keys) == 5
    assert lock_key("a", 1) == lock_key("a", "1")
    assert all(-(2**63) <= key < 2**63 for key in keys)


def test_a_lock_is_held_by_one_session(database):
    with database.connect() as one, database.connect() as two:
        with advisory_lock(one, "submission", "S1"):
            one.rollback()
            assert is_locked(two, "submission", "S1") and not is_locked(two, "submission", "S2")
            with try_advisory_lock(two, "submission", "S1") as is_held:
                assert not is_held
            with try_advisory_lock(two, "submission", "S2") as is_held:
                assert is_held
            assert is_locked(one, "submission", "S1")
        assert not is_locked(two, "submission", "S1")
        assert not is_locked(two, "submission", "S2")


def test_waiting_for_a_lock_ends_when_it_is_free(database):
    order = []
    holder = database.connect()

    def wait():
        with database.connect() as other, advisory_lock(other, "x"):
            order.append("second")

    with advisory_lock(holder, "x"):
        waiting = threading.Thread(target=wait)
        waiting.start()
        waiting.join(0.2)
        order.append("first")
    waiting.join(10)
    holder.close()
    assert order == ["first", "second"]


def _is_free_soon(watcher, *parts) -> bool:
    """The server lets go of a closed session's locks a moment after it was closed."""
    give_up = time.monotonic() + 10
    while is_locked(watcher, *parts) and time.monotonic() < give_up:
        time.sleep(0.01)
    return not is_locked(watcher, *parts)


def test_a_lock_ends_with_an_aborted_transaction_a_dead_session_and_an_exception(database, admin):
    with database.connect() as watcher:
        with pytest.raises(RuntimeError), database.connect() as one, advisory_lock(one, "x"):
            raise RuntimeError
        assert not is_locked(watcher, "x")
        with database.connect() as one, advisory_lock(one, "x"), pytest.raises(DBAPIError):
            one.execute(text("select 1/0"))
        assert _is_free_soon(watcher, "x")
        with database.connect() as one, admin.connect() as killer, advisory_lock(one, "x"):
            killer.execute(text("select pg_terminate_backend(:pid)"), {"pid": one.connection.driver_connection.info.backend_pid})
        assert _is_free_soon(watcher, "x")


def test_a_transaction_lock_ends_with_its_transaction(database):
    with database.connect() as one, database.connect() as two:
        with one.begin():
            transaction_lock(one, "load", "wrist")
            assert is_locked(two, "load", "wrist")
        assert not is_locked(two, "load", "wrist")


def test_locks_of_another_database_are_another_matter(database, server):
    elsewhere = make_engine(server.admin_url)
    with database.connect() as one, elsewhere.connect() as two, advisory_lock(one, "x"), try_advisory_lock(two, "x") as is_held:
        assert is_held
        assert not is_locked(one, "y")
    elsewhere.dispose()
