"""Judges a conformed submission: runs the dataset's suite and turns its results into findings and a verdict on every row.

Belongs here: ``validate`` and ``Verdict``. Does not belong here: what is done with the rows (``assets.records``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from quality_checks.finding_table import NO_ROW, FindingTable
from quality_checks.findings import Finding
from quality_checks.masks import problem_column
from quality_checks.rulesets import RuleSet, SuiteError, rule_set
from schemas.datasets import Dataset
from schemas.field_rules import RECEIVED_AT, RECEIVED_ON, ZONE
from schemas.layouts import Layout
from schemas.measures import Measure
from schemas.rules import Rule, Scope, Severity


@dataclass(frozen=True)
class RuleResult:
    """A rule over the whole submission: for how many cells it could be judged, and how many break it."""

    rule_id: str
    rule_name: str
    severity: Severity
    evaluated_count: int
    broken_count: int


@dataclass(frozen=True)
class FamilyResult:
    family: str
    success: bool
    rules: tuple[RuleResult, ...]


@dataclass(frozen=True, eq=False)
class Verdict:
    """``quarantined``, ``out_of_scope`` and ``warned`` are masks over the rows of the frame that was judged; a row is in one at most."""

    findings: FindingTable
    quarantined: np.ndarray
    out_of_scope: np.ndarray
    warned: np.ndarray
    families: tuple[FamilyResult, ...]

    @property
    def is_rejected(self) -> bool:
        return any(self.findings.with_severity(Severity.REJECT_FILE))


def validate(
    conformed,
    dataset: Dataset,
    rule_version: int,
    received_at: datetime,
    *,
    measures: tuple[Measure, ...] = (),
    layout: Layout | None = None,
) -> Verdict:
    """Judge every row of ``conformed.frame`` by the rules of ``rule_version``.

    ``received_at`` (with zone, else UTC) is what "in the future" and "due" are measured against. ``measures`` whose time limits
    a clock change could flip give a warning; ``layout`` words the advice as its sender spells the columns.
    Raises ``SuiteError`` where a rule cannot be judged or the library's counts differ from its row positions.
    """
    from quality_checks.suite import run_suite

    rules = rule_set(dataset, rule_version, tuple(measures), layout)
    frame = judged_frame(conformed, received_at)
    results = run_suite(rules, frame)
    broken = _positions(rules, results, len(frame))
    return _verdict(rules, results, broken, frame)


def judged_frame(conformed, received_at: datetime) -> pd.DataFrame:
    """The typed frame with the time of the submission and, for each field with problems, their reasons."""
    local = (received_at if received_at.tzinfo else received_at.replace(tzinfo=UTC)).astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
    added = {RECEIVED_AT: pd.Timestamp(local), RECEIVED_ON: pd.Timestamp(local.date())}
    problems = {problem_column(name): reasons for name, reasons in conformed.problems.items()}
    return conformed.frame.assign(**added, **problems)


def _positions(rules: RuleSet, results, row_count: int) -> list[np.ndarray]:
    """Rule position -> positions of the rows that break it, checked against the library's own counts."""
    broken = [np.array([], dtype=np.int64)] * len(rules.rules)
    for result in results:
        details = result.result["details"]["rules"]
        for position, detail in details.items():
            rows = np.asarray(detail["unexpected_index_list"], dtype=np.int64)
            if len(rows) != detail["unexpected_count"] or (len(rows) and not 0 <= rows[0] <= rows[-1] < row_count):
                raise SuiteError(f"{rules.key}: {detail['unexpected_count']} rows break rule {int(position)}, {len(rows)} are named")
            broken[int(position)] = rows
        if result.success != (sum(d["unexpected_count"] for d in details.values()) == 0):
            raise SuiteError(f"{rules.key}: a family's success contradicts its counts")
    return broken


def _verdict(rules: RuleSet, results, broken: list[np.ndarray], frame: pd.DataFrame) -> Verdict:
    quarantined = _rows_with(Severity.QUARANTINE_RECORD, rules, broken, len(frame))
    out_of_scope = _rows_with(Severity.OUT_OF_SCOPE, rules, broken, len(frame)) & ~quarantined
    warned = _rows_with(Severity.WARN, rules, broken, len(frame)) & ~quarantined & ~out_of_scope
    told = [_told(rule, rows, out_of_scope) for rule, rows in zip(rules.rules, broken, strict=True)]
    findings = _findings(rules, told, frame.index.to_numpy(dtype=np.int64))
    return Verdict(findings, quarantined, out_of_scope, warned, tuple(_family(rules, result) for result in results))


def _rows_with(severity: Severity, rules: RuleSet, broken: list[np.ndarray], row_count: int) -> np.ndarray:
    mask = np.zeros(row_count, dtype=bool)
    for rule, rows in zip(rules.rules, broken, strict=True):
        if rule.severity is severity and rule.scope is Scope.RECORD:
            mask[rows] = True
    return mask


def _told(rule: Rule, rows: np.ndarray, out_of_scope: np.ndarray) -> np.ndarray:
    """A record that is not of this audit needs no warning about its content."""
    if rule.scope is Scope.RECORD and rule.severity is Severity.WARN and len(rows):
        return rows[~out_of_scope[rows]]
    return rows


def _findings(rules: RuleSet, told: list[np.ndarray], row_numbers: np.ndarray) -> FindingTable:
    chosen = [(rule, rows) for rule, rows in zip(rules.rules, told, strict=True) if len(rows)]
    rows_of_kind = [np.array([NO_ROW]) if rule.scope is Scope.FILE else row_numbers[rows] for rule, rows in chosen]
    return FindingTable.of([_kind(rule) for rule, _ in chosen], rows_of_kind)


def _kind(rule: Rule) -> Finding:
    return Finding(rule.id, rule.name, rule.severity, rule.scope, rule.advice, field_name=rule.fields[0] if rule.fields else None)


def _family(rules: RuleSet, result) -> FamilyResult:
    by_id: dict[str, RuleResult] = {}
    for position, detail in result.result["details"]["rules"].items():
        rule = rules.rules[int(position)]
        before = by_id.get(rule.id)
        evaluated = detail["element_count"] + (before.evaluated_count if before else 0)
        broken = detail["unexpected_count"] + (before.broken_count if before else 0)
        by_id[rule.id] = RuleResult(rule.id, rule.name, rule.severity, evaluated, broken)
    return FamilyResult(result.expectation_config.kwargs["family"], bool(result.success), tuple(by_id.values()))
