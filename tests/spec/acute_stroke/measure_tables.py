"""Cases for the key indicators of the first 72 hours. The patient is the textbook one but for what is told."""

from __future__ import annotations

from tests.spec.acute_stroke import patient as p
from tests.spec.acute_stroke.timed_rows import LOCKED, Timed, minutes_of, who_counts, within
from tests.spec.tables import YES, Table, gives, no, out, table, yes

CASES = table(
    "stroke_tc_72h_cases", *who_counts(YES), yes("not imaged", **p.NOT_IMAGED), yes("an inpatient", **p.INPATIENT), yes("died", **p.DIED)
)

# ------------------------------------------------------------------------------------------------ domain 1
SCAN = Timed("s2_brain_imaging_at", "s2_brain_imaging_time_not_entered", p.NOT_IMAGED)
SCANNED_1H = table("stroke_tc_1_1_scanned_1h", *who_counts(), *within(SCAN, 60))
SCANNED_12H = table("stroke_tc_1_2_scanned_12h", *who_counts(), *within(SCAN, 720))
MINUTES_TO_SCAN = table(
    "stroke_tc_1_3_minutes_to_scan",
    *who_counts(("gives", 30), untimed=("no_time_of_imaging",)),
    *minutes_of(SCAN, "no_time_of_imaging"),
    out("no_time_of_imaging", "not imaged", **p.NOT_IMAGED),
)
SCANNING = (SCANNED_1H, SCANNED_12H, MINUTES_TO_SCAN)

# ------------------------------------------------------------------------------------------------ domain 2, first 72 hours
NEVER_THERE = {"s1_first_ward": "MAC", "s1_first_stroke_unit_arrival_at": None, "s1_first_stroke_unit_arrival_na": "TRUE"}
UNIT = Timed("s1_first_stroke_unit_arrival_at", "s1_first_stroke_unit_arrival_time_not_entered", NEVER_THERE)
NOT_EXPECTED_THERE = (
    out("intensive_care_first", "first ward intensive care", s1_first_ward="ICH"),
    out("had_thrombectomy", "had a thrombectomy", **p.THROMBECTOMY),
    out(("intensive_care_first", "had_thrombectomy"), "intensive care first, and a thrombectomy", **p.THROMBECTOMY, s1_first_ward="ICH"),
    yes("referred for thrombectomy elsewhere", s2_iai_referral="YAT"),
    yes("whether a thrombectomy, not answered", **LOCKED, s2_iai=None),
)
STRAIGHT_IN_TIME = (
    *within(UNIT, 240),
    no("first ward an assessment unit, stroke unit in time", s1_first_ward="MAC"),
    no("first ward another, stroke unit in time", s1_first_ward="O"),
    no("first ward not answered", **LOCKED, s1_first_ward=None),
)
STROKE_UNIT_4H = table("stroke_tc_2_1_stroke_unit_4h", *who_counts(), *NOT_EXPECTED_THERE, *STRAIGHT_IN_TIME)
MINUTES_TO_STROKE_UNIT = table(
    "stroke_tc_2_2_minutes_to_stroke_unit",
    *who_counts(("gives", 90), untimed=("no_time_on_stroke_unit",)),
    *minutes_of(UNIT, "no_time_on_stroke_unit"),
    out("no_time_on_stroke_unit", "never on a stroke unit", **NEVER_THERE),
    gives(90, "another ward first", s1_first_ward="MAC"),
    gives(90, "intensive care first", s1_first_ward="ICH"),
    gives(90, "had a thrombectomy", **p.THROMBECTOMY),
)
STROKE_UNIT = (STROKE_UNIT_4H, MINUTES_TO_STROKE_UNIT)

MEASURE_TABLES: tuple[Table, ...] = (CASES, *SCANNING, *STROKE_UNIT)
