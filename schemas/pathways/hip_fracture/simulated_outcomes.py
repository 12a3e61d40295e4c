"""What becomes of made-up patients: deaths, stays, destinations, and how they are at 120 days.

Belongs here: outcomes. Does not belong here: care (``simulated_care``).
Mortality is the 120-day model of Holt and others (Scottish Hip Fracture Audit), its intercept set again so that 30-day mortality is
that of England and Wales in 2016 to 2019 (7.3 %).
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from schemas.pathways.hip_fracture.simulated_care import FOLLOW_UP_SPREAD, weekday
from schemas.pathways.hip_fracture.simulated_patients import Columns
from schemas.simulation import Arrivals, chance, pick, pick_within, sigmoid, where

INTERCEPT_30_DAYS = -4.98
LATER_LOGIT = 0.42  # of dying between day 31 and day 120, beside that of dying by day 30
AGE = ((60, 0.68), (70, 1.24), (80, 1.78), (90, 2.07))
ASA = {"1": 0.0, "2": 0.0, "3": 0.67, "4": 1.37, "5": 1.37, "U": 0.67}
MOBILITY = {"1": 0.0, "2": 0.06, "3": 0.14, "4": 0.25, "5": 0.48, "U": 0.14}
FRACTURE = {"11": 0.0, "12": 0.0, "13": 0.15, "14": 0.15, "15": 0.18}
FEMALE, CARE_HOME, PATHOLOGICAL = -0.70, 0.72, 1.60
WINTER = {12: 0.15, 1: 0.20, 2: 0.12, 6: -0.08, 7: -0.10, 8: -0.08}

LOG_STAY, SPREAD_OF_STAY = 2.79, 0.78

DESTINATIONS = {  # by residence before; only "4" stays in the trust, for rehabilitation, and goes where the last table says
    "1": {"1": 64.0, "2": 5.0, "3": 7.0, "5": 12.5, "6": 5.5, "7": 2.5, "9": 2.5, "U": 1.0},
    "2": {"2": 82.0, "3": 10.0, "5": 3.0, "6": 2.0, "7": 1.5, "9": 0.5, "U": 1.0},
    "3": {"3": 93.0, "5": 2.0, "7": 1.5, "2": 1.0, "9": 1.5, "U": 1.0},
}
REHABILITATION_SHARE = 0.42
AT_120_DAYS = {
    "1": {"1": 78.0, "2": 8.0, "3": 9.0, "4": 1.0, "5": 1.5, "7": 1.0, "9": 1.0, "U": 0.5},
    "2": {"2": 80.0, "3": 18.0, "7": 1.0, "9": 1.0},
    "3": {"3": 96.0, "7": 2.0, "9": 2.0},
}
DAY = np.timedelta64(1, "D")
NEVER = np.datetime64("NaT", "D")


def death_logit(columns: Columns, age: np.ndarray, started_on: np.ndarray, habit: np.ndarray) -> np.ndarray:
    """Log odds of death within 30 days of presentation."""
    months = started_on.astype("datetime64[M]").astype(int) % 12 + 1
    winter = np.array([WINTER.get(month, 0.0) for month in range(13)])[months]
    return (
        INTERCEPT_30_DAYS
        + np.select([age >= start for start, _ in reversed(AGE)], [weight for _, weight in reversed(AGE)])
        + _look_up(ASA, columns["asa_grade"])
        + _look_up(MOBILITY, columns["mobility_pre_fracture"])
        + _look_up(FRACTURE, columns["fracture_type"])
        + FEMALE * (columns["sex"] == "2")
        + CARE_HOME * (columns["residence_before_admission"] != "1")
        + PATHOLOGICAL * (columns["pathological_fracture"] == "1")
        + winter
        + habit
    )


def _look_up(weights: dict[str, float], codes: np.ndarray) -> np.ndarray:
    return np.array([weights.get(code, 0.0) for code in codes])


def deaths(rng: Generator, logit: np.ndarray, started_on: np.ndarray) -> np.ndarray:
    """Day of death within 120 days, NaT for those who live longer; early days are the most dangerous."""
    count = len(logit)
    early = rng.random(count) < sigmoid(logit)
    late = ~early & (rng.random(count) < sigmoid(logit + LATER_LOGIT))
    day = np.where(early, np.floor(31 * rng.random(count) ** 1.4), 31 + np.floor(90 * rng.random(count) ** 1.2))
    return np.where(early | late, started_on + day.astype("timedelta64[D]"), NEVER)


def stays(rng: Generator, arrivals: Arrivals, surgery_on: np.ndarray, died_on: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Day of discharge from the trust (the day of death for those who die there), and who died there."""
    count = len(arrivals)
    days = np.exp(LOG_STAY - arrivals.habits["stay"] + SPREAD_OF_STAY * rng.standard_normal(count))
    planned = arrivals.started_on + np.maximum(np.rint(days), 1).astype("timedelta64[D]")
    planned = np.where(np.isnat(surgery_on), planned, np.maximum(planned, surgery_on + 2 * DAY))
    planned = planned + np.where((weekday(planned) == 6) & (rng.random(count) < 0.5), 1, 0).astype("timedelta64[D]")
    died_there = ~np.isnat(died_on) & (died_on <= planned)
    return np.where(died_there, died_on, planned), died_there


