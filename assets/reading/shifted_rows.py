"""Rows whose values stand under their neighbours' headers, in a file that has not shifted as a whole.

Belongs here: telling them by what their values look like. Does not belong here: whole files (``shifted``), rows with another number of
cells (``delimited``). One finding tells of such a row: what each of its cells would be taken for is no news (``assets.work``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from assets.reading.conform import Conformed, conform
from assets.reading.file_rules import FileRule, column_letter
from assets.reading.likeness import test_of
from assets.reading.shapes import CellKind, ReadFile
from assets.reading.shifted import Stretch, moved_stretch
from quality_checks.findings import Finding

LEAST_MOVED = 4  # columns that fit beside and not in place; one row tells less than many
LEAST_UNREADABLE = 2  # cells, for a row to be looked at more closely
MOST_ROWS = 2_000  # that are looked at: of what is wrong everywhere each cell is told
Cells = Sequence[tuple[str, int]]
Tests = Mapping[int, Callable[[str, int], bool]]


def typed(read: ReadFile) -> tuple[ReadFile, Conformed]:
    """The file with what typing tells of its rows, and the typed rows: what a check and a submission judge alike."""
    conformed = conform(read)
    return _with_shifted_rows(read, conformed), conformed


def _with_shifted_rows(read: ReadFile, conformed: Conformed) -> ReadFile:
    """The file with a finding for each row of which several neighbouring values would fit one column away, and do not where they stand."""
    rows = _unreadable_rows(conformed)[:MOST_ROWS]
    if read.source is None or read.units is not None or not len(rows):
        return read
    columns = {i: read.column_of(name) for i, name in read.source.field_of_header.items()}
    tests = {
        i: lru_cache(maxsize=None)(test) for i, column in sorted(columns.items()) if (test := test_of(column, read.layout, read.dataset))
    }
    looked_at = [(row, *_moved(cells, tests)) for row, cells in _cells_of(read, rows)]
    found = [_finding(read, row, stretch, direction) for row, stretch, direction in looked_at if len(stretch.moved) >= LEAST_MOVED]
    return read.with_findings((*read.findings, *found)) if found else read


def _unreadable_rows(conformed: Conformed) -> np.ndarray:
    """Numbers of the rows with several cells that could not be read."""
    unreadable = np.zeros(len(conformed.frame), dtype=np.int64)
    for reasons in conformed.problems.values():
        unreadable += reasons.notna().to_numpy()
    return conformed.frame.index.to_numpy()[unreadable >= LEAST_UNREADABLE]


def _cells_of(read: ReadFile, rows: np.ndarray) -> list[tuple[int, Cells]]:
    """(row number, text and kind of each of its cells)."""
    place_of_row = dict(zip(read.row_numbers.tolist(), range(len(read.row_numbers)), strict=True))
    kinds = [read.kinds.get(read.source.field_of_header.get(i)) for i in range(len(read.source.header))]
    return [
        (row, [(text, int(CellKind.TEXT if kind is None else kind[place_of_row[row]])) for text, kind in zip(texts, kinds, strict=True)])
        for row, texts in read.source.rows_of(rows).items()
    ]


def _moved(cells: Cells, tests: Tests) -> tuple[Stretch, str]:
    in_place = {i: _fit(cells, i, test) for i, test in tests.items()}
    return moved_stretch(in_place, lambda step: {i: _fit(cells, i + step, test) for i, test in tests.items()})


def _fit(cells: Cells, position: int, test: Callable[[str, int], bool]) -> int:
    if not 0 <= position < len(cells) or not cells[position][0].strip():
        return 0
    return 1 if test(*cells[position]) else -1


def _finding(read: ReadFile, row: int, stretch: Stretch, direction: str) -> Finding:
    """At the first column that surely moved. Rows that broke there share their words, so that a receipt tells them together."""
    first = stretch.moved[0]
    happened = "added" if direction == "right" else "lost"
    return FileRule.ROW_NOT_SHIFTED.finding(
        f"From column {column_letter(first)} on, if not before, the values of this row stand one column to the {direction} of their headers: "
        f"a cell was {happened} on the way there. Line the row up again. Only then can its values be judged.",
        row_number=row,
        field_name=read.source.field_of_header[first],
    )
