"""Fields 21 to 32: how the patient was before the fracture, what was assessed before theatre, and the fracture itself.

Belongs here: declarations of these fields in import order. Does not belong here: what is computed from them (``derived``).
"""

from __future__ import annotations

from schemas.expressions import field
from schemas.fields import Field, Kind
from schemas.pathways.hip_fracture import codes as lists
from schemas.pathways.hip_fracture.fields_admission import at_presentation

_4AT_DONE = field("preop_4at").equals(lists.PREOP_4AT_DONE)


def _preop_4at_item(name: str, header: str, item_codes, what: str) -> Field:
    return at_presentation(
        f"preop_4at_{name}", header, Kind.CODE, f"4AT before the operation: {what}.", codes=item_codes, required=_4AT_DONE, unit="points"
    )


FIELDS = (
    at_presentation(
        "mobility_pre_fracture", "Mobility pre fracture", Kind.CODE, "How the patient walked before the fracture.",
        codes=lists.MOBILITY, required=True, synonyms=("Pre-fracture mobility", "Mobility before fracture", "Mobility"),
    ),
    at_presentation(
        "preop_4at", "Pre-op 4AT", Kind.CODE, "Whether delirium was assessed with the 4AT before the operation.",
        codes=lists.PREOP_4AT, required=True, synonyms=("Preoperative 4AT", "Pre op 4AT done"),
    ),
    _preop_4at_item("alertness", "Pre-op 4AT Alertness", lists.ALERTNESS, "alertness"),
    _preop_4at_item("amt4", "Pre-op 4AT AMT4", lists.AMT4, "the four questions (AMT4)"),
    _preop_4at_item("attention", "Pre-op 4AT Attention", lists.ATTENTION, "attention"),
    _preop_4at_item("acute_change", "Pre-op 4AT Acute change", lists.ACUTE_CHANGE, "acute change or fluctuating course"),
    at_presentation(
        "asa_grade", "ASA Grade", Kind.CODE, "Grade of physical status of the American Society of Anesthesiologists.",
        codes=lists.ASA, required=True, synonyms=("ASA", "ASA score"),
    ),
    at_presentation(
        "nutrition_risk", "Nutrition risk assessment", Kind.CODE, "Nutritional assessment during the admission, and its result.",
        codes=lists.NUTRITION, required=True, synonyms=("Nutrition assessment", "Nutritional risk assessment", "MUST"),
    ),
    at_presentation(
        "bone_protection_pre", "Bone protection medication pre fracture", Kind.CODE,
        "Bone protection the patient took before the fracture.",
        codes=lists.BONE_DRUG, required=True, synonyms=("Bone protection pre fracture", "Bone medication before fracture"),
    ),
    at_presentation(
        "fracture_type", "Fracture type", Kind.CODE,
        "Type of the fracture. 11 to 15 are hip fractures; the others are reported apart.",
        codes=lists.FRACTURE_TYPE, required=True, is_essential=True, synonyms=("Type of fracture", "Fracture"),
    ),
    at_presentation(
        "fracture_side", "Fracture side", Kind.CODE, "Side of the fracture. Fractures of both sides are two records.",
        codes=lists.SIDE, required=True, is_essential=True, synonyms=("Side", "Side of fracture", "Laterality"),
    ),
    at_presentation(
        "pathological_fracture", "Pathological fracture", Kind.CODE, "Whether the fracture is atypical or pathological.",
        codes=lists.NO_YES, required=True, synonyms=("Pathological", "Atypical/pathological fracture"),
    ),
)  # fmt: skip
