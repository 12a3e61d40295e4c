"""What a change did: the controlled comparison with others over the same time, with an interval that allows for autocorrelation.

Belongs here: pure functions of one comparison (the acting place and those it is compared with) or many estimates. Does not belong here:
which months and places (``assets.effects``), segmented regression (``segmented``), charts (``spc``).

Row 0 of a matrix is the place that acts, the others are those that did not: (1 + C, N), N months; NaN where there is no value.

How wide the interval is. An interval from the place's own months takes them to be independent; where good and bad months come in runs, it is too
narrow. A few dozen months of one place cannot tell by how much, but all others together can: the same comparison is made for each of them, where nothing was
changed. How much these *placebo* differences vary, as many times what independent months would give, is the dispersion by which the interval is widened.
It holds whatever makes months alike (runs, drift of single places, seasons) without a model of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from assets.statistics import spc
from assets.statistics.confidence import level, refuse
from assets.statistics.numerics import Floats
from assets.statistics.segmented import Segmented, segmented

Mask = NDArray[np.bool_]
LATEST = 3  # points before a change that are looked at for an extreme
LEAST_COMPARED = 2  # others without whom nothing is controlled
NEARLY_ONE = 0.95  # an estimated autocorrelation is taken to be at most this


@dataclass(frozen=True)
class Difference:
    """After less before, in the unit of the values; NaN throughout where a phase has fewer than two points.

    ``dispersion``: by how much the variance exceeds that of independent points, at least 1; ``degrees`` of freedom of the t interval;
    ``compared``: how many others the place was compared with, 0 where it stands alone.
    """

    before: float
    after: float
    estimate: float
    error: float
    lower: float
    upper: float
    dispersion: float
    degrees: float
    compared: int


def controlled_difference(
    values: ArrayLike, weights: ArrayLike, before: ArrayLike, after: ArrayLike, confidence: float = 0.95
) -> Difference:
    """The change of row 0 beyond that of the rest over the same points.

    ``weights`` (denominators) weigh a row's points, and the rows in the rest; ``before`` and ``after`` (N,) mark the phases, a point is in one
    or none. A row without two points in each phase is not compared with. Alone (fewer than two others) it is ``single_difference``.
    Raises ValueError for infinite values, negative weights or a point in both phases.
    """
    y, w, phases = _checked(values, weights, before, after)
    usable = (((w > 0)[:, None] & phases[None]).sum(axis=2) >= 2).all(axis=1)
    kept = np.concatenate([[True], usable[1:]])
    y, w = y[kept], w[kept]
    if len(y) <= LEAST_COMPARED or not usable[0]:
        return single_difference(y[0], w[0], phases[0], phases[1], confidence)
    beyond, mine = beyond_the_rest(y, w)
    estimate, variance, degrees = _of_phases(beyond, mine, phases)
    others = degrees[1:] > 2
    if others.sum() < LEAST_COMPARED or not (degrees[0] > 0 and variance[0] > 0):
        return single_difference(y[0], w[0], phases[0], phases[1], confidence)
    dispersion = _dispersion(estimate[1:][others], variance[1:][others], degrees[1:][others])
    joint = 1 / (1 / others.sum() + 1 / degrees[0])
    means = _means(y[:1], w[:1], phases)[0]
    return _interval(*means, estimate[0], np.sqrt(variance[0] * dispersion), dispersion, joint, int(others.sum()), confidence)


def single_difference(values: ArrayLike, weights: ArrayLike, before: ArrayLike, after: ArrayLike, confidence: float = 0.95) -> Difference:
    """The change of one series (N,) by itself: dispersion from its own first autocorrelation, which few points tell badly."""
    y, w, phases = _checked(np.atleast_2d(values), np.atleast_2d(weights), before, after)
    estimate, variance, degrees = _of_phases(y, w, phases)
    correlation = _autocorrelation(y[0], w[0], phases)
    dispersion = (1 + correlation) / (1 - correlation)
    joint = degrees[0] / dispersion
    means = _means(y, w, phases)[0]
    return _interval(*means, estimate[0], np.sqrt(variance[0] * dispersion), dispersion, joint, 0, confidence)


def _checked(values: ArrayLike, weights: ArrayLike, before: ArrayLike, after: ArrayLike) -> tuple[Floats, Floats, Mask]:
    y, w = np.asarray(values, float), np.asarray(weights, float)
    phases = np.stack([np.asarray(before, bool), np.asarray(after, bool)])
    refuse(np.isinf(y) | np.isinf(w), "values and weights are finite")
    refuse(w < 0, "weights are at least 0")
    refuse(phases.all(axis=0), "a point lies before the change or after it")
    known = ~np.isnan(y) & (w > 0)
    return np.where(known, y, np.nan), np.where(known, w, 0), phases


def beyond_the_rest(y: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Each row (S, N) less the weighted mean of the others (never of row 0), and the weights (0 for no value) of the points that both have."""
    weighted = np.nan_to_num(y) * w
    total, weight = weighted[1:].sum(axis=0), w[1:].sum(axis=0)
    own = np.arange(len(y))[:, None] > 0
    rest = weight - np.where(own, w, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        beyond = y - np.where(rest > 0, (total - np.where(own, weighted, 0)) / rest, np.nan)
    return beyond, np.where(np.isnan(beyond), 0, w)


def _means(y: Floats, w: Floats, phases: Mask) -> Floats:
    """Weighted means (S, 2) of the phases."""
    inside = w[:, None] * phases[None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return (np.nan_to_num(y)[:, None] * inside).sum(axis=2) / inside.sum(axis=2)


def _of_phases(y: Floats, w: Floats, phases: Mask) -> tuple[Floats, Floats, Floats]:
    """For each row after less before, its variance if points are independent, and degrees of freedom; (S,) each."""
    means, inside = _means(y, w, phases), w[:, None] * phases[None]
    points = (inside > 0).sum(axis=2)
    degrees = np.where((points >= 2).all(axis=1), points.sum(axis=1) - 2.0, np.nan)
    squares = (inside * np.nan_to_num(y[:, None] - means[:, :, None]) ** 2).sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = squares / degrees * (1 / inside.sum(axis=2)).sum(axis=1)
    return means[:, 1] - means[:, 0], variance, degrees


def _dispersion(estimate: Floats, variance: Floats, degrees: Floats) -> float:
    """How many times as much the placebo differences vary as independent points would; at least 1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        squared = estimate**2 / variance * (degrees - 2) / degrees
    return float(max(1.0, np.nanmean(np.where(np.isfinite(squared), squared, np.nan))))


def _autocorrelation(y: Floats, w: Floats, phases: Mask) -> float:
    """Of lag 1 within the phases, corrected for the bias of short series; between 0 and 0.95."""
    means = _means(y[None], w[None], phases)[0]
    residual = np.where(phases[0], y - means[0], np.where(phases[1], y - means[1], np.nan))
    product, square = residual[1:] * residual[:-1], residual**2
    points = int((~np.isnan(square)).sum())
    if points < 4 or not np.nansum(square) > 0:
        return 0.0
    lag = np.nansum(product) / np.nansum(square)
    return float(np.clip(lag + (1 + 4 * max(lag, 0)) * 2 / points, 0, NEARLY_ONE))


def _interval(before, after, estimate, error, dispersion, degrees, compared: int, confidence: float) -> Difference:
    # points that do not differ at all say nothing of chance
    half = stats.t.ppf((1 + level(confidence)) / 2, degrees) * error if degrees > 0 and error > 0 else np.nan
    numbers = (before, after, estimate, error, estimate - half, estimate + half, dispersion, degrees)
    return Difference(*(float(number) for number in numbers), compared)


# ------------------------------------------------------------------------------------------------ level and slope
@dataclass(frozen=True)
class Segments:
    """The step at a change and the change of slope a point after it, each with limits, in the unit of the values; NaN where it cannot be told."""

    step: float
    step_lower: float
    step_upper: float
    slope: float
    slope_lower: float
    slope_upper: float


def segments(values: ArrayLike, change_after: int, lag: int, confidence: float = 0.95) -> Segments:
    """Segmented regression of one series (N,): Newey-West errors, t limits. Short series make them too narrow; see ``controlled_segments``."""
    fit = segmented(np.atleast_2d(np.asarray(values, float)), change_after, lag=lag)
    return _segments(fit, np.ones(4), fit.degrees[0], confidence)


def controlled_segments(values: ArrayLike, weights: ArrayLike, change_after: int, lag: int, confidence: float = 0.95) -> Segments:
    """The same of what row 0 lies beyond the rest, its Newey-West errors widened by what those of the others fall short of."""
    y, w, _ = _checked(values, weights, np.zeros(np.shape(values)[1], bool), np.zeros(np.shape(values)[1], bool))
    fit = segmented(beyond_the_rest(y, w)[0], change_after, lag=lag)
    with np.errstate(invalid="ignore", divide="ignore"):
        squared = (fit.estimate[1:] / fit.se_newey_west[1:]) ** 2
    squared = np.where(np.isfinite(squared), squared, np.nan)
    others = int((~np.isnan(squared[:, 2])).sum())
    if others < LEAST_COMPARED:
        return Segments(*[np.nan] * 6)
    # one in a great many of these errors is nearly 0; the median of a squared normal is 0.455
    dispersion, known = np.ones(4), ~np.isnan(squared).all(axis=0)
    dispersion[known] = np.maximum(1, np.nanmedian(squared[:, known], axis=0) / stats.chi2.median(1))
    return _segments(fit, dispersion, 1 / (1 / others + 1 / fit.degrees[0]), confidence)


def _segments(fit: Segmented, dispersion: Floats, degrees: float, confidence: float) -> Segments:
    half = (stats.t.ppf((1 + level(confidence)) / 2, degrees) if degrees > 0 else np.nan) * fit.se_newey_west[0] * np.sqrt(dispersion)
    found = [(fit.estimate[0, term], fit.estimate[0, term] - half[term], fit.estimate[0, term] + half[term]) for term in (2, 3)]
    return Segments(*(float(number) for numbers in found for number in numbers))


# ------------------------------------------------------------------------------------------------ before the change
def followed_extreme(before: ArrayLike, better: int) -> bool:
    """Whether one of the last three points before a change lay beyond the process limits on the worse side, or two of them close to it.

    ``before`` (N,) in order of time; ``better`` 1 or -1 is the better direction, 0: either side is worse. After such a point the next ones lie nearer the
    mean by themselves. Limits are those of the earlier points, where there are enough.
    """
    y = np.asarray(before, float)
    earlier = np.arange(len(y)) < len(y) - LATEST
    chart, enough = spc.house_chart(y[None], earlier[None])
    if not enough[0]:
        return False
    outside, close = chart.outside[0, -LATEST:], chart.close[0, -LATEST:]
    sides = (-better,) if better else (1, -1)
    return any((outside == side).any() or ((close == side) | (outside == side)).sum() >= 2 for side in sides)


# ------------------------------------------------------------------------------------------------ many estimates
@dataclass(frozen=True)
class Pooled:
    """Of several providers' effects: mean with limits, how much the effects themselves differ, and where another provider's would lie.

    ``tau`` is the standard deviation between providers, ``i_squared`` the share of variance that is not chance. The prediction interval is NaN for fewer than three.
    """

    count: int
    estimate: float
    lower: float
    upper: float
    tau: float
    i_squared: float
    predicted_lower: float
    predicted_upper: float


def pool(estimates: ArrayLike, errors: ArrayLike, confidence: float = 0.95) -> Pooled:
    """Random-effects meta-analysis: Paule-Mandel variance between, Hartung-Knapp limits (t), by statsmodels ``combine_effects``.

    One estimate is itself, with normal limits; of two, which cannot tell how much effects differ, the mean has none. Raises ValueError where an error is not positive. Source: IntHout et al., BMC Med Res Methodol 2014; 14: 25.
    """
    effect, error = np.asarray(estimates, float), np.asarray(errors, float)
    refuse(~(error > 0) | ~np.isfinite(effect), "effects are finite, their errors positive")
    if len(effect) == 1:
        half = stats.norm.ppf((1 + level(confidence)) / 2) * error[0]
        return Pooled(1, *map(float, (effect[0], effect[0] - half, effect[0] + half)), *[np.nan] * 4)
    from statsmodels.stats.meta_analysis import combine_effects

    found = combine_effects(effect, error**2, method_re="iterated", use_t=True, alpha=1 - level(confidence))
    mean, tau = float(found.mean_effect_re), float(np.sqrt(max(found.tau2, 0)))
    # never narrower than the random-effects variance itself, which Hartung and Knapp's can be by chance where effects agree
    spread = max(float(found.sd_eff_w_re_hksj), float(found.sd_eff_w_re))
    half = stats.t.ppf((1 + level(confidence)) / 2, len(effect) - 1) * spread if len(effect) > 2 else np.nan
    within = stats.t.ppf((1 + level(confidence)) / 2, len(effect) - 2) * np.hypot(tau, spread) if len(effect) > 2 else np.nan
    i_squared = max(0.0, 1 - (len(effect) - 1) / found.q) if found.q > 0 else 0.0
    return Pooled(len(effect), mean, mean - half, mean + half, tau, float(i_squared), mean - within, mean + within)
