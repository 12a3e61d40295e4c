"""Rules V04 to V06, V08, V23 and parts of V22 and V34: onset, arrival, first ward.

Belongs here: requirements on section 1 of one record. Does not belong here: conditions of questions (V07: they follow from the fields).
"""

from __future__ import annotations

from schemas.expressions import Conforms, DayOf, Expression, Not, all_of, any_of, days_between, field, minutes_between
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.fields_onset import FIRST_ARRIVAL, FIRST_STROKE_UNIT, ONSET
from schemas.pathways.acute_stroke.parts import after_clock_start, not_before
from schemas.rules import Rule, Severity

ASIDE, WARN = Severity.QUARANTINE_RECORD, Severity.WARN
_onset = field(ONSET.at)
_time, _date = field("s1_onset_time_type"), field("s1_onset_date_type")
_when = (ONSET.at, FIRST_ARRIVAL.at, "s1_onset_in_hospital")
_trust = field("s1_ambulance_trust")


def _rule(id: str, name: str, requirement: Expression, severity: Severity, fields: tuple[str, ...], advice: str) -> Rule:
    return Rule(id, name, requirement, severity, fields, advice, family="onset and arrival")


RULES = (
    _rule("V04a", "onset_not_after_arrival", when.CAME_FROM_OUTSIDE.implies(not_before(ONSET, FIRST_ARRIVAL)), ASIDE, _when,
          "The stroke began after arrival, but the patient was no inpatient: correct one of the times, or question 1.10."),
    _rule("V04b", "inpatient_had_arrived_before_onset", when.INPATIENT.implies(not_before(FIRST_ARRIVAL, ONSET)), ASIDE, _when,
          "The patient was an inpatient already, but arrived after the stroke began: correct one of the times, or question 1.10."),
    _rule("V05", "onset_at_most_28_days_before_arrival", days_between(ONSET.at, FIRST_ARRIVAL.at) <= policy.ONSET_BEFORE_ARRIVAL_DAYS, ASIDE,
          (ONSET.at, FIRST_ARRIVAL.at), "The stroke began more than 28 days before arrival: correct the date (month or year?), or leave the record out."),
    _rule("V06a", "precise_time_only_with_precise_date", _time.equals(lists.PRECISE).implies(_date.equals(lists.PRECISE)), ASIDE,
          ("s1_onset_time_type", "s1_onset_date_type"), "A precise time needs a precise date: correct question 1.11.1 or 1.11.2."),
    _rule("V06b", "time_of_an_inpatients_onset_is_known", when.INPATIENT.implies(_time.differs_from(lists.NOT_KNOWN)), ASIDE,
          ("s1_onset_time_type", "s1_onset_in_hospital"), "For an inpatient the time of onset is at least estimated: answer P or BE."),
    _rule("V06c", "time_of_a_stroke_during_sleep_is_not_precise", _date.equals(lists.DURING_SLEEP).implies(_time.differs_from(lists.PRECISE)), ASIDE,
          ("s1_onset_time_type", "s1_onset_date_type"), "A stroke during sleep has no precise time: answer BE or NK."),
    _rule("V08a", "first_ward_was_a_stroke_unit_so_the_patient_stayed_there",
          when.FIRST_ON_STROKE_UNIT.implies(Not(field("s1_first_stroke_unit_arrival_na"))), ASIDE,
          ("s1_first_stroke_unit_arrival_na", "s1_first_ward"),
          "The first ward was a stroke unit, so the patient did stay on one: give its date and time, or correct the ward."),
    _rule("V08b", "stroke_unit_not_before_clock_start", after_clock_start(FIRST_STROKE_UNIT), ASIDE, (FIRST_STROKE_UNIT.at, FIRST_ARRIVAL.at),
          "Arrival on the stroke unit lies before the clock start: correct one of the times."),
    _rule("V22a", "onset_not_at_the_minute_of_arrival",
          when.CAME_FROM_OUTSIDE.implies(minutes_between(ONSET.exact, FIRST_ARRIVAL.exact).differs_from(0)), WARN, _when[:2],
          "Onset and arrival are at the same minute: check the time of onset."),
    _rule("V23", "no_time_where_it_is_not_known",
          _time.equals(lists.NOT_KNOWN).implies(any_of(field("s1_onset_time_not_entered"), _onset.equals(DayOf(_onset)))), WARN,
          (ONSET.at, "s1_onset_time_type"), "The time of onset is said not to be known, but one is given: correct question 1.11.2, or leave the time out."),
    _rule("V34b", "ambulance_trust_is_known",
          any_of(_trust.is_in(*lists.AMBULANCE_TRUST.values), all_of(Conforms(_trust, "ods_code"), _trust >= "R", _trust < "S")), WARN,
          ("s1_ambulance_trust",), "The ambulance service's code is not one of the list, nor has the form of a trust's: check it, or answer O."),
)  # fmt: skip
