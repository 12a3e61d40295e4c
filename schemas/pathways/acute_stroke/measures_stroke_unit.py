"""Domain 2, first 72 hours: how soon the patient was on a stroke unit.

Belongs here: key indicators 2.1 and 2.2, and what 3.4 has of them. Does not belong here: the stay on the unit (2.3, after 72 hours).
"""

from __future__ import annotations

from schemas.expressions import all_of, field
from schemas.measures import Exclusion
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.fields_onset import FIRST_STROKE_UNIT
from schemas.pathways.acute_stroke.measures_parts import in_time, median, minutes_to_event, proportion

INTENSIVE_CARE_FIRST = Exclusion("intensive_care_first", field("s1_first_ward").equals(lists.INTENSIVE_CARE))
HAD_THROMBECTOMY = Exclusion("had_thrombectomy", field("s2_iai").equals(lists.YES))
NOT_EXPECTED_THERE = (INTENSIVE_CARE_FIRST, HAD_THROMBECTOMY)
_TO_UNIT = minutes_to_event(FIRST_STROKE_UNIT)
DIRECT_IN_TIME = all_of(when.FIRST_ON_STROKE_UNIT, in_time(_TO_UNIT, policy.ON_STROKE_UNIT_MINUTES))
NEEDS = ("s1_first_ward", FIRST_STROKE_UNIT.at)

MEASURES = (
    proportion(
        "stroke_tc_2_1_stroke_unit_4h", "Straight to a stroke unit, within 4 hours",
        "Patients whose first ward was a stroke unit and who were there within 4 hours of the clock start. Left out: first ward intensive, coronary or "
        "high dependency care; had a thrombectomy. No time of arrival there counts as not achieved.",
        DIRECT_IN_TIME, "2.1", "H7.18.1", exclusions=NOT_EXPECTED_THERE, needs=(*NEEDS, "s2_iai"), is_headline=True,
    ),
    median(
        "stroke_tc_2_2_minutes_to_stroke_unit", "Median time to a stroke unit",
        "Median minutes from the clock start to first arrival on a stroke unit, of all patients who reached one, whatever their first ward, and whose time "
        "of arrival is known.",
        _TO_UNIT, "no_time_on_stroke_unit", "2.2", "H7.4", needs=(FIRST_STROKE_UNIT.at,),
    ),
)  # fmt: skip
