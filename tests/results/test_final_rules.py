"""Beside what each point of a chart breaks stands what final points alone break: the very rules by which signals are raised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from assets import charts
from assets.refresh import refresh
from schemas.measures import Chart
from tests.results.test_charts import MEASURE, series
from tests.results.test_signals import QUIET, RULE, fill, look, month, signals
from tests.results.world import World, random_wrists, wrist

COMMON, BETTER, NOT_YET = "common cause", "special cause improvement", "not judged yet"


def stored(world: World, organisation: str = "NET", chart: str = "xmr") -> pd.DataFrame:
    found = world.table("measurement.spc_point", measure_name=MEASURE, organisation_code=organisation, chart=chart)
    return found.sort_values("period_start").reset_index(drop=True)


def drawn_rows(points: pd.DataFrame, registry, chart: Chart) -> pd.DataFrame:
    measures = list(registry.measures.values())
    drawn = charts.draw(points, measures)
    return charts.rows(drawn, drawn.drawn[chart], chart, measures).reset_index(drop=True)


# ------------------------------------------------------------------------------------------------ what is stored
def test_a_run_that_needs_a_provisional_month_is_none_until_the_month_is_final(world):
    """Then its points bear the rule of the signal that is raised."""
    fill(world, [*QUIET, *[4] * 7])
    look(world, 19)
    seen = stored(world)
    assert seen.rule_name[14:].tolist() == [RULE] * 7
    assert seen.final_rule_name.isna().all() and signals(world) == []
    assert seen.final_point_type.tolist() == [COMMON] * 20 + [NOT_YET]
    fill(world, [3], first=21)
    look(world, 20)
    [raised] = signals(world)
    judged = stored(world, chart=raised.parameters["chart"])
    of_signal = judged[(judged.period_start >= raised.since_on) & (judged.period_start <= raised.until_on)]
    assert of_signal.final_rule_name.tolist() == [raised.rule_name] * 7 and set(of_signal.final_point_type) == {BETTER}


def test_every_open_signal_bears_the_rule_of_the_last_final_point_of_its_chart(world):
    """Two years as chance has it at six sites, then eleven months in which all are in time, the latest of them provisional."""
    sites = [f"ZX{n}A{m}" for n in (1, 2, 3) for m in (1, 2)]
    world.add(*random_wrists(np.random.default_rng(3), 1500, month(0), 730, sites))
    world.add(*[wrist(month(24) + timedelta(days=k // 2), 10, site=sites[k % 6]) for k in range(640)])
    refresh(world.engine, world.registry, datetime(2026, 11, 25, tzinfo=UTC))
    found = world.table("measurement.signal", kind="special cause")
    found = found[found.state != "closed"]
    assert {"NET", "ZX1", "ZX2A1"} <= set(found.organisation_code) and found.rule_name.nunique() > 1
    points = world.table("measurement.spc_point")
    for row in found.itertuples():
        of = points[
            (points.measure_name == row.measure_name)
            & (points.organisation_code == row.organisation_code)
            & (points.chart == row.parameters["chart"])
        ]
        assert of.set_index("period_start").final_rule_name[row.until_on] == row.rule_name


# ------------------------------------------------------------------------------------------------ as if provisional points were not there
@pytest.mark.parametrize("chart", [Chart.XMR, Chart.P_PRIME])
def test_final_points_bear_the_rules_of_a_chart_without_the_provisional_ones(registry, chart):
    """Two hundred series that wander, whose latest months, and now and then one between, are provisional; of some too few are final."""
    rng = np.random.default_rng(7)
    made = []
    for number in range(200):
        level = 0.5 + 0.12 * np.repeat(rng.normal(size=6), 5)
        cases = rng.integers(30, 80, 30)
        met = rng.binomial(cases, level.clip(0.05, 0.95))
        final = (np.arange(30) < rng.integers(12, 31)) & (rng.random(30) > 0.02)
        made.append(
            series(MEASURE, met / cases, list(zip(met, cases, strict=True))).assign(
                organisation_code=f"Z{number:03d}", is_provisional=~final
            )
        )
    points = pd.concat(made, ignore_index=True)
    open_ones = points.is_provisional.to_numpy()
    without = points.assign(**{name: points[name].where(~open_ones) for name in ("value", "numerator", "denominator")})
    shown, alone = (drawn_rows(each, registry, chart) for each in (points, without))
    assert shown.final_rule_name[~open_ones].tolist() == alone.rule_name[~open_ones].tolist()
    assert shown.final_point_type[~open_ones].tolist() == alone.point_type[~open_ones].tolist()
    assert shown.final_rule_name[open_ones].isna().all() and set(shown.final_point_type[open_ones]) == {NOT_YET, "insufficient data"}
    assert (shown.rule_name.fillna("") != shown.final_rule_name.fillna(""))[~open_ones].sum() > 20, "some rest on provisional points"
