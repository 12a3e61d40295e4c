"""What is said of a broken rule: the one shape in which every room reports it.

Belongs here: ``Finding`` and ``FileRefused``. Does not belong here: judging (``quality_checks.validate``), reading
(``assets.reading``), how a finding is shown (``quality_checks.receipt``).
A finding never holds a value, a header, a sheet name or a file name of the sender: any of them may identify a patient.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.rules import Scope, Severity


@dataclass(frozen=True)
class Finding:
    """One rule broken by one record, or by the file.

    ``rule_name`` says what must hold, ``advice`` where it does not and what the clerk can do. ``row_number`` is the row of the
    file (its first line is row 1), ``field_name`` the field to correct; both None where the whole file is meant.
    """

    rule_id: str
    rule_name: str
    severity: Severity
    scope: Scope
    advice: str
    row_number: int | None = None
    field_name: str | None = None


class FileRefused(Exception):
    """Reading ends: the file as a whole cannot be taken. That is a result for the sender, not a failure of ours.

    ``findings`` holds at least one of severity ``reject file``. ``received_count`` is the number of rows counted in the
    file, None where the bytes could not be counted as rows. The message is made of rule ids and advice only.
    """

    def __init__(self, findings: Iterable[Finding], received_count: int | None = None):
        self.findings = tuple(findings)
        self.received_count = received_count
        if not any(finding.severity is Severity.REJECT_FILE for finding in self.findings):
            raise ValueError("a refusal needs at least one finding of severity 'reject file'")
        refusing = [f for f in self.findings if f.severity is Severity.REJECT_FILE]
        super().__init__("; ".join(f"{f.rule_id} {f.rule_name}: {f.advice}" for f in refusing))
