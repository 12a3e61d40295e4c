"""What spreadsheets do to columns: named for the whole column, with the remedy.

Belongs here: warnings about columns of a file that was read. Does not belong here: the reason of one cell (``cells``), which
goes to the record's own finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pyarrow.compute as pc

from assets.reading.cells import DECIMAL_TAIL, ERROR, SCIENTIFIC, SERIAL, code_spellings
from assets.reading.file_rules import FileRule, some_rows
from assets.reading.shapes import ReadFile
from assets.reading.swapped import swapped_cells
from quality_checks.findings import Finding
from schemas.fields import Field, Identifier, Kind

AS_TEXT = "Format the column as text before the data are put in, or export straight to CSV."


def mangling_findings(read: ReadFile) -> tuple[Finding, ...]:
    """One finding for each column and kind of damage, with the first rows where it stands."""
    return tuple(finding for field in read.dataset.fields if field.name in read.columns for finding in _of_field(read, field))


def _of_field(read: ReadFile, field: Field) -> Iterator[Finding]:
    header = f"'{read.column_of(field.name).header}'"
    for rule, rows, words in _damages(read, field):
        if len(rows):
            told = _numbered(words, len(rows)).format(header=header, rows=some_rows(rows), count=f"{len(rows):,}")
            yield rule.finding(told, field_name=field.name)


def _numbered(words: str, count: int) -> str:
    """``[holds|hold]``: the first of one, the second of several."""
    return re.sub(r"\[([^|\]]*)\|([^|\]]*)\]", r"\1" if count == 1 else r"\2", words)


def _damages(read: ReadFile, field: Field) -> Iterator[tuple[FileRule, np.ndarray, str]]:
    yield (
        FileRule.CELLS_SHOWN,
        _matching(read, field, ERROR),
        "{header}: {rows} [holds|hold] ##### or an error of the spreadsheet instead of a value. Widen the column or mend the formula, and export again.",
    )
    yield (
        FileRule.ALL_DIGITS,
        _matching(read, field, SCIENTIFIC),
        "{header}: {rows} [holds|hold] a number like 1.23E+09, whose last digits are lost. " + AS_TEXT,
    )
    if field.kind in (Kind.CODE, Kind.CODES, Kind.INTEGER) or field.identifies is Identifier.NHS_NUMBER:
        yield (
            FileRule.WHOLE_NUMBERS,
            _matching(read, field, DECIMAL_TAIL),
            "{header}: {count} [value ends in .0 and was read as a whole number|values end in .0 and were read as whole numbers] ({rows}). "
            + AS_TEXT,
        )
    if field.kind in (Kind.DATE, Kind.DATETIME):
        yield (
            FileRule.DATES_AS_DATES,
            _matching(read, field, SERIAL),
            "{header}: {rows} [holds|hold] a number of days instead of a date. Format the column as a date, and export again.",
        )
        yield (
            FileRule.DAY_FIRST,
            _swapped(read, field),
            "{header}: day and month seem to be swapped in {rows}; [this date was|these dates were] not taken. Export with dates as text, day first.",
        )
    if field.kind is Kind.CODE and field.codes:
        yield (
            FileRule.LEADING_ZEROS,
            _without_zeros(read, field),
            "{header}: {count} [code has lost its leading zeros and was|codes have lost their leading zeros and were] read with them ({rows}). "
            + AS_TEXT,
        )


def _matching(read: ReadFile, field: Field, pattern: str) -> np.ndarray:
    texts = pc.utf8_trim_whitespace(read.encoded[field.name].dictionary)
    hits = np.asarray(pc.match_substring_regex(texts, pattern))
    return read.rows_with(field.name, hits) if hits.any() else np.empty(0, dtype=np.int64)


def _swapped(read: ReadFile, field: Field) -> np.ndarray:
    found = swapped_cells(read, field)
    return read.row_numbers[found] if found is not None else np.empty(0, dtype=np.int64)


def _without_zeros(read: ReadFile, field: Field) -> np.ndarray:
    column = read.column_of(field.name)
    listed = {code.casefold() for code in field.codes.values} | {text.strip().casefold() for text, _ in column.codes}
    spellings = code_spellings(field, column)
    texts = [text.strip().casefold() for text in read.encoded[field.name].dictionary.to_pylist()]
    hits = np.array([t not in listed and t.isdigit() and t in spellings for t in texts], dtype=bool)
    return read.rows_with(field.name, hits) if hits.any() else np.empty(0, dtype=np.int64)
