"""Control charts: what the lines mean, what makes them, and what bad input does."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.statistics.control_charts import KINDS, ControlChart, control_chart, house_reading
from assets.statistics.subgroups import single, subgroups

LINES = ("value", "centre", "lower", "near_lower", "near_upper", "upper", "outside")
OF_COUNTS = ("p", "pp", "u", "up", "ip")
CASES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=25)


def points_for(kind: str, events, cases):
    """Points that the kind accepts: no more events than cases, times above 0."""
    events, cases = np.array(events, float), np.array(cases, float)
    if kind in OF_COUNTS:
        return single(np.minimum(events, cases), cases)
    return single(events + 1)


def chart_of(kind: str, pairs, **options) -> ControlChart:
    events, cases = zip(*pairs, strict=True)
    return control_chart(kind, points_for(kind, [events], [cases]), **options)


def random_pairs(count: int, seed: int = 4):
    rng = np.random.default_rng(seed)
    return list(zip(rng.integers(0, 30, count).tolist(), rng.integers(5, 40, count).tolist(), strict=True))


def equal(a: ControlChart, b: ControlChart, at_a=slice(None), at_b=slice(None)) -> bool:
    return all(np.array_equal(getattr(a, name)[:, at_a], getattr(b, name)[:, at_b], equal_nan=True) for name in LINES)


@settings(max_examples=40, deadline=None)
@given(st.lists(CASES, min_size=1, max_size=5), st.sampled_from([kind for kind in KINDS if kind not in ("xbar", "s")]))
def test_a_series_is_charted_among_others_as_alone(rows, kind):
    width = max(len(row) for row in rows)
    padded = np.array([row + [(0, 0)] * (width - len(row)) for row in rows], float)
    inside = np.array([[k < len(row) for k in range(width)] for row in rows])
    points = points_for(kind, np.where(inside, padded[..., 0], np.nan), np.where(inside, padded[..., 1], np.nan))
    among = control_chart(kind, type(points)(*(getattr(points, field.name) for field in fields(points)[:-1]), inside=inside))
    for k, row in enumerate(rows):
        alone = chart_of(kind, row)
        for name in LINES:
            assert np.array_equal(getattr(among, name)[k, : len(row)], getattr(alone, name)[0], equal_nan=True), name
        assert among.base[k].sum() == among.included[k].sum() == len(row)
        for field in fields(alone.runs):
            assert np.array_equal(getattr(among.runs, field.name)[k], getattr(alone.runs, field.name)[0], equal_nan=True), field.name


@settings(max_examples=60, deadline=None)
@given(CASES, st.sampled_from([kind for kind in KINDS if kind not in ("run", "xbar", "s")]))
def test_limits_lie_around_the_centre_and_only_what_is_beyond_them_is_outside(pairs, kind):
    chart = chart_of(kind, pairs)
    lines = [getattr(chart, name)[0] for name in ("lower", "near_lower", "near_upper", "upper")]
    known = ~np.isnan(np.array(lines)).any(axis=0)
    assert (np.diff(np.array(lines)[:, known], axis=0) >= 0).all()
    assert not chart.outside[0][np.isnan(chart.lower[0]) & np.isnan(chart.upper[0])].any()
    assert np.array_equal(chart.outside[0] == 1, chart.value[0] > chart.upper[0])
    assert np.array_equal(chart.outside[0] == -1, chart.value[0] < chart.lower[0])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("xbar", "s")])
def test_a_phase_is_charted_as_a_series_of_its_own(kind):
    pairs = random_pairs(30)
    phased = chart_of(kind, pairs, phase=[[0] * 18 + [1] * 12])
    before, after = chart_of(kind, pairs[:18]), chart_of(kind, pairs[18:])
    assert equal(phased, before, at_a=slice(18)) and equal(phased, after, at_a=slice(18, None))
    assert phased.runs.longest.tolist() == [before.runs.longest[0], after.runs.longest[0]]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("xbar", "s", "ip", "mr")])
def test_points_behind_the_freeze_are_tested_and_make_no_line(kind):
    pairs, changed = random_pairs(24), random_pairs(24)
    changed[-1] = (0, 39)
    freeze = np.arange(24)[None] < 20
    one, other = (chart_of(kind, p, baseline=freeze) for p in (pairs, changed))
    assert np.array_equal(one.centre[:, :23], other.centre[:, :23])
    assert np.array_equal(one.upper[:, :23], other.upper[:, :23], equal_nan=True)
    assert np.array_equal(one.centre[:, :20], chart_of(kind, pairs[:20]).centre)


@pytest.mark.parametrize("kind", ["i", "run", "pp", "t", "g"])
def test_an_excluded_point_makes_no_line_and_no_run_but_is_tested(kind):
    pairs = random_pairs(20)
    pairs.insert(7, (30, 30))
    excluded = np.arange(21)[None] == 7
    chart = chart_of(kind, pairs, excluded=excluded)
    without = chart_of(kind, pairs[:7] + pairs[8:])
    kept = np.flatnonzero(~excluded[0])
    assert equal(chart, without, at_a=kept)
    assert (chart.runs.observed[0], chart.runs.longest[0]) == (20, without.runs.longest[0])
    assert not np.isnan(chart.upper[0, 7]) or kind == "run"


def test_no_moving_range_spans_a_gap_but_one_spans_an_excluded_point():
    values = [[1.0, 2.0, 50.0, 3.0, 2.0, 4.0]]
    gap = control_chart("i", single(np.where(np.array(values) == 50, np.nan, values)), screen=False)
    skipped = control_chart("i", single(values), excluded=np.array(values) == 50, screen=False)
    assert gap.upper[0, 0] - gap.centre[0, 0] == pytest.approx(3 * np.mean([1, 1, 2]) / 1.128)
    assert skipped.upper[0, 0] - skipped.centre[0, 0] == pytest.approx(3 * np.mean([1, 1, 1, 2]) / 1.128)


def test_large_moving_ranges_are_left_out_only_where_screening_is_on():
    values = [[1.0, 2.0] * 9 + [40.0]]
    screened, whole = (control_chart("i", single(values), screen=screen) for screen in (True, False))
    assert screened.upper[0, 0] - screened.centre[0, 0] == pytest.approx(3 / 1.128)
    assert whole.upper[0, 0] > screened.upper[0, 0]


@pytest.mark.parametrize("kind", ["p", "u", "c", "i", "run"])
def test_a_multiplied_chart_is_the_same_chart_in_another_unit(kind):
    pairs = random_pairs(20)
    plain, times_100 = chart_of(kind, pairs), chart_of(kind, pairs, multiply=100)
    for name in ("value", "centre", "lower", "upper"):
        assert np.allclose(getattr(plain, name) * 100, getattr(times_100, name), rtol=1e-12, equal_nan=True)
    assert np.array_equal(plain.outside, times_100.outside)


def test_a_given_centre_replaces_the_computed_one_where_no_point_of_the_phase_lacks_it():
    pairs = random_pairs(10)
    given = np.array([[0.4] * 10])
    assert (chart_of("p", pairs, centre=given).centre == 0.4).all()
    given[0, 3] = np.nan
    assert equal(chart_of("p", pairs, centre=given), chart_of("p", pairs))


def test_a_given_centre_of_times_is_in_their_own_unit():
    chart = control_chart("t", single([[5.0, 9.0, 20.0, 3.0]]), centre=10.0)
    assert chart.centre == pytest.approx(np.full((1, 4), 10.0))
    assert (chart.upper > 10).all()


def test_large_denominators_make_p_limits_absurd_and_laneys_sensible():
    rng = np.random.default_rng(2)
    sizes = np.full((1, 40), 200_000.0)
    events = rng.binomial(sizes.astype(int), np.clip(rng.normal(0.2, 0.01, 40), 0, 1))
    assert np.abs(control_chart("p", single(events, sizes)).outside).sum() > 20
    assert np.abs(control_chart("pp", single(events, sizes)).outside).sum() <= 1


def test_the_individuals_chart_of_equal_weights_is_nearly_the_normalised_one():
    events = np.random.default_rng(8).integers(20, 60, (1, 30)).astype(float)
    plain = control_chart("i", single(events / 100), screen=False)
    normalised = control_chart("ip", single(events, np.full((1, 30), 100.0)), screen=False)
    assert normalised.centre[0, 0] == pytest.approx(plain.centre[0, 0])
    assert normalised.upper[0, 0] == pytest.approx(plain.upper[0, 0], rel=1e-3)  # sqrt(pi) / 2 and 1 / 1.128


# bad input


def test_points_without_a_denominator_have_no_limits_and_signal_nothing():
    for kind in OF_COUNTS:
        chart = control_chart(kind, single([[1, 0, 2, 3, 2, 4, 1.0]], [[10, 0, 12, 9, 0, 11, np.nan]]))
        assert np.isnan(chart.upper[0, [1, 4, 6]]).all() and not chart.outside[0, [1, 4, 6]].any()
        assert np.isfinite(chart.upper[0, [0, 2, 3]]).all()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("xbar", "s")])
@pytest.mark.parametrize("values", [[np.nan] * 15, [4.0] * 15, [4.0], []], ids=["all missing", "all equal", "one point", "none"])
def test_nothing_signals_where_there_is_no_variation_to_judge_by(kind, values):
    sizes = np.where(np.isnan(values), np.nan, 9.0) if kind in OF_COUNTS else None
    chart = control_chart(kind, single([values], None if sizes is None else [sizes]))
    assert not chart.outside.any() and not chart.runs.signal.any()


@pytest.mark.parametrize("kind", ["p", "pp", "u", "up", "c", "g"])
def test_negative_counts_are_refused(kind):
    with pytest.raises(ValueError, match="must not be negative"):
        control_chart(kind, single([[3, -1, 2.0]], [[5, 5, 5]]))


@pytest.mark.parametrize("kind", ["p", "pp"])
def test_more_events_than_cases_are_refused_but_not_where_there_are_no_cases(kind):
    with pytest.raises(ValueError, match="as many cases as events"):
        control_chart(kind, single([[6.0, 1.0]], [[5, 5]]))
    assert np.isinf(control_chart(kind, single([[6.0, 1.0]], [[0, 5]])).value[0, 0])


def test_observations_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="must be finite"):
        single([[np.inf]])
    with pytest.raises(ValueError, match="must be finite"):
        single([[1.0]], [[np.inf]])
    with pytest.raises(ValueError, match="denominator must not be negative"):
        subgroups([1], [1], [1.0], [-1.0])
    with pytest.raises(ValueError, match="greater than zero"):
        control_chart("t", single([[1.0, 0.0]]))
    with pytest.raises(ValueError, match="a chart is one of run, i"):
        control_chart("pareto", single([[1.0]]))
    with pytest.raises(ValueError, match="become one value by"):
        subgroups([1], [1], [1.0], aggregate="mode")


def test_an_infinite_value_leaves_an_individuals_chart_without_limits_and_signals():
    chart = control_chart("i", single([[1, 2, 1, 3, 2, 1, 2, 3.0]], [[1, 1, 0, 1, 1, 1, 1, 1]]))
    assert np.isinf(chart.value[0, 2])
    assert np.isnan(chart.upper).all() and not chart.outside.any() and not chart.runs.signal.any()


def test_moving_ranges_and_categories_have_no_signal_of_runs():
    drift = [[float(k) for k in range(30)]]
    assert control_chart("i", single(drift)).runs.signal[0]
    assert not control_chart("i", single(drift), is_unordered=True).runs.signal[0]
    assert not control_chart("mr", single(np.array(drift) ** 2)).runs.signal[0]


def test_lower_limits_are_cut_at_zero_only_where_asked_and_no_value_is_negative():
    values = [[0.5, 9.0, 2.0, 8.0, 1.0]]
    assert control_chart("i", single(values)).near_lower[0, 0] < 0
    cut = control_chart("i", single(values), not_negative=True)
    assert (cut.lower[0, 0], cut.near_lower[0, 0]) == (0, 0)
    assert control_chart("i", single([[-1.0, 9.0, 2.0, 8.0]]), not_negative=True).lower[0, 0] < 0


def test_limits_that_collapse_on_the_centre_are_none_in_the_house_and_flag_nothing():
    freeze = np.arange(20)[None] < 14
    published = control_chart("c", single([[0.0] * 14 + [1.0] * 6]), baseline=freeze)
    assert published.upper[0, 0] == 0 and published.outside[0, 14:].all()
    house = house_reading(published)
    assert np.isnan(house.upper).all() and not house.outside.any()
    assert np.array_equal(house.centre, published.centre)


@pytest.mark.parametrize(("count", "known"), [(12, False), (13, True)])
def test_the_house_draws_limits_from_thirteen_known_points_on(count, known):
    chart = house_reading(chart_of("i", random_pairs(count)))
    assert np.isfinite(chart.upper).all() == known
    gap = np.array([[float(k % 3) for k in range(13)]])
    gap[0, 3] = np.nan
    assert np.isnan(house_reading(control_chart("i", single(gap))).upper).all()


def test_in_the_house_runs_signal_from_ten_useful_points_on():
    for count, signals in ((9, False), (10, True)):
        chart = control_chart("run", single([[1.0] * count]), centre=0.0)
        assert chart.runs.signal[0]
        assert house_reading(chart).runs.signal[0] == signals


@settings(max_examples=60, deadline=None)
@given(CASES, st.sampled_from([kind for kind in KINDS if kind not in ("xbar", "s")]))
def test_the_house_never_flags_what_the_published_chart_does_not(pairs, kind):
    chart = chart_of(kind, pairs)
    house = house_reading(chart)
    assert not (house.outside != 0)[chart.outside == 0].any()
    assert not house.outside[np.isnan(house.upper) | np.isnan(house.lower)].any()
    assert not (house.runs.signal & ~chart.runs.signal).any()
