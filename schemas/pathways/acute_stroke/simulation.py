"""How made-up strokes come about: from onset to six months, told by every team that had the patient.

Belongs here: the order and what depends on what, defects of this dataset. Does not belong here: shares and intervals (``simulated_*``),
identities, files, general defects, blanking of what is not asked (``assets.simulate``).
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from numpy.random import Generator

from schemas.pathways.acute_stroke import simulated_first_days as early
from schemas.pathways.acute_stroke import simulated_hyperacute as acute
from schemas.pathways.acute_stroke import simulated_leaving as afterwards
from schemas.pathways.acute_stroke import simulated_stays as wards
from schemas.pathways.acute_stroke.events import EVENTS
from schemas.pathways.acute_stroke.rules_record import IDENTIFIERS
from schemas.pathways.acute_stroke.simulated_carried import carried
from schemas.pathways.acute_stroke.simulated_export import locks, numbers
from schemas.pathways.acute_stroke.simulated_journeys import Stays, centres, journeys
from schemas.pathways.acute_stroke.simulated_onset import Onset, onset_and_arrival
from schemas.pathways.acute_stroke.simulated_outcome import Outcome, outcome
from schemas.pathways.acute_stroke.simulated_parts import DAY, Columns, day_of, off_midnight
from schemas.pathways.acute_stroke.simulated_patients import Patients, patients
from schemas.simulation import Arrivals, Cases, ChangedValue, Habit, ShiftedDate, Simulation, Telling

# what is asked of hospitals alone
OF_HOSPITALS = ("s5_", "s6_")
MORTALITY_SPREAD, STAY_SPREAD = 0.2, 0.15


def draw(rng: Generator, arrivals: Arrivals) -> Cases:
    """One stroke for each arrival, and the records of its teams."""
    columns, who = patients(rng, len(arrivals))
    onset, begun = onset_and_arrival(rng, arrivals, who)
    columns |= onset
    ends = outcome(rng, columns, who, begun, arrivals.habits)
    treatment, done = acute.hyperacute(rng, arrivals, columns, who, begun, ends, centres(arrivals))
    columns |= treatment | early.first_days(rng, arrivals, who, begun, ends)
    stays = journeys(rng, arrivals, begun, done, ends)
    columns |= wards.first_wards(rng, arrivals, begun, stays.until[stays.is_first], done.is_elsewhere)
    plan = wards.planned(rng, arrivals, who, begun, ends)
    told = {name: values[stays.case] for name, values in columns.items()}
    _refer(told, stays, done)
    told |= _of_stays(
        rng, arrivals, stays, told, {name: values[stays.case] for name, values in plan.items()}, _each(who, stays), begun, ends
    )
    review, reviewed_on = _review(rng, arrivals, stays, ends)
    told |= review
    told |= carried(rng, told, stays.is_community, begun.started_at[stays.case], stays.until)
    known_on = _known_on(stays, begun, reviewed_on)
    told |= numbers(rng, stays) | locks(rng, stays, known_on, review["s8_follow_up"] != None)  # noqa: E711 - elementwise
    off_midnight(told, EVENTS)
    telling = Telling(stays.case, stays.site_codes, known_on["arrival"])
    return Cases(told, who.age, who.is_female, known_on, ends.died_on, telling, _withheld(told))


def _each(who: Patients, stays: Stays) -> Patients:
    """The patient of each record."""
    return Patients(**{item.name: getattr(who, item.name)[stays.case] for item in fields(Patients)})


def _refer(told: Columns, stays: Stays, done: acute.Reperfusion) -> None:
    """The team that refers a patient for thrombectomy does none."""
    refers = stays.is_first & done.is_elsewhere[stays.case]
    told["s2_iai"] = np.where(refers, "N", told["s2_iai"]).astype(object)
    told["s2_iai_referral"] = np.where(refers, "YAT", told["s2_iai_referral"]).astype(object)


def _of_stays(
    rng: Generator, arrivals: Arrivals, stays: Stays, told: Columns, plan: Columns, who: Patients, begun: Onset, ends: Outcome
) -> Columns:
    """Sections 4 to 7, one element a record."""
    begun_at = begun.started_at[stays.case]
    habits = {name: values[stays.case] for name, values in arrivals.habits.items()}
    needless_on = afterwards.needless_on(rng, stays, begun_at)
    made: Columns = {"team_code": stays.site_codes}
    made |= wards.admission(rng, stays, told)
    made |= wards.therapies(rng, stays, who.severity, needless_on, begun_at, habits["therapy"])
    in_hospital = wards.done_by_discharge(rng, stays, plan, who, begun_at) | wards.first_week(rng, who, stays)
    in_hospital |= wards.late_assessments(rng, stays, begun_at)
    in_hospital |= wards.late_decisions(rng, stays, ends.dies[stays.case], who.severity, begun_at)
    made |= {name: _of_hospitals(values, stays) if name.startswith(OF_HOSPITALS) else values for name, values in in_hospital.items()}
    made |= afterwards.leaving(rng, stays, ends, made, needless_on)
    rankin, fibrillates = ends.rankin[stays.case], told["s2_com_atrial_fibrillation"] == "Y"
    return made | afterwards.arranged(rng, stays, rankin, fibrillates, habits["early_discharge"], told["s3_patient_consent"])


def _of_hospitals(values: np.ndarray, stays: Stays) -> np.ndarray:
    """The same, blank in the records of community teams."""
    if values.dtype == bool:
        return values & ~stays.is_community
    nothing = {"M": np.datetime64("NaT"), "f": np.nan}.get(values.dtype.kind)
    return np.where(stays.is_community, nothing, values).astype(values.dtype)


def _review(rng: Generator, arrivals: Arrivals, stays: Stays, ends: Outcome) -> tuple[Columns, np.ndarray]:
    started_on = arrivals.started_on[stays.case]
    return afterwards.six_months(rng, stays, ends, started_on, ends.rankin[stays.case], arrivals.habits["review"][stays.case])


def _known_on(stays: Stays, begun: Onset, reviewed_on: np.ndarray) -> dict[str, np.ndarray]:
    """Day on which each team knows the answers of each stage."""
    met_on = np.maximum(day_of(stays.arrived_at), day_of(begun.started_at)[stays.case])
    started_on, left_on = day_of(begun.started_at)[stays.case], day_of(stays.until)
    return {
        "arrival": met_on,
        "first_day": np.minimum(np.maximum(met_on, started_on + 2 * DAY), np.maximum(left_on, met_on)),
        "three_days": np.minimum(np.maximum(met_on, started_on + 4 * DAY), np.maximum(left_on, met_on)),
        "discharge": left_on,
        "six_months": reviewed_on,
    }


def _withheld(told: Columns) -> dict[str, np.ndarray]:
    """Who refused has no identifiers in the file; some have no NHS number."""
    refused = told["s3_patient_consent"] == "N"
    return dict.fromkeys(IDENTIFIERS, refused) | {"s1_nhs_number": refused | told["s1_no_nhs_number"]}


HABITS = (
    Habit("scan", acute.SCAN_SPREAD), Habit("needle", acute.NEEDLE_SPREAD), Habit("thrombolysis", acute.LYSIS_SPREAD), Habit("nurse", early.NURSE_SPREAD),
    Habit("consultant", early.CONSULTANT_SPREAD), Habit("swallow", early.SWALLOW_SPREAD), Habit("therapists", early.THERAPIST_SPREAD),
    Habit("stroke_unit", wards.UNIT_SPREAD), Habit("therapy", wards.DOSE_SPREAD), Habit("goals", wards.GOALS_SPREAD),
    Habit("screening", wards.SCREENING_SPREAD), Habit("early_discharge", afterwards.ESD_SPREAD), Habit("review", afterwards.REVIEW_SPREAD),
    Habit("mortality", MORTALITY_SPREAD), Habit("stay", STAY_SPREAD),
)  # fmt: skip

# what is wrong in real records of the audit (section 1.5 of the reference), and what must not get through
DEFECTS = (
    ShiftedDate("onset_after_arrival", "s1_onset_at", "s1_first_arrival_at", days=2),
    ShiftedDate("onset_months_before_arrival", "s1_onset_at", "s1_first_arrival_at", days=-60),
    ShiftedDate("imaging_before_arrival", "s2_brain_imaging_at", "s1_first_arrival_at", days=-40),
    ShiftedDate("imaging_after_a_week", "s2_brain_imaging_at", "s1_first_arrival_at", days=9),
    ShiftedDate("needle_at_the_scan", "s2_thrombolysis_at", "s2_brain_imaging_at"),
    ShiftedDate("needle_before_the_scan", "s2_thrombolysis_at", "s2_brain_imaging_at", minutes=-15),
    ShiftedDate("discharge_before_arrival", "s7_hospital_discharge_at", "s4_arrival_at", days=-1),
    ShiftedDate("too_young", "s1_birth_on", "s1_first_arrival_at", days=-4000),
    ChangedValue("died_without_rankin_6", "s7_rankin_discharge", "4", among=("s7_discharge_type", "D")),
    ChangedValue("haemorrhage_thrombolysed", "s2_thrombolysis", "Y", among=("s2_stroke_type", "PIH")),
    ChangedValue("stroke_type_missing", "s2_stroke_type", "", among=("s2_stroke_type", "I")),
    ChangedValue("level_of_consciousness_unknown", "s2_nihss_arrival_loc", "-1"),
    ChangedValue("inr_told_twice", "s2_inr_high", "TRUE", among=("s2_inr", None)),
)

SIMULATION = Simulation(draw, yearly_cases=573, habits=HABITS, defects=DEFECTS, layout="acute_stroke_import")
