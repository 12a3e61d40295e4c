"""What a team writes of its part of a made-up stay: wards, therapy, goals, the first week, what was done by discharge.

Belongs here: sections 4 to 6 of the form, and the first ward of section 1. Does not belong here: how the stay ended (``simulated_leaving``).
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from schemas.pathways.acute_stroke import fields_stay as by_discharge
from schemas.pathways.acute_stroke.fields_admission import GOALS, STROKE_UNIT, TEAM_ARRIVAL
from schemas.pathways.acute_stroke.fields_onset import FIRST_STROKE_UNIT
from schemas.pathways.acute_stroke.parts import Asked
from schemas.pathways.acute_stroke.simulated_journeys import Stays
from schemas.pathways.acute_stroke.simulated_onset import Onset
from schemas.pathways.acute_stroke.simulated_outcome import Outcome
from schemas.pathways.acute_stroke.simulated_parts import DAY, Columns, answered, day_of, happens, minutes, spread
from schemas.pathways.acute_stroke.simulated_patients import Patients
from schemas.simulation import Arrivals, chance, correlated_uniform, pick, where

UNIT_SPREAD, UNIT_TIME_SPREAD, DOSE_SPREAD, GOALS_SPREAD, SCREENING_SPREAD = 0.5, 0.35, 0.2, 0.6, 0.8
FIRST_WARD_UNIT = 0.745
OTHER_WARDS, OF_INPATIENTS = {"MAC": 70.0, "ICH": 9.0, "O": 21.0}, {"O": 80.0, "MAC": 14.0, "ICH": 6.0}
UNIT_MEDIAN, UNIT_SIGMA, LATER_UNIT_MEDIAN, LATER_UNIT_SIGMA, NEVER_ON_UNIT = 172.0, 0.95, 1150.0, 0.85, 0.12
# needed by how many, median minutes a day, and the two parameters of the share of days
THERAPIES = {
    "occ_ther": (0.84, 40.2, 2.55, 2.25),
    "physio": (0.86, 33.8, 2.95, 2.0),
    "speech_lang": (0.505, 31.7, 1.7, 2.9),
    "psychology": (0.06, 38.0, 1.0, 5.0),
}
GOALS_NOT_APPLICABLE = {"NI": 62.0, "MU": 17.0, "NRP": 17.0, "PR": 4.0}
ORGANISATION = {"OR": 70.0, "NK": 30.0}


# ------------------------------------------------------------------------------------------------ wards
def first_wards(rng: Generator, arrivals: Arrivals, begun: Onset, first_left: np.ndarray, is_sent: np.ndarray) -> Columns:
    """Section 1.14 and 1.15; ``first_left``: the last instant with the first team. Who is sent on for thrombectomy reaches no stroke unit there."""
    count, habits = len(arrivals), arrivals.habits
    on_unit = chance(rng, FIRST_WARD_UNIT, habits["stroke_unit"], UNIT_SPREAD) & ~begun.is_inpatient & ~is_sent
    on_unit |= begun.is_inpatient & ~is_sent & happens(rng, 0.2, count)
    ward = np.where(on_unit, "SU", np.where(begun.is_inpatient, pick(rng, OF_INPATIENTS, count), pick(rng, OTHER_WARDS, count))).astype(
        object
    )
    stay = (first_left - begun.started_at).astype(float)
    soon = np.minimum(spread(rng, UNIT_MEDIAN, UNIT_SIGMA, count) * np.exp(-0.7 * habits["stroke_unit"]), 0.6 * stay)
    later = np.maximum(spread(rng, LATER_UNIT_MEDIAN, LATER_UNIT_SIGMA, count), 60)
    reached = ~is_sent & (on_unit | (~happens(rng, NEVER_ON_UNIT, count) & (later < 0.9 * stay)))
    return {
        "s1_first_ward": ward,
        **answered(FIRST_STROKE_UNIT, begun.started_at + minutes(np.maximum(np.where(on_unit, soon, later), 5)), reached),
    }


def admission(rng: Generator, stays: Stays, first: Columns) -> Columns:
    """Section 4.1 to 4.3: told as in section 1 by the first team."""
    count = len(stays)
    ward = np.where(stays.is_community, "O", pick(rng, {"SU": 86.0, "O": 9.0, "MAC": 5.0}, count))
    at = stays.arrived_at + minutes(10 + 60 * rng.random(count))
    on_unit = ~stays.is_community & ((ward == "SU") | happens(rng, 0.4, count)) & (at < stays.until)
    unit_at = np.where(stays.is_first, first[FIRST_STROKE_UNIT.at], at)
    reached = np.where(stays.is_first, ~first[FIRST_STROKE_UNIT.event.not_done], on_unit)
    return {
        **answered(TEAM_ARRIVAL, stays.arrived_at, np.ones(count, dtype=bool)),
        "s4_first_ward": np.where(stays.is_first, first["s1_first_ward"], ward).astype(object),
        **answered(STROKE_UNIT, unit_at, reached),
    }


# ------------------------------------------------------------------------------------------------ therapy
def therapies(
    rng: Generator, stays: Stays, severity: np.ndarray, needless_on: np.ndarray, begun_at: np.ndarray, habit: np.ndarray
) -> Columns:
    """Section 4.4 to 4.6; ``needless_on``: the day from which inpatient care is no longer needed."""
    columns: Columns = {}
    arrived_on, hours = day_of(np.maximum(stays.arrived_at, begun_at)), (stays.until - stays.arrived_at).astype(float) / 60
    for work, (needed, minutes_a_day, a, b) in THERAPIES.items():
        is_needed = (correlated_uniform(rng, severity, 0.45) > 1 - needed) & ((hours > 10) | happens(rng, 0.4, len(stays)))
        span = np.floor((needless_on - arrived_on).astype(float) * rng.beta(14, 1, len(stays)) + 0.5)
        days = np.clip(np.rint(rng.beta(a, b, len(stays)) * (span + 1) * np.exp(0.5 * habit)), 0, span + 1)
        days = np.where((days == 0) & happens(rng, 0.85, len(stays)), 1.0, days)
        dose = np.clip(spread(rng, minutes_a_day, 0.32, len(stays)) * np.exp(habit), 5, 280)
        columns |= _therapy(rng, stays, work, is_needed, arrived_on + span.astype("timedelta64[D]"), days, np.rint(days * dose))
    return columns


def _therapy(
    rng: Generator, stays: Stays, work: str, needed: np.ndarray, end_on: np.ndarray, days: np.ndarray, given: np.ndarray
) -> Columns:
    """Answers under a condition as if it held; who is not asked is blanked later."""
    part = np.floor(given * (0.05 + 0.4 * rng.random(len(needed))))
    by_assistants = happens(rng, 0.55, len(needed))
    by_video = stays.is_community & happens(rng, 0.15, len(needed))
    return {
        f"s4_{work}": where(needed, "Y", "N"),
        f"s4_{work}_end_on": end_on,
        f"s4_{work}_days": days,
        f"s4_{work}_minutes": np.where(days > 0, given, np.nan),
        f"s4_{work}_rehab_assistant_minutes": np.where(by_assistants, part, np.nan),
        f"s4_{work}_video_minutes": np.where(by_video, np.floor(part / 2), np.nan),
    }


# ------------------------------------------------------------------------------------------------ goals, first week, by discharge
def planned(rng: Generator, arrivals: Arrivals, who: Patients, begun: Onset, ends: Outcome) -> Columns:
    """Days after clock start of what is done once for each patient (NaN: never), and why not."""
    count, habits = len(who), arrivals.habits
    goals = np.where(chance(rng, 0.915, habits["goals"], GOALS_SPREAD), rng.integers(0, 6, count), rng.integers(6, 15, count)).astype(float)
    not_applicable = correlated_uniform(rng, np.abs(who.severity), 0.3) > 0.8
    screened = chance(rng, 0.97, habits["screening"], SCREENING_SPREAD)
    is_continent = happens(rng, 0.46, count)
    unable = happens(rng, np.where(ends.dies, 0.6, np.where(who.total >= 16, 0.25, 0.03)), count)
    return {
        "goals": np.where(not_applicable, np.nan, goals),
        "goals_why": where(not_applicable, pick(rng, GOALS_NOT_APPLICABLE, count), pick(rng, ORGANISATION, count)),
        "is_continent": is_continent,
        "continence": np.where(is_continent | ~happens(rng, 0.915, count), np.nan, spread(rng, 1.3, 0.9, count)),
        "mood": np.where(screened & ~unable, spread(rng, 3.5, 0.7, count), np.nan),
        "cognition": np.where(screened & ~unable, spread(rng, 2.6, 0.7, count), np.nan),
        "unable_why": where(unable, "MU", pick(rng, ORGANISATION, count)),
        "dietitian": np.where(happens(rng, 0.925, count), spread(rng, 2.2, 0.8, count), np.nan),
    }


def _by_then(plan: np.ndarray, begun_at: np.ndarray, until: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Day, and whether it has come before the stay ends; what would come too late for a short stay is done on its last day but one."""
    stay = (day_of(until) - day_of(begun_at)).astype(float)
    early = np.where((plan > stay) & (stay >= 1) & (plan < 8), np.floor(stay * 0.7), np.floor(np.nan_to_num(plan)))
    return day_of(begun_at) + early.astype("timedelta64[D]"), ~np.isnan(plan) & (early <= stay)


