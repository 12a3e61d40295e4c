"""Fields 1 to 20: who the patient is, where and when the fracture presented, and the way to the ward.

Belongs here: declarations of these fields in import order. Does not belong here: what is computed from them (``derived``).
"""

from __future__ import annotations

from datetime import date

from schemas.expressions import field
from schemas.fields import Field, Identifier, Kind
from schemas.pathways.hip_fracture import codes as lists

FIRST_AUDIT_DAY = date(2007, 1, 1)  # the audit took its first records in 2007
LAST_AUDIT_DAY = date(2099, 12, 31)
_ARRIVED_BY_AMBULANCE = field("ambulance").equals("1")
_ON_ORTHO_WARD = field("admitted_to_ortho_ward").equals("1")


def at_presentation(name: str, header: str, kind: Kind, description: str, **more) -> Field:
    """A field due when the patient presents."""
    return Field(name, header, kind, description, due="presentation", **more)


def day(name: str, header: str, description: str, due: str, **more) -> Field:
    """A date within the years of the audit."""
    return Field(name, header, Kind.DATE, description, due=due, earliest=FIRST_AUDIT_DAY, latest=LAST_AUDIT_DAY, **more)


PATIENT = (
    at_presentation(
        "operating_hospital_code", "Operating hospital code", Kind.TEXT,
        "Code of the hospital that operated: the audit's own three-letter site code, or the ODS code of the site.",
        required=True, is_essential=True, maximum_length=12,
        synonyms=("Hospital code", "Operating hospital", "Site code", "Hospital"),
    ),
    at_presentation(
        "nhs_number", "NHS number", Kind.TEXT, "Ten digits with a check digit, or Overseas, or [NONHS] where there is none.",
        codes=lists.NO_NHS_NUMBER, required=True, is_essential=True, identifies=Identifier.NHS_NUMBER, maximum_length=20,
        synonyms=("NHS no", "NHS no.", "NHS num", "NHSNumber"),
        advice="Enter the ten-digit NHS number; only if there is none enter Overseas or [NONHS].",
    ),
    at_presentation(
        "hospital_number", "Hospital number or patient ID", Kind.TEXT, "The hospital's own number of the patient.",
        required=True, identifies=Identifier.LOCAL_PATIENT_IDENTIFIER, maximum_length=40,
        synonyms=("Hospital number", "Patient ID", "MRN", "PAS number", "Unit number", "Hospital no"),
    ),
    at_presentation(
        "first_name", "First name", Kind.TEXT, "First name of the patient.", required=True, identifies=Identifier.NAME,
        synonyms=("Forename", "Given name"),
    ),
    at_presentation(
        "surname", "Surname", Kind.TEXT, "Surname of the patient.", required=True, identifies=Identifier.NAME,
        synonyms=("Last name", "Family name"),
    ),
    at_presentation(
        "date_of_birth", "Date Of Birth", Kind.DATE, "Date of birth. The audit takes patients aged 60 and over at presentation.",
        required=True, is_essential=True, identifies=Identifier.BIRTH_DATE, earliest=date(1890, 1, 1), latest=LAST_AUDIT_DAY,
        synonyms=("DOB", "D.O.B.", "Birth date"),
    ),
    at_presentation(
        "sex", "Sex / Gender", Kind.CODE, "Sex of the patient.", codes=lists.SEX, required=True, is_essential=True,
        synonyms=("Sex", "Gender"),
    ),
    at_presentation(
        "postcode", "Patients postcode", Kind.TEXT, "Postcode of the patient's home.", identifies=Identifier.POSTCODE, maximum_length=10,
        synonyms=("Postcode", "Patient postcode", "Patient's postcode", "Post code"),
    ),
)  # fmt: skip

ADMISSION = (
    at_presentation(
        "first_hospital_code", "First hospital code", Kind.TEXT,
        "Code of the hospital where the patient first presented; X if the patient was not transferred.",
        maximum_length=12, format="ods_code", codes=lists.NOT_TRANSFERRED, synonyms=("First hospital", "Transferring hospital code"),
    ),
    day(
        "presentation_date", "Presentation date",
        "Date the clock starts: arrival at the first hospital's emergency department, or diagnosis if already an inpatient.",
        "presentation", required=True, is_essential=True, synonyms=("Date of presentation", "Arrival date", "A&E date", "ED arrival date"),
    ),
    at_presentation(
        "presentation_time", "Presentation time", Kind.TIME, "Time the clock starts.", required=True, is_essential=True,
        synonyms=("Time of presentation", "Arrival time", "A&E time", "ED arrival time"),
    ),
    at_presentation("ambulance", "Ambulance", Kind.CODE, "Whether the patient came by ambulance.", codes=lists.NO_YES,
                    synonyms=("Arrived by ambulance", "Ambulance arrival")),
    day("ambulance_date", "Ambulance date", "Date of the ambulance.", "presentation", required=_ARRIVED_BY_AMBULANCE),
    at_presentation("ambulance_time", "Ambulance time", Kind.TIME, "Time of the ambulance.", required=_ARRIVED_BY_AMBULANCE),
    at_presentation(
        "residence_before_admission", "Residence before admission", Kind.CODE, "Where the patient lived before the fracture.",
        codes=lists.RESIDENCE, required=True, synonyms=("Residence", "Pre-fracture residence", "Admitted from", "Source of admission"),
    ),
    at_presentation(
        "presentation_via_ed", "Presentation via ED", Kind.CODE,
        "Whether the patient came through the emergency department, or broke the hip as an inpatient, and where.",
        codes=lists.PRESENTATION_VIA_ED, required=True, synonyms=("Presented via ED", "Admitted via ED", "Via A&E"),
    ),
    at_presentation(
        "admitted_to_ortho_ward", "Admitted to ortho ward", Kind.CODE,
        "Whether the patient reached an orthopaedic or orthogeriatric ward.", codes=lists.ADMITTED_TO_ORTHO_WARD, required=True,
        synonyms=("Admitted to orthopaedic ward", "Ortho ward"),
    ),
    day(
        "ward_admission_date", "Date ward admission", "Date of admission to the orthopaedic or orthogeriatric ward.", "presentation",
        required=_ON_ORTHO_WARD, synonyms=("Ward admission date", "Date of ward admission"),
    ),
    at_presentation(
        "ward_admission_time", "Time ward admission", Kind.TIME, "Time of admission to the orthopaedic or orthogeriatric ward.",
        required=_ON_ORTHO_WARD, synonyms=("Ward admission time", "Time of ward admission"),
    ),
    at_presentation(
        "nerve_block", "Nerve Block ED", Kind.CODE, "Whether a nerve block was given before theatre, and by whom.",
        codes=lists.NERVE_BLOCK, required=True, synonyms=("Nerve block", "Pre-op nerve block", "Fascia iliaca block"),
    ),
)  # fmt: skip

FIELDS = (*PATIENT, *ADMISSION)
