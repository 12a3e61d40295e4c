"""What a chart by Making Data Count tells, where it begins anew, and what it leaves unsaid."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.statistics import making_data_count as mdc
from assets.statistics import spc
from assets.statistics.phases import phases
from assets.statistics.series import in_order_of_time

SERIES = st.lists(st.one_of(st.integers(-20, 20).map(float), st.just(np.nan)), min_size=1, max_size=40)


def word(codes, words):
    return [words[code] for code in np.ravel(codes)]


def noise(count: int, seed: int = 1):
    return np.random.default_rng(seed).normal(size=count)


@pytest.mark.parametrize("gap", range(1, 6))
def test_a_gap_inside_seven_rising_points_is_no_trend(gap):
    values = np.r_[noise(13), np.arange(4.0, 11.0)]
    assert spc.xmr(values).trend[0, -7:].tolist() == [1] * 7
    values[13 + gap] = np.nan
    assert not spc.xmr(values).trend.any()


def test_a_point_of_two_trends_is_judged_by_the_step_to_the_next():
    values = np.r_[np.arange(7.0), np.arange(5.0, -1.0, -1.0)]
    found = spc.xmr(values).trend[0]
    assert found.tolist() == [1] * 6 + [-1] * 7


@pytest.mark.parametrize(("length", "found"), [(6, 6), (7, 0)])
def test_six_points_are_a_trend_or_a_shift_for_who_says_so(length, found):
    zigzag = np.tile([0.0, 20.0], 10)
    rising = spc.xmr(np.r_[zigzag, np.arange(9.0, 15.0)], trend=length)
    assert np.abs(rising.trend).sum() == found
    above = spc.xmr(np.r_[zigzag, 1.0, np.tile([21.0, 22.0], 3), 0.0], shift=length)
    assert np.abs(above.shift).sum() == found


def test_a_rule_of_one_point_is_refused():
    with pytest.raises(ValueError, match="at least two points"):
        spc.xmr([1.0, 2.0], shift=1)


def test_an_infinite_value_is_refused():
    with pytest.raises(ValueError, match="must be finite"):
        spc.xmr([1.0, np.inf, 2.0])


def test_a_chart_starts_anew_with_a_phase():
    before, after = noise(20), noise(15, 2) + 8
    whole = mdc.read(np.r_[before, after], phase=[[0] * 20 + [1] * 15])
    alone = mdc.read(before), mdc.read(after)
    assert np.array_equal(whole.upper[0], np.r_[alone[0].upper[0], alone[1].upper[0]])
    assert np.array_equal(whole.rule[0], np.r_[alone[0].rule[0], alone[1].rule[0]])
    assert (mdc.read(np.r_[before, after]).rule >= 0).any()


def test_limits_are_fixed_after_the_first_points_and_the_rest_is_tested_against_them():
    values = np.r_[noise(12), 9.0]
    reading = mdc.read(values, better=1, fix_after=12)
    assert reading.mean[0, 12] == pytest.approx(values[:12].mean())
    assert word(reading.point_type[0, 12], mdc.POINT_TYPES) == ["special cause improvement"]
    with pytest.raises(ValueError, match="12 points or more"):
        mdc.read(values, fix_after=11)


@pytest.mark.parametrize(
    ("better", "last", "variation"),
    [(1, 9, "improvement high"), (1, -9, "concern low"), (-1, 9, "concern high"), (-1, -9, "improvement low"),
     (0, 9, "neutral high"), (0, -9, "neutral low"), (1, 0, "common cause")],
)  # fmt: skip
def test_the_variation_icon_tells_of_the_last_point(better, last, variation):
    reading = mdc.read(np.r_[np.tile([1.0, -1.0, 0.5], 5), last], better, fix_after=15)
    assert word(reading.variation, mdc.VARIATION_ICONS) == [variation]


@pytest.mark.parametrize(
    ("target", "better", "assurance"),
    [(5, 1, "consistent fail"), (5, -1, "consistent pass"), (-5, 1, "consistent pass"), (-5, -1, "consistent fail"), (0, 1, "inconsistent"),
     (5, 0, "none"), (np.nan, 1, "none")],
)  # fmt: skip
def test_the_assurance_icon_needs_a_target_and_a_direction(target, better, assurance):
    reading = mdc.read(np.tile([1.0, -1.0, 0.5], 5), better, target)
    assert word(reading.assurance, mdc.ASSURANCE_ICONS) == [assurance]


def test_no_assurance_without_limits():
    assert word(mdc.read([[3.0, np.nan]], 1, 2.0).assurance, mdc.ASSURANCE_ICONS) == ["none"]


def test_one_change_in_a_constant_series_flags_every_point_in_the_package_and_none_in_the_house():
    values = [1.0] * 13 + [2.0]
    published = mdc.read(values)
    assert (published.rule == 0).all() and published.upper[0, 0] == published.lower[0, 0]
    house = mdc.read(values, 1, 5.0, house=True)
    assert (house.rule == -1).all() and np.isnan(house.upper).all()
    assert (house.variation, house.assurance) == (0, 0)


def test_twelve_points_have_trial_limits_in_the_package_and_none_in_the_house():
    values = np.r_[noise(11), 20.0]
    assert mdc.read(values, fix_after=12, screen=False).is_short.all()
    assert np.isfinite(mdc.read(values).upper).all()
    assert np.isnan(mdc.read(values, house=True).upper).all()


def test_points_before_the_house_has_enough_in_a_phase_say_nothing_and_other_phases_go_on():
    values = np.r_[noise(20), noise(5, 3)]
    reading = mdc.read(values, phase=[[0] * 20 + [1] * 5], house=True)
    assert np.isfinite(reading.upper[0, :20]).all() and np.isnan(reading.upper[0, 20:]).all()


def test_a_direction_that_is_none_is_refused():
    with pytest.raises(ValueError, match="better direction"):
        mdc.read(noise(5), better=2)


def test_every_sign_and_direction_means_the_same_in_words_and_codes():
    for sign in (-1, 0, 1):
        for better in (-1, 0, 1):
            assert mdc.POINT_TYPES[int(mdc.point_types(sign, better))] == spc.point_type(sign, better)


@settings(max_examples=60, deadline=None)
@given(st.lists(SERIES, min_size=1, max_size=6), st.sampled_from([-1, 0, 1]))
def test_a_series_is_read_among_others_as_alone(rows, better):
    width = max(len(row) for row in rows)
    padded = np.array([row + [np.nan] * (width - len(row)) for row in rows])
    inside = np.array([[k < len(row) for k in range(width)] for row in rows])
    among = mdc.read(padded, better, 3.0, inside=inside)
    for k, row in enumerate(rows):
        alone = mdc.read(row, better, 3.0)
        for name in ("mean", "lower", "upper", "rule", "sign", "point_type"):
            assert np.array_equal(getattr(among, name)[k, : len(row)], getattr(alone, name)[0], equal_nan=True), name
        assert (among.variation[k], among.assurance[k], among.is_short[k]) == (alone.variation[0], alone.assurance[0], alone.is_short[0])


@settings(max_examples=60, deadline=None)
@given(SERIES)
def test_turned_upside_down_high_is_low_and_better_is_worse(row):
    up, down = mdc.read(row, 1), mdc.read(-np.array(row), -1)
    assert np.array_equal(up.rule, down.rule) and np.array_equal(up.sign, -down.sign)
    assert np.array_equal(up.point_type, down.point_type)
    assert np.array_equal(up.upper, -down.lower, equal_nan=True)


@settings(max_examples=60, deadline=None)
@given(SERIES)
def test_nothing_is_outside_limits_that_could_not_be_computed(row):
    reading = mdc.read(row)
    assert not (reading.chart.outside[np.isnan(reading.chart.upper)]).any()
    house = mdc.read(row, house=True)
    assert not (house.rule[np.isnan(house.upper)] >= 0).any()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.integers(1, 4))
def test_phases_gathered_and_scattered_are_the_series_again(labels, series):
    shape = (series, len(labels))
    split = phases(shape, np.tile(labels, (series, 1)))
    values = np.arange(np.prod(shape), dtype=float).reshape(shape)
    assert np.array_equal(split.scatter(split.gather(values)), values)
    assert len(split.series) == series * (1 + sum(a != b for a, b in pairwise(labels)))
    assert np.array_equal(split.spread(split.series), np.repeat(np.arange(series)[:, None], len(labels), axis=1))


def test_phases_are_numbered_within_their_series_and_padding_is_in_none():
    split = phases((2, 4), [[0, 1, 1, 2], [5, 5, 6, 6]], [[True] * 4, [True, True, True, False]])
    assert split.series.tolist() == [0, 0, 0, 1, 1] and split.number.tolist() == [0, 1, 2, 0, 1]
    assert split.at.tolist() == [[0, 1, 1, 2], [3, 3, 4, -1]] and split.last().tolist() == [2, 4]
    assert np.array_equal(split.spread(np.arange(5.0)), [[0, 1, 1, 2], [3, 3, 4, np.nan]], equal_nan=True)
    assert split.spread(np.array([True] * 5)).tolist() == [[True] * 4, [True, True, True, False]]
    assert np.isnan(split.scatter(np.ones(split.inside.shape))[1, 3]) and split.gather(np.ones((2, 4), int)).sum() == 7


def test_every_rule_has_a_name_for_either_side():
    assert set(spc.RULE_NAMES) == {(rule, sign) for rule in spc.RULES for sign in (1, -1)}


def test_padding_between_points_is_refused():
    with pytest.raises(ValueError, match="behind the points"):
        phases((1, 3), inside=[[True, False, True]])
    with pytest.raises(ValueError, match="shape"):
        phases((1, 3), label=[[1, 2]])


def test_series_without_points_have_no_phase_and_no_icon():
    reading = mdc.read(np.full((2, 3), np.nan), 1, 2.0, phase=np.zeros((2, 3)), inside=[[False] * 3, [True] * 3])
    assert reading.phases.series.tolist() == [1]
    assert reading.variation.tolist() == [0, 0] and reading.assurance.tolist() == [0, 0]


def test_dated_values_in_any_order_become_series_in_order_of_time():
    order = in_order_of_time(["b", "a", "b"], np.array(["2024-02-01", "2024-01-01", "2024-01-01"], "datetime64[D]"))
    assert np.array_equal(order.matrix([2, 9, 1]), [[9, np.nan], [1, 2]], equal_nan=True)
    assert order.long(order.matrix([2, 9, 1])).tolist() == [2, 9, 1]
    assert order.phase_labels({"b": ["2024-02-01"]}).tolist() == [[0, 0], [0, 1]]
    assert order.phase_labels(["2024-01-15"]).tolist() == [[0, 0], [0, 0]]


def test_two_values_of_a_series_at_one_time_are_refused_and_so_are_times_and_names_that_are_not():
    with pytest.raises(ValueError, match="two values at one time"):
        in_order_of_time(["a", "a"], [1.0, 1.0])
    with pytest.raises(ValueError, match="needs a time"):
        in_order_of_time(["a", "a"], [1.0, np.nan])
    with pytest.raises(ValueError, match="do not exist"):
        in_order_of_time(["a"], [1.0]).phase_labels({"c": [1.0]})
