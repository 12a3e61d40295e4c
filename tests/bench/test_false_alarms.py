"""The simulation's own pieces: signals counted by hand, seeds, truths, and rates that are known from elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from assets.case_mix_cusum import SIGNAL_MONTHS
from assets.statistics import house_charts
from bench.alarms import charts, completeness, cusum, draws, outliers
from bench.alarms.counting import NOWHERE, Events, Life, count, latest_events
from bench.alarms.draws import CHANCE, Truth, shares
from bench.alarms.rules import FOR_OTHERS, FOR_SHARES, Months, of_shares, p_prime, xmr
from bench.false_alarms import DEFAULT, ENOUGH_EVENTS
from schemas.measures import SIGNALS_FROM, Chart, MeasureKind
from schemas.outliers import Basis

RNG = np.random.default_rng


def events_of(*signs: list[int], known=None) -> Events:
    """Of windows whose first column is month 0."""
    matrix = np.array(signs, np.int8)
    return latest_events(matrix, np.ones(matrix.shape, bool) if known is None else np.array(known, bool))


# ------------------------------------------------------------------------------------------------ counting
def test_an_event_begins_where_the_unbroken_row_of_its_sign_does():
    found = events_of([0, 1, 0, 1, 1], [0, -1, -1, 1, -1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 0])
    assert found.sign.tolist() == [1, -1, 1, 0]
    assert found.since.tolist()[:3] == [3, 4, 0] and found.until.tolist() == [4] * 4


def test_a_point_without_a_value_is_not_the_latest_one_and_breaks_the_row():
    found = events_of([0, 1, 1, 0], [1, 1, 0, 1], known=[[1, 1, 1, 0], [1, 1, 0, 1]])
    assert found.sign.tolist() == [1, 1] and found.since.tolist() == [1, 3] and found.until.tolist() == [2, 3]
    nothing = events_of([1, 1], known=[[0, 0]])
    assert nothing.sign.tolist() == [0] and nothing.until.tolist() == [NOWHERE]


def test_an_event_is_raised_once_closes_and_is_raised_again():
    months = [[0], [0, 1], [0, 1, 1], [0, 1, 1, 0], [0, 1, 1, 0, 1]]
    counted = count([events_of(each) for each in months])
    assert counted.raised[0].tolist() == [False, True, False, False, True]
    assert counted.open[0].tolist() == [0, 1, 1, 0, 1]


def test_the_other_direction_is_another_signal():
    counted = count([events_of([1]), events_of([1, -1])])
    assert counted.raised[0].tolist() == [True, True] and counted.open[0].tolist() == [1, -1]


def test_an_event_that_is_judged_anew_and_no_longer_touches_the_open_one_is_another_signal():
    """The limits have moved: month 1 is common cause now, month 2 is special."""
    counted = count([events_of([0, 1]), events_of([0, 0, 1])])
    assert counted.raised[0].tolist() == [True, True]


def test_an_open_signal_keeps_its_beginning_while_it_lasts():
    life = Life(1)
    assert life.settle(events_of([0, 1, 1])).all() and not life.settle(events_of([0, 0, 1, 1])).any()
    assert life.since.tolist() == [1] and life.until.tolist() == [3]


# ------------------------------------------------------------------------------------------------ rates that are known
def test_points_of_normal_noise_break_the_rules_as_often_as_is_known():
    """Beyond 3 sigma 0.27 %; without ranges above 3.267 times their mean (0.92 % of them) limits are at 2.927 sigma: 0.342 %. In a row of 7 and more on one side: 8 / 2^7."""
    noise = Months(RNG(1).normal(size=(50, 10_000)), np.full((50, 10_000), np.inf))
    rate = {name: (signs != 0).mean() for name, signs, _ in xmr(noise)}
    assert rate["XmR, a point beyond a limit alone"] == pytest.approx(0.00342, abs=0.0004)
    assert rate["XmR, shift of 7 alone"] == pytest.approx(8 / 2**7, rel=0.05)


def test_estimated_limits_alarm_more_often_than_known_ones():
    noise = Months(RNG(1).normal(size=(2000, 48)), np.full((2000, 48), np.inf))
    assert 0.0032 < next(signs for name, signs, _ in xmr(noise) if "beyond" in name).astype(bool).mean() < 0.006


def test_p_prime_never_inside_p_alarms_no_more_often_than_either():
    drawn = shares(RNG(2), np.full(2000, 12.0), np.full(2000, 0.95), 24)
    flagged = {name: (signs != 0).mean() for name, signs, _ in p_prime(drawn)}
    kept = flagged["P' never inside P, limits alone"]
    assert kept <= flagged["P, limits alone"] and kept < flagged["P', limits alone"] / 2


@pytest.mark.parametrize(("cases", "share"), [(4.0, 0.95), (30.0, 0.6), (200.0, 0.9)])
def test_the_default_of_shares_is_how_the_product_judges_them(cases, share):
    drawn = shares(RNG(18), np.full(300, cases), np.full(300, share), 40, Truth("any", 0.3, 0.5))
    signs, known = {name: (signs, known) for name, signs, known in p_prime(drawn)}["P' never inside P, all four rules"]
    judged = house_charts.laney("pp", drawn.events, drawn.cases, known)
    assert np.array_equal(judged.final_sign, signs) and SIGNALS_FROM[MeasureKind.PROPORTION] is Chart.P_PRIME
    assert DEFAULT["proportion"] == f"P' never inside P, all four rules, from {ENOUGH_EVENTS} events and {ENOUGH_EVENTS} others a month"


def test_a_series_of_few_events_raises_nothing_where_they_are_asked_for():
    cases, events = np.full((2, 14), 20.0), np.full((2, 14), 10.0)
    events[1] = 19.0  # one other a month
    events[:, 13] = 0.0
    found = {name: signs for name, signs, _ in p_prime(of_shares(events, cases))}
    plain, asked = (found[f"P' never inside P, all four rules{more}"] for more in ("", ", from 3 events and 3 others a month"))
    assert plain[:, 13].tolist() == [-1, -1] and asked[:, 13].tolist() == [-1, 0]


def test_false_discoveries_are_none_where_one_of_many_points_is_hardly_beyond_its_limit_and_one_where_it_is_impossible():
    drawn = shares(RNG(3), np.full(400, 60.0), np.full(400, 0.5), 30)
    name, signs, _ = next(one for one in p_prime(drawn) if "discoveries" in one[0])
    assert np.count_nonzero(signs) <= 1
    drawn.events[0, -1], drawn.values[0, -1] = 0, 0.0
    assert next(signs for found, signs, _ in p_prime(drawn) if found == name)[0, -1] == -1


# ------------------------------------------------------------------------------------------------ what is drawn
def test_a_seed_gives_the_same_months_and_another_one_others():
    one, same, other = (shares(RNG(seed), [20.0, 5.0], [0.5, 0.9], 30, Truth("any", 0.2, 0.5)) for seed in (4, 4, 5))
    assert np.array_equal(one.events, same.events) and not np.array_equal(one.events, other.events)


def test_a_drawn_share_has_its_cases_its_level_and_its_shift():
    drawn = shares(RNG(6), np.full(500, 40.0), np.full(500, 0.6), 40, CHANCE, shift_from=20, by=-0.1)
    assert drawn.cases.mean() == pytest.approx(40, rel=0.01)
    assert drawn.events[:, :20].sum() / drawn.cases[:, :20].sum() == pytest.approx(0.6, abs=0.005)
    assert drawn.events[:, 20:].sum() / drawn.cases[:, 20:].sum() == pytest.approx(0.5, abs=0.005)


@pytest.mark.parametrize("memory", [0.0, 0.5])
def test_months_that_differ_besides_vary_more_than_by_chance_and_remember(memory):
    drawn = shares(RNG(7), np.full(400, 5000.0), np.full(400, 0.5), 40, Truth("any", 0.2, memory))
    values = drawn.values - drawn.values.mean(axis=1, keepdims=True)
    assert values.std() == pytest.approx(0.25 * 0.2, rel=0.1)
    correlation = (values[:, 1:] * values[:, :-1]).mean() / values.var()
    assert correlation == pytest.approx(memory, abs=0.06)


@pytest.mark.parametrize(("kind", "centre"), [("median", 1.0), ("mean", np.exp(0.8**2 / 2))])
def test_times_are_those_of_a_log_normal_and_none_where_nobody_came(kind, centre):
    drawn = draws.others(RNG(8), kind, [0.7] * 20 + [200.0] * 20, 30)
    assert np.isnan(drawn.values[:20]).any() and not np.isnan(drawn.values[drawn.cases > 0]).any()
    assert drawn.values[20:].mean() == pytest.approx(centre, rel=0.03)


# ------------------------------------------------------------------------------------------------ studies
def test_the_network_counts_all_series_and_a_shift_is_seen_sooner_where_more_patients_come():
    series = pd.DataFrame({"kind": ["proportion", "median"] * 10, "organisation_kind": "site", "cases": 8.0, "value": [0.9, np.nan] * 10})
    found = charts.chance_signals(RNG(9), series, charts.SECOND_YEAR, CHANCE, repeats=2)
    assert found.groupby("rule")["series"].nunique()["XmR, all four rules"] == 20
    all_rules = found[found["rule"] == "XmR, all four rules"]
    rate = charts.rate_of(all_rules)
    assert rate.raised == pytest.approx(all_rules["raised"].sum() / 24) and rate.raised > 0
    few, many = (charts.time_to_see(RNG(10), cases, 0.6, 0.1, 150)["XmR, all four rules"] for cases in (10, 100))
    assert many.within_12 > 0.9 > 0.6 > few.within_12


def test_what_is_open_in_the_right_direction_counts_as_seen():
    opened = np.array([[0, 1, -1, -1], [0, 0, 0, 0], [-1, 0, 0, 0]], np.int8)
    found = charts.first_seen(opened, -1)
    assert found.tolist() == [3, np.inf, 1]
    assert charts.seen(found) == charts.Seen(3.0, 2 / 3, 2 / 3)
    assert np.isnan(charts.seen([np.inf, np.inf, 1.0]).median)


def test_crossings_less_than_a_year_apart_are_one_event():
    crossed = np.zeros((1, 40), bool)
    crossed[0, [2, 8, 8 + SIGNAL_MONTHS, 35]] = True
    assert np.flatnonzero(cusum.raised(crossed)[0]).tolist() == [2, 20, 35]


def test_a_cusum_alarms_about_as_often_as_its_run_length_says():
    alarms = cusum.false_alarms(RNG(11), 20, 60)
    assert alarms[10][0] == pytest.approx(2.0, rel=0.25), "two charts, each once in ten years; crossings within a year are one"
    assert alarms[5][0] > alarms[10][0] > alarms[20][0] > alarms[50][0]


def test_more_deaths_are_added_as_many_as_asked_for():
    drawn = cusum.patients(RNG(12), 100, 20, 40, shifted_from=10, by=0.05)
    before, after = drawn.died[:, :1000].mean(), drawn.died[:, 1000:].mean()
    assert before == pytest.approx(cusum.OVERALL, abs=0.005) and after - before == pytest.approx(0.05, abs=0.008)


def test_beyond_two_and_three_standard_deviations_lie_no_more_providers_than_the_normal_tail_says():
    found = outliers.shares_flagged(outliers.judged(outliers.period(RNG(13), np.full(20, 300.0), 0.07, 200), Basis.STANDARDISED))
    assert 0.5 < found["alert or alarm (2 SD)"][0] <= 2.28 + 0.5 and found["alarm (3 SD)"][0] <= 0.135 + 0.15


def test_limits_that_allow_for_over_dispersion_name_fewer_of_providers_that_differ():
    drawn = outliers.period(RNG(14), np.full(20, 300.0), 0.4, 100, spread=0.3)
    plain, allowed = (
        outliers.shares_flagged(outliers.judged(drawn, basis))["alert or alarm (2 SD)"][0]
        for basis in (Basis.NETWORK_VALUE, Basis.NETWORK_VALUE_OVERDISPERSED)
    )
    assert allowed < plain / 2


def test_completeness_swings_more_where_fewer_come():
    few, many = (completeness.false_alarms(RNG(15), cases, 0.9, 30)[0] for cases in (10, 100))
    assert few > many


def test_every_rule_set_of_times_is_made_of_what_times_have():
    drawn = draws.others(RNG(16), "median", np.full(5, 30.0), 20)
    names = set(charts.watch(drawn, FOR_OTHERS, [14, 15]))
    assert "XmR, all four rules, from 10 cases a month" in names and not any("events" in name for name in names)
    assert set(charts.watch(shares(RNG(17), [9.0], [0.5], 20), FOR_SHARES, [14])) > {"P, limits alone"}
