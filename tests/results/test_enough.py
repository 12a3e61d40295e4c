"""Which series rest on enough for their special causes to be signals."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import select

from assets.enough import ENOUGH, fewest, is_enough
from assets.refresh import refresh
from schemas.measures import Chart, MeasureKind
from tests.results.world import World, wrist
from warehouse.measurement_tables import signal

NAN = float("nan")


def of(kind: MeasureKind, events: list, cases: list, usable: list | None = None) -> tuple[float, bool]:
    matrix = np.ones((1, len(cases)), bool) if usable is None else np.array([usable], bool)
    [least] = fewest([kind], np.array([events], float), np.array([cases], float), matrix)
    return float(least), bool(is_enough([kind], np.array([least]))[0])


@pytest.mark.parametrize(
    ("events", "least", "enough"), [([2, 2, 2], 2, True), ([18, 18, 18], 2, True), ([1, 2, 2], 5 / 3, False), ([20, 19, 19], 2 / 3, False)]
)
def test_a_share_needs_two_events_and_two_cases_without_one_a_point(events, least, enough):
    assert of(MeasureKind.PROPORTION, events, [20, 20, 20]) == (pytest.approx(least), enough)


def test_a_rate_needs_events_alone_and_times_need_cases():
    assert of(MeasureKind.RATE, [2, 2], [0.001, 0.001]) == (2.0, True) and of(MeasureKind.RATE, [1, 2], [1e6, 1e6]) == (1.5, False)
    for kind in (MeasureKind.MEDIAN, MeasureKind.MEAN):
        assert of(kind, [NAN, NAN], [10, 10]) == (10.0, True) and of(kind, [NAN, NAN], [9, 10]) == (9.5, False)


def test_other_kinds_and_shares_without_counts_are_not_asked():
    for kind in {*MeasureKind} - {*ENOUGH}:
        assert of(kind, [0, 0], [1, 1])[1], kind
    assert of(MeasureKind.PROPORTION, [NAN, NAN], [NAN, NAN])[1]


def test_points_that_make_no_limits_do_not_count():
    assert of(MeasureKind.PROPORTION, [1, 1, 50], [20, 20, 100], [True, True, False]) == (1.0, False)


# ------------------------------------------------------------------------------------------------ in the product
def month(number: int) -> date:
    return date(2024 + number // 12, number % 12 + 1, 1)


def signals_after(world: World, met: list[int], cases: int) -> list:
    """Signals of the network's share once all these months are final."""
    for number, hit in enumerate(met):
        world.add(*[wrist(month(number), 10 if n < hit else 500) for n in range(cases)])
    refresh(world.engine, world.registry, datetime.combine(month(len(met) + 1) + timedelta(days=5), datetime.min.time(), UTC))
    query = select(signal).where(
        signal.c.organisation_code == "NET", signal.c.measure_name == "wrist_manipulated_4h", signal.c.kind == "special cause"
    )
    with world.engine.connect() as connection:
        return list(connection.execute(query))


def test_a_share_of_few_cases_without_an_event_is_charted_and_raises_nothing(world):
    assert signals_after(world, [9, 10] * 8 + [2], 10) == []
    points = world.table("measurement.spc_point", organisation_code="NET", measure_name="wrist_manipulated_4h")
    assert set(points.chart) == {"xmr", "p_prime"}
    assert points[points.point_number == 17].point_type.tolist() == ["special cause concern"] * 2


def test_the_signal_of_a_share_is_of_its_p_chart_and_says_on_how_little_it_rests(world):
    [raised] = signals_after(world, [12, 14] * 8 + [2], 20)
    assert raised.rule_name == "below lower limit" and raised.parameters["chart"] == Chart.P_PRIME.value
    assert raised.parameters["fewest_a_point"] == pytest.approx((16 * 7 + 18) / 17)


def test_months_that_hardly_differ_do_not_draw_in_the_limits_so_far_that_chance_lies_outside(world):
    """97 or 98 of 100 each month, then 93: far beyond what the ranges between those months say, and no more than chance brings."""
    assert signals_after(world, [97, 97, 98] * 5 + [97, 93], 100) == []
    points = world.table("measurement.spc_point", organisation_code="NET", measure_name="wrist_manipulated_4h")
    last = points[points.point_number == 17].set_index("chart")
    assert last.value["xmr"] < last.lower_limit["xmr"] and last.lower_limit["p_prime"] < 0.93
