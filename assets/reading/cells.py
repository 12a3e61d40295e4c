"""One cell's text -> a typed value, or the reason why there is none.

Belongs here: the strict reading of dates, times, numbers, codes and truth values by declared formats.
Does not belong here: whole columns (``conform``), bounds and code lists as rules (``schemas.field_rules``).

Reasons: ``not_a_date not_a_time not_a_number not_a_whole_number not_yes_or_no too_long`` and what a spreadsheet did:
``excel_number`` (digits lost in 9.43E+09), ``excel_date`` (a code or text became a date), ``excel_serial`` (a date became a number),
``excel_error`` (######## or #REF!), ``swapped_date`` (day and month).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from math import isfinite
from typing import Any

from assets.reading.shapes import CellKind
from schemas.datasets import Dataset
from schemas.fields import Field, Kind
from schemas.layouts import Column, Layout

Parsed = tuple[Any, str | None]
Parse = Callable[[str, int], Parsed]

SCIENTIFIC = r"^[+-]?[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]{1,3}$"
ERROR = r"^(?:#{3,}|#(?:REF|N/A|VALUE|DIV/0|NAME|NULL|NUM|SPILL|CALC)[!?]?)$"
SERIAL = r"^[0-9]{5}(?:[.][0-9]+)?$"
DECIMAL_TAIL = r"^[+-]?[0-9]+[.]0+$"
_SCIENTIFIC, _ERROR, _SERIAL, _DECIMAL_TAIL = (re.compile(p, re.ASCII) for p in (SCIENTIFIC, ERROR, SERIAL, DECIMAL_TAIL))
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}", re.ASCII)
_MIDNIGHT = re.compile(r"[ T]0?0:00(?::00(?:\.0+)?)?$")
_DIRECTIVES = {  # in the order of datetime's arguments
    "%Y": "([0-9]{4})", "%m": "([0-9]{1,2})", "%d": "([0-9]{1,2})", "%H": "([0-9]{1,2})", "%M": "([0-9]{2})", "%S": r"([0-9]{2})(?:\.0+)?",
}  # fmt: skip
_START = (1900, 1, 1, 0, 0, 0)
_TRUE, _FALSE = frozenset(("1", "true", "yes", "y")), frozenset(("0", "false", "no", "n"))


def cell_parser(field: Field, column: Column, layout: Layout, dataset: Dataset) -> Parse:
    """The reading of one column's cells: (text, ``CellKind``) -> (value or None, reason or None). The text is never blank."""
    makers = {
        Kind.TEXT: _text_parser, Kind.CODE: _code_parser, Kind.CODES: _codes_parser, Kind.INTEGER: _integer_parser,
        Kind.DECIMAL: _decimal_parser, Kind.DATE: _date_parser, Kind.TIME: _time_parser, Kind.DATETIME: _datetime_parser,
        Kind.BOOLEAN: _boolean_parser,
    }  # fmt: skip
    read = makers[field.kind](field, column, layout)

    def parse(text: str, kind: int = CellKind.TEXT) -> Parsed:
        text = text.strip()
        if _ERROR.match(text):
            return None, "excel_error"
        if _SCIENTIFIC.match(text):
            return None, "excel_number"
        return read(text, kind)

    return parse


# ------------------------------------------------------------------------------------------------ dates and times
def _date_parser(field: Field, column: Column, layout: Layout) -> Parse:
    moments = _moment_reader(column.date_formats or layout.date_formats, "not_a_date")

    def parse(text: str, kind: int) -> Parsed:
        if kind == CellKind.DATE:
            return _whole_day(datetime.fromisoformat(text))
        value, reason = moments(_MIDNIGHT.sub("", text), kind)
        return (value.date() if value else None), reason

    return parse


def _whole_day(value: datetime) -> Parsed:
    return (value.date(), None) if value.time() == time(0) else (None, "not_a_date")


def _datetime_parser(field: Field, column: Column, layout: Layout) -> Parse:
    moments = _moment_reader(column.date_formats or layout.datetime_formats, "not_a_date")
    return lambda text, kind: (datetime.fromisoformat(text), None) if kind == CellKind.DATE else moments(text, kind)


def _moment_reader(formats: Sequence[str], otherwise: str) -> Parse:
    """Strict reading by the formats in order; tells serial numbers and swapped days apart from other nonsense."""
    swapped = tuple(f for f in map(swapped_format, formats) if f not in formats)

    def parse(text: str, kind: int) -> Parsed:
        value = read_moment(text, formats)
        if value is not None:
            return value, None
        if _SERIAL.match(text):
            return None, "excel_serial"
        return None, "swapped_date" if read_moment(text, swapped) else otherwise

    return parse


def swapped_format(form: str) -> str:
    return form.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")


def read_moment(text: str, formats: Sequence[str]) -> datetime | None:
    """The instant of ``text`` in the first of ``formats`` that it has exactly, else None."""
    for form in formats:
        value = _read_by(form)(text)
        if value is not None:
            return value
    return None


