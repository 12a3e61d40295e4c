"""Fields 45 to 55: care on the ward, and delirium after the operation.

Belongs here: declarations of these fields in import order. Does not belong here: what is computed from them (``derived``).
"""

from __future__ import annotations

from schemas.expressions import field
from schemas.fields import Field, Kind
from schemas.pathways.hip_fracture import codes as lists
from schemas.pathways.hip_fracture.fields_admission import day
from schemas.pathways.hip_fracture.fields_surgery import OPERATED

_SEEN = field("geriatrician_grade").is_in(*lists.SEEN_BY_GERIATRICIAN)
_4AT_DONE = field("postop_4at").is_in(*lists.POSTOP_4AT_DONE)


def on_the_ward(name: str, header: str, kind: Kind, description: str, **more) -> Field:
    """A field that must be there for every patient, operated or not, due once the patient left the ward."""
    return Field(name, header, kind, description, due="discharge", **{"required": True, **more})


def _postop_4at_item(name: str, header: str, item_codes, what: str) -> Field:
    description = f"4AT after the operation: {what}."
    return on_the_ward(f"postop_4at_{name}", header, Kind.CODE, description, codes=item_codes, required=_4AT_DONE, unit="points")


FIELDS = (
    on_the_ward(
        "geriatrician_grade", "Geriatrician grade", Kind.CODE, "Grade of the geriatrician who first saw the patient.",
        codes=lists.GERIATRICIAN_GRADE, synonyms=("Orthogeriatrician grade", "Grade of geriatrician"),
    ),
    day("geriatrician_date", "Geriatrician date", "Date of the first review by a geriatrician.", "discharge", required=_SEEN,
        synonyms=("Orthogeriatrician date", "Geriatrician review date")),
    on_the_ward("geriatrician_time", "Geriatrician time", Kind.TIME, "Time of the first review by a geriatrician.", required=_SEEN,
                synonyms=("Orthogeriatrician time", "Geriatrician review time")),
    on_the_ward("falls_assessment", "Falls assessment", Kind.CODE, "Whether a specialist assessed the risk of further falls.",
                codes=lists.NO_YES, synonyms=("Specialist falls assessment", "Falls")),
    on_the_ward("pressure_ulcers", "Pressure ulcers", Kind.CODE, "Whether a new pressure ulcer of grade 2 or worse developed.",
                codes=lists.NO_YES_UNKNOWN, synonyms=("Pressure ulcer", "Pressure sores")),
    on_the_ward(
        "medication_post_fracture", "Medication post fracture", Kind.CODE,
        "Bone protection at discharge, or what was decided about it.", codes=lists.BONE_DRUG_AFTER,
        synonyms=("Bone protection medication post fracture", "Bone protection at discharge", "Bone medication post fracture"),
    ),
    on_the_ward("postop_4at", "Post-op 4AT", Kind.CODE, "Whether and when delirium was assessed with the 4AT after the operation.",
                codes=lists.POSTOP_4AT, required=OPERATED, synonyms=("Postoperative 4AT", "Post op 4AT done")),
    _postop_4at_item("alertness", "4AT Alertness", lists.ALERTNESS, "alertness"),
    _postop_4at_item("amt4", "4AT AMT4", lists.AMT4, "the four questions (AMT4)"),
    _postop_4at_item("attention", "4AT Attention", lists.ATTENTION, "attention"),
    _postop_4at_item("acute_change", "4AT Acute change", lists.ACUTE_CHANGE, "acute change or fluctuating course"),
)  # fmt: skip
