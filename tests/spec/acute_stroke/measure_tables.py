"""Cases for the key indicators of the first 72 hours. The patient is the textbook one but for what is told."""

from __future__ import annotations

from tests.spec.acute_stroke import patient as p
from tests.spec.acute_stroke.timed_rows import Timed, minutes_of, who_counts, within
from tests.spec.tables import YES, Table, out, table, yes

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

MEASURE_TABLES: tuple[Table, ...] = (CASES, *SCANNING)
