"""How made-up cases of a pathway come about: the shapes that a pathway declares, and the few draws they share.

Belongs here: ``Simulation`` and its parts, and pure functions of a numpy Generator. Does not belong here: any pathway's numbers
(its folder), identities, files and defects (``assets.simulate``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator


@dataclass(frozen=True)
class Habit:
    """A way in which sites differ: the standard deviation between sites of a logit, or of a logarithm."""

    name: str
    spread: float


@dataclass(frozen=True)
class Place:
    """A site that a case can come to or be passed on to. ``roles`` are words of the pathway for what it does for others."""

    code: str
    provider_code: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arrivals:
    """The cases to be drawn, one element each: the day of the clock start, the site, and the site's habits on that day; and all sites there are."""

    started_on: np.ndarray  # datetime64[D]
    site_codes: np.ndarray  # object
    habits: Mapping[str, np.ndarray]  # float, 0 is the average site
    places: tuple[Place, ...] = ()

    def __len__(self) -> int:
        return len(self.started_on)


@dataclass(frozen=True)
class Telling:
    """Who tells of the cases where several sites do, one element a record, those of a case together and in their sequence.

    ``case`` is the place of the record's case among the arrivals; ``began_on`` the day on which the site got to know of it.
    """

    case: np.ndarray
    site_codes: np.ndarray
    began_on: np.ndarray


@dataclass(frozen=True)
class Cases:
    """What was drawn. ``columns`` (field -> values): codes as objects (None for blank), dates datetime64[D], instants datetime64[m], times
    timedelta64[m], truths bool. Answers that a record's other answers rule out may be there: they are blanked afterwards.

    ``known_on`` gives for each due stage the day on which its fields are known, and for a field that is known on another day than its stage that
    field's own; ``died_on`` is NaT for survivors. ``telling``: which records there are, if not one a case; then ``columns``, ``known_on`` and
    ``withheld`` have an element a record, the others one a case. ``withheld``: identifying field -> records that do not tell it.
    """

    columns: Mapping[str, np.ndarray]
    age_years: np.ndarray
    is_female: np.ndarray
    known_on: Mapping[str, np.ndarray]
    died_on: np.ndarray
    telling: Telling | None = None
    withheld: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class ShiftedDate:
    """A defect of one pathway: ``field`` gets the date (and time) of ``anchor`` plus ``days`` and ``minutes``."""

    name: str
    field: str
    anchor: str
    days: int = 0
    minutes: int = 0


@dataclass(frozen=True)
class ChangedValue:
    """A defect of one pathway: ``field`` gets another text, in records with a value there, or with this text in the field of ``among`` (None: any)."""

    name: str
    field: str
    text: str
    among: tuple[str, str | None] | None = None


@dataclass(frozen=True)
class Simulation:
    """``monthly_weights`` (January first) say how the cases of a year spread; ``yearly_cases`` a site has on average.

    ``layout`` names the one in which sites send their files, if it is not the dataset's standard layout.
    """

    draw: Callable[[Generator, Arrivals], Cases]
    yearly_cases: float
    monthly_weights: tuple[float, ...] = (1.0,) * 12
    habits: tuple[Habit, ...] = ()
    defects: tuple[ShiftedDate | ChangedValue, ...] = ()
    layout: str | None = None


# ------------------------------------------------------------------------------------------------ draws
def pick(rng: Generator, weights: Mapping[str | None, float], count: int) -> np.ndarray:
    """Codes drawn with the given weights, as objects."""
    return pick_by(rng.random(count), weights)


def pick_by(uniform: np.ndarray, weights: Mapping[str | None, float]) -> np.ndarray:
    """Codes by quantile: low values of ``uniform`` (0 to 1) give the first codes."""
    bounds = np.cumsum(list(weights.values()))
    positions = np.searchsorted(bounds / bounds[-1], uniform, side="right")
    return np.array(list(weights), dtype=object)[np.minimum(positions, len(weights) - 1)]


def pick_within(rng: Generator, group: np.ndarray, tables: Mapping[str, Mapping[str | None, float]]) -> np.ndarray:
    """Codes drawn with the weights of each case's group; None where the group has no table."""
    drawn = np.full(len(group), None, dtype=object)
    for name, weights in tables.items():
        members = group == name
        drawn[members] = pick(rng, weights, int(members.sum()))
    return drawn


def chance(rng: Generator, probability: float | np.ndarray, habit: np.ndarray, spread: float) -> np.ndarray:
    """True with a probability that is ``probability`` (one, or one a case) on average over sites whose logits vary by ``spread``."""
    return rng.random(len(habit)) < sigmoid(stretched_logit(probability, spread) + habit)


def stretched_logit(probability: float | np.ndarray, spread: float) -> np.ndarray:
    """The logit that gives this mean once a normal variation of ``spread`` is added (logistic-normal approximation)."""
    return np.log(probability / (1 - probability)) * np.sqrt(1 + spread**2 / 1.7**2)


def sigmoid(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


def normal_share(x: np.ndarray) -> np.ndarray:
    """The normal distribution function, within 0.0002."""
    return 1 / (1 + np.exp(-(1.5976 * x + 0.07056 * x**3)))


def correlated_uniform(rng: Generator, latent: np.ndarray, correlation: float) -> np.ndarray:
    """Uniform values whose normal scores have this correlation with ``latent`` (standard normal)."""
    noise = rng.standard_normal(len(latent))
    return normal_share(correlation * latent + np.sqrt(1 - correlation**2) * noise)


def where(condition: np.ndarray, chosen, otherwise=None) -> np.ndarray:
    """Codes as objects, None where nothing else is said."""
    both: Sequence = np.empty(len(condition), dtype=object)
    both[:] = otherwise
    both[condition] = np.broadcast_to(np.asarray(chosen, dtype=object), len(condition))[condition]
    return both