@lru_cache(maxsize=256)
def _read_by(form: str) -> Callable[[str], datetime | None]:
    parts = re.split(r"(%.)", form)
    if any(part.startswith("%") and part not in _DIRECTIVES for part in parts):
        return lambda text: _by_strptime(text, form)
    pattern = re.compile("".join(_DIRECTIVES.get(part, re.escape(part)) for part in parts), re.ASCII)
    names = [part for part in parts if part.startswith("%")]
    order = [names.index(name) if name in names else None for name in _DIRECTIVES]

    def read(text: str) -> datetime | None:
        found = pattern.fullmatch(text)
        if not found:
            return None
        digits = found.groups()
        try:
            return datetime(*[start if place is None else int(digits[place]) for place, start in zip(order, _START, strict=True)])
        except ValueError:
            return None

    return read


def _by_strptime(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None


def _time_parser(field: Field, column: Column, layout: Layout) -> Parse:
    formats = layout.time_formats

    def parse(text: str, kind: int) -> Parsed:
        value = read_moment(text, ("%H:%M:%S",) if kind == CellKind.TIME else formats)
        if value is not None:
            return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second), None
        return None, "excel_serial" if kind == CellKind.NUMBER and 0 <= float(text) < 1 else "not_a_time"

    return parse


# ------------------------------------------------------------------------------------------------ numbers
def _integer_parser(field: Field, column: Column, layout: Layout) -> Parse:
    decimal = _decimal_parser(field, column, layout)

    def parse(text: str, kind: int) -> Parsed:
        if _WHOLE.fullmatch(text) or _DECIMAL_TAIL.match(text):
            return float(text), None
        return None, decimal(text, kind)[1] or "not_a_whole_number"

    return parse


def _decimal_parser(field: Field, column: Column, layout: Layout) -> Parse:
    mark = re.escape(layout.decimal_mark)
    written = re.compile(rf"[+-]?(?:[0-9]{{1,15}}(?:{mark}[0-9]{{0,17}})?|{mark}[0-9]{{1,17}})", re.ASCII)

    def parse(text: str, kind: int) -> Parsed:
        if kind in (CellKind.DATE, CellKind.TIME):
            return None, "excel_date"
        if kind == CellKind.NUMBER:
            return (float(text), None) if isfinite(float(text)) else (None, "not_a_number")
        return (float(text.replace(layout.decimal_mark, ".")), None) if written.fullmatch(text) else (None, "not_a_number")

    return parse


# ------------------------------------------------------------------------------------------------ codes, texts, truth
def code_spellings(field: Field, column: Column) -> dict[str, str]:
    """Every spelling of a code that is read, casefolded -> the dataset's code.

    The layout's own spellings win over the dataset's; then ``code = label`` as a template's lists write it, and codes that
    have lost leading zeros where no other code is spelt so.
    """
    found = {text.strip().casefold(): code for text, code in column.codes}
    labels = field.codes.labels if field.codes else ()
    for code, _ in labels:
        found.setdefault(code.casefold(), code)
    for code, label in labels:
        found.setdefault(f"{code} = {label}".casefold(), code)
    for code, _ in labels:
        found.setdefault(code.casefold().lstrip("0") or "0", code)
    return found


def _code_parser(field: Field, column: Column, layout: Layout) -> Parse:
    spellings = code_spellings(field, column)

    def parse(text: str, kind: int) -> Parsed:
        if kind in (CellKind.DATE, CellKind.TIME):
            return None, "excel_date"
        return translate(text, spellings), None

    return parse


def translate(text: str, spellings: dict[str, str]) -> str:
    """The dataset's code; a text that is none stays as it is, for the rule on code lists to judge."""
    key = text.casefold()
    if key not in spellings and _DECIMAL_TAIL.match(key):
        key = key.partition(".")[0]
    return spellings.get(key, text)


def _codes_parser(field: Field, column: Column, layout: Layout) -> Parse:
    spellings = code_spellings(field, column)

    def parse(text: str, kind: int) -> Parsed:
        if kind in (CellKind.DATE, CellKind.TIME):
            return None, "excel_date"
        parts = [text] if text.casefold() in spellings else text.split(layout.codes_separator)
        found = dict.fromkeys(translate(part.strip(), spellings) for part in parts if part.strip())
        return tuple(found) or None, None

    return parse


def _text_parser(field: Field, column: Column, layout: Layout) -> Parse:
    translated = dict(column.codes)

    def parse(text: str, kind: int) -> Parsed:
        if kind == CellKind.DATE:
            return None, "excel_date"
        if len(text) > field.maximum_length:
            return None, "too_long"
        code = translated.get(text, text)
        return field.prefix.complete(code) if field.prefix else code, None

    return parse


def _boolean_parser(field: Field, column: Column, layout: Layout) -> Parse:
    translated = {text.casefold(): code.casefold() for text, code in column.codes}

    def parse(text: str, kind: int) -> Parsed:
        key = translated.get(text.casefold(), text.casefold())
        if _DECIMAL_TAIL.match(key):
            key = key.partition(".")[0]
        return (True, None) if key in _TRUE else (False, None) if key in _FALSE else (None, "not_yes_or_no")

    return parse
