"""Columns whose values stand under a neighbour's header.

Belongs here: telling a shifted file by what its values look like. Does not belong here: rows with another number of cells
(``delimited``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from assets.reading.cells import cell_parser
from assets.reading.file_rules import FileRule, column_letter
from assets.reading.recognise import Match
from assets.reading.shapes import CellKind, Sheet
from schemas.fields import Field, Kind
from schemas.formats import FORMATS, normalise_nhs_number

SAMPLE_ROWS = 200
MISFIT, FIT = 0.2, 0.8
LEAST_COLUMNS = 3
LEAST_VALUES = 3
Cells = list[tuple[str, int]]


def refuse_shifted(sheet: Sheet, match: Match, received: int) -> None:
    """Raises ``FileRefused`` if several neighbouring columns do not fit their fields but fit those one place away."""
    tests = {i: test for i, column in match.columns.items() if (test := _test(match, column))}
    cells = {i: _sample(sheet, i) for i in range(len(sheet.columns))}
    odd = [i for i in tests if len(cells[i]) >= LEAST_VALUES and _share(cells[i], tests[i]) < MISFIT]
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
    return len(neighbour) >= LEAST_VALUES and _share(neighbour, test) > FIT


def _share(cells: Cells, test: Callable[[str, int], bool]) -> float:
    counted = Counter(cells)
    return sum(count for cell, count in counted.items() if test(*cell)) / len(cells)


def _sample(sheet: Sheet, position: int) -> Cells:
    texts = sheet.columns[position].slice(0, SAMPLE_ROWS).to_pylist()
    kinds = sheet.kinds[position][:SAMPLE_ROWS] if sheet.kinds else [CellKind.TEXT] * len(texts)
    return [(text, int(kind)) for text, kind in zip(texts, kinds, strict=True) if text and text.strip()]


def _test(match: Match, column) -> Callable[[str, int], bool] | None:
    """Whether a cell can be a value of the column's field; None for free text, which everything fits."""
    field = match.dataset.field_by_name.get(column.field)
    if field is None:
        return None
    if field.format in FORMATS:
        return _format_test(field)
    if field.kind is Kind.TEXT:
        return None
    parse = cell_parser(field, column, match.layout, match.dataset)
    allowed = set(field.codes.values) if field.codes else None

    def test(text: str, kind: int) -> bool:
        value, reason = parse(text, kind)
        values = value if isinstance(value, tuple) else (value,)
        # what a spreadsheet has mangled still is a value of this column
        return bool(reason and reason.startswith(("excel", "swapped"))) or (
            reason is None and (allowed is None or allowed.issuperset(values))
        )

    return test


def _format_test(field: Field) -> Callable[[str, int], bool]:
    fits = FORMATS[field.format]
    literals = set(field.codes.values) if field.codes else set()
    return lambda text, kind: text in literals or fits(normalise_nhs_number(text))
