"""Limits of a CUSUM that keep the chance of a false alarm over a fixed number of patients.

Belongs here: exact limits for one constant risk, simulated ones for a mix of risks. Does not belong here: limits for a wanted
average run length (``run_lengths``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from assets.statistics.cusum import likelihood_weights
from assets.statistics.numerics import Floats

DECIMALS = 10


def exact_limit(patients: int, risk: float, odds_ratio: float, alpha: float) -> float:
    """The value of the Bernoulli CUSUM whose chance to be reached or passed within ``patients`` is nearest to ``alpha``.

    Only values that the chart can take are candidates; of several with the same chance, or equally near, the lowest. In both
    directions the limit is a positive number (for better, ``odds_ratio`` below 1, turn its sign for ``cusum.risk_adjusted``). Values
    that agree to 1e-10 are one value: the R package tells them apart where they only differ by rounding.
    Work grows with the square of ``patients``. Raises ValueError for a risk or alpha outside 0 to 1, or no patients.
    Source: what R ``cusum::cusum_limit_exact`` finds by enumerating all 2^n sequences, here by the distribution of the chart.
    """
    if patients < 1 or not 0 < risk < 1 or not 0 <= alpha <= 1:
        raise ValueError("an exact limit needs at least one patient, a risk between 0 and 1, and an alpha from 0 to 1")
    none, event = likelihood_weights([0.0, 1.0], risk, odds_ratio)
    moves = np.array([[none], [event]])
    candidates = _reachable(patients, moves)

    def chance(place: int) -> float:
        return _chance_to_reach(candidates[place], patients, moves, np.array([[1 - risk], [risk]]))

    last_above = _last(len(candidates), lambda place: chance(place) >= alpha)
    around = [place for place in (last_above, last_above + 1) if 0 <= place < len(candidates)]
    nearest = min(around, key=lambda place: round(abs(alpha - chance(place)), 12))
    wanted = chance(nearest) + 1e-13
    return float(candidates[_last(len(candidates), lambda place: chance(place) > wanted) + 1])


def _reachable(patients: int, moves: Floats) -> Floats:
    values, found = np.zeros(1), []
    for _ in range(patients):
        values = _distinct(np.maximum(0, values + moves).ravel())[0]
        found.append(values)
    return _distinct(np.concatenate(found))[0]


def _chance_to_reach(limit: float, patients: int, moves: Floats, odds: Floats) -> float:
    """Follows the distribution of the chart from patient to patient; what reaches the limit leaves it."""
    values, chance, reached = np.zeros(1), np.ones(1), 0.0
    for _ in range(patients):
        values, place = _distinct(np.maximum(0, values + moves).ravel())
        chance = np.bincount(place, (chance * odds).ravel())
        gone = np.round(values, DECIMALS) >= np.round(limit, DECIMALS)
        reached += chance[gone].sum()
        values, chance = values[~gone], chance[~gone]
    return float(reached)


def _distinct(values: Floats) -> tuple[Floats, np.ndarray]:
    """Ascending values of which no two agree to ten decimals, and for each of ``values`` which of them it is."""
    _, first, place = np.unique(np.round(values, DECIMALS), return_index=True, return_inverse=True)
    return values[first], place


def _last(count: int, holds) -> int:
    """The last of 0 .. count - 1 for which ``holds``, which is true up to some place and false after it; -1 if for none."""
    low, high = -1, count
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def simulated_limit(risks: ArrayLike, odds_ratio: float, alpha: float, simulations: int = 20_000, seed: int | None = None) -> float:
    """Limit that a CUSUM of as many patients as ``risks`` (N,), drawn from them with replacement, passes with chance ``alpha``.

    The quantile 1 - alpha (linear) of the highest value, over ``simulations`` runs with the expected risks as the true ones. A positive
    number in both directions; for better (``odds_ratio`` below 1) turn its sign. R ``cusum::racusum_limit_sim`` takes the quantile
    1 - alpha of the *lowest* value there, a limit that nearly every run passes: not followed.
    The same ``seed`` gives the same limit. Memory: 16 bytes a simulation. Raises ValueError as ``cusum.likelihood_weights``, for
    missing risks, and for an alpha outside 0 to 1.
    """
    risks = np.asarray(risks, float)
    if risks.ndim != 1 or not len(risks) or np.isnan(risks).any() or not 0 <= alpha <= 1 or simulations < 1:
        raise ValueError("a simulated limit needs risks without gaps, an alpha from 0 to 1, and at least one simulation")
    none, event = (likelihood_weights(np.full(len(risks), y), risks, odds_ratio) for y in (0.0, 1.0))
    random = np.random.default_rng(seed)
    level, highest = np.zeros(simulations), np.zeros(simulations)
    for _ in risks:
        patient = random.integers(len(risks), size=simulations)
        happened = random.random(simulations) < risks[patient]
        level = np.maximum(0, level + np.where(happened, event[patient], none[patient]))
        np.maximum(highest, level, out=highest)
    return float(np.quantile(highest, 1 - alpha))
