"""How made-up hip fractures come about: from arrival to 120 days, in the order of care.

Belongs here: the order and what depends on what. Does not belong here: the shares (``simulated_patients``, ``simulated_care``,
``simulated_outcomes``), identities, files, general defects (``assets.simulate``).
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from schemas.pathways.hip_fracture import simulated_care as care
from schemas.pathways.hip_fracture import simulated_outcomes as outcomes
from schemas.pathways.hip_fracture import simulated_patients as mix
from schemas.simulation import Arrivals, Cases, ShiftedDate, Simulation, pick, where

DAY = np.timedelta64(1, "D")
OF_THE_OPERATION = (
    "surgery_date", "surgery_time", "operation_type", "anaesthesia", "delay_reason", "scrubbed_surgeon_grade", "surgeon_grade",
    "anaesthetist_grade", "weight_bear_post_op", "physio_assessment", "mobilised_post_surgery", "postop_4at", "postop_4at_alertness",
    "postop_4at_amt4", "postop_4at_attention", "postop_4at_acute_change",
)  # fmt: skip
OF_THE_WARD = ("admitted_to_ortho_ward", "ward_admission_date", "ward_admission_time")


def draw(rng: Generator, arrivals: Arrivals) -> Cases:
    """One case for each arrival."""
    columns, started_at = mix.presentation(rng, arrivals)
    people, age, frailty, cognition = mix.patients(rng, len(arrivals))
    columns |= people
    columns |= care.assessments(rng, arrivals, cognition, started_at)
    died_on = outcomes.deaths(
        rng, outcomes.death_logit(columns, age, arrivals.started_on, arrivals.habits["mortality"]), arrivals.started_on
    )
    surgery_at = care.surgery_start(rng, started_at, arrivals.habits["surgery_speed"])
    columns |= care.way_to_the_ward(rng, arrivals, columns, started_at, surgery_at, died_on)
    columns |= care.operation(rng, columns, cognition, started_at, surgery_at)
    columns |= care.after_the_operation(rng, arrivals, cognition, frailty)
    _leave_out_operation(rng, columns, died_on)
    left_on, died_there = outcomes.stays(rng, arrivals, columns["surgery_date"], died_on)
    _not_seen_after_leaving(columns, left_on)
    columns |= outcomes.destinations(rng, columns, left_on, columns["surgery_date"], died_there)
    columns |= outcomes.at_120_days(rng, arrivals, columns, died_on, died_there)
    return Cases(columns, age, columns["sex"] == "2", _known_on(columns, arrivals), died_on)


def _leave_out_operation(rng: Generator, columns: mix.Columns, died_on: np.ndarray) -> None:
    """Decide who is operated, and blank the operation of the others; who dies before the day of surgery is not."""
    operated = pick(rng, care.NOT_OPERATED, len(died_on))
    operated = np.where(~np.isnat(died_on) & (died_on < columns["surgery_date"]), "4", operated)
    columns["operated"] = operated
    for name in OF_THE_OPERATION:
        columns[name] = _only_where(operated == "1", columns[name])


def _only_where(condition: np.ndarray, values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == "O":
        return where(condition, values)
    return np.where(condition, values, values.dtype.type("NaT"))


def _not_seen_after_leaving(columns: mix.Columns, left_on: np.ndarray) -> None:
    """A geriatrician's review planned after the patient left or died did not happen."""
    gone = columns["geriatrician_date"] > left_on
    columns["geriatrician_grade"] = np.where(gone, "0", columns["geriatrician_grade"])
    columns["geriatrician_date"] = np.where(gone, np.datetime64("NaT", "D"), columns["geriatrician_date"])
    columns["geriatrician_time"] = np.where(gone, np.timedelta64("NaT", "m"), columns["geriatrician_time"])


def _known_on(columns: mix.Columns, arrivals: Arrivals) -> dict[str, np.ndarray]:
    """Stage or field -> day; the ward is told of once it is reached, which may be days after the rest of its stage."""
    started_on = arrivals.started_on
    on_ward = np.fmax(started_on, columns["ward_admission_date"])
    operated_on = np.where(np.isnat(columns["surgery_date"]), started_on + 2 * DAY, columns["surgery_date"])
    return {
        "presentation": started_on,
        **dict.fromkeys(OF_THE_WARD, on_ward),
        "post_op": operated_on + DAY,
        "discharge": columns["trust_discharge_date"],
        "d120": started_on + 120 * DAY,
    }


SIMULATION = Simulation(
    draw=draw,
    yearly_cases=420,
    monthly_weights=(1.09, 1.03, 1.0, 0.97, 0.97, 0.96, 0.96, 0.96, 0.97, 1.0, 1.02, 1.1),
    habits=care.HABITS,
    defects=(
        ShiftedDate("surgery_before_presentation", "surgery_date", "presentation_date", -3),
        ShiftedDate("too_young", "date_of_birth", "presentation_date", -45 * 365),
        ShiftedDate("discharge_in_the_future", "trust_discharge_date", "trust_discharge_date", 4000),
        ShiftedDate("discharge_before_surgery", "ward_discharge_date", "surgery_date", -1),
        ShiftedDate("surgery_in_the_wrong_year", "surgery_date", "surgery_date", 365),
    ),
)
