"""Cases for clocks, ends, ages and totals of one team's record (section 2.1 of the reference)."""

from __future__ import annotations

from schemas.pathways.acute_stroke.fields_nihss import AFTER_24_HOURS, ARRIVAL, names
from tests.spec.acute_stroke import patient as p
from tests.spec.tables import gives, table

_SIX_MONTHS = {"transfer_from_team_code": "SSNAP234", "transfer_from_at": None}
_DIED_ELSEWHERE = {**p.DIED, "s7_stroke_unit_death": "N"}
NO_TIME = {"s1_first_arrival_at": "03/03/2025 00:00", "s1_first_arrival_time_not_entered": "TRUE"}

CLOCKS = (
    table(
        "clock_start_at",
        gives("03/03/2025 09:00", "from outside: first arrival"),
        gives("03/03/2025 08:15", "an inpatient: onset", **p.INPATIENT),
        gives("03/03/2025 09:00", "not said whether an inpatient: first arrival", s1_onset_in_hospital=None),
        gives(None, "time of arrival not entered", **NO_TIME),
        gives("03/03/2025 00:00", "arrived exactly at midnight", s1_first_arrival_at="03/03/2025 00:00"),
        gives(None, "an inpatient, time of onset not entered", **p.INPATIENT, s1_onset_time_not_entered="TRUE"),
        gives(None, "an inpatient, time of onset not known", **p.INPATIENT, s1_onset_time_type="NK"),
    ),
    table(
        "clock_start_on",
        gives("03/03/2025 00:00", "from outside"),
        gives("03/03/2025 00:00", "time of arrival not entered (decision 15)", **NO_TIME),
        gives("03/03/2025 00:00", "an inpatient for two days", **p.INPATIENT),
        gives("01/03/2025 00:00", "an inpatient, onset missing: the record still has a day", **p.INPATIENT, s1_onset_at=None),
        gives(None, "arrival missing", s1_first_arrival_at=None),
    ),
    table(
        "patient_clock_start_at",
        gives("03/03/2025 09:00", "a stroke"),
        gives("03/03/2025 09:00", "a later team: the clock never restarts", **p.LATER_OF_EXPORT, s4_arrival_at="03/03/2025 20:00"),
        gives(None, "another diagnosis", s1_diagnosis="T"),
        gives(None, "a community team", team_code="SSNAPC012"),
        gives(None, "passed on for the six-month review", **_SIX_MONTHS),
        gives("03/03/2025 09:00", "a team known by another code", team_code="RXX01"),
    ),
    table(
        "patient_clock_start_on",
        gives("03/03/2025 00:00", "a stroke, no time", **NO_TIME),
        gives(None, "a community team", team_code="SSNAPC012"),
        gives(None, "another diagnosis", s1_diagnosis="T"),
        gives(None, "passed on for the six-month review", **_SIX_MONTHS),
    ),
    table(
        "team_clock_start_at",
        gives("03/03/2025 09:00", "the first team"),
        gives("05/03/2025 10:00", "a later team", s4_arrival_at="05/03/2025 10:00"),
        gives("03/03/2025 08:15", "an inpatient, who had arrived before", **p.INPATIENT),
        gives(None, "arrival missing", s4_arrival_at=None),
        gives(None, "time of arrival not entered", s4_arrival_at="05/03/2025 00:00", s4_arrival_time_not_entered="TRUE"),
        gives(None, "a community team", team_code="SSNAPC012"),
    ),
)