def done_by_discharge(rng: Generator, stays: Stays, plan: Columns, who: Patients, begun_at: np.ndarray) -> Columns:
    """4.7, and 6.5 to 6.8; ``plan`` and ``who`` one element a record."""
    count = len(stays)
    columns = _plain(GOALS, plan["goals"], plan["goals_why"], begun_at, stays)
    why = where(plan["is_continent"], "PC", pick(rng, ORGANISATION, count))
    columns |= _plain(by_discharge.CONTINENCE_PLAN, plan["continence"], why, begun_at, stays)
    columns |= _plain(by_discharge.MOOD, plan["mood"], plan["unable_why"], begun_at, stays)
    columns |= _plain(by_discharge.COGNITION, plan["cognition"], plan["unable_why"], begun_at, stays)
    at, is_done = _by_then(plan["dietitian"], begun_at, stays.until)
    return columns | {**answered(by_discharge.DIETITIAN, at, is_done), "s6_malnutrition_screening": _malnutrition(rng, who)}


def _plain(asked: Asked, plan: np.ndarray, why: np.ndarray, begun_at: np.ndarray, stays: Stays) -> Columns:
    at, is_done = _by_then(plan, begun_at, stays.until)
    return answered(asked, at, is_done, where(np.isnan(plan), why, "OR"))


