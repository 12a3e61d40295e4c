"""What cells look like: whether they can be values of a column's field.

Belongs here: one column's test, and what the first rows below a header tell by it. Does not belong here: what follows
(``recognise``, ``shifted``), typing (``conform``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from assets.reading.cells import cell_parser
from assets.reading.shapes import CellKind
from schemas.datasets import Dataset
from schemas.fields import Field, Kind
from schemas.formats import FORMATS, normalise_nhs_number
from schemas.layouts import Column, Layout

FIT = 0.8
SAMPLE_ROWS = 30
LEAST_COLUMNS = 3  # that must tell something, before rows without a header are taken for a dataset's
DATED = (Kind.DATE, Kind.DATETIME)
Test = Callable[[str, int], bool]
Grid = Sequence[Sequence[str | None]]


def test_of(column: Column, layout: Layout, dataset: Dataset) -> Test | None:
    """Whether a cell (text, ``CellKind``) can be a value of the column's field; None for free text, which everything fits."""
    field = dataset.field_by_name.get(column.field)
    if field is None:
        return None
    if field.format in FORMATS:
        return _format_test(field)
    if field.kind is Kind.TEXT:
        return None
    parse = cell_parser(field, column, layout, dataset)
    allowed = set(field.codes.values) if field.codes else None

    def test(text: str, kind: int) -> bool:
        value, reason = parse(text, kind)
        values = value if isinstance(value, tuple) else (value,)
        # what a spreadsheet has mangled still is a value of this column
        return bool(reason and reason.startswith(("excel", "swapped"))) or (
            reason is None and (allowed is None or allowed.issuperset(values))
        )

    return test


def _format_test(field: Field) -> Test:
    fits = FORMATS[field.format]
    literals = set(field.codes.values) if field.codes else set()
    return lambda text, kind: text in literals or fits(normalise_nhs_number(text))


def share(cells: Iterable[tuple[str, int]], test: Test) -> float:
    """The share (0 to 1) of ``cells``, of which there must be some, that pass the test."""
    counted = Counter(cells)
    return sum(count for cell, count in counted.items() if test(*cell)) / counted.total()


# ------------------------------------------------------------------------------------------------ the rows below a header
def looks_like_records(grid: Grid, row: int, layout: Layout, dataset: Dataset) -> bool:
    """Whether the cells below ``row`` fit the layout's sentinels by their places, and ``row`` itself is no record."""
    told = 0
    for position in (i for i, column in enumerate(layout.columns) if column.field in layout.sentinels):
        test, below = test_of(layout.columns[position], layout, dataset), _below(grid, row, position)
        if test is None:
            continue
        is_dated = dataset.field_by_name[layout.columns[position].field].kind in DATED
        fits = _of_any_container(test) if is_dated else test
        above = grid[row][position]
        if above and fits(above, CellKind.TEXT):
            return False
        if below and share(below, fits) < FIT:
            return False
        told += bool(below)
    return told > 0


def fitting_columns(grid: Grid, layout: Layout, dataset: Dataset) -> int:
    """How many columns fit the layout's, if the first rows are its records without a header: not wider, nor much narrower (a
    workbook loses empty columns at its end), and nearly all of the cells in their places. Else 0."""
    width = max(map(len, grid[:SAMPLE_ROWS]), default=0)
    if not len(layout.columns) / 2 <= width <= len(layout.columns):
        return 0
    tests = {i: test for i, column in enumerate(layout.columns) if (test := test_of(column, layout, dataset))}
    fits = [share(cells, _of_any_container(test)) >= FIT for i, test in tests.items() if (cells := _below(grid, -1, i))]
    return sum(fits) if len(fits) >= LEAST_COLUMNS and sum(fits) >= FIT * len(fits) else 0


def dates_read(grid: Grid, row: int, columns: dict[int, Column], layout: Layout, dataset: Dataset) -> int:
    """How many dates and instants below ``row`` are written in the layout's formats."""
    dated = {i: c for i, c in columns.items() if c.field in dataset.field_by_name and dataset.field_by_name[c.field].kind in DATED}
    parsers = {i: cell_parser(dataset.field_by_name[c.field], c, layout, dataset) for i, c in dated.items()}
    return sum(parse(text, kind)[0] is not None for i, parse in parsers.items() for text, kind in _below(grid, row, i))


def _below(grid: Grid, row: int, position: int) -> list[tuple[str, int]]:
    cells = (line[position] for line in grid[row + 1 : row + 1 + SAMPLE_ROWS] if len(line) > position)
    return [(cell, int(CellKind.TEXT)) for cell in cells if cell and cell.strip()]


def _of_any_container(test: Test) -> Test:
    """The first rows of a workbook have lost what their cells were: a text may stand for a real date."""

    def fits(text: str, kind: int) -> bool:
        try:
            return test(text, kind) or test(text, CellKind.DATE)
        except ValueError:
            return False

    return fits
