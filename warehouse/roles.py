"""Who may come in: the roles of the warehouse, providers' login roles, and the server's databases.

Belongs here: creating them (by an administrator). Does not belong here: what each may do to which object (``warehouse.access``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from psycopg import sql
from sqlalchemy import Connection, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from warehouse.organisation_files import IMPORT_IT
from warehouse.pathway_tables import organisation, provider_role

PIPELINE = "cc_pipeline"
GROUPS = {
    "cc_engineer": "data engineers: intake, results, what was applied; no patient-level record",
    "cc_analyst": "analysts with patient-level rights: cases of all providers, results whole; no identifiers",
    "cc_dashboard": "dashboards inside the network: the versioned views, through the small-numbers policy",
    "cc_provider": "providers' own login roles: the versioned views, own cells whole, and their own patient-level records",
    "cc_lead": "leads, by their own login or a dashboard's: the versioned views, and what people do with a signal",
    "cc_public": "the public: views over releases",
}
DATABASES = ("common_cause", "dagster")
# COPY is refused on a table with row-level security to whom it applies, so the only writer passes by it
PIPELINE_RIGHTS = "login bypassrls nosuperuser nocreatedb nocreaterole noreplication"
PROVIDER_RIGHTS = "login inherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls"
_IS_OURS = text("select pg_has_role(:name, 'cc_provider', 'member')")
# whoever is in cc_dashboard for itself, and in nothing but what a dashboard may be; the house's own dashboard is cc_dashboard_login
_DASHBOARDS = text(
    "select u.rolname from pg_auth_members m join pg_roles u on u.oid = m.member join pg_roles g on g.oid = m.roleid "
    "group by u.rolname having bool_or(g.rolname = 'cc_dashboard') and bool_and(g.rolname in ('cc_dashboard', 'cc_lead')) "
    "and left(u.rolname, 3) <> 'cc_' order by 1"
)
_ROLE_NAME = re.compile(r"(?!cc_|pg_)[a-z][a-z0-9_]{2,62}")


class RoleError(ValueError):
    """A role cannot be made; the message names the role and the remedy."""


def create_roles(connection: Connection, pipeline_password: str) -> None:
    """Creates what is missing, and sets the pipeline's password. Needs an administrator's connection."""
    for role in GROUPS:
        if not role_exists(connection, role):
            run_statement(connection, sql.SQL("create role {} nologin").format(sql.Identifier(role)))
    if not role_exists(connection, PIPELINE):
        run_statement(connection, sql.SQL("create role {}").format(sql.Identifier(PIPELINE)))
    run_statement(connection, sql.SQL("alter role {} " + PIPELINE_RIGHTS).format(sql.Identifier(PIPELINE)))
    set_password(connection, PIPELINE, pipeline_password)


def create_provider_role(connection: Connection, name: str, provider_code: str, password: str, may_act: bool | None = None) -> None:
    """A login that sees the records of one provider (call again for another). Needs an administrator's connection to the warehouse.

    Idempotent; sets the password. ``may_act``: on its providers' signals, None to leave that as it is. ``name``: 3 to 63 small letters, digits and underscores, not beginning with ``cc_`` or ``pg_``.
    Raises ``RoleError`` for such a name, an unknown provider, or a role that is there for something else.
    """
    _check_name(name, "provider's")
    known = select(func.count()).where(organisation.c.organisation_code == provider_code, organisation.c.organisation_kind == "provider")
    if not connection.scalar(known):
        raise RoleError(f"no provider has the code {provider_code}; {IMPORT_IT}")
    role = sql.Identifier(name)
    if not role_exists(connection, name):
        run_statement(connection, sql.SQL("create role {} in role cc_provider").format(role))
    elif not connection.scalar(_IS_OURS, {"name": name}) or _is_mighty(connection, name):
        raise RoleError(f"the role {name} exists and is not a provider's; choose another name")
    run_statement(connection, sql.SQL("alter role {} " + PROVIDER_RIGHTS).format(role))
    set_password(connection, name, password)
    if may_act is not None:
        run_statement(connection, sql.SQL("grant cc_lead to {}" if may_act else "revoke cc_lead from {}").format(role))
    row = insert(provider_role).values(role_name=name, provider_code=provider_code)
    connection.execute(row.on_conflict_do_nothing())


def create_dashboard_role(connection: Connection, name: str, password: str) -> None:
    """A login of somebody else's dashboard: the versioned views, no provider of its own. Needs an administrator's connection.

    Idempotent; sets the password. ``name`` as above. Raises ``RoleError`` for such a name, or a role that is there for something else.
    """
    _check_name(name, "dashboard's")
    role = sql.Identifier(name)
    if not role_exists(connection, name):
        run_statement(connection, sql.SQL("create role {} in role cc_dashboard").format(role))
    elif name not in dashboard_roles(connection) or _is_mighty(connection, name):
        raise RoleError(f"the role {name} exists and is not a dashboard's; choose another name")
    run_statement(connection, sql.SQL("alter role {} " + PROVIDER_RIGHTS).format(role))
    set_password(connection, name, password)


def dashboard_roles(connection: Connection) -> list[str]:
    """Logins of other people's dashboards, in order."""
    return list(connection.scalars(_DASHBOARDS))


