"""Cases for what became of the patients. The patient is the textbook one but for what is told."""

from __future__ import annotations

from tests.spec.acute_stroke import patient as p
from tests.spec.acute_stroke.stay_rows import LOCKED, who_is_discharged, who_stayed
from tests.spec.acute_stroke.timed_rows import after, after_onset
from tests.spec.tables import NO, YES, Table, gives, no, out, table, yes

# ------------------------------------------------------------------------------------------------ counts, discharge
DISCHARGES = table("stroke_tc_discharges", *who_is_discharged(), yes("died", **p.DIED), yes("to a care home", **p.TO_CARE_HOME))
STAYS = table("stroke_tc_stays", *who_stayed(), yes("died", **p.DIED))
DEATHS = table("stroke_tc_died_in_hospital", *who_is_discharged(NO), yes("died", **p.DIED), no("to a care home", **p.TO_CARE_HOME))
LIVED_THERE = {**p.TO_CARE_HOME, "s7_care_home_discharge": "PR", "s7_care_home_discharge_type": None}
CARE_HOME = table(
    "stroke_tc_new_to_care_home",
    *who_is_discharged(NO),
    yes("to a care home, new there", **p.TO_CARE_HOME),
    yes("to a care home for a time", **{**p.TO_CARE_HOME, "s7_care_home_discharge_type": "T"}),
    no("to the care home where the patient lived", **LIVED_THERE),
    no("to a care home, whether new there not answered", **LOCKED, **{**p.TO_CARE_HOME, "s7_care_home_discharge": None}),
    out("died", "died", **p.DIED),
)
INDEPENDENT = table(
    "stroke_tc_independent_at_discharge",
    *who_is_discharged(),
    yes("Rankin score 0", s7_rankin_discharge="0"),
    no("Rankin score 3", s7_rankin_discharge="3"),
    no("died", **p.DIED),
    no("not answered", **LOCKED, s7_rankin_discharge=None),
)
_UNKNOWN = "no_length_of_stay"
_NO_CLOCK = dict.fromkeys(("a community team's record", "a record for the six-month review"), (_UNKNOWN,))
DAYS = table(
    "stroke_tc_days_with_team",
    *who_is_discharged(("gives", 16140 / 1440), also=_NO_CLOCK),
    gives(0, "gone in the minute of arrival", s7_hospital_discharge_at=after(0)),
    gives(1.5, "gone after 36 hours", s7_hospital_discharge_at=after(2160)),
    gives(1.5, "an inpatient, 36 hours after onset", **{**p.INPATIENT, "s7_hospital_discharge_at": after_onset(2160)}),
    gives(1.5, "passed on from another team 36 hours before", s4_arrival_at="13/03/2025 02:00"),
    gives(899 / 1440, "died that day on the unit: at its end", **{**p.DIED, "s7_death_on": "03/03/2025"}),
    out(_UNKNOWN, "gone a minute before arrival", s7_hospital_discharge_at=after(-1)),
    out(
        _UNKNOWN,
        "time of discharge not entered",
        s7_hospital_discharge_at="14/03/2025 00:00",
        s7_hospital_discharge_time_not_entered="TRUE",
    ),
    out(_UNKNOWN, "arrival here not answered", **LOCKED, s4_arrival_at=None),
)


def first_week(name: str, answer: str, happened: str, others: dict[str, str], unknown: tuple[str | None, ...]) -> Table:
    """``others`` are answers by which it did not happen."""
    return table(
        name,
        *who_is_discharged(YES, base={answer: happened}),
        *(no(about, **{answer: code}) for about, code in others.items()),
        *(out("not_known", f"answer {code or 'missing'}", **LOCKED, **{answer: code}) for code in unknown),
    )


FIRST_WEEK = (
    first_week("stroke_tc_pneumonia_7d", "s5_pneumonia_antibiotics_7days", "Y", {"none": "N"}, ("NK", None)),
    first_week("stroke_tc_urinary_infection_7d", "s5_urinary_tract_infection_7days", "Y", {"none": "N"}, ("NK", None)),
    first_week("stroke_tc_not_alert_7d", "s5_loc_worst_7days", "1", {"alert": "0"}, (None,)),
)

OUTCOME_MEASURE_TABLES: tuple[Table, ...] = (DISCHARGES, STAYS, DEATHS, CARE_HOME, INDEPENDENT, DAYS, *FIRST_WEEK)
