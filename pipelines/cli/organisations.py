"""``organisations``: import, list, alias, show, unresolved.

Belongs here: what the network's office asks of organisations. Does not belong here: doing it (``warehouse.organisations``,
``assets.named_organisations``).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy import Connection, select

from pipelines.cli.shared import actor, console, opened, print_table, refresh, say
from warehouse.intake_tables import submission
from warehouse.organisation_files import IMPORT_IT
from warehouse.organisations import PROVISIONAL, Place, aliases_of, ancestors, resolve, took_over
from warehouse.pathway_tables import organisation, unresolved_organisation
from warehouse.settings import Settings
from warehouse.tables import ORGANISATION_KINDS

if TYPE_CHECKING:
    from assets.context import Context
    from warehouse.organisation_files import ImportOutcome

SHOWN = 20


@click.group()
def organisations() -> None:
    """The organisations that the network knows."""


@organisations.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--members", is_flag=True, help="Those of the file are members of the network.")
@click.option("--successors", is_flag=True, help="FILE tells which organisations took others over.")
@click.pass_obj
def import_file(settings: Settings, file: Path, members: bool, successors: bool) -> None:
    """Import FILE: trusts in the layout of ODS etr.csv, a list that a pathway declares, or successors of merged trusts.

    \b
    Trusts (etr.csv of the Organisation Data Service): no header, 12 columns or more, of which are read
      1 code   2 name   3 code of the region   11 opened   12 closed (yyyymmdd, may be empty)
      ZQA,EXEMPLAR A HOSPITALS,Y60,,,,,,,,20100401,
      ZQB,EXEMPLAR B HOSPITALS,Y60,,,,,,,,20100401,20260331

    \b
    Successors (--successors): from that day the second acts for the first
      predecessor,successor,date
      ZQB,ZQA,2026-04-01

    Members are pooled into the network's values and compared with each other: --members says that those of FILE are.
    The first members make the network itself, as COMMON_CAUSE_NETWORK_CODE and COMMON_CAUSE_NETWORK_NAME call it.
    """
    from warehouse.organisation_files import make_network
    from warehouse.stale import queue_all

    with opened(settings) as context:
        with context.engine.begin() as connection:
            is_new = members and make_network(connection, settings.network_code, settings.network_name)
            outcome = _imported(connection, context, file, members, successors)
            if outcome.changed_codes:  # results belong to today's organisations
                queue_all(connection, context.registry)
        refresh(context)
    if is_new:
        say(f"made the network: {settings.network_code} {settings.network_name} (COMMON_CAUSE_NETWORK_CODE, COMMON_CAUSE_NETWORK_NAME)")
    console().print(f"read {outcome.read_count:,} organisations, {len(outcome.changed_codes):,} new or changed")
    if outcome.problems:
        print_table("Lines that were not taken", ("why",), [(problem,) for problem in outcome.problems[:SHOWN]])


def _imported(connection: Connection, context: Context, file: Path, members: bool, successors: bool) -> ImportOutcome:
    """By what the file is: successors, a list that a pathway declares, or trusts."""
    from assets.named_organisations import rehome
    from warehouse.organisation_files import import_organisations, import_successors
    from warehouse.organisation_lists import import_list, list_of

    noted = {"actor": actor(), "at": context.now()}
    listed = list_of(file, context.registry)
    if successors:
        outcome = import_successors(connection, file, **noted)
    elif listed:
        outcome = import_list(connection, file, listed, **noted)
    else:
        outcome = import_organisations(connection, file, are_members=members or None, **noted)
    rehome(connection, context.registry)
    return outcome


@organisations.command("list")
@click.option("--members", is_flag=True, help="Members of the network alone.")
@click.option("--kind", type=click.Choice(ORGANISATION_KINDS), help="Of this kind alone.")
@click.pass_obj
def list_known(settings: Settings, members: bool, kind: str | None) -> None:
    """List the organisations that the network knows, members first."""
    one = organisation.c
    query = select(one.organisation_kind, one.is_member, one.organisation_code, one.organisation_name, one.parent_code)
    query = query.where(~one.organisation_code.startswith(PROVISIONAL)).order_by(
        one.is_member.desc(), one.organisation_kind, one.organisation_code
    )
    query = query.where(one.is_member) if members else query
    query = query.where(one.organisation_kind == kind) if kind else query
    with opened(settings) as context, context.engine.connect() as connection:
        rows = [(kind, "yes" if is_member else "", *more) for kind, is_member, *more in connection.execute(query)]
    if not rows:
        raise click.ClickException("there are none such; `common-cause organisations import FILE` adds some")
    print_table("Organisations", ("kind", "member", "code", "name", "parent"), rows)


@organisations.command()
@click.argument("name")
@click.argument("code")
@click.pass_obj
def alias(settings: Settings, name: str, code: str) -> None:
    """Let NAME (a name or older code, as files spell it) mean the organisation CODE. No import takes it back.

    Results that were kept under the name move at once. Rows that were set aside are in the archive alone: the submissions that may hold
    some are told, to be judged again with `retry`.
    """
    from assets.named_organisations import give_alias

    with opened(settings) as context:
        with context.engine.begin() as connection:
            given = give_alias(connection, context.registry, name, code.strip().upper(), actor=actor(), at=context.now())
        refresh(context)
    say(f"{name!r} is {code.strip().upper()} from now on; names whose results moved: {given.rehomed}")
    if given.before:
        say(
            f"it was {given.before} until now: what was taken for {given.before} under this name stays there until its submission is judged again"
        )
    if given.to_retry:
        say("an organisation was not known in these submissions; if it was this one, judge them again:")
        for submission_id in given.to_retry[-SHOWN:]:
            say(f"  common-cause retry {submission_id}")
        if len(given.to_retry) > SHOWN:
            say(f"... and {len(given.to_retry) - SHOWN} earlier ones")


@organisations.command()
@click.argument("code")
@click.pass_obj
def show(settings: Settings, code: str) -> None:
    """Show the organisation CODE, which may also be a name: its kind, what it belongs to, its aliases, successors and predecessors."""
    with opened(settings) as context, context.engine.connect() as connection:
        found = resolve(connection, [code])[code]
        if found is None:
            raise click.ClickException(f"no organisation has the code or name {code!r}; {IMPORT_IT}")
        for label, told in _portrait(connection, found).items():
            say(f"  {label:<14}{told}")


def _portrait(connection: Connection, code: str) -> dict[str, str]:
    row = connection.execute(select(organisation).where(organisation.c.organisation_code == code)).one()
    chain = {place.code: place for place in ancestors(connection, code)}
    dates = [f"{word} {day.isoformat()}" for word, day in (("opened", row.opened_on), ("closed", row.closed_on)) if day]
    return {
        "code": row.organisation_code,
        "name": row.organisation_name,
        "kind": ", ".join([row.organisation_kind, *(["member of the network"] if row.is_member else []), *dates]),
        "counts to": _places(place for place in chain.values() if place.code != code),
        "taken over by": row.successor_code or "nobody",
        "took over": _places(took_over(connection, code)),
        "found as": "; ".join(f"{name} ({kind})" for name, kind in aliases_of(connection, code)) or "its code alone",
    }


def _places(places: Iterable[Place]) -> str:
    return "; ".join(f"{place.code} {place.name} ({place.kind})" for place in places) or "nobody"


@organisations.command()
@click.pass_obj
def unresolved(settings: Settings) -> None:
    """List the names in submitted results that no organisation bears; `alias` gives them to one."""
    names = unresolved_organisation.c
    query = select(names.alias, names.seen_count, names.first_submission_id, submission.c.sender_code)
    query = query.join(submission, submission.c.submission_id == names.first_submission_id, isouter=True).order_by(
        names.seen_count.desc(), names.alias
    )
    with opened(settings) as context, context.engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    print_table(
        "Names that nobody bears", ("name", "rows", "first named by", "sender"), rows or [("none", None, None, None)], numbers=("rows",)
    )


COMMANDS = (organisations,)
