"""What becomes of made-up patients: death, length of stay, disability, where they go. Section 6.4 of the reference.

Belongs here: outcomes of the stroke as a whole. Does not belong here: the stays of single teams (``simulated_journeys``), section 7 of the form.
Death in hospital follows the published open model of 30-day death in hospital (section 5.3 of the reference), its intercept set for the case mix here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from schemas.pathways.acute_stroke.simulated_onset import Onset
from schemas.pathways.acute_stroke.simulated_parts import DAY, NEVER, Columns, day_of, minutes, spread
from schemas.pathways.acute_stroke.simulated_patients import Patients
from schemas.simulation import pick, pick_within, sigmoid

INTERCEPT = -5.53
AGE_STEP, FIRST_AGE_GROUP = 0.22274, 15  # for each 5 years
MALE, INPATIENT, HYPERTENSION, FIBRILLATION, DIABETES, STROKE_BEFORE = 0.10562, 0.47459, -0.12468, 0.45660, 0.09995, -0.15867
RANKIN_POINT, CONSCIOUSNESS_POINT, BLEED = 0.15730, 1.25851, 0.92270
OWN_WAY = -0.85  # not in the model: who comes without an ambulance dies less often than the level of consciousness tells
DAYS_TO_DEATH, DEATH_SIGMA = 6.0, 1.15
STAY_DAYS, STAY_SIGMA = 7.5, 1.15
LONGEST_STAY_DAYS = 350
FIRST_HOURS = np.timedelta64(6 * 60, "m")  # nobody who is admitted dies sooner
LATER_DEATH_INTERCEPT = 0.15  # of dying within half a year after discharge, beside that of dying in hospital
# survivors by disability at discharge, best first; the dead are the rest
RANKIN = {"0": 10.4, "1": 18.4, "2": 18.2, "3": 18.3, "4": 15.3, "5": 6.5}
DESTINATIONS = {  # by disability
    "0": {"H": 86.0, "TC": 10.5, "SE": 1.5, "TCN": 1.5, "TN": 0.5}, "1": {"H": 74.0, "TC": 22.0, "SE": 1.5, "TCN": 2.0, "TN": 0.5},
    "2": {"H": 61.0, "TC": 33.0, "CH": 1.0, "SE": 2.0, "TCN": 2.5, "TN": 0.5}, "3": {"H": 52.0, "TC": 35.0, "CH": 7.0, "SE": 2.5, "TCN": 2.5, "TN": 1.0},
    "4": {"H": 40.0, "TC": 22.0, "CH": 29.0, "SE": 4.0, "TCN": 2.0, "TN": 3.0}, "5": {"H": 18.0, "TC": 5.0, "CH": 66.0, "SE": 5.0, "TCN": 1.0, "TN": 5.0},
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """``left_at``: end of inpatient care, NaT for those who die there. ``died_on``: NaT for those who live for half a year.

    ``until``: the last instant of the inpatient stay. ``destination``: the code of question 7.1 at the end of inpatient care.
    """

    dies: np.ndarray
    died_on: np.ndarray
    left_at: np.ndarray
    until: np.ndarray
    rankin: np.ndarray
    destination: np.ndarray


def outcome(rng: Generator, columns: Columns, who: Patients, begun: Onset, habits) -> Outcome:
    logit = death_logit(columns, who, begun, habits["mortality"])
    dies = rng.random(len(who)) < sigmoid(logit)
    rank = 0.75 * who.severity + 0.5 * who.frailty + 0.45 * rng.standard_normal(len(who))
    rankin = np.where(dies, 6.0, np.maximum(_by_rank(rank, ~dies), columns["s2_rankin_before_stroke"]))
    destination = np.where(dies, "D", pick_within(rng, rankin.astype(int).astype(str), DESTINATIONS))
    left_at = _leaves(rng, begun, rank, habits["stay"])
    days_to_death = np.floor(np.minimum(spread(rng, DAYS_TO_DEATH, DEATH_SIGMA, len(who)), 120)).astype("timedelta64[D]")
    in_hospital_on = np.maximum(day_of(begun.started_at) + days_to_death, day_of(begun.started_at + FIRST_HOURS))
    died_on = np.where(dies, in_hospital_on, _dies_later(rng, logit, day_of(left_at), destination))
    left_at = np.where(dies, NEVER, left_at)
    until = np.where(dies, died_on.astype("datetime64[m]") + minutes(1439), left_at)
    return Outcome(dies, died_on, left_at, until, rankin, destination)


def death_logit(columns: Columns, who: Patients, begun: Onset, habit: np.ndarray) -> np.ndarray:
    def has(name: str) -> np.ndarray:
        return columns[f"s2_com_{name}"] == "Y"

    return (
        INTERCEPT
        + AGE_STEP * np.floor((np.minimum(who.age, 94) - FIRST_AGE_GROUP) / 5)
        + MALE * ~who.is_female
        + INPATIENT * begun.is_inpatient
        + HYPERTENSION * has("hypertension")
        + FIBRILLATION * has("atrial_fibrillation")
        + DIABETES * has("diabetes")
        + STROKE_BEFORE * has("stroke_tia")
        + RANKIN_POINT * columns["s2_rankin_before_stroke"]
        + CONSCIOUSNESS_POINT * who.consciousness
        + BLEED * who.is_bleed
        + OWN_WAY * (~begun.by_ambulance & ~begun.is_inpatient)
        + habit
    )


def _by_rank(score: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Disability of survivors by their place among them."""
    place = np.zeros(len(score))
    place[among] = (np.argsort(np.argsort(score[among])) + 0.5) / max(int(among.sum()), 1)
    bounds = np.cumsum(list(RANKIN.values()))
    return np.searchsorted(bounds / bounds[-1], place, side="right").clip(0, 5).astype(float)


def _leaves(rng: Generator, begun: Onset, rank: np.ndarray, habit: np.ndarray) -> np.ndarray:
    """By day, as soon as the stay is over."""
    count = len(rank)
    score = 0.62 * rank + np.sqrt(1 - 0.62**2) * rng.standard_normal(count)
    days = np.clip(STAY_DAYS * np.exp(STAY_SIGMA * score - habit), 0.3, LONGEST_STAY_DAYS)
    planned = day_of(begun.started_at + minutes(days * 1440)).astype("datetime64[m]") + minutes(570 + rng.random(count) * 600)
    return np.where(planned < begun.started_at + minutes(300), planned + DAY, planned)


def _dies_later(rng: Generator, logit: np.ndarray, left_on: np.ndarray, destination: np.ndarray) -> np.ndarray:
    """Day of death within half a year after discharge; nobody dies while a community team comes."""
    count = len(logit)
    later = rng.random(count) < sigmoid(logit + LATER_DEATH_INTERCEPT) * 0.6
    after = np.floor(2 + 178 * rng.random(count) ** 1.4)
    after = np.where(destination == "TC", np.maximum(after, 80), after)
    return np.where(later, left_on + after.astype("timedelta64[D]"), np.datetime64("NaT", "D"))


def care_home(rng: Generator, count: int) -> Columns:
    """Questions 7.5 and 7.6, asked of some."""
    return {
        "s7_care_home_discharge": pick(rng, {"PR": 38.0, "NPR": 62.0}, count),
        "s7_care_home_discharge_type": pick(rng, {"P": 70.0, "T": 30.0}, count),
        "s7_home_discharge_type": pick(rng, {"LA": 32.0, "NLA": 65.0, "NK": 3.0}, count),
    }
