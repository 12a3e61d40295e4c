"""``retry``, ``approve``, ``withdraw``, ``rebuild``, ``organisations import``.

Belongs here: what the network's office and engineers ask of submissions and organisations. Does not belong here: doing it.
"""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.cli.shared import actor, console, opened, print_table
from pipelines.services import DAEMON, is_running
from warehouse.settings import Settings


@click.command()
@click.argument("submission")
@click.pass_obj
def retry(settings: Settings, submission: str) -> None:
    """Let SUBMISSION be judged again, by the rules as they are now."""
    from assets.submissions import retry as judge_again

    with opened(settings) as context:
        judge_again(context, submission)
        _finish(context, submission)


@click.command()
@click.argument("submission")
@click.pass_obj
def approve(settings: Settings, submission: str) -> None:
    """Let a held SUBMISSION through."""
    from assets.submissions import approve as let_through

    with opened(settings) as context:
        let_through(context, submission, actor())
        _finish(context, submission)


@click.command()
@click.argument("submission")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def withdraw(settings: Settings, submission: str, yes: bool) -> None:
    """Undo SUBMISSION: what it said no longer counts."""
    from assets.submissions import withdraw as take_back

    with opened(settings) as context:
        if not yes:
            click.confirm(f"Withdraw {submission}?", abort=True)
        take_back(context, submission, actor())
        _refresh(context)
        console().print(f"{submission} is withdrawn")


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def rebuild(settings: Settings, yes: bool) -> None:
    """Make the warehouse anew from the archive, under the recorded versions of the rules."""
    from rich.progress import Progress

    from assets.rebuild import rebuild as build_anew

    with opened(settings) as context:
        if not yes:
            click.confirm("Empty everything that grew from submissions and replay it from the archive?", abort=True)
        with Progress(console=console(), transient=True) as progress:
            task = progress.add_task("replaying")
            count = build_anew(context, lambda done, total: progress.update(task, completed=done, total=total))
        _refresh(context)
    console().print(f"replayed {count} effects")


def _finish(context, submission: str) -> None:
    """With the daemon up its sensor takes over; without it the work is done here."""
    from assets.submissions import process

    if is_running(context.settings, DAEMON):
        console().print(f"{submission} will be taken up in a few seconds; `common-cause status` shows its state")
        return
    outcome = process(submission, context)
    _refresh(context)
    console().print(f"{submission}: {outcome.state}" + (f" ({outcome.reason})" if outcome.reason else ""), markup=False)


def _refresh(context) -> None:
    from assets.refresh import refresh

    refresh(context.engine, context.registry, context.now())


@click.group()
def organisations() -> None:
    """The organisations that the network knows."""


@organisations.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--members", is_flag=True, help="Those of the file are members of the network.")
@click.option("--successors", is_flag=True, help="FILE tells which organisations took others over.")
@click.pass_obj
def import_file(settings: Settings, file: Path, members: bool, successors: bool) -> None:
    """Import FILE: trusts in the layout of ODS etr.csv, a list that a pathway declares, or successors of merged trusts."""
    from assets.named_organisations import rehome
    from warehouse.organisation_files import import_organisations, import_successors
    from warehouse.organisation_lists import import_list, list_of

    with opened(settings) as context, context.engine.begin() as connection:
        noted = {"actor": actor(), "at": context.now()}
        listed = list_of(file, context.registry)
        if successors:
            outcome = import_successors(connection, file, **noted)
        elif listed:
            outcome = import_list(connection, file, listed, **noted)
        else:
            outcome = import_organisations(connection, file, are_members=members or None, **noted)
        rehome(connection, context.registry)
    console().print(f"read {outcome.read_count:,} organisations, {len(outcome.changed_codes):,} new or changed")
    if outcome.problems:
        print_table("Lines that were not taken", ("why",), [(problem,) for problem in outcome.problems[:20]])


COMMANDS = (retry, approve, withdraw, rebuild, organisations)
