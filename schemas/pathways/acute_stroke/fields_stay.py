"""Sections 5 and 6: the first week, and what was done by discharge.

Belongs here: declarations of these fields. Does not belong here: discharge itself (``fields_discharge``).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from schemas.expressions import Expression, all_of
from schemas.fields import Field
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke.naming import name_of
from schemas.pathways.acute_stroke.parts import Asked, answer, asked_if, day, event, number, yes_no

DUE = "discharge"
_ask, _yes_no, _day, _event = (partial(make, due=DUE) for make in (answer, yes_no, day, event))
_in_first_week = asked_if(when.HERE_IN_FIRST_WEEK, "V35")


def _late(name: str, title: str, stem: str, question: str, reasons=lists.LATE_THERAPIST_REASON, no_need=lists.NO_DEFICIT) -> Asked:
    """An assessment after the first 72 hours, where it had not been done and was needed."""
    return _event(
        name, f"{title} by discharge", f"S6{stem}ByDischargeDateTime", question, not_done=f"S6{stem}ByDischargeNotAssessed",
        reason=(f"S6{stem}ByDischargeNotAssessedReason", reasons), when=(when.still_to_be_seen(name_of(stem), no_need), "V37"),
    )  # fmt: skip


LATE_ASSESSMENTS = (
    _late("late_occupational_therapist", "Occupational therapist", "OccTherapist", "6.1"),
    _late("late_physiotherapist", "Physiotherapist", "Physio", "6.2"),
    _late("late_communication_therapist", "Speech and language therapist on communication", "SpLangTherapistComm", "6.3"),
    _late("late_swallow_therapist", "Formal swallow assessment", "SpLangTherapistSwallow", "6.4", lists.LATE_REASON, lists.PASSED_SCREEN),
)
CONTINENCE_PLAN = _event(
    "continence_plan", "Plan for urinary continence", "S6UrinaryContinencePlanDate", "6.5", not_done="S6UrinaryContinencePlanNoPlan",
    reason=("S6UrinaryContinencePlanNoPlanReason", lists.CONTINENCE_REASON),
)  # fmt: skip
DIETITIAN = _event(
    "dietitian", "Seen by a dietitian", "S6MalnutritionScreeningDietitianDate", "6.6.1", not_done="S6MalnutritionScreeningDietitianNotSeen",
    when=(when.AT_RISK_OF_MALNUTRITION, "V37"),
)  # fmt: skip
MOOD = _event("mood", "Mood screening", "S6MoodScreeningDate", "6.7", not_done="S6MoodScreeningNoScreening",
              reason=("S6MoodScreeningNoScreeningReason", lists.LATE_REASON))  # fmt: skip
COGNITION = _event("cognition", "Cognition screening", "S6CognitionScreeningDate", "6.8", not_done="S6CognitionScreeningNoScreening",
                   reason=("S6CognitionScreeningNoScreeningReason", lists.LATE_REASON))  # fmt: skip
EVENTS = (*LATE_ASSESSMENTS, CONTINENCE_PLAN, DIETITIAN, MOOD, COGNITION)


def _of_inpatient_teams(item: Field) -> Field:
    if item.required is False:
        return item
    asked = item.required if isinstance(item.required, Expression) else None
    return replace(item, required=when.INPATIENT_TEAM if asked is None else all_of(when.INPATIENT_TEAM, asked))


_ASKED = (
    number("S5LocWorst7Days", 0, 3, "5.1 Worst level of consciousness in the first 7 days.", unit="points", due=DUE, **_in_first_week),
    _ask("S5UrinaryTractInfection7Days", lists.YES_NO_UNKNOWN, "5.2 Urinary tract infection in the first 7 days.", **_in_first_week),
    _ask("S5PneumoniaAntibiotics7Days", lists.YES_NO_UNKNOWN, "5.3 Antibiotics for pneumonia in the first 7 days.", **_in_first_week),
    *(part for asked in LATE_ASSESSMENTS for part in asked.fields),
    *CONTINENCE_PLAN.fields,
    _ask("S6MalnutritionScreening", lists.MALNUTRITION, "6.6 Screened for malnutrition and at high risk.", required=True),
    *DIETITIAN.fields,
    *MOOD.fields,
    *COGNITION.fields,
    _yes_no(
        "S6PalliativeCareByDischarge",
        "6.9 Whether palliative care was decided on after 72 hours.",
        **asked_if(when.NOT_PALLIATIVE_EARLY, "V37"),
    ),
    _day("S6PalliativeCareByDischargeDate", "6.9.1 Date of that decision.", **asked_if(when.PALLIATIVE_LATE, "V37")),
    _ask("S6IntPneumaticComp", lists.YES_NO_UNKNOWN, "6.11 Intermittent pneumatic compression.", required=True),
    _day("S6IntPneumaticCompStartDate", "6.11.1 First day of compression.", **asked_if(when.COMPRESSED, "V37")),
    _day("S6IntPneumaticCompEndDate", "6.11.2 Last day of compression.", **asked_if(when.COMPRESSED, "V37")),
)

# a community team's record is not missed an inpatient's answers
FIELDS = tuple(map(_of_inpatient_teams, _ASKED))
