"""Made-up patients: who has a stroke, how severe it is, what they had before. Shares are national ones (section 6.2 of the reference).

Belongs here: case mix. Does not belong here: onset and arrival (``simulated_onset``), care, what becomes of them.
Age, frailty and severity are normal scores that are correlated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from schemas.pathways.acute_stroke.fields_nihss import AFTER_24_HOURS, ALWAYS_KNOWN, ARRIVAL, ITEMS, names
from schemas.pathways.acute_stroke.simulated_parts import Columns, happens
from schemas.simulation import correlated_uniform, normal_share, pick, pick_by, where

# youngest age of each band -> share; the years to the next band
AGES = {
    "18": 1.7,
    "40": 1.3,
    "45": 2.5,
    "50": 4.1,
    "55": 5.6,
    "60": 7.3,
    "65": 9.2,
    "70": 12.6,
    "75": 14.4,
    "80": 16.6,
    "85": 14.2,
    "90": 10.5,
}
FEMALE_SHARES = ((0, 0.42), (60, 0.37), (70, 0.42), (80, 0.57), (85, 0.61), (90, 0.70))
RANKIN_BEFORE = {"0": 54.4, "1": 15.0, "2": 10.7, "3": 11.9, "4": 6.1, "5": 1.7}
# points of the NIHSS: 0, 1 to 4, 5 to 15, 16 to 20, 21 to 42
TOTALS = (
    6.8, 9.5, 12, 11, 9.9, 5.2, 4.6, 4.1, 3.6, 3.2, 2.9, 2.7, 2.4, 2.2, 2.1, 2.0, 1.7, 1.6, 1.5, 1.3, 1.2, 1.3, 1.2, 1.1, 1.0, 0.8, 0.7, 0.5, 0.4, 0.3,
    0.3, 0.2, 0.2, 0.15, 0.12, 0.1, 0.08, 0.06, 0.04, 0.02, 0.01, 0.01, 0.01,
)  # fmt: skip
CONSCIOUSNESS = {"0": 83.6, "1": 9.6, "2": 4.0, "3": 2.8}
INCOMPLETE_SHARE = 0.05
BLEED_SHARE, NOT_IMAGED_SHARE = 0.122, 0.007
# what a point of severity falls on, by the side of the brain; arms and legs are those of the other side
LEFT_BRAIN = {"LocQuestions": 1.2, "LocCommands": 0.8, "BestGaze": 0.5, "Visual": 0.6, "FacialPalsy": 1.15, "MotorArmLeft": 0.12, "MotorArmRight": 2.0,
              "MotorLegLeft": 0.12, "MotorLegRight": 1.7, "LimbAtaxia": 0.5, "Sensory": 1.0, "BestLanguage": 2.0, "Dysarthria": 1.6,
              "ExtinctionInattention": 0.25}  # fmt: skip
RIGHT_BRAIN = {**LEFT_BRAIN, "MotorArmLeft": 2.0, "MotorArmRight": 0.12, "MotorLegLeft": 1.7, "MotorLegRight": 0.12, "BestLanguage": 0.35,
               "ExtinctionInattention": 1.0, "BestGaze": 0.8, "Visual": 0.8}  # fmt: skip
ETHNICITY = {"A": 78.0, "B": 1.2, "C": 3.5, "D": 0.3, "E": 0.1, "F": 0.1, "G": 0.4, "H": 2.0, "J": 1.6, "K": 0.6, "L": 1.2, "M": 1.4, "N": 0.8, "P": 0.6,
             "R": 0.4, "S": 1.8, "Z": 4.0, "99": 2.0}  # fmt: skip
BEFORE = {"congestive_heart_failure": 5.6, "hypertension": 54.2, "diabetes": 20.7, "stroke_tia": 26.7, "dementia": 9.0}
FIBRILLATION_SHARE = 0.20
ANTICOAGULATED = {"Y": 48.0, "N": 39.2, "NB": 12.8}
ANTIPLATELET = {"Y": 29.3, "N": 66.7, "NB": 4.0}
WITHOUT_NUMBER_SHARE, REFUSED_SHARE = 0.004, 0.006


@dataclass(frozen=True)
class Patients:
    """``severity``, ``frailty``: normal scores. ``total``: NIHSS on arrival. ``is_left``: the stroke is in the left half of the brain."""

    age: np.ndarray
    is_female: np.ndarray
    frailty: np.ndarray
    severity: np.ndarray
    total: np.ndarray
    consciousness: np.ndarray
    is_left: np.ndarray
    is_imaged: np.ndarray
    is_bleed: np.ndarray
    is_anticoagulated: np.ndarray

    def __len__(self) -> int:
        return len(self.age)

    @property
    def is_infarct(self) -> np.ndarray:
        return self.is_imaged & ~self.is_bleed


def patients(rng: Generator, count: int) -> tuple[Columns, Patients]:
    """Sections 1.3 to 1.9, 2.1 to 2.3 of the form, and what the rest follows from."""
    score = rng.standard_normal(count)
    age, is_female = _ages(rng, score)
    frailty = 0.5 * score + np.sqrt(0.75) * rng.standard_normal(count)
    is_imaged = ~happens(rng, NOT_IMAGED_SHARE, count)
    is_bleed = is_imaged & happens(rng, BLEED_SHARE / (1 - NOT_IMAGED_SHARE), count)
    severity = 0.22 * frailty + np.sqrt(0.95) * rng.standard_normal(count) + 0.4 * (is_bleed - BLEED_SHARE)
    total = pick_by(normal_share(severity), {str(points): share for points, share in enumerate(TOTALS)}).astype(int)
    consciousness = np.minimum(pick_by(correlated_uniform(rng, severity, 0.85), CONSCIOUSNESS).astype(int), total)
    columns = _before(rng, score, frailty)
    is_anticoagulated = columns["s2_com_af_anticoagulent"] == "Y"
    who = Patients(
        age, is_female, frailty, severity, total, consciousness, happens(rng, 0.52, count), is_imaged, is_bleed, is_anticoagulated
    )
    return columns | _about(rng, who) | _severity(rng, who), who


def _ages(rng: Generator, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    youngest = pick_by(normal_share(score), AGES).astype(float)
    within = rng.random(len(score))
    years = np.select([youngest == 18, youngest == 90], [22 * np.sqrt(within), 13 * within**2.2], 5 * within)
    age = youngest + years
    female = np.select([age >= start for start, _ in reversed(FEMALE_SHARES)], [share for _, share in reversed(FEMALE_SHARES)])
    return age, rng.random(len(score)) < female


def _about(rng: Generator, who: Patients) -> Columns:
    count = len(who)
    consent = pick(rng, {"Y": 46.0, "PNA": 54.0}, count)
    refused = happens(rng, REFUSED_SHARE, count)
    return {
        "s1_gender": where(who.is_female, "F", "M"),
        "s1_ethnicity": pick(rng, ETHNICITY, count),
        "s1_diagnosis": np.full(count, "S", dtype=object),
        "s1_postcode_out": np.char.add("ZZ", rng.integers(1, 100, count).astype(str)).astype(object),
        "s1_no_nhs_number": happens(rng, WITHOUT_NUMBER_SHARE, count) & ~refused,
        "s1_age_on_arrival": np.where(refused, np.floor(who.age), np.nan),
        "s3_patient_consent": where(refused, "N", consent),
    }


def _before(rng: Generator, score: np.ndarray, frailty: np.ndarray) -> Columns:
    """What the patient had, and took, before the stroke."""
    count = len(score)
    had = {
        name: correlated_uniform(rng, frailty if name == "dementia" else score, 0.35) > 1 - share / 100 for name, share in BEFORE.items()
    }
    fibrillation = correlated_uniform(rng, score, 0.4) > 1 - FIBRILLATION_SHARE
    for_another_reason = where(happens(rng, 0.03, count), "Y", "N")
    anticoagulated = np.where(fibrillation, pick(rng, ANTICOAGULATED, count), for_another_reason)
    kind = pick(rng, {"vit_k": 26.0, "doac": 71.0, "heparin": 3.0}, count)
    measured = pick(rng, {"number": 84.0, "high": 5.0, "nk": 11.0}, count)
    return {
        **{f"s2_com_{name}": where(has, "Y", "N") for name, has in had.items()},
        "s2_com_atrial_fibrillation": where(fibrillation, "Y", "N"),
        "s2_com_af_antiplatelet": pick(rng, ANTIPLATELET, count),
        "s2_com_af_anticoagulent": anticoagulated,
        **{f"s2_com_af_anticoagulent_{name}": kind == name for name in ("vit_k", "doac", "heparin")},
        "s2_inr": np.where(measured == "number", np.round(np.clip(np.exp(0.75 + 0.35 * rng.standard_normal(count)), 0.9, 9.5), 1), np.nan),
        "s2_inr_high": measured == "high",
        "s2_inr_nk": measured == "nk",
        "s2_new_af_diagnosis": pick(rng, {"Y": 6.0, "N": 94.0}, count),
        "s2_rankin_before_stroke": pick_by(correlated_uniform(rng, frailty, 0.9), RANKIN_BEFORE).astype(float),
        "s2_tia_in_last_month": pick(rng, {"Y": 6.0, "N": 60.0, "NK": 4.0, None: 30.0}, count),
    }


# ------------------------------------------------------------------------------------------------ severity
def _severity(rng: Generator, who: Patients) -> Columns:
    """The items on arrival, some not known, and those after 24 hours, as if everybody had been treated."""
    count = len(who)
    arrival = _items(rng, who.total, who.consciousness, who.is_left)
    incomplete = happens(rng, INCOMPLETE_SHARE, count)
    for item in set(arrival) - {ALWAYS_KNOWN}:
        arrival[item] = np.where(incomplete & happens(rng, 0.6, count), -1.0, arrival[item])
    later = np.rint(who.total * rng.beta(2.2, 1.6, count) * 1.15).astype(int)
    after = _items(rng, np.minimum(later, 42), np.minimum(who.consciousness, later), who.is_left)
    return dict(zip(names(ARRIVAL), arrival.values(), strict=True)) | dict(zip(names(AFTER_24_HOURS), after.values(), strict=True))


def _items(rng: Generator, total: np.ndarray, consciousness: np.ndarray, is_left: np.ndarray) -> dict[str, np.ndarray]:
    """Items that add up to the total: its points fall one by one on what they can still fall on."""
    units = [item for item, highest, _ in ITEMS if item != ALWAYS_KNOWN for _ in range(highest)]
    left, right = (np.array([side[item] for item in units]) for side in (LEFT_BRAIN, RIGHT_BRAIN))
    weights = np.where(is_left[:, None], left, right)
    order = np.argsort(np.argsort(rng.exponential(size=weights.shape) / weights, axis=1), axis=1)
    falls = order < (total - consciousness)[:, None]
    columns = {ALWAYS_KNOWN: consciousness.astype(float)}
    for item, _, _ in ITEMS:
        if item != ALWAYS_KNOWN:
            columns[item] = falls[:, [position for position, unit in enumerate(units) if unit == item]].sum(axis=1).astype(float)
    return columns
