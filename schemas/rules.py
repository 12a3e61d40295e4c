"""What must hold of a record, of a file, or of the warehouse after it.

Belongs here: the shapes of rules. Does not belong here: the rules of a dataset (its pathway's folder), the rules that
follow from fields (``schemas.field_rules``), their evaluation (``quality_checks``, ``assets.cross_record``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.expressions import Expression


class Severity(StrEnum):
    REJECT_FILE = "reject file"
    QUARANTINE_RECORD = "quarantine record"
    WARN = "warn"
    OUT_OF_SCOPE = "out of scope"  # the record is right, but not of this audit: counted, not stored, no fault of the sender


class Scope(StrEnum):
    RECORD = "record"
    FILE = "file"
    WAREHOUSE = "warehouse"


@dataclass(frozen=True)
class Rule:
    """A requirement with a name that reads as one (``surgery_after_presentation``).

    Broken where ``requirement`` is false. ``fields`` are the cells to mark, the first the one to correct.
    ``since`` and ``until`` are versions of the dataset's rules (inclusive); ``valid_from`` and ``valid_to`` bound the
    record's clock date. ``family`` groups rules into one asset check. Scope ``warehouse``: judged on a case with the death that is
    linked to it (``death_on``) after a load; a case that breaks it becomes an ``error``, which no measure counts.
    """

    id: str
    name: str
    requirement: Expression
    severity: Severity
    fields: tuple[str, ...]
    advice: str
    scope: Scope = Scope.RECORD
    family: str = "consistency"
    since: int = 1
    until: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def is_active(self, version: int) -> bool:
        return self.since <= version and (self.until is None or version <= self.until)


@dataclass(frozen=True)
class PairRule:
    """A requirement on two cases of one person, judged in the warehouse after a load (scope ``warehouse``).

    The later of two cases (by clock, then by arrival) gets ``status`` when the values of ``same`` agree, those of
    ``differ`` differ, and: their clock dates lie at most ``within_days`` apart, or (``overlap``) their stays, from the
    clock to the field ``overlap``, overlap by more than an instant. ``both`` gives the status to both of them, ``earlier`` to
    the earlier one instead.
    """

    id: str
    name: str
    status: str
    advice: str
    same: tuple[str, ...] = ()
    differ: tuple[str, ...] = ()
    within_days: int | None = None
    overlap: str | None = None
    both: bool = False
    earlier: bool = False
    severity: Severity = Severity.WARN
    scope: Scope = Scope.WAREHOUSE
    family: str = "across records"
    since: int = 1
    until: int | None = None

    is_active = Rule.is_active
