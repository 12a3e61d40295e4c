"""How much more the peers of a funnel differ than by chance, and the limits that allow for it, beside the exact ones.

Belongs here: which peers are enough, what is stored of it. Does not belong here: formulas (``assets.statistics.overdispersion``), the
exact limits, which stay those that are shown first (``assets.benchmarks``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from assets.statistics import funnel
from assets.statistics.overdispersion import ARCSINE, DISTANCES, ROOT_RATIO, Dispersion, overdispersion
from assets.statistics.policy_limits import spread_distance, spread_limits

# with fewer the tenth that is drawn in at each end is not even one of them, and the variance is mostly a guess
ENOUGH_PEERS = 10
AT = (-DISTANCES[1], -DISTANCES[0], *DISTANCES)
SCALES = {False: "arcsine", True: "square root of observed by expected"}  # of proportions, of rates
OF_FUNNEL = ["measure_name", "peer_kind", "period_grain", "period_start"]
LIMITS = ("adjusted_lower_998", "adjusted_lower_95", "adjusted_upper_95", "adjusted_upper_998")


@dataclass(frozen=True)
class Adjusted:
    """``rows``: of ``measurement.funnel_dispersion``. For each compared result: its limits (N, 4), distance and position, unknown where peers are few."""

    rows: pd.DataFrame
    limits: np.ndarray
    z: np.ndarray
    position: np.ndarray


def adjusted(compared: pd.DataFrame) -> Adjusted:
    """The over-dispersion of each funnel of ``compared`` (results with their group of peers), estimated around the network value."""
    rows, tau = [], np.full(len(compared), np.nan)
    for is_rate in (False, True):
        chosen = _usable(compared) & (compared["is_rate"] == is_rate).to_numpy()
        found = _estimated(compared[chosen], is_rate)
        if found is None:
            continue
        rows.append(_rows(compared, found, SCALES[is_rate]))
        known = dict(zip(found.groups, found.tau_squared, strict=True))
        of_scale = (compared["is_rate"] == is_rate).to_numpy() & compared["has_funnel"].to_numpy()
        tau = np.where(of_scale, compared["group"].map(known).astype(float), tau)
    return _placed(compared, pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(), tau)


def _usable(compared: pd.DataFrame) -> np.ndarray:
    n, o, centre = (compared[name].to_numpy(float) for name in ("denominator", "numerator", "network_value"))
    known = compared["has_funnel"].to_numpy() & (compared["peer_kind"] != "network").to_numpy() & (n > 0) & (o >= 0) & (centre > 0)
    return known & (compared["is_rate"].to_numpy() | (o <= n))


def _estimated(peers: pd.DataFrame, is_rate: bool) -> Dispersion | None:
    """Of the groups with enough peers; None if there is none."""
    counts = peers.groupby("group")["group"].transform("size")
    peers = peers[counts >= ENOUGH_PEERS]
    if not len(peers):
        return None
    o, n = (peers[name].to_numpy(float) for name in ("numerator", "denominator"))
    if not is_rate:
        return overdispersion(o, n, peers["group"], ARCSINE)
    expected = n * peers["network_value"].to_numpy(float)
    # everybody exactly at the centre is refused as the same column given twice; it is no dispersion
    return None if np.array_equal(o, expected) else overdispersion(o, expected, peers["group"], ROOT_RATIO)


def _rows(compared: pd.DataFrame, found: Dispersion, scale: str) -> pd.DataFrame:
    heads = compared.drop_duplicates("group").set_index("group").loc[found.groups, OF_FUNNEL].reset_index(drop=True)
    return heads.assign(scale=scale, peer_count=found.count, phi=found.phi, tau_squared=found.tau_squared)


def _placed(compared: pd.DataFrame, rows: pd.DataFrame, tau: np.ndarray) -> Adjusted:
    o, n, centre, value = (compared[name].to_numpy(float) for name in ("numerator", "denominator", "network_value", "value"))
    limits, z = np.full((len(compared), 4), np.nan), np.full(len(compared), np.nan)
    for is_share in (True, False):
        at = np.flatnonzero(~np.isnan(tau) & (n > 0) & (compared["is_rate"] != is_share).to_numpy())
        limits[at] = spread_limits(n[at], centre[at], tau[at], AT, is_share)
        z[at] = spread_distance(o[at], n[at], centre[at], tau[at], is_share)
    names = np.array([*funnel.POSITIONS, None], dtype=object)
    return Adjusted(rows, limits, z, names[funnel.position(value, limits)])
