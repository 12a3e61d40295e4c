"""Domain 8, after 72 hours: goals for rehabilitation, and the bundle of assessments and goals.

Belongs here: key indicators 8.7 and 8.8, which the audit publishes patient-centred only. Does not belong here: the assessments (``measures_therapists``).
"""

from __future__ import annotations

from schemas.expressions import Expression, all_of, any_of, field
from schemas.measures import Exclusion
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.fields_admission import GOALS
from schemas.pathways.acute_stroke.fields_three_days import COMMUNICATION, NURSE, OCCUPATIONAL_THERAPIST, PHYSIOTHERAPIST
from schemas.pathways.acute_stroke.measures_after_72h import DIED, days_to, proportion
from schemas.pathways.acute_stroke.measures_parts import excluded_unless, in_time, minutes_to_event
from schemas.pathways.acute_stroke.parts import Asked

_REASON = f"{GOALS.event.not_done}_reason"
_THERAPISTS = (OCCUPATIONAL_THERAPIST, PHYSIOTHERAPIST, COMMUNICATION)


def _excused(asked: Asked) -> Expression:
    """There was no need of this therapist, or no way."""
    return field(f"{asked.event.not_done}_reason").is_in(lists.REFUSED, lists.UNWELL_EARLY, lists.NO_DEFICIT)


def _within(asked: Asked, limit: int) -> Expression:
    return in_time(minutes_to_event(asked), limit)


GOALS_IN_TIME = in_time(days_to(GOALS.at), policy.GOALS_DAYS)
NO_GOALS_EXPECTED = excluded_unless(
    "goals_not_applicable", any_of(field(GOALS.at).is_present(), field(_REASON).is_in(lists.ORGANISATIONAL, lists.NOT_KNOWN))
)
NO_THERAPIST_EXPECTED = Exclusion("no_therapist_relevant", all_of(*map(_excused, _THERAPISTS)))
BUNDLE = all_of(
    _within(NURSE, policy.SPECIALIST_MINUTES),
    # that it was not before the clock start is asked of each of them below
    any_of(*(minutes_to_event(asked) <= policy.THERAPIST_SOON_MINUTES for asked in _THERAPISTS)),
    *(any_of(_excused(asked), _within(asked, policy.THERAPIST_MINUTES)) for asked in _THERAPISTS),
    GOALS_IN_TIME,
)

MEASURES = (
    proportion(
        "stroke_tc_8_7_goals_5d", "Rehabilitation goals agreed within 5 days",
        "Patients with whom the team agreed goals by the fifth day after the day of the clock start. Left out: died; no goals for another reason than "
        "organisational or not known. The audit publishes it patient-centred only.",
        GOALS_IN_TIME, "8.7", "J13.15", exclusions=(DIED, NO_GOALS_EXPECTED), needs=(GOALS.at, _REASON),
    ),
    proportion(
        "stroke_tc_8_8_assessed_and_goals", "Nurse, therapists and goals, each in time",
        "Patients whom a stroke nurse and one of occupational, physio- and speech and language therapist assessed within 24 hours of the clock start, every "
        "relevant one of these therapists within 72 hours, and with whom the team agreed goals by the fifth day. A therapist is not relevant if the patient "
        "refused, was medically unwell or had no relevant deficit. Left out: died; goals not applicable; none of the three relevant. The audit publishes it "
        "patient-centred only.",
        BUNDLE, "8.8", "J14.3", exclusions=(DIED, NO_GOALS_EXPECTED, NO_THERAPIST_EXPECTED),
        needs=(NURSE.at, *(asked.at for asked in _THERAPISTS), GOALS.at, _REASON), is_watched=False,
    ),
)  # fmt: skip
