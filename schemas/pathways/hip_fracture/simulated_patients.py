"""Made-up patients: who breaks a hip, how, and how frail they are. Shares are those of England and Wales where they are published.

Belongs here: case mix at presentation. Does not belong here: care (``simulated_care``), what becomes of them (``simulated_outcomes``).
Frailty is one normal score that age, walking, residence, fitness and cognition share.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from schemas.simulation import Arrivals, correlated_uniform, pick, pick_by, pick_within, where

AGE_BANDS = {"60": 9.0, "70": 23.0, "80": 45.2, "90": 22.8}
FEMALE_SHARE = 0.706
ASA = {"1": 2.0, "2": 23.3, "3": 57.2, "4": 17.0, "5": 0.5}
MOBILITY = {"1": 37.2, "2": 22.0, "3": 15.2, "4": 24.0, "5": 1.6}
RESIDENCE = {"1": 82.0, "2": 9.5, "3": 8.5}
FRACTURES = {"11": 48.9, "12": 9.9, "13": 28.2, "14": 7.0, "15": 6.0}
OTHER_FRACTURES = {"21": 10.0, "31": 30.0, "41": 25.0, "44": 15.0, "45": 10.0, "51": 10.0}
OTHER_SHARE = 0.04
COGNITION = {"normal": 56.0, "impaired": 20.0, "delirious": 24.0}
VIA_ED = {"1": 96.0, "2": 2.6, "3": 0.6, "4": 0.8}
BONE_DRUG_BEFORE = {"0": 86.0, "1": 8.5, "2": 1.5, "4": 1.5, "6": 2.0, "7": 0.5}
NOT_STATED_SHARE = 0.008
# arrivals by hour of the day, from midnight
HOURLY_WEIGHTS = (2, 2, 1.5, 1.5, 1.5, 2, 2.5, 3, 4, 5.5, 6.5, 7, 7, 6.5, 6.5, 6, 6, 6, 5.5, 5, 4.5, 4, 3, 2.5)

Columns = dict[str, np.ndarray]


def presentation(rng: Generator, arrivals: Arrivals) -> tuple[Columns, np.ndarray]:
    """Fields of the way in, and the clock start of each case (datetime64[m])."""
    count = len(arrivals)
    hour = pick(rng, {str(h): weight for h, weight in enumerate(HOURLY_WEIGHTS)}, count).astype(int)
    minute = (hour * 60 + rng.integers(0, 60, count)).astype("timedelta64[m]")
    via_ed = pick(rng, VIA_ED, count)
    by_ambulance = (via_ed == "1") & (rng.random(count) < 0.86)
    started_at = arrivals.started_on.astype("datetime64[m]") + minute
    called_at = started_at - rng.integers(35, 150, count).astype("timedelta64[m]")
    columns = {
        "operating_hospital_code": arrivals.site_codes,
        "first_hospital_code": where(np.isin(via_ed, ("3", "4")), _another_site(arrivals.site_codes), "X"),
        "presentation_via_ed": via_ed,
        "ambulance": where(by_ambulance, "1", "0"),
        **instant("presentation", started_at, np.ones(count, dtype=bool)),
        **instant("ambulance", called_at, by_ambulance),
    }
    return columns, started_at


def instant(event: str, at: np.ndarray, is_known: np.ndarray) -> Columns:
    """``<event>_date`` and ``<event>_time`` of instants, blank where not known."""
    day = at.astype("datetime64[D]")
    clock = (at - day).astype("timedelta64[m]")
    return {
        f"{event}_date": np.where(is_known, day, np.datetime64("NaT", "D")),
        f"{event}_time": np.where(is_known, clock, np.timedelta64("NaT", "m")),
    }


def _another_site(site_codes: np.ndarray) -> np.ndarray:
    known = sorted(set(site_codes)) or ["X"]
    following = dict(zip(known, (*known[1:], "ZZZ99" if len(known) == 1 else known[0]), strict=True))
    return np.array([following[code] for code in site_codes], dtype=object)


def patients(rng: Generator, count: int) -> tuple[Columns, np.ndarray, np.ndarray, np.ndarray]:
    """Fields of the patients, then age in years, frailty, and cognition (a key of ``COGNITION``)."""
    frailty = rng.standard_normal(count)
    age = _ages(rng, frailty)
    cognition = pick_by(correlated_uniform(rng, frailty, 0.55), COGNITION)
    fracture = np.where(rng.random(count) < OTHER_SHARE, pick(rng, OTHER_FRACTURES, count), pick(rng, FRACTURES, count))
    columns = {
        "sex": where(rng.random(count) < FEMALE_SHARE, "2", "1"),
        "residence_before_admission": pick_by(correlated_uniform(rng, frailty, 0.6), RESIDENCE),
        "mobility_pre_fracture": _or_unknown(rng, pick_by(correlated_uniform(rng, frailty, 0.6), MOBILITY)),
        "asa_grade": _or_unknown(rng, pick_by(correlated_uniform(rng, frailty, 0.45), ASA)),
        "bone_protection_pre": pick(rng, BONE_DRUG_BEFORE, count),
        "fracture_type": fracture,
        "fracture_side": pick(rng, {"1": 51, "2": 49}, count),
        "pathological_fracture": pick(rng, {"0": 97, "1": 3}, count),
    }
    return columns, age, frailty, cognition


def _ages(rng: Generator, frailty: np.ndarray) -> np.ndarray:
    band = pick_by(correlated_uniform(rng, frailty, 0.4), AGE_BANDS)
    within = rng.random(len(band))
    youngest = band.astype(float)
    spread = np.where(band == "60", np.sqrt(within) * 10, np.where(band == "90", within**2.6 * 13, within * 10))
    return youngest + spread


def _or_unknown(rng: Generator, codes: np.ndarray) -> np.ndarray:
    return np.where(rng.random(len(codes)) < NOT_STATED_SHARE, "U", codes)


FOUR_AT = {  # items (alertness, AMT4, attention, acute change) of totals 0, 1 to 3, 4 and above
    "normal": {"0000": 1.0},
    "impaired": {"0100": 40.0, "0010": 30.0, "0110": 20.0, "0210": 10.0},
    "delirious": {"0220": 25.0, "0224": 25.0, "4224": 15.0, "0104": 15.0, "4120": 10.0, "0014": 10.0},
}


def four_at(rng: Generator, when: str, cognition: np.ndarray, is_done: np.ndarray) -> Columns:
    """The four items of a 4AT, blank where it was not done."""
    items = pick_within(rng, cognition, FOUR_AT)
    names = ("alertness", "amt4", "attention", "acute_change")
    return {
        f"{when}_4at_{name}": where(is_done, np.array([text[position] for text in items], dtype=object))
        for position, name in enumerate(names)
    }
