"""How an aim stands: trajectory, assurance and forecast worked by hand, and from counts in the warehouse to the view."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from assets.aims import progress
from assets.statistics.progress import assurance, forecast, on_the_line
from tests.improvement.files import aims
from tests.improvement.network import CASES, Departments
from tests.improvement.test_effects import assert_equals_full

AIM = {
    "told_at": datetime(2025, 1, 1, tzinfo=UTC),
    "set_on": None,
    "target_on": date(2026, 1, 1),
    "baseline_value": 0.60,
    "target_value": 0.80,
}
MONTHS = pd.Series(pd.date_range("2024-01-01", periods=19, freq="MS"))  # to July 2025: half of the way
QUIET = [0.60, 0.62, 0.58, 0.61, 0.59, 0.60, 0.63, 0.57, 0.60, 0.61, 0.59, 0.60, 0.61, 0.60, 0.59, 0.60]

STANDS = [
    # latest three months, better, state
    ([0.70, 0.72, 0.71], 1, "on track"),
    ([0.66, 0.67, 0.65], 1, "behind"),
    ([0.80, 0.81, 0.82], 1, "reached"),
    ([0.95, 0.65, 0.65], 1, "on track"),
]


@pytest.mark.parametrize(("latest", "better", "state"), STANDS)
def test_actual_beside_the_straight_line(latest, better, state):
    points = pd.DataFrame({"period_start": MONTHS, "value": [*QUIET, *latest], "denominator": 100.0})
    found = progress(AIM, better, points)
    assert found["trajectory_value"] == pytest.approx(0.60 + 0.20 * 181 / 365)
    assert (found["state"], found["actual_value"]) == (state, pytest.approx(np.mean(latest)))


def test_months_are_weighed_by_cases():
    points = pd.DataFrame({"period_start": MONTHS, "value": [*QUIET, 0.9, 0.6, 0.6], "denominator": [*[50.0] * 16, 10, 100, 90]})
    assert progress(AIM, 1, points)["actual_value"] == pytest.approx((9 + 60 + 54) / 200)


def test_before_a_month_has_passed_it_is_too_early():
    points = pd.DataFrame({"period_start": MONTHS[:10], "value": QUIET[:10], "denominator": 100.0})
    assert progress(AIM, 1, points)["state"] == "too early"
    assert progress(AIM, 1, points.iloc[:0])["state"] == "too early"


def test_an_aim_that_was_set_earlier_than_it_was_sent_counts_from_then():
    points = pd.DataFrame({"period_start": MONTHS, "value": [*QUIET, 0.7, 0.7, 0.7], "denominator": 100.0})
    aim = {**AIM, "told_at": datetime(2025, 12, 1, tzinfo=UTC)}
    assert progress(aim, 1, points)["state"] == "too early"
    assert progress({**aim, "set_on": date(2025, 1, 1)}, 1, points)["state"] == "on track"


def test_what_is_to_fall_is_on_track_below_the_line():
    aim = {**AIM, "baseline_value": 200.0, "target_value": 100.0}
    points = pd.DataFrame({"period_start": MONTHS, "value": [*[200.0] * 16, 140, 145, 150], "denominator": 100.0})
    assert progress(aim, -1, points)["state"] == "on track"
    assert progress(aim, 0, points)["state"] == "on track", "a neutral measure goes where the aim goes"


@pytest.mark.parametrize(
    ("target", "better", "expected"),
    [
        (0.5, 1, "always"),
        (0.6, 1, "always"),
        (0.65, 1, "sometimes"),
        (0.71, 1, "never"),
        (0.71, -1, "always"),
        (0.65, -1, "sometimes"),
        (0.59, -1, "never"),
        (0.65, 0, "not known"),
    ],
)
def test_assurance_of_a_process_between_60_and_70(target, better, expected):
    assert assurance(0.6, 0.7, target, better) == expected
    assert assurance(np.nan, np.nan, target, better) == "not known"


def test_forecast_by_hand():
    """Mean 12; ranges 2, 4, 6 give a spread of 4 / 1.128; t with 3 degrees, one more point."""
    found = forecast([11, 13, 9, 11 + 4])
    spread = (2 + 4 + 6) / 3 / 1.128
    assert found.value == 12 and found.upper - 12 == pytest.approx(stats.t.ppf(0.975, 3) * spread * np.sqrt(1.25))
    assert np.isnan(forecast([1, 2]).value)


def test_next_points_lie_in_the_forecast_interval_as_often_as_it_says():
    rng = np.random.default_rng(8)
    hits = [found.lower <= y[-1] <= found.upper for y in rng.normal(0.6, 0.05, (2000, 13)) for found in [forecast(y[:-1])]]
    assert np.mean(hits) == pytest.approx(0.95, abs=0.025)


def test_the_line_is_flat_beyond_its_ends():
    assert [on_the_line(0, 10, 100, 200, at) for at in (50, 100, 150, 200, 300)] == [0, 0, 5, 10, 10]
    assert on_the_line(0, 10, 100, 100, 90) == 10


def test_from_counts_to_the_view(world):
    departments = Departments(world).load()
    given = (("ZYA", "0.10", "0.20"), ("ZYB", "0.75", "0.99"), ("ZX1", "0.75", "0.99"))
    told = ("Organisation", "Baseline", "Target")
    world.submit(
        aims(
            *(
                {"Measure": "ae_four_hour", "By when": "31/12/2025", "Set on": "05/11/2025", **dict(zip(told, row, strict=True))}
                for row in given
            )
        ),
        sender="NET",
        name="aims.csv",
    )
    departments.refresh()
    found = {row["organisation_code"]: row for row in world.query("select * from dashboard.aim_progress_v1")}
    assert {code: (row["state"], row["assurance"]) for code, row in found.items()} == {
        "ZYA": ("reached", "always"),
        "ZYB": ("behind", "never"),
        "ZX1": ("too early", "not known"),
    }
    latest = departments.counted[1, -3:].sum() / (3 * CASES)
    assert found["ZYB"]["actual_value"] == pytest.approx(latest, abs=0.005) and found["ZYB"]["actual_on"] == date(2025, 12, 1)
    assert_equals_full(departments, "aim_progress")
    assert world.query(
        "select improved_rank from dashboard.year_change_v1 where measure_name = 'ae_four_hour' order by change desc limit 2"
    ) == [{"improved_rank": 1}, {"improved_rank": 2}]
