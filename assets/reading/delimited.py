"""Delimited text -> table of text.

Belongs here: separators, the first rows of each possible reading, the parse. Does not belong here: the independent count
(``structure``), the meaning of columns (``recognise``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from assets.reading.file_rules import FileRule
from assets.reading.shapes import InternalError, Sheet
from assets.reading.structure import Structure, structure_of

DELIMITERS = (",", ";", "\t", "|")
HEAD_BYTES = 1_000_000
HEAD_ROWS = 150
CELL_LIMIT = 1_000_000
BLOCK_BYTES = 1 << 24


def head_grids(content: bytes) -> list[list[list[str]]]:
    """The first rows of UTF-8 ``content``, once for each of ``DELIMITERS``."""
    head = content[:HEAD_BYTES]
    return [list(_head_rows(head, delimiter, is_cut=len(content) > len(head))) for delimiter in DELIMITERS]


def _head_rows(head: bytes, delimiter: str, is_cut: bool) -> Iterator[list[str]]:
    structure = structure_of(head, delimiter)
    count = min(len(structure) - is_cut, HEAD_ROWS)
    return (cells_of(head, structure, i, delimiter) for i in range(count))


def all_rows(content: bytes, delimiter: str) -> list[list[str | None]]:
    """Every row of the file, row 1 first, None for an empty cell: for layouts whose rows are not records."""
    structure = structure_of(content, delimiter)
    refuse_open_quotes(structure)
    return [[cell or None for cell in cells_of(content, structure, i, delimiter)] for i in range(len(structure))]


def cells_of(content: bytes, structure: Structure, record: int, delimiter: str) -> list[str]:
    """The cells of one record; an undecodable end of a cut text is passed over."""
    text = content[structure.starts[record] : structure.ends[record]].decode("utf-8", "ignore")
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [""])


def read_delimited(content: bytes, delimiter: str, header_index: int, row_limit: int) -> Sheet:
    """The rows below the record ``header_index`` (0-based). Raises ``FileRefused`` for a truncated or overlong file.

    Rows with another number of cells than the header are in ``misshapen``, blank rows nowhere.
    """
    structure = structure_of(content, delimiter)
    refuse_open_quotes(structure)
    header = tuple(cells_of(content, structure, header_index, delimiter))
    below = np.arange(len(structure)) > header_index
    filled = below & ~structure.is_blank
    refuse_too_many(int(filled.sum()), row_limit)
    fits = structure.cell_counts == len(header)
    misshapen = np.flatnonzero(filled & ~fits)
    _refuse_cut_row(structure, misshapen)
    table = _parse(content[_body_start(structure, header_index) :], delimiter, len(header))
    expected = np.flatnonzero(below & fits & ~structure.is_empty)
    if table.num_rows != len(expected):
        raise InternalError("the parser and the structure of the file disagree on the number of rows")
    kept = ~blank_rows(table.columns)
    columns = tuple(_combined(column, kept) for column in table.columns)
    odd = {int(i) + 1: tuple(cells_of(content, structure, i, delimiter)) for i in misshapen}
    return Sheet(header, header_index + 1, columns, expected[kept] + 1, np.flatnonzero(filled) + 1, odd)


def _body_start(structure: Structure, header_index: int) -> int:
    return int(structure.starts[header_index + 1]) if header_index + 1 < len(structure) else int(structure.ends[-1])


def _parse(body: bytes, delimiter: str, width: int) -> pa.Table:
    """Every cell as text, the empty ones null; rows of another width are left out."""
    names = [str(i) for i in range(width)]
    if not body.strip():
        return pa.table({name: pa.array([], pa.string()) for name in names})
    try:
        return pyarrow.csv.read_csv(
            pa.BufferReader(body),
            read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=min(max(len(body), 1), BLOCK_BYTES)),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=lambda row: "skip"),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, quoted_strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid:
        # its message quotes the row
        raise FileRule.COMPLETE.refusal("The file cannot be split into rows and cells. Export it again and send it again.") from None


def _combined(column: pa.ChunkedArray, kept: np.ndarray) -> pa.Array:
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], pa.string())
    return whole if kept.all() else whole.filter(pa.array(kept))


def blank_rows(columns: Sequence[pa.ChunkedArray | pa.Array]) -> np.ndarray:
    """Which rows hold nothing but spaces."""
    candidates: np.ndarray | None = None
    for column in columns:
        if candidates is not None and not len(candidates):
            break
        asked = column if candidates is None else column.take(pa.array(candidates))
        trimmed = pc.fill_null(pc.equal(pc.utf8_length(pc.ascii_trim_whitespace(asked)), 0), True)
        empty = np.asarray(trimmed)
        candidates = np.flatnonzero(empty) if candidates is None else candidates[empty]
    blank = np.zeros(len(columns[0]) if columns else 0, dtype=bool)
    blank[candidates if candidates is not None else []] = True
    return blank


def refuse_open_quotes(structure: Structure) -> None:
    if structure.ends_in_quotes:
        row = len(structure)
        raise FileRule.COMPLETE.refusal(
            f"The file ends inside a quoted cell that begins in row {row}: it was cut off, or a quote mark is missing there. Export it again.",
            row_number=row,
        )


def refuse_too_many(count: int, row_limit: int) -> None:
    if count > row_limit:
        raise FileRule.WITHIN_ROWS.refusal(
            f"The file has {count:,} rows, the limit is {row_limit:,}. Send it in parts, one for each month or quarter.", count
        )


def _refuse_cut_row(structure: Structure, misshapen: np.ndarray) -> None:
    last = len(structure) - 1
    short = len(misshapen) and misshapen[-1] == last and structure.cell_counts[last] < np.median(structure.cell_counts)
    if short and not structure.ends_with_line_end:
        raise FileRule.COMPLETE.refusal(
            f"Row {last + 1}, the last one, stops in the middle: the file was cut off on its way. Send it again, whole.",
            row_number=last + 1,
        )
