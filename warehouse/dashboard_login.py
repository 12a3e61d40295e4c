"""The dashboard's own login: made on the embedded server, its password kept in the home, and an engine as it.

Belongs here: the login ``cc_dashboard_login``, its password's file, the engine. Does not belong here: the groups it is in and what they may
(``warehouse.roles``, ``warehouse.access``), whose own cells it sees in a transaction (``warehouse.views.functions``: the setting
``common_cause.reader``), and what it asks.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from psycopg import sql
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL, make_url

from warehouse import embedded
from warehouse.database import DRIVER, make_engine
from warehouse.roles import role_exists, run_statement, set_password
from warehouse.server_account import find_binaries
from warehouse.settings import Settings

LOGIN = "cc_dashboard_login"
GROUPS_OF_LOGIN = ("cc_dashboard", "cc_lead")
RIGHTS = "login inherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls"
APPLICATION_NAME = "common cause dashboard"
TIMEOUT_SECONDS = 30


class DashboardLoginError(RuntimeError):
    """The dashboard has no login to the warehouse; the message tells the remedy."""


def create_dashboard_login(connection: Connection, data: Path) -> None:
    """The login on the embedded server of the data directory ``data``, its password in ``dashboard.json`` beside it (made once).

    Idempotent. Needs an administrator's connection; one process at a time.
    """
    role = sql.Identifier(LOGIN)
    if not role_exists(connection, LOGIN):
        run_statement(connection, sql.SQL("create role {}").format(role))
    run_statement(connection, sql.SQL("alter role {} " + RIGHTS).format(role))
    for group in GROUPS_OF_LOGIN:
        run_statement(connection, sql.SQL("grant {} to {}").format(sql.Identifier(group), role))
    set_password(connection, LOGIN, _read_password(data) or _make_password(data))


def dashboard_url(server: embedded.Server, database: str = embedded.DATABASE) -> URL:
    """Where the dashboard's login reaches ``database`` of an embedded server. Raises ``DashboardLoginError`` before ``migrate`` has made it."""
    password = _read_password(server.data)
    if password is None:
        raise DashboardLoginError(
            f"{_password_file(server.data)} is missing: the dashboard's login is made when the house comes up; start it with: common-cause up"
        )
    return URL.create(DRIVER, LOGIN, password, "127.0.0.1", server.port, database)


def dashboard_engine(settings: Settings, **options) -> Engine:
    """An engine as the dashboard's login; a statement ends after 30 seconds at the latest. Errors are redacted as ``make_engine`` tells.

    The embedded server is found again where it comes back, and never started from here: who shows may not begin. Not read-only, for leads act
    on signals. Raises ``DashboardLoginError`` if there is no login to be had.
    """
    connect = {"application_name": APPLICATION_NAME, "options": f"-c statement_timeout={TIMEOUT_SECONDS}s"}
    if settings.dashboard_database_url:
        return make_engine(make_url(settings.dashboard_database_url), connect_args=connect, **options)
    if settings.database_url:
        raise DashboardLoginError(
            f"COMMON_CAUSE_DATABASE_URL names a server that somebody runs: its administrator makes the login {LOGIN} there (docs/warehouse.md), and "
            "COMMON_CAUSE_DASHBOARD_DATABASE_URL says how the dashboard logs in"
        )
    server = embedded.Server(settings.server_data, find_binaries())
    return make_engine(dashboard_url(server), server=server, connect_args=connect, **options)


# ------------------------------------------------------------------------------------------------ the password's file
def _password_file(data: Path) -> Path:
    return data.with_name("dashboard.json")


def _read_password(data: Path) -> str | None:
    try:
        return json.loads(_password_file(data).read_text())["password"]
    except FileNotFoundError:
        return None


def _make_password(data: Path) -> str:
    """A new one, written whole or not at all, readable by us alone."""
    password = secrets.token_urlsafe(24)
    unfinished = _password_file(data).with_suffix(".json.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"login": LOGIN, "password": password}, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(_password_file(data))
    return password
