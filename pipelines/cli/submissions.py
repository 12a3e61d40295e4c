"""``retry``, ``approve``, ``withdraw``, ``rebuild``.

Belongs here: what the network's office and engineers ask of submissions. Does not belong here: doing it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Row, func, select

from assets import ledger
from pipelines.cli.shared import actor, console, opened, refresh, say
from pipelines.services import DAEMON, is_running
from warehouse.intake_tables import submission as submission_table
from warehouse.settings import Settings
from warehouse.tables import EFFECTIVE_STATES

EVERY_SECONDS = 3.0


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
        with context.engine.connect() as connection:
            row = ledger.find(connection, submission)
        if not yes:
            click.confirm(f"Withdraw {_portrait(row)}?", abort=True)
        take_back(context, submission, actor())
        done = refresh(context)
        changed = f", {done.cell_count:,} cells of results are computed anew" if done.cell_count else ""
        say(
            f"{submission} is withdrawn: "
            + (f"rows that no longer count: {_taken(row):,}{changed}" if _taken(row) else "nothing of it had counted")
        )


def _portrait(row: Row) -> str:
    """Whose it is, what of and how much, for whoever has to decide."""
    what = f"{row.sender_code}'s {row.dataset_name or 'file'} of {row.received_at:%d %b %Y %H:%M}"
    period = f" for {row.period_start} to {row.period_end}" if row.period_start else ""
    return f"{row.submission_id}, {what}{period} ({row.state}, {_taken(row):,} rows taken)"


def _taken(row: Row) -> int:
    """Rows that count by it; of one that is held or rejected none do."""
    return (row.accepted_count or 0) + (row.unchanged_count or 0) if row.state in EFFECTIVE_STATES else 0


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def rebuild(settings: Settings, yes: bool) -> None:
    """Make the warehouse anew from the archive, under the recorded versions of the rules."""
    from assets.rebuild import rebuild as build_anew

    with opened(settings) as context:
        if not yes:
            click.confirm("Empty everything that grew from submissions and replay it from the archive?", abort=True)
        with _told_as_it_goes() as progress:
            count = build_anew(context, progress)
        say("computing all results anew ...")
        refresh(context)
        taken = func.coalesce(func.sum(submission_table.c.accepted_count + submission_table.c.unchanged_count), 0)
        query = select(func.count(), taken).where(submission_table.c.state.in_(EFFECTIVE_STATES))
        with context.engine.connect() as connection:
            submissions, rows = connection.execute(query).one()
    say(f"replayed {count:,} effects; submissions: {submissions:,}, rows: {rows:,}")


@contextmanager
def _told_as_it_goes() -> Iterator[Callable[[int, int], None]]:
    """``told(done, total)``: a bar on a terminal; elsewhere a line every few seconds, the first at once."""
    from rich.progress import Progress

    if console().is_terminal:
        with Progress(console=console(), transient=True) as progress:
            task = progress.add_task("replaying")
            yield lambda done, total: progress.update(task, completed=done, total=total)
        return
    said_at = float("-inf")

    def told(done: int, total: int) -> None:
        nonlocal said_at
        if time.monotonic() - said_at >= EVERY_SECONDS:
            said_at = time.monotonic()
            say(f"replayed {done:,} of {total:,}")

    say("replaying ...")
    yield told


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
