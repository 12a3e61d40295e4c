"""The dataset ``hip_fracture``, version 16: 63 fields, and what reading, linking and measuring need to know of them.

Belongs here: keys, clock, milestones, stages, rules on two records. Does not belong here: the fields and the other rules.
The fields are those of the National Hip Fracture Database's import of 2026, in import order.
"""

from __future__ import annotations

from schemas.datasets import Dataset, DatasetKind, DueStage, Expectation, MatchRule, Milestone
from schemas.expressions import any_of, field
from schemas.pathways.hip_fracture import (
    fields_admission,
    fields_assessment,
    fields_discharge,
    fields_surgery,
    fields_ward_care,
    policy,
)  # fmt: skip
from schemas.pathways.hip_fracture.derived import DERIVED
from schemas.pathways.hip_fracture.rules import RULES
from schemas.rules import PairRule

FIELDS = (
    *fields_admission.FIELDS,
    *fields_assessment.FIELDS,
    *fields_surgery.FIELDS,
    *fields_ward_care.FIELDS,
    *fields_discharge.FIELDS,
)

PAIR_RULES = (
    PairRule(
        "H22",
        "one_fracture_a_side_within_120_days",
        "duplicate",
        "The same patient and side twice within 120 days: withdraw one of the records, or correct its side or date of presentation.",
        same=("fracture_side",),
        within_days=policy.SAME_FRACTURE_DAYS,
    ),
    PairRule(
        "H23",
        "stays_in_two_hospitals_do_not_overlap",
        "conflict",
        "The same patient was in two hospitals at once: agree with the other hospital who keeps the record, or correct the dates.",
        differ=("site_code",),
        overlap="trust_discharge_date",
        both=True,
    ),
)

MILESTONES = (
    Milestone("ambulance", "ambulance_at", "Ambulance", sooner_is_better=False),
    Milestone("presentation", "presentation_at", "Presentation", sooner_is_better=False),
    Milestone("ward_admission", "ward_admission_at", "Ward admission"),
    Milestone("geriatrician", "geriatrician_at", "Geriatrician's review"),
    Milestone("surgery", "surgery_at", "Surgery", reference="hip_hours_to_surgery_median"),
    Milestone("ward_discharge", "ward_discharge_date", "Ward discharge"),
    Milestone("trust_discharge", "trust_discharge_date", "Trust discharge"),
)

_LEFT_THE_WARD = any_of(field("ward_discharge_date").is_present(), field("trust_discharge_date").is_present())
_FOLLOWED_UP = any_of(*(field(f"{name}_120d").is_present() for name in ("residential_status", "mobility", "bone_medication")))

STAGES = (
    DueStage("presentation", "On presentation", field("presentation_date").is_present(), 0),
    DueStage("post_op", "After surgery", field("operated").is_present(), 14),
    DueStage("discharge", "At discharge", _LEFT_THE_WARD, 60),
    DueStage("d120", "At 120 days", _FOLLOWED_UP, policy.FOLLOW_UP_DAYS + 30),
)

HIP_FRACTURE = Dataset(
    name="hip_fracture",
    version="16",
    title="Hip fracture",
    description="One record a hip or femoral fracture of a patient of 60 or over; fractures of both sides are two records.",
    kind=DatasetKind.RECORDS,
    fields=FIELDS,
    derived=DERIVED,
    rules=RULES,
    pair_rules=PAIR_RULES,
    record_key=("operating_hospital_code", "nhs_number", "fracture_side", "presentation_date"),
    match_rule=MatchRule(("operating_hospital_code", "nhs_number", "fracture_side"), policy.SAME_FRACTURE_DAYS),
    clock="presentation_at",
    site_field="operating_hospital_code",
    local_key="hospital_number",
    milestones=MILESTONES,
    stages=STAGES,
    expectation=Expectation("month", 21),
    code_rule_id="H03",
)
