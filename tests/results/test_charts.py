"""Charts of several kinds for a series, through the warehouse: their lines, and which of them raises signals."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from assets import charts
from assets.refresh import full_recompute, refresh
from schemas import measures
from schemas.measures import Chart, MeasureKind
from schemas.registry import Registry
from tests.results.test_signals import look, month, signals
from tests.results.world import World, wrist
from warehouse.measure_definitions import sync_measures

MEASURE = "wrist_manipulated_4h"
# in time, of how many: z = +1.5, -1.5, -1.5, +1.5 about a half, again and again; standard deviations of 1/8 and 1/16
BLOCK = [(11, 16), (26, 64), (5, 16), (38, 64)]
SIXTEEN = BLOCK * 4
PROPORTION = MeasureKind.PROPORTION


def fill(world: World, counts: list[tuple[int, int]], first: int = 0) -> list[str]:
    return world.add(*[wrist(month(k), 10 if n < met else 500) for k, (met, of) in enumerate(counts, first) for n in range(of)])


def points(world: World, chart: str = "p_prime", organisation: str = "ZX1", measure: str = MEASURE) -> pd.DataFrame:
    found = world.table("measurement.spc_point", measure_name=measure, organisation_code=organisation, chart=chart)
    return found.sort_values("period_start").reset_index(drop=True)


# moving ranges of z: 3, 0, 3, 0 ... eight of three among fifteen; sigma of z = 24 / 15 / 1.128 = 1.418440; limits half -/+ 3 x sigma x deviation
OF_16, OF_64 = (0.0, 1.0), (0.234043, 0.765957)


def test_limits_of_a_p_prime_chart_are_as_wide_as_the_denominator_and_the_spread_between_months_say(world):
    """Worked by hand. A seventeenth month of 60 in 64 is not final: shown beyond its limit, it moves none and raises nothing."""
    fill(world, [*SIXTEEN, (60, 64)])
    look(world, 15)
    seen = points(world)
    assert seen["mean"].tolist() == [0.5] * 17
    for (_, of), row in zip([*SIXTEEN, (60, 64)], seen.itertuples(), strict=True):
        assert (row.lower_limit, row.upper_limit) == pytest.approx(OF_16 if of == 16 else OF_64, abs=1e-6)
    assert seen.point_type.tolist() == ["common cause"] * 16 + ["special cause improvement"]
    assert (seen.rule_name.iloc[-1], seen.rule_version.iloc[-1]) == ("above upper limit", 1)
    assert points(world, "xmr").rule_version.unique().tolist() == [2]
    assert signals(world, "ZX1") == []


def test_every_series_of_a_proportion_has_both_charts_and_no_other_kind_has(world):
    fill(world, SIXTEEN)
    look(world, 15)
    found = world.table("measurement.spc_point", organisation_code="ZX1A1").groupby("measure_name").chart.unique().map(sorted).to_dict()
    of_counts = (MEASURE, "wrist_block")
    assert found == {name: ["p_prime", "xmr"] if name in of_counts else ["xmr"] for name in found}
    assert {*of_counts, "wrist_cases", "wrist_minutes_to_manipulation", "wrist_gap"} <= set(found)


# ------------------------------------------------------------------------------------------------ which chart raises signals
FEW = [*[(8, 16), (9, 16), (7, 16)] * 5, (2, 2)]


def test_two_of_two_is_a_signal_on_the_xmr_chart_that_the_p_prime_chart_knows_to_be_chance(world, monkeypatch):
    monkeypatch.setitem(measures.SIGNALS_FROM, PROPORTION, Chart.XMR)
    fill(world, FEW)
    look(world, 15)
    (raised,) = signals(world, "ZX1")
    assert (raised.rule_name, raised.rule_version, raised.parameters["chart"]) == ("above upper limit", 2, "xmr")
    assert points(world).rule_name.iloc[-1] is None
    monkeypatch.setitem(measures.SIGNALS_FROM, PROPORTION, Chart.P_PRIME)
    full_recompute(world.engine, world.registry, datetime(2025, 6, 8, tzinfo=UTC))
    assert [row.state for row in signals(world, "ZX1")] == ["closed"]


def test_by_default_it_is_never_raised(world):
    fill(world, FEW)
    look(world, 15)
    assert signals(world, "ZX1") == []
    assert points(world, "xmr").rule_name.iloc[-1] == "above upper limit"


@pytest.mark.parametrize(("judge", "version"), [(Chart.XMR, 2), (Chart.P_PRIME, 1)])
def test_an_event_seen_on_both_charts_is_one_signal_and_stays_it_when_the_default_changes(world, monkeypatch, judge, version):
    """Sixteen of sixteen after fifteen months about a half."""
    monkeypatch.setitem(measures.SIGNALS_FROM, PROPORTION, judge)
    fill(world, [*FEW[:-1], (16, 16)])
    look(world, 15)
    assert {points(world, chart).rule_name.iloc[-1] for chart in ("xmr", "p_prime")} == {"above upper limit"}
    (raised,) = signals(world, "ZX1")
    assert (raised.parameters["chart"], raised.rule_version) == (judge.value, version)
    other = Chart.P_PRIME if judge is Chart.XMR else Chart.XMR
    monkeypatch.setitem(measures.SIGNALS_FROM, PROPORTION, other)
    full_recompute(world.engine, world.registry, datetime(2025, 6, 8, tzinfo=UTC))
    (same,) = signals(world, "ZX1")
    assert (same.signal_id, same.state, same.since_on) == (raised.signal_id, "raised", month(15))
    assert (same.parameters["chart"], same.rule_version) == (other.value, 3 - version)


def test_a_signal_from_a_p_prime_chart_tells_the_limits_of_each_of_its_points(world, monkeypatch):
    monkeypatch.setitem(measures.SIGNALS_FROM, PROPORTION, Chart.P_PRIME)
    fill(world, [*FEW[:-1], (16, 16)])
    look(world, 15)
    (raised,) = signals(world, "ZX1")
    last = points(world).iloc[-1]
    told = {"chart": "p_prime", "mean": last["mean"], "lower_limit": last.lower_limit, "upper_limit": last.upper_limit}
    assert {name: raised.parameters[name] for name in told} == told
    assert raised.parameters["points"] == [
        {"period_start": month(15).isoformat(), "value": 1.0, "lower_limit": last.lower_limit, "upper_limit": last.upper_limit}
    ]


def test_another_default_makes_all_series_of_the_pathway_stale(world, monkeypatch):
    fill(world, SIXTEEN[:2])
    look(world, 15)
    monkeypatch.setitem(measures.SIGNALS_FROM, PROPORTION, Chart.XMR)
    monkeypatch.setattr(Registry, "fingerprint", lambda self: "a changed file")
    with world.engine.begin() as connection:
        changed = sync_measures(connection, world.registry)
    assert MEASURE in changed and "wrist_cases" not in changed
    assert not world.table("intake.stale_cell", pathway_name="wrist_fracture", organisation_code="ZX1").empty
    [row] = world.table("measurement.measure", measure_name=MEASURE).itertuples()
    assert (row.charts, row.signals_from) == (["xmr", "p_prime"], "xmr")


# ------------------------------------------------------------------------------------------------ counts that are not there
def series(measure: str, shares: list[float], counts: list[tuple[float, float]]) -> pd.DataFrame:
    starts = pd.to_datetime([month(k) for k in range(len(shares))])
    numerators, denominators = zip(*counts, strict=True)
    return pd.DataFrame({
        "measure_name": measure, "organisation_code": "ZX1", "period_grain": "month", "period_start": starts, "value": shares, "is_provisional": False,
        "numerator": numerators, "denominator": denominators,
    })  # fmt: skip


@pytest.mark.parametrize("judge", [Chart.XMR, Chart.P_PRIME])
def test_submitted_shares_without_counts_have_no_p_prime_chart_and_are_judged_on_the_xmr_chart(registry, monkeypatch, judge):
    monkeypatch.setitem(measures.SIGNALS_FROM, PROPORTION, judge)
    drawn = charts.draw(series(MEASURE, [0.5, 0.6] * 7, [(np.nan, np.nan)] * 14), registry.measures.values())
    assert list(drawn.drawn) == [Chart.XMR] and drawn.judged_by.tolist() == [Chart.XMR]


def test_a_month_whose_counts_cannot_be_stands_on_the_p_prime_chart_without_limits(registry):
    shares, counts = [0.5, 0.6] * 8, [(10, 20), (12, 20)] * 8
    shares[3], counts[3] = 1.5, (30, 20)
    judged = charts.draw(series(MEASURE, shares, counts), registry.measures.values()).drawn[Chart.P_PRIME].judged
    assert np.isnan(judged.upper[0, 3]) and not judged.told[0, 3] and np.isfinite(np.delete(judged.upper[0], 3)).all()


def test_a_refresh_makes_only_the_touched_organisations_charts_again(world):
    fill(world, SIXTEEN)
    world.add(*[wrist(month(k), 10, site="ZX3A1") for k in range(16)])
    look(world, 15)
    stamp = "select organisation_code, chart, max(xmin::text::bigint) as written from measurement.spc_point group by 1, 2 order by 1, 2"

    def written() -> dict:
        with world.engine.connect() as connection:
            return {(code, chart): number for code, chart, number in connection.exec_driver_sql(stamp)}

    before = written()
    fill(world, [(4, 4)], first=15)
    refresh(world.engine, world.registry, datetime(2025, 6, 8, tzinfo=UTC))
    changed = {key for key, number in written().items() if before[key] != number}
    assert changed == {(code, chart) for code in ("ZX1A1", "ZX1", "REG1", "NET") for chart in ("xmr", "p_prime")}
