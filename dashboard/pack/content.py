"""What stands in a board pack: plain data, ready to be set.

Belongs here: shapes. Does not belong here: reading (``dashboard.pack.chapters``), wording (``dashboard.pack.sentences``), how it looks (``pack.typ``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Statement:
    """Something said: ``icon`` of the dashboard's, ``lead`` is what it is about."""

    icon: str
    lead: str
    text: str


@dataclass(frozen=True)
class Section:
    """Statements under a heading; ``empty`` is said where there are none, ``more`` how many found no room."""

    heading: str
    statements: Sequence[Statement]
    empty: str = ""
    more: int = 0


@dataclass(frozen=True)
class Chart:
    """``alternative`` says in words what the SVG shows; ``badge`` is an icon with its word."""

    title: str
    svg: str
    alternative: str
    text: str
    notes: Sequence[str] = ()
    badge: tuple[str, str] | None = None


@dataclass(frozen=True)
class Table:
    """``icons``: one a row, with its word, or none at all. The first column names the row; ``numbers`` are set to the right."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()
    icons: Sequence[tuple[str, str]] = ()
    note: str = ""


@dataclass(frozen=True)
class Chapter:
    """A pathway of the provider."""

    pathway: str
    summary: str
    data_to: str
    sections: Sequence[Section]
    headline: Table
    charts: Sequence[Chart]
    place: Table
    mortality: Sequence[Statement]
    timeline: Chart | None
    actions: Sequence[Section]
    versions: str


@dataclass(frozen=True)
class Pack:
    """The document. ``data_at``: when the data had been computed; UTC like ``made_at``."""

    provider: str
    chapters: Sequence[Chapter]
    data_at: datetime | None
    made_at: datetime
