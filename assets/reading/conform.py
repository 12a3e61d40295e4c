"""Texts -> typed values, each column strictly by its declared formats.

Belongs here: typing whole columns, problems, cleared cells, derived fields. Does not belong here: one cell (``cells``), rules
about values (``schemas.field_rules``), people and organisations (``assets.persons``, ``warehouse.organisations``).

Every distinct text of a column is read once, so the work grows with what is different and not with the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from assets.reading.cells import ERROR, SCIENTIFIC, cell_parser
from assets.reading.shapes import CellKind, ReadFile, row_index
from assets.reading.swapped import swapped_cells
from schemas.datasets import Dataset
from schemas.expressions import Expression
from schemas.fields import Derived, Field, Identifier, Kind
from schemas.layouts import Column

CLEARED = "cleared"  # inner mark of a cell that holds the clear token; never leaves this module
DTYPES = {
    Kind.INTEGER: np.dtype("float64"), Kind.DECIMAL: np.dtype("float64"), Kind.DATE: np.dtype("datetime64[s]"),
    Kind.DATETIME: np.dtype("datetime64[us]"), Kind.TIME: np.dtype("timedelta64[s]"),
}  # fmt: skip
GROUPED_NHS_NUMBER = r"^([0-9]{3})(?: ([0-9]{3}) |-([0-9]{3})-)([0-9]{4})$"


class PerField(dict):
    """field -> one value a row, holding only fields for which there is something to say; others give the same ``nothing``."""

    def __init__(self, nothing: Any):
        super().__init__()
        self.nothing = nothing

    def __missing__(self, name: str) -> Any:
        return self.nothing


@dataclass(frozen=True, eq=False)
class Conformed:
    """``frame``: all fields of the dataset typed, also absent ones, then the derived ones; index = ``row_number``.

    Text and codes are objects with None, several codes tuples of str or None, numbers float64 with NaN, dates datetime64[s],
    instants datetime64[us], times timedelta64[s], truth values True, False or None. ``problems``: field -> Series of reason
    code or None (``cells`` lists them); ``cleared``: field -> bool array of cells that hold the clear token. Both hold only
    fields that have any, and answer ``[...]`` for every field. ``present_fields`` are those the file has a column of.
    """

    frame: pd.DataFrame
    problems: Mapping[str, pd.Series]
    present_fields: tuple[str, ...]
    cleared: Mapping[str, np.ndarray]


def conform(read: ReadFile) -> Conformed:
    """The file's rows with typed values. A cell that cannot be read is missing, and has a reason in ``problems``."""
    index, count = row_index(read.row_numbers), len(read.row_numbers)
    columns: dict[str, np.ndarray] = {}
    problems = PerField(pd.Series(np.full(count, None, dtype=object), index=index))
    cleared = PerField(np.zeros(count, dtype=bool))
    for field in read.dataset.fields:
        values, reasons = _typed(read, field) if field.name in read.columns else (missing(field.kind, count), None)
        columns[field.name] = column_of(values, index)
        if reasons is not None:
            _note(field.name, reasons, index, problems, cleared)
    frame = derive(pd.DataFrame(columns, index=index), read.dataset)
    return Conformed(frame, problems, read.present_fields, cleared)


def _note(name: str, reasons: np.ndarray, index: pd.Index, problems: PerField, cleared: PerField) -> None:
    emptied = reasons == CLEARED
    if emptied.any():
        cleared[name] = emptied
        reasons = np.where(emptied, None, reasons)
    if not emptied.all() and any(reason is not None for reason in set(reasons)):
        problems[name] = pd.Series(reasons, index=index, dtype=object)


def column_of(values: np.ndarray, index: pd.Index) -> pd.Series:
    """A column that stays as it is: pandas would make its own string type, with NaN, of objects that are texts."""
    return pd.Series(values, index=index, dtype=values.dtype, copy=False)


