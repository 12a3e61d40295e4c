"""How far a whole count lies from what is expected, in standard deviations, and the counts at which given distances are passed.

Belongs here: the statistic of period outliers and its limits, exact and with over-dispersion. Does not belong here: display limits
(``funnel``), which distance is an alert (``schemas.outliers``).
A number for each cell: arrays that broadcast, NaN where it cannot be computed. Of shares the size is the denominator and events are
binomial around the centre; of counts the size is the exposure (expected events with a centre of 1) and they are Poisson.
Source: HQIP's two and three standard deviations, read as the normal tail of the same chance (0.0228 and 0.00135, one-sided), so that
small counts are judged by what they are; Spiegelhalter, Statistics in Medicine 2005; 24: 1185-1202 for the form with over-dispersion.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, gammainc, gammaincc, ndtr, ndtri

from assets.statistics.confidence import refuse
from assets.statistics.funnel import proportion_limits, rate_limits
from assets.statistics.numerics import Floats
from assets.statistics.overdispersion import ARCSINE, ROOT_RATIO, Form

SMALLEST = 1e-300  # a chance below this is told as this: 37 standard deviations


def exact_distance(observed: ArrayLike, size: ArrayLike, centre: ArrayLike, is_share: bool) -> Floats:
    """Standard deviations above (positive) or below what is expected: the normal quantile of the chance of such a count or a more extreme one.

    0 where neither side is less likely than one half. NaN where the count is missing, of a share not whole, or the size 0 or missing.
    Raises ValueError for negative numbers, and a share of more events than cases.
    """
    o, n, c = np.broadcast_arrays(*(np.asarray(a, float) for a in (observed, size, centre)))
    refuse((o < 0) | (n < 0) | (c < 0), "events, sizes and centres are at least 0")
    refuse(
        is_share and ((n > 0) & (o > n) | (c > 1)).any(), "the numerator of a proportion is at most its denominator, its centre at most 1"
    )
    known = (n > 0) & ~np.isnan(o + c) & (o == np.floor(o))
    o, n, c = (np.where(known, a, 1.0) for a in (o, n, c))
    above, below = _tails_of_shares(o, n, c) if is_share else _tails_of_counts(o, n * c)
    high, low = (np.maximum(-ndtri(np.clip(tail, SMALLEST, 1)), 0) for tail in (above, below))
    return np.where(known, np.where(high >= low, high, -low), np.nan)


def _tails_of_shares(o: Floats, n: Floats, c: Floats) -> tuple[Floats, Floats]:
    """The chances of o or more events, and of o or fewer, of n."""
    more = np.where(o >= 1, betainc(np.maximum(o, 1), n - o + 1, c), 1.0)
    fewer = np.where(o < n, betainc(np.maximum(n - o, 1), o + 1, 1 - c), 1.0)
    return more, fewer


def _tails_of_counts(o: Floats, mean: Floats) -> tuple[Floats, Floats]:
    return np.where(o >= 1, gammainc(np.maximum(o, 1), mean), 1.0), gammaincc(o + 1, mean)


def exact_limits(size: ArrayLike, centre: ArrayLike, distances: Sequence[float], is_share: bool) -> Floats:
    """(..., distances): the value of the last whole count that is not beyond each distance; negative distances lie below the centre.

    A value beyond its limit is just one whose ``exact_distance`` is greater. NaN where there is none.
    """
    limits = proportion_limits if is_share else rate_limits
    return limits(size, centre, levels=tuple(ndtr(np.asarray(distances, float))), interpolate=False)


def spread_distance(observed: ArrayLike, size: ArrayLike, centre: ArrayLike, tau_squared: ArrayLike, is_share: bool) -> Floats:
    """The same distance where peers differ by more than chance: on the scale of the form, chance and the variance between peers together."""
    o, n, c, tau = np.broadcast_arrays(*(np.asarray(a, float) for a in (observed, size, centre, tau_squared)))
    form, n, centre = _on_scale(n, c, is_share)
    with np.errstate(invalid="ignore", divide="ignore"):
        n = np.where(n > 0, n, np.nan)
        return (form.transform(o, n) - form.scale(centre)) / np.sqrt(form.deviation_at(centre, n) ** 2 + tau)


def spread_limits(size: ArrayLike, centre: ArrayLike, tau_squared: ArrayLike, distances: Sequence[float], is_share: bool) -> Floats:
    """(..., distances): the values at those distances, in the unit of the value."""
    n, c, tau = (a[..., None] for a in np.broadcast_arrays(*(np.asarray(a, float) for a in (size, centre, tau_squared))))
    form, n, centre = _on_scale(n, c, is_share)
    with np.errstate(invalid="ignore", divide="ignore"):
        n = np.where(n > 0, n, np.nan)
        deviation = np.sqrt(form.deviation_at(centre, n) ** 2 + tau)
        value = form.back(form.scale(centre) + np.asarray(distances, float) * deviation)
    return value if is_share else value * c


def _on_scale(size: Floats, centre: Floats, is_share: bool) -> tuple[Form, Floats, Floats]:
    """The form, its denominator and its centre: shares as they are, counts by the ratio to what is expected."""
    return (ARCSINE, size, centre) if is_share else (ROOT_RATIO, size * centre, np.ones_like(centre))
