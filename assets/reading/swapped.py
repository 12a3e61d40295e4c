"""Dates whose day and month a spreadsheet has swapped although they still are dates.

Belongs here: telling them by their column. Does not belong here: dates that cannot be read at all (``cells``).

A spreadsheet set to month-first reads 03/04/2025 as 4 March and keeps 25/04/2025 as text, because there is no month 25. So in
a workbook, real dates whose day is at most 12 among texts whose day is above 12 were swapped. In a text file, a column with
dates that only fit month-first and none that only fits day-first is month-first throughout.
One such cell among many may be a slip of its own: only several, or one of few dates, make the others doubtful.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow.compute as pc

from assets.reading.cells import read_moment, swapped_format
from assets.reading.shapes import CellKind, ReadFile
from schemas.fields import Field, Kind

LAST_MONTH = 12
SEVERAL = 2  # cells that prove together what one alone does not
LARGE_SHARE = 1 / 3  # of few dates one cell proves as much: in a month-first column three of five do


def swapped_cells(read: ReadFile, field: Field) -> np.ndarray | None:
    """Which rows hold a readable date whose day and month cannot be trusted; None if there are none."""
    if field.kind not in (Kind.DATE, Kind.DATETIME) or field.name not in read.columns:
        return None
    kinds = read.kinds.get(field.name)
    found = _in_text(read, field) if kinds is None or not (kinds == CellKind.DATE).any() else _in_workbook(read, field, kinds)
    return found if found is not None and found.any() else None


def _formats(read: ReadFile, field: Field) -> tuple[str, ...]:
    given = read.layout.date_formats if field.kind is Kind.DATE else read.layout.datetime_formats
    formats = read.column_of(field.name).date_formats or given
    return tuple(f for f in formats if "%d" in f and "%m" in f)


def _days(texts: Sequence[str], formats: Sequence[str]) -> np.ndarray:
    """Day of the month of each text, 0 where it is no date of the formats."""
    read = (read_moment(text.strip(), formats) for text in texts)
    return np.fromiter((moment.day if moment else 0 for moment in read), dtype=np.int8, count=len(texts))


def _in_text(read: ReadFile, field: Field) -> np.ndarray | None:
    formats = _formats(read, field)
    swapped = tuple(f for f in map(swapped_format, formats) if f not in formats)
    dictionary = read.encoded[field.name].dictionary
    # a column with one day above 12 in the right place is in the right order
    if not swapped or any(pc.any(pc.match_substring_regex(dictionary, _late_day(form))).as_py() for form in formats):
        return None
    texts = dictionary.to_pylist()
    days = _days(texts, formats)
    is_proof = _days(["" if day else text for text, day in zip(texts, days, strict=True)], swapped) > LAST_MONTH
    if not is_proof.any():
        return None
    doubtful = read.rows_with(field.name, days > 0)
    return np.isin(read.row_numbers, doubtful) if _is_proven(len(read.rows_with(field.name, is_proof)), len(doubtful)) else None


def _is_proven(proofs: int, doubtful: int) -> bool:
    return proofs >= SEVERAL or (proofs > 0 and proofs >= LARGE_SHARE * (proofs + doubtful))


@lru_cache(maxsize=64)
def _late_day(form: str) -> str:
    """Pattern of texts of the format whose day is above 12."""
    parts = {"%d": "(?:1[3-9]|2[0-9]|3[01])", "%m": "(?:0?[1-9]|1[0-2])", "%Y": "[0-9]{4}", "%y": "[0-9]{2}"}
    written = (parts.get(part, ".+" if part.startswith("%") else re.escape(part)) for part in re.split(r"(%.)", form))
    return rf"^\s*{''.join(written)}\s*$"


def _in_workbook(read: ReadFile, field: Field, kinds: np.ndarray) -> np.ndarray | None:
    encoded = read.encoded[field.name]
    places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    texts = encoded.dictionary.to_pylist()
    real, typed = kinds == CellKind.DATE, (kinds == CellKind.TEXT) & (places >= 0)
    typed_days = np.append(_days(texts, _formats(read, field)), 0)[places][typed]
    real_days = np.append(np.fromiter(map(_iso_day, texts), dtype=np.int8, count=len(texts)), 0)[places]
    if (real_days[real] > LAST_MONTH).any() or ((typed_days > 0) & (typed_days <= LAST_MONTH)).any():
        return None
    return real if _is_proven(int((typed_days > LAST_MONTH).sum()), int(real.sum())) else None


def _iso_day(text: str) -> int:
    try:
        return date.fromisoformat(text[:10]).day
    except ValueError:
        return 0
