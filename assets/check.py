"""A look at a file before it is submitted: the findings of scope record and file, without a database.

Belongs here: reading, conforming, judging, and the receipt of a check. Does not belong here: rules that need the warehouse
(they are applied when the file is submitted), the command line (``pipelines.cli``).
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np

from assets.reading import read_file, typed
from assets.reading.conform import Conformed
from assets.reading.manifest import Manifest
from assets.reading.shapes import ReadFile
from assets.work import told
from quality_checks.finding_table import FindingTable
from quality_checks.findings import FileRefused
from quality_checks.receipt import ReceiptContent, RowCounts, SubmissionFacts, build_content, completeness
from quality_checks.validate import Verdict, judged_frame, validate
from schemas.registry import Registry
from schemas.rules import Severity
from warehouse.settings import Settings


class ExitCode(IntEnum):
    """How ``common-cause check`` ends."""

    ACCEPTED = 0
    WITH_WARNINGS = 10
    IN_PART = 11
    REJECTED = 12
    OUR_FAILURE = 20


STATES = {
    ExitCode.ACCEPTED: "accepted", ExitCode.WITH_WARNINGS: "accepted with warnings", ExitCode.IN_PART: "accepted in part",
    ExitCode.REJECTED: "rejected", ExitCode.OUR_FAILURE: "failed",
}  # fmt: skip


@dataclass(frozen=True)
class CheckOutcome:
    """``content`` can be written as a receipt. ``failure`` names the places in the code where we broke, never a value."""

    content: ReceiptContent
    exit_code: ExitCode
    failure: str | None = None


def check_file(
    path: Path, sender_code: str, settings: Settings, registry: Registry, dataset: str | None = None, manifest: Manifest | None = None
) -> CheckOutcome:
    """What would come of the file, as far as the file alone tells. Raises OSError if it cannot be opened; nothing else."""
    content = Path(path).read_bytes()
    facts = _Facts(Path(path).name, sender_code, settings, manifest)
    try:
        read = read_file(
            content, Path(path).suffix, registry, dataset=dataset, sender_code=sender_code, manifest=manifest, file_name=Path(path).name
        )
        return _judged(facts, read, registry)
    except FileRefused as refused:
        counts = RowCounts(refused.received_count, quarantined=refused.received_count or 0)
        return facts.outcome(ExitCode.REJECTED, counts, FindingTable.of_findings(refused.findings))
    except Exception as error:
        return facts.outcome(ExitCode.OUR_FAILURE, RowCounts(), FindingTable(), failure=_place(error))


@dataclass(frozen=True)
class _Facts:
    file_name: str
    sender_code: str
    settings: Settings
    manifest: Manifest | None

    def outcome(
        self, code: ExitCode, counts: RowCounts, findings: FindingTable, failure: str | None = None, reason: str | None = None, **more
    ) -> CheckOutcome:
        given = self.manifest or Manifest()
        facts = SubmissionFacts(
            "check", self.sender_code, STATES[code], self.settings.clock(), self.file_name, network_name=self.settings.network_name,
            mode=given.mode, period_start=given.period_start, period_end=given.period_end, reason=reason, is_check=True,
        )  # fmt: skip
        return CheckOutcome(build_content(facts, counts, findings, **more), code, failure)


def _judged(facts: _Facts, read: ReadFile, registry: Registry) -> CheckOutcome:
    (read, conformed), received_at = typed(read), facts.settings.clock()
    pathway = registry.pathway_of_dataset(read.dataset.name)
    measures = pathway.measures if pathway else ()
    verdict = validate(conformed, read.dataset, read.dataset.rule_version, received_at, measures=measures, layout=read.layout)
    findings = told(read, verdict.findings)
    counts, taken = _counts(read, conformed, verdict, findings)
    code = _exit_code(counts, findings)
    complete = completeness(read.dataset, judged_frame(conformed, received_at), taken) if code is not ExitCode.REJECTED else ()
    if code is ExitCode.REJECTED:
        counts = RowCounts(counts.received, quarantined=counts.received)
    reason = "No row could be taken: each would be set aside. The findings below say why." if code is ExitCode.REJECTED else None
    return facts.outcome(code, counts, findings, reason=reason, read=read, completeness=complete)


def _counts(read: ReadFile, conformed: Conformed, verdict: Verdict, findings: FindingTable) -> tuple[RowCounts, np.ndarray]:
    """Counts, and the mask of the rows that would be taken. Findings of reading count as those of the suite do."""
    rows = conformed.frame.index.to_numpy()
    aside_rows = set(findings.rules_of_rows(Severity.QUARANTINE_RECORD)) | set(read.set_aside)
    aside = np.isin(rows, list(aside_rows))
    outside = verdict.out_of_scope & ~aside
    taken = ~aside & ~outside
    warned = taken & np.isin(rows, findings.with_severity(Severity.WARN).row_numbers)
    if read.units is not None:
        return _counts_of_units(read, rows, findings, taken, outside, warned), taken
    counts = RowCounts(read.received_count, int(taken.sum()), 0, int(outside.sum()), len(aside_rows), int(warned.sum()))
    return counts, taken


def _counts_of_units(
    read: ReadFile, rows: np.ndarray, findings: FindingTable, taken: np.ndarray, outside: np.ndarray, warned: np.ndarray
) -> RowCounts:
    """Of a reshaped sheet its own rows or columns are counted, not the records made of them."""
    outcomes = dict(zip(rows.tolist(), np.select([taken, outside], ["accepted", "out of scope"], "quarantined").tolist(), strict=True))
    aside = read.units.set_aside(findings.rules_of_rows(Severity.QUARANTINE_RECORD))
    counted = read.units.count(outcomes, aside)
    untold = counted["accepted"] + counted["unchanged"]  # a unit without a record said nothing, and is taken as it is
    return RowCounts(
        read.received_count, untold, 0, counted["out of scope"], counted["quarantined"], read.units.touched_by(rows[warned].tolist())
    )


def _exit_code(counts: RowCounts, findings: FindingTable) -> ExitCode:
    if len(findings.with_severity(Severity.REJECT_FILE)) or (counts.received and counts.quarantined == counts.received):
        return ExitCode.REJECTED
    if counts.quarantined:
        return ExitCode.IN_PART
    return ExitCode.WITH_WARNINGS if len(findings.with_severity(Severity.WARN)) else ExitCode.ACCEPTED


def _place(error: BaseException) -> str:
    """The type of the error and the calls that led to it: never its text, which may quote a value."""
    calls = [f"{Path(frame.filename).stem}.{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]
    return f"{type(error).__name__} at {' > '.join(calls)}"
