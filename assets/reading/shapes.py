"""What reading hands on: the table of text with its declarations, and the sender's own table beside it.

Belongs here: the shapes that pass between the steps of reading and out of it. Does not belong here: any step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from quality_checks.findings import Finding
from schemas.datasets import Dataset
from schemas.layouts import Column, Layout

if TYPE_CHECKING:
    from assets.reading.reshaped import Units
    from assets.reading.sheet_cells import SheetCells


class InternalError(RuntimeError):
    """The house contradicts itself (two counts of the same rows differ). Never the sender's fault; holds no value."""


class CellKind(IntEnum):
    """What a workbook's cell was before it became text."""

    TEXT = 0
    NUMBER = 1
    DATE = 2  # a real date or instant, whatever it looked like
    TIME = 3
    BOOLEAN = 4


@dataclass(frozen=True)
class Sheet:
    """A table of text as it lies in the container, before anything is known of its meaning.

    ``columns`` hold one string or null for each of ``row_numbers`` (1-based rows of the file); ``header`` are the texts of row
    ``header_row``. ``kinds`` (workbooks only) gives a ``CellKind`` a cell, one array a column. ``misshapen`` are the rows with
    another number of cells than the header. ``counted_rows`` are the rows that the independent count found to hold something.
    """

    header: tuple[str, ...]
    header_row: int
    columns: tuple[pa.Array, ...]
    row_numbers: np.ndarray
    counted_rows: np.ndarray
    misshapen: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    kinds: tuple[np.ndarray, ...] | None = None


@dataclass(frozen=True, eq=False)
class SourceTable:
    """The sender's own header and rows, misshapen ones included, for the annotated workbook.

    ``field_of_header`` tells which field a column (0-based position) was read as. Rows are made when they are asked for.
    """

    header: tuple[str, ...]
    header_row: int
    field_of_header: Mapping[int, str]
    columns: tuple[pa.Array, ...] = ()
    parsed_row_numbers: Sequence[int] = ()
    misshapen: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def row_numbers(self) -> tuple[int, ...]:
        return tuple(sorted([*map(int, self.parsed_row_numbers), *self.misshapen]))

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """One tuple of texts a row, in the order of ``row_numbers``; an empty cell is the empty text."""
        return list(self.rows_of(self.row_numbers).values())

    def rows_of(self, numbers: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """Row number -> its texts, in the order asked for. Few rows of a large file cost little."""
        asked = np.fromiter(numbers, dtype=np.int64)
        parsed = np.asarray(self.parsed_row_numbers, dtype=np.int64)
        wanted = np.flatnonzero(np.isin(parsed, asked))
        texts = [["" if cell is None else cell for cell in column.take(pa.array(wanted)).to_pylist()] for column in self.columns]
        found = dict(zip(parsed[wanted].tolist(), zip(*texts, strict=True), strict=True)) if texts else {}
        return {n: found[n] if n in found else tuple(self.misshapen[n]) for n in asked.tolist()}


@dataclass(frozen=True, eq=False)
class ReadFile:
    """A file that was read: every value still a text.

    ``columns`` (field -> Arrow strings) and ``row_numbers`` hold the rows that can be judged. ``set_aside`` are the numbers of
    received rows that cannot (another number of cells than the header): each has a finding of severity ``quarantine record``
    and counts as quarantined, so ``received_count == len(row_numbers) + len(set_aside)``.
    ``kinds`` (workbooks only): field -> ``CellKind`` a row. ``units`` (reshaped files only) are what was received: the rows or
    columns of the sheet behind each record; ``cells`` (transposed sheets only) where in it a record stands.
    """

    dataset: Dataset
    layout: Layout
    received_count: int
    columns: Mapping[str, pa.Array]
    row_numbers: np.ndarray
    findings: tuple[Finding, ...] = ()
    set_aside: tuple[int, ...] = ()
    source: SourceTable | None = None
    kinds: Mapping[str, np.ndarray] = field(default_factory=dict)
    units: Units | None = None
    cells: SheetCells | None = None

    def column_of(self, name: str) -> Column:
        """The layout's column of a field; a plain one for a field that came from elsewhere (a manifest, a reshape)."""
        return next((c for c in self.layout.columns if c.field == name), Column(name, name))

    @property
    def present_fields(self) -> tuple[str, ...]:
        return tuple(self.columns)

    @cached_property
    def encoded(self) -> dict[str, pa.DictionaryArray]:
        """The columns with each distinct text once: whoever judges texts looks at these."""
        return {name: column.dictionary_encode() for name, column in self.columns.items()}

    def with_findings(self, findings: tuple[Finding, ...]) -> ReadFile:
        made = replace(self, findings=findings)
        made.__dict__["encoded"] = self.encoded  # costs a quarter of reading; not to be done twice
        return made

    def rows_with(self, name: str, is_hit: np.ndarray) -> np.ndarray:
        """Row numbers whose text in column ``name`` is one of the distinct texts flagged in ``is_hit``."""
        places = self.encoded[name].indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return self.row_numbers[np.append(is_hit, False)[places]]

    @cached_property
    def text(self) -> pd.DataFrame:
        """Columns = fields that the file has, index = ``row_number``; object columns of str, missing = None."""
        columns = {name: as_objects(column) for name, column in self.columns.items()}
        return pd.DataFrame(columns, index=row_index(self.row_numbers), dtype=object)

    @classmethod
    def of_text(cls, dataset: Dataset, layout: Layout, text: pd.DataFrame, received_count: int | None = None, **more) -> ReadFile:
        """From a frame of texts indexed by row number (None or NaN = missing)."""
        columns = {name: as_strings(text[name]) for name in text.columns}
        received = len(text) if received_count is None else received_count
        return cls(dataset, layout, received, columns, np.asarray(text.index, dtype=np.int64), **more)


def row_index(row_numbers: Iterable[int]) -> pd.Index:
    return pd.Index(np.asarray(row_numbers, dtype=np.int64), name="row_number")


def as_objects(column: pa.Array) -> np.ndarray:
    """Object array of str, None where missing; equal texts share one object."""
    encoded = column.dictionary_encode()
    words = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)
    return words[encoded.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)]


def as_strings(values: Iterable) -> pa.Array:
    """Arrow strings of texts; None, NaN and the empty text are null."""
    return pa.array([v if isinstance(v, str) and v else None for v in values], type=pa.string())
