"""A result beside its peers."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from sqlalchemy import insert, update

from assets.refresh import refresh
from assets.statistics.funnel import proportion_limits
from tests.results.world import NOW, wrist
from warehouse.intake_tables import stale_cell
from warehouse.measurement_tables import submitted_result
from warehouse.pathway_tables import organisation

BENCHMARK = "measurement.benchmark"
MAY = date(2026, 5, 1)


def fill(world, **shares) -> None:
    """(met, of) manipulated within four hours at the first site of each provider."""
    rows = [wrist(minutes=10 if k < met else 500, site=f"{provider}A1") for provider, (met, of) in shares.items() for k in range(of)]
    world.add(*rows)
    refresh(world.engine, world.registry, NOW)


def found(world, provider: str, measure: str = "wrist_manipulated_4h") -> pd.Series:
    return world.one(measure, provider, of=BENCHMARK)


def test_ranks_distance_and_network_value(world):
    fill(world, ZX1=(9, 10), ZX2=(5, 10), ZX3=(9, 10))
    assert [found(world, code)["rank"] for code in ("ZX1", "ZX2", "ZX3")] == [1, 3, 1]
    worst = found(world, "ZX2")
    assert (worst.peer_kind, worst.peer_count, worst.best_value) == ("provider", 3, 0.9)
    assert (worst.from_best, worst.network_value) == pytest.approx((-0.4, 23 / 30))
    assert pd.isna(worst.quartile)


def test_lower_is_better_ranks_the_other_way(world):
    fill(world, ZX1=(10, 10), ZX2=(0, 10), ZX3=(5, 10))
    assert [found(world, code, "wrist_minutes_to_manipulation")["rank"] for code in ("ZX1", "ZX2", "ZX3")] == [1, 3, 2]
    assert found(world, "ZX2", "wrist_minutes_to_manipulation").best_value == 10


def test_a_neutral_measure_has_no_rank_and_no_best(world):
    fill(world, ZX1=(1, 2), ZX2=(1, 3))
    row = found(world, "ZX1", "wrist_cases")
    assert pd.isna(row["rank"]) and pd.isna(row.best_value) and row.peer_count == 2


def test_four_peers_fall_into_quartiles(world):
    with world.engine.begin() as connection:
        more = {"organisation_kind": "provider", "parent_code": "REG2", "is_member": True}
        connection.execute(insert(organisation), [{"organisation_code": "ZX4", "organisation_name": "Four", **more}])
        more |= {"organisation_kind": "site", "parent_code": "ZX4"}
        connection.execute(insert(organisation), [{"organisation_code": "ZX4A1", "organisation_name": "Four A", **more}])
    fill(world, ZX1=(9, 10), ZX2=(1, 10), ZX3=(5, 10), ZX4=(6, 10))
    assert [found(world, code).quartile for code in ("ZX1", "ZX4", "ZX3", "ZX2")] == [1, 2, 3, 4]


def test_funnel_positions_follow_exact_limits_and_say_which_side_is_better(world):
    fill(world, ZX1=(200, 200), ZX2=(10, 40), ZX3=(60, 100))
    centre = 270 / 340
    limits = world.table(
        "measurement.funnel_limit", measure_name="wrist_manipulated_4h", peer_kind="provider", period_grain="month", period_start=MAY
    )
    assert limits["denominator"].tolist() == [40, 100, 200]
    expected = proportion_limits([40, 100, 200], centre).clip(0, 1)
    assert limits[["lower_998", "lower_95", "upper_95", "upper_998"]].to_numpy(float) == pytest.approx(expected)
    assert [found(world, code).funnel_position for code in ("ZX1", "ZX2")] == ["above 99.8 %", "below 99.8 %"]
    assert (found(world, "ZX1").is_favourable, found(world, "ZX2").is_favourable) == (True, False)
    assert found(world, "ZX1").z_score == pytest.approx((1 - centre) / (centre * (1 - centre) / 200) ** 0.5)


def test_a_median_has_no_funnel(world):
    fill(world, ZX1=(5, 10), ZX2=(5, 10))
    row = found(world, "ZX1", "wrist_minutes_to_manipulation")
    assert row.funnel_position is None and pd.isna(row.z_score)


def test_a_provider_that_is_no_member_is_a_peer_but_is_not_pooled(world):
    with world.engine.begin() as connection:
        connection.execute(update(organisation).where(organisation.c.organisation_code == "ZX3").values(is_member=False))
    fill(world, ZX1=(5, 10), ZX3=(0, 90))
    assert found(world, "ZX1").network_value == 0.5
    assert found(world, "ZX3").network_value == 0.5
    assert found(world, "ZX3")["rank"] == 2


def test_the_national_value_never_stands_in_for_the_network_value(world):
    fill(world, ZX1=(5, 10))
    with world.engine.begin() as connection:
        submission_id = world.submit(connection, sender="NET")
        cell = {"measure_name": "wrist_manipulated_4h", "organisation_code": "NET", "period_grain": "month", "period_start": MAY}
        row = {
            "submission_id": submission_id,
            "row_number": 1,
            "arrival_number": world.count,
            "value": 0.7,
            "is_reference": True,
            "source": "A report",
        }
        connection.execute(insert(submitted_result), [{**cell, **row}])
        connection.execute(insert(stale_cell), [{"pathway_name": "wrist_fracture", **{k: cell[k] for k in list(cell)[1:]}}])
    refresh(world.engine, world.registry, NOW)
    row = found(world, "ZX1")
    assert (row.network_value, row.national_value, row.national_source) == (0.5, 0.7, "A report")


def test_benchmarks_of_other_periods_stay_untouched(world):
    fill(world, ZX1=(5, 10), ZX2=(9, 10))
    before = world.table(BENCHMARK, period_grain="month", period_start=MAY)
    world.add(wrist(date(2026, 8, 3)))
    refresh(world.engine, world.registry, NOW)
    pd.testing.assert_frame_equal(before, world.table(BENCHMARK, period_grain="month", period_start=MAY))
    assert found(world, "ZX1").as_of_submission == "S00000001"
