"""Columns whose values stand under a neighbour's header.

Belongs here: telling a shifted file by what its values look like. Does not belong here: rows with another number of cells
(``delimited``).
"""

from __future__ import annotations

from collections.abc import Callable

from assets.reading.file_rules import FileRule, column_letter
from assets.reading.likeness import FIT, share, test_of
from assets.reading.recognise import Match
from assets.reading.shapes import CellKind, Sheet

SAMPLE_ROWS = 200
MISFIT = 0.2
LEAST_COLUMNS = 3
LEAST_VALUES = 3
Cells = list[tuple[str, int]]


def refuse_shifted(sheet: Sheet, match: Match, received: int) -> None:
    """Raises ``FileRefused`` if several neighbouring columns do not fit their fields but fit those one place away."""
    tests = {i: test for i, column in match.columns.items() if (test := test_of(column, match.layout, match.dataset))}
    cells = {i: _sample(sheet, i) for i in range(len(sheet.columns))}
    odd = [i for i in tests if len(cells[i]) >= LEAST_VALUES and share(cells[i], tests[i]) < MISFIT]
    for step in (1, -1):
        moved = [i for i in odd if _fits_beside(tests[i], cells.get(i + step, []))]
        if len(moved) >= LEAST_COLUMNS:
            direction = "right" if step > 0 else "left"
            first = column_letter(min(moved))
            raise FileRule.NOT_SHIFTED.refusal(
                f"From about column {first} on, the values stand one column to the {direction} of their headers ({len(moved)} columns). A column was added or lost: line headers and values up again.",
                received,
            )


def _fits_beside(test: Callable[[str, int], bool], neighbour: Cells) -> bool:
    return len(neighbour) >= LEAST_VALUES and share(neighbour, test) > FIT


def _sample(sheet: Sheet, position: int) -> Cells:
    texts = sheet.columns[position].slice(0, SAMPLE_ROWS).to_pylist()
    kinds = sheet.kinds[position][:SAMPLE_ROWS] if sheet.kinds else [CellKind.TEXT] * len(texts)
    return [(text, int(kind)) for text, kind in zip(texts, kinds, strict=True) if text and text.strip()]
