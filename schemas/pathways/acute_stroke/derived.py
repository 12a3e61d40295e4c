"""What is computed from the fields of a record when it is conformed: exact instants, clocks, ends, ages, totals.

Belongs here: facts of one team's record, in an order in which each reads only those before it. Does not belong here: facts of a case over its
teams, numerators and denominators.

``<event>_at`` is the instant of an event where its time of day is known: intervals are made of these. ``..._on`` are days, known also where
the time of day is not: cohorts are made of these.
"""

from __future__ import annotations

from datetime import time

from schemas.expressions import (
    AgeInYears,
    Choose,
    Coalesce,
    Conforms,
    Constant,
    DayOf,
    Expression,
    Moment,
    Sum,
    all_of,
    any_of,
    days_between,
    field,
)
from schemas.fields import Derived, Kind
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke.events import EVENTS
from schemas.pathways.acute_stroke.fields_nihss import AFTER_24_HOURS, ARRIVAL, names
from schemas.pathways.acute_stroke.fields_onset import FIRST_ARRIVAL, ONSET

NOTHING = Constant(None)


def _instant(name: str, expression: Expression, description: str) -> Derived:
    return Derived(name, Kind.DATETIME, expression, description)


def _day(name: str, expression: Expression, description: str) -> Derived:
    return Derived(name, Kind.DATE, expression, description)


def _truth(name: str, expression: Expression, description: str) -> Derived:
    return Derived(name, Kind.BOOLEAN, expression, description)


def first_of(*cases: tuple[Expression, Expression], otherwise: Expression = NOTHING) -> Choose:
    return Choose(cases, otherwise)


def later(one: str, other: str) -> Choose:
    """The later of two instants; missing if either is."""
    return first_of((field(other) > field(one), field(other)), (field(other).is_present(), field(one)))


# codes of teams as the house knows them; a team known by another code is taken to be an inpatient team
_a_community_team = all_of(field("team_code") >= "SSNAPC", field("team_code") < "SSNAPD")
_six_month_record = all_of(field("transfer_from_team_code").is_present(), field("transfer_from_at").is_missing())
_no_patient_clock = any_of(field("s1_diagnosis").differs_from(lists.STROKE), field("is_community_team"), field("is_six_month_record"))

TEAMS = (
    _truth("is_community_team", _a_community_team, "The team is a community or early supported discharge team."),
    _truth("has_nhs_number", all_of(field("s1_nhs_number").is_present(), Conforms(field("s1_nhs_number"), "nhs_number")),
           "Whether the record has a real NHS number, by which a death is linked."),
    _truth("is_six_month_record", _six_month_record, "The record was passed on for the six-month review only."),
    _truth("is_first_record", first_of((field("pro_clin_v1_id").is_present(), field("transfer_from_team_code").is_missing())),
           "The team was the patient's first; known from an export only."),
    _truth("is_locked_to_72h", all_of(*(field(f"locked_s{n}") for n in (1, 2, 3))), "Sections 1 to 3 are locked; known from an export only."),
    _truth("is_locked_to_discharge", all_of(field("locked_s4"), field("locked_s7")), "Sections 4 and 7 are locked; known from an export only."),
)  # fmt: skip

INSTANTS = tuple(
    _instant(asked.exact, asked.event.exact(), f"{asked.event.title}, where the time of day is known.")
    for asked in EVENTS
    if asked.is_timed
)

_start = first_of((when.INPATIENT, Coalesce((field(ONSET.at), field(FIRST_ARRIVAL.at)))), otherwise=field(FIRST_ARRIVAL.at))
_exact_start = first_of((when.INPATIENT, field(ONSET.exact)), otherwise=field(FIRST_ARRIVAL.exact))
CLOCKS = (
    _day("clock_start_on", DayOf(_start), "Day of the clock start: of onset for an inpatient, of first arrival otherwise."),
    _instant("clock_start_at", _exact_start, "Clock start, where its time of day is known."),
    _day("patient_clock_start_on", first_of((_no_patient_clock, NOTHING), otherwise=field("clock_start_on")),
         "Day of the patient's clock start; none for a community team, a six-month record, or another diagnosis than stroke."),
    _instant("patient_clock_start_at", first_of((_no_patient_clock, NOTHING), otherwise=field("clock_start_at")),
             "The patient's clock start, where its time of day is known; never restarts on transfer."),
    _instant("stay_began_at", Coalesce((field("s4_arrival_at"), field("transfer_from_at"), field(FIRST_ARRIVAL.at))),
             "When the patient came to this team, as far as is told: puts the records of a stroke in their sequence."),
    _instant("team_clock_start_at", later("patient_clock_start_at", "team_arrival_at"), "The later of the patient's clock start and arrival at this team."),
)  # fmt: skip

_died_on, _left_unit_at = field("s7_death_on"), field("stroke_unit_discharge_at")
_end_of_day = Moment(_died_on, Constant(time(23, 59)))
_death = first_of(
    (when.DIED_ON_STROKE_UNIT, _end_of_day),
    (days_between("s7_death_on", "stroke_unit_discharge_at").equals(0), _left_unit_at),
    # decision 21: not before an inpatient's stroke began
    (all_of(when.INPATIENT, days_between("s7_death_on", "clock_start_on").equals(0)), _end_of_day),
    otherwise=Moment(_died_on, Constant(time(0, 0))),
)
ENDS = (
    _instant("death_at", _death, "When death is taken to have happened: the day alone is recorded."),
    _instant("team_clock_stop_at", Coalesce((field("hospital_discharge_at"), field("death_at"))), "When the stay with this team ended."),
    _day("team_clock_stop_on", Coalesce((DayOf(field("s7_hospital_discharge_at")), _died_on)), "Day on which the stay with this team ended."),
    _instant("stroke_unit_end_at", Coalesce((_left_unit_at, first_of((when.DIED_ON_STROKE_UNIT, field("death_at"))))),
             "When the stay on this team's stroke unit ended."),
    _instant("swallow_screen_at", Coalesce((field("swallow_screen_4h_at"), field("swallow_screen_72h_at"))), "Swallow screen, within 4 or within 72 hours."),
)  # fmt: skip


def _total(name: str, stem: str, description: str) -> Derived:
    items = tuple(field(item) for item in names(stem))
    known = all_of(*(item >= 0 for item in items))
    return Derived(name, Kind.INTEGER, first_of((known, Sum(items))), description, unit="points")


_age = Coalesce((AgeInYears(field("s1_birth_on"), field(FIRST_ARRIVAL.at)), field("s1_age_on_arrival")))
NUMBERS = (
    Derived("age_years", Kind.INTEGER, _age, "Age on first arrival; as sent where the date of birth is not.", unit="years"),
    _total("nihss_arrival_total", ARRIVAL, "NIHSS on arrival, 0 to 42; unknown if any item is."),
    _total("nihss_24h_total", AFTER_24_HOURS, "NIHSS after 24 hours, 0 to 42; unknown if any item is."),
)

DERIVED = (*TEAMS, *INSTANTS, *CLOCKS, *ENDS, *NUMBERS)
