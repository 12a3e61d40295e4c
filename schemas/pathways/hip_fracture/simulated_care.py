"""Made-up care: ward, surgery, geriatrician, assessments, as a site with its habits gives it.

Belongs here: what is done and when. Does not belong here: who the patients are (``simulated_patients``), what becomes of them
(``simulated_outcomes``). Shares are published ones where there are any; how sites differ is assumed.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from schemas.pathways.hip_fracture.simulated_patients import COGNITION, Columns, four_at, instant
from schemas.simulation import Arrivals, Habit, chance, pick, pick_by, pick_within, where

PROCESS_SPREAD = 0.7
SPEED_SPREAD = 0.16
PROCESSES = (
    "ward", "nerve_block", "geriatrician", "preop_4at", "postop_4at", "nutrition", "falls", "physio", "mobilised", "bone", "follow_up",
)  # fmt: skip
FOLLOW_UP_SPREAD = 3.0  # some hospitals record nobody at 120 days, others nearly all
HABITS = (
    *(Habit(name, FOLLOW_UP_SPREAD if name == "follow_up" else PROCESS_SPREAD) for name in PROCESSES),
    Habit("surgery_speed", SPEED_SPREAD),
    Habit("mortality", 0.13),
    Habit("stay", 0.15),
)

OPERATIONS = {
    "11": {"6": 80.0, "7": 5.0, "9": 8.5, "8": 1.0, "2": 1.5, "99": 1.5, "18": 0.5, "1": 2.0},
    "11 fit": {"6": 63.0, "7": 2.0, "9": 28.0, "8": 2.0, "2": 3.0, "1": 2.0},
    "12": {"2": 42.0, "1": 20.0, "6": 36.0, "9": 2.0},
    "13": {"1": 70.0, "4": 18.0, "3": 10.0, "6": 1.5, "99": 0.5},
    "14": {"3": 60.0, "4": 15.0, "1": 25.0},
    "15": {"3": 88.0, "4": 4.0, "1": 6.0, "13": 2.0},
    "21": {"3": 70.0, "13": 25.0, "15": 5.0},
    "31": {"13": 65.0, "3": 20.0, "19": 10.0, "15": 5.0},
    "41": {"16": 35.0, "13": 35.0, "11": 25.0, "18": 5.0},
    "44": {"13": 65.0, "17": 15.0, "3": 15.0, "19": 5.0},
    "45": {"13": 70.0, "16": 15.0, "15": 15.0},
    "51": {"21": 100.0},
}
NOT_OPERATED = {"1": 97.9, "2": 1.1, "3": 1.0}
ANAESTHESIA = {"1": 27.0, "1;5": 22.0, "2": 20.0, "2;4": 15.0, "2;4;5": 10.0, "1;2": 2.0, "3": 1.0, "4;6": 3.0}
DELAYS = {"3": 50.0, "2": 26.0, "6": 9.0, "5": 3.0, "1": 4.0, "8": 4.0, "9": 3.0, "U": 1.0}
GRADES = {"1": 46.0, "2": 8.0, "3": 12.0, "4": 33.0, "5": 1.0}
SENIOR_PRESENT = {"1": 82.0, "2": 7.0, "3": 5.0, "4": 6.0}
ANAESTHETISTS = {"1": 84.0, "2": 7.0, "3": 4.0, "4": 5.0}
GERIATRICIANS = {"1": 72.0, "2": 9.0, "3": 8.0, "4": 9.0, "5": 2.0}

MEDIAN_HOURS_TO_SURGERY = 19.3  # 25 once operations wait for theatre hours
SPREAD_OF_HOURS = 0.6
THEATRE_OPENS, THEATRE_CLOSES = 8 * 60, 18 * 60  # minutes of the day
# operations start sooner or later by time of arrival: Friday and Saturday, evenings
FRIDAY, SATURDAY = 4, 5
SLOWER = {"friday": 0.07, "saturday": 0.10, "evening": 0.10}


def _minutes(hours: np.ndarray) -> np.ndarray:
    return np.rint(hours * 60).astype("timedelta64[m]")


def weekday(at: np.ndarray) -> np.ndarray:
    """0 is Monday."""
    return (at.astype("datetime64[D]").astype(int) + 3) % 7


def minute_of_day(at: np.ndarray) -> np.ndarray:
    return (at - at.astype("datetime64[D]")).astype("timedelta64[m]").astype(int)


def surgery_start(rng: Generator, started_at: np.ndarray, habit: np.ndarray) -> np.ndarray:
    """Start of anaesthesia (datetime64[m]), within theatre hours."""
    day, clock = weekday(started_at), minute_of_day(started_at)
    slower = SLOWER["friday"] * (day == FRIDAY) + SLOWER["saturday"] * (day == SATURDAY) + SLOWER["evening"] * (clock >= THEATRE_CLOSES)
    logarithm = np.log(MEDIAN_HOURS_TO_SURGERY) + slower - habit + SPREAD_OF_HOURS * rng.standard_normal(len(started_at))
    wished = started_at + _minutes(np.maximum(np.exp(logarithm), 1.5))
    at = minute_of_day(wished)
    morning = wished.astype("datetime64[D]") + (at >= THEATRE_CLOSES).astype("timedelta64[D]")
    first_slots = morning.astype("datetime64[m]") + (THEATRE_OPENS + rng.integers(5, 150, len(at))).astype("timedelta64[m]")
    in_hours = (at >= THEATRE_OPENS) & (at < THEATRE_CLOSES)
    return np.where(in_hours, wished, np.maximum(first_slots, started_at + np.timedelta64(60, "m")))


def way_to_the_ward(
    rng: Generator, arrivals: Arrivals, columns: Columns, started_at: np.ndarray, surgery_at: np.ndarray, died_on: np.ndarray
) -> Columns:
    """Nerve block, ward, and when the ward was reached (before theatre, and alive)."""
    count, via_ed = len(arrivals), columns["presentation_via_ed"]
    hours = np.exp(np.log(7.0) - 0.5 * arrivals.habits["ward"] + 0.95 * rng.standard_normal(count))
    latest = surgery_at - np.timedelta64(20, "m")
    reached_at = np.minimum(started_at + _minutes(np.maximum(hours, 0.4)), latest)
    on_ward = where(via_ed == "1", pick(rng, {"1": 97.0, "0": 3.0}, count), pick(rng, {"1": 55.0, "2": 45.0}, count))
    on_ward = np.where(reached_at.astype("datetime64[D]") > died_on, where(via_ed == "1", "0", "2"), on_ward)
    blocked = chance(rng, 0.65, arrivals.habits["nerve_block"], PROCESS_SPREAD)
    return {
        "admitted_to_ortho_ward": on_ward,
        **instant("ward_admission", reached_at, (on_ward == "1") & (reached_at >= started_at)),
        "nerve_block": where(blocked, pick(rng, {"1": 4.0, "2": 78.0, "3": 18.0}, count), "0"),
    }


def operation(rng: Generator, columns: Columns, cognition: np.ndarray, started_at: np.ndarray, surgery_at: np.ndarray) -> Columns:
    """The fields of the operation, as if everybody were operated."""
    count, fracture = len(started_at), columns["fracture_type"]
    is_fit = np.isin(columns["mobility_pre_fracture"], ("1", "2")) & np.isin(columns["asa_grade"], ("1", "2")) & (cognition == "normal")
    late = surgery_at - started_at > np.timedelta64(36 * 60, "m")
    return {
        **instant("surgery", surgery_at, np.ones(count, dtype=bool)),
        "operation_type": pick_within(rng, where(is_fit & (fracture == "11"), "11 fit", fracture), OPERATIONS),
        "anaesthesia": pick(rng, ANAESTHESIA, count),
        "delay_reason": where(late, pick(rng, DELAYS, count), "0"),
        "scrubbed_surgeon_grade": pick(rng, GRADES, count),
        "surgeon_grade": pick(rng, SENIOR_PRESENT, count),
        "anaesthetist_grade": pick(rng, ANAESTHETISTS, count),
    }


def after_the_operation(rng: Generator, arrivals: Arrivals, cognition: np.ndarray, frailty: np.ndarray) -> Columns:
    """The first days after it, as if everybody were operated."""
    count, habits = len(arrivals), arrivals.habits
    tested = chance(rng, 0.90, habits["postop_4at"], PROCESS_SPREAD)
    clearer = pick_by(rng.random(count), {"same": 85.0, "normal": 10.0, "delirious": 5.0})
    after = np.where(clearer == "same", cognition, clearer)
    mobilised = chance(rng, 0.81, habits["mobilised"] - 0.25 * frailty, PROCESS_SPREAD)
    reasons = {"3": 16.0, "4": 22.0, "5": 17.0, "6": 20.0, "7": 14.0, "8": 11.0}
    return {
        "weight_bear_post_op": pick(rng, {"1": 93.0, "0": 7.0}, count),
        "physio_assessment": where(chance(rng, 0.96, habits["physio"], PROCESS_SPREAD), "1", "0"),
        "mobilised_post_surgery": where(mobilised, pick(rng, {"1": 82.0, "2": 18.0}, count), pick(rng, reasons, count)),
        "postop_4at": where(tested, pick(rng, {"1": 86.0, "2": 14.0}, count), pick(rng, {"3": 40.0, "0": 60.0}, count)),
        **four_at(rng, "postop", after, tested),
    }


def assessments(rng: Generator, arrivals: Arrivals, cognition: np.ndarray, started_at: np.ndarray) -> Columns:
    """What every patient should have: geriatrician, 4AT, nutrition, falls, bone health, skin."""
    count, habits = len(arrivals), arrivals.habits
    assert set(cognition) <= set(COGNITION)
    tested = chance(rng, 0.93, habits["preop_4at"], PROCESS_SPREAD)
    fed = chance(rng, 0.95, habits["nutrition"], PROCESS_SPREAD)
    return {
        "preop_4at": where(tested, "2", "0"),
        **four_at(rng, "preop", cognition, tested),
        "nutrition_risk": where(fed, pick(rng, {"1": 58.0, "2": 12.0, "3": 30.0}, count), "0"),
        **_geriatrician(rng, habits["geriatrician"], started_at),
        "falls_assessment": where(chance(rng, 0.94, habits["falls"], PROCESS_SPREAD), "1", "0"),
        "pressure_ulcers": pick(rng, {"0": 95.5, "1": 3.5, "U": 1.0}, count),
        "medication_post_fracture": _bone(rng, habits["bone"]),
    }


def _geriatrician(rng: Generator, habit: np.ndarray, started_at: np.ndarray) -> Columns:
    """Seen on a weekday's round, in time with the site's habit, else late or never."""
    count = len(started_at)
    in_time = chance(rng, 0.91, habit, PROCESS_SPREAD)
    seen = in_time | (rng.random(count) < 0.5)
    days = np.where(in_time, pick(rng, {"1": 78.0, "2": 22.0}, count).astype(int), rng.integers(4, 9, count))
    day = started_at.astype("datetime64[D]") + days.astype("timedelta64[D]")
    on_sunday = (weekday(day) == 6) & (days < 3)
    day = day + np.where(on_sunday, 1, 0).astype("timedelta64[D]")
    seen_at = day.astype("datetime64[m]") + (8 * 60 + 30 + rng.integers(0, 8 * 60, count)).astype("timedelta64[m]")
    return {"geriatrician_grade": where(seen, pick(rng, GERIATRICIANS, count), "0"), **instant("geriatrician", seen_at, seen)}


def _bone(rng: Generator, habit: np.ndarray) -> np.ndarray:
    """A site that does better gives more injectable drugs; few patients are not assessed at all."""
    injectable = {"4": 78.0, "6": 17.0, "5": 2.0, "8": 3.0}
    other = {"1": 30.0, "2": 5.0, "7": 3.0, "10": 22.0, "11": 8.0, "12": 28.0, "0": 4.0}
    return where(chance(rng, 0.50, habit, PROCESS_SPREAD), pick(rng, injectable, len(habit)), pick(rng, other, len(habit)))
