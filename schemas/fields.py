"""What a column is: its type, codes, conditions and meaning, described once.

Belongs here: ``Field``, ``Derived``, ``Codes`` and the enumerations they use.
Does not belong here: the fields of a dataset (its pathway's folder) or how a file spells them (``schemas.layouts``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.expressions import Expression
from schemas.rules import Severity


class Kind(StrEnum):
    """The type of a field's values once they are typed."""

    TEXT = "text"
    CODE = "code"  # one code of a list; kept as text, because "8a" and "08" are codes too
    CODES = "codes"  # several codes of a list
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"  # time of day, minutes
    DATETIME = "datetime"  # instant without zone
    BOOLEAN = "boolean"


class Identifier(StrEnum):
    """Whom a field identifies, and how. Such a value is never stored, logged or shown outside the outbox."""

    NHS_NUMBER = "NHS number"
    LOCAL_PATIENT_IDENTIFIER = "local patient identifier"
    NAME = "name"
    BIRTH_DATE = "birth date"
    POSTCODE = "postcode"
    STAFF = "member of staff"  # identifies nobody who is a patient, and is no part of a patient's identity; a lead's address is kept where nobody reads it


@dataclass(frozen=True)
class Codes:
    """A code list. ``unknown`` are the codes that mean *asked, not known*."""

    labels: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(code for code, _ in self.labels)

    def label(self, code: str) -> str:
        return dict(self.labels)[code]


def codes(unknown: tuple[str, ...] = (), **labels: str) -> Codes:
    """``codes(_1="Male", _2="Female")``: a leading underscore lets a code begin with a digit."""
    return Codes(tuple((code.lstrip("_"), label) for code, label in labels.items()), unknown)


@dataclass(frozen=True)
class OnlyIf:
    """A field has a value only where ``condition`` holds. One that has a value where it is known not to breaks ``<rule_id>.<field>``."""

    condition: Expression
    rule_id: str = "ONL"
    severity: Severity = Severity.QUARANTINE_RECORD


@dataclass(frozen=True)
class CodePrefix:
    """Codes of a published list are known to the house with a prefix; a text of the form ``pattern`` gets it when it is read."""

    prefix: str
    pattern: str

    def complete(self, text: str) -> str:
        """The code as the house knows it; a text of another form stays as it is."""
        return f"{self.prefix}{text.upper()}" if re.fullmatch(self.pattern, text, re.ASCII | re.IGNORECASE) else text


@dataclass(frozen=True)
class Field:
    """One field of a dataset.

    ``header`` is its spelling in the standard layout. ``required`` is True, False, or the condition under which a value
    must be there; a missing required value is a warning, or sets the record aside when ``is_essential``.
    ``due`` names the stage from which a missing value counts as missing. ``earliest`` and ``latest`` bound dates,
    ``minimum`` and ``maximum`` numbers, all inclusive. ``description`` is for readers without the dataset's manual.
    ``only_if`` says under which condition the field may have a value at all; ``blank`` is what an empty cell of its column says, as it
    would be written (None: nothing); ``prefix`` completes codes of a published list.
    """

    name: str
    header: str
    kind: Kind
    description: str
    codes: Codes | None = None
    unit: str | None = None
    required: bool | Expression = False
    is_essential: bool = False
    due: str | None = None
    identifies: Identifier | None = None
    synonyms: tuple[str, ...] = ()
    earliest: date | None = None
    latest: date | None = None
    minimum: float | None = None
    maximum: float | None = None
    maximum_length: int = 200
    format: str | None = None
    advice: str | None = None
    only_if: OnlyIf | None = None
    blank: str | None = None
    prefix: CodePrefix | None = None

    @property
    def is_stored(self) -> bool:
        """Identifying values never reach the warehouse."""
        return self.identifies is None


@dataclass(frozen=True)
class Derived:
    """A field that is computed from others when a record is conformed, and stored with it."""

    name: str
    kind: Kind
    expression: Expression
    description: str
    unit: str | None = None
    codes: Codes | None = None
