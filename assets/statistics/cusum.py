"""CUSUM charts of outcomes: log-likelihood ratios of patients and of months, with or without adjustment for risk.

Belongs here: the weights and the recursions. Does not belong here: which limit gives which rate of false alarms (``run_lengths``,
``false_alarms``), nor where the risks come from (``casemix``).

Arrays are (S, N): S series in order of time, one patient (or month) a column; what has one row or one column is broadcast. NaN is a
gap or padding: it moves nothing, and its own value is NaN. A series without any point has no values and no signals.
Where packages disagree on what happens at a signal, each function says which it follows; ties decide little else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlog1py, xlogy

from assets.statistics.confidence import refuse
from assets.statistics.numerics import Floats

Flags = NDArray[np.bool_]
Meets = Callable[[Floats, Floats], Flags]


@dataclass(frozen=True)
class Cusum:
    """``value`` (S, N), NaN at gaps, and whether the chart ``signal``s at each point (S, N)."""

    value: Floats
    signal: Flags


@dataclass(frozen=True)
class TwoSidedCusum:
    """An arm that grows (``upper``, at least 0) and one that falls (``lower``, at most 0)."""

    upper: Cusum
    lower: Cusum


def likelihood_weights(outcome: ArrayLike, risk: ArrayLike, odds_ratio: float) -> Floats:
    """Log-likelihood ratio of each outcome (1 event, 0 none, NaN unknown) under odds of ``odds_ratio`` times those of ``risk``.

    log(R / (1 - p + R p)) of an event, log(1 / (1 - p + R p)) of none: natural logarithms, finite for risks of 0 and 1 too.
    Raises ValueError where an outcome is neither 0 nor 1, a risk lies outside 0 to 1, one of the two is missing without the
    other, or the odds ratio is not a positive number other than 1.
    Source: Steiner, Cook, Farewell, Treasure, Biostatistics 2000; 1: 441-452, equation 2.3.
    """
    y, p = (np.asarray(a, float) for a in (outcome, risk))
    refuse(~np.isin(y, (0, 1)) & ~np.isnan(y), "an outcome is 0 or 1")
    refuse((p < 0) | (p > 1), "a risk lies between 0 and 1")
    refuse(np.isnan(p) & ~np.isnan(y), "a patient with an outcome needs a risk")
    _check_odds_ratio(odds_ratio)
    return y * np.log(odds_ratio) - np.log1p((odds_ratio - 1) * p)


def risk_adjusted(outcome: ArrayLike, risk: ArrayLike, limit: ArrayLike, odds_ratio: float = 2.0, reset: bool = True) -> Cusum:
    """One-sided chart of patients, for worse (``odds_ratio`` above 1, limit above 0) or better (below 1, limit below 0).

    C = max(0, C + W), a signal where C >= limit; the chart for better is its mirror, at most 0. With ``reset`` the value at a signal
    is 0 already, and the next patient starts from there. ``limit`` is one for all, (S, 1) or (S, N). One risk for all patients of a
    series, (S, 1), makes it the plain Bernoulli CUSUM. NaN is the padding behind a shorter series alone. Raises ValueError as
    ``likelihood_weights``, for an unknown outcome between known ones (a patient left out would shift all that follow), and for a limit on the wrong side.
    Source: as R ``cusum::racusum`` and ``cusum::cusum`` (those replace a single constant risk p above 0.5 by 1 - p without turning
    the outcomes round; here it is taken as it is given).
    """
    _check_odds_ratio(odds_ratio)
    sign = 1.0 if odds_ratio > 1 else -1.0
    outcome = np.atleast_2d(np.asarray(outcome, float))
    _refuse_gaps(outcome)
    limit = _limits(sign * np.asarray(limit, float), outcome.shape)
    weights = likelihood_weights(outcome, np.where(np.isnan(outcome), np.nan, risk), odds_ratio)
    reached, crossed = _climb(weights, limit, restart=np.greater_equal if reset else None)
    return Cusum(sign * np.where(crossed & reset, 0.0, reached) + 0.0, crossed)


def two_sided(
    outcome: ArrayLike, risk: ArrayLike, limits: tuple[float, float], odds_ratio: float = 2.0, reset: bool = True
) -> TwoSidedCusum:
    """Both directions at once: upper for the odds ratio, lower for its inverse (here too as a value of at least 0).

    ``limits`` of the upper and of the lower arm, both positive. A signal is C > limit (strictly); the crossing value is kept, and
    with ``reset`` the next patient starts from 0 in both arms. Raises ValueError as ``likelihood_weights``.
    Source: as R ``vlad::racusum_scores``.
    """
    outcome = np.atleast_2d(np.asarray(outcome, float))
    risk = np.where(np.isnan(outcome), np.nan, risk)
    steps = [likelihood_weights(outcome, risk, ratio) for ratio in (odds_ratio, 1 / odds_ratio)]
    return TwoSidedCusum(*_climb_together(steps, limits, reset))


def expected_minus_observed(
    outcome: ArrayLike, risk: ArrayLike, slack: tuple[float, float], limits: tuple[float, float], reset: bool = True
) -> TwoSidedCusum:
    """CUSUM of lives saved: upper max(0, U + p - y - k1), lower min(0, L + p - y + k2), in patients.

    ``slack`` (k1, k2) and ``limits`` (h1, h2) are at least 0 and above 0. A signal is U > h1 or L < -h2; resets as ``two_sided``.
    Source: as R ``vlad::eocusum_scores``; Wittenberg, Gan, Knoth, Statistics in Medicine 2018; 37: 2455-2473.
    """
    saved = variable_life_steps(outcome, risk)
    upper, lower = _climb_together([saved - slack[0], -saved - slack[1]], limits, reset)
    return TwoSidedCusum(upper, Cusum(-lower.value + 0.0, lower.signal))


def variable_life_steps(outcome: ArrayLike, risk: ArrayLike) -> Floats:
    """Expected minus observed events of each patient (S, N), NaN at gaps. Errors as ``likelihood_weights``."""
    outcome = np.atleast_2d(np.asarray(outcome, float))
    risk = np.where(np.isnan(outcome), np.nan, risk)
    likelihood_weights(outcome, risk, 2.0)  # for its checks: the same inputs are impossible here
    return risk - outcome


def variable_life(outcome: ArrayLike, risk: ArrayLike) -> Floats:
    """Variable life-adjusted display: running sum of expected minus observed events (S, N), in patients; NaN at gaps.

    Source: Lovegrove, Valencia, Treasure, Sherlaw-Johnson, Gallivan, Lancet 1997; 350: 1128-1130.
    """
    steps = variable_life_steps(outcome, risk)
    return np.where(np.isnan(steps), np.nan, np.cumsum(np.nan_to_num(steps), axis=1))


def bernoulli_chart(outcome: ArrayLike, target: ArrayLike, odds_ratio: float = 2.0, limit: float = 3.5) -> TwoSidedCusum:
    """Two-sided Bernoulli CUSUM around a constant risk ``target`` (S,) or one for all: upper for more events, lower for fewer.

    A value that equals the limit signals but does not restart; one beyond it signals, and is shown as 0. A target of 0 or 1 (a
    baseline with no event, or with nothing else) leaves no ratio of odds: no values, no signals.
    Source: as R ``qicharts2::bchart``; Neuburger et al., BMJ Quality & Safety 2017; 26: 919-928.
    """
    y = np.atleast_2d(np.asarray(outcome, float))
    risk = np.broadcast_to(np.asarray(target, float).reshape(-1, 1), y.shape)
    y = np.where((risk > 0) & (risk < 1), y, np.nan)
    limits = _limits(limit, y.shape)
    upper, lower = (
        _climb(likelihood_weights(y, np.where(np.isnan(y), np.nan, risk), ratio), limits, signal=np.greater_equal, restart=np.greater)
        for ratio in (odds_ratio, 1 / odds_ratio)
    )
    shown = [np.where(reached > limits, 0.0, reached) for reached, _ in (upper, lower)]
    return TwoSidedCusum(Cusum(shown[0], upper[1]), Cusum(-shown[1] + 0.0, lower[1]))


def baseline_risk(outcome: ArrayLike, count: int) -> Floats:
    """Share of events among the first ``count`` columns of each series (S,), gaps left out.

    NaN where all are gaps, and where there are not yet so many columns. Raises ValueError for a count below 1.
    """
    refuse(count < 1, "a baseline has at least one patient")
    first = np.atleast_2d(np.asarray(outcome, float))[:, :count]
    if first.shape[1] < count:
        return np.full(len(first), np.nan)
    with np.errstate(invalid="ignore"):
        return np.nansum(first, axis=1) / (~np.isnan(first)).sum(axis=1)


def shifted_risk(risk: ArrayLike, odds_ratio: float) -> Floats:
    """The risk whose odds are ``odds_ratio`` times those of ``risk``: R p / (1 - p + R p)."""
    p = np.asarray(risk, float)
    return odds_ratio * p / (1 + (odds_ratio - 1) * p)


def monthly_binomial(events: ArrayLike, cases: ArrayLike, risk: ArrayLike, shifted: ArrayLike, limit: ArrayLike) -> Cusum:
    """Chart of counts in months: S = max(0, S + log-likelihood ratio of Binomial(cases, shifted) against Binomial(cases, risk)).

    The one for monthly aggregates. A signal is S > limit (strictly); the value is shown, and the next month starts from 0. A month
    without cases leaves S as it is. ``risk`` and ``shifted`` as ``events``, or one for all months (S, 1). Events where the risk is 0
    are infinitely unlikely: the value is infinite, and signals. Raises ValueError where not 0 <= events <= cases, a risk lies
    outside 0 to 1 or is missing, or the limit is not positive.
    Source: as R ``surveillance::categoricalCUSUM`` with ``ret = "value"``; Höhle, Computational Statistics 2010.
    """
    steps = _binomial_steps(*np.broadcast_arrays(*(np.atleast_2d(np.asarray(a, float)) for a in (events, cases, risk, shifted))))
    return Cusum(*_climb(steps, _limits(limit, steps.shape), signal=np.greater, restart=np.greater))


def _binomial_steps(y: Floats, n: Floats, risk: Floats, shifted: Floats) -> Floats:
    refuse((y < 0) | (y > n) | np.isinf(n), "a month needs 0 <= events <= cases")
    refuse(np.isnan(y) != np.isnan(n), "a month has both events and cases, or neither")
    wrong = [~((p >= 0) & (p <= 1)) & ~np.isnan(y) for p in (risk, shifted)]
    refuse(wrong[0] | wrong[1], "the risk of a month with cases lies between 0 and 1")
    with np.errstate(invalid="ignore"):
        return xlogy(y, shifted) - xlogy(y, risk) + xlog1py(n - y, -shifted) - xlog1py(n - y, -risk)


def counts(z: ArrayLike, slack: float, limit: float) -> Cusum:
    """Chart of standardised counts or other z-scores: C = max(0, C + z - slack), a signal where C >= limit, never reset.

    ``slack`` and ``limit`` in standard deviations. Raises ValueError for infinite scores.
    Source: as R ``surveillance::algo.cusum``; Rossi, Lampugnani, Marchi, Statistics in Medicine 1999; 18: 2111-2122.
    """
    z = np.atleast_2d(np.asarray(z, float))
    refuse(np.isinf(z), "a z-score is a finite number")
    return Cusum(*_climb(z - slack, _limits(limit, z.shape)))


def standardise_counts(count: ArrayLike, mean: ArrayLike, method: str = "rossi") -> Floats:
    """z-scores of counts of a Poisson process with the given mean; NaN where the mean is 0.

    ``standard``: (x - m) / sqrt(m); ``rossi``: (x - 3m + 2 sqrt(x m)) / (2 sqrt(m)), the mean of that and of the square root's
    score; ``anscombe``: 3/2 (x^(2/3) - m^(2/3)) / m^(1/6). Raises ValueError for negative counts or means and for another method.
    Source: as R ``surveillance::algo.cusum``, argument ``trans``.
    """
    x, m = np.asarray(count, float), np.asarray(mean, float)
    refuse((x < 0) | (m < 0) | np.isinf(x) | np.isinf(m), "a count and its mean are finite and at least 0")
    if method not in ("standard", "rossi", "anscombe"):
        raise ValueError("counts are standardised by standard, rossi or anscombe")
    with np.errstate(invalid="ignore", divide="ignore"):
        if method == "standard":
            z = (x - m) / np.sqrt(m)
        elif method == "rossi":
            z = (x - 3 * m + 2 * np.sqrt(x * m)) / (2 * np.sqrt(m))
        else:
            z = 1.5 * (np.cbrt(x) ** 2 - np.cbrt(m) ** 2) / m ** (1 / 6)
    return np.where(m > 0, z, np.nan)


def _climb(steps: Floats, limits: Floats, signal: Meets = np.greater_equal, restart: Meets | None = None) -> tuple[Floats, Flags]:
    """The recursion of one arm: values before any reset (S, N), NaN where a step is, and where ``signal(value, limit)`` holds.

    After a point where ``restart`` holds the next starts from 0. The loop is over points; each takes all series at once.
    """
    known = ~np.isnan(steps).T
    moves, bounds = np.nan_to_num(steps, posinf=np.inf, neginf=-np.inf).T, limits.T
    reached = np.empty(moves.shape)
    level = np.zeros(moves.shape[1])
    for k, move in enumerate(moves):
        level = reached[k] = np.maximum(0, level + move)
        if restart is not None:
            level = np.where(restart(level, bounds[k]) & known[k], 0.0, level)
    return np.where(known, reached, np.nan).T, (signal(reached, bounds) & known).T


def _climb_together(steps: list[Floats], limits: tuple[float, float], reset: bool) -> list[Cusum]:
    """Two arms, each as ``_climb`` with strict signals, that restart together."""
    if min(limits) <= 0:
        raise ValueError("the limits of both arms are given as positive numbers")
    known = ~np.isnan(steps[0])
    moves = np.nan_to_num(np.stack(steps)).transpose(2, 0, 1)  # points, arms, series
    bounds = np.asarray(limits, float)[:, None]
    reached = np.empty(moves.shape)
    level = np.zeros(moves.shape[1:])
    for k, move in enumerate(moves):
        level = reached[k] = np.maximum(0, level + move)
        if reset:
            level = np.where((level > bounds).any(axis=0), 0.0, level)
    arms = reached.transpose(1, 2, 0)
    return [Cusum(np.where(known, arm, np.nan), (arm > bound) & known) for arm, bound in zip(arms, limits, strict=True)]


def _limits(limit: ArrayLike, shape: tuple[int, ...]) -> Floats:
    limit = np.asarray(limit, float)
    refuse(~(limit > 0), "the limit lies on the side to which the chart moves: above 0 for worse, below 0 for better")
    return np.broadcast_to(limit, shape)


def _refuse_gaps(outcome: Floats) -> None:
    known = ~np.isnan(outcome)
    refuse(known[:, 1:] & ~known[:, :-1], "every patient of a series has an outcome")


def _check_odds_ratio(odds_ratio: float) -> None:
    if not (np.isfinite(odds_ratio) and odds_ratio > 0 and odds_ratio != 1):
        raise ValueError("a change of the odds is looked for: the odds ratio is positive, finite and not 1")
