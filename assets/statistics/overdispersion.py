"""Funnels of many measures whose providers differ by more than chance: over-dispersion and the limits that allow for it.

Belongs here: the variance between providers, estimated on a scale where chance varies alike for all, and limits on that scale.
Does not belong here: exact limits for chance alone (``funnel``), which measure is adjusted.
Long arrays, an element for each provider of a group (a measure and period); answers for groups stand in the order of
``np.unique(groups)``.
Source: Spiegelhalter et al., Journal of the Royal Statistical Society A 2012; 175: 1-47; NHS Digital, SHMI methodology; FunnelPlotR
0.6.0, whose results these are apart from its defects in limits (docs/deviations.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from assets.statistics.confidence import refuse
from assets.statistics.grouped import Groups
from assets.statistics.numerics import Floats
from assets.statistics.quantiles import quantiles
from assets.statistics.ranks import rank_in_groups

DISTANCES = (float(ndtri(0.975)), float(ndtri(0.999)))  # of the 95 % and 99.8 % limits, in standard deviations
TRIM = 0.1


@dataclass(frozen=True)
class Form:
    """A scale: how observed and denominator come onto it, how they vary there by chance, and the way back.

    ``deviation_at`` is the standard deviation of a provider of that denominator who is at the centre. ``truncates``: the extremes
    are left out of the estimate; otherwise they are drawn in to the quantiles (winsorised).
    """

    transform: Callable[[Floats, Floats], Floats]
    deviation: Callable[[Floats, Floats], Floats]
    deviation_at: Callable[[Floats, Floats], Floats]
    scale: Callable[[Floats], Floats]
    back: Callable[[Floats], Floats]
    is_share: bool = False
    is_ratio: bool = False
    truncates: bool = False


def _of_denominator(factor: float) -> Callable[[Floats, Floats], Floats]:
    return lambda _, size: 1 / (factor * np.sqrt(size))


def _of_counts(observed: Floats, size: Floats) -> Floats:
    return np.sqrt(observed / (observed + 0.5) ** 2 + size / (size + 0.5) ** 2)


LOG_RATIO = Form(  # standardised ratios as the SHMI has them; no events at all lie infinitely low
    transform=lambda o, e: np.log(o / e), deviation=_of_denominator(1), deviation_at=_of_denominator(1),
    scale=np.log, back=np.exp, is_ratio=True, truncates=True,
)  # fmt: skip
ROOT_RATIO = Form(  # standardised ratios as the Care Quality Commission has them
    transform=lambda o, e: np.sqrt(o / e), deviation=_of_denominator(2), deviation_at=_of_denominator(2),
    scale=np.sqrt, back=lambda y: np.maximum(y, 0) ** 2, is_ratio=True,
)  # fmt: skip
ARCSINE = Form(  # proportions; a limit beyond 0 or 1 on the scale is 0 or 1
    transform=lambda o, n: np.arcsin(np.sqrt(o / n)), deviation=_of_denominator(2), deviation_at=_of_denominator(2),
    scale=lambda share: np.arcsin(np.sqrt(share)), back=lambda y: np.sin(np.clip(y, 0, np.pi / 2)) ** 2, is_share=True,
)  # fmt: skip
LOG_COUNTS = Form(  # ratios of two counts, both subject to chance
    transform=lambda o, e: np.log((o + 0.5) / (e + 0.5)), deviation=_of_counts, deviation_at=lambda centre, e: _of_counts(centre * e, e),
    scale=np.log, back=np.exp,
)  # fmt: skip


@dataclass(frozen=True)
class Dispersion:
    """Of each group (G,): ``centre`` in the unit of the ratio, ``phi`` (mean squared z; 1 by chance alone), ``tau_squared`` (variance
    between providers on the form's scale, 0 if there is none beyond chance), ``count`` of the providers they rest on.

    Of each element (N,): ``z``, and ``used_z``, what of it went into phi (NaN if nothing).
    """

    groups: NDArray
    centre: Floats
    phi: Floats
    tau_squared: Floats
    count: NDArray[np.int64]
    z: Floats
    used_z: Floats

    @property
    def is_overdispersed(self) -> NDArray[np.bool_]:
        """Whether the providers differ by more than chance; false where it could not be estimated."""
        return self.phi > 1


def overdispersion(observed: ArrayLike, denominator: ArrayLike, groups: ArrayLike, form: Form, trim: float = TRIM) -> Dispersion:
    """How much more the providers of each group differ than by chance. ``trim``, from 0 to below 1/2: the share left out or drawn in at each end.

    Trimming keeps outliers from hiding themselves by widening the limits, at a price: trimmed by a tenth, providers that differ by
    chance alone have a phi of 0.44 (left out) or 0.68 (drawn in) instead of 1, so the variance found is somewhat too small.
    The centre is 1 for standardised ratios, else the pooled value of the group. Providers with a missing number or a denominator of
    0 are left out. A group of one provider has an infinite or no tau squared; one with no events among those not left out an infinite
    one: limits are then 0 and infinite, and nobody lies beyond them.
    Raises ValueError where a number is negative or infinite, a share above 1, ``trim`` outside its range, or observed and expected
    events are the same for all (the same column given twice).
    """
    o, n, g = np.asarray(observed, float), np.asarray(denominator, float), Groups.of(groups)
    _refuse_impossible(o, n, form, trim)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = np.ones(len(g.names)) if form.is_ratio else _pooled(o, n, g)
        deviation = form.deviation(o, n)
        z = (form.transform(o, n) - form.scale(centre)[g.number]) / deviation
        used = _truncated(z, g, trim) if form.truncates else _winsorised(z, g, trim)
        count, phi, tau_squared = _between(used, deviation, g)
    return Dispersion(g.names, centre, phi, tau_squared, count, z, used)


def limits_on_scale(
    denominator: ArrayLike, centre: ArrayLike, tau_squared: ArrayLike, form: Form, distances: tuple[float, float] = DISTANCES
) -> Floats:
    """Limits (..., 4) on the form's scale: lower 99.8 %, lower 95 %, upper 95 %, upper 99.8 %; ``distances`` of the inner, the outer.

    NaN where the denominator is 0 or missing, or tau squared is missing.
    """
    n, centre, tau_squared = (np.asarray(a, float)[..., None] for a in (denominator, centre, tau_squared))
    refuse((n < 0) | np.isinf(n), "a denominator is finite and at least 0")
    inner, outer = distances
    with np.errstate(invalid="ignore", divide="ignore"):
        n = np.where(n > 0, n, np.nan)
        spread = np.sqrt(form.deviation_at(centre, n) ** 2 + tau_squared)
        return form.scale(centre) + np.array([-outer, -inner, inner, outer]) * spread


def overdispersed_limits(
    denominator: ArrayLike, centre: ArrayLike, tau_squared: ArrayLike, form: Form, distances: tuple[float, float] = DISTANCES
) -> Floats:
    """The same in the unit of the ratio or proportion, each provider's by its own denominator alone; arrays broadcast."""
    with np.errstate(invalid="ignore", over="ignore"):
        return form.back(limits_on_scale(denominator, centre, tau_squared, form, distances))


def truncation_slices(z: Floats, groups: ArrayLike, trim: float = TRIM) -> Floats:
    """In which of 1 / ``trim`` slices by rank each z lies, from 0; the first and the last are left out of the estimate.

    With fewer than about 1 / trim providers the formula decides which are left out, perhaps none below and one above.
    """
    g = Groups.of(groups)
    return np.floor(rank_in_groups(z, g.number, "average") * (1 / trim) / (g.size[g.number] + 1))


def _truncated(z: Floats, g: Groups, trim: float) -> Floats:
    if trim == 0:
        return z
    slices = truncation_slices(z, g.number, trim)
    return np.where((slices > 0) & (slices < 1 / trim - 1), z, np.nan)


def _winsorised(z: Floats, g: Groups, trim: float) -> Floats:
    low, high = quantiles(z, g.number, (trim, 1 - trim))[g.number].T
    return np.clip(z, low, high)


def _between(used: Floats, deviation: Floats, g: Groups) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Count, phi and tau squared of each group, by moments (DerSimonian and Laird 1986)."""
    known = ~np.isnan(used)
    count = g.count(known)
    phi = g.sum(np.where(known, used, 0) ** 2) / count
    weight = np.where(known, deviation**-2.0, 0)
    total = g.sum(weight)
    tau_squared = np.maximum(0, (count * phi - (count - 1)) / (total - g.sum(weight**2) / total))
    return count, phi, np.where((count == 0) | (count * phi < count - 1), 0, tau_squared)


def _pooled(o: Floats, n: Floats, g: Groups) -> Floats:
    known = ~np.isnan(o + n)
    return g.sum(np.where(known, o, 0)) / g.sum(np.where(known, n, 0))


def _refuse_impossible(o: Floats, n: Floats, form: Form, trim: float) -> None:
    refuse((o < 0) | (n < 0) | np.isinf(o + n), "events and denominators are finite and at least 0")
    refuse(form.is_share and (o > n).any(), "the numerator of a proportion is at most its denominator")
    refuse(not 0 <= trim < 0.5, "the share trimmed at each end is at least 0 and below 1/2")
    refuse(form.is_ratio and len(o) > 1 and np.array_equal(o, n), "observed and expected events are the same for every provider")
