"""The sites that made-up cases come to: how many, how they differ, what changes over time.

Belongs here: sites, their habits, arrivals. Does not belong here: organisations of the warehouse (``warehouse.organisations``), patients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.random import Generator
from scipy.special import ndtri

from schemas.simulation import Arrivals, Place, Simulation


@dataclass(frozen=True)
class Change:
    """From ``since`` on the habit is better by ``by`` (on its own scale, see ``schemas.simulation.Habit``)."""

    habit: str
    since: date
    by: float


@dataclass(frozen=True)
class Site:
    """A site of a provider. ``yearly_cases`` None: the pathway's average; 0: cases come from other sites only, for what its ``roles`` say (words
    of the pathway). ``habits`` fixes some; the others are drawn.
    """

    code: str
    provider_code: str
    yearly_cases: float | None = None
    habits: tuple[tuple[str, float], ...] = ()
    changes: tuple[Change, ...] = ()
    roles: tuple[str, ...] = ()


def made_up_sites(count: int, simulation: Simulation, seed: int) -> tuple[Site, ...]:
    """Sites ``ZXA01`` and so on, each of a provider of its own (``ZXA``), of different sizes."""
    rng = np.random.default_rng([seed, 7])
    sizes = np.clip(rng.lognormal(-0.06, 0.35, count), 0.3, 2.5) * simulation.yearly_cases
    names = [f"Z{chr(65 + i // 26 % 26)}{chr(65 + i % 26)}" for i in range(count)]
    return tuple(Site(f"{name}01", name, float(size)) for name, size in zip(names, sizes, strict=True))


def draw_habits(rng: Generator, simulation: Simulation, sites: Sequence[Site]) -> dict[str, np.ndarray]:
    """For each habit the value of each site: normal over the sites, spread evenly so that few sites already look like many."""
    drawn = {}
    for habit in simulation.habits:
        place = (rng.permutation(len(sites)) + rng.uniform(0.02, 0.98, len(sites))) / len(sites)
        fixed = [dict(site.habits).get(habit.name, np.nan) for site in sites]
        drawn[habit.name] = np.where(np.isnan(fixed), habit.spread * ndtri(place), fixed)
    return drawn


def draw_arrivals(rng: Generator, simulation: Simulation, sites: Sequence[Site], start: date, end: date, count: int | None) -> Arrivals:
    """Cases from ``start`` to ``end`` (inclusive), in order of days: about as many as the sites have, or exactly ``count``."""
    habits = draw_habits(rng, simulation, sites)
    site, day = _days(rng, _expected(simulation, sites, start, end), count)
    started_on = np.datetime64(start, "D") + day.astype("timedelta64[D]")
    codes = np.array([s.code for s in sites], dtype=object)[site]
    places = tuple(Place(s.code, s.provider_code, s.roles) for s in sites)
    return Arrivals(
        started_on, codes, {name: value[site] + _changed(name, sites, site, started_on) for name, value in habits.items()}, places
    )


def _expected(simulation: Simulation, sites: Sequence[Site], start: date, end: date) -> np.ndarray:
    """Expected cases by site and day."""
    days = np.arange(np.datetime64(start, "D"), np.datetime64(end, "D") + 1)
    weights = np.array(simulation.monthly_weights)
    season = (weights / weights.mean())[days.astype("datetime64[M]").astype(int) % 12]
    sizes = np.array([simulation.yearly_cases if site.yearly_cases is None else site.yearly_cases for site in sites])
    return sizes[:, None] / 365.25 * season[None, :]


def _days(rng: Generator, expected: np.ndarray, count: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Site and day of each case, in order of days."""
    if count is None:
        cells = np.repeat(np.arange(expected.size), rng.poisson(expected).ravel())
    else:
        cells = np.searchsorted(np.cumsum(expected) / expected.sum(), rng.random(count), side="right")
    site, day = np.divmod(np.minimum(cells, expected.size - 1), expected.shape[1])
    order = np.lexsort((rng.random(len(site)), day))
    return site[order], day[order]


def _changed(habit: str, sites: Sequence[Site], site: np.ndarray, started_on: np.ndarray) -> np.ndarray:
    total = np.zeros(len(site))
    for position, one in enumerate(sites):
        for change in one.changes:
            if change.habit == habit:
                total[(site == position) & (started_on >= np.datetime64(change.since, "D"))] += change.by
    return total
