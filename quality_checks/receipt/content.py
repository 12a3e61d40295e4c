"""What a receipt says, gathered once and shown by all of its files.

Belongs here: facts, counts, grouped findings, the comparison with the last submission. Does not belong here: sentences
(``receipt.sentences``), files (``receipt.files``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from quality_checks.finding_table import NO_ROW, FindingTable
from quality_checks.findings import Finding
from quality_checks.receipt.completeness import FieldCompleteness
from quality_checks.receipt.not_counting import NotCounting
from schemas.datasets import Dataset
from schemas.fields import Kind
from schemas.layouts import Layout
from schemas.rules import Severity
from schemas.wording import Wording

SEVERITIES = (Severity.REJECT_FILE, Severity.QUARANTINE_RECORD, Severity.WARN, Severity.OUT_OF_SCOPE)


@dataclass(frozen=True)
class SubmissionFacts:
    """What the ledger knows. ``state`` is one of the ledger's, or ``checked ...`` is told by ``is_check``: a look before submission.

    ``file_name`` is shown in the outbox only. ``repeats`` names the submission that this one repeats without effect. ``was_taken``: it has had an effect,
    by this judgement or, where it is judged again, by an earlier one.
    """

    submission_id: str
    sender_code: str
    state: str
    received_at: datetime
    file_name: str
    sender_name: str = ""
    network_name: str = ""
    mode: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    reason_code: str | None = None
    reason: str | None = None
    repeats: str | None = None
    was_taken: bool = False
    rule_version: int | None = None
    is_check: bool = False


@dataclass(frozen=True)
class RowCounts:
    """Rows of the submission; ``received`` is None where the file could not be counted."""

    received: int | None = None
    accepted: int = 0
    unchanged: int = 0
    out_of_scope: int = 0
    quarantined: int = 0
    warned: int = 0
    withdrawn: int = 0

    @property
    def taken(self) -> int:
        return self.accepted + self.unchanged


@dataclass(frozen=True)
class Comparison:
    """Cases beside those of the last accepted submission; ``missing`` are those that this file does not name."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    missing: int | None = None
    last_submission_id: str | None = None


@dataclass(frozen=True)
class FindingGroup:
    """The findings of one rule and field. ``row_numbers`` are all of them, in order; empty for a rule on the file.

    ``cells`` are the distinct cells where they stand, in a sheet whose columns are what was received; else empty."""

    rule_id: str
    rule_name: str
    severity: Severity
    field_name: str | None
    header: str | None
    advice: tuple[str, ...]
    row_numbers: tuple[int, ...]
    count: int
    cells: tuple[Any, ...] = ()


@dataclass(frozen=True, eq=False)
class ReceiptContent:
    """Everything a receipt's files are made of. ``read`` (the sender's own table) is None where the file could not be read."""

    facts: SubmissionFacts
    counts: RowCounts
    findings: FindingTable
    dataset: Dataset | None = None
    layout: Layout | None = None
    read: Any = None
    comparison: Comparison | None = None
    completeness: tuple[FieldCompleteness, ...] = ()
    not_counting: tuple[NotCounting, ...] = ()

    @property
    def has_workbook(self) -> bool:
        """Whether there is a table of the sender's own to give back (a reshaped sheet has none), with something to mark in it."""
        source = self.read.source if self.read is not None else None
        return source is not None and bool(source.header) and bool((self.findings.row_numbers != NO_ROW).any())

    @property
    def is_by_columns(self) -> bool:
        """Whether the file's columns are what was received (a transposed sheet), not its rows."""
        return self.read is not None and getattr(self.read, "cells", None) is not None

    def cell(self, number: int, field_name: str | None):
        """The sheet's own cell (``SheetCell``) of a finding in a transposed sheet; None elsewhere, where the number is the row's."""
        return self.read.cells.cell(number, field_name) if self.is_by_columns else None

    def cells(self, numbers: Iterable[int], field_name: str | None) -> tuple[Any, ...]:
        """The distinct cells of findings about one field; none elsewhere than in a transposed sheet."""
        found = dict.fromkeys(self.cell(number, field_name) for number in numbers) if self.is_by_columns else {}
        return tuple(cell for cell in found if cell)

    def header(self, field_name: str | None) -> str | None:
        """The column's header as the sender spells it, else as the layout does."""
        if field_name is None:
            return None
        return self._own_headers.get(field_name) or (self._wording.header(field_name) if self._wording else field_name.replace("_", " "))

    def choices(self, field_name: str) -> tuple[str, ...]:
        """What a cell of the field's column may hold, in the sender's own spelling; none unless it takes one code of a list."""
        item = self.dataset.field_by_name.get(field_name) if self.dataset else None
        return self._wording.choices(item) if item and item.kind is Kind.CODE and item.codes else ()

    @cached_property
    def _wording(self) -> Wording | None:
        return Wording(self.dataset, self.layout) if self.dataset else None

    @cached_property
    def _own_headers(self) -> dict[str, str]:
        source = self.read.source if self.read is not None else None
        if source is None:
            return {}
        return {name: source.header[place] for place, name in source.field_of_header.items() if place < len(source.header)}

    @cached_property
    def groups(self) -> tuple[FindingGroup, ...]:
        """Findings by rule and field: the gravest first, then the most frequent."""
        kinds: dict[tuple, list[int]] = {}
        for position, kind in enumerate(self.findings.kinds):
            kinds.setdefault((kind.rule_id, kind.severity, kind.field_name), []).append(position)
        groups = (self._group(positions) for positions in kinds.values())
        return tuple(
            sorted((g for g in groups if g.count), key=lambda g: (SEVERITIES.index(g.severity), -g.count, g.rule_id, g.field_name or ""))
        )

    def _group(self, positions: list[int]) -> FindingGroup:
        kinds = [self.findings.kinds[position] for position in positions]
        rows = [row for position in positions for row in self.findings.of_kind(position).tolist()]
        first, numbered = kinds[0], tuple(sorted(row for row in rows if row != NO_ROW))
        advice = tuple(dict.fromkeys(kind.advice for kind in kinds))
        return FindingGroup(
            first.rule_id, first.rule_name, first.severity, first.field_name, self.header(first.field_name), advice, numbered, len(rows),
            self.cells(numbered, first.field_name),
        )  # fmt: skip

    def groups_of(self, *severities: Severity) -> tuple[FindingGroup, ...]:
        return tuple(group for group in self.groups if group.severity in severities)


def build_content(
    facts: SubmissionFacts,
    counts,
    findings: FindingTable | Iterable[Finding] = (),
    *,
    read=None,
    dataset: Dataset | None = None,
    comparison=None,
    completeness=(),
    not_counting=(),
) -> ReceiptContent:
    """The content of a receipt. ``counts`` and ``comparison`` may be any objects with those attributes.

    ``read`` is the ``ReadFile``; ``dataset`` is needed only where reading stopped after the dataset was recognised.
    """
    table = findings if isinstance(findings, FindingTable) else FindingTable.of_findings(findings)
    layout = read.layout if read is not None else None
    known = dataset or (read.dataset if read is not None else None)
    return ReceiptContent(facts, _counts(counts), table, known, layout, read, comparison, tuple(completeness), tuple(not_counting))


def _counts(counts) -> RowCounts:
    names = RowCounts.__dataclass_fields__
    return RowCounts(**{name: getattr(counts, name) for name in names if hasattr(counts, name)}) if counts is not None else RowCounts()
