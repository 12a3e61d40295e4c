"""Engines whose errors tell no value, and advisory locks.

Belongs here: how to reach the database. Does not belong here: starting a server (``warehouse.embedded``), what is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from warehouse import embedded
from warehouse.redaction import RedactingConnection, redact_context
from warehouse.settings import Settings

DRIVER = "postgresql+psycopg"
CANCELLED = "57014"  # SQLSTATE of a statement that took longer than it may


def database_url(settings: Settings, database: str | None = None) -> URL:
    """Where the database is, for the role ``cc_pipeline``; the embedded server is started if it is down.

    ``database`` names another one on the same server, such as Dagster's.
    """
    url = make_url(settings.database_url or embedded.ensure(settings).url())
    return (url.set(database=database) if database else url).set(drivername=DRIVER)


def sqlstate(error: DBAPIError) -> str | None:
    """What the server calls its trouble; none where the driver had one of its own."""
    return getattr(error.orig, "sqlstate", None)


def make_engine(target: Settings | URL | str, *, autocommit: bool = False, server: embedded.Server | None = None, **options) -> Engine:
    """An engine on ``target`` (settings: as ``cc_pipeline``). Its errors keep their type, ``orig.sqlstate`` and the names of
    table, column and constraint, and lose every value: of the message, the detail, the context and the parameters.

    The embedded server (of the settings, or ``server``) is found again if it comes back on another port. Connections are tested before use.
    """
    settings = target if isinstance(target, Settings) else None
    url = database_url(settings) if settings else make_url(target).set(drivername=DRIVER)
    isolation = {"isolation_level": "AUTOCOMMIT"} if autocommit else {}
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, **isolation, **options)
    if settings and not settings.database_url:
        server = embedded.Server(settings.server_data, embedded.find_binaries())
    event.listen(engine, "do_connect", lambda dialect, record, args, given: _connect(server, args, given))
    event.listen(engine, "handle_error", redact_context)
    return engine


def _connect(server: embedded.Server | None, args, given):
    moved = {"port": server.port} if server else {}
    return RedactingConnection.connect(*args, **{"application_name": "common cause", **given, **moved})


# ------------------------------------------------------------------------------------------------ advisory locks
def lock_key(*parts) -> int:
    """A signed 64-bit key; equal parts give an equal key in every process."""
    digest = sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


@contextmanager
def advisory_lock(connection: Connection, *parts) -> Iterator[None]:
    """Holds the session's lock on ``parts``, waiting for it. It outlives transactions, and ends with the session at the latest."""
    connection.execute(text("select pg_advisory_lock(:key)"), {"key": lock_key(*parts)})
    try:
        yield
    finally:
        _unlock(connection, *parts)


@contextmanager
def try_advisory_lock(connection: Connection, *parts) -> Iterator[bool]:
    """Gives whether the session's lock on ``parts`` was free; holds it if so."""
    is_held = bool(connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": lock_key(*parts)}))
    try:
        yield is_held
    finally:
        if is_held:
            _unlock(connection, *parts)


def transaction_lock(connection: Connection, *parts) -> None:
    """Holds the lock on ``parts`` until the transaction ends, waiting for it."""
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": lock_key(*parts)})


def is_locked(connection: Connection, *parts) -> bool:
    """Whether any session holds the lock on ``parts``. Takes no lock, so that looking disturbs nobody."""
    key = lock_key(*parts) & (2**64 - 1)
    held = text(
        "select exists (select from pg_locks where locktype = 'advisory' and granted and objsubid = 1 "
        "and database = (select oid from pg_database where datname = current_database()) "
        "and classid::bigint = :high and objid::bigint = :low)"
    )
    return bool(connection.scalar(held, {"high": key >> 32, "low": key & (2**32 - 1)}))


def _unlock(connection: Connection, *parts) -> None:
    """Gives the lock back; if the session is beyond that (an aborted transaction, a dead server), ends the session and the lock with it."""
    try:
        if not connection.connection.is_valid or not connection.scalar(text("select pg_advisory_unlock(:key)"), {"key": lock_key(*parts)}):
            connection.invalidate()
    except Exception:
        connection.invalidate()
