"""A sheet whose columns are organisations and whose labelled rows are attributes and measures.

Belongs here: ``Transpose``. Does not belong here: any sheet's labels (the layout), types (``assets.reading.conform``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from assets.reading.reshaped import Grid, Making, Reshaped, cell_at, has_cell, listed, number_of, plain, refuse
from assets.reading.sheet_cells import COLUMN_FACTOR, SheetCells
from schemas.datasets import Dataset
from schemas.layouts import Layout, Transpose, TransposedRow

LABELS_WITHIN = 3  # columns in which the labels are looked for


def transpose(grid: Grid, layout: Layout, dataset: Dataset, period: tuple[date, str] | None) -> Reshaped:
    """One record for each organisation and measure that has a cell, named by column x 1000 + row."""
    rules: Transpose = layout.reshape
    making = Making()
    place, found = labels_of(grid, rules)
    columns = [column for column in range(place + 1, max(map(len, grid), default=0)) if any(cell_at(row, column) for row in grid)]
    if len(grid) >= COLUMN_FACTOR:
        raise refuse(
            "LAY5", "the_sheet_is_no_longer_than_declared", f"A sheet of this kind has fewer than {COLUMN_FACTOR} rows.", len(columns)
        )
    _check_rows(grid, rules, place, found, making, len(columns))
    shared = {**_period(rules, layout, period, len(columns)), **dict(rules.constants)}
    present = [(row, found[plain(row.label)][0]) for row in rules.rows if plain(row.label) in found]
    making.cells = _cells(grid, columns, rules, place, present)
    for column in columns:
        _add_column(making, grid, column, rules, present, shared)
    return making.done(dataset, tuple(column + 1 for column in columns), len(columns))


def labels_of(grid: Grid, rules: Transpose) -> tuple[int, dict[str, list[int]]]:
    """The place of the labels' column, and the grid's rows of each label that it holds."""
    known = {plain(row.label) for row in rules.rows}

    def labels_at(place: int) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for number, row in enumerate(grid):
            rows.setdefault(plain(cell_at(row, place)), []).append(number)
        return rows

    places = [(place, labels_at(place)) for place in range(LABELS_WITHIN)]
    return max(places, key=lambda found: len(known & set(found[1])))


def _check_rows(grid: Grid, rules: Transpose, place: int, found: Mapping[str, list[int]], making: Making, received: int) -> None:
    known = {plain(label) for label in (*(row.label for row in rules.rows), *rules.ignored)}
    missing = [row for row in rules.rows if plain(row.label) not in found and not row.is_optional]
    if any(row.field for row in missing):
        advice = f"The first column needs the rows {listed(row.label for row in missing if row.field)}."
        raise refuse("LAY3", "the_rows_of_the_layout_are_there", advice, received)
    if any(len(found.get(plain(row.label), ())) > 1 for row in rules.rows):
        raise refuse("LAY4", "every_label_stands_once", "A label of the first column stands in several rows. Keep one of them.", received)
    for row in missing:
        making.warn("LAY3", "the_rows_of_the_layout_are_there", f"There is no row '{row.label}'; nothing is known of it from this sheet.")
    for label, numbers in found.items():
        for number in numbers if label not in known else ():
            if has_cell(grid[number][place + 1 :]):
                making.warn(
                    "LAY6", "every_labelled_row_is_known", "The layout does not know the row's label; its cells are not taken.", number + 1
                )


def _add_column(
    making: Making, grid: Grid, column: int, rules: Transpose, present: Sequence[tuple[TransposedRow, int]], shared: Mapping
) -> None:
    """The records of one organisation: one for each measure that has a cell."""
    attributes = {row.field: _attribute(cell_at(grid[number], column), row) for row, number in present if row.field}
    for row, number in present:
        cell = cell_at(grid[number], column)
        if row.measure and cell:
            record = (column + 1) * COLUMN_FACTOR + number + 1
            making.records[record] = {**attributes, **shared, rules.measure_field: row.measure, **_score(cell, row, rules)}
            making.units[record] = (column + 1,)


def _cells(grid: Grid, columns: Sequence[int], rules: Transpose, place: int, present: Sequence[tuple[TransposedRow, int]]) -> SheetCells:
    row_of_field = {row.field: number + 1 for row, number in present if row.field}
    named = row_of_field[rules.organisation_field] - 1
    labels = {number + 1: " ".join((cell_at(grid[number], place) or "").split()) for _, number in present}
    return SheetCells(labels, {column + 1: cell_at(grid[named], column) or "" for column in columns}, row_of_field)


def _attribute(cell: str | None, row: TransposedRow) -> str | None:
    return re.sub(r"\.[0-9]+$", "", cell) if cell and row.is_numbered else cell


def _score(cell: str, row: TransposedRow, rules: Transpose) -> dict[str, str | None]:
    """Value, published text and reason of one cell. A text that is not declared becomes no reason, so the record is set aside."""
    reason = dict(rules.reasons).get(cell)
    if row.is_level:
        return {rules.value_field: dict(rules.levels).get(cell), rules.level_field: cell, rules.reason_field: reason}
    return {rules.value_field: None if reason else _share_of_percent(cell), rules.level_field: None, rules.reason_field: reason}


def _share_of_percent(cell: str) -> str:
    number = number_of(cell[:-1].strip()) if cell.endswith("%") else None
    return cell if number is None else format(number / 100, "f")


def _period(rules: Transpose, layout: Layout, period: tuple[date, str] | None, received: int) -> dict[str, str]:
    if period is None:
        named = " or give the file the name it was published under" if rules.period_name else ""
        advice = f"State the first and last day of a month, quarter or year in a manifest{named}."
        raise refuse("PER1", "the_period_of_the_sheet_is_known", advice, received)
    start, grain = period
    return {rules.period_field: start.strftime(layout.date_formats[0]), rules.grain_field: grain}
