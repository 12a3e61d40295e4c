"""Funnels as the public-health profiles of England (Fingertips) draw them: proportions, ratios and rates of many indicators.

Belongs here: the lines of a chart (100 points), the points, and who lies beyond which limit. Does not belong here: the house's own
limits (``funnel``), intervals (``counts``).
Long arrays, an element for each provider of a group (an indicator); lines are (G, 100) and (G, 100, 4), the limits in the order
lower 99.8 %, lower 95 %, upper 95 %, upper 99.8 %.
Source: PHEindicatormethods 2.1.1, ``calculate_funnel_limits``, ``calculate_funnel_points``, ``assign_funnel_significance``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.statistics.confidence import refuse
from assets.statistics.counts import exact_poisson, ratio_interval
from assets.statistics.funnel import score_limits
from assets.statistics.funnel_axis import axis_points, rounded_down, rounded_up
from assets.statistics.grouped import Groups
from assets.statistics.intervals import IMPOSSIBLE
from assets.statistics.numerics import Floats

SIGNIFICANCE = ("low 0.001", "low 0.025", "not significant", "high 0.025", "high 0.001")
LOWER_998, LOWER_95, UPPER_95, UPPER_998 = range(4)
MINIMUM_EVENTS = 10  # a directly standardised rate of fewer events is not shown

Solver = Callable[[Floats], Floats]  # events (...) -> expected events at the four limits (..., 4)


@dataclass(frozen=True)
class Lines:
    """``x``: (G, 100) denominators, observed events or events; ``limits``: (G, 100, 4), in the unit of ``centre`` (G,).

    ``expected``: (G, 100, 4), the expected events (for rates, the population of one year) at which the ``x`` events of a ratio lie
    on each limit; none for proportions.
    """

    groups: NDArray
    x: Floats
    limits: Floats
    centre: Floats
    expected: Floats | None = None


def exact_bounds(events: ArrayLike) -> Floats:
    """The expected events (..., 4) at which ``events`` just lie on each limit, by chi-square quantiles."""
    (low_998, high_998), (low_95, high_95) = exact_poisson(events, 0.998), exact_poisson(events, 0.95)
    return np.stack([high_998, high_95, low_95, low_998], axis=-1)


def proportion_lines(numerator: ArrayLike, denominator: ArrayLike, groups: ArrayLike) -> Lines:
    """Score limits around the pooled proportion, as shares cut at 0 and 1; providers with a missing number are left out.

    Raises ValueError unless 0 <= numerator <= denominator and the denominator is positive.
    The package cuts at 100 in whatever unit, so that with a multiplier of 1 its upper limits pass 1; ours do not.
    """
    x, n, g = _proportions(numerator, denominator, groups)
    centre = _pooled(x, n, g)
    points = axis_points(_first(n, g), rounded_up(_highest(n, g)))
    limits = np.clip(score_limits(points, centre[:, None]), 0, 1)
    return Lines(g.names, points, limits, centre)


def ratio_lines(expected: ArrayLike, groups: ArrayLike, bounds: Solver = exact_bounds) -> Lines:
    """Limits of observed over expected events, by observed events; the axis is that of the expected ones. The centre is 1.

    ``bounds`` solves for the expected events; the package's own search (``fingertips_search.bisected_bounds``) is up to 1e-6 off.
    """
    e, g = np.asarray(expected, float), Groups.of(groups)
    refuse((e < 0) | np.isinf(e), "expected events are finite and at least 0")
    points = axis_points(_first(e, g), rounded_up(_highest(e, g)), falls_short=True)
    solved = bounds(points)
    return Lines(g.names, points, points[..., None] / solved, np.ones(len(g.names)), solved)


def rate_lines(events: ArrayLike, population: ArrayLike, groups: ArrayLike, years: float = 1, bounds: Solver = exact_bounds) -> Lines:
    """Limits of events for one unit of population, by events; ``population`` from ``derived_population``, over all ``years``."""
    x, n, g = np.asarray(events, float), np.asarray(population, float), Groups.of(groups)
    refuse((x < 0) | (n <= 0) | np.isinf(x + n), "a rate needs events of at least 0 and a positive population, both finite")
    refuse(not years > 0, "data cover more than 0 years")
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = g.sum(np.nan_to_num(x)) / g.sum(np.nan_to_num(n))
    first = np.floor(_first(n, g, years) * centre)
    points = axis_points(first, np.ceil(rounded_up(_highest(n, g) / years) * years * centre))
    with np.errstate(divide="ignore"):  # without any event the population of any limit is infinite, and the limit 0
        people = bounds(points) / centre[:, None, None]
    return Lines(g.names, points, points[..., None] / people, centre, people / years)


def derived_population(
    events: ArrayLike, rate: ArrayLike, unit: float, population: ArrayLike | None = None, is_standardised: bool = False
) -> Floats:
    """The population that a rate for ``unit`` people implies; where there are no events, the one given.

    A directly standardised rate has none then (NaN). Raises ValueError where there are no events and no population is given.
    """
    x, rate = np.asarray(events, float), np.asarray(rate, float)
    refuse((x < 0) | (rate < 0), "events and rates are at least 0")
    refuse(population is None and (x == 0).any(), "a rate of no events needs its population, for the rate tells nothing of it")
    given = np.nan if population is None or is_standardised else np.asarray(population, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(x == 0, given, unit * x / rate)


def rate_points(events: ArrayLike, rate: ArrayLike, population: ArrayLike, years: float, is_standardised: bool) -> tuple[Floats, Floats]:
    """What is drawn for each provider: its rate and the population of one year; neither for a standardised rate of fewer than ten events."""
    hidden = is_standardised & (np.asarray(events, float) < MINIMUM_EVENTS)
    shown = (np.where(hidden, np.nan, np.asarray(a, float)) for a in (rate, population))
    rate, population = shown
    return rate, population / years


def proportion_significance(numerator: ArrayLike, denominator: ArrayLike, groups: ArrayLike) -> NDArray[np.int64]:
    """Which limit each provider's proportion lies beyond, as an index into ``SIGNIFICANCE``; -1 where unknown; on a limit is inside."""
    x, n, g = _proportions(numerator, denominator, groups)
    limits = score_limits(n, _pooled(x, n, g)[g.number])
    with np.errstate(invalid="ignore"):
        value = (x / n)[:, None]
        return _judged(value[:, 0], value < limits, value > limits)


