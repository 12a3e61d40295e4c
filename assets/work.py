"""One submission at work, and what came of it: the values that the stages hand to each other, in memory only.

Belongs here: ``Work`` and ``Applied``. Does not belong here: reading, judging, loading, writing the receipt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from sqlalchemy import Row

from assets.ledger import Counts
from assets.places import Sender
from assets.reading.conform import Conformed
from assets.reading.file_rules import FileRule
from assets.reading.shapes import ReadFile
from quality_checks.finding_table import FindingTable
from quality_checks.findings import Finding
from quality_checks.receipt import Comparison, FieldCompleteness
from quality_checks.validate import FamilyResult
from schemas.datasets import Dataset
from schemas.registry import Registry
from schemas.rules import Scope, Severity
from warehouse.keys import Keys


@dataclass(frozen=True)
class Work:
    """A submission that has been read: its ledger row, its sender, its rows as typed values.

    ``case_rules`` (pathway -> version) are the rules by which cases are judged that it moves without telling of them: those of a death.
    """

    row: Row
    sender: Sender
    read: ReadFile
    conformed: Conformed
    registry: Registry
    keys: Keys
    repeats: str | None = None  # the effective submission that it repeats, so that it shall have no effect
    case_rules: Mapping[str, int] = field(default_factory=dict)

    @property
    def dataset(self) -> Dataset:
        return self.read.dataset


@dataclass(frozen=True)
class Applied:
    """What came of a submission. The masks lie on the rows of the typed frame; ``quarantined`` also names rows that could not be read."""

    findings: FindingTable
    quarantined: dict[int, tuple[str, ...]]
    taken: pd.Series
    out_of_scope: pd.Series
    warned: pd.Series
    counts: Counts
    state: str
    families: tuple = ()
    reason_code: str | None = None
    reason: str | None = None
    case_ids: pd.Series | None = None
    comparison: Comparison | None = None
    completeness: tuple[FieldCompleteness, ...] = ()
    verdict: object | None = None
    repeats: str | None = None

    @property
    def is_rejected(self) -> bool:
        return self.state == "rejected"

    @classmethod
    def judge(cls, work: Work, verdict, findings: Iterable[Finding]) -> Applied:
        """Findings of reading, of the suite and of the stages into: which rows are taken, and the state so far."""
        index = work.conformed.frame.index
        every = told(work.read, (verdict.findings if verdict is not None else FindingTable()) + FindingTable.of_findings(findings))
        quarantined = every.rules_of_rows(Severity.QUARANTINE_RECORD)
        aside = index.isin(list(quarantined))
        outside = (verdict.out_of_scope if verdict is not None else np.zeros(len(index), bool)) & ~aside
        warned = index.isin(every.with_severity(Severity.WARN).row_numbers)
        counts = Counts(work.read.received_count, 0, 0, int(outside.sum()), len(quarantined), int((warned & ~aside & ~outside).sum()))
        judged = cls(
            every, quarantined, pd.Series(~aside & ~outside, index=index), pd.Series(outside, index=index),
            pd.Series(warned, index=index), counts, "reading", verdict.families if verdict is not None else (), verdict=verdict,
        )  # fmt: skip
        return judged.rejected_whole(work) if len(every.with_severity(Severity.REJECT_FILE)) else judged

    @classmethod
    def rejected(cls, work: Work, findings: Iterable[Finding]) -> Applied:
        return cls.judge(work, None, findings)

    def rejected_whole(self, work: Work) -> Applied:
        """Nothing is taken: every row is set aside by the finding on the file."""
        refusal = self.findings.with_severity(Severity.REJECT_FILE)[0]
        received = work.read.received_count
        return replace(
            self, state="rejected", reason_code=refusal.rule_id, reason=refusal.advice, counts=Counts(received, quarantined=received), quarantined={},
            taken=self.taken & False, out_of_scope=self.out_of_scope & False,
        )  # fmt: skip

    def held(self, reason: str, withdrawn: int) -> Applied:
        counts = replace(self.counts, withdrawn=withdrawn)
        return replace(self, state="held", reason_code="HOLD1", reason=reason, counts=counts)

    def with_findings(self, more: Iterable[Finding]) -> Applied:
        """Warnings that only the load could find."""
        more = tuple(more)
        warned = self.warned | self.warned.index.isin([f.row_number for f in more])
        counts = replace(self.counts, warned=int((warned & self.taken).sum()))
        return replace(self, findings=self.findings + more, warned=warned, counts=counts)

    def with_clashes(self, clashes: pd.DataFrame, case_ids: pd.Series, dataset: Dataset) -> Applied:
        """Findings for the rows whose cases broke a pair rule, or a rule on what is linked to them."""
        if not len(clashes):
            return self
        cells = {rule.id: (rule, (*rule.same, *dataset.record_key)[0]) for rule in dataset.pair_rules}
        cells |= {
            rule.id: (rule, (*rule.fields, *dataset.record_key)[0]) for rule in (dataset.case_link.rules if dataset.case_link else ())
        }
        cells |= {rule.id: (rule, rule.fields[0]) for rule in dataset.rules if rule.scope is Scope.WAREHOUSE}
        rows_of = defaultdict(list)
        for row, case_id in case_ids[case_ids.isin(clashes["case_id"])].items():
            rows_of[case_id].append(row)
        return self.with_findings(
            Finding(rule.id, rule.name, rule.severity, rule.scope, rule.advice, int(row), cell)
            for clash in clashes.itertuples() for rule, cell in (cells[clash.rule_id],) for row in rows_of.get(clash.case_id, ())
        )  # fmt: skip

    def with_families(self, more: Iterable[FamilyResult]) -> Applied:
        """What families of rules that only the load could judge have to say, beside those of the suite."""
        return replace(self, families=(*self.families, *more))

    def loaded(self, changed: pd.Series, case_ids: pd.Series, withdrawn: int) -> Applied:
        """Final counts and state of a submission that was taken, in whole or in part."""
        accepted, unchanged = int((self.taken & changed).sum()), int((self.taken & ~changed).sum())
        return self.finished(replace(self.counts, accepted=accepted, unchanged=unchanged, withdrawn=withdrawn), case_ids)

    def finished(self, counts: Counts, case_ids: pd.Series | None = None) -> Applied:
        """The same with its final counts and the state that follows from them."""
        state, code, reason = _state(counts, self.findings)
        return replace(self, counts=counts, state=state, reason_code=code, reason=reason, case_ids=case_ids)


def told(read: ReadFile, others: FindingTable) -> FindingTable:
    """Findings of reading and ``others``; of a row that has shifted only that is told, for none of its cells need be what its header says."""
    shifted = [finding.row_number for finding in read.findings if finding.rule_id == FileRule.ROW_NOT_SHIFTED.id]
    return FindingTable.of_findings(read.findings) + others.without_rows(shifted)


def _state(counts: Counts, findings: FindingTable) -> tuple[str, str | None, str | None]:
    if counts.received and counts.quarantined == counts.received:
        return "rejected", "ALL1", "No row could be taken: each was set aside. The findings say why."
    if counts.quarantined:
        return "accepted in part", None, None
    if counts.warned or len(findings.with_severity(Severity.WARN)):
        return "accepted with warnings", None, None
    return "accepted", None, None
