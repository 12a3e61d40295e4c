"""What a point of a series has least of."""

from __future__ import annotations

import numpy as np
import pytest

from assets.statistics.control_charts import control_chart
from assets.statistics.few_events import fewest_a_point
from assets.statistics.subgroups import single

EVERY = np.ones((1, 4), bool)


def test_of_shares_it_is_events_or_cases_without_one_whichever_are_fewer():
    cases = np.full((2, 4), 10.0)
    events = np.array([[1, 2, 3, 2], [9, 8, 7, 8]], float)
    assert fewest_a_point(events, cases, np.ones((2, 4), bool)).tolist() == [2.0, 2.0]


def test_of_counts_it_is_events_and_of_times_cases():
    assert fewest_a_point([[3, 5, 4, 4]], None, EVERY).tolist() == [4.0]
    assert fewest_a_point(None, [[3, 5, 4, 4]], EVERY).tolist() == [4.0]


def test_points_left_out_do_not_count_and_missing_numbers_count_as_none():
    included = np.array([[True, True, False, False], [False] * 4])
    assert fewest_a_point([[4, np.nan, 100, 100]] * 2, None, included).tolist() == [2.0, 0.0]


@pytest.mark.parametrize(("kind", "chance"), [("pp", "p"), ("up", "u")])
def test_limits_are_never_inside_those_of_chance_where_that_is_asked_for(kind, chance):
    """Nearly all months without an event: the moving ranges that are left after screening are nearly none."""
    steady = np.array([[0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]], float)
    wild = np.array([[1, 9, 1, 9, 2, 8, 1, 9, 1, 9, 2, 8, 1, 9]], float)
    for events in (steady, wild):
        points = single(events, np.full(events.shape, 10.0))
        laney, kept, alone = (control_chart(*made, screen=True, at_least_chance=asked).upper for made, asked in
                              (((kind, points), False), ((kind, points), True), ((chance, points), False)))  # fmt: skip
        assert kept == pytest.approx(np.maximum(laney, alone))
    assert (
        control_chart(kind, single(steady, np.full(steady.shape, 10.0))).upper[0, 0]
        < control_chart(chance, single(steady, np.full(steady.shape, 10.0))).upper[0, 0]
    )
