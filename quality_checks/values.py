"""A column of values with what is known of them: the arrays beneath the masks.

Belongs here: ``Values``, its making from a column or a constant, comparing, calculating, choosing.
Does not belong here: expressions (``quality_checks.masks``).
Text is encoded once a column, so that a look-up is computed once for each distinct text.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

import numpy as np
import pandas as pd

from schemas.expressions import Scalar

COMPARE = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
ARITHMETIC = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}


@dataclass(frozen=True)
class Values:
    """One value a row (undefined where not ``known``). Text comes encoded: ``levels[data]`` is the value."""

    data: np.ndarray
    known: np.ndarray
    levels: np.ndarray | None = None

    @property
    def kind(self) -> str:
        """``text``, ``bool``, ``number``, ``instant`` or ``duration``."""
        if self.levels is not None:
            return "text"
        return {"b": "bool", "M": "instant", "m": "duration"}.get(self.data.dtype.kind, "number")

    def plain(self) -> np.ndarray:
        if self.levels is None:
            return self.data
        if not len(self.levels):
            return np.full(len(self.data), None, dtype=object)
        return np.where(self.known, self.levels[self.data], None)

    def with_nulls(self) -> np.ndarray:
        """The values, with NaN, NaT, None or False where none is known."""
        if self.levels is not None:
            return self.plain()
        null = {"number": np.nan, "instant": np.datetime64("NaT"), "duration": np.timedelta64("NaT"), "bool": False}[self.kind]
        return np.where(self.known, self.data, null)

    def look_up(self, function: Callable[[object], object], dtype) -> np.ndarray:
        """``function`` of each row's text, computed once for each distinct text; undefined where not known."""
        found = np.fromiter((function(level) for level in self.levels), dtype=dtype, count=len(self.levels))
        return found[self.data] if len(found) else np.zeros(len(self.data), dtype=dtype)


def read_column(column: pd.Series) -> Values:
    """A column of a typed frame; text is encoded, an object column of truths becomes bool."""
    if column.dtype.kind in "Mm":
        data = column.to_numpy()
        return Values(data, ~np.isnat(data))
    if column.dtype.kind == "b":
        return Values(column.to_numpy(), np.ones(len(column), dtype=bool))
    if column.dtype.kind in "fiu":
        data = column.to_numpy(dtype=float)
        return Values(data, ~np.isnan(data))
    positions, levels = pd.factorize(column.to_numpy(dtype=object))
    known = positions >= 0
    if len(levels) and all(isinstance(level, bool | np.bool_) for level in levels):
        return Values(levels.astype(bool)[positions] & known, known)
    return Values(np.where(known, positions, 0), known, levels)


def constant(value: Scalar, row_count: int) -> Values:
    """The same value for every row; None is never known."""
    known = np.broadcast_to(np.bool_(value is not None), (row_count,))
    if isinstance(value, str):
        return Values(np.broadcast_to(np.intp(0), (row_count,)), known, np.array([value], dtype=object))
    return Values(np.broadcast_to(_scalar(value), (row_count,)), known)


def _scalar(value: Scalar):
    if isinstance(value, time):
        return np.timedelta64((value.hour * 60 + value.minute) * 60 + value.second, "s")
    if isinstance(value, datetime):
        return np.datetime64(value, "us")
    if isinstance(value, date):
        return np.datetime64(value, "D")
    if isinstance(value, bool):
        return np.bool_(value)
    return np.float64(np.nan if value is None else value)


def numbers(values: Values) -> Values:
    """Numbers, or codes that are numbers; a code that is none is not known."""
    if values.kind == "text":
        data = encoded(values).look_up(_number, float)
        return Values(data, values.known & ~np.isnan(data))
    if values.kind in ("number", "bool"):
        return Values(values.data.astype(float), values.known)
    raise TypeError(f"a number is needed, not {values.kind}")


def instants(values: Values) -> np.ndarray:
    """Dates and instants as datetime64; a column without any value counts as one of instants."""
    if values.kind == "instant":
        return values.data
    if not values.known.any():
        return np.full(len(values.data), np.datetime64("NaT", "s"))
    raise TypeError(f"a date or an instant is needed, not {values.kind}")