def drop_provider_role(connection: Connection, name: str) -> bool:
    """Takes the login, a provider's or a dashboard's, and all that it could see away, and ends its sessions; whether there was one. Needs an administrator's connection.

    Raises ``RoleError`` if the role is there for something else.
    """
    was_known = connection.execute(delete(provider_role).where(provider_role.c.role_name == name)).rowcount > 0
    if not role_exists(connection, name):
        return was_known
    is_ours = connection.scalar(_IS_OURS, {"name": name}) or name in dashboard_roles(connection)
    if not _ROLE_NAME.fullmatch(name) or not is_ours or _is_mighty(connection, name):
        raise RoleError(f"the role {name} is not a provider's or a dashboard's; it is left alone")
    connection.execute(text("select pg_terminate_backend(pid) from pg_stat_activity where usename = :name"), {"name": name})
    run_statement(connection, sql.SQL("drop role {}").format(sql.Identifier(name)))
    return True


def provider_roles(connection: Connection) -> list[tuple[str, str, str, bool, bool]]:
    """(login, provider's code, its name, whether the server has the login, whether it may act on signals), in order."""
    there = select(text("1")).select_from(text("pg_roles")).where(text("rolname = role_name"))
    acts = there.where(text("pg_has_role(oid, 'cc_lead', 'member')"))
    query = select(
        provider_role.c.role_name, provider_role.c.provider_code, organisation.c.organisation_name, there.exists(), acts.exists()
    )
    query = query.join(organisation, organisation.c.organisation_code == provider_role.c.provider_code)
    return [tuple(row) for row in connection.execute(query.order_by(provider_role.c.role_name, provider_role.c.provider_code))]


def dashboard_statements(name: str) -> list[str]:
    """What an administrator types in psql to make a dashboard's login; ``\\password`` asks for the password."""
    role = sql.Identifier(name).as_string(None)
    return [f"create role {role} {PROVIDER_RIGHTS} in role cc_dashboard;", f"\\password {role}"]


def statements_for(name: str, providers: Sequence[str], may_act: bool | None = None) -> list[str]:
    """What an administrator types in psql, connected to the warehouse, to make such a login; ``\\password`` asks for the password."""
    role = sql.Identifier(name).as_string(None)
    rows = ", ".join(sql.SQL("({}, {})").format(sql.Literal(name), sql.Literal(code)).as_string(None) for code in providers)
    return [
        f"create role {role} {PROVIDER_RIGHTS} in role cc_provider;",
        f"insert into pathway.provider_role (role_name, provider_code) values {rows} on conflict do nothing;",
        *([] if may_act is None else [f"grant cc_lead to {role};" if may_act else f"revoke cc_lead from {role};"]),
        f"\\password {role}",
    ]


def statements_against(name: str) -> list[str]:
    """The same for taking one away."""
    role, literal = sql.Identifier(name).as_string(None), sql.Literal(name).as_string(None)
    return [
        f"delete from pathway.provider_role where role_name = {literal};",
        f"select pg_terminate_backend(pid) from pg_stat_activity where usename = {literal};",
        f"drop role {role};",
    ]


def create_databases(connection: Connection, names: tuple[str, ...] = DATABASES) -> None:
    """Creates missing databases, owned by the pipeline and closed to everybody else. Needs autocommit."""
    for name in names:
        if not connection.scalar(text("select exists (select from pg_database where datname = :name)"), {"name": name}):
            owner = sql.Identifier(PIPELINE)
            run_statement(
                connection, sql.SQL("create database {} owner {} template template0 encoding 'UTF8'").format(sql.Identifier(name), owner)
            )
        run_statement(connection, sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))


def role_exists(connection: Connection, name: str) -> bool:
    return bool(connection.scalar(text("select exists (select from pg_roles where rolname = :name)"), {"name": name}))


def _check_name(name: str, whose: str) -> None:
    if not _ROLE_NAME.fullmatch(name):
        raise RoleError(
            f"{name!r} is no name for a {whose} role: 3 to 63 small letters, digits and underscores, without cc_ or pg_ before them"
        )


def _is_mighty(connection: Connection, name: str) -> bool:
    asked = text("select rolsuper or rolbypassrls or rolcreaterole from pg_roles where rolname = :name")
    return bool(connection.scalar(asked, {"name": name}))


def set_password(connection: Connection, role: str, password: str) -> None:
    """Sends a SCRAM verifier: the password itself never reaches the server, nor any log of statements."""
    driver = connection.connection.driver_connection
    verifier = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    run_statement(connection, sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(verifier)))


def run_statement(connection: Connection, statement: sql.Composable) -> None:
    with connection.connection.cursor() as cursor:
        cursor.execute(statement)
