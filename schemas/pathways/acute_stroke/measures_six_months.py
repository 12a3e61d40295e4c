"""The review six months after the stroke.

Belongs here: how many were to be reviewed, were reviewed, and how they were. Does not belong here: how the patient was at discharge (``measures_outcomes``).

Counted are cases, by the patient's clock start, once section 8 is locked or, whatever has been told, once the review's time has passed. Who died before six
months needed no review: in hospital, or as section 8 says.
"""

from __future__ import annotations

from functools import partial

from schemas.expressions import Expression, Holds, Not, any_of, days_between, field
from schemas.measures import Direction, Exclusion, Measure, MeasureKind
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.measures_after_72h import DIED
from schemas.pathways.acute_stroke.measures_parts import excluded_unless

_REVIEW, _RANKIN = field("s8_follow_up"), field("s8_rankin_6month")
COHORT = any_of(field("is_in_six_month_cohort"), days_between("patient_clock_start_on", "today") >= policy.SIX_MONTH_COHORT_DAYS)
_SETTINGS = {
    "index_date": "patient_clock_start_on", "cohort": COHORT, "needs": (_REVIEW.name,), "matures_after_days": policy.SIX_MONTH_COHORT_DAYS,
}  # fmt: skip

DIED_SINCE = Exclusion("died_within_6_months", _REVIEW.equals(lists.DIED_SINCE))
ALIVE = (DIED, DIED_SINCE)
NOT_APPLICABLE = Exclusion("accepted_reason", _REVIEW.equals(lists.NO_BUT))
NO_SCORE = excluded_unless("no_rankin_score", _RANKIN.is_present())


def _share(name: str, title: str, description: str, numerator: Expression, item: str, direction: Direction, **more) -> Measure:
    said = {"numerator": numerator, "source": f"SSNAP, {item}, dataset version 5"}
    return Measure(name, title, description, MeasureKind.PROPORTION, direction, "share", **{**_SETTINGS, **said, **more})


_better = partial(_share, direction=Direction.HIGHER_IS_BETTER)
MEASURES = (
    Measure(
        "stroke_tc_6m_cases", "Strokes due for review at six months",
        f"Strokes whose section 8 is locked, or that began {policy.SIX_MONTH_COHORT_DAYS} days ago or earlier (8 months), the dead among them.",
        MeasureKind.COUNT, Direction.NEUTRAL, "cases", **_SETTINGS, decimals=0, source="SSNAP, six-month cohort",
    ),
    _share(
        "stroke_tc_6m_applicable", "Applicable to a six-month review",
        "Of patients alive at six months, those not excused from the review for an accepted reason; not answered counts as applicable. Left out: died in "
        "hospital, or within six months.",
        Not(Holds(_REVIEW.equals(lists.NO_BUT))), "item B12.3", Direction.NEUTRAL, exclusions=ALIVE,
    ),
    _better(
        "stroke_tc_6m_reviewed", "Reviewed at six months",
        "Of patients alive at six months and not excused, those reviewed; not answered counts as not reviewed. Left out: died in hospital, or within six "
        "months; not reviewed for an accepted reason.",
        when.FOLLOWED_UP, "item B13.3", exclusions=(*ALIVE, NOT_APPLICABLE), is_headline=True,
    ),
    _better(
        "stroke_tc_6m_rankin_known", "Rankin score known at six months",
        "Of patients alive at six months and not excused from the review, those whose modified Rankin score then is known. Left out: died in hospital, or "
        "within six months; not reviewed for an accepted reason.",
        _RANKIN.is_present(), "section 8", exclusions=(*ALIVE, NOT_APPLICABLE), is_watched=False,
    ),
    _better(
        "stroke_tc_6m_independent", "Independent at six months",
        "Of patients whose modified Rankin score at six months is known, those with 0 to 2. Not adjusted for case-mix.",
        _RANKIN <= policy.INDEPENDENT_RANKIN, "section 8", exclusions=(NO_SCORE,), needs=(_REVIEW.name, _RANKIN.name),
    ),
)  # fmt: skip