def _malnutrition(rng: Generator, who: Patients) -> np.ndarray:
    at_risk = correlated_uniform(rng, who.severity, 0.5) > 0.72
    return where(happens(rng, 0.035, len(who)), "NS", where(at_risk, "Y", "N"))


def first_week(rng: Generator, who: Patients, stays: Stays) -> Columns:
    """Section 5."""
    count = len(stays)
    worse = happens(rng, 0.06 + 0.04 * who.consciousness, count)
    return {
        "s5_loc_worst_7days": np.minimum(who.consciousness + worse, 3).astype(float),
        "s5_urinary_tract_infection_7days": pick(rng, {"Y": 4.5, "N": 94.0, "NK": 1.5}, count),
        "s5_pneumonia_antibiotics_7days": where(
            happens(rng, 0.04 + 0.006 * who.total, count), "Y", pick(rng, {"N": 98.5, "NK": 1.5}, count)
        ),
    }


def late_assessments(rng: Generator, stays: Stays, begun_at: np.ndarray) -> Columns:
    """6.1 to 6.4, as if everybody had been missed in the first 72 hours."""
    columns: Columns = {}
    for asked in by_discharge.LATE_ASSESSMENTS:
        at = begun_at + minutes(4330 + spread(rng, 2000, 0.8, len(stays)))
        is_seen = (day_of(at) <= day_of(stays.until)) & (at <= stays.until) & happens(rng, 0.75, len(stays))
        columns |= answered(asked, at, is_seen, pick(rng, {"OR": 45.0, "MU": 40.0, "PR": 3.0, "NK": 12.0}, len(stays)))
    return columns


def late_decisions(rng: Generator, stays: Stays, ends_dying: np.ndarray, severity: np.ndarray, begun_at: np.ndarray) -> Columns:
    """6.9 and 6.11: palliative care decided on later, compression."""
    count = len(stays)
    begun_on, until_on = day_of(begun_at), day_of(stays.until)
    decided_on = np.maximum(until_on - rng.integers(0, 5, count).astype("timedelta64[D]"), begun_on + 4 * DAY)
    is_late = ends_dying & (stays.ends_as == "D") & (decided_on <= until_on) & happens(rng, 0.6, count)
    compressed = correlated_uniform(rng, severity, 0.5) > 0.76
    start_on = np.minimum(np.maximum(begun_on, day_of(stays.arrived_at)) + rng.integers(0, 2, count).astype("timedelta64[D]"), until_on)
    end_on = np.minimum(start_on + np.rint(spread(rng, 9, 0.7, count)).astype("timedelta64[D]"), until_on)
    return {
        "s6_palliative_care_by_discharge": where(is_late, "Y", "N"),
        "s6_palliative_care_by_discharge_on": decided_on,
        "s6_end_of_life_pathway_by_discharge": where(is_late, pick(rng, {"Y": 75.0, "N": 25.0}, count)),
        "s6_int_pneumatic_comp": where(compressed, "Y", pick(rng, {"N": 96.0, "NK": 4.0}, count)),
        "s6_int_pneumatic_comp_start_on": start_on,
        "s6_int_pneumatic_comp_end_on": end_on,
    }