def durations(values: Values) -> np.ndarray:
    if values.kind == "duration":
        return values.data
    if not values.known.any():
        return np.full(len(values.data), np.timedelta64("NaT", "s"))
    raise TypeError(f"a time of day is needed, not {values.kind}")


def completed_years(birth: np.ndarray, on: np.ndarray) -> np.ndarray:
    """Whole years from birth; who is born on 29 February turns a year older on 1 March of other years."""
    years = (_part(on, "Y", None) - _part(birth, "Y", None)).astype(float)
    earlier = (_part(on, "M", "Y"), _part(on, "D", "M")), (_part(birth, "M", "Y"), _part(birth, "D", "M"))
    not_yet = (earlier[0][0] < earlier[1][0]) | ((earlier[0][0] == earlier[1][0]) & (earlier[0][1] < earlier[1][1]))
    return years - not_yet


def _part(moments: np.ndarray, unit: str, within: str | None) -> np.ndarray:
    whole = moments.astype(f"datetime64[{unit}]")
    since = whole - (whole.astype(f"datetime64[{within}]") if within else np.datetime64(0, unit))
    return since.astype(np.int64)


def select(first: np.ndarray, when_true: Values, when_false: Values) -> Values:
    """``when_true`` where ``first``, else ``when_false``; a side without any value takes the other's type."""
    known = np.where(first, when_true.known, when_false.known)
    if not when_true.known.any():
        return Values(when_false.data, known, when_false.levels)
    if not when_false.known.any():
        return Values(when_true.data, known, when_true.levels)
    if "text" in (when_true.kind, when_false.kind):
        return _encode(np.where(first, when_true.plain(), when_false.plain()), known)
    return Values(np.where(first, when_true.data, when_false.data), known)


def first_known(first: Values, second: Values) -> Values:
    return select(first.known, first, second)


def _encode(texts: np.ndarray, known: np.ndarray) -> Values:
    positions, levels = pd.factorize(texts)
    return Values(np.where(positions >= 0, positions, 0), known & (positions >= 0), levels)


def encoded(values: Values) -> Values:
    if values.levels is not None:
        return values
    if values.known.any():
        raise TypeError(f"a text or a code is needed, not {values.kind}")
    return Values(np.zeros(len(values.data), dtype=np.intp), values.known, np.array([], dtype=object))


def compare(symbol: str, left: Values, right: Values) -> Values:
    """A truth a row; text against a number is compared as a number. Raises TypeError for what cannot be compared."""
    known = left.known & right.known
    if not known.any():
        return Values(np.zeros(len(known), dtype=bool), known)
    if left.kind == right.kind == "text":
        return _compare_text(COMPARE[symbol], left, right, known)
    if {"text", "bool"} & {left.kind, right.kind}:
        left, right = numbers(left), numbers(right)
    if left.kind != right.kind:
        raise TypeError(f"{left.kind} cannot be compared with {right.kind}")
    return Values(COMPARE[symbol](left.data, right.data), left.known & right.known)


def _compare_text(test: Callable, left: Values, right: Values, known: np.ndarray) -> Values:
    if len(right.levels) == 1:
        return Values(left.look_up(lambda text: test(text, right.levels[0]), bool), known)
    data = np.zeros(len(known), dtype=bool)
    data[known] = test(left.plain()[known], right.plain()[known])
    return Values(data, known)


def calculate(symbol: str, left: Values, right: Values) -> Values:
    with np.errstate(divide="ignore", invalid="ignore"):
        data = ARITHMETIC[symbol](left.data, right.data)
    return Values(data, left.known & right.known & np.isfinite(data))


def members(operand: Values, wanted: tuple[Scalar, ...]) -> np.ndarray:
    """Whether each value is one of ``wanted``; a number among them is also met by a code that is that number."""
    if operand.kind != "text":
        return np.isin(operand.data, np.array([_scalar(value) for value in wanted], dtype=operand.data.dtype))
    texts = {value for value in wanted if isinstance(value, str)}
    figures = {float(value) for value in wanted if isinstance(value, int | float)}
    return encoded(operand).look_up(lambda text: text in texts or (bool(figures) and _number(text) in figures), bool)


def _number(text) -> float:
    try:
        return float(text)
    except (TypeError, ValueError):
        return float("nan")
