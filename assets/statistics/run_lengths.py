"""How long a CUSUM runs before it signals, and the limit that gives a wanted run length.

Belongs here: average run lengths (ARL) of the risk-adjusted CUSUM, in patients, and of the CUSUM of z-scores, in points; limits for
a wanted ARL. With the true odds as expected the ARL says how rare false alarms are, with shifted odds how fast a shift is seen.
Does not belong here: limits for a fixed number of patients (``false_alarms``), or which ARL the house wants.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_toeplitz
from scipy.optimize import brentq
from scipy.special import ndtr

from assets.statistics.cusum import likelihood_weights, shifted_risk
from assets.statistics.numerics import Floats

Steps = NDArray[np.int64]
NODES = 60
HIGHEST_LIMIT = 60.0


def risk_adjusted_run_length(
    limit: float, share: ArrayLike, risk: ArrayLike, odds_ratio: float = 2.0, true_odds: float = 1.0, scaling: int = 600
) -> float:
    """Average number of patients until ``cusum.risk_adjusted`` passes ``limit`` (given as a positive number in both directions).

    ``share`` and ``risk`` (K,) are the mix of patients: shares that add to 1, and their expected risks. The true odds are
    ``true_odds`` times the expected ones. The chart is a Markov chain on a grid of 1 / ``scaling``: each weight is split between
    its two neighbours on the grid so that its mean is kept. A step to the last point of the grid below the limit stays in
    the chain with the share of that point that lies below. Infinite where no patient can ever signal.
    Raises ValueError for a limit below one step of the grid, and for shares or risks that are none.
    Source: Brook and Evans, Biometrika 1972; 59: 539-549, as R ``vlad::racusum_arl_mc`` (rounding "p", method "BE").
    """
    steps, chance = _grid_steps(*_mix(share, risk), odds_ratio, true_odds, scaling)
    states = int(np.floor(limit * scaling)) if np.isfinite(limit) else 0
    if states < 1:
        raise ValueError("a limit is finite and at least one step of the grid, 1 / scaling")
    return _first_passage(steps, chance, states, limit * scaling - states)


def risk_adjusted_limit(run_length: float, share: ArrayLike, risk: ArrayLike, odds_ratio: float = 2.0, scaling: int = 300) -> float:
    """The limit (positive in both directions) at which ``risk_adjusted_run_length`` with the expected odds is ``run_length``.

    Found to 1e-6. Raises ValueError where the wanted length is not above that of the lowest limit (1 / ``scaling``), or cannot be
    reached below 60. Source: the same equation as R ``vlad::racusum_crit_mc``, which searches decimal by decimal.
    """
    steps, chance = _grid_steps(*_mix(share, risk), odds_ratio, 1.0, scaling)

    def excess(limit: float) -> float:
        states = int(np.floor(limit * scaling))
        return np.log(_first_passage(steps, chance, states, limit * scaling - states)) - np.log(run_length)

    low, high = 1 / scaling, 1.0
    if not (np.isfinite(run_length) and run_length > 0 and excess(low) < 0):
        raise ValueError("a wanted run length is finite and longer than that of the lowest limit")
    while excess(high) < 0:  # a run length grows by about e for each 1 of the limit
        low, high = high, high + 1
        if high > HIGHEST_LIMIT:
            raise ValueError("no limit gives so long a run: the risks leave nearly nothing to signal on")
    return float(brentq(excess, low, high, xtol=1e-6))


def _mix(share: ArrayLike, risk: ArrayLike) -> tuple[Floats, Floats]:
    share, risk = np.broadcast_arrays(np.atleast_1d(np.asarray(share, float)), np.atleast_1d(np.asarray(risk, float)))
    if not ((share >= 0).all() and abs(share.sum() - 1) < 1e-6):
        raise ValueError("the shares of the patients are at least 0 and add to 1")
    if np.isnan(risk).any():
        raise ValueError("each kind of patient has a risk")
    return share, risk


def _grid_steps(share: Floats, risk: Floats, odds_ratio: float, true_odds: float, scaling: int) -> tuple[Steps, Floats]:
    """Steps on the grid and their chances: each weight between its floor and its ceiling, nearer more likely."""
    weights = scaling * np.concatenate([likelihood_weights(np.full(len(risk), y), risk, odds_ratio) for y in (0.0, 1.0)])
    dies = shifted_risk(risk, true_odds)
    chance = np.concatenate([share * (1 - dies), share * dies])
    below = np.floor(weights)
    above = weights - below
    steps, place = np.unique(np.concatenate([below, below + 1]).astype(np.int64), return_inverse=True)
    chance = np.bincount(place, np.concatenate([chance * (1 - above), chance * above]))
    return steps[chance > 0], chance[chance > 0]


def _first_passage(steps: Steps, chance: Floats, states: int, last: float) -> float:
    """Mean number of steps from 0 until the chain on 0 .. states - 1 leaves upwards; downwards it is held at 0.

    Both the mean time until the chain is at 0 again or has left, and the chance of having left, solve one system (the moves to 0
    taken out). Their ratio is the answer; no small difference of large numbers is formed.
    """
    if not (steps > 0).any():
        return np.inf
    target = np.arange(states)[:, None] + steps
    leaves = (chance * ((target > states) + (target == states) * (1 - last))).sum(axis=1)
    time, gone = _solve_between_returns(steps, chance, states, last, np.column_stack([np.ones(states), leaves]))[0]
    return float(time / gone) if gone > 0 else np.inf


def _solve_between_returns(steps: Steps, chance: Floats, states: int, last: float, right_sides: Floats) -> Floats:
    """Solutions (states, K) for identity minus the moves between states that do not end at 0.

    But for two columns that is a Toeplitz matrix: it is solved as one (Levinson's way, without any storage of the matrix), and
    the two columns are put right by the formula of Sherman, Morrison and Woodbury.
    """
    of_step = np.zeros(2 * states + 1)  # chance of each step from -states to states
    inside = np.abs(steps) <= states
    of_step[steps[inside] + states] = chance[inside]
    down, up = of_step[states::-1], of_step[states:]
    first_column, first_row = -down[:states], -up[:states]
    first_column[0] = first_row[0] = 1 - of_step[states]
    to_zero = down[:states]
    held = -last * up[states:0:-1] if states > 1 else np.zeros(1)  # a step to exactly the limit, held just below it
    solved = solve_toeplitz((first_column, first_row), np.column_stack([right_sides, to_zero, held]), check_finite=False)
    plain, columns = solved[:, :-2], solved[:, -2:]
    ends = [0, states - 1]
    return plain - columns @ np.linalg.solve(np.eye(2) + columns[ends], plain[ends])


def gaussian_run_length(slack: ArrayLike, limit: ArrayLike, mean: ArrayLike = 0.0, two_sided: bool = False) -> Floats:
    """Average number of points until the CUSUM of independent N(``mean``, 1) scores passes ``limit``, started at 0.

    Arguments broadcast (M,); memory 30 kB for each. Two-sided: 1 / L = 1 / L_up + 1 / L_down. NaN where an argument is missing.
    Raises ValueError for a negative or infinite limit. To a relative 1e-11 up to a limit of 30.
    Source: L(x) = 1 + L(0) Phi(k - x - mu) + int_0^h L(u) phi(u - x + k - mu) du at Gauss-Legendre nodes, as R ``spc::xcusum.arl``.
    """
    k, h, mu = np.broadcast_arrays(*(np.asarray(a, float) for a in (slack, limit, mean)))
    if (h < 0).any() or np.isinf(h).any():
        raise ValueError("a limit is at least 0 and finite")
    up = _integral_equation(k.ravel(), h.ravel(), mu.ravel())
    if not two_sided:
        return up.reshape(k.shape)
    down = _integral_equation(k.ravel(), h.ravel(), -mu.ravel())
    return (1 / (1 / up + 1 / down)).reshape(k.shape)


def gaussian_limit(slack: ArrayLike, run_length: ArrayLike, two_sided: bool = False) -> Floats:
    """The limit at which the CUSUM of N(0, 1) scores runs ``run_length`` points on average; to 1e-10, arguments broadcast.

    Raises ValueError where the wanted length is not longer than that of a limit of 0, or is not reached below 60.
    Source: the same equation as R ``spc::xcusum.crit``, halved 45 times.
    """
    k, wanted = np.broadcast_arrays(np.asarray(slack, float), np.asarray(run_length, float))
    low, high = np.zeros(k.shape), np.full(k.shape, 1.0)
    if not (gaussian_run_length(k, low, two_sided=two_sided) < wanted).all():
        raise ValueError("a wanted run length is longer than that of a limit of 0")
    while (short := gaussian_run_length(k, high, two_sided=two_sided) < wanted).any():
        low, high = np.where(short, high, low), np.where(short, high + 2, high)
        if (high > HIGHEST_LIMIT).any():
            raise ValueError("no limit gives so long a run")
    for _ in range(45):
        middle = (low + high) / 2
        short = gaussian_run_length(k, middle, two_sided=two_sided) < wanted
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return (low + high) / 2


def _integral_equation(k: Floats, h: Floats, mu: Floats) -> Floats:
    """Run lengths from 0 (M,), from what is expected before the chart is at 0 again: points, and the chance to have signalled.

    Both are known at 0 and at the nodes between 0 and h once one system is solved; as in ``_first_passage`` their ratio is the
    answer, exact also where it is very large.
    """
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    at = np.concatenate([np.zeros((len(h), 1)), h[:, None] * (nodes + 1) / 2], axis=1)
    shift = (k - mu)[:, None]
    moves = np.zeros((len(h), NODES + 1, NODES + 1))
    distance = at[:, None, 1:] - at[:, :, None] + shift[:, :, None]
    moves[:, :, 1:] = np.exp(-(distance**2) / 2) / np.sqrt(2 * np.pi) * (weights * h[:, None] / 2)[:, None, :]
    right_sides = np.stack([np.ones(at.shape), ndtr(at - h[:, None] - shift)], axis=2)
    known = ~np.isnan(k + h + mu)
    lengths = np.full(len(h), np.nan)
    points, signalled = np.linalg.solve(np.eye(NODES + 1) - moves[known], right_sides[known])[:, 0].T
    with np.errstate(divide="ignore"):
        lengths[known] = points / signalled
    return lengths
