"""What several commands need: the console, the opened house, small tables.

Belongs here: helpers of commands. Does not belong here: commands.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from warehouse.settings import Settings

if TYPE_CHECKING:
    from assets.context import Context

STATE_STYLES = {
    "accepted": "green", "accepted with warnings": "yellow", "accepted in part": "yellow", "rejected": "red", "failed": "bold red",
    "held": "magenta", "withdrawn": "dim",
}  # fmt: skip


def console() -> Console:
    return Console(highlight=False)


def say(line: str) -> None:
    """A line as it is: no markup, and not broken where the terminal ends."""
    console().print(line, markup=False, soft_wrap=True)


@contextmanager
def opened(settings: Settings) -> Iterator[Context]:
    """The house, with its database up to date; an embedded server that was down is stopped afterwards."""
    from assets.context import Context
    from pipelines.services import database_for
    from warehouse.migrate import migrate

    if not settings.database_url and not settings.server_data.is_dir():
        raise click.ClickException(f"there is no warehouse in {settings.home} yet; `common-cause up` makes one, --home names another folder")
    with database_for(settings):
        migrate(settings)
        context = Context.open(settings)
        try:
            yield context
        finally:
            context.engine.dispose()


def refresh(context: Context) -> None:
    """Works off what is stale, so that a command ends with fresh results."""
    from assets.refresh import refresh as work_off

    work_off(context.engine, context.registry, context.now())


def print_table(title: str, header: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[str] = ()) -> None:
    """A table on the console; columns named in ``numbers`` are set to the right."""
    shown = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for name in header:
        shown.add_column(name, justify="right" if name in numbers else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(_cell(cell) for cell in row))
    console().print(shown)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    style = STATE_STYLES.get(str(value))
    return f"[{style}]{value}[/]" if style else str(value).replace("[", r"\[")


def plain_code(context: click.Context, option: click.Parameter, given: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """A code, or several, as typed; whatever could lead out of a folder is none. For ``callback=`` of an option."""
    for code in (given,) if isinstance(given, str) else given or ():
        if not code or Path(code).name != code or code.startswith("."):
            raise click.ClickException(f"{code!r} is no code of a sender; give the organisation's code, such as RH8")
    return given


def actor() -> str:
    """Who types, for the log of effects."""
    try:
        return f"{getpass.getuser()} by the command line"
    except (KeyError, OSError):
        return "somebody by the command line"
