"""The two case-mix models of death within 30 days of a stroke: by the NIHSS where all of it is known, else by the level of consciousness.

Belongs here: factors, and coefficients to begin with. Does not belong here: the outcome (``measures_mortality``), fitting.

The national audit names its factors and has not published its coefficients. Those of the model with the NIHSS are chosen so that the audit's
patients of 2015/16 die as often as the audit says, 13 %. Those of the model without it are of an open model of the audit's 358,588 patients
(30-day death in hospital; age a five-year step at a time, here the mean of each band), with an intercept at which the same patients die as often.
The coefficient of an unknown level is the mean over those patients.
"""

from __future__ import annotations

from schemas.case_mix import INTERCEPT, CaseMixModel, Factor, Published
from schemas.expressions import Expression, all_of, field
from schemas.pathways.acute_stroke.conditions import BLEED, FIBRILLATION, INFARCT, NO_FIBRILLATION
from schemas.pathways.acute_stroke.measures_mortality import MORTALITY

_age, _nihss, _consciousness = field("age_years"), field("nihss_arrival_total"), field("s2_nihss_arrival_loc")


def _between(number: Expression, lowest: int, highest: int) -> Expression:
    return all_of(number >= lowest, number <= highest)


_AGE = Factor(
    "age", "Age on arrival",
    (("<60", _age < 60), ("60-69", _between(_age, 60, 69)), ("70-79", _between(_age, 70, 79)), ("80-89", _between(_age, 80, 89)), ("90+", _age >= 90)),
)  # fmt: skip
_FIBRILLATION = Factor("af", "Atrial fibrillation before the stroke", (("no", NO_FIBRILLATION), ("yes", FIBRILLATION)))
_TYPE = Factor("type", "Type of the stroke", (("infarct", INFARCT), ("haemorrhage", BLEED)))
_NIHSS = Factor(
    "nihss", "NIHSS on arrival",
    (("0", _nihss.equals(0)), *((f"{low}-{high}", _between(_nihss, low, high)) for low, high in ((1, 4), (5, 15), (16, 20), (21, 42)))),
)  # fmt: skip
_CONSCIOUSNESS = Factor("loc", "Level of consciousness on arrival", tuple((str(n), _consciousness.equals(n)) for n in range(4)))

_BY_NIHSS = Published(
    (
        (INTERCEPT, -4.7),
        ("age=60-69", 0.35), ("age=70-79", 0.85), ("age=80-89", 1.45), ("age=90+", 1.95), ("age=unknown", 0.96),
        ("af=yes", 0.25), ("af=unknown", 0.05), ("type=haemorrhage", 0.75), ("type=unknown", 0.09),
        ("nihss=1-4", 0.35), ("nihss=5-15", 1.6), ("nihss=16-20", 2.7), ("nihss=21-42", 3.5), ("nihss=unknown", 1.20),
    ),
    "Working values, not published: chosen to give the national 13 % of deaths on the national case mix of 2015/16",
)  # fmt: skip
_BY_CONSCIOUSNESS = Published(
    (
        (INTERCEPT, -3.9),
        ("age=60-69", 0.645), ("age=70-79", 1.085), ("age=80-89", 1.515), ("age=90+", 1.925), ("age=unknown", 1.09),
        ("af=yes", 0.457), ("af=unknown", 0.09), ("type=haemorrhage", 0.923), ("type=unknown", 0.11),
        ("loc=1", 1.259), ("loc=2", 2.517), ("loc=3", 3.776), ("loc=unknown", 0.33),
    ),
    "Wang, open model of 30-day death in hospital on the national audit's patients; intercept set to the national 13 %",
)  # fmt: skip

CASE_MIX = (
    CaseMixModel(
        "stroke_mortality_nihss", "Death within 30 days of a stroke, by the NIHSS", MORTALITY.name, (_AGE, _FIBRILLATION, _TYPE, _NIHSS), _BY_NIHSS,
        applies=_nihss.is_present(),
    ),
    CaseMixModel(
        "stroke_mortality_consciousness", "Death within 30 days of a stroke, by the level of consciousness", MORTALITY.name,
        (_AGE, _FIBRILLATION, _TYPE, _CONSCIOUSNESS), _BY_CONSCIOUSNESS,
    ),
)  # fmt: skip
