"""Many findings as columns: hundreds of thousands cost arrays, and become ``Finding`` objects only where somebody reads them.

Belongs here: ``FindingTable``. Does not belong here: judging (``quality_checks.validate``), one finding (``quality_checks.findings``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from quality_checks.findings import Finding
from schemas.rules import Severity

NO_ROW = -1


@dataclass(frozen=True, eq=False)
class FindingTable(Sequence[Finding]):
    """Findings in the order of rows, those of the file first. ``kinds`` are the distinct findings without their rows.

    ``kind_of`` (position in ``kinds``) and ``row_numbers`` (``NO_ROW`` for the file) have one entry a finding.
    """

    kinds: tuple[Finding, ...] = ()
    kind_of: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    row_numbers: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @classmethod
    def of(cls, kinds: Sequence[Finding], rows_of_kind: Sequence[np.ndarray]) -> FindingTable:
        """``rows_of_kind`` has the row numbers of each kind."""
        counts = [len(rows) for rows in rows_of_kind]
        kind_of = np.repeat(np.arange(len(kinds), dtype=np.int64), counts)
        row_numbers = (
            np.concatenate([np.asarray(rows, dtype=np.int64) for rows in rows_of_kind]) if counts else np.array([], dtype=np.int64)
        )
        order = np.lexsort((kind_of, row_numbers))
        return cls(tuple(kinds), kind_of[order], row_numbers[order])

    @classmethod
    def of_findings(cls, findings: Iterable[Finding]) -> FindingTable:
        rows: dict[Finding, list[int]] = {}
        for finding in findings:
            rows.setdefault(replace(finding, row_number=None), []).append(NO_ROW if finding.row_number is None else finding.row_number)
        return cls.of(tuple(rows), [np.array(numbers, dtype=np.int64) for numbers in rows.values()])

    def with_findings(self, others: Iterable[Finding]) -> FindingTable:
        """Together with findings from elsewhere (reading, the warehouse), in order of rows."""
        other = others if isinstance(others, FindingTable) else FindingTable.of_findings(others)
        kinds = (*self.kinds, *other.kinds)
        return FindingTable.of(kinds, [*self.rows_by_kind(), *other.rows_by_kind()])

    __add__ = with_findings

    def __len__(self) -> int:
        return len(self.kind_of)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return FindingTable(self.kinds, self.kind_of[index], self.row_numbers[index])
        row = int(self.row_numbers[index])
        return replace(self.kinds[self.kind_of[index]], row_number=None if row == NO_ROW else row)

    def __iter__(self) -> Iterator[Finding]:
        for kind, row in zip(self.kind_of.tolist(), self.row_numbers.tolist(), strict=True):
            yield replace(self.kinds[kind], row_number=None if row == NO_ROW else row)

    def rows_by_kind(self) -> list[np.ndarray]:
        """The row numbers of each kind, in order."""
        order = np.argsort(self.kind_of, kind="stable")
        return np.split(self.row_numbers[order], np.cumsum(np.bincount(self.kind_of, minlength=len(self.kinds)))[:-1]) if self.kinds else []

    def where(self, chosen: np.ndarray) -> FindingTable:
        """The findings for which the mask over them is true."""
        return FindingTable(self.kinds, self.kind_of[chosen], self.row_numbers[chosen])

    def without_rows(self, rows: Iterable[int]) -> FindingTable:
        """The findings but for those of the rows."""
        left_out = list(rows)
        return self.where(~np.isin(self.row_numbers, left_out)) if left_out else self

    def with_severity(self, *severities: Severity) -> FindingTable:
        return self.where(np.array([kind.severity in severities for kind in self.kinds], dtype=bool)[self.kind_of])

    def of_kind(self, kind: int) -> np.ndarray:
        """Row numbers of one kind, in order."""
        return self.row_numbers[self.kind_of == kind]

    def by_rule(self) -> dict[str, int]:
        """Rule id -> number of findings."""
        counted: Counter[str] = Counter()
        for kind, count in zip(self.kinds, np.bincount(self.kind_of, minlength=len(self.kinds)), strict=True):
            counted[kind.rule_id] += int(count)
        return {rule_id: count for rule_id, count in counted.items() if count}

    def rows_with(self, *severities: Severity) -> set[int]:
        """The rows that have a finding of these severities."""
        return set(self.with_severity(*severities).row_numbers.tolist()) - {NO_ROW}

    def rules_of_rows(self, *severities: Severity) -> dict[int, tuple[str, ...]]:
        """Row number -> ids of the rules of these severities that it breaks."""
        found: dict[int, dict[str, None]] = {}
        chosen = self.with_severity(*severities)
        for kind, row in zip(chosen.kind_of.tolist(), chosen.row_numbers.tolist(), strict=True):
            if row != NO_ROW:
                found.setdefault(row, {})[self.kinds[kind].rule_id] = None
        return {row: tuple(ids) for row, ids in found.items()}
