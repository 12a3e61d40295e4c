"""Directly and indirectly standardised rates and ratios of many providers at once.

Belongs here: sums over strata (age bands, sexes) and their intervals. Does not belong here: expected events of a regression
(case-mix), the reference population itself.
Long arrays, an element for each stratum of a group; answers one for each group, in the order of ``np.unique(groups)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.statistics.confidence import refuse
from assets.statistics.counts import byar, ratio_interval
from assets.statistics.grouped import Groups
from assets.statistics.numerics import Floats

MINIMUM_EVENTS = 10  # a directly standardised rate of fewer events is not to be shown


@dataclass(frozen=True)
class DirectRate:
    """(G,) each. ``value``, ``lower``, ``upper``: events for one unit of population; NaN below ten events."""

    groups: NDArray
    events: Floats
    population: Floats
    value: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class IndirectRatio:
    """(G,) each. ``value``, ``lower``, ``upper``: observed over expected events; ``reference_rate``: of the reference population.

    The indirectly standardised rate is the ratio times ``reference_rate``, and so are its limits.
    """

    groups: NDArray
    observed: Floats
    expected: Floats
    reference_rate: Floats
    value: Floats
    lower: Floats
    upper: Floats


def direct_rate(events: ArrayLike, population: ArrayLike, weight: ArrayLike, groups: ArrayLike, confidence: float = 0.95) -> DirectRate:
    """Directly standardised rate with Dobson's interval: the sum of weight times stratum rate, over the sum of weights.

    ``weight`` is the standard population of the stratum. The interval is Byar's interval of the total count, moved to the rate and
    stretched by its variance; Byar's at every count, and nothing at all below ten events. Missing events are none: a stratum
    without a patient has no row in the data. A stratum of weight 0 counts in the total alone.
    Raises ValueError where events are negative or infinite, a population is missing, infinite or not positive, a weight missing,
    infinite or negative. Source: Dobson et al., Statistics in Medicine 1991; 10: 457-462; as PHEindicatormethods ``calculate_dsr``.
    """
    x, n, w = _strata(events, population, weight)
    g = Groups.of(groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = g.sum(x * (w / n) ** 2) / g.sum(w) ** 2
    return _dobson(g, x, n, w, variance, confidence)


def direct_rate_of_repeated_events(
    people: ArrayLike, repeats: ArrayLike, population: ArrayLike, weight: ArrayLike, strata: ArrayLike, groups: ArrayLike, confidence: float = 0.95
) -> DirectRate:  # fmt: skip
    """The same where one person can have several events, which are then not independent: the interval is wider.

    An element for each stratum and number of events: ``people`` who had ``repeats`` events each. Population and weight are those of
    the whole stratum and equal in its elements. The variance is that of the people with f events, times f squared, summed over f.
    Raises ValueError also where repeats are below 1 or a stratum has two populations or weights. Source: as ``direct_rate``.
    """
    x, n, w = _strata(people, population, weight)
    f = np.asarray(repeats, float)
    refuse(~((f >= 1) & np.isfinite(f)), "a person who is counted has had at least one event")
    g, stratum = Groups.of(groups), Groups.of(strata)
    by_repeats = Groups.of(g.number * (f.max(initial=0) + 1) + f)
    with np.errstate(invalid="ignore", divide="ignore"):
        variances = by_repeats.sum((f * w / n) ** 2 * x) / by_repeats.sum(w) ** 2
    first = np.unique(by_repeats.number, return_index=True)[1]
    variance = np.bincount(g.number[first], weights=variances, minlength=len(g.names))
    cell = Groups.of(g.number * len(stratum.names) + stratum.number)
    first = np.unique(cell.number, return_index=True)[1]
    refuse((n != n[first][cell.number]) | (w != w[first][cell.number]), "a stratum has one population and one weight")
    return _dobson(Groups(g.names, g.number[first]), cell.sum(f * x), n[first], w[first], variance, confidence)


def indirect_ratio(
    events: ArrayLike, population: ArrayLike, reference_events: ArrayLike, reference_population: ArrayLike, groups: ArrayLike, confidence: float = 0.95
) -> IndirectRatio:  # fmt: skip
    """Observed events over those expected at the reference's stratum rates, exact below ten observed events and Byar's from ten on.

    Missing events, populations and reference events are none. With none expected the ratio is infinite or NaN and so are its limits.
    Raises ValueError where a number is negative or infinite, or a reference population 0. Source: as PHEindicatormethods
    ``calculate_ISRatio`` and ``calculate_ISRate``.
    """
    x, n, x_ref = (np.nan_to_num(np.asarray(a, float), posinf=np.inf, neginf=-np.inf) for a in (events, population, reference_events))
    n_ref = np.asarray(reference_population, float)
    for array in (x, n, x_ref, n_ref):
        refuse((array < 0) | np.isinf(array), "events and populations are finite and at least 0")
    refuse(n_ref == 0, "a reference population is positive")
    g = Groups.of(groups)
    observed, expected = g.sum(x), g.sum(x_ref / n_ref * n)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = observed / expected
    return IndirectRatio(g.names, observed, expected, g.sum(x_ref) / g.sum(n_ref), value, *ratio_interval(observed, expected, confidence))


def _strata(events: ArrayLike, population: ArrayLike, weight: ArrayLike) -> tuple[Floats, Floats, Floats]:
    x, n, w = (np.asarray(a, float) for a in (events, population, weight))
    refuse((x < 0) | np.isinf(x), "events are finite and at least 0")
    refuse(~((n > 0) & np.isfinite(n)), "a directly standardised rate needs a finite and positive population in every stratum")
    refuse(~((w >= 0) & np.isfinite(w)), "a directly standardised rate needs a weight of at least 0 for every stratum")
    return np.nan_to_num(x), n, w


def _dobson(g: Groups, x: Floats, n: Floats, w: Floats, variance: Floats, confidence: float) -> DirectRate:
    events = g.sum(x)
    enough = events >= MINIMUM_EVENTS
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(enough, g.sum(x * w / n) / g.sum(w), np.nan)
        lower, upper = (value + np.sqrt(variance / events) * (limit - events) for limit in byar(events, confidence))
    return DirectRate(g.names, events, g.sum(n), value, lower, upper)
