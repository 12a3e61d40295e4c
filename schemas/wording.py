"""How a sender writes a field: its header, its accepted format and codes, in plain words for a clerk.

Belongs here: texts about fields as a layout spells them. Does not belong here: rules (``schemas.field_rules``), expressions in
words (``schemas.words``). A text never holds a value of a record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from schemas.datasets import Dataset
from schemas.fields import Field, Identifier, Kind
from schemas.layouts import Column, Layout

KIND_IN_WORDS = {
    Kind.TEXT: "a text", Kind.CODE: "a code", Kind.CODES: "a list of codes", Kind.INTEGER: "a whole number", Kind.DECIMAL: "a number",
    Kind.DATE: "a date", Kind.TIME: "a time of day", Kind.DATETIME: "a date with a time", Kind.BOOLEAN: "yes or no",
}  # fmt: skip
FORMAT_WORDS = {
    "nhs_number": "the ten digits of the NHS number, stored as text",
    "postcode": "a full postcode such as AB1 2CD",
    "ods_code": "an organisation code of three to eight capital letters and digits",
    "contact_address": "one e-mail address, or the https address of a webhook",
}
DIRECTIVES = {  # strftime -> how it is written, an example
    "%d": ("DD", "31"), "%m": ("MM", "01"), "%Y": ("YYYY", "2025"), "%y": ("YY", "25"), "%H": ("HH", "09"), "%M": ("MM", "30"),
    "%S": ("SS", "00"), "%b": ("Mon", "Jan"), "%B": ("Month", "January"),
}  # fmt: skip


@dataclass(frozen=True)
class Wording:
    """The spelling of a dataset by a layout; the dataset's own where no layout is given."""

    dataset: Dataset
    layout: Layout | None = None

    @cached_property
    def _columns(self) -> dict[str, Column]:
        layout = self.layout or self.dataset.standard_layout
        return {column.field: column for column in layout.columns}

    def header(self, name: str) -> str:
        """The column's header; for a derived or unknown field its name in words."""
        if name in self._columns:
            return self._columns[name].header
        found = self.dataset.field_by_name.get(name)
        return found.header if found else name.replace("_", " ")

    def format(self, item: Field) -> str:
        """How a value of the field is written: ``DD/MM/YYYY, for example 31/01/2025``."""
        if item.kind in (Kind.CODE, Kind.CODES) and item.codes:
            return self._code_format(item)
        layout = self.layout or self.dataset.standard_layout
        dated = {Kind.DATE: self._date_formats(item), Kind.TIME: layout.time_formats, Kind.DATETIME: layout.datetime_formats}
        if item.kind in dated:
            return _dated(dated[item.kind])
        if item.format or item.identifies is Identifier.NHS_NUMBER:
            return self._named_format(item)
        written = {Kind.INTEGER: "a whole number", Kind.DECIMAL: "a number", Kind.BOOLEAN: "1 for yes or 0 for no"}
        unit = f" of {item.unit}, without the unit" if item.unit else ""
        return written.get(item.kind, f"text of up to {item.maximum_length} characters") + unit

    def _named_format(self, item: Field) -> str:
        name = item.format or "nhs_number"
        words = FORMAT_WORDS.get(name, name.replace("_", " "))
        return words + (f", or {self.codes(item)}" if item.codes else "")

    def codes(self, item: Field, most: int = 12) -> str:
        """``1 (Left), 2 (Right)`` as the layout spells the codes; a long list is cut, and says so."""
        spelled = self._spellings(item)
        shown = [f"{spelled.get(code, code)} ({label})" for code, label in item.codes.labels[:most]]
        more = len(item.codes.labels) - most
        return ", ".join(shown) + (f" and {more} more that the template lists" if more > 0 else "")

    def bare_codes(self, item: Field, most: int = 24) -> str:
        """``1, 2, 3 or U`` without labels, for texts that only remind of the codes."""
        spelled = self._spellings(item)
        shown = [spelled.get(code, code) for code in item.codes.values]
        if len(shown) > most:
            return f"{', '.join(shown[:most])} or another code that the template lists"
        return " or ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]

    def choices(self, item: Field) -> tuple[str, ...]:
        """Every code as a spreadsheet's list offers it: ``1 = Left``, or as the layout spells it. Each is read as the code."""
        spelled = self._spellings(item)
        return tuple(spelled.get(code) or f"{code} = {label}" for code, label in item.codes.labels)

    def _spellings(self, item: Field) -> dict[str, str]:
        column = self._columns.get(item.name)
        return {code: spelled for spelled, code in reversed(column.codes)} if column else {}

    def _code_format(self, item: Field) -> str:
        several = f", several joined by '{(self.layout or self.dataset).codes_separator}'" if item.kind is Kind.CODES else ""
        return f"one of {self.codes(item)}{several}"

    def _date_formats(self, item: Field) -> Sequence[str]:
        column = self._columns.get(item.name)
        if column and column.date_formats:
            return column.date_formats
        return self.layout.date_formats if self.layout else self.dataset.date_formats


def _dated(formats: Sequence[str]) -> str:
    written, example = formats[0], formats[0]
    for directive, (words, sample) in DIRECTIVES.items():
        written, example = written.replace(directive, words), example.replace(directive, sample)
    return f"{written}, for example {example}"
