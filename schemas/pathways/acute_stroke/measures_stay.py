"""Domain 2, after 72 hours: how much of the stay with the team was on a stroke unit.

Belongs here: key indicator 2.3. Does not belong here: how soon the patient was there (``measures_stroke_unit``), how long the stay was (``measures_outcomes``).
"""

from __future__ import annotations

from schemas.expressions import MinutesBetween, all_of, any_of, days_between, field
from schemas.measures import Exclusion
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.fields_admission import STROKE_UNIT, TEAM_ARRIVAL
from schemas.pathways.acute_stroke.fields_discharge import HOSPITAL_DISCHARGE, STROKE_UNIT_DISCHARGE
from schemas.pathways.acute_stroke.measures_after_72h import STAY_MINUTES, for_both, proportion

INTENSIVE_CARE_FIRST = Exclusion("intensive_care_first", field("s4_first_ward").equals(lists.INTENSIVE_CARE))
DIED_ON_ARRIVAL = Exclusion("died_on_day_of_arrival", days_between(TEAM_ARRIVAL.at, "s7_death_on").equals(0))

_on_unit = MinutesBetween(field(STROKE_UNIT.exact), field("stroke_unit_end_at"))
_expected = STAY_MINUTES - policy.STAY_BEFORE_UNIT_MINUTES
# whole minutes on both sides, so that exactly the limit is exactly met
_most_of_it = _on_unit * 100 >= _expected * policy.ON_STROKE_UNIT_PERCENT
MOSTLY_THERE = all_of(STAY_MINUTES >= 0, any_of(STAY_MINUTES <= policy.STAY_BEFORE_UNIT_MINUTES, _most_of_it))

STROKE_UNIT_90 = proportion(
    "stroke_tc_2_3_stroke_unit_90pct", "At least 90 % of the stay on a stroke unit",
    "Stays with the team of which all but the first 4 hours were on its stroke unit for 90 % or more. A stay of up to 4 hours achieves it; never on the "
    "unit, or a time that is not known, does not. Left out: first ward there intensive, coronary or high dependency care; died on the day of arrival there.",
    MOSTLY_THERE, "2.3", "K32.11", exclusions=(INTENSIVE_CARE_FIRST, DIED_ON_ARRIVAL),
    needs=("s4_first_ward", TEAM_ARRIVAL.at, STROKE_UNIT.at, STROKE_UNIT_DISCHARGE.at, HOSPITAL_DISCHARGE.at), is_headline=True,
)  # fmt: skip
MEASURES = for_both(STROKE_UNIT_90)
