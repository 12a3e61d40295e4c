"""Runs spec tables: rows as written -> typed frame -> answers, through masks or through SQL.

Belongs here: what is the same for every pathway. Does not belong here: cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
import pandas as pd

from quality_checks.masks import Evaluator
from schemas.datasets import Dataset
from schemas.expressions import AllOf, Expression, Holds, Not
from schemas.fields import Derived, Kind
from schemas.measures import Measure, MeasureKind
from tests.spec.tables import NO, YES, Answer, Row, Table

# what the warehouse offers for every case, beside the dataset's own fields
OFFERED = {
    "site_code": Kind.TEXT, "provider_code": Kind.TEXT, "started_at": Kind.DATETIME, "started_on": Kind.DATE, "record_status": Kind.TEXT,
    "death_on": Kind.DATE, "deaths_covered_to": Kind.DATE, "received_on": Kind.DATE, "received_at": Kind.DATETIME,
    "today": Kind.DATE,
}  # fmt: skip


def facts_across_records(dataset: Dataset) -> dict[str, Kind]:
    """What the warehouse tells of a team's record beside its fields; where a row says nothing, it is false."""
    return {fact.name: Kind.BOOLEAN for fact in dataset.case_link.facts} if dataset.case_link else {}


# ------------------------------------------------------------------------------------------------ rows -> frame
def typed_frame(rows: Sequence[Row], patient: dict[str, str], dataset: Dataset) -> pd.DataFrame:
    """One line a row: the dataset's fields, what the warehouse offers, then the derived fields."""
    facts = facts_across_records(dataset)
    written = [{**dict.fromkeys(facts, "FALSE"), **patient, **dict(row.changes)} for row in rows]
    kinds = {f.name: f.kind for f in dataset.fields} | OFFERED | facts
    for line in written:
        strange = set(line) - set(kinds)
        assert not strange, f"no such field: {sorted(strange)}"
    frame = pd.DataFrame({name: typed_column([line.get(name) for line in written], kind) for name, kind in kinds.items()})
    return add_derived(frame, dataset.derived)


def add_derived(frame: pd.DataFrame, derived: Iterable[Derived]) -> pd.DataFrame:
    for item in derived:
        frame[item.name] = _derived_column(item, frame)
    return frame


def _derived_column(item: Derived, frame: pd.DataFrame):
    data, known = Evaluator(frame).evaluate(item.expression)
    if item.kind in (Kind.INTEGER, Kind.DECIMAL):
        return np.where(known, data, np.nan).astype(float)
    if item.kind in (Kind.DATE, Kind.DATETIME):
        return np.where(known, data, np.datetime64("NaT", "s")) if known.any() else np.full(len(frame), np.datetime64("NaT", "s"))
    return _objects([value if is_known else None for value, is_known in zip(data.tolist(), known, strict=True)])


def typed_column(texts: list[str | None], kind: Kind):
    if kind in (Kind.INTEGER, Kind.DECIMAL):
        return np.array([np.nan if t is None else float(t) for t in texts])
    if kind is Kind.DATE:
        return _moments(texts, "%d/%m/%Y")
    if kind is Kind.DATETIME:
        return _moments(texts, "%d/%m/%Y %H:%M")
    if kind is Kind.TIME:
        return np.array([np.timedelta64("NaT", "s") if t is None else _time_of_day(t) for t in texts])
    if kind is Kind.BOOLEAN:
        return _objects([{"TRUE": True, "FALSE": False, None: None}[t] for t in texts])
    if kind is Kind.CODES:
        return _objects([None if t is None else tuple(t.split(";")) for t in texts])
    return _objects(texts)


def _moments(texts: list[str | None], form: str) -> np.ndarray:
    nothing = np.datetime64("NaT", "s")
    return np.array([nothing if t is None else _moment(t, form) for t in texts])


@lru_cache(100_000)
def _moment(text: str, form: str) -> np.datetime64:
    return np.datetime64(datetime.strptime(text, form), "s")


@lru_cache(2000)
def _time_of_day(text: str) -> np.timedelta64:
    hour, minute = text.split(":")
    return np.timedelta64(int(hour) * 3600 + int(minute) * 60, "s")


