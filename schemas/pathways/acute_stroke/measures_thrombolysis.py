"""Domain 3: who was given thrombolysis, of all and of those eligible, and how soon.

Belongs here: key indicators 3.1 to 3.5. Does not belong here: when a clinical reason agrees with the record (``no_but``), windows (``policy``).
"""

from __future__ import annotations

from schemas.expressions import AnyOf, Expression, all_of, any_of, field
from schemas.measures import Exclusion
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.fields_reperfusion import NEEDLE, NO_BUT_BITS
from schemas.pathways.acute_stroke.measures_parts import excluded_unless, in_time, median, minutes_to_event, proportion
from schemas.pathways.acute_stroke.measures_stroke_unit import DIRECT_IN_TIME, NOT_EXPECTED_THERE
from schemas.pathways.acute_stroke.measures_stroke_unit import NEEDS as UNIT_NEEDS
from schemas.pathways.acute_stroke.no_but import AGREES, ONSET_TO_CLOCK_START

_in_window = any_of(
    ONSET_TO_CLOCK_START < policy.SHORTER_WINDOW_MINUTES,
    all_of(ONSET_TO_CLOCK_START < policy.WINDOW_MINUTES, field("age_years") < policy.AGE_OF_SHORTER_WINDOW),
)
_time_known = field("s1_onset_time_type").is_in(lists.PRECISE, lists.BEST_ESTIMATE)
IN_WINDOW = any_of(when.INPATIENT, all_of(_time_known, _in_window))


def _accepted(end: str) -> Expression:
    """The reason is ticked, and the rest of the record agrees with it."""
    ticked = field(NO_BUT_BITS[end])
    return all_of(ticked, AGREES[end]) if end in AGREES else ticked


OUTSIDE_WINDOW = excluded_unless("outside_window", IN_WINDOW)
ACCEPTED_REASON = Exclusion("accepted_reason", AnyOf(tuple(map(_accepted, NO_BUT_BITS))))
NOT_THROMBOLYSED = excluded_unless("not_thrombolysed", when.THROMBOLYSED)
_GIVEN_OR_ACCEPTED = field("s2_thrombolysis").is_in(lists.YES, lists.NO_BUT)
_TO_NEEDLE = minutes_to_event(NEEDLE)
_ANSWER = "s2_thrombolysis"

MEASURES = (
    proportion(
        "stroke_tc_3_1_thrombolysed", "Given thrombolysis",
        "Patients who were given thrombolysis, of all strokes, haemorrhages included.", when.THROMBOLYSED, "3.1", "H16.3", needs=(_ANSWER,),
    ),
    proportion(
        "stroke_tc_3_2_eligible_thrombolysed", "Given thrombolysis, of those eligible",
        "Of patients eligible by age, time and recorded reasons, those given thrombolysis. Eligible: onset in hospital, or at a known time less than "
        "2 hours (under 80: 3 and a half) before the clock start; and no clinical reason against it that agrees with the record. Too mild agrees "
        "below an NIHSS of 4, too severe never.",
        when.THROMBOLYSED, "3.2", "H16.55", exclusions=(OUTSIDE_WINDOW, ACCEPTED_REASON), needs=(_ANSWER, "s1_onset_at", "s1_onset_time_type"),
        is_headline=True,
    ),
    proportion(
        "stroke_tc_3_3_needle_1h", "Thrombolysis within 1 hour",
        "Of patients given thrombolysis, those given it within 1 hour of the clock start. No time of it counts as not achieved.",
        in_time(_TO_NEEDLE, policy.NEEDLE_SOON_MINUTES), "3.3", "H16.74", exclusions=(NOT_THROMBOLYSED,), needs=(_ANSWER, NEEDLE.at), is_headline=True,
    ),
    proportion(
        "stroke_tc_3_4_stroke_unit_4h_and_thrombolysed", "Straight to a stroke unit within 4 hours, and thrombolysis if indicated",
        "Patients whose first ward was a stroke unit, who were there within 4 hours of the clock start, and who were given thrombolysis or not given it "
        "for a clinical reason. Left out: first ward intensive, coronary or high dependency care; had a thrombectomy.",
        all_of(DIRECT_IN_TIME, _GIVEN_OR_ACCEPTED), "3.4", "H16.77.1", exclusions=NOT_EXPECTED_THERE, needs=(*UNIT_NEEDS, "s2_iai", _ANSWER),
        is_watched=False,
    ),
    median(
        "stroke_tc_3_5_minutes_to_needle", "Median time to thrombolysis",
        "Median minutes from the clock start to thrombolysis, of patients given it whose time of it is known.",
        _TO_NEEDLE, "no_time_of_needle", "3.5", "H16.42", exclusions=(NOT_THROMBOLYSED,), needs=(NEEDLE.at,),
    ),
)  # fmt: skip
