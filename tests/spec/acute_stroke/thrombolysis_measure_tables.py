"""Cases for the key indicators of thrombolysis. The patient is the textbook one (76, onset 45 minutes before arrival, NIHSS 8) but for what is told."""

from __future__ import annotations

from schemas.pathways.acute_stroke.fields_nihss import ARRIVAL, names
from tests.spec.acute_stroke import patient as p
from tests.spec.acute_stroke.derived_tables import NO_TIME
from tests.spec.acute_stroke.measure_tables import NOT_EXPECTED_THERE, STRAIGHT_IN_TIME
from tests.spec.acute_stroke.timed_rows import LOCKED, Timed, after, minutes_of, who_counts, within
from tests.spec.tables import Row, Table, gives, no, out, table, yes

NEEDLE = Timed("s2_thrombolysis_at", "s2_thrombolysis_time_not_entered", None)
NOT_ANSWERED = {**LOCKED, "s2_thrombolysis": None}
AGED_79, AGED_80 = {"s1_birth_on": "04/03/1945"}, {"s1_birth_on": "03/03/1945"}
NO_AGE = {**LOCKED, "s1_birth_on": None}
ESTIMATED, SLEPT = {"s1_onset_time_type": "BE"}, {"s1_onset_date_type": "DS", "s1_onset_time_type": "BE"}
UNKNOWN_TIME = {"s1_onset_time_type": "NK", "s1_onset_at": "03/03/2025 00:00", "s1_onset_time_not_entered": "TRUE"}
OUTSIDE, ACCEPTED = "outside_window", "accepted_reason"
BOTH = (OUTSIDE, ACCEPTED)


def onset(minutes_before: int) -> dict[str, str]:
    return {"s1_onset_at": after(-minutes_before)}


def nihss(points: str) -> dict[str, str]:
    return dict(zip(names(ARRIVAL), points, strict=True))


def no_but(*ends: str, **changes) -> dict[str, str]:
    """Not thrombolysed, for these clinical reasons."""
    return {**p.NO_BUT, **{f"s2_thrombolysis_no_but_{end}": "TRUE" for end in ends}, **changes}


THROMBOLYSED = table(
    "stroke_tc_3_1_thrombolysed",
    *who_counts(),
    no("not, without a clinical reason", **p.NOT_THROMBOLYSED),
    no("not, for a clinical reason", **no_but("refusal")),
    no("a haemorrhage", **p.HAEMORRHAGE),
    no("not imaged", **p.NOT_IMAGED),
    no("not answered", **NOT_ANSWERED),
    yes("time not entered", **NEEDLE.written("03/03/2025 00:00", **{NEEDLE.flag: "TRUE"})),
)

