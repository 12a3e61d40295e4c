"""The best practice tariff (England), version 3, per case: who is eligible, whether all criteria are met, the first that is not.

Belongs here: the criteria and what is derived from them. Does not belong here: the measure of attainment (``measures``).
All criteria must be met by the same patient. To be assessed counts, to be found delirious does not fail.
"""

from __future__ import annotations

from schemas.expressions import AllOf, Choose, Constant, Holds, Not, all_of, any_of, field, first_failing, minutes_between
from schemas.fields import Codes, Derived, Kind
from schemas.pathways.hip_fracture import codes as lists
from schemas.pathways.hip_fracture import policy

ELIGIBLE = all_of(
    field("age_years") >= policy.MINIMUM_AGE_YEARS,
    field("operated").equals(lists.WAS_OPERATED),
    any_of(
        field("fracture_type").is_in(*policy.COHORT_FRACTURES),
        all_of(
            field("fracture_type").is_in(*policy.TARIFF_FEMUR_FRACTURES),
            field("trust_discharge_date") >= policy.TARIFF_FEMUR_FROM,
        ),
    ),
)  # fmt: skip

_to_surgery = minutes_between("presentation_at", "surgery_at")
_to_geriatrician = minutes_between("presentation_at", "geriatrician_at")

CRITERIA = (
    ("nhs_number", "Real NHS number", field("has_nhs_number").equals(True)),
    (
        "surgery_36h",
        "Surgery within 36 hours of presentation",
        all_of(_to_surgery > 0, _to_surgery <= policy.SURGERY_WITHIN_MINUTES),
    ),
    (
        "geriatrician_72h",
        "Seen by a senior geriatrician within 72 hours",
        all_of(
            field("geriatrician_grade").is_in(*policy.SENIOR_GRADES),
            _to_geriatrician >= 0,
            _to_geriatrician <= policy.GERIATRICIAN_WITHIN_MINUTES,
        ),
    ),
    ("falls_assessment", "Falls assessment", field("falls_assessment").equals("1")),
    ("bone_assessment", "Bone health assessment", field("medication_post_fracture").differs_from(lists.NO_BONE_ASSESSMENT)),
    (
        "preop_4at",
        "4AT before the operation, complete",
        all_of(field("preop_4at").equals(lists.PREOP_4AT_DONE), field("preop_4at_total").is_present()),
    ),
    (
        "postop_4at",
        "4AT after the operation, complete",
        all_of(field("postop_4at").is_in(*policy.TARIFF_POSTOP_4AT), field("postop_4at_total").is_present()),
    ),
    ("nutrition_assessment", "Nutritional assessment", field("nutrition_risk").is_in(*lists.NUTRITION_ASSESSED)),
    ("physio_assessment", "Physiotherapist's assessment by the day after surgery", field("physio_assessment").equals("1")),
)

_first_failed = first_failing(*((name, test) for name, _, test in CRITERIA))
_not_eligible = Not(Holds(field("is_bpt_eligible").equals(True)))

TARIFF = (
    Derived("is_bpt_eligible", Kind.BOOLEAN, Holds(ELIGIBLE), "Whether the case counts for the best practice tariff once discharged."),
    Derived(
        "bpt_first_failed",
        Kind.CODE,
        Choose(((_not_eligible, Constant(None)), *_first_failed.cases), Constant(None)),
        "First criterion of the best practice tariff, version 3, that an eligible case does not meet; missing if all are met.",
        codes=Codes(tuple((name, title) for name, title, _ in CRITERIA)),
    ),
    Derived(
        "is_bpt_achieved",
        Kind.BOOLEAN,
        Choose(((_not_eligible, Constant(None)),), Holds(AllOf(tuple(test for _, _, test in CRITERIA)))),
        "Whether all criteria of the best practice tariff, version 3, are met; missing if the case is not eligible.",
    ),
)
