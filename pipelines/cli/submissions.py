"""``retry``, ``approve``, ``withdraw``, ``rebuild``.

Belongs here: what the network's office and engineers ask of submissions. Does not belong here: doing it.
"""

from __future__ import annotations

import click

from pipelines.cli.shared import actor, console, opened, refresh
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
        refresh(context)
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
        refresh(context)
    console().print(f"replayed {count} effects")


def _finish(context, submission: str) -> None:
    """With the daemon up its sensor takes over; without it the work is done here."""
    from assets.submissions import process

    if is_running(context.settings, DAEMON):
        console().print(f"{submission} will be taken up in a few seconds; `common-cause status` shows its state")
        return
    outcome = process(submission, context)
    refresh(context)
    console().print(f"{submission}: {outcome.state}" + (f" ({outcome.reason})" if outcome.reason else ""), markup=False)


COMMANDS = (retry, approve, withdraw, rebuild)