_WINDOW = (
    yes("76, 209 minutes from onset to the clock start", **onset(209)),
    out(OUTSIDE, "76, 210 minutes", **onset(210)),
    yes("79, 120 minutes", **AGED_79, **onset(120)),
    yes("79, 209 minutes", **AGED_79, **onset(209)),
    yes("80 on the day, 119 minutes", **AGED_80, **onset(119)),
    out(OUTSIDE, "80 on the day, 120 minutes", **AGED_80, **onset(120)),
    yes("age not known, 119 minutes", **NO_AGE, **onset(119)),
    out(OUTSIDE, "age not known, 120 minutes", **NO_AGE, **onset(120)),
    yes("time estimated, 209 minutes", **ESTIMATED, **onset(209)),
    out(OUTSIDE, "time not known", **UNKNOWN_TIME),
    out(OUTSIDE, "how well the time is known not answered", **LOCKED, s1_onset_time_type=None),
    out(OUTSIDE, "time of onset not entered", s1_onset_at="03/03/2025 00:00", s1_onset_time_not_entered="TRUE"),
    out(OUTSIDE, "onset not answered", **LOCKED, s1_onset_at=None),
    out(OUTSIDE, "time of arrival not entered", **NO_TIME),
    yes("an inpatient", **p.INPATIENT),
    yes("an inpatient of 80", **{**p.INPATIENT, "s1_birth_on": "01/03/1945"}),
    yes("an inpatient, time of onset not entered", **p.INPATIENT, s1_onset_time_not_entered="TRUE"),
    no("an inpatient, not thrombolysed", **{**p.INPATIENT, **p.NOT_THROMBOLYSED}),
    yes("whether an inpatient not answered", **LOCKED, s1_onset_in_hospital=None),
)
_ALWAYS = ("improving", "comorbidity", "medication", "refusal", "other_medical")
_AGE = (
    yes("thrombolysed at 80, time estimated", **AGED_80, **ESTIMATED),
    no("reason age, at 76", **no_but("age")),
    no("reason age, at 79", **no_but("age", **AGED_79, **onset(120))),
    no("reason age, at 80 after 119 minutes", **no_but("age", **AGED_80, **onset(119))),
    out(BOTH, "reason age, at 80 after 120 minutes", **no_but("age", **AGED_80, **onset(120))),
    out(ACCEPTED, "reason age, at 80, time estimated", **no_but("age", **AGED_80, **ESTIMATED)),
    out(
        ACCEPTED,
        "reason age, an inpatient of 80, time of onset estimated",
        **{**no_but("age"), **p.INPATIENT, **ESTIMATED, "s1_birth_on": "01/03/1945"},
    ),
    no("reason age, age not known", **{**no_but("age"), **NO_AGE}),
)
_TOO_MILD = (
    yes("thrombolysed with an NIHSS of 3", **nihss("000010020000000")),
    no("reason too mild or severe, NIHSS 8", **no_but("too_mild_severe")),
    no("reason too mild or severe, NIHSS 4", **no_but("too_mild_severe", **nihss("000010020010000"))),
    out(ACCEPTED, "reason too mild or severe, NIHSS 3", **no_but("too_mild_severe", **nihss("000010020000000"))),
    no(
        "reason too mild or severe, NIHSS 3 as far as known",
        **{**no_but("too_mild_severe", **nihss("000010020000000")), "s2_nihss_arrival_visual": "-1"},
    ),
)
_WOKE_UP = (
    no("reason time not known, yet precise", **no_but("time_unknown_wake_up")),
    out(ACCEPTED, "reason time not known, estimated", **no_but("time_unknown_wake_up", **ESTIMATED)),
    out(BOTH, "reason time not known, and it is not", **no_but("time_unknown_wake_up", **UNKNOWN_TIME)),
)
_TOO_LATE = (
    no("reason too late, 76 after 209 minutes", **no_but("time_window", **onset(209))),
    out(BOTH, "reason too late, 76 after 210 minutes", **no_but("time_window", **onset(210))),
    no("reason too late, 79 after 120 minutes", **no_but("time_window", **AGED_79, **onset(120))),
    no("reason too late, 80 after 119 minutes", **no_but("time_window", **AGED_80, **onset(119))),
    out(BOTH, "reason too late, 80 after 120 minutes", **no_but("time_window", **AGED_80, **onset(120))),
    out(ACCEPTED, "reason too late, 76 after 45 minutes, estimated", **no_but("time_window", **ESTIMATED)),
    out(ACCEPTED, "reason too late, 80 after 45 minutes, estimated", **no_but("time_window", **AGED_80, **ESTIMATED)),
    out(ACCEPTED, "reason too late, age not known: nothing speaks against it", **{**no_but("time_window"), **NO_AGE}),
    no("reason too late, an inpatient, awake", **{**no_but("time_window"), **p.INPATIENT, **ESTIMATED}),
    out(ACCEPTED, "reason too late, an inpatient, asleep", **{**no_but("time_window"), **p.INPATIENT, **SLEPT}),
)
ELIGIBLE = table(
    "stroke_tc_3_2_eligible_thrombolysed",
    *who_counts(),
    no("not, without a clinical reason", **p.NOT_THROMBOLYSED),
    no("not answered", **NOT_ANSWERED),
    out(ACCEPTED, "a haemorrhage", **p.HAEMORRHAGE),
    *(out(ACCEPTED, f"reason {end.replace('_', ' ')}", **no_but(end)) for end in _ALWAYS),
    out(ACCEPTED, "one reason agrees, one does not", **no_but("age", "refusal")),
    *(*_WINDOW, *_AGE, *_TOO_MILD, *_WOKE_UP, *_TOO_LATE),
)


def _not_given(*also: str) -> tuple[Row, ...]:
    """``also``: what applies as well where there is no time."""
    reasons = ("not_thrombolysed", *also)
    return (
        out(reasons, "not, without a clinical reason", **p.NOT_THROMBOLYSED),
        out(reasons, "not, for a clinical reason", **no_but("refusal")),
        out("not_thrombolysed", "not, yet there is a time", **LOCKED, s2_thrombolysis="N"),
        out("not_thrombolysed", "not answered, yet there is a time", **NOT_ANSWERED),
    )


NEEDLE_1H = table("stroke_tc_3_3_needle_1h", *who_counts(), *within(NEEDLE, 60), *_not_given())
UNIT_AND_NEEDLE = table(
    "stroke_tc_3_4_stroke_unit_4h_and_thrombolysed",
    *who_counts(),
    *NOT_EXPECTED_THERE,
    *STRAIGHT_IN_TIME,
    yes("in time, not thrombolysed for a clinical reason", **no_but("refusal")),
    yes("in time, a reason that does not agree with the record", **no_but("age")),
    no("in time, not thrombolysed without one", **p.NOT_THROMBOLYSED),
    no("in time, whether thrombolysed not answered", **NOT_ANSWERED),
)
MINUTES_TO_NEEDLE = table(
    "stroke_tc_3_5_minutes_to_needle",
    *who_counts(("gives", 50), untimed=("no_time_of_needle",)),
    *minutes_of(NEEDLE, "no_time_of_needle"),
    *_not_given("no_time_of_needle"),
    gives(60, "after exactly 60 minutes", **NEEDLE.written(after(60))),
)

THROMBOLYSIS_TABLES: tuple[Table, ...] = (THROMBOLYSED, ELIGIBLE, NEEDLE_1H, UNIT_AND_NEEDLE, MINUTES_TO_NEEDLE)
