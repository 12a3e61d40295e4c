"""Who the patients of the 72-hour cohort were: context in which the indicators are read.

Belongs here: age, sex, illness before, the stroke and its severity. Does not belong here: care (``measures_*`` of the domains), outcomes
(``measures_outcomes``). None raises signals, and none is better high or low but that the NIHSS be complete.
"""

from __future__ import annotations

from schemas.expressions import Expression, field
from schemas.measures import Direction, Exclusion, Measure, MeasureKind
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.measures_parts import COHORT, excluded_unless

_SETTINGS = {
    "index_date": "patient_clock_start_on", "cohort": COHORT, "matures_after_days": policy.RESULTS_FINAL_AFTER_DAYS, "is_watched": False,
    "source": "SSNAP, case-mix (items F), dataset version 5",
}  # fmt: skip
_age, _total, _rankin = field("age_years"), field("nihss_arrival_total"), field("s2_rankin_before_stroke")
_KNOWN_AGE = excluded_unless("no_age", _age.is_present())
_KNOWN_TOTAL = excluded_unless("nihss_not_complete", _total.is_present())


def _share(name: str, title: str, description: str, numerator: Expression, *needs: str, exclusions: tuple[Exclusion, ...] = (),
           direction: Direction = Direction.NEUTRAL) -> Measure:  # fmt: skip
    said = {"numerator": numerator, "needs": needs, "exclusions": exclusions}
    return Measure(name, title, description, MeasureKind.PROPORTION, direction, "share", **{**_SETTINGS, **said})


def _median(name: str, title: str, description: str, value: Expression, unit: str, known: Exclusion, *needs: str) -> Measure:
    said = {"value": value, "needs": needs, "exclusions": (known,), "decimals": 0}
    return Measure(name, title, description, MeasureKind.MEDIAN, Direction.NEUTRAL, unit, **{**_SETTINGS, **said})


def _answered(name: str, *codes: str) -> Exclusion:
    return excluded_unless("not_answered", field(name).is_in(*codes))


def _yes(name: str, title: str, description: str, answer: str) -> Measure:
    """Of those with a yes or a no."""
    told = field(answer).equals(lists.YES)
    return _share(name, title, f"{description} Left out: not answered.", told, answer, exclusions=(_answered(answer, lists.YES, lists.NO),))


MEASURES = (
    _median("stroke_tc_age_years", "Median age", "Median age on first arrival, in completed years. Left out: age not known.", _age, "years", _KNOWN_AGE, _age.name),
    _share("stroke_tc_over_80", "Over 80", "Patients of 81 and over on first arrival. Left out: age not known.", _age > policy.OLD_ABOVE_YEARS, _age.name,
           exclusions=(_KNOWN_AGE,)),
    _share("stroke_tc_female", "Women", "Patients who are women. Left out: not answered.", field("s1_gender").equals("F"), "s1_gender",
           exclusions=(_answered("s1_gender", "F", "M"),)),
    _yes("stroke_tc_onset_in_hospital", "Onset in hospital", "Patients who were inpatients when the stroke began.", "s1_onset_in_hospital"),
    _yes("stroke_tc_fibrillation_before", "Atrial fibrillation before", "Patients known to have atrial fibrillation before the stroke.", "s2_com_atrial_fibrillation"),
    _yes("stroke_tc_stroke_before", "Stroke or TIA before", "Patients who had a stroke or TIA before.", "s2_com_stroke_tia"),
    _share("stroke_tc_independent_before", "Independent before", "Patients with a modified Rankin score of 0 to 2 before the stroke. Left out: not answered.",
           _rankin <= policy.INDEPENDENT_RANKIN, _rankin.name, exclusions=(excluded_unless("not_answered", _rankin.is_present()),)),
    _share("stroke_tc_haemorrhage", "Intracerebral haemorrhage", "Patients whose stroke was a primary intracerebral haemorrhage. Left out: not imaged, or type not answered.",
           field("s2_stroke_type").equals(lists.HAEMORRHAGE), "s2_stroke_type", exclusions=(excluded_unless("type_not_known", when.MAY_BE_IMAGED & field("s2_stroke_type").is_present()),)),
    _share("stroke_tc_nihss_complete", "NIHSS complete on arrival", "Patients of whom all 15 items of the NIHSS on arrival are known.", _total.is_present(),
           direction=Direction.HIGHER_IS_BETTER),
    _median("stroke_tc_nihss_on_arrival", "Median NIHSS on arrival", "Median of the NIHSS on arrival, 0 to 42. Left out: an item is not known.", _total, "points", _KNOWN_TOTAL),
    _yes("stroke_tc_palliative_72h", "Palliative care within 72 hours", "Patients for whom palliative care was decided on within 72 hours.", "s3_palliative_care"),
)  # fmt: skip
