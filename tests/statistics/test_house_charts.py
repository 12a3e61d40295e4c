"""Charts of every kind as the house judges them: what makes limits, what breaks a rule, and what bad counts do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.statistics import house_charts, spc
from assets.statistics.control_charts import control_chart, house_reading
from assets.statistics.subgroups import single

RNG = np.random.default_rng(11)
CASES = RNG.integers(20, 60, 20).astype(float)
EVENTS = RNG.binomial(CASES.astype(int), 0.4).astype(float)
GAPS = [3, 0, 8, 1, 4, 2, 10, 1, 5, 2, 7, 3, 6]


def laney(events, cases, final=None, kind="pp") -> house_charts.Judged:
    events, cases = np.atleast_2d(np.asarray(events, float)), np.atleast_2d(np.asarray(cases, float))
    return house_charts.laney(kind, events, cases, np.ones(events.shape, bool) if final is None else np.atleast_2d(final))


def between(values, kind="g", open_=0, final=None) -> house_charts.Judged:
    values = np.atleast_2d(np.asarray(values, float))
    growing = np.zeros(values.shape, bool)
    growing[:, values.shape[1] - open_ :] = True
    base = np.ones(values.shape, bool) if final is None else np.atleast_2d(final)
    return house_charts.between_events(kind, values, base, growing & (open_ > 0))


# ------------------------------------------------------------------------------------------------ P' and U'
def assert_lines(found: house_charts.Judged, wanted) -> None:
    assert np.array_equal(found.centre, np.broadcast_to(wanted.centre, found.centre.shape))
    assert np.array_equal(found.lower, wanted.lower) and np.array_equal(found.upper, wanted.upper)


@pytest.mark.parametrize("kind", ["pp", "up"])
def test_lines_are_those_of_the_golden_chart_where_months_differ_beyond_chance(kind):
    events = np.where(np.arange(20) % 2, CASES - 2, 2.0)
    assert_lines(laney(events, CASES, kind=kind), house_reading(control_chart(kind, single(events, CASES))))


@pytest.mark.parametrize("kind", ["pp", "up"])
def test_lines_are_never_nearer_than_those_of_chance(kind):
    """These months differ by less than chance makes them: the golden chart's limits would close in on the centre."""
    found, nearer = laney(EVENTS, CASES, kind=kind), house_reading(control_chart(kind, single(EVENTS, CASES)))
    assert_lines(found, house_reading(control_chart(kind, single(EVENTS, CASES), at_least_chance=True)))
    assert (found.upper > nearer.upper).all()


def test_twelve_points_have_no_limits_and_break_no_rule_and_thirteen_do():
    """Twelve months of 40 in 100, give or take one, then the thirteenth is known; all of 90 cases in the last one."""
    events, cases = [39, 41] * 6 + [40, 90], [100] * 13 + [90]
    short, long = laney(events[:11] + events[13:], cases[:11] + cases[13:]), laney(events, cases)
    assert np.isnan(short.upper).all() and not short.sign.any() and not short.told.any()
    assert np.isfinite(long.upper).all() and long.sign[0, -1] == 1 and spc.RULES[long.rule[0, -1]] == "outside"


IMPOSSIBLE = {"no cases": (0, 0), "events of no cases": (3, 0), "more events than cases": (50, 40), "fewer than no events": (-1, 40),
              "no counts": (np.nan, np.nan), "no denominator": (3, np.nan), "infinite": (np.inf, 40), "infinitely many cases": (3, np.inf)}  # fmt: skip


@pytest.mark.parametrize("counts", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_impossible_counts_are_a_gap_that_moves_no_limit_and_is_never_special(counts):
    place = 20
    with_gap = laney(np.r_[EVENTS, counts[0]], np.r_[CASES, counts[1]])
    without = laney(EVENTS, CASES)
    assert not with_gap.known[0, place] and not with_gap.told[0, place] and with_gap.sign[0, place] == 0
    assert np.isnan(with_gap.upper[0, place])
    assert np.array_equal(with_gap.upper[:, :place], without.upper) and np.array_equal(with_gap.sign[:, :place], without.sign)


def test_a_rate_may_have_more_events_than_cases():
    assert laney([50] * 13, [40] * 13, kind="up").known.all()


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0], ids=["none", "half", "all"])
def test_shares_that_are_all_equal_have_no_limits_and_break_no_rule_whatever_comes_next(share):
    cases = np.r_[np.arange(20, 60, 2), 30.0]
    judged = laney(np.r_[share * cases[:-1], 15 if share != 0.5 else 30], cases, np.arange(21) < 20)
    assert np.isnan(judged.upper).all() and not judged.sign.any() and judged.told.all()