ENDS = (
    table(
        "death_at",
        gives(None, "alive"),
        gives("14/03/2025 23:59", "on the stroke unit", **p.DIED),
        gives("14/03/2025 10:00", "on another ward, having left the unit that day", **{**_DIED_ELSEWHERE, "s7_stroke_unit_discharge_at": "14/03/2025 10:00"}),
        gives("14/03/2025 00:00", "on another ward, having left the unit before", **{**_DIED_ELSEWHERE, "s7_stroke_unit_discharge_at": "13/03/2025 10:00"}),
        gives("14/03/2025 00:00", "never on the unit", **{**p.DIED, "s7_stroke_unit_death": None, "s4_stroke_unit_arrival_na": "TRUE"}),
        gives("03/03/2025 23:59", "an inpatient, on the day of onset (decision 21)", **{**_DIED_ELSEWHERE, **p.INPATIENT, "s7_death_on": "03/03/2025"}),
        gives("14/03/2025 00:00", "an inpatient, days after onset, never on the unit", **{**_DIED_ELSEWHERE, **p.INPATIENT, "s4_stroke_unit_arrival_na": "TRUE"}),
        gives("03/03/2025 00:00", "from outside, on the day of arrival", **{**_DIED_ELSEWHERE, "s7_death_on": "03/03/2025"}),
    ),
    table("team_clock_stop_at", gives("14/03/2025 14:00", "discharged"), gives("14/03/2025 23:59", "died", **p.DIED),
          gives(None, "time of discharge not entered", s7_hospital_discharge_at="14/03/2025 00:00", s7_hospital_discharge_time_not_entered="TRUE")),
    table("team_clock_stop_on", gives("14/03/2025 00:00", "discharged"), gives("14/03/2025 00:00", "died", **p.DIED),
          gives("14/03/2025 00:00", "no time", s7_hospital_discharge_at="14/03/2025 00:00", s7_hospital_discharge_time_not_entered="TRUE")),
    table("stroke_unit_end_at", gives("14/03/2025 14:00", "left it"), gives("14/03/2025 23:59", "died there", **p.DIED),
          gives(None, "died elsewhere, never there", **{**p.DIED, "s7_stroke_unit_death": None})),
    table("swallow_screen_at", gives("03/03/2025 11:00", "within 4 hours"),
          gives("04/03/2025 09:00", "within 72 hours", s2_swallow_screening_4hrs_at=None, s3_swallow_screening_72hrs_at="04/03/2025 09:00"),
          gives(None, "never", s2_swallow_screening_4hrs_at=None)),
)  # fmt: skip

TEAMS = (
    table("has_nhs_number", gives(True, "a number"), gives(False, "wrong check digit", s1_nhs_number="9990000019"), gives(False, "none", s1_nhs_number=None, s1_no_nhs_number="TRUE"),
          gives(False, "consent refused, so none told", **p.REFUSED)),
    table("is_community_team", gives(False, "three digits"), gives(True, "C and three digits", team_code="SSNAPC012"),
          gives(True, "C alone", team_code="SSNAPC"), gives(False, "D", team_code="SSNAPD"), gives(False, "a trust's code", team_code="ZX1"), gives(None, "no team", team_code=None)),
    table("is_six_month_record", gives(False, "a first record"), gives(False, "transferred", **p.LATER_OF_EXPORT), gives(True, "review only", **_SIX_MONTHS)),
    table("is_first_record", gives(None, "an import"), gives(True, "first", **p.FIRST_OF_EXPORT), gives(False, "later", **p.LATER_OF_EXPORT)),
    table("is_locked_to_72h", gives(None, "an import"), gives(True, "1 to 3", locked_s1="TRUE", locked_s2="TRUE", locked_s3="TRUE"),
          *(gives(False, f"all but {n}", **{"locked_s1": "TRUE", "locked_s2": "TRUE", "locked_s3": "TRUE", f"locked_s{n}": "FALSE"}) for n in (1, 2, 3))),
    table("is_locked_to_discharge", gives(None, "an import"), gives(True, "4 and 7", locked_s4="TRUE", locked_s7="TRUE"),
          gives(False, "4", locked_s4="TRUE", locked_s7="FALSE"), gives(False, "7", locked_s4="FALSE", locked_s7="TRUE")),
)  # fmt: skip


def _items(stem: str) -> list:
    """Every item counts, and every one must be known; nothing else is wanted."""
    none = dict.fromkeys(names(stem), "0")
    ones = [gives(1, f"a point for {item} alone", **{**none, item: "1"}) for item in names(stem)]
    return [*ones, *(gives(None, f"{item} not known", **{**none, item: "-1"}) for item in names(stem))]


NUMBERS = (
    table("age_years", gives(76, "from the date of birth"), gives(76, "the day before the birthday", s1_birth_on="04/03/1948"),
          gives(77, "on the birthday", s1_birth_on="03/03/1948"), gives(76, "as sent (decision 6)", **p.REFUSED), gives(None, "neither", s1_birth_on=None)),
    table("nihss_arrival_total", gives(8, "the textbook patient"), gives(0, "no deficit", **dict.fromkeys(names(ARRIVAL), "0")),
          *_items(ARRIVAL), gives(None, "an item missing", s2_nihss_arrival_visual=None)),
    table("nihss_24h_total", gives(3, "after thrombolysis"), *_items(AFTER_24_HOURS), gives(None, "not thrombolysed", **p.NOT_THROMBOLYSED)),
)  # fmt: skip

