"""XLSX workbook -> table of text.

Belongs here: sheets, and what a cell's number or date becomes as text. Does not belong here: whether the workbook is safe
(``workbook_safety``), the meaning of columns (``recognise``).

A real date becomes ``YYYY-MM-DD``, an instant ``YYYY-MM-DD HH:MM:SS``, a time ``HH:MM:SS``, a whole number its digits; the
cell's kind goes along, so that nobody has to guess which texts the sender typed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from assets.reading.delimited import blank_rows, refuse_too_many
from assets.reading.file_rules import FileRule
from assets.reading.shapes import CellKind, InternalError, Sheet
from assets.reading.workbook_safety import Package, damaged, inflate, open_package

HEAD_ROWS = 150
EXTENT_LIMIT_CELLS = 80_000_000


@dataclass(frozen=True, eq=False)
class Workbook:
    """An open workbook: its worksheets in order, each read when first asked for."""

    package: Package
    opened: CalamineWorkbook
    members: tuple[tuple[str, str], ...]  # (name of the sheet, member of the package)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.members)

    @cached_property
    def grids(self) -> list[list[list[Any]]]:
        """Cells of every sheet as Python values, row 1 and column A first."""
        return [self._grid(name, member) for name, member in self.members]

    def _grid(self, name: str, member: str) -> list[list[Any]]:
        survey = self.package.survey(member)
        if survey.extent > EXTENT_LIMIT_CELLS:
            raise FileRule.UNPACKS.refusal(
                "A sheet has cells far away from its table. Copy the records into a new workbook, or send them as CSV."
            )
        try:
            grid = self.opened.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except (CalamineError, ValueError, OSError):
            raise damaged() from None
        return _with_errors(grid, survey.errors)

    def head_grids(self) -> list[list[list[str | None]]]:
        return [[[text_of(cell)[0] for cell in row] for row in grid[:HEAD_ROWS]] for grid in self.grids]

    def all_rows(self, number: int) -> list[list[str | None]]:
        return [[text_of(cell)[0] for cell in row] for row in self.grids[number]]


def _with_errors(grid: list[list[Any]], errors: dict[tuple[int, int], str]) -> list[list[Any]]:
    """The grid with the errors in their places; grown where they lie outside of it, all rows to one width."""
    if not errors:
        return grid
    height = max(len(grid), *(row for row, _ in errors))
    width = max([len(row) for row in grid[:1]] + [column for _, column in errors])
    grown = [row + [""] * (width - len(row)) for row in grid] + [[""] * width for _ in range(height - len(grid))]
    for (row, column), text in errors.items():
        grown[row - 1][column - 1] = text
    return grown


def open_workbook(content: bytes) -> Workbook:
    """Raises ``FileRefused`` for whatever may not or cannot be opened."""
    package = open_package(content)
    try:
        opened = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError:
        raise FileRule.NOT_PROTECTED.refusal("The workbook is protected by a password. Save it without one.") from None
    except (CalamineError, ValueError, OSError):
        raise damaged() from None
    return Workbook(package, opened, _worksheets(package))


def _worksheets(package: Package) -> tuple[tuple[str, str], ...]:
    """Name and member of each worksheet, in order, from the workbook's own lists."""

    def elements(member: str, tag: str):
        if member not in package.members:
            return []
        tree = ElementTree.fromstring(b"".join(inflate(package.content, package.members[member])))
        return [e for e in tree.iter() if e.tag.rpartition("}")[2] == tag]

    targets = {
        e.get("Id"): e.get("Target", "")
        for e in elements("xl/_rels/workbook.xml.rels", "Relationship")
        if e.get("Type", "").endswith("/worksheet")
    }
    found = []
    for sheet in elements("xl/workbook.xml", "sheet"):
        relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
        target = targets.get(relation)
        if target:
            found.append((sheet.get("name", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"))
    return tuple((name, member) for name, member in found if member in package.members)


def read_sheet(workbook: Workbook, number: int, header_index: int, row_limit: int) -> Sheet:
    """The rows below row ``header_index`` (0-based) of worksheet ``number`` (0-based)."""
    grid = workbook.grids[number]
    width = _width(grid[header_index])
    counted = workbook.package.survey(workbook.members[number][1]).filled_rows
    counted = counted[counted > header_index + 1]
    refuse_too_many(len(counted), row_limit)
    body = grid[header_index + 1 :]
    columns, kinds = zip(*(_column([row[i] for row in body]) for i in range(len(grid[header_index]))), strict=True)
    kept = ~blank_rows(columns)
    numbers = np.flatnonzero(kept) + header_index + 2
    if not np.array_equal(numbers, counted):
        raise InternalError("the reader and the count of the sheet's rows disagree")
    odd = _misshapen(columns[width:], kept, numbers, body)
    fits = kept & ~np.isin(np.arange(len(body)) + header_index + 2, list(odd))
    mask = pa.array(fits)
    header = tuple(text_of(cell)[0] or "" for cell in grid[header_index][:width])
    texts = tuple(column.filter(mask) for column in columns[:width])
    return Sheet(
        header, header_index + 1, texts, np.flatnonzero(fits) + header_index + 2, counted, odd, tuple(k[fits] for k in kinds[:width])
    )


def _width(header: Sequence[Any]) -> int:
    """Columns up to the last that has a header."""
    return max(i for i, cell in enumerate(header) if text_of(cell)[0]) + 1


def _misshapen(beyond: Sequence[pa.Array], kept: np.ndarray, numbers: np.ndarray, body: list[list[Any]]) -> dict[int, tuple[str, ...]]:
    """Rows with a value right of the last header."""
    if not beyond:
        return {}
    first = numbers[0] - np.flatnonzero(kept)[0] if len(numbers) else 0
    longer = np.flatnonzero(kept & ~blank_rows(beyond))
    return {int(i + first): tuple(text_of(cell)[0] or "" for cell in body[i]) for i in longer}


def _column(cells: list[Any]) -> tuple[pa.Array, np.ndarray]:
    pairs = [text_of(cell) for cell in cells]
    return pa.array([text for text, _ in pairs], type=pa.string()), np.fromiter(
        (kind for _, kind in pairs), dtype=np.int8, count=len(pairs)
    )


# ------------------------------------------------------------------------------------------------ cells
def text_of(cell: Any) -> tuple[str | None, int]:
    """The cell as text (None if empty) and its ``CellKind``."""
    write, kind = _WRITERS[type(cell)]
    return write(cell) or None, kind


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def _instant(value: datetime) -> str:
    return value.isoformat(sep=" ", timespec="seconds")


def _duration(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


_WRITERS: dict[type, tuple[Callable[[Any], str], int]] = {
    str: (str, CellKind.TEXT),
    float: (_number, CellKind.NUMBER),
    int: (str, CellKind.NUMBER),
    bool: (lambda value: "TRUE" if value else "FALSE", CellKind.BOOLEAN),
    datetime: (_instant, CellKind.DATE),
    date: (date.isoformat, CellKind.DATE),
    time: (lambda value: value.isoformat(timespec="seconds"), CellKind.TIME),
    timedelta: (_duration, CellKind.TIME),
    type(None): (str, CellKind.TEXT),
}
