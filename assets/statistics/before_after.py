"""Two phases as wholes: proportions, rates and means before and after, for many comparisons at once.

Belongs here: estimates of both phases, the interval of their difference or ratio, a test. Does not belong here: trends
(``segmented``), or the choice of phases.

Arguments of proportions and rates broadcast, one comparison an element (M,); NaN gives NaN. What an input cannot be is a ValueError;
what two possible phases cannot tell is NaN, or a ValueError if ``undetermined`` is "raise", as in R, whose tests stop there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import betaincinv, chdtrc

from assets.statistics.confidence import level, normal_distance, refuse
from assets.statistics.numerics import Floats, exact_mean

TIE = 1 + 1e-7  # chances that differ by no more than this are equal


@dataclass(frozen=True)
class Comparison:
    """Arrays (M,). ``before`` and ``after`` in their own unit; ``effect`` is before minus after, or before over after for rates.

    ``lower`` and ``upper`` are its limits, ``p_value`` of the two-sided test of no effect; ``statistic`` and ``degrees`` of freedom of
    that test, NaN where it is exact.
    """

    before: Floats
    after: Floats
    effect: Floats
    lower: Floats
    upper: Floats
    statistic: Floats
    degrees: Floats
    p_value: Floats


def compare_proportions(
    events_before: ArrayLike,
    cases_before: ArrayLike,
    events_after: ArrayLike,
    cases_after: ArrayLike,
    correct: bool = True,
    confidence: float = 0.95,
) -> Comparison:
    """Difference of two proportions (shares, before minus after): chi-square test and Wald limits within -1 and 1.

    ``correct``: Yates' continuity correction, at most what the phases differ by. Where both have no event, or nothing else, the
    test is NaN and the interval is that of the correction. Raises ValueError where not 0 <= events <= cases or cases are 0.
    Source: as R ``prop.test`` of two samples; Newcombe, Statistics in Medicine 1998; 17: 873-890, methods 1 and 2.
    """  # fmt: skip
    y1, n1, y2, n2 = _operands(events_before, cases_before, events_after, cases_after)
    refuse((y1 > n1) | (y2 > n2), "a proportion has at most as many events as cases")
    p1, p2, pooled, inverse = y1 / n1, y2 / n2, (y1 + y2) / (n1 + n2), 1 / n1 + 1 / n2
    yates = np.minimum(0.5, np.abs(p1 - p2) / inverse) if correct else np.zeros(np.shape(p1))
    half = normal_distance(confidence) * np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) + yates * inverse
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = [
            (np.abs(observed - expected) - yates) ** 2 / expected
            for y, n in ((y1, n1), (y2, n2))
            for observed, expected in ((y, n * pooled), (n - y, n * (1 - pooled)))
        ]
    statistic = sum(parts)
    return Comparison(
        p1, p2, p1 - p2, np.maximum(p1 - p2 - half, -1), np.minimum(p1 - p2 + half, 1), statistic, np.where(np.isnan(p1 - p2), np.nan, 1.0),
        chdtrc(1, statistic),
    )  # fmt: skip


def compare_rates(
    events_before: ArrayLike,
    exposure_before: ArrayLike,
    events_after: ArrayLike,
    exposure_after: ArrayLike,
    confidence: float = 0.95,
    undetermined: str = "nan",
) -> Comparison:
    """Ratio of two rates (before over after): exact, given the total number of events.

    The events before are then binomial, with the share of exposure before as chance: p by minimum likelihood (all outcomes at most as
    likely as the one seen), limits of Clopper and Pearson carried over to the ratio. No events after: the ratio and its upper limit are
    infinite; no events at all: undetermined. Raises ValueError for negative, infinite or broken counts, and without exposure.
    Source: as R ``poisson.test`` of two samples.
    """  # fmt: skip
    y1, n1, y2, n2 = _operands(events_before, exposure_before, events_after, exposure_after)
    refuse((y1 % 1 > 0) | (y2 % 1 > 0), "events of a rate are whole numbers")
    total = y1 + y2
    _settle(total == 0, undetermined, "two phases without any event have no ratio of rates")
    total = np.where(total > 0, total, np.nan)
    share = n1 / (n1 + n2)
    tail = (1 - level(confidence)) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        low = np.where(y1 > 0, betaincinv(np.maximum(y1, 1), total - y1 + 1, tail), 0.0)
        high = np.where(y2 > 0, betaincinv(y1 + 1, np.maximum(total - y1, 1), 1 - tail), 1.0)
        before, after = y1 / n1, y2 / n2
        lower, upper = (limit / (1 - limit) * n2 / n1 for limit in (low, high))
        effect = np.where(np.isnan(total), np.nan, before / after)
    missing = np.full(np.shape(total), np.nan)
    lower, upper = (np.where(np.isnan(total), np.nan, limit) for limit in (lower, upper))
    return Comparison(before, after, effect, lower, upper, missing, missing, _minimum_likelihood(y1, total, share))


def compare_means(before: ArrayLike, after: ArrayLike, confidence: float = 0.95, undetermined: str = "nan") -> Comparison:
    """Difference of two means (before minus after, in the unit of the values), by Welch's t test: variances may differ.

    ``before`` (S, N) and ``after`` (S, M) hold the values of each series, NaN where it has fewer. Undetermined: fewer than two
    values in a phase, or both phases constant. Raises ValueError for infinite values. Source: as R ``t.test``.
    """
    phases = [np.atleast_2d(np.asarray(values, float)) for values in (before, after)]
    refuse(np.isinf(phases[0]).any() or np.isinf(phases[1]).any(), "the values of a mean are finite")
    (m1, v1, n1), (m2, v2, n2) = (_mean_and_variance(values) for values in phases)
    with np.errstate(invalid="ignore", divide="ignore"):
        squared = v1 / n1 + v2 / n2
        error = np.sqrt(squared)
        known = (n1 > 1) & (n2 > 1) & (error >= 10 * np.finfo(float).eps * np.maximum(np.abs(m1), np.abs(m2)))
        _settle(~known, undetermined, "two means need two values in each phase, and phases that are not constant")
        error, squared = (np.where(known, value, np.nan) for value in (error, squared))
        degrees = squared**2 / ((v1 / n1) ** 2 / (n1 - 1) + (v2 / n2) ** 2 / (n2 - 1))
        statistic = (m1 - m2) / error
        half = stats.t.ppf((1 + level(confidence)) / 2, degrees) * error
    return Comparison(
        m1, m2, m1 - m2, m1 - m2 - half, m1 - m2 + half, statistic, degrees, 2 * stats.t.sf(np.abs(statistic), degrees)
    )  # fmt: skip


def _operands(*given: ArrayLike) -> tuple[Floats, ...]:
    y1, n1, y2, n2 = np.broadcast_arrays(*(np.asarray(a, float) for a in given))
    refuse((y1 < 0) | (y2 < 0) | np.isinf(y1) | np.isinf(y2), "counts of events are finite and at least 0")
    refuse((n1 <= 0) | (n2 <= 0) | np.isinf(n1) | np.isinf(n2), "each phase has a finite and positive number of cases or exposure")
    return y1, n1, y2, n2


def _settle(cannot: ArrayLike, undetermined: str, message: str) -> None:
    if undetermined not in ("nan", "raise"):
        raise ValueError("undetermined is nan or raise")
    refuse(cannot if undetermined == "raise" else False, message)


def _mean_and_variance(values: Floats) -> tuple[Floats, Floats, Floats]:
    count = (~np.isnan(values)).sum(axis=1).astype(float)
    mean = exact_mean(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return mean, np.nansum((values - mean[:, None]) ** 2, axis=1) / (count - 1), count


def _minimum_likelihood(y: Floats, n: Floats, share: Floats) -> Floats:
    """Chance of all outcomes of Binomial(n, share) that are at most as likely as y (up to rounding)."""
    binomial = stats.binom(np.where(np.isnan(n), 1, n), share)
    seen = binomial.pmf(y) * TIE
    low = y <= n * share
    edge = _outermost(binomial, np.where(low, n, 0), np.ceil(n * share) * low + np.floor(n * share) * ~low, seen, low)
    near = np.where(low, binomial.cdf(y), binomial.sf(y - 1))
    far = np.where(low, binomial.sf(edge - 1), binomial.cdf(edge))
    return np.where(np.isnan(n), np.nan, np.where(y == n * share, 1.0, np.minimum(near + far, 1.0)))


def _outermost(binomial, end: Floats, inner: Floats, seen: Floats, upwards: np.ndarray) -> Floats:
    """On the other side of the mode, the count nearest to it that is at most as likely as ``seen``; beyond ``end`` if none is."""
    beyond = np.where(upwards, end + 1, end - 1)  # at most as likely
    within = np.where(upwards, inner - 1, inner + 1)  # taken for likelier
    while (np.abs(beyond - within) > 1).any():
        middle = np.floor((beyond + within) / 2)
        rare = binomial.pmf(middle) <= seen
        moves = np.abs(beyond - within) > 1
        beyond, within = np.where(moves & rare, middle, beyond), np.where(moves & ~rare, middle, within)
    return beyond
