"""The case-mix model of death within 30 days of a hip fracture: the six variables of the national audit.

Belongs here: factors, and coefficients to begin with. Does not belong here: the outcome (``outcome_measures``), fitting.

The audit has not published its coefficients. Those here are of the Scottish audit's model of death within 120 days (Holt and others, 2008),
in the audit's groups (rarer places and kinds of fracture pooled), with an intercept at which the patients of England and Wales 2016 to 2019
die as often as the audit says, 6.2 %. The coefficient of an unknown level is the mean over those patients.
"""

from __future__ import annotations

from schemas.case_mix import INTERCEPT, CaseMixModel, Factor, Published
from schemas.expressions import Expression, all_of, field
from schemas.pathways.hip_fracture import codes as lists
from schemas.pathways.hip_fracture.outcome_measures import MORTALITY

_age = field("age_years")


def _ages(first: int, last: int) -> Expression:
    return all_of(_age >= first, _age <= last)


def _coded(name: str, *codes: str) -> Expression:
    return field(name).is_in(*codes)


FACTORS = (
    Factor("age", "Age at presentation", (*((f"{n}-{n + 4}", _ages(n, n + 4)) for n in range(60, 100, 5)), ("100+", _age >= 100))),
    Factor("sex", "Sex", (("male", _coded("sex", "1")), ("female", _coded("sex", "2")))),
    Factor("asa", "ASA grade", (("1-2", _coded("asa_grade", "1", "2")), ("3", _coded("asa_grade", "3")), ("4-5", _coded("asa_grade", "4", "5")))),
    Factor(
        "mobility", "Walking before the fracture",
        (("no aid", _coded("mobility_pre_fracture", "1")), ("aids", _coded("mobility_pre_fracture", "2", "3")),
         ("indoors", _coded("mobility_pre_fracture", "4", "5"))),
    ),
    Factor(
        "residence", "Residence before admission",
        (("own home", _coded("residence_before_admission", "1")), ("care home", _coded("residence_before_admission", "2", "3"))),
    ),
    Factor(
        "fracture", "Type of the fracture",
        (("intracapsular", _coded("fracture_type", *lists.INTRACAPSULAR)), ("extracapsular", _coded("fracture_type", *lists.EXTRACAPSULAR))),
    ),
)  # fmt: skip

PUBLISHED = Published(
    (
        (INTERCEPT, -4.33),
        ("age=65-69", 0.0), ("age=70-74", 0.56), ("age=75-79", 0.56), ("age=80-84", 1.10), ("age=85-89", 1.10), ("age=90-94", 1.39),
        ("age=95-99", 1.39), ("age=100+", 1.39), ("age=unknown", 0.94),
        ("sex=female", -0.70), ("sex=unknown", -0.49),
        ("asa=3", 0.67), ("asa=4-5", 1.37), ("asa=unknown", 0.62),
        ("mobility=aids", 0.10), ("mobility=indoors", 0.30), ("mobility=unknown", 0.11),
        ("residence=care home", 0.72), ("residence=unknown", 0.13),
        ("fracture=extracapsular", 0.15), ("fracture=unknown", 0.06),
    ),
    "Holt and others, Scottish Hip Fracture Audit, model of death within 120 days; intercept set to 6.2 % within 30 days",
)  # fmt: skip

CASE_MIX = (CaseMixModel("hip_mortality_case_mix", "Death within 30 days of a hip fracture", MORTALITY.name, FACTORS, PUBLISHED),)