def destinations(rng: Generator, columns: Columns, left_on: np.ndarray, surgery_on: np.ndarray, died_there: np.ndarray) -> Columns:
    """Ward and trust discharge: where to and when. ``operated`` decides how the early dead are coded."""
    count, residence = len(left_on), columns["residence_before_admission"]
    trust = pick_within(rng, residence, DESTINATIONS)
    begun = np.where(np.isnat(surgery_on), columns["presentation_date"], surgery_on)
    spare = (left_on - begun).astype(int)
    rehabilitated = (spare >= 6) & (rng.random(count) < REHABILITATION_SHARE)
    ward_days = np.maximum(2, np.rint(spare * (0.3 + 0.35 * rng.random(count)))).astype("timedelta64[D]")
    ward = where(rehabilitated, "4", np.where(trust == "U", "9", trust))
    before_surgery = columns["operated"] == "4"
    ward = np.where(died_there & ~rehabilitated, np.where(before_surgery, "8a", "8"), ward)
    trust = np.where(died_there, np.where(before_surgery, "8a", np.where(rehabilitated, "8", "8b")), trust)
    return {
        "ward_discharge_date": np.where(rehabilitated, begun + ward_days, left_on),
        "ward_discharge_destination": ward,
        "trust_discharge_date": left_on,
        "trust_discharge_destination": trust,
    }


def at_120_days(rng: Generator, arrivals: Arrivals, columns: Columns, died_on: np.ndarray, died_there: np.ndarray) -> Columns:
    """Follow-up, recorded by some sites for nearly all and by others for none; re-operations are known everywhere."""
    count = len(arrivals)
    recorded = ~died_there & chance(rng, 0.40, arrivals.habits["follow_up"], FOLLOW_UP_SPREAD)
    dead = recorded & ~np.isnat(died_on)
    alive = recorded & np.isnat(died_on)
    treated = np.isin(columns["medication_post_fracture"], tuple("123456789"))
    drugs = {"1": 74.0, "2": 8.0, "3": 6.0, "4": 12.0}
    walks = {"1": 12.0, "2": 25.0, "3": 24.0, "4": 31.0, "5": 5.0, "U": 3.0}
    medication = where(treated, pick(rng, drugs, count), pick(rng, {"2": 18.0, "5": 82.0}, count))
    return {
        "reoperations": where(columns["operated"] == "1", pick(rng, {"0": 97.3, "1": 2.7}, count)),
        "residential_status_120d": where(dead, "8", where(alive, pick_within(rng, columns["residence_before_admission"], AT_120_DAYS))),
        "mobility_120d": where(alive & (rng.random(count) < 0.975), pick(rng, walks, count)),
        "bone_medication_120d": where(alive, medication),
    }
