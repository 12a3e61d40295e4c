"""Death within 30 days of a stroke, in or out of hospital, from linked deaths.

Belongs here: the outcome. Does not belong here: what is expected of a team's patients (``case_mix``).
``death_on`` and ``deaths_covered_to`` are offered for every case: the date of a linked death, and the date up to which deaths are complete.
"""

from __future__ import annotations

from schemas.expressions import all_of, days_between, field
from schemas.measures import Direction, Measure, MeasureKind
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.measures_parts import COHORT, excluded_unless

TYPE_UNKNOWN = excluded_unless("type_not_known", when.MAY_BE_IMAGED & field("s2_stroke_type").is_present())
NO_NHS_NUMBER = excluded_unless("no_nhs_number", field("has_nhs_number").equals(True))
DEATHS_NOT_KNOWN_YET = excluded_unless(
    "deaths_not_known_yet", days_between("patient_clock_start_on", "deaths_covered_to") >= policy.MORTALITY_DAYS
)  # fmt: skip

_days_to_death = days_between("patient_clock_start_on", "death_on")
MORTALITY = Measure(
    "stroke_mortality_30_days", "Dead within 30 days",
    "Of patients with an NHS number and a known type of stroke for whom deaths are known up to day 30, those who died within 30 days of the "
    "patient's clock start, wherever they died. Crude: not adjusted for case mix, not for comparing teams.",
    MeasureKind.PROPORTION, Direction.LOWER_IS_BETTER, "share", index_date="patient_clock_start_on", cohort=COHORT,
    exclusions=(NO_NHS_NUMBER, TYPE_UNKNOWN, DEATHS_NOT_KNOWN_YET),
    numerator=all_of(_days_to_death >= 0, _days_to_death <= policy.MORTALITY_DAYS),
    matures_after_days=policy.MORTALITY_FINAL_AFTER_DAYS, source="SSNAP, mortality at 30 days", is_headline=True,
)  # fmt: skip
