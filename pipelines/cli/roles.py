"""``roles create``, ``roles drop``, ``roles list``: database logins of providers, and of other people's dashboards.

Belongs here: who asks, with which rights, and how the password is told. Does not belong here: making roles (``warehouse.roles``).
A password is made here and told once on the terminal, or read from a file; it is never an argument, which other people's process lists show.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from pipelines.cli.shared import opened, plain_code, print_table, say
from warehouse import embedded
from warehouse.database import make_engine
from warehouse.roles import (
    create_dashboard_role,
    create_provider_role,
    dashboard_roles,
    dashboard_statements,
    drop_provider_role,
    provider_roles,
    statements_against,
    statements_for,
)
from warehouse.settings import Settings

SHORTEST_PASSWORD = 12


@click.group()
def roles() -> None:
    """Database logins: a provider's sees its own patient-level records, and of others what everybody sees; a dashboard's sees what everybody sees."""


@roles.command()
@click.argument("name")
@click.option(
    "--provider",
    "providers",
    multiple=True,
    callback=plain_code,
    help="Code of a provider whose records it sees; may be given more than once.",
)
@click.option(
    "--dashboard", "is_dashboard", is_flag=True, help="Instead of a provider: for Power BI, Grafana, R ..., with no provider of its own."
)
@click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File whose first line is the password; without it one is made and told once.",
)
@click.option(
    "--lead/--no-lead",
    "may_act",
    default=None,
    help="Whether it may act on the signals of its providers: acknowledge, assign, comment, close. Without either: as it was, at first not.",
)
@click.pass_obj
def create(
    settings: Settings, name: str, providers: tuple[str, ...], is_dashboard: bool, password_file: Path | None, may_act: bool | None
) -> None:
    """Make the login NAME for one or more providers, or for a dashboard. Again for one that is there: more providers, and a new password."""
    if is_dashboard == bool(providers):
        raise click.UsageError("say whose login it is: --provider CODE or --dashboard, one of the two")
    if is_dashboard and may_act is not None:
        raise click.UsageError("--lead and --no-lead are for a provider's login: a dashboard's has no signals of its own")
    given = _password_in(password_file) if password_file else None
    password = given or secrets.token_urlsafe(24)
    with _as_administrator(
        settings, dashboard_statements(name) if is_dashboard else statements_for(name, providers, may_act)
    ) as connection:
        if is_dashboard:
            create_dashboard_role(connection, name, password)
        for code in providers:
            create_provider_role(connection, name, code, password, may_act)
    seen = "the views, other people's small numbers hidden" if is_dashboard else f"the records of: {', '.join(providers)}"
    say(f"{name} may log in and sees {seen}")
    if may_act is not None:
        say(f"it may {'' if may_act else 'not '}act on their signals")
    if not given:
        say(f"its password, told only now: {password}")


def _password_in(path: Path) -> str:
    first = path.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    if len(first) < SHORTEST_PASSWORD:
        raise click.ClickException(f"the first line of {path.name} is the password, and has {SHORTEST_PASSWORD} characters or more")
    return first


@roles.command()
@click.argument("name")
@click.pass_obj
def drop(settings: Settings, name: str) -> None:
    """Take the login NAME away, and end its sessions."""
    with _as_administrator(settings, statements_against(name)) as connection:
        if not drop_provider_role(connection, name):
            raise click.ClickException(f"there is no login {name}; `common-cause roles list` names them")
    say(f"{name} is gone")


@roles.command("list")
@click.pass_obj
def list_roles(settings: Settings) -> None:
    """List the logins of providers and whose records they see, and those of dashboards."""
    with opened(settings) as context, context.engine.connect() as connection:
        rows = [(login, code, name, _standing(is_there, may_act)) for login, code, name, is_there, may_act in provider_roles(connection)]
        rows += [(login, "", "a dashboard: no provider of its own", "") for login in dashboard_roles(connection)]
    print_table("Logins of providers and dashboards", ("login", "provider", "name", ""), rows or [("none yet", None, None, None)])


def _standing(is_there: bool, may_act: bool) -> str:
    return "the server has no such login" if not is_there else "may act on signals" if may_act else ""


@contextmanager
def _as_administrator(settings: Settings, statements: Sequence[str]) -> Iterator[Connection]:
    """A transaction of somebody who may make roles: on a server that somebody else runs, of whoever the settings name, with what to do if that is not enough."""
    with opened(settings) as context:
        engine = (
            context.engine
            if settings.database_url
            else make_engine(make_url(embedded.ensure(settings).admin_url).set(database=embedded.DATABASE))
        )
        try:
            with engine.begin() as connection:
                yield connection
        except (InsufficientPrivilege, ProgrammingError) as error:
            if not isinstance(getattr(error, "orig", error), InsufficientPrivilege):
                raise
            told = "\n  ".join(statements)
            raise click.ClickException(
                f"this server is somebody else's, and {engine.url.username} may not make or drop logins there. Its administrator types in psql, connected to {engine.url.database}:\n  {told}"
            ) from None
        finally:
            if engine is not context.engine:
                engine.dispose()


COMMANDS = (roles,)
