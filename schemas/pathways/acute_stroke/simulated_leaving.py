"""How made-up stays end, what is arranged for afterwards, and the review at six months. Sections 6.3 and 6.4 of the reference.

Belongs here: sections 7 and 8 of the form. Does not belong here: where patients go, which is an outcome (``simulated_outcome``).
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke.fields_admission import STROKE_UNIT
from schemas.pathways.acute_stroke.fields_discharge import HOSPITAL_DISCHARGE, STROKE_UNIT_DISCHARGE
from schemas.pathways.acute_stroke.simulated_journeys import Stays
from schemas.pathways.acute_stroke.simulated_outcome import Outcome, care_home
from schemas.pathways.acute_stroke.simulated_parts import DAY, Columns, answered, day_of, happens, minutes, told
from schemas.simulation import chance, pick, where

ESD_SPREAD, REVIEW_SPREAD = 0.8, 1.1
DIED_ON_UNIT, LEFT_UNIT_EARLY = 0.86, 0.06
EARLY_SUPPORTED, REVIEWED, RANKIN_KNOWN = 0.38, 0.36, 0.94
NOT_REVIEWED = {"N": 52.0, "NB": 18.0, None: 30.0}
REVIEW_DAYS = (150, 235)


def needless_on(rng: Generator, stays: Stays, begun_at: np.ndarray) -> np.ndarray:
    """Day from which inpatient care is no longer needed: that of leaving, for some a few days before."""
    before = np.where(happens(rng, 0.22, len(stays)), rng.integers(1, 4, len(stays)), 0).astype("timedelta64[D]")
    return np.maximum(day_of(stays.until) - before, day_of(np.maximum(stays.arrived_at, begun_at)))


def leaving(rng: Generator, stays: Stays, ends: Outcome, admitted: Columns, no_longer_needed_on: np.ndarray) -> Columns:
    """Section 7.1 to 7.6."""
    count = len(stays)
    died = stays.ends_as == lists.DIED
    on_unit = ~admitted[STROKE_UNIT.event.not_done]
    died_on_unit = died & on_unit & happens(rng, DIED_ON_UNIT, count)
    early = (died & ~died_on_unit) | happens(rng, LEFT_UNIT_EARLY, count)
    unit_at = admitted[STROKE_UNIT.at]
    part = np.where(early, 0.2 + 0.65 * rng.random(count), 1.0)
    last_minute = np.where(died, stays.until.astype("datetime64[D]").astype("datetime64[m]"), stays.until)
    unit_left_at = unit_at + minutes(np.maximum(np.nan_to_num((last_minute - unit_at).astype(float)) * part, 30))
    return {
        "s7_discharge_type": stays.ends_as,
        "s7_death_on": day_of(stays.until),
        "s7_stroke_unit_death": where(died_on_unit, "Y", "N"),
        "s7_transfer_team_code": stays.next_code,
        **answered(STROKE_UNIT_DISCHARGE, np.minimum(unit_left_at, stays.until), on_unit & ~died_on_unit),
        **answered(HOSPITAL_DISCHARGE, stays.left_at, ~died),
        "s7_end_rehab_on": no_longer_needed_on,
        "s7_rankin_discharge": np.where(died, 6.0, np.minimum(ends.rankin[stays.case] + (stays.ends_as == "T"), 5)),
        **care_home(rng, count),
    }


def arranged(
    rng: Generator, stays: Stays, rankin: np.ndarray, has_fibrillation: np.ndarray, habit: np.ndarray, consent: np.ndarray
) -> Columns:
    """Section 7.7 to 7.14, as if everybody had left inpatient care alive."""
    count = len(stays)
    to_team = np.isin(stays.ends_as, ("TC", "TCN"))
    supported = chance(rng, EARLY_SUPPORTED, habit, ESD_SPREAD) | (to_team & happens(rng, 0.45, count))
    rehabilitated = ~supported & happens(rng, np.where(to_team, 0.75, 0.17), count)
    visits_known = happens(rng, 0.85, count)
    in_rhythm = happens(rng, 0.04, count)
    return {
        "s7_discharged_esdmt": where(supported, "SNS", pick(rng, {"N": 96.0, "NS": 4.0}, count)),
        "s7_discharged_mcrt": where(rehabilitated, "SNS", pick(rng, {"N": 95.0, "NS": 5.0}, count)),
        "s7_adl_help": where(happens(rng, np.clip(0.08 + 0.2 * rankin, 0, 0.97), count), "Y", "N"),
        "s7_adl_help_type": pick(rng, {"PC": 45.0, "IC": 24.0, "PIC": 28.0, "U": 2.0, "PR": 1.0}, count),
        "s7_discharge_visits_per_week": np.where(
            visits_known, rng.choice([0, 7, 14, 21, 28], count, p=[0.3, 0.15, 0.17, 0.13, 0.25]), np.nan
        ),
        "s7_discharge_visits_per_week_nk": ~visits_known,
        "s7_discharge_atrial_fibrillation": where(has_fibrillation | in_rhythm, "Y", "N"),
        "s7_discharge_atrial_fibrillation_anticoagulation": pick(rng, {"Y": 82.5, "N": 2.5, "NB": 15.0}, count),
        "s7_discharge_joint_care_planning": pick(rng, {"Y": 47.3, "N": 6.7, "NA": 46.0}, count),
        "s7_discharge_named_contact": where(happens(rng, 0.91, count), "Y", "N"),
        "s7_discharge_pi_consent": where(consent == "PNA", pick(rng, {"NA": 70.0, "Y": 30.0}, count)),
    }


def six_months(
    rng: Generator, stays: Stays, ends: Outcome, started_on: np.ndarray, rankin: np.ndarray, habit: np.ndarray
) -> tuple[Columns, np.ndarray]:
    """Section 8, told by the last team; and the day on which it is told."""
    count = len(stays)
    reviewed_on = started_on + rng.integers(*REVIEW_DAYS, count).astype("timedelta64[D]")
    died_on = ends.died_on[stays.case]
    dead = ~np.isnat(died_on) & (died_on <= reviewed_on)
    reviewed = ~dead & chance(rng, REVIEWED, habit, REVIEW_SPREAD)
    answer = where(dead, where(happens(rng, 0.5, count), "ND"), where(reviewed, "Y", pick(rng, NOT_REVIEWED, count)))
    answer[~stays.is_last] = None
    known = happens(rng, RANKIN_KNOWN, count)
    later = np.clip(rankin + rng.choice([-1, 0, 1], count, p=[0.35, 0.55, 0.1]), 0, 5)
    columns = {
        "s8_follow_up": answer,
        # asked of those reviewed; where 8.1 has no answer yet, the form does not say so
        "s8_follow_up_on": told(reviewed_on, answer == "Y"),
        "s8_rankin_6month": np.where(known & (answer == "Y"), later, np.nan),
        "s8_rankin_6month_nk": ~known & (answer == "Y"),
    }
    return columns, reviewed_on + DAY
