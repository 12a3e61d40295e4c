"""``signals``: list and show them, acknowledge, assign, comment, close; and which messages nobody takes.

Belongs here: what is typed and told. Does not belong here: what may be done with a signal (``warehouse.views.signal_life``).
"""

from __future__ import annotations

import click

from pipelines.cli.shared import actor, opened, plain_code, print_table, say
from warehouse.settings import Settings

NOTE = "for the history, which others read. Never anything of a patient."


@click.group()
def signals() -> None:
    """Signals: what deserves a look, and what people do about it."""


@signals.command("list")
@click.option("--pathway", help="Name of one pathway.")
@click.option(
    "--organisation", callback=lambda c, o, v: v and plain_code(c, o, v), help="Code of one organisation; with its sites and teams."
)
@click.option("--all", "everything", is_flag=True, help="Closed ones too.")
@click.option("--most", type=click.IntRange(1), default=100, show_default=True, help="How many at most.")
@click.pass_obj
def list_signals(settings: Settings, pathway: str | None, organisation: str | None, everything: bool, most: int) -> None:
    """List the open signals, those first that nobody has acknowledged; then the messages that nobody takes."""
    from assets.messages import undelivered
    from assets.signal_life import signals as read

    with opened(settings) as context, context.engine.connect() as connection:
        rows = [_listed(row) for row in read(connection, pathway, organisation, everything, most)]
        waiting = undelivered(connection)
    header = ("number", "organisation", "what", "tone", "rule", "since", "state", "assigned to")
    print_table("Signals", header, rows or [(None, "none", *[None] * 6)], numbers=("number",))
    if waiting:
        said = [
            (
                row.organisation_code,
                row.role,
                f"{row.formed_at:%Y-%m-%d %H:%M}",
                row.attempt_count,
                f"{row.next_attempt_at:%Y-%m-%d %H:%M}",
                row.last_problem,
            )
            for row in waiting
        ]
        print_table(
            "Messages that nobody takes", ("organisation", "lead", "since", "attempts", "next", "because"), said, numbers=("attempts",)
        )


def _listed(row) -> tuple:
    tone = {True: "improvement", False: "concern", None: None}[row.is_favourable]
    return (row.signal_id, row.organisation_code, row.title, tone, row.rule_name, row.since_on.isoformat(), row.state, row.assigned_to)


@signals.command()
@click.argument("number", type=int)
@click.pass_obj
def show(settings: Settings, number: int) -> None:
    """Show signal NUMBER and its history."""
    from assets.signal_life import told

    with opened(settings) as context, context.engine.connect() as connection:
        one, events = told(connection, number)
    say(
        f"signal {number}: {one.organisation_name or one.organisation_code}, {one.measure_name or one.kind}: {one.rule_name}, since {one.since_on.isoformat()}"
    )
    say(
        f"state: {one.state}"
        + (f", assigned to {one.assigned_to}" if one.assigned_to else "")
        + (f", because: {one.closed_because}" if one.closed_because else "")
    )
    print_table(
        "History", ("when", "event", "who", "note"), [(f"{e.happened_at:%Y-%m-%d %H:%M}", e.event, e.actor, e.note) for e in events]
    )


def _act(settings: Settings, number: int, what: str, **given: str | None) -> None:
    from assets.signal_life import act

    with opened(settings) as context, context.engine.begin() as connection:
        state = act(connection, number, what, actor=actor(), **given)
    say(f"signal {number} is {state}")


@signals.command()
@click.argument("number", type=int)
@click.option("--note", help=f"A remark, {NOTE}")
@click.pass_obj
def acknowledge(settings: Settings, number: int, note: str | None) -> None:
    """Somebody looks at signal NUMBER: it is not raised again."""
    _act(settings, number, "acknowledge", note=note)


@signals.command()
@click.argument("number", type=int)
@click.argument("to")
@click.option("--note", help=f"A remark, {NOTE}")
@click.pass_obj
def assign(settings: Settings, number: int, to: str, note: str | None) -> None:
    """Signal NUMBER is looked into by TO, which acknowledges it."""
    _act(settings, number, "assign", assignee=to, note=note)


@signals.command()
@click.argument("number", type=int)
@click.option("--note", required=True, help=f"What is to be said, {NOTE}")
@click.pass_obj
def comment(settings: Settings, number: int, note: str) -> None:
    """Say something about signal NUMBER."""
    _act(settings, number, "comment", note=note)


@signals.command()
@click.argument("number", type=int)
@click.option("--note", required=True, help=f"Why, {NOTE}")
@click.pass_obj
def close(settings: Settings, number: int, note: str) -> None:
    """Close signal NUMBER: the same event is not raised again, another one is."""
    _act(settings, number, "close", note=note)


COMMANDS = (signals,)
