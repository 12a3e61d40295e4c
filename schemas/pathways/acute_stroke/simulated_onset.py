"""Made-up strokes begin and patients arrive: when, how well it is known, how they come. Sections 6.2 and 6.3 of the reference.

Belongs here: section 1 of the form but the patient. Does not belong here: the stroke unit, which depends on the stay (``simulated_stays``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from schemas.pathways.acute_stroke.simulated_parts import Columns, day_of, happens, minutes, spread
from schemas.pathways.acute_stroke.simulated_patients import Patients
from schemas.simulation import Arrivals, correlated_uniform, pick, pick_within, where

INPATIENT_SHARE, AMBULANCE_SHARE = 0.056, 0.789
# arrivals by three hours, from midnight
BY_THREE_HOURS = {"0": 4.4, "1": 3.2, "2": 7.0, "3": 22.8, "4": 21.8, "5": 17.9, "6": 14.0, "7": 9.0}
OF_INPATIENTS = {"P": 50.0, "BE": 50.0}
OF_OTHERS = {"P": 32.6, "BE": 32.4, "NK": 35.0}
# how well the time is known -> how well the day is
DAYS = {"P": {"P": 1.0}, "BE": {"P": 45.0, "BE": 40.0, "DS": 15.0}, "NK": {"P": 30.0, "BE": 43.0, "DS": 27.0}}
SOON_BY_AMBULANCE, SOON_OTHERWISE = 0.625, 0.28  # arrive within 4 hours of a known onset
SOON_MEDIAN, SOON_SIGMA = np.exp(4.57), 0.56  # minutes
LATE_MEDIAN, LATE_SIGMA = 760.0, 1.1
LONGEST = 27 * 1440
TRUSTS = {
    "RRU": 14.0,
    "RX5": 5.0,
    "RX6": 6.0,
    "RX7": 13.0,
    "RX8": 10.0,
    "RX9": 9.0,
    "RYA": 11.0,
    "RYC": 12.0,
    "RYD": 8.0,
    "RYE": 7.0,
    "RYF": 5.0,
}


@dataclass(frozen=True)
class Onset:
    """``started_at``: the clock start. ``gap``: minutes from a known onset to it, NaN if not known."""

    started_at: np.ndarray
    arrived_at: np.ndarray
    is_inpatient: np.ndarray
    by_ambulance: np.ndarray
    time_type: np.ndarray
    gap: np.ndarray

    @property
    def is_early(self) -> np.ndarray:
        """Known to have begun less than 4 hours before."""
        return self.gap < 240


def onset_and_arrival(rng: Generator, arrivals: Arrivals, who: Patients) -> tuple[Columns, Onset]:
    count = len(arrivals)
    band = pick(rng, BY_THREE_HOURS, count).astype(int)
    started_at = arrivals.started_on.astype("datetime64[m]") + minutes(band * 180 + rng.integers(1, 180, count))
    is_inpatient = happens(rng, INPATIENT_SHARE, count)
    by_ambulance = ~is_inpatient & (correlated_uniform(rng, _need(who), 0.66) > 1 - AMBULANCE_SHARE)
    time_type = np.where(is_inpatient, pick(rng, OF_INPATIENTS, count), pick(rng, OF_OTHERS, count))
    gap = np.where(time_type == "NK", np.nan, np.where(is_inpatient, 0.0, _known_gap(rng, by_ambulance)))
    stay_before = minutes(np.clip(spread(rng, 4 * 1440, 0.8, count), 60, 20 * 1440))
    arrived_at = np.where(is_inpatient, started_at - stay_before, started_at)
    begun = Onset(started_at, arrived_at, is_inpatient, by_ambulance, time_type, gap)
    return _told(rng, begun), begun


def _need(who: Patients) -> np.ndarray:
    """A normal score: the severe and the frail call an ambulance."""
    need = who.severity + 0.8 * who.frailty
    return need / 1.4


def _known_gap(rng: Generator, by_ambulance: np.ndarray) -> np.ndarray:
    count = len(by_ambulance)
    soon = happens(rng, np.where(by_ambulance, SOON_BY_AMBULANCE, SOON_OTHERWISE), count)
    early = np.clip(spread(rng, SOON_MEDIAN, SOON_SIGMA, count), 5, 238)
    late = np.clip(spread(rng, LATE_MEDIAN, LATE_SIGMA, count), 245 + 200 * rng.random(count), LONGEST)
    return np.where(soon, early, late)


def _told(rng: Generator, begun: Onset) -> Columns:
    count = len(begun.gap)
    not_known = begun.time_type == "NK"
    unseen = minutes(np.clip(spread(rng, 640, 0.9, count), 60, LONGEST))  # since the patient was last seen well
    began_at = np.where(
        not_known, day_of(begun.started_at - unseen).astype("datetime64[m]"), begun.started_at - minutes(np.nan_to_num(begun.gap))
    )
    cad_not_known = happens(rng, 0.12, count)
    return {
        "s1_onset_in_hospital": where(begun.is_inpatient, "Y", "N"),
        "s1_onset_at": began_at,
        "s1_onset_time_not_entered": not_known,
        "s1_onset_date_type": pick_within(rng, begun.time_type, DAYS),
        "s1_onset_time_type": begun.time_type,
        "s1_arrive_by_ambulance": where(begun.by_ambulance, "Y", "N"),
        "s1_ambulance_trust": pick(rng, TRUSTS, count),
        "s1_cad_number": where(begun.by_ambulance & ~cad_not_known, rng.integers(10**6, 10**8, count).astype(str)),
        "s1_cad_number_nk": cad_not_known,
        "s1_first_arrival_at": begun.arrived_at,
        "s1_first_arrival_time_not_entered": np.zeros(count, dtype=bool),
    }
