"""Section 3: who saw the patient in the first 72 hours.

Belongs here: declarations of these fields. Does not belong here: who saw the patient later (``fields_stay``).
"""

from __future__ import annotations

from functools import partial

from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke.parts import Asked, answer, asked_if, day, event, yes_no

DUE = "three_days"
_ask, _yes_no, _event = (partial(make, due=DUE) for make in (answer, yes_no, event))

NURSE = _event("stroke_nurse", "Stroke nurse", "S3StrokeNurseAssessedDateTime", "3.2", not_done="S3StrokeNurseNotAssessed")
CONSULTANT_CONTACT = _event(
    "consultant_contact", "First contact with a stroke consultant", "S3StrokeConsultantFirstContactDateTime", "3.3a",
    not_done="S3StrokeConsultantNoFirstContact",
)  # fmt: skip
CONSULTANT_SEEN = _event(
    "consultant_seen", "Stroke consultant in person", "S3StrokeConsultantAssessedDateTime", "3.3c", not_done="S3StrokeConsultantNotAssessed",
    when=(when.CONTACTED_REMOTELY, "V34"),
)  # fmt: skip
SWALLOW_SCREEN_72H = _event(
    "swallow_screen_72h", "Swallow screen within 72 hours", "S3SwallowScreening72HrsDateTime", "3.4", not_done="S3SwallowScreening72HrsNotPerformed",
    reason=("S3SwallowScreening72HrsNotPerformedReason", lists.SCREEN_REASON), when=(when.NOT_SCREENED_IN_4_HOURS, "V34"),
)  # fmt: skip


def _therapist(name: str, title: str, stem: str, question: str, reasons=lists.THERAPIST_REASON) -> Asked:
    return _event(name, f"{title} within 72 hours", f"S3{stem}72HrsDateTime", question, not_done=f"S3{stem}72HrsNotAssessed",
                  reason=(f"S3{stem}72HrsNotAssessedReason", reasons))  # fmt: skip


OCCUPATIONAL_THERAPIST = _therapist("occupational_therapist", "Occupational therapist", "OccTherapist", "3.5")
PHYSIOTHERAPIST = _therapist("physiotherapist", "Physiotherapist", "Physio", "3.6")
COMMUNICATION = _therapist("communication_therapist", "Speech and language therapist on communication", "SpLangTherapistComm", "3.7")
SWALLOW = _therapist(
    "swallow_therapist", "Formal swallow assessment", "SpLangTherapistSwallow", "3.8", lists.SWALLOW_THERAPIST_REASON
)  # fmt: skip

EVENTS = (NURSE, CONSULTANT_CONTACT, CONSULTANT_SEEN, SWALLOW_SCREEN_72H, OCCUPATIONAL_THERAPIST, PHYSIOTHERAPIST, COMMUNICATION, SWALLOW)

FIELDS = (
    _yes_no("S3PalliativeCare", "3.1 Whether palliative care was decided on within 72 hours.", required=True),
    day(
        "S3PalliativeCareDecisionDate", "3.1.1 Date of the decision for palliative care.", due=DUE, **asked_if(when.PALLIATIVE_EARLY, "V34")
    ),
    *NURSE.fields,
    *CONSULTANT_CONTACT.fields,
    _ask(
        "S3StrokeConsultantFirstContactMethod",
        lists.CONTACT_METHOD,
        "3.3b How the first contact was made.",
        **asked_if(when.CONTACTED, "V34"),
    ),
    *(part for asked in EVENTS[2:] for part in asked.fields),
    _ask("S3PatientConsent", lists.CONSENT, "3.9 Consent to identifiers being held; N: no identifiers may be sent.", required=True),
)
