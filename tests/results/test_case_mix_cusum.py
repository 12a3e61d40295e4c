"""The chart that takes a provider's patients one by one: its values worked out beside it, its limit, and one signal for each crossing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime

import numpy as np
import pytest
from sqlalchemy import select

from assets.case_mix_cusum import CASES_A_YEAR, FALSE_ALARM_YEARS, limit_for, run, wanted_run_lengths
from assets.refresh import refresh
from assets.statistics.run_lengths import risk_adjusted_run_length
from tests.results.case_mix_world import MODEL, patients, world_with
from tests.results.world import NOW, World
from warehouse.measurement_tables import signal

QUIET = [1] * 20  # deaths of ten patients a month, each with a risk of 0.1
RISK, PATIENTS = 0.1, 10
WEIGHTS = {
    ratio: {True: math.log(ratio / (1 - RISK + ratio * RISK)), False: math.log(1 / (1 - RISK + ratio * RISK))} for ratio in (2.0, 0.5)
}


@pytest.fixture
def world(demo_organisations, registry) -> World:
    return world_with(demo_organisations, registry, MODEL)


def month(number: int) -> date:
    """The first is January 2025."""
    return date(2025 + number // 12, number % 12 + 1, 1)


def fill(world: World, deaths: list[int], first: int = 0, site: str = "ZX1A1") -> list[list[str]]:
    """The dead of each month are its first patients."""
    return [world.add(*patients(PATIENTS, dead, month(k), site=site)) for k, dead in enumerate(deaths, first)]


def chart(world: World, direction: str = "worse", code: str = "ZX1"):
    return (
        world.table("measurement.cusum_month", organisation_code=code, direction=direction)
        .sort_values("period_start")
        .reset_index(drop=True)
    )


def signals(world: World) -> list:
    with world.engine.connect() as connection:
        return list(connection.execute(select(signal).where(signal.c.kind == "cusum").order_by(signal.c.signal_id)))


def by_hand(deaths: list[int], ratio: float, limit: float) -> Iterator[tuple[float, float, int]]:
    """(last, highest, crossings) of each month, one patient after the other; values are at least 0 in both directions."""
    level = 0.0
    for dead in deaths:
        highest, crossings = 0.0, 0
        for patient in range(PATIENTS):
            level = max(0.0, level + WEIGHTS[ratio][patient < dead])
            highest = max(highest, level)
            if level >= limit:
                level, crossings = 0.0, crossings + 1
        yield level, highest, crossings


@pytest.mark.parametrize(("direction", "ratio"), [("worse", 2.0), ("better", 0.5)])
def test_the_chart_is_the_sum_of_log_likelihood_ratios_held_at_0_and_begun_anew_at_the_limit(world, direction, ratio):
    deaths = [1, 2, 0, 3, 6, 7, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    fill(world, deaths)
    refresh(world.engine, world.registry, NOW)
    found = chart(world, direction)
    worked = list(by_hand(deaths, ratio, found.limit_value[0]))
    assert found.last_value.tolist() == pytest.approx([last for last, _, _ in worked], abs=1e-8)
    assert found.highest_value.tolist() == pytest.approx([highest for _, highest, _ in worked], abs=1e-8)
    assert found.crossing_count.tolist() == [crossings for _, _, crossings in worked]
    assert found.crossing_count.sum() > 0, "the deaths are such that the limit is reached"
    assert found.observed.tolist() == deaths and found.expected.tolist() == pytest.approx([1.0] * len(deaths))


def test_the_limit_gives_one_false_alarm_in_ten_years_of_the_providers_own_volume(world):
    fill(world, QUIET)
    refresh(world.engine, world.registry, NOW)
    days = (month(19) - month(0)).days + 1
    for direction, ratio in (("worse", 2.0), ("better", 0.5)):
        found = chart(world, direction).iloc[0]
        assert found.run_length == pytest.approx(FALSE_ALARM_YEARS * 200 * 365.25 / days)
        assert risk_adjusted_run_length(found.limit_value, [1.0], [RISK], ratio) == pytest.approx(found.run_length, rel=0.05)


def test_a_busier_provider_has_a_higher_limit(world):
    fill(world, QUIET)
    for k in range(20):
        world.add(*patients(40, 4, month(k), site="ZX2A1"))
    refresh(world.engine, world.registry, NOW)
    assert chart(world, code="ZX2").limit_value[0] > chart(world).limit_value[0]


def test_too_few_patients_have_a_chart_without_a_limit_and_never_a_signal(world):
    for k in range(18):
        world.add(*patients(2, 2, month(k)))
    refresh(world.engine, world.registry, NOW)
    found = chart(world)
    assert found.limit_value.isna().all() and found.run_length.isna().all() and found.highest_value.max() > 5
    assert signals(world) == []


def test_quiet_months_raise_nothing(world):
    fill(world, QUIET)
    refresh(world.engine, world.registry, NOW)
    assert signals(world) == []


def test_a_crossing_is_one_signal_with_rule_limit_and_months(world):
    fill(world, [*QUIET[:16], 1, 6, 1, 1])
    refresh(world.engine, world.registry, NOW)
    (raised,) = signals(world)
    crossed = chart(world).query("crossing_count > 0").iloc[0]
    assert (raised.organisation_code, raised.measure_name, raised.rule_name, raised.is_favourable) == (
        "ZX1",
        "wrist_dead",
        "odds doubled",
        False,
    )
    assert (raised.since_on, raised.until_on, raised.state) == (crossed.period_start, crossed.period_start, "raised")
    assert raised.parameters["limit"] == crossed.limit_value and raised.parameters["model_version"] == "wrist_death 1"
    assert (
        raised.parameters["points"][-1]["observed"] == 6
        and raised.parameters["points"][-1]["period_start"] == crossed.period_start.isoformat()
    )
    world.add(*patients(1, 0, month(19)))
    refresh(world.engine, world.registry, NOW)
    assert [row.signal_id for row in signals(world)] == [raised.signal_id]


def test_a_chart_that_crosses_again_and_again_tells_of_one_event(world):
    fill(world, [*QUIET[:16], 6, 6])
    refresh(world.engine, world.registry, NOW)
    (raised,) = signals(world)
    assert (raised.since_on, raised.until_on, raised.parameters["crossings"]) == (
        month(16),
        month(17),
        [month(16).isoformat(), month(17).isoformat()],
    )
    fill(world, [6, 1], first=18)
    refresh(world.engine, world.registry, NOW)
    (extended,) = signals(world)
    assert (extended.signal_id, extended.since_on, extended.until_on) == (raised.signal_id, month(16), month(18))


def test_fewer_deaths_than_expected_are_a_favourable_signal(world):
    fill(world, [*QUIET[:8], *[0] * 12])
    refresh(world.engine, world.registry, NOW)
    (raised,) = signals(world)
    assert (raised.rule_name, raised.is_favourable) == ("odds halved", True)


def test_a_crossing_in_a_month_that_can_still_change_raises_nothing_yet(world):
    fill(world, [*QUIET, 1, 7])
    refresh(world.engine, world.registry, NOW)  # October is month 21; it is final from the end of December
    assert chart(world).crossing_count.sum() == 1
    assert signals(world) == []
    refresh(world.engine, world.registry, datetime(2027, 1, 10, tzinfo=UTC))
    assert [row.since_on for row in signals(world)] == [month(21)]


def test_a_crossing_of_long_ago_raises_nothing_and_a_signal_closes_after_a_year_of_final_months(world):
    fill(world, [6, 6, *[1] * 6])
    refresh(world.engine, world.registry, datetime(2025, 11, 20, tzinfo=UTC))
    (raised,) = signals(world)
    assert raised.state == "raised"
    fill(world, [1] * 12, first=8)
    refresh(world.engine, world.registry, NOW)
    (closed,) = signals(world)
    assert (closed.state, closed.closed_because) == ("closed", "no crossing in the last 12 final months")
    fill(world, [6, 6, *[1] * 18], site="ZX2A1")
    refresh(world.engine, world.registry, NOW)
    assert len(signals(world)) == 1


def test_deaths_that_turn_out_not_to_have_been_close_the_signal(world):
    ids = fill(world, [*QUIET[:16], 6, 6, 1, 1])
    refresh(world.engine, world.registry, NOW)
    for of_month in ids[16:18]:
        world.change(of_month, status="error")
    refresh(world.engine, world.registry, NOW)
    assert [row.state for row in signals(world)] == ["closed"]


# ------------------------------------------------------------------------------------------------ what cannot be computed
def test_no_limit_where_it_cannot_be_computed():
    assert np.isnan(limit_for(np.nan, np.array([0.1]), 2.0))
    assert np.isnan(limit_for(1000.0, np.full(20, 1e-12), 2.0)), "nobody can die: there is nothing to signal on"


def test_a_run_length_needs_a_years_worth_of_patients():
    years = 2 * 365.25
    assert wanted_run_lengths(np.array([2 * CASES_A_YEAR, 2 * CASES_A_YEAR - 1.0, 400]), np.array([years, years, years])).tolist() == pytest.approx(
        [FALSE_ALARM_YEARS * CASES_A_YEAR, np.nan, FALSE_ALARM_YEARS * 200], nan_ok=True
    )  # fmt: skip
    assert np.isnan(wanted_run_lengths(np.array([40.0]), np.array([30.0]))[0]), "a busy month is no busy year"


def test_a_chart_without_a_limit_never_signals():
    outcome, risk = np.ones((1, 500)), np.full((1, 500), 0.05)
    value, highest, crossed = run(outcome, risk, np.array([np.nan]), 2.0)
    assert not crossed.any() and value[0, -1] == highest[0, -1] == pytest.approx(500 * math.log(2 / 1.05))


def test_the_false_alarms_of_the_limit_are_as_rare_as_they_should_be():
    """500 providers of 300 patients a year with mixed risks, as many deaths as expected, for ten years: about 1 - 1/e signal in that time."""
    random = np.random.default_rng(4)
    risk = 1 / (1 + np.exp(-random.normal(-2.8, 0.9, (500, 3000))))
    for ratio in (2.0, 0.5):
        limit = limit_for(3000.0, risk[0], ratio)
        _, _, crossed = run((random.random(risk.shape) < risk).astype(float), risk, np.full(500, limit), ratio)
        share = crossed.any(axis=1).mean()
        assert 0.55 < share < 0.70
