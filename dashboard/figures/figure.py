"""A figure: a chart with its words, its numbers as a table, and an address of its own.

Belongs here: its shape, and its numbers as CSV. Does not belong here: any one figure.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup

RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Cell:
    """What stands in a table and what of it goes into the CSV: ``shown`` for people, ``value`` for machines (None: the same); ``address`` where it leads."""

    shown: str
    value: str | float | None = None
    address: str | None = None
    mark: str = ""  # a class of the style sheet


@dataclass(frozen=True)
class Figure:
    """``kind`` and ``parts`` are its address; ``summary`` says in a sentence what it shows; ``notes`` what one must know beside; ``actions`` what is numbered on it."""

    kind: str
    parts: tuple[str, ...]
    title: str
    summary: str
    svg: Markup | None
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    subtitle: str = ""
    notes: tuple[str, ...] = ()
    numbered: tuple[tuple[int, str, str], ...] = ()  # number, what it is, address
    source: str = ""  # measure version, policy, method
    data_at: datetime | None = None
    more: str | None = None  # where to read on
    badge: tuple[str, str] | None = None  # class, word: improvement, concern ...

    @property
    def address(self) -> str:
        return "/".join(("/figure", self.kind, *(quote(part, safe="") for part in self.parts)))

    @property
    def name(self) -> str:
        """For the file of a download, and the element on the page."""
        return "-".join((self.kind, *self.parts)).replace("_", "-").lower()

    def csv(self) -> str:
        """Its numbers; text that a spreadsheet would run is neutralised."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([_harmless(said) for said in self.columns])
        writer.writerows([[_plain(cell) for cell in row] for row in self.rows])
        return out.getvalue()


def _plain(cell: Cell) -> str | float:
    if isinstance(cell.value, (int, float)):
        return cell.value
    return _harmless(cell.value if cell.value is not None else cell.shown)


def _harmless(said: str) -> str:
    return f"'{said}" if said.startswith(RUN_BY_SPREADSHEETS) else said


def number(value: float | None, shown: str, **more) -> Cell:
    """A number as it is, empty in the CSV where there is none."""
    return Cell(shown, "" if value is None else value, **more)
