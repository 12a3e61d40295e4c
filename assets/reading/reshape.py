"""Sheets whose rows are not records: recognising them and making records of them, as their layout declares.

Belongs here: the choice of the kind. Does not belong here: any sheet's or pathway's name, bytes and delimiters
(``assets.reading``), types (``assets.reading.conform``).

What was *received* are the sheet's own units: the rows under the header of a sheet to be summed, the columns of a transposed one.
``Units`` knows the units behind each record, so that every unit gets exactly one outcome and the counts add up.
A record that is not one row of the file has a number that leads back to its place: the first row of a group; of a transposed
sheet column x 1000 + row (5024 is column 5, row 24).
"""

from __future__ import annotations

from assets.reading.grouping import group_and_sum, header_row
from assets.reading.manifest import Manifest
from assets.reading.periods import named_period, stated_period
from assets.reading.reshaped import Grid, Reshaped, Units, plain
from assets.reading.transposing import labels_of, transpose
from schemas.datasets import Dataset
from schemas.layouts import GroupAndSum, Layout

__all__ = ["Grid", "Reshaped", "Units", "fits", "reshape"]


def fits(grid: Grid, layout: Layout) -> bool:
    """Whether the sheet is of this layout: it has the header, or the labels that every such sheet has."""
    if isinstance(layout.reshape, GroupAndSum):
        return header_row(grid, layout) is not None
    rows = labels_of(grid, layout.reshape)[1]
    needed = [plain(row.label) for row in layout.reshape.rows if row.field and not row.is_optional]
    measured = [plain(row.label) for row in layout.reshape.rows if row.measure and not row.is_optional]
    return all(label in rows for label in needed) and 2 * sum(label in rows for label in measured) >= len(measured)


def reshape(grid: Grid, layout: Layout, dataset: Dataset, manifest: Manifest | None = None, file_name: str | None = None) -> Reshaped:
    """Records of a sheet, as ``layout.reshape`` declares; ``grid`` holds every row of the sheet, blank ones too.

    The period of a transposed sheet is the manifest's, else the one that ``file_name`` tells; the name goes nowhere else.
    Raises ``FileRefused`` where the sheet lacks what every record needs.
    """
    if isinstance(layout.reshape, GroupAndSum):
        return group_and_sum(grid, layout, dataset)
    return transpose(grid, layout, dataset, stated_period(manifest) or named_period(file_name, layout.reshape.period_name))
