"""An event of a form: it happened or not, and its exact instant is known or not."""

from __future__ import annotations

import pandas as pd
import pytest

from quality_checks.masks import Evaluator
from schemas.events import TimedEvent
from schemas.expressions import field
from schemas.rules import Severity

SCAN = TimedEvent("scan", "Scan", "scan_at", field("time_not_entered"), "not_scanned", "S1", "S2")
DAY = TimedEvent("plan", "Plan", "planned_on")


def frame(at: str | None, unentered: bool | None = False, not_done: bool | None = False) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "scan_at": pd.to_datetime([at]).astype("datetime64[us]"),
            "time_not_entered": pd.Series([unentered], dtype=object),
            "not_scanned": pd.Series([not_done], dtype=object),
        }
    )


@pytest.mark.parametrize(
    ("made", "exact"),
    [
        (frame("2025-03-03 09:30"), "2025-03-03 09:30"),
        (frame("2025-03-03 09:30", unentered=None), "2025-03-03 09:30"),
        (frame("2025-03-03", unentered=True), None),
        (frame(None), None),
    ],
)
def test_the_exact_instant_is_known_where_the_time_of_day_is(made, exact):
    values, known = Evaluator(made).evaluate(SCAN.exact())
    assert known.tolist() == [exact is not None] and (exact is None or pd.Timestamp(values[0]) == pd.Timestamp(exact))


BOTH, NO_DAY, MIDNIGHT = "S1.scan_at", "S1.day.scan_at", "S2.scan_at"


@pytest.mark.parametrize(
    ("made", "broken"),
    [
        (frame("2025-03-03 09:30"), set()),
        (frame(None, not_done=True), set()),
        (frame(None), set()),
        (frame("2025-03-03 09:30", not_done=True), {BOTH}),
        (frame("2025-03-03 09:30", not_done=None), set()),
        (frame(None, unentered=True), {NO_DAY}),
        (frame("2025-03-03", unentered=True), set()),
        (frame("2025-03-03"), {MIDNIGHT}),
        (frame("2025-03-03 00:01"), set()),
    ],
)
def test_rules_of_the_triplet(made, broken):
    judge = Evaluator(made)
    rules = {rule.id: rule for rule in SCAN.rules()}
    assert {id for id, rule in rules.items() if judge.broken(rule.requirement).any()} == broken
    assert {id: rule.severity for id, rule in rules.items()} == {
        BOTH: Severity.QUARANTINE_RECORD,
        NO_DAY: Severity.WARN,
        MIDNIGHT: Severity.WARN,
    }


def test_a_day_that_cannot_be_denied_has_no_rules():
    assert list(DAY.rules()) == [] and DAY.exact() == field("planned_on")
