"""How many stays there were and what became of the patients: context of the indicators after 72 hours.

Belongs here: counts of the cohorts, deaths, destinations, dependence, length of stay, complications of the first week. Does not belong here: key
indicators (``measures_stay`` to ``measures_discharge``), the six-month review (``measures_six_months``).

Nothing here is adjusted for case-mix.
"""

from __future__ import annotations

from dataclasses import replace

from schemas.expressions import Expression, field
from schemas.measures import Direction, Measure
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.measures_after_72h import DIED, EVERY_TEAM, SOURCE, STAY_MINUTES, count, median, share
from schemas.pathways.acute_stroke.measures_parts import excluded_unless

COUNTS = (
    count(
        "stroke_tc_discharges", "Discharges from inpatient care",
        "Records of the teams that ended inpatient care of a stroke, whether by discharge, death or passing the patient on to another than an inpatient team of "
        "the audit, and whose sections 4 and 7 are locked or complete. Left out: readmissions from a community team.",
        source=SOURCE,
    ),
    count(
        "stroke_tc_stays", "Stays with an inpatient team",
        "Records of every inpatient team that had the patient, readmissions among them: passed on to a team that is named, or ended and sections 4 and 7 "
        "locked or complete.",
        cohort=EVERY_TEAM, source=SOURCE,
    ),
)  # fmt: skip

AFTERWARDS = (
    share(
        "stroke_tc_died_in_hospital", "Died in hospital",
        "Patients who died before the end of inpatient care, not adjusted for case-mix. The others were discharged alive.",
        when.DIED, needs=("s7_discharge_type",),
    ),
    share(
        "stroke_tc_new_to_care_home", "Newly discharged to a care home",
        "Of patients discharged alive, those who went to a care home in which they had not lived before. Left out: died.",
        field("s7_care_home_discharge").equals(lists.NEW_THERE), exclusions=(DIED,), needs=("s7_care_home_discharge",),
    ),
    share(
        "stroke_tc_independent_at_discharge", "Independent at discharge",
        "Patients with a modified Rankin score of 0 to 2 at discharge, not adjusted for case-mix. Died or no score counts as not independent.",
        field("s7_rankin_discharge") <= policy.INDEPENDENT_RANKIN, Direction.HIGHER_IS_BETTER, needs=("s7_rankin_discharge",),
    ),
    median(
        "stroke_tc_days_with_team", "Median length of stay with the team",
        "Median days from the clock start at the team (arrival there, or onset of an inpatient) to discharge or death. Left out: no such time.",
        STAY_MINUTES / policy.DAY, "days", "no_length_of_stay", direction=Direction.NEUTRAL, known=STAY_MINUTES >= 0, source=SOURCE,
        needs=("s4_arrival_at", "s7_hospital_discharge_at"),
    ),
)  # fmt: skip


def _first_week(name: str, title: str, what: str, answer: str, happened: Expression, told: Expression) -> Measure:
    """``told``: the answer says whether it happened."""
    return share(
        name, title, f"Patients {what} in the 7 days from the clock start. Left out: not known, not answered, or not with the team in these days.",
        happened, Direction.LOWER_IS_BETTER, exclusions=(excluded_unless("not_known", told),), needs=(answer,),
    )  # fmt: skip


def _yes(name: str, title: str, what: str, answer: str) -> Measure:
    return _first_week(name, title, what, answer, field(answer).equals(lists.YES), field(answer).is_in(lists.YES, lists.NO))


_LOC = "s5_loc_worst_7days"
FIRST_WEEK = (
    _yes("stroke_tc_pneumonia_7d", "Antibiotics for pneumonia in the first week", "given antibiotics for pneumonia", "s5_pneumonia_antibiotics_7days"),
    _yes("stroke_tc_urinary_infection_7d", "Urinary tract infection in the first week", "with a urinary tract infection", "s5_urinary_tract_infection_7days"),
    replace(
        _first_week("stroke_tc_not_alert_7d", "Not alert at some time in the first week", "whose worst level of consciousness was below alert (1 or more)", _LOC,
                    field(_LOC) >= 1, field(_LOC).is_present()),
        direction=Direction.NEUTRAL,
    ),
)  # fmt: skip

MEASURES = (*COUNTS, *AFTERWARDS, *FIRST_WEEK)