def ratio_significance(events: ArrayLike, expected: ArrayLike, centre: ArrayLike = 1.0) -> NDArray[np.int64]:
    """The same for events over expected events (or population) against ``centre``: by whether the interval leaves it out."""
    x, e = np.asarray(events, float), np.asarray(expected, float)
    refuse(e <= 0, "expected events and populations are positive")
    outer, inner = ratio_interval(x, e, 0.998), ratio_interval(x, e, 0.95)
    bounds = np.stack([outer[1], inner[1], inner[0], outer[0]], axis=-1)
    centre = np.broadcast_to(np.asarray(centre, float), x.shape)[..., None]
    with np.errstate(invalid="ignore"):
        return _judged(bounds.sum(axis=-1) + centre[..., 0], bounds < centre, bounds > centre)


def rate_significance(
    events: ArrayLike, rate: ArrayLike, population: ArrayLike | None, groups: ArrayLike, unit: float, is_standardised: bool
) -> NDArray[np.int64]:
    """The same for rates for ``unit`` people against the pooled one; -1 also for a standardised rate of fewer than ten events.

    Raises ValueError without ``population``, which the package says may be left out but needs as well.
    """
    refuse(population is None, "the significance of rates needs the populations as well")
    x, g = np.asarray(events, float), Groups.of(groups)
    refuse(np.asarray(population, float) <= 0, "expected events and populations are positive")
    n = derived_population(x, rate, unit, population, is_standardised)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = g.sum(np.nan_to_num(x)) / g.sum(np.nan_to_num(n))
    judged = ratio_significance(x, n, centre[g.number])
    return np.where(is_standardised & (x < MINIMUM_EVENTS), -1, judged)


def _judged(known: Floats, below: NDArray[np.bool_], above: NDArray[np.bool_]) -> NDArray[np.int64]:
    """``below`` and ``above``: (..., 4), beyond each limit; ``known``: NaN where there is nothing to judge."""
    cases = [below[..., LOWER_998], below[..., LOWER_95], above[..., UPPER_998], above[..., UPPER_95]]
    return np.where(np.isnan(known), -1, np.select(cases, [0, 1, 4, 3], 2))


def _proportions(numerator: ArrayLike, denominator: ArrayLike, groups: ArrayLike) -> tuple[Floats, Floats, Groups]:
    x, n = np.asarray(numerator, float), np.asarray(denominator, float)
    refuse((n <= 0) | np.isinf(n) | (x < 0) | (x > n), IMPOSSIBLE)
    return x, np.where(np.isnan(x), np.nan, n), Groups.of(groups)


def _pooled(x: Floats, n: Floats, g: Groups) -> Floats:
    known = ~np.isnan(x + n)
    with np.errstate(invalid="ignore", divide="ignore"):
        return g.sum(np.where(known, x, 0)) / g.sum(np.where(known, n, 0))


def _highest(n: Floats, g: Groups) -> Floats:
    return _extreme(np.fmax, n, g)


def _extreme(of: np.ufunc, n: Floats, g: Groups) -> Floats:
    return of.reduceat(n[g.order(n)], g.start) if len(n) else np.zeros(0)


def _first(n: Floats, g: Groups, years: float = 1) -> Floats:
    """Where the axis begins: at 0 if the denominators span more than a factor of two, else a little below the least."""
    low, high = _extreme(np.fmin, n, g), _highest(n, g)
    return np.where(high > 2 * low, 0, rounded_down(low / years) * years)
