"""What several commands need: the console, the opened house, small tables.

Belongs here: helpers of commands. Does not belong here: commands.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from warehouse.settings import Settings

if TYPE_CHECKING:
    from assets.context import Context
    from assets.refresh import RefreshOutcome

STATE_STYLES = {
    "accepted": "green", "accepted with warnings": "yellow", "accepted in part": "yellow", "rejected": "red", "failed": "bold red",
    "held": "magenta", "withdrawn": "dim",
}  # fmt: skip

WIDEST = 200  # of a line that no terminal bounds
LONGEST_WORD = 60
GAP = 2  # between columns


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
        raise click.ClickException(
            f"there is no warehouse in {settings.home} yet; `common-cause up` makes one, --home names another folder"
        )
    with database_for(settings):
        migrate(settings)
        context = Context.open(settings)
        try:
            yield context
        finally:
            context.engine.dispose()


def refresh(context: Context) -> RefreshOutcome:
    """Works off what is stale, so that a command ends with fresh results; a terminal shows meanwhile how long that takes."""
    from assets.refresh import refresh as work_off

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console(),
        transient=True,
        disable=not console().is_terminal,
    ) as progress:
        progress.add_task("computing results, benchmarks and signals")
        return work_off(context.engine, context.registry, context.now())


def print_table(
    title: str, header: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[str] = (), least: Sequence[str] = ()
) -> None:
    """A table on the console; columns named in ``numbers`` are set to the right.

    No word is broken, so that whatever is to be typed again can be copied. Where that needs more than the terminal's width, columns named in ``least``
    are left out, the first of them first, and that is told; a file or a pipe is as wide as it need be.
    """
    kept = [[_cell(cell) for cell in row] for row in rows]
    every = [Column(name, [row[place] for row in kept], name in numbers) for place, name in enumerate(header)]
    shown, screen = list(every), console()
    for name in least:
        if screen.width >= sum(column.narrowest + GAP for column in shown) - GAP:
            break
        shown = [column for column in shown if column.name != name]
    room = max(WIDEST, screen.width) if _is_free(screen) else screen.width
    widths = _widths(shown, room - GAP * (len(shown) - 1))
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column, width in zip(shown, widths, strict=True):
        table.add_column(column.name, justify="right" if column.is_number else "left", overflow="fold", width=width)
    for cells in zip(*(column.cells for column in shown), strict=True):
        table.add_row(*cells)
    Console(highlight=False, width=max(room, sum(widths) + GAP * len(shown))).print(table)
    if len(shown) < len(every):
        console().print(f"[dim](too narrow for: {', '.join(column.name for column in every if column not in shown)})[/]", soft_wrap=True)


@dataclass(frozen=True)
class Column:
    """A column of a table: its cells as marked-up text."""

    name: str
    cells: list[str]
    is_number: bool

    @property
    def narrowest(self) -> int:
        """Characters of its longest word; a very long one, such as an address, may be broken."""
        words = (len(word) for text in self._texts() for word in text.split())
        return min(max(words, default=0), LONGEST_WORD)

    @property
    def widest(self) -> int:
        return max(len(line) for text in self._texts() for line in (text.splitlines() or [""]))

    def _texts(self) -> list[str]:
        return [self.name, *(Text.from_markup(cell).plain for cell in self.cells)]


def _widths(columns: Sequence[Column], room: int) -> list[int]:
    """A width for each column: its narrowest, and of what room is left an equal share until it is as wide as it wants to be."""
    widths = [column.narrowest for column in columns]
    while wanting := [place for place, column in enumerate(columns) if widths[place] < column.widest]:
        for place in wanting:
            if sum(widths) >= room:
                return widths
            widths[place] += 1
    return widths


def _is_free(screen: Console) -> bool:
    """Whether no terminal and no setting of the reader's says how wide a line may be."""
    return not screen.is_terminal and "COLUMNS" not in os.environ


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
