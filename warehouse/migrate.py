"""Makes the warehouse what the code says: databases and roles (embedded server), migrations, pathway tables, views, access.

Belongs here: the order. Does not belong here: the parts (``warehouse.roles``, ``migrations``, ``sync``, ``views``, ``access``).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from schemas.registry import Registry, load_registry
from warehouse import embedded
from warehouse.access import apply_access, open_database
from warehouse.dashboard_login import create_dashboard_login
from warehouse.database import advisory_lock, make_engine, transaction_lock
from warehouse.improvement_current import sync_change_ideas
from warehouse.policies import sync_policies
from warehouse.roles import GROUPS, PIPELINE, create_databases, create_roles
from warehouse.settings import Settings
from warehouse.sync import sync
from warehouse.views.apply import apply_views

MIGRATIONS = Path(__file__).parent / "migrations"


class MigrationError(RuntimeError):
    """The database cannot be made what it should be; the message names the remedy."""


def migrate(settings: Settings, registry: Registry | None = None) -> list[str]:
    """Brings the database of ``settings`` up to date, whatever it was before; returns what was done to the pathways' tables.

    Idempotent, in one transaction, and safe to be run by several processes at once. On a server that somebody else runs the
    roles and the database must be there (docs/warehouse.md). Raises ``MigrationError``.
    """
    registry = registry or load_registry(settings.pathway_folders)
    if not settings.database_url:
        prepare_server(embedded.ensure(settings))
    engine = make_engine(settings)
    try:
        with engine.begin() as connection:
            return migrate_database(connection, registry)
    finally:
        engine.dispose()


def prepare_server(server: embedded.Server) -> None:
    """Roles, databases and the dashboard's login on the embedded server; one process at a time, for two may not change a role at once."""
    engine = make_engine(server.admin_url, autocommit=True)
    try:
        with engine.connect() as connection, advisory_lock(connection, "prepare server"):
            create_roles(connection, server.secrets.pipeline)
            create_databases(connection)
            create_dashboard_login(connection, server.data)
    finally:
        engine.dispose()


def migrate_database(connection: Connection, registry: Registry) -> list[str]:
    """The same for the database of ``connection``, within its transaction, as ``cc_pipeline``."""
    transaction_lock(connection, "migrate")
    _check_server(connection)
    _upgrade(connection)
    sync_policies(connection)
    sync_change_ideas(connection, registry)
    done = sync(connection, registry)
    apply_views(connection, registry)
    apply_access(connection)
    open_database(connection)
    return done


def _check_server(connection: Connection) -> None:
    version = int(connection.scalar(text("show server_version_num"))) // 10000
    if not 15 <= version <= 18:
        raise MigrationError(f"the server is Postgres {version}; the warehouse is made for 15 to 18")
    present = set(connection.scalars(text("select rolname from pg_roles where rolname like 'cc\\_%'")))
    if missing := sorted({PIPELINE, *GROUPS} - present):
        raise MigrationError(f"the server has no role {', '.join(missing)}; an administrator runs the SQL of docs/warehouse.md once")
    asked = "select current_user, (select rolbypassrls and not rolsuper from pg_roles where rolname = current_user)"
    user, has_its_rights = connection.execute(text(asked)).one()
    if user != PIPELINE or not has_its_rights:
        raise MigrationError(f"the database is reached as {user}; it must be {PIPELINE}, no superuser, with bypassrls (docs/warehouse.md)")


def _upgrade(connection: Connection) -> None:
    connection.execute(text("create schema if not exists house"))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.execute(text("comment on table house.alembic_version is 'The migration that the fixed core stands at.'"))
    connection.execute(text("comment on column house.alembic_version.version_num is 'name of the migration'"))


@cache
def head() -> str:
    """The latest migration that the code has."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(MIGRATIONS)).get_current_head()
