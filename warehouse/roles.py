"""Who may come in: the roles of the warehouse and the server's databases.

Belongs here: creating roles and databases (by an administrator). Does not belong here: what each may do to which object
(``warehouse.access``).
"""

from __future__ import annotations

from psycopg import sql
from sqlalchemy import Connection, text

PIPELINE = "cc_pipeline"
GROUPS = {
    "cc_engineer": "data engineers: intake, results, what was applied; no patient-level record",
    "cc_analyst": "analysts with patient-level rights: cases of all providers, results whole; no identifiers",
    "cc_dashboard": "dashboards inside the network: the versioned views, through the small-numbers policy",
    "cc_provider": "providers' own login roles: the versioned views, own cells whole, and their own patient-level records",
    "cc_public": "the public: views over releases",
}
DATABASES = ("common_cause", "dagster")


def create_roles(connection: Connection, pipeline_password: str) -> None:
    """Creates what is missing, and sets the pipeline's password. Needs an administrator's connection."""
    for role in GROUPS:
        if not _role_exists(connection, role):
            _run(connection, sql.SQL("create role {} nologin").format(sql.Identifier(role)))
    if not _role_exists(connection, PIPELINE):
        _run(connection, sql.SQL("create role {}").format(sql.Identifier(PIPELINE)))
    safe = "login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password {}"
    _run(connection, sql.SQL("alter role {} " + safe).format(sql.Identifier(PIPELINE), sql.Literal(pipeline_password)))


def create_databases(connection: Connection, names: tuple[str, ...] = DATABASES) -> None:
    """Creates missing databases, owned by the pipeline and closed to everybody else. Needs autocommit."""
    for name in names:
        if not connection.scalar(text("select exists (select from pg_database where datname = :name)"), {"name": name}):
            owner = sql.Identifier(PIPELINE)
            _run(connection, sql.SQL("create database {} owner {} template template0 encoding 'UTF8'").format(sql.Identifier(name), owner))
        _run(connection, sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))


def _role_exists(connection: Connection, name: str) -> bool:
    return bool(connection.scalar(text("select exists (select from pg_roles where rolname = :name)"), {"name": name}))


def _run(connection: Connection, statement: sql.Composable) -> None:
    with connection.connection.cursor() as cursor:
        cursor.execute(statement)