def missing(kind: Kind, count: int) -> np.ndarray:
    """A column of the kind without any value."""
    dtype = DTYPES.get(kind)
    if dtype is None:
        return np.full(count, None, dtype=object)
    return np.full(count, np.nan if dtype.kind == "f" else "NaT", dtype=dtype)


def as_array(values: list, kind: Kind) -> np.ndarray:
    """Python values (None = missing) as the column type of their kind."""
    if kind is Kind.DATE:
        return np.array(values, dtype="datetime64[D]").astype(DTYPES[kind])
    if kind is Kind.TIME:
        return np.array(values, dtype="timedelta64[us]").astype(DTYPES[kind])
    if kind in DTYPES:
        return np.array(values, dtype=DTYPES[kind])
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


# ------------------------------------------------------------------------------------------------ one column
def _typed(read: ReadFile, field: Field) -> tuple[np.ndarray, np.ndarray | None]:
    """Values a row, and reasons a row where there are any."""
    kinds = read.kinds.get(field.name)
    is_plain = kinds is None or not (kinds == CellKind.DATE).any()
    is_as_written = field.blank is None and field.prefix is None and not read.column_of(field.name).codes
    if field.kind is Kind.TEXT and is_plain and is_as_written:
        values, reasons, places = _texts(read, field)
    else:
        values, reasons, places = _parsed(read, field, kinds)
    typed = as_array(values, field.kind)[places]
    told = reasons[places] if any(reason is not None for reason in reasons) else None
    return _without_swapped(read, field, typed, told)


def _parsed(read: ReadFile, field: Field, kinds: np.ndarray | None) -> tuple[list, np.ndarray, np.ndarray]:
    """(value of each distinct cell, its reason, which of them a row has; the last is the empty cell)."""
    texts, cell_kinds, places = distinct_cells(read, field.name, kinds)
    parse = cell_parser(field, read.column_of(field.name), read.layout, read.dataset)
    token = read.dataset.clear_token
    blank = (
        None
        if field.blank is None
        else cell_parser(field, Column("", field.name), read.layout, read.dataset)(field.blank, CellKind.TEXT)[0]
    )
    pairs = [_read_cell(text, kind, parse, token, blank) for text, kind in zip(texts, cell_kinds, strict=True)]
    values, reasons = zip(*pairs, strict=True) if pairs else ((), ())
    return [*values, blank], as_array([*reasons, None], Kind.TEXT), places


def _read_cell(text: str, kind: int, parse, token: str, blank: Any) -> tuple[Any, str | None]:
    trimmed = text.strip()
    if not trimmed:
        return blank, None
    return (None, CLEARED) if trimmed == token else parse(text, kind)


def distinct_cells(read: ReadFile, name: str, kinds: np.ndarray | None) -> tuple[list[str], list[int], np.ndarray]:
    """The distinct (text, ``CellKind``) of a column, and the place of each row's in them, -1 for an empty cell."""
    encoded = read.encoded[name]
    texts = encoded.dictionary.to_pylist()
    places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    if kinds is None or not kinds.any():
        return texts, [CellKind.TEXT] * len(texts), places
    combined = np.where(places < 0, -1, places * len(CellKind) + kinds)
    every, found = np.unique(combined, return_inverse=True)
    blanks = int((every < 0).sum())
    cells = [divmod(int(c), len(CellKind)) for c in every[blanks:]]
    return [texts[i] for i, _ in cells], [kind for _, kind in cells], found - blanks


