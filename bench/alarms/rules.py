"""What may raise a signal: kinds of charts, each with its rules, made by the product's own functions.

Belongs here: from months to special causes, by rule set. Does not belong here: the life of signals (``bench.alarms.counting``).
Months are (S, W): S series, W months, events and denominators of shares, or values of anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from assets.statistics import runs, spc
from assets.statistics.control_charts import ControlChart, control_chart, house_reading
from assets.statistics.few_events import fewest_a_point
from assets.statistics.multiplicity import adjusted_p
from assets.statistics.numerics import Floats
from assets.statistics.runs import Mask, Signs
from assets.statistics.subgroups import single

ALL = "all four rules"
XMR_ALL = f"XmR, {ALL}"
RULE_WORDS = {"outside": "a point beyond a limit", "trend": "trend of 7", "two_in_three": "2 in 3 close to a limit", "shift": "shift of 7"}
SMALL_MONTHS = (5, 10, 20)  # cases: months of fewer are left out
FEW_EVENTS = (1, 2, 3, 5)  # events, and cases without, that a month of a series has on average: a series of fewer raises nothing
FEW_CASES = (5, 10, 20)  # the same of times: cases of a month
FALSE_DISCOVERIES = 0.05
LONG_SHIFT = 9
DISCOVERED = f"P' never inside P, {FALSE_DISCOVERIES:.0%} false discoveries among the latest points of all series"


@dataclass(frozen=True)
class Months:
    """``values`` (S, W), NaN for none; ``cases`` (S, W), infinite for counts: no month has too few; ``events`` (S, W) of shares and counts, else None."""

    values: Floats
    cases: Floats
    events: Floats | None = None
    is_count: bool = False

    def window(self, first: int, last: int) -> Months:
        """From month ``first`` to ``last``, inclusive."""
        values, cases, events = (None if of is None else of[:, first : last + 1] for of in (self.values, self.cases, self.events))
        return Months(values, cases, events, self.is_count)


def of_shares(events: Floats, cases: Floats) -> Months:
    with np.errstate(invalid="ignore", divide="ignore"):
        return Months(np.where(cases > 0, events / cases, np.nan), cases, events)


Judged = Iterator[tuple[str, Signs, Mask]]


def xmr(months: Months) -> Judged:
    """(rule set, special causes (S, W), points that count (S, W)) of the chart that is drawn of every measure."""
    chart, known = spc.house_chart(months.values)[0], ~np.isnan(months.values)
    every = chart.first_rule()[1]
    yield XMR_ALL, every, known
    for rule, words in RULE_WORDS.items():
        yield f"XmR, {words} alone", getattr(chart, rule), known
    yield "XmR, limits and shift", first_of(chart.outside, chart.shift), known
    for minimum in SMALL_MONTHS:
        enough = known & (months.cases >= minimum)
        yield (
            f"{XMR_ALL}, months of {minimum} cases and more",
            spc.house_chart(np.where(enough, months.values, np.nan))[0].first_rule()[1],
            enough,
        )
    yield from _of_many_events(XMR_ALL, every, known, months)


def p_prime(months: Months) -> Judged:
    """The same of the P' chart and the P chart, for shares. The factor of P' may fall below 1; never inside those of P: it may not."""
    points, known = single(months.events, months.cases), ~np.isnan(months.values)
    for title, kept_wide in (("P'", False), ("P' never inside P", True)):
        chart = house_reading(control_chart("pp", points, at_least_chance=kept_wide))
        window = _window_rules(chart)
        sets = {"limits alone": chart.outside, "limits and shift": first_of(chart.outside, window["shift"]), ALL: first_of(chart.outside, *window.values()),
                f"limits and shift of {LONG_SHIFT}": first_of(chart.outside, runs.shift(_side(chart), LONG_SHIFT))}  # fmt: skip
        for words, signs in sets.items():
            yield f"{title}, {words}", signs, known
            yield from _of_many_events(f"{title}, {words}", signs, known, months)
    yield DISCOVERED, discovered(chart, known), known
    yield "P, limits alone", house_reading(control_chart("p", points)).outside, known


def _of_many_events(name: str, signs: Signs, known: Mask, months: Months) -> Judged:
    """The same rules, where a series whose months have few events (of times: few cases) raises nothing."""
    is_time = months.events is None
    few = fewest_a_point(months.events, None if months.is_count else months.cases, known)[:, None]
    for minimum in FEW_CASES if is_time else FEW_EVENTS:
        yield name + (from_cases(minimum) if is_time else from_events(minimum)), np.where(few >= minimum, signs, 0).astype(np.int8), known


def from_events(minimum: int) -> str:
    return f", from {minimum} events and {minimum} others a month"


def from_cases(minimum: int) -> str:
    return f", from {minimum} cases a month"


def _side(chart: ControlChart) -> Signs:
    with np.errstate(invalid="ignore"):
        return np.where(np.isnan(chart.lower), 0, np.nan_to_num(np.sign(chart.value - chart.centre))).astype(np.int8)


def _window_rules(chart: ControlChart) -> dict[str, Signs]:
    """Making Data Count's rules of windows about the lines of another chart; none without limits."""
    side, sound = _side(chart), ~np.isnan(chart.lower)
    with np.errstate(invalid="ignore"):
        close = sound & (chart.outside == 0) & ((chart.value < chart.near_lower) | (chart.value > chart.near_upper))
    trend = np.where(sound, runs.trend(chart.value, spc.TREND_LENGTH), 0).astype(np.int8)
    return {"trend": trend, "two_in_three": runs.two_in_three(close, side), "shift": runs.shift(side, spc.SHIFT_LENGTH)}


def first_of(*signs: Signs) -> Signs:
    """The sign of the first of several rules that each point breaks, 0 for none."""
    found = signs[0]
    for other in signs[1:]:
        found = np.where(found != 0, found, other)
    return found.astype(np.int8)


def discovered(chart: ControlChart, known: Mask) -> Signs:
    """The latest points (the others are 0) that stand out among those of all series, by Benjamini and Hochberg; normal p values, two-sided."""
    width = known.shape[1]
    last = width - 1 - known[:, ::-1].argmax(axis=1)
    at = np.arange(len(known)), last
    sigma = (chart.upper - chart.centre)[at] / 3
    below = (chart.centre - chart.lower)[at] / 3
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (chart.value - chart.centre)[at] / np.fmax(sigma, below)  # one of the two is cut at 0 or 1
    p = np.where(np.isfinite(z), 2 * ndtr(-np.abs(z)), np.nan)
    stands_out = adjusted_p(p, np.zeros(len(p))) <= FALSE_DISCOVERIES
    signs = np.zeros(known.shape, np.int8)
    signs[at] = np.where(stands_out, np.sign(z), 0)
    return signs


RuleSets = tuple[Callable[[Months], Judged], ...]
FOR_SHARES: RuleSets = (xmr, p_prime)
FOR_OTHERS: RuleSets = (xmr,)
