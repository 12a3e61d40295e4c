"""Making texts safe for spreadsheets.

Belongs here: neutralising what a spreadsheet would run, dropping what a workbook cannot hold. Nothing else.
"""

from __future__ import annotations

import re

# a text that begins so would be run as a formula, by some programs also behind blanks; a number (with its sign) is none and stays as it is
_RUNS = re.compile(r"^(?:[\t\r\n]|[\s\ufeff\u200b-\u200f\u202a-\u202e\u2060]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NUMBER = re.compile(r"^ *[+-]?(?:[0-9]+(?:[.,][0-9]+)*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)? *$", re.ASCII)
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CELL_LIMIT = 32_767


def neutralised(text: str | int | None) -> str | int | None:
    """For CSV: a text that a spreadsheet would run gets a leading apostrophe; numbers are untouched."""
    if not isinstance(text, str) or not _RUNS.match(text) or _NUMBER.match(text):
        return text
    return f"'{text}"


def would_run(text: str) -> bool:
    return bool(_RUNS.match(text)) and not _NUMBER.match(text)


def for_cell(text: str) -> str:
    """For a workbook: without characters that XML cannot hold, cut to what a cell can hold."""
    if text.isprintable() and len(text) <= CELL_LIMIT:
        return text
    return _UNWRITABLE.sub("", text)[:CELL_LIMIT]
