"""``outliers list``, ``outliers show``, ``outliers advance``: the network's office works on period outliers.

Belongs here: what is typed and told. Does not belong here: the workflow (``schemas.outlier_workflow``, ``assets.outlier_moves``).
"""

from __future__ import annotations

from datetime import date

import click

from pipelines.cli.shared import actor, opened, plain_code, print_table, say
from schemas.outlier_workflow import STATES
from warehouse.settings import Settings


@click.group()
def outliers() -> None:
    """Period outliers: whose closed quarter or year lay beyond a policy limit, and what becomes of it."""


@outliers.command("list")
@click.option("--pathway", help="Name of one pathway.")
@click.option("--organisation", callback=lambda c, o, v: v and plain_code(c, o, v), help="Code of one organisation.")
@click.option("--all", "everything", is_flag=True, help="Closed, published and positive ones too.")
@click.pass_obj
def list_outliers(settings: Settings, pathway: str | None, organisation: str | None, everything: bool) -> None:
    """List the outliers that somebody has to work on, those first that are due first."""
    from assets.outlier_moves import outliers as read

    with opened(settings) as context, context.engine.connect() as connection:
        today = context.now().date()
        rows = [_listed(row, today) for row in read(connection, pathway, organisation, everything)]
    header = ("number", "organisation", "measure", "period", "level", "observed", "expected", "state", "whose move", "due")
    print_table("Period outliers", header, rows or [(None, "none", *[None] * 8)], numbers=("number", "observed", "expected"))


def _listed(row, today: date) -> tuple:
    period = f"{row.period_grain} from {row.period_start.isoformat()}"
    due = _due(row.due_on, today) if row.due_on else None
    return (row.period_outlier_id, row.organisation_code, row.measure_name, period, row.level, _number(row.observed, 0), _number(row.expected, 1), row.state,
            STATES[row.state].who, due)  # fmt: skip


def _due(due_on: date, today: date) -> str:
    from assets.working_days import working_days_between

    left = working_days_between(today, due_on)
    days = f"{abs(left)} working {'day' if abs(left) == 1 else 'days'}"
    return f"{due_on.isoformat()} ({f'{days} late' if left < 0 else f'in {days}' if left else 'today'})"


def _number(value: float | None, decimals: int) -> str | None:
    return None if value is None else f"{value:,.{decimals}f}"


@outliers.command()
@click.argument("number", type=int)
@click.pass_obj
def show(settings: Settings, number: int) -> None:
    """Show outlier NUMBER: its evaluations, its history, and what may follow."""
    from assets.outlier_moves import told

    with opened(settings) as context, context.engine.connect() as connection:
        (outlier,), evaluations, events = told(connection, number)
    state = STATES[outlier.state]
    say(
        f"outlier {number}: {outlier.organisation_code}, {outlier.measure_name}, {outlier.period_grain} from {outlier.period_start.isoformat()}"
    )
    say(f"state: {state.name}; {state.who}: {state.does}" + (f", by {outlier.due_on.isoformat()}" if outlier.due_on else ""))
    if state.leads_to:
        say(f"may become: {', '.join(state.leads_to)}")
    judged = [
        (_moment(e.evaluated_at), e.level, _number(e.observed, 0), _number(e.denominator, 0), _number(e.expected, 1), _number(e.statistic, 2),
         _number(e.limit_crossed, 3), e.basis, e.measure_version, e.model_version, e.as_of_submission)
        for e in evaluations
    ]  # fmt: skip
    header = (
        "judged",
        "level",
        "observed",
        "of",
        "expected",
        "distance",
        "limit crossed",
        "beside",
        "measure version",
        "model",
        "data up to",
    )
    print_table("Evaluations", header, judged)
    print_table(
        "History",
        ("when", "event", "state", "due", "who", "note"),
        [(_moment(e.happened_at), e.event, e.to_state, e.due_on, e.actor, e.note) for e in events],
    )


def _moment(at) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


@outliers.command()
@click.argument("number", type=int)
@click.argument("state", type=click.Choice(list(STATES)))
@click.option("--note", required=True, help="Why, for the history. Never anything of a patient.")
@click.pass_obj
def advance(settings: Settings, number: int, state: str, note: str) -> None:
    """Move outlier NUMBER into STATE."""
    from assets.outlier_moves import advance as move
    from assets.outlier_moves import told

    with opened(settings) as context:
        with context.engine.begin() as connection:
            entered = move(connection, number, state, actor=actor(), note=note, now=context.now())
        with context.engine.connect() as connection:
            (outlier,), _, _ = told(connection, number)
    by = f", by {outlier.due_on.isoformat()}" if outlier.due_on else ""
    say(f"outlier {number} is {entered.name}; {entered.who}: {entered.does}{by}")


COMMANDS = (outliers,)