def _objects(values: list) -> pd.Series:
    return pd.Series(values, dtype=object)


# ------------------------------------------------------------------------------------------------ answers
def denominator(measure: Measure) -> Expression:
    return AllOf((Holds(measure.cohort), *(Not(Holds(e.condition)) for e in measure.exclusions)))


@dataclass(frozen=True)
class Outcome:
    """What a measure makes of one case; ``reasons`` is why it does not count."""

    counts: bool
    achieves: bool | None = None
    value: float | None = None
    reasons: frozenset[str] = frozenset()

    def answer(self) -> Answer:
        if not self.counts:
            return ("out", self.reasons)
        if self.achieves is not None:
            return YES if self.achieves else NO
        return YES if self.value is None else ("gives", self.value)

    def counted(self) -> tuple:
        """The part that a result is made of; values to nine decimals, which masks and SQL share."""
        return (self.counts, self.achieves, None if self.value is None else round(self.value, 9))


def measure_outcomes(measure: Measure, frame: pd.DataFrame, judge: Evaluator | None = None) -> list[Outcome]:
    """By masks: one outcome a row of the frame. A ``judge`` of the same frame remembers what it has evaluated before."""
    judge = judge or Evaluator(frame)
    counts = judge.holds(denominator(measure))
    achieves = judge.holds(measure.numerator) if measure.kind is MeasureKind.PROPORTION else [None] * len(frame)
    values = _values(judge, measure.value, len(frame))
    reasons = {"cohort": ~judge.holds(measure.cohort)} | {e.name: judge.holds(e.condition) for e in measure.exclusions}
    return [
        Outcome(True, None if achieves[i] is None else bool(achieves[i]), values[i])
        if counts[i]
        else Outcome(False, reasons=frozenset(name for name, applies in reasons.items() if applies[i]))
        for i in range(len(frame))
    ]


def _values(judge: Evaluator, value: Expression | None, row_count: int) -> list[float | None]:
    if value is None:
        return [None] * row_count
    data, known = judge.evaluate(value)
    return [float(v) if k else None for v, k in zip(data, known, strict=True)]


def result_answers(measure: Measure, rows: Sequence[Row]) -> list[Answer]:
    """Of a measure made of other measures: rows tell their results."""
    told = [dict(row.changes) for row in rows]
    frame = pd.DataFrame({name: typed_column([line.get(name) for line in told], Kind.DECIMAL) for name in measure.value.field_names()})
    return [("gives", value) for value in _values(Evaluator(frame), measure.value, len(frame))]


def derived_answers(name: str, frame: pd.DataFrame) -> list[Answer]:
    return [("gives", _plain(value)) for value in frame[name]]


def _plain(value):
    if value is None or (np.isscalar(value) and pd.isna(value)) or value is pd.NaT:
        return None
    if isinstance(value, pd.Timestamp):
        return value.strftime("%d/%m/%Y %H:%M")
    return value


def rule_answers(requirement: Expression, frame: pd.DataFrame) -> list[Answer]:
    data, known = Evaluator(frame).evaluate(requirement)
    return [("unknown",) if not k else ("holds",) if d else ("broken",) for d, k in zip(data, known, strict=True)]


def differences(spec: Table, answers: Sequence[Answer]) -> list[str]:
    """What came out otherwise than the table says, in words."""
    found = zip(spec.rows, answers, strict=True)
    return [f"{spec.subject}: {row.about}: should be {_say(row.answer)}, is {_say(a)}" for row, a in found if not _same(row.answer, a)]


def _same(wanted: Answer, found: Answer) -> bool:
    both_numbers = wanted[0] == found[0] == "gives" and isinstance(wanted[1], int | float) and isinstance(found[1], int | float)
    return abs(wanted[1] - found[1]) < 1e-9 if both_numbers else wanted == found


def _say(answer: Answer) -> str:
    kind, *rest = answer
    return f"{kind} ({', '.join(sorted(rest[0]))})" if kind == "out" else " ".join(map(str, answer))
