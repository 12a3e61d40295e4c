"""The table of simulated networks on the page is that of the committed result, and the result is what the product promises."""

from __future__ import annotations

import json

from bench.effects import PAGE, RESULT, SCENARIOS, page_with, simulated_table

DETAIL = json.loads(RESULT.read_text())["detail"]


def test_the_table_is_written_from_the_committed_result():
    page = PAGE.read_text()
    assert page_with(page, simulated_table(DETAIL)) == page
    assert list(DETAIL) == [scenario.name for scenario in SCENARIOS]


def test_intervals_hold_what_they_promise_and_drift_is_not_claimed():
    """Within four standard errors of 2,000 networks (2 points) where there is somebody to compare with."""
    beside = [scenario for scenario in SCENARIOS if scenario.providers > 1]
    assert all(DETAIL[scenario.name]["coverage"] >= 93 for scenario in beside)
    assert all(DETAIL[scenario.name]["claimed"] <= 7 for scenario in beside if not scenario.effect)
    assert DETAIL["nothing changed; a national drift"]["claimed_by_plain_test"] > 75
