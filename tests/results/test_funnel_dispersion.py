"""Over-dispersion beside the exact funnel limits: where there are enough peers, and only there."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import insert

from assets.funnel_dispersion import ENOUGH_PEERS, adjusted
from assets.refresh import refresh
from assets.statistics.overdispersion import ARCSINE, overdispersed_limits, overdispersion
from tests.results.world import NOW, wrist
from warehouse.pathway_tables import organisation

MAY = date(2026, 5, 1)
MEASURE = "wrist_manipulated_4h"
WHERE = {"measure_name": MEASURE, "peer_kind": "provider", "period_grain": "month", "period_start": MAY}


def fill(world, met: list[int], of: int = 40) -> None:
    """Providers ZX1, ZX2, ... with so many manipulated in time."""
    letters = "123456789ABC"[: len(met)]
    with world.engine.begin() as connection:
        for k in letters[3:]:
            row = {
                "organisation_code": f"ZX{k}",
                "organisation_name": f"Provider {k}",
                "organisation_kind": "provider",
                "parent_code": "REG2",
                "is_member": True,
            }
            site = {**row, "organisation_code": f"ZX{k}A1", "organisation_kind": "site", "parent_code": f"ZX{k}"}
            connection.execute(insert(organisation), [row, site])
    world.add(*[wrist(minutes=10 if n < hit else 500, site=f"ZX{k}A1") for k, hit in zip(letters, met, strict=True) for n in range(of)])
    refresh(world.engine, world.registry, NOW)


def test_peers_that_differ_by_more_than_chance_have_wider_limits_beside_the_exact_ones(world):
    met = [10, 14, 18, 22, 24, 26, 30, 34, 38, 39]
    fill(world, met)
    [said] = world.table("measurement.funnel_dispersion", **WHERE).itertuples()
    expected = overdispersion(met, [40] * 10, [0] * 10, ARCSINE)
    assert (said.peer_count, said.phi, said.tau_squared) == pytest.approx((10, expected.phi[0], expected.tau_squared[0]))
    assert said.phi > 1 and said.scale == "arcsine"
    [limit] = world.table("measurement.funnel_limit", **WHERE).itertuples()
    beside = [limit.adjusted_lower_998, limit.adjusted_lower_95, limit.adjusted_upper_95, limit.adjusted_upper_998]
    assert beside == pytest.approx(overdispersed_limits(40, sum(met) / 400, expected.tau_squared[0], ARCSINE).tolist())
    worst = world.one(MEASURE, "ZX1", of="measurement.benchmark")
    assert (worst.funnel_position, worst.adjusted_position) == ("below 99.8 %", "inside")
    assert worst.z_score < worst.adjusted_z_score < 0


def compared(met: list[int], of: list[int], is_rate: bool = False) -> pd.DataFrame:
    events = np.array(met, float)
    size = np.array(of, float)
    return pd.DataFrame({
        "measure_name": MEASURE, "peer_kind": "provider", "period_grain": "month", "period_start": pd.Timestamp(MAY), "group": 0, "has_funnel": True,
        "is_rate": is_rate, "numerator": events, "denominator": size, "value": events / np.where(size > 0, size, np.nan), "network_value": events.sum() / size.sum(),
    })  # fmt: skip


def test_rates_are_adjusted_by_the_ratio_to_what_is_expected_of_them():
    rows = compared([2, 30, 5, 40, 10, 60, 3, 20, 8, 70], [1000.0] * 10, is_rate=True)
    found = adjusted(rows)
    assert found.rows["scale"].tolist() == ["square root of observed by expected"]
    assert found.rows["phi"][0] > 1
    assert (found.limits[:, 0] < rows["network_value"]).all() and (found.limits[:, 3] > rows["network_value"]).all()
    exact_width = 2 * 3.09 * np.sqrt(rows["network_value"] / 1000)
    assert (found.limits[:, 3] - found.limits[:, 0] > exact_width).all()


def test_rates_that_are_all_what_is_expected_have_no_dispersion_and_are_no_error():
    assert not len(adjusted(compared([10] * 10, [1000.0] * 10, is_rate=True)).rows)


def test_nine_peers_are_too_few(world):
    assert ENOUGH_PEERS == 10
    fill(world, [10, 14, 18, 22, 24, 26, 30, 34, 38])
    assert len(world.table("measurement.funnel_dispersion", measure_name=MEASURE)) == 0
    limits = world.table("measurement.funnel_limit", **WHERE)
    assert limits["lower_998"].notna().all() and limits["adjusted_lower_998"].isna().all()
    assert world.one(MEASURE, "ZX1", of="measurement.benchmark").adjusted_position is None


def test_a_provider_without_a_denominator_or_a_share_above_one_does_not_stop_the_others():
    rows = compared([10, 14, 18, 22, 24, 26, 30, 34, 38, 20, 0, 50], [40] * 10 + [0, 40])
    found = adjusted(rows.assign(network_value=0.6))
    assert found.rows["peer_count"].tolist() == [10]
    assert np.isnan(found.limits[10]).all() and found.position[10] is None