def test_a_single_point_and_none_at_all_are_quiet():
    for judged in (laney([3], [40]), laney([np.nan], [np.nan]), between([4]), between([np.nan]), between([4], "t")):
        assert not judged.sign.any() and np.isnan(judged.upper).all()


def test_a_provisional_point_moves_no_line_and_completes_no_run_that_counts():
    """Seven high points of which the last is provisional: shown as a shift, no event yet."""
    events = np.r_[[30, 34] * 8, [44] * 7].astype(float)
    cases, final = np.full(23, 100.0), np.arange(23) < 22
    judged, firm = laney(events, cases, final), laney(events[:22], cases[:22])
    assert np.array_equal(judged.upper[:, :22], firm.upper)
    assert judged.sign[0, 22] == 1 and judged.final_sign[0, 22] == 0
    assert np.array_equal(judged.final_sign[:, :22], firm.sign)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.integers(-2, 30), st.integers(-2, 30)), min_size=1, max_size=20), min_size=1, max_size=4),
    st.sampled_from(["pp", "up"]),
)
def test_a_series_is_judged_among_others_as_alone_and_never_on_a_limit_that_is_not_there(rows, kind):
    width = max(map(len, rows))
    counts = np.full((len(rows), width, 2), np.nan)
    for k, row in enumerate(rows):
        counts[k, : len(row)] = row
    among = laney(counts[..., 0], counts[..., 1], kind=kind)
    for k, row in enumerate(rows):
        alone = laney(*zip(*row, strict=True), kind=kind)
        for name in ("centre", "lower", "upper", "sign", "rule", "known"):
            assert np.array_equal(getattr(among, name)[k, : len(row)], getattr(alone, name)[0], equal_nan=True), name
    outside = among.rule == spc.RULES.index("outside")
    assert np.isfinite(among.upper[outside]).all()
    assert not among.sign[~among.known | ~among.told].any()


# ------------------------------------------------------------------------------------------------ G and T
def test_a_g_chart_has_the_median_as_centre_and_limits_of_the_geometric_mean():
    """By hand: thirteen gaps of mean 4 and median 3: 4 + 3 sqrt(4 x 5) = 17.416; the lower limit is not below 0."""
    judged = between(GAPS)
    assert judged.centre[0, 0] == 3 and judged.lower[0, 0] == 0 and judged.upper[0, 0] == pytest.approx(4 + 3 * 20**0.5)
    assert not judged.sign.any()


def test_a_long_gap_is_outside_and_seven_short_ones_are_a_shift():
    long = between([*GAPS, 60], final=[True] * 13 + [False])
    assert (long.sign[0, -1], spc.RULES[long.rule[0, -1]]) == (1, "outside")
    short = between([*GAPS, 2, 1, 2, 0, 1, 2, 1], final=[True] * 13 + [False] * 7)
    assert (short.rule[0, -7:] == spc.RULES.index("shift")).all() and (short.sign[0, -7:] == -1).all()


def test_what_grows_makes_no_limit_and_counts_only_once_it_is_long():
    for since, sign in ((0, 0), (2, 0), (40, 1)):
        judged = between([*GAPS, since], open_=1)
        assert np.array_equal(judged.upper[0, :13], between(GAPS).upper[0]) and judged.sign[0, -1] == sign
        assert judged.told[0, -1] and judged.known[0, -1] == (since > judged.centre[0, 0])


def test_gaps_that_are_all_equal_have_no_limits_on_a_t_chart_and_none_where_every_case_is_an_event():
    assert np.isnan(between([3] * 14, "t").upper).all()
    assert np.isnan(between([0] * 14).upper).all()


def test_a_t_chart_has_its_limits_where_the_transformed_chart_has_them():
    """By hand: days ^ (1 / 3.6) alternate between 1 and 2, so their mean is 1.5 and their moving range 1: 1.5 + 3 / 1.128 = 4.1596, back to days."""
    judged = between([1.0, 2.0**3.6] * 7, "t")
    assert judged.centre[0, 0] == pytest.approx(1.5**3.6) and judged.lower[0, 0] == 0
    assert judged.upper[0, 0] == pytest.approx((1.5 + 3 / 1.128) ** 3.6)


# ------------------------------------------------------------------------------------------------ XmR
def test_an_xmr_chart_is_the_houses():
    values, final = RNG.normal(size=(4, 20)), np.arange(20) < 18
    judged = house_charts.xmr(values, np.broadcast_to(final, values.shape))
    chart, _ = spc.house_chart(values, np.broadcast_to(final, values.shape))
    assert np.array_equal(judged.upper[:, 3], chart.upper) and np.array_equal(judged.sign, chart.first_rule()[1])
    assert np.array_equal(judged.final_sign[:, :18], spc.house_chart(values[:, :18])[0].first_rule()[1])
