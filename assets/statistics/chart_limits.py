"""Centre lines and limits of Shewhart's charts, one function for each kind.

Belongs here: what is drawn for the rows of a phase matrix (P, M). Does not belong here: phases, runs, what is outside (``control_charts``).
Limits lie 3 standard deviations from the centre, near limits 2. The rounded constants d2 = 1.128 and D4 = 3.267 are used as such, so
that results can be compared with qicharts2, whose formulas these are; Montgomery, Introduction to Statistical Quality Control.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from assets.statistics.numerics import Floats, exact_mean, exact_sum, median_of_rows
from assets.statistics.phases import Mask
from assets.statistics.subgroups import Points

D2 = 1.128
D4 = 3.267
NORMALISED_SCREENING = 3.2665
TIME_POWER = 3.6
MEDIAN_OF_GEOMETRIC = 0.693


@dataclass(frozen=True)
class Limits:
    """What is plotted and the lines, all (P, M) or (P, 1) where a line is level; NaN where it could not be computed."""

    value: Floats
    centre: Floats
    lower: Floats
    near_lower: Floats
    near_upper: Floats
    upper: Floats


@dataclass(frozen=True)
class Setting:
    """What makes the lines: ``base`` (P, M), the points that do; ``centre`` (P, M), given, NaN where not; whether moving ranges of at
    least 3.267 times their mean are left out; whether points have no order (categories), so that there is no moving range; whether Laney's
    limits may lie inside those of chance alone (``at_least_chance``: they may not)."""

    base: Mask
    centre: Floats | None
    screen: bool
    is_unordered: bool = False
    at_least_chance: bool = False


def run(points: Points, setting: Setting) -> Limits:
    """Median of the values; no limits."""
    none = np.full((len(points.value), 1), np.nan)
    centre = _centre(setting, points, median_of_rows(_base(setting, points.value)))
    return Limits(points.value, centre, none, none, none, none)


def individuals(points: Points, setting: Setting) -> Limits:
    """I chart: mean of the values, average moving range / 1.128. 3 / 1.128 is 2.6596, where Making Data Count has 2.66.

    A point that is left out of the base is taken away before differencing, so its neighbours become neighbours; a missing
    one is not, so there is no range across a gap.
    """
    centre = _centre(setting, points, exact_mean(_base(setting, points.value)))
    residual = points.value if setting.centre is None else points.value - centre
    return _around(points.value, centre, (_average_range(residual, setting) / D2)[:, None])


def moving_ranges(points: Points, setting: Setting) -> Limits:
    """MR chart: ranges between neighbours of the phase (bases or not), their mean over the base, 0 and 3.267 times it."""
    value = np.full(points.value.shape, np.nan)
    with np.errstate(invalid="ignore"):
        value[:, 1:] = np.abs(np.diff(points.value, axis=1))
    centre = _centre(setting, points, exact_mean(_base(setting, value)))
    zero = np.zeros((len(value), 1))
    return Limits(value, centre, zero, zero, _finite(D4 / 3 * 2 * centre), _finite(D4 * centre))


def normalised_individuals(points: Points, setting: Setting) -> Limits:
    """I' chart, individuals of unequal weight: limits widen where the denominator is small.

    sqrt(pi / 2) |difference| / sqrt(1 / n + 1 / n of the point before), averaged over all neighbours of the phase whether they belong to the
    base or not; screening leaves out those of at least 3.2665 times the mean. Without denominators the number of
    observations counts. Source: Taylor, Normalized Individuals Control Chart (2017).
    """
    missing = np.isnan(points.size).all(axis=1, keepdims=True, where=points.inside)
    size = np.where(missing, points.count, points.size)
    with np.errstate(invalid="ignore", divide="ignore"):
        weighted = exact_sum(_base(setting, points.value * size))
        centre = _centre(setting, points, weighted / exact_sum(_base(setting, size)))
        spread = np.sqrt(np.pi / 2) * np.abs(np.diff(points.value, axis=1)) / np.sqrt(1 / size[:, 1:] + 1 / size[:, :-1])
        average = _screened_mean(spread, NORMALISED_SCREENING if setting.screen else None)
        return _around(points.value, centre, average[:, None] * np.sqrt(1 / size))


def means(points: Points, setting: Setting) -> Limits:
    """X-bar chart: grand mean, limits from the spread within subgroups; none for a subgroup of one observation."""
    with np.errstate(invalid="ignore", divide="ignore"):
        total = exact_sum(_base(setting, points.count * points.mean))
        centre = _centre(setting, points, total / exact_sum(_base(setting, points.count)))
        sigma = _within(points, setting)[:, None] / (_c4(points.count) * np.sqrt(points.count))
    return _around(points.value, centre, sigma)


def deviations(points: Points, setting: Setting) -> Limits:
    """S chart: spread within subgroups, B3 and B4 times it; the lower limit not below 0."""
    centre = _centre(setting, points, _within(points, setting))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.sqrt(1 - _c4(points.count) ** 2) / _c4(points.count)
        lower, near_lower = (np.maximum(0, 1 - k * share) * centre for k in (3, 2))
        near_upper, upper = ((1 + k * share) * centre for k in (2, 3))
    return Limits(points.deviation, centre, *(_finite(limit) for limit in (lower, near_lower, near_upper, upper)))


def times(points: Points, setting: Setting) -> Limits:
    """T chart of times between events: an I chart of the values to the power 1 / 3.6, transformed back.

    The lower limit is 0 where the transformed one is negative or not known, which no time can be below; the near lower limit is then missing.
    A given centre is in the unit of the values. Raises ValueError for a time that is not above 0.
    Source: Nelson, Journal of Quality Technology 1994; 26: 239-243.
    """
    if (points.value <= 0).any():
        raise ValueError("a time between events must be greater than zero")
    given = None if setting.centre is None else setting.centre ** (1 / TIME_POWER)
    found = individuals(replace(points, value=points.value ** (1 / TIME_POWER)), replace(setting, centre=given))
    with np.errstate(invalid="ignore"):
        value, centre, lower, *others = (getattr(found, field.name) ** TIME_POWER for field in fields(found))
    return Limits(value, centre, np.nan_to_num(lower), *others)


def proportions(points: Points, setting: Setting) -> Limits:
    """P chart: pooled proportion, sqrt(p (1 - p) / n), limits within 0 and 1. Raises ValueError for more events than cases."""
    return _of_counts(points, setting, _binomial, high=1)


def laney_proportions(points: Points, setting: Setting) -> Limits:
    """P' chart: the P chart with its spread times that of the z values, for denominators so large that chance is the least of it.

    The factor is the average moving range of z / 1.128 over the base, of unordered points their standard deviation. As in qicharts2 it may
    fall below 1 (a process steadier than chance is a finding, or a wrong denominator); with ``at_least_chance``, as in clinical-qikit, it may not.
    Source: Laney, Quality Engineering 2002; 14: 531-537.
    """
    return _of_counts(points, setting, _binomial, high=1, is_laney=True)


def rates(points: Points, setting: Setting) -> Limits:
    """U chart: pooled rate, sqrt(u / n), limits not below 0."""
    return _of_counts(points, setting, _poisson)


def laney_rates(points: Points, setting: Setting) -> Limits:
    """U' chart: as P' to P."""
    return _of_counts(points, setting, _poisson, is_laney=True)


def counts(points: Points, setting: Setting) -> Limits:
    """C chart: mean count, its square root, limits not below 0. Raises ValueError for a negative count."""
    _refuse_negative(points.total)
    centre = _centre(setting, points, exact_mean(_base(setting, points.total)))
    with np.errstate(invalid="ignore"):
        return _around(points.total, centre, np.sqrt(centre), low=0)


def cases_between(points: Points, setting: Setting) -> Limits:
    """G chart of cases between events: limits from the mean m by sqrt(m (m + 1)), not below 0; the centre line is the median.

    With a given mean the line is its theoretical median, 0.693 m. Raises ValueError for a negative number of cases.
    """
    _refuse_negative(points.value)
    base = _base(setting, points.value)
    mean = _centre(setting, points, exact_mean(base))
    with np.errstate(invalid="ignore"):
        found = _around(points.value, mean, np.sqrt(mean * (mean + 1)), low=0)
    line = median_of_rows(base)[:, None]
    if setting.centre is not None:
        line = np.where(_has_given(setting, points), MEDIAN_OF_GEOMETRIC * mean, line)
    return replace(found, centre=line)


FORMULAS: dict[str, Callable[[Points, Setting], Limits]] = {
    "run": run, "i": individuals, "mr": moving_ranges, "ip": normalised_individuals, "xbar": means, "s": deviations, "t": times,
    "p": proportions, "pp": laney_proportions, "u": rates, "up": laney_rates, "c": counts, "g": cases_between,
}  # fmt: skip


def _of_counts(
    points: Points, setting: Setting, variance: Callable[[Floats], Floats], high: float | None = None, is_laney: bool = False
) -> Limits:
    _refuse_negative(points.total)
    if high == 1 and ((points.total > points.size) & (points.size > 0)).any():
        raise ValueError("a proportion needs at least as many cases as events")
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = exact_sum(_base(setting, points.total)) / exact_sum(_base(setting, points.size))
        centre = _centre(setting, points, pooled)
        sigma = np.sqrt(variance(centre) / points.size)
        if is_laney:
            factor = _sigma_z((points.value - centre) / sigma, setting)
            sigma = sigma * (np.maximum(factor, 1) if setting.at_least_chance else factor)[:, None]
    return _around(points.value, centre, sigma, low=0, high=high)


def _binomial(centre: Floats) -> Floats:
    return centre * (1 - centre)


def _poisson(centre: Floats) -> Floats:
    return centre


def _sigma_z(z: Floats, setting: Setting) -> Floats:
    if not setting.is_unordered:
        return _average_range(z, setting) / D2
    count = setting.base.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(setting.base, z, 0).sum(axis=1) / count
        squares = np.where(setting.base, (z - mean[:, None]) ** 2, 0).sum(axis=1)
        return np.sqrt(squares / np.where(count > 1, count - 1, np.nan))


def _base(setting: Setting, values: Floats) -> Floats:
    return np.where(setting.base, values, np.nan)


def _has_given(setting: Setting, points: Points) -> Mask:
    """Rows (P, 1) whose centre is given at every point."""
    return ~(np.isnan(setting.centre) & points.inside).any(axis=1, keepdims=True)


def _centre(setting: Setting, points: Points, computed: Floats) -> Floats:
    """The given centre (P, M) of phases where it is given at every point, else the computed one (P,)."""
    if setting.centre is None:
        return computed[:, None]
    return np.where(_has_given(setting, points), setting.centre, computed[:, None])


def _average_range(values: Floats, setting: Setting) -> Floats:
    """Mean moving range (P,) between one base point and the next."""
    with np.errstate(invalid="ignore"):
        return _screened_mean(np.abs(_steps(values, setting.base)), D4 if setting.screen else None)


def _steps(values: Floats, base: Mask) -> Floats:
    if base.all():
        return np.diff(values, axis=1)
    last = np.maximum.accumulate(np.where(base, np.arange(base.shape[1]), -1), axis=1)
    before = np.full(base.shape, -1)
    before[:, 1:] = last[:, :-1]
    steps = values - np.take_along_axis(values, np.maximum(before, 0), axis=1)
    return np.where(base & (before >= 0), steps, np.nan)


def _screened_mean(ranges: Floats, factor: float | None) -> Floats:
    """Mean of rows, with a factor the mean of those below factor times it (strictly, once)."""
    average = exact_mean(ranges)
    if factor is None:
        return average
    with np.errstate(invalid="ignore"):
        return exact_mean(np.where(ranges < factor * average[:, None], ranges, np.nan))


def _within(points: Points, setting: Setting) -> Floats:
    """Standard deviation within subgroups (P,): mean of theirs if all have one size, else pooled.

    As in qicharts2 a subgroup whose observations are all missing takes a degree of freedom from the pooled one.
    """
    largest, smallest = (np.where(points.inside, sign * points.count, -np.inf).max(axis=1, initial=-np.inf) for sign in (1, -1))
    varies = largest != -smallest
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = exact_sum(_base(setting, (points.count - 1) * points.deviation**2))
        pooled = np.sqrt(squares / exact_sum(_base(setting, points.count - 1)))
    return np.where(varies, pooled, exact_mean(_base(setting, points.deviation)))


def _c4(count: Floats) -> Floats:
    n = np.where(count > 1, count, np.nan)
    return np.sqrt(2 / (n - 1)) * np.exp(gammaln(n / 2) - gammaln((n - 1) / 2))


def _around(value: Floats, centre: Floats, sigma: Floats, low: float | None = None, high: float | None = None) -> Limits:
    with np.errstate(invalid="ignore"):
        found = [_finite(centre + k * sigma) for k in (-3, -2, 2, 3)]
    if low is not None or high is not None:
        found = [np.clip(limit, low, high) for limit in found]
    return Limits(value, centre, *found)


def _finite(limit: NDArray) -> Floats:
    return np.where(np.isfinite(limit), limit, np.nan)


def _refuse_negative(values: Floats) -> None:
    if (values < 0).any():
        raise ValueError("a number of events or cases must not be negative")
