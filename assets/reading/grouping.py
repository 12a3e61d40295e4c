"""Rows that agree in some columns become one record, their numbers added.

Belongs here: ``GroupAndSum``. Does not belong here: what the columns mean (the layout), types (``assets.reading.conform``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from assets.reading.file_rules import some_rows
from assets.reading.reshaped import Grid, Making, Reshaped, cell_at, has_cell, listed, number_of, plain, refuse
from schemas.datasets import Dataset
from schemas.layouts import GroupAndSum, Layout

HEADER_WITHIN = 30  # rows in which the header is looked for


def group_and_sum(grid: Grid, layout: Layout, dataset: Dataset) -> Reshaped:
    """One record for each group of rows, named by the group's first row."""
    rules: GroupAndSum = layout.reshape
    header = header_row(grid, layout)
    if header is None:
        raise refuse(
            "LAY1", "the_columns_of_the_layout_are_there", f"The header needs the columns {listed(c.header for c in layout.columns)}."
        )
    rows = {number: row for number, row in enumerate(grid[header + 1 :], start=header + 2) if has_cell(row)}
    making = Making()
    inputs = _inputs(grid[header], rows, layout, making)
    repeated = _repeated(inputs, rules, making)
    for members in _groups(inputs, rules).values():
        _add_group(making, {number: inputs[number] for number in members}, repeated, layout, dataset)
    return making.done(dataset, tuple(inputs), len(rows))


def header_row(grid: Grid, layout: Layout) -> int | None:
    wanted = {plain(column.header) for column in layout.columns}
    return next((i for i, row in enumerate(grid[:HEADER_WITHIN]) if wanted <= {plain(cell) for cell in row}), None)


def _inputs(header: Sequence[str | None], rows: Mapping[int, Sequence], layout: Layout, making: Making) -> dict[int, dict[str, str | None]]:
    """Cells of each row by the names of the layout's columns, codes translated."""
    places = {plain(cell): place for place, cell in reversed(list(enumerate(header)))}
    known = {plain(name) for name in (*(c.header for c in layout.columns), *layout.reshape.ignored)}
    for place, cell in enumerate(header, start=1):
        if plain(cell) and plain(cell) not in known:
            making.warn("LAY2", "every_column_is_known", f"Column {place} is not one of the layout's; it is not taken.")
    columns = [(c.field, places[plain(c.header)], dict(c.codes)) for c in layout.columns]
    read = {number: [(name, cell_at(row, place), spelled) for name, place, spelled in columns] for number, row in rows.items()}
    return {number: {name: spelled.get(cell, cell) for name, cell, spelled in cells} for number, cells in read.items()}


def _repeated(inputs: Mapping[int, dict], rules: GroupAndSum, making: Making) -> set[int]:
    """Rows that share ``unique`` with an earlier row: adding them would count them twice."""
    seen: set[tuple] = set()
    repeated: set[int] = set()
    for number, cells in inputs.items() if rules.unique else ():
        key = tuple(cells[name] for name in rules.unique)
        if key in seen:
            repeated.add(number)
            making.set_aside(
                "SUM1",
                "no_row_is_sent_twice",
                "The row repeats an earlier one with which it would be added up. Delete one of them.",
                number,
            )
        seen.add(key)
    return repeated


def _groups(inputs: Mapping[int, dict], rules: GroupAndSum) -> dict[tuple, list[int]]:
    groups: dict[tuple, list[int]] = {}
    for number, cells in inputs.items():
        groups.setdefault(tuple(cells[name] for name in rules.by), []).append(number)
    return groups


def _add_group(making: Making, members: Mapping[int, dict], repeated: set[int], layout: Layout, dataset: Dataset) -> None:
    """One record; none where a row cannot be added, for a sum without it would be another number: then the whole group is set aside."""
    rules: GroupAndSum = layout.reshape
    unfit = [(number, name) for name in rules.sum for number in _not_added(members, name, dataset)]
    faulty = {number for number, _ in unfit} | repeated & set(members)
    if faulty:
        _set_aside(making, members, unfit, faulty)
        return
    sums = {name: sum((number_of(cells[name]) for cells in members.values()), Decimal(0)) for name in rules.sum}
    for name, minuend, subtrahend in rules.computed:
        sums[name] = sums[minuend] - sums[subtrahend]
    first, texts = next(iter(members)), {name: format(value, "f") for name, value in sums.items()}
    making.records[first] = {**{name: members[first][name] for name in rules.by}, **texts, **dict(rules.constants)}
    making.units[first] = tuple(members)


def _not_added(members: Mapping[int, dict], name: str, dataset: Dataset) -> list[int]:
    """The rows whose cell is no number, or one below what the field allows."""
    lowest = dataset.field_by_name[name].minimum if name in dataset.field_by_name else None
    numbers = {number: number_of(cells[name]) for number, cells in members.items()}
    return [n for n, value in numbers.items() if value is None or (lowest is not None and value < Decimal(str(lowest)))]


def _set_aside(making: Making, members: Mapping[int, dict], unfit: Sequence[tuple[int, str]], faulty: set[int]) -> None:
    """Each row of the group is told why: the ones at fault by their cells, the others by those."""
    for number, name in unfit:
        making.set_aside(
            "SUM2", "what_is_summed_is_a_number", "The cell is to be added and is empty, no number or below zero. Correct it.", number, name
        )
    advice = f"Nothing is wrong with this row, but it is added up with {some_rows(sorted(faulty))}, which cannot be added. Send all of them again once that is corrected."
    for number in members:
        if number not in faulty:
            making.set_aside("SUM3", "all_rows_of_a_sum_can_be_added", advice, number)
