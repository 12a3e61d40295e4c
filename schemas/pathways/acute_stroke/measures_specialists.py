"""Domain 4: how soon specialists saw the patient, and how soon swallowing was judged.

Belongs here: key indicators 4.1 to 4.6. Does not belong here: limits (``policy``), the events (``fields_three_days``).
"""

from __future__ import annotations

from schemas.expressions import Choose, Expression, field
from schemas.measures import Exclusion
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.fields_first_day import SWALLOW_SCREEN_4H
from schemas.pathways.acute_stroke.fields_three_days import CONSULTANT_CONTACT, CONSULTANT_SEEN, NURSE, SWALLOW
from schemas.pathways.acute_stroke.measures_parts import in_time, median, minutes_to, minutes_to_event, proportion

_METHOD, _SCREEN_REASON = "s3_stroke_consultant_first_contact_method", "s2_swallow_screening_4hrs_not_performed_reason"
_SWALLOW_REASON = "s3_sp_lang_therapist_swallow_72hrs_not_assessed_reason"

# seen in person (section 10: telemedicine does not count); before dataset 4 the form asked for this alone
_CONSULTANT_AT: Expression = Choose(
    ((field(_METHOD).equals(lists.IN_PERSON), field(CONSULTANT_CONTACT.exact)),), otherwise=field(CONSULTANT_SEEN.exact)
)
_TO_CONSULTANT, _TO_NURSE = minutes_to(_CONSULTANT_AT), minutes_to_event(NURSE)
_TO_SCREEN, _TO_SWALLOW = minutes_to(field("swallow_screen_at")), minutes_to_event(SWALLOW)
_CONSULTANT_NEEDS = (_METHOD, CONSULTANT_CONTACT.at, CONSULTANT_SEEN.at)

# decision 13: even if screened later
NOT_TO_BE_SCREENED = Exclusion("refused_or_unwell", field(_SCREEN_REASON).is_in(lists.REFUSED, lists.UNWELL_EARLY))
NOT_TO_BE_ASSESSED = Exclusion(
    "refused_unwell_or_passed_screen", field(_SWALLOW_REASON).is_in(lists.REFUSED, lists.UNWELL_EARLY, lists.PASSED_SCREEN)
)

MEASURES = (
    proportion(
        "stroke_tc_4_1_consultant_24h", "Stroke consultant within 24 hours",
        "Patients whom a stroke consultant saw in person within 24 hours of the clock start. By telephone or telemedicine alone, or no time, counts as not "
        "achieved.",
        in_time(_TO_CONSULTANT, policy.SPECIALIST_MINUTES), "4.1", "H9.3", needs=_CONSULTANT_NEEDS, is_headline=True,
    ),
    median(
        "stroke_tc_4_2_minutes_to_consultant", "Median time to a stroke consultant",
        "Median minutes from the clock start to a stroke consultant in person, of patients whom one saw within 72 hours at a known time.",
        _TO_CONSULTANT, "no_time_of_consultant", "4.2", "H9.14", needs=_CONSULTANT_NEEDS,
    ),
    proportion(
        "stroke_tc_4_3_nurse_24h", "Stroke nurse within 24 hours",
        "Patients whom a stroke nurse assessed within 24 hours of the clock start. No time of it counts as not achieved.",
        in_time(_TO_NURSE, policy.SPECIALIST_MINUTES), "4.3", "H8.3", needs=(NURSE.at,),
    ),
    median(
        "stroke_tc_4_4_minutes_to_nurse", "Median time to a stroke nurse",
        "Median minutes from the clock start to assessment by a stroke nurse, of patients assessed within 72 hours at a known time.",
        _TO_NURSE, "no_time_of_nurse", "4.4", "H8.14", needs=(NURSE.at,),
    ),
    proportion(
        "stroke_tc_4_5_swallow_screened_4h", "Swallow screen within 4 hours",
        "Patients whose swallowing was screened within 4 hours of the clock start. Left out: not screened within 4 hours because the patient refused or was "
        "medically unwell, even if screened later. No time of it counts as not achieved.",
        in_time(_TO_SCREEN, policy.SWALLOW_SCREENED_MINUTES), "4.5", "H14.20", exclusions=(NOT_TO_BE_SCREENED,), needs=(SWALLOW_SCREEN_4H.at, _SCREEN_REASON),
        is_headline=True,
    ),
    proportion(
        "stroke_tc_4_6_swallow_assessed_72h", "Formal swallow assessment within 72 hours",
        "Patients whose swallowing a speech and language therapist assessed within 72 hours of the clock start. Left out: not assessed because the patient "
        "refused, was medically unwell or had passed the screen.",
        in_time(_TO_SWALLOW, policy.THERAPIST_MINUTES), "4.6", "H15.24", exclusions=(NOT_TO_BE_ASSESSED,), needs=(SWALLOW.at, _SWALLOW_REASON),
    ),
)  # fmt: skip
