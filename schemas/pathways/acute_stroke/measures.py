"""What is computed of acute stroke care: the key indicators of the first 72 hours, team-centred and patient-centred, and after; who the
patients were, what became of them, the review.

Belongs here: the order, and the number of cases. Does not belong here: the indicators (``measures_*``), the audit's own scores (``published``).
"""

from __future__ import annotations

from schemas.pathways.acute_stroke import (
    measures_case_mix,
    measures_discharge,
    measures_goals,
    measures_outcomes,
    measures_safety,
    measures_scanning,
    measures_six_months,
    measures_specialists,
    measures_stay,
    measures_stroke_unit,
    measures_therapists,
    measures_therapy,
    measures_thrombolysis,
)
from schemas.pathways.acute_stroke.measures_parts import count
from schemas.pathways.acute_stroke.measures_patient_centred import patient_centred

CASES = count(
    "stroke_tc_72h_cases", "Strokes",
    "Strokes of patients admitted to an inpatient team first, or with onset as its inpatients, whose first three sections are locked or complete.",
)  # fmt: skip
FIRST_72_HOURS = (
    CASES,
    *measures_scanning.MEASURES,
    *measures_stroke_unit.MEASURES,
    *measures_thrombolysis.MEASURES,
    *measures_specialists.MEASURES,
    *measures_therapists.MEASURES,
)
AFTER_72_HOURS = (
    *measures_stay.MEASURES,
    *measures_therapy.MEASURES,
    *measures_goals.MEASURES,
    *measures_discharge.MEASURES,
    *measures_outcomes.MEASURES,
)
MEASURES = (
    *FIRST_72_HOURS,
    *map(patient_centred, FIRST_72_HOURS),
    *measures_safety.MEASURES,
    *measures_case_mix.MEASURES,
    *AFTER_72_HOURS,
    *measures_six_months.MEASURES,
)
