"""Fields 56 to 63: discharge from ward and trust, and how the patient is 120 days later.

Belongs here: declarations of these fields in import order. Does not belong here: what is computed from them (``derived``).
"""

from __future__ import annotations

from schemas.expressions import Holds, Not, all_of, field
from schemas.fields import Field, Kind
from schemas.pathways.hip_fracture import codes as lists
from schemas.pathways.hip_fracture.fields_admission import day
from schemas.pathways.hip_fracture.fields_surgery import OPERATED

_DISCHARGED_ALIVE = all_of(
    field("ward_discharge_destination").is_not_in(*lists.DEAD_AT_WARD_DISCHARGE),
    field("trust_discharge_destination").is_not_in(*lists.DEAD_AT_TRUST_DISCHARGE),
)
# whoever has died since walks nowhere and takes nothing: the status at 120 days says so
_NOT_KNOWN_TO_BE_DEAD = all_of(*_DISCHARGED_ALIVE.items, Not(Holds(field("residential_status_120d").equals(lists.DEAD))))


def _at_120_days(name: str, header: str, description: str, code_list, synonyms: tuple[str, ...], required=_NOT_KNOWN_TO_BE_DEAD) -> Field:
    return Field(name, header, Kind.CODE, description, codes=code_list, required=required, due="d120", synonyms=synonyms)


FIELDS = (
    day("ward_discharge_date", "Ward discharge date", "Date the patient left the acute orthopaedic ward.", "discharge",
        synonyms=("Date of ward discharge", "Acute ward discharge date")),
    Field(
        "ward_discharge_destination", "Ward discharge destination", Kind.CODE, "Where the patient went from the ward.",
        codes=lists.WARD_DESTINATION, required=field("ward_discharge_date").is_present(), due="discharge",
        synonyms=("Discharge destination from ward",),
    ),
    day("trust_discharge_date", "Trust discharge date", "Date the patient left the trust or health board.", "discharge",
        synonyms=("Date of trust discharge", "Hospital discharge date", "Final discharge date")),
    Field(
        "trust_discharge_destination", "Trust discharge destination", Kind.CODE, "Where the patient went from the trust.",
        codes=lists.TRUST_DESTINATION, required=field("trust_discharge_date").is_present(), due="discharge",
        synonyms=("Discharge destination from trust", "Final discharge destination"),
    ),
    Field("reoperations", "Re-operations", Kind.CODE, "Whether the hip was operated again within 120 days.", codes=lists.NO_YES,
          required=OPERATED, due="d120", synonyms=("Reoperation", "Re-operation within 120 days")),
    _at_120_days("residential_status_120d", "Residential status", "Where the patient lived 120 days after presentation.",
                 lists.RESIDENCE_120D, ("Residential status 120 days", "120 day residence"), _DISCHARGED_ALIVE),
    _at_120_days("mobility_120d", "Post fracture mobility", "How the patient walked 120 days after presentation.",
                 lists.MOBILITY, ("Mobility 120 days", "120 day mobility")),
    _at_120_days("bone_medication_120d", "Medication at followup", "Bone therapy 120 days after presentation.",
                 lists.BONE_120D, ("Bone protection medication 120 days", "Medication at follow-up", "120 day bone medication")),
)  # fmt: skip
