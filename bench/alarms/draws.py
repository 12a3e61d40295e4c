"""Months in which nothing changes, and months in which something does.

Belongs here: what is true in the simulation. Does not belong here: what anybody concludes from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from assets.statistics.numerics import Floats, median_of_rows
from bench.alarms.rules import Months, of_shares

SPREAD_OF_TIMES = 0.8  # standard deviation of the logarithm: of hours to surgery, days of stay, minutes to a scan
SERIES_AT_ONCE = 100


@dataclass(frozen=True)
class Truth:
    """How months differ where nothing changes: by chance alone, or by ``spread`` (standard deviation of the logit) beside it.

    ``memory``: correlation of that spread from one month to the next.
    """

    name: str
    spread: float = 0.0
    memory: float = 0.0


CHANCE = Truth("chance alone")
TRUTHS = (CHANCE, Truth("months differ besides", 0.2), Truth("they differ, and resemble the month before", 0.2, 0.5))


def shares(
    rng: Generator,
    cases_a_month: ArrayLike,
    share: ArrayLike,
    months: int,
    truth: Truth = CHANCE,
    shift_from: int | None = None,
    by: float = 0.0,
) -> Months:
    """Months (S, ``months``) of series with Poisson numbers of cases and binomial events; from month ``shift_from`` on the share is larger ``by`` so much."""
    mean = np.broadcast_to(np.asarray(cases_a_month, float)[:, None], (len(np.atleast_1d(cases_a_month)), months))
    cases = rng.poisson(mean).astype(float)
    level = np.repeat(np.asarray(share, float)[:, None], months, axis=1)
    if shift_from is not None:
        level[:, shift_from:] += by
    with np.errstate(divide="ignore"):
        risk = expit(logit(level) + _between_months(rng, level.shape, truth))
    return of_shares(rng.binomial(cases.astype(np.int64), risk).astype(float), cases)


def _between_months(rng: Generator, shape: tuple[int, int], truth: Truth) -> Floats:
    noise = rng.normal(0, 1, shape)
    for month in range(1, shape[1]):
        noise[:, month] = truth.memory * noise[:, month - 1] + np.sqrt(1 - truth.memory**2) * noise[:, month]
    return truth.spread * noise


def others(rng: Generator, kind: str, cases_a_month: ArrayLike, months: int) -> Months:
    """Months of medians or means of log-normal times, or of counts of cases; a month without cases has no time."""
    mean = np.asarray(cases_a_month, float)
    cases = rng.poisson(np.repeat(mean[:, None], months, axis=1))
    if kind == "count":
        return Months(cases.astype(float), np.full(cases.shape, np.inf), cases.astype(float), is_count=True)
    values = np.concatenate([_times(rng, kind, cases[at : at + SERIES_AT_ONCE]) for at in range(0, len(cases), SERIES_AT_ONCE)])
    return Months(values, cases.astype(float))


def _times(rng: Generator, kind: str, cases: np.ndarray) -> Floats:
    flat = cases.ravel()
    drawn = np.exp(rng.normal(0, SPREAD_OF_TIMES, (len(flat), max(int(flat.max(initial=1)), 1))))
    drawn[np.arange(drawn.shape[1]) >= flat[:, None]] = np.nan
    if kind == "median":
        return median_of_rows(drawn).reshape(cases.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (np.nansum(drawn, axis=1) / np.where(flat > 0, flat, np.nan)).reshape(cases.shape)