_LOCKED = {**p.FIRST_OF_EXPORT, "locked_s1": "TRUE", "locked_s2": "TRUE", "locked_s3": "TRUE"}
_MISSING = {"s2_rankin_before_stroke": None}
COHORT = (
    table("cohort_basis", gives("complete", "an import"), gives("locked", "an export, locked", **_LOCKED),
          gives("locked", "an export, not locked", **p.FIRST_OF_EXPORT, locked_s1="FALSE")),
    table("is_closed_to_72h", gives(True, "an import, complete"), gives(False, "an import with an answer missing", **_MISSING),
          gives(True, "an export, locked with an answer missing", **_LOCKED, **_MISSING),
          gives(False, "an export, complete but not locked", **{**_LOCKED, "locked_s3": "FALSE"})),
    table("is_in_72h_cohort", gives(True, "a stroke, complete"), gives(True, "time of arrival not entered (decision 15)", **NO_TIME),
          gives(False, "not complete", **_MISSING), gives(False, "a community team", team_code="SSNAPC012"), gives(False, "another diagnosis", s1_diagnosis="T")),
)  # fmt: skip

_LEFT_LOCKED = {**p.FIRST_OF_EXPORT, "locked_s1": "FALSE", "locked_s4": "TRUE", "locked_s7": "TRUE"}
_NOT_ANSWERED = {"s6_int_pneumatic_comp": None}
_PASSED_ON, _NAMED = {**_LEFT_LOCKED, "s7_discharge_type": "T"}, {"s7_transfer_team_code": "SSNAP234"}
_NOT_OF_A_STAY = (
    gives(False, "a community team", team_code="SSNAPC012"),
    gives(False, "passed on for the six-month review", **_SIX_MONTHS),
)
AFTER_72_HOURS = (
    table("is_closed_to_discharge", gives(True, "an import, complete"), gives(False, "an import with an answer missing", **_NOT_ANSWERED),
          gives(True, "an export, sections 4 and 7 locked with an answer missing", **_LEFT_LOCKED, **_NOT_ANSWERED),
          gives(False, "an export, complete but not locked", **{**_LEFT_LOCKED, "locked_s7": "FALSE"})),
    table("is_in_discharge_cohort", gives(True, "discharged"), gives(True, "died", **p.DIED), gives(True, "to a community team", **p.TO_COMMUNITY),
          gives(True, "to a team outside the audit", **_LEFT_LOCKED, s7_discharge_type="TN"), gives(False, "to another inpatient team", **_PASSED_ON, **_NAMED),
          gives(False, "how the stay ended not answered", **_LEFT_LOCKED, s7_discharge_type=None),
          gives(False, "not complete", **_NOT_ANSWERED), *_NOT_OF_A_STAY),
    table("is_in_every_team_cohort", gives(True, "discharged"), gives(True, "died", **p.DIED), gives(True, "to another inpatient team", **_PASSED_ON, **_NAMED),
          gives(True, "to one that the transfer names", **_PASSED_ON, transfer_to_team_code="SSNAP234"), gives(False, "to one that nobody names", **_PASSED_ON),
          gives(True, "to a community team, not locked", **{**_LEFT_LOCKED, **p.TO_COMMUNITY, "locked_s4": "FALSE"}),
          gives(False, "to a community team that nobody names", **{**_LEFT_LOCKED, **p.TO_COMMUNITY, "s7_transfer_team_code": None}),
          gives(False, "discharged, not locked", **{**_LEFT_LOCKED, "locked_s4": "FALSE"}),
          gives(False, "discharged, not locked, the transfer for the review named", **{**_LEFT_LOCKED, "locked_s4": "FALSE"}, transfer_to_team_code="SSNAPC012"),
          gives(False, "how the stay ended not answered", **_LEFT_LOCKED, s7_discharge_type=None),
          gives(False, "not answered, the next team named", **_LEFT_LOCKED, s7_discharge_type=None, transfer_to_team_code="SSNAP234"), *_NOT_OF_A_STAY),
    table("is_in_six_month_cohort", gives(False, "an import"), gives(True, "section 8 locked", **_LEFT_LOCKED, locked_s8="TRUE"),
          gives(False, "section 8 not locked", **_LEFT_LOCKED, locked_s8="FALSE"),
          gives(False, "a community team, locked", **{**_LEFT_LOCKED, "team_code": "SSNAPC012"}, locked_s8="TRUE")),
)  # fmt: skip

DERIVED_TABLES = (*CLOCKS, *ENDS, *TEAMS, *NUMBERS, *COHORT, *AFTER_72_HOURS)
