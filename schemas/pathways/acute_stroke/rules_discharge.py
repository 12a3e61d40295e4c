"""Rules V18, V19, V26, V39, V44 and parts of V22 and V38: how the stay with this team ended, and what cannot lie after it.

Belongs here: requirements on sections 7 and 8 of one record. Does not belong here: conditions of questions (V18, V20, V38: they follow from
the fields), the end of the case.
"""

from __future__ import annotations

from schemas.expressions import Count, Expression, all_of, days_between, field
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.events import EARLY, EVENTS, OWN_STAY
from schemas.pathways.acute_stroke.fields_admission import STROKE_UNIT
from schemas.pathways.acute_stroke.fields_discharge import HOSPITAL_DISCHARGE, STROKE_UNIT_DISCHARGE
from schemas.pathways.acute_stroke.fields_first_day import BRAIN_IMAGING
from schemas.pathways.acute_stroke.parts import Asked, if_given, not_before
from schemas.pathways.acute_stroke.rules_reperfusion import before_the_end, within_the_stay
from schemas.rules import Rule, Severity

ASIDE, WARN = Severity.QUARANTINE_RECORD, Severity.WARN
_rankin = field("s7_rankin_discharge")
_left_at, _died_on, _needless_on = HOSPITAL_DISCHARGE.at, "s7_death_on", "s7_end_rehab_on"


def _rule(
    id: str, name: str, requirement: Expression, severity: Severity, fields: tuple[str, ...], advice: str, family: str = "discharge"
) -> Rule:
    return Rule(id, name, requirement, severity, fields, advice, family=family)


OUTCOME = (
    _rule("V18a", "died_is_rankin_6", when.DIED.implies(_rankin.equals(6)), ASIDE, ("s7_rankin_discharge", "s7_discharge_type"),
          "The patient died, so the Rankin score at discharge is 6: correct one of the answers."),
    _rule("V18b", "rankin_6_is_died", when.LEFT_ALIVE.implies(_rankin < 6), ASIDE, ("s7_rankin_discharge", "s7_discharge_type"),
          "The patient left alive, so the Rankin score is 0 to 5: correct one of the answers."),
    _rule("V26a", "rankin_is_not_better_than_before_the_stroke", _rankin >= field("s2_rankin_before_stroke"), WARN,
          ("s7_rankin_discharge", "s2_rankin_before_stroke"), "The Rankin score at discharge is better than before the stroke: check both."),
    _rule("V38a", "visits_have_one_answer",
          when.NEEDS_HELP.implies(Count((field("s7_discharge_visits_per_week").is_present(), field("s7_discharge_visits_per_week_nk"))).equals(1)), WARN,
          ("s7_discharge_visits_per_week", "s7_discharge_visits_per_week_nk"), "Visits a week have exactly one answer: a number, or not known."),
)  # fmt: skip


def _within_the_stay(asked: Asked) -> Rule:
    """Sections 4 to 6 belong to this team, so they end with this record's discharge."""
    return _told_after_leaving(asked, within_the_stay(asked))


def _told_after_leaving(asked: Asked, requirement: Expression) -> Rule:
    return _rule(f"V19.{asked.at}", f"{asked.event.name}_not_after_the_end_of_the_stay", requirement, ASIDE, (asked.at, _left_at, _died_on),
                 f"{asked.event.title}: it lies after discharge or death. Correct one of the dates.")  # fmt: skip


_from_unit = all_of(
    if_given(STROKE_UNIT.at, not_before(STROKE_UNIT, STROKE_UNIT_DISCHARGE)),
    within_the_stay(STROKE_UNIT_DISCHARGE),
)
_needless = all_of(days_between("s4_arrival_at", _needless_on) >= 0, if_given(_left_at, days_between(_needless_on, _left_at) >= 0))
ORDER = (
    *(_told_after_leaving(asked, before_the_end(asked)) for asked in EARLY if asked is not BRAIN_IMAGING),
    *map(_within_the_stay, OWN_STAY),
    _rule("V19a", "stroke_unit_is_left_within_the_stay", _from_unit, ASIDE, (STROKE_UNIT_DISCHARGE.at, STROKE_UNIT.at, _left_at),
          "The stroke unit was left before arrival there, or after the end of the stay: correct one of the times."),
    _rule("V19b", "inpatient_care_is_needless_within_the_stay", _needless, ASIDE, (_needless_on, _left_at, "s4_arrival_at"),
          "The day from which inpatient care was no longer needed lies outside of the stay: correct one of the dates."),
    _rule("V22f", "stay_of_at_most_365_days", days_between("clock_start_on", "team_clock_stop_on") <= policy.LONG_STAY_DAYS, WARN,
          (_left_at, _died_on, "s1_first_arrival_at"), "A stay of more than a year: check the years of arrival and discharge."),
)  # fmt: skip


def _not_in_the_future(at: str, title: str) -> Rule:
    return _rule(f"V44.{at}", f"{at}_is_not_after_the_submission", days_between(at, "received_on") >= 0, WARN, (at,),
                 f"{title}: the date lies after the day the file was sent. Check it.", "future")  # fmt: skip


FUTURE = (*(_not_in_the_future(asked.at, asked.event.title) for asked in EVENTS), _not_in_the_future(_died_on, "Death"))

_earliest, _latest = policy.FOLLOW_UP_DAYS
_review = days_between("clock_start_on", "s8_follow_up_on")
REVIEW = (
    _rule("V39a", "review_4_to_8_months_after_the_stroke", all_of(_review >= _earliest, _review <= _latest), WARN, ("s8_follow_up_on",),
          "The six-month review is made 4 to 8 months after the clock start: check its date."),
)  # fmt: skip

RULES = (*OUTCOME, *ORDER, *FUTURE, *REVIEW)
