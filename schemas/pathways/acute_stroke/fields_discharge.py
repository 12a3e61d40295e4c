"""Sections 7 and 8: discharge or transfer from this team, and the review six months later.

Belongs here: declarations of these fields. Does not belong here: where a case as a whole ends.
"""

from __future__ import annotations

from functools import partial

from schemas.expressions import all_of
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke.parts import TEAM_CODE, allowed_if, answer, asked_if, bit, day, event, number, text, yes_no

DUE, REVIEW = "discharge", "six_months"
_ask, _yes_no, _day, _event = (partial(make, due=DUE) for make in (answer, yes_no, day, event))
_if_died, _if_left = asked_if(when.DIED, "V18"), asked_if(when.LEFT_INPATIENT_CARE_ALIVE, "V20")
_if_left_38 = asked_if(when.LEFT_INPATIENT_CARE_ALIVE, "V38")

STROKE_UNIT_DISCHARGE = _event(
    "stroke_unit_discharge", "Discharge from the stroke unit", "S7StrokeUnitDischargeDateTime", "7.2", when=(when.LEFT_STROKE_UNIT, "V38"),
)  # fmt: skip
HOSPITAL_DISCHARGE = _event(
    "hospital_discharge", "Discharge from this hospital", "S7HospitalDischargeDateTime", "7.3", when=(when.LEFT_ALIVE, "V18"),
)  # fmt: skip
EVENTS = (STROKE_UNIT_DISCHARGE, HOSPITAL_DISCHARGE)

LEAVING = (
    _ask("S7DischargeType", lists.DISCHARGE_TYPE, "7.1 How the stay with this team ended.", required=True),
    _day("S7DeathDate", "7.1.1 Date of death in hospital.", **_if_died),
    _yes_no("S7StrokeUnitDeath", "7.1.2 Whether the patient died on a stroke unit.", **asked_if(all_of(when.DIED, when.STAYED_ON_STROKE_UNIT), "V38")),
    text("S7TransferTeamCode", "7.1.3 Team the patient was transferred to.", maximum_length=12, due=DUE, prefix=TEAM_CODE,
         synonyms=("S7TransferHospitalCode",), **asked_if(when.PASSED_ON, "V20")),
    *STROKE_UNIT_DISCHARGE.fields,
    *HOSPITAL_DISCHARGE.fields,
    _day("S7EndRehabDate", "7.3.1 Date on which inpatient care was no longer needed.", **allowed_if(when.ENDS_IN_THIS_HOSPITAL, "V38")),
    number("S7RankinDischarge", 0, 6, "7.4 Modified Rankin score at discharge; 6 is dead.", unit="points", due=DUE, required=True),
    _ask("S7CareHomeDischarge", lists.CARE_HOME_BEFORE, "7.5 Whether the patient lived in the care home before.", **asked_if(when.TO_CARE_HOME, "V38")),
    _ask("S7CareHomeDischargeType", lists.CARE_HOME_STAY, "7.5.1 Whether the care home is for good.", **asked_if(when.NEW_TO_CARE_HOME, "V38")),
    _ask("S7HomeDischargeType", lists.LIVES, "7.6 Whether the patient lives alone.", **asked_if(when.WENT_HOME, "V38")),
)  # fmt: skip

AFTERWARDS = (
    _ask("S7DischargedEsdmt", lists.TEAM_AFTER, "7.7 Discharged with an early supported discharge team.", **_if_left),
    _ask("S7DischargedMcrt", lists.TEAM_AFTER, "7.8 Discharged with a community rehabilitation team.", **_if_left),
    _yes_no("S7AdlHelp", "7.9 Whether the patient needs help with activities of daily living.", **_if_left_38),
    _ask("S7AdlHelpType", lists.HELP_BY, "7.9.1 Who helps.", **asked_if(when.NEEDS_HELP, "V38")),
    number("S7DischargeVisitsPerWeek", 0, 100, "7.9.2 Visits of social services a week.", unit="visits", due=DUE, **allowed_if(when.NEEDS_HELP, "V38")),
    bit("S7DischargeVisitsPerWeekNK", "7.9.2 Ticked if the number of visits is not known.", due=DUE, **allowed_if(when.NEEDS_HELP, "V38")),
    _yes_no("S7DischargeAtrialFibrillation", "7.10 Atrial fibrillation at discharge.", **_if_left),
    _ask("S7DischargeAtrialFibrillationAnticoagulation", lists.YES_NO_NO_BUT, "7.10.1 Anticoagulated, or planned to be, for it.",
         **asked_if(when.FIBRILLATION_AT_DISCHARGE, "V20")),
    _ask("S7DischargeJointCarePlanning", lists.YES_NO_NOT_APPLICABLE, "7.11 Health and social care planned jointly.", **_if_left),
    _yes_no("S7DischargeNamedContact", "7.12 Given a named person to contact.", **_if_left),
    _ask("S7DischargePIConsent", lists.LATE_CONSENT, "7.14 Consent to identifiers, where it was not asked before.",
         **asked_if(when.CONSENT_LEFT_OPEN, "V38")),
)  # fmt: skip

SIX_MONTHS = (
    answer("S8FollowUp", lists.FOLLOWED_UP, "8.1 Whether the patient was reviewed six months after the stroke.", due=REVIEW),
    day("S8FollowUpDate", "8.1.1 Date of the review.", due=REVIEW, **asked_if(when.FOLLOWED_UP, "V39")),
    number(
        "S8Rankin6Month", 0, 6, "8.4 Modified Rankin score at six months.", unit="points", due=REVIEW, **allowed_if(when.FOLLOWED_UP, "V39")
    ),
    bit("S8Rankin6MonthNK", "8.4 Ticked if that score is not known.", due=REVIEW, **allowed_if(when.FOLLOWED_UP, "V39")),
)

FIELDS = (*LEAVING, *AFTERWARDS, *SIX_MONTHS)