def _texts(read: ReadFile, field: Field) -> tuple[list, np.ndarray, np.ndarray]:
    """The same as ``_parsed`` for free text, without a step in Python for each of perhaps a hundred thousand."""
    encoded = read.encoded[field.name]
    texts = pc.utf8_trim_whitespace(encoded.dictionary)
    if field.identifies is Identifier.NHS_NUMBER or field.format == "nhs_number":
        texts = _plain_nhs_numbers(texts)
    checks = (
        (CLEARED, pc.equal(texts, read.dataset.clear_token)),
        ("excel_error", pc.match_substring_regex(texts, ERROR)),
        ("excel_number", pc.match_substring_regex(texts, SCIENTIFIC)),
        ("too_long", pc.greater(pc.utf8_length(texts), field.maximum_length)),
    )
    reasons = np.full(len(texts) + 1, None, dtype=object)
    for reason, found in checks:
        hits = np.append(np.asarray(found), False)
        reasons[hits & (reasons == None)] = reason  # noqa: E711 - elementwise
    bad = np.array([reason is not None for reason in reasons[:-1]], dtype=bool)
    unusable = pc.or_(pa.array(bad), pc.equal(pc.utf8_length(texts), 0))
    kept = pc.if_else(unusable, pa.scalar(None, pa.string()), texts)
    places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return [*kept.to_pylist(), None], reasons, places


def _plain_nhs_numbers(texts: pa.Array) -> pa.Array:
    plain = pc.replace_substring_regex(texts, GROUPED_NHS_NUMBER, r"\1\2\3\4")
    return pc.replace_substring_regex(plain, r"^([0-9]{10})\.0+$", r"\1")


def _without_swapped(read: ReadFile, field: Field, values: np.ndarray, reasons: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
    swapped = swapped_cells(read, field)
    if swapped is None:
        return values, reasons
    told = np.full(len(values), None, dtype=object) if reasons is None else reasons.copy()
    told[swapped] = "swapped_date"
    return np.where(swapped, np.datetime64("NaT"), values).astype(values.dtype), told


# ------------------------------------------------------------------------------------------------ derived fields
def derive(frame: pd.DataFrame, dataset: Dataset, keep: tuple[str, ...] = ()) -> pd.DataFrame:
    """The frame with the dataset's derived fields computed anew, in their order; fields the frame lacks count as missing.

    Derived fields named in ``keep`` stay as the frame has them: what they follow from is not known any more.
    """
    from quality_checks.masks import Evaluator

    absent = {f.name: column_of(missing(f.kind, len(frame)), frame.index) for f in dataset.fields if f.name not in frame.columns}
    told = _with_columns(frame, absent)
    computed = tuple(derived for derived in dataset.derived if derived.name not in keep)
    judge = Evaluator(told, _in_common(computed))
    made: dict[str, pd.Series] = {}
    for derived in computed:
        values, known = judge.evaluate(derived.expression)
        made[derived.name] = column_of(_derived_column(derived, np.asarray(values), np.asarray(known, dtype=bool)), told.index)
        judge.add(derived.name, made[derived.name])
        judge.forget()
    # taking columns keeps those of a type together, dropping others would part them
    return _with_columns(told[[name for name in told.columns if name not in made]], made)


def _with_columns(frame: pd.DataFrame, columns: dict[str, pd.Series]) -> pd.DataFrame:
    """All at once: hundreds of columns put in one by one each stay a block of their own, which slows all that follows."""
    return pd.concat([frame, pd.DataFrame(columns, index=frame.index)], axis=1) if columns else frame.copy(deep=False)


@lru_cache(maxsize=64)
def _in_common(derived: tuple[Derived, ...]) -> frozenset[Expression]:
    from quality_checks.masks import in_common

    return in_common(item.expression for item in derived)


def _derived_column(derived: Derived, values: np.ndarray, known: np.ndarray) -> np.ndarray:
    dtype = DTYPES.get(derived.kind)
    if dtype is None:
        kept = np.full(len(known), None, dtype=object)
        kept[known] = values[known]
        return (
            np.array([bool(v) if k else None for v, k in zip(values, known, strict=True)], dtype=object)
            if derived.kind is Kind.BOOLEAN
            else kept
        )
    made = missing(derived.kind, len(known))
    made[known] = values[known].astype(dtype)
    return made
