"""Where the records of a transposed sheet stand, in the words of a spreadsheet.

Belongs here: from a record's number and a field to the sheet's own cell, its label and its organisation. Does not belong here: making the
records (``transposing``), telling the places (``quality_checks.receipt``).
Labels and names are the sender's own texts: they go to the sender's receipt and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assets.reading.file_rules import column_letter

COLUMN_FACTOR = 1000  # a record of a transposed sheet is named by column x 1000 + row


@dataclass(frozen=True)
class SheetCell:
    """One cell: ``row`` and ``column`` from 1, the ``label`` of its row, and the ``name`` of the organisation whose column it is."""

    row: int
    column: int
    label: str
    name: str

    @property
    def address(self) -> str:
        """As a spreadsheet names it: ``C4``."""
        return f"{column_letter(self.column - 1)}{self.row}"


@dataclass(frozen=True)
class SheetCells:
    """``labels``: row -> its label; ``names``: column -> its organisation; ``row_of_field``: the rows that tell an attribute of the column."""

    labels: Mapping[int, str]
    names: Mapping[int, str]
    row_of_field: Mapping[str, int]

    def cell(self, number: int, field_name: str | None) -> SheetCell | None:
        """Where a record's field stands: in the row of the attribute, else in the record's own cell. None for a number that is no record's."""
        column, row = divmod(number, COLUMN_FACTOR)
        if not column:
            return None
        row = self.row_of_field.get(field_name, row)
        return SheetCell(row, column, self.labels.get(row, ""), self.names.get(column, ""))
