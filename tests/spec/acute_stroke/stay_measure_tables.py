"""Cases for the share of a stay on a stroke unit, and for what teams gave of each therapy. The patient is the textbook one but for what is told."""

from __future__ import annotations

from dataclasses import dataclass

from tests.spec.acute_stroke import patient as p
from tests.spec.acute_stroke.stay_rows import LOCKED, who_is_discharged, who_stayed
from tests.spec.acute_stroke.timed_rows import after, after_onset
from tests.spec.tables import YES, Row, Table, gives, no, out, table, yes

# ------------------------------------------------------------------------------------------------ domain 2, after 72 hours
_NEVER_THERE = {"s4_stroke_unit_arrival_at": None, "s4_stroke_unit_arrival_na": "TRUE", "s7_stroke_unit_discharge_at": None}
_DIED_ELSEWHERE = {**p.DIED, "s7_stroke_unit_death": "N"}


def stay(minutes: int, *on_unit: int) -> dict[str, str | None]:
    """A stay of so many minutes, on the stroke unit from and to these minutes after its beginning, or never."""
    leaves = {"s7_hospital_discharge_at": after(minutes)}
    if not on_unit:
        return {**leaves, **_NEVER_THERE}
    return {**leaves, "s4_stroke_unit_arrival_at": after(on_unit[0]), "s7_stroke_unit_discharge_at": after(on_unit[1])}


_NOT_TIMED = (
    ("time of arrival here not entered", {"s4_arrival_at": "03/03/2025 00:00", "s4_arrival_time_not_entered": "TRUE"}),
    ("arrival here not answered", {**LOCKED, "s4_arrival_at": None}),
    ("time of discharge not entered", {"s7_hospital_discharge_at": "14/03/2025 00:00", "s7_hospital_discharge_time_not_entered": "TRUE"}),
    ("discharge not answered", {**LOCKED, "s7_hospital_discharge_at": None}),
    (
        "time on the stroke unit not entered",
        {"s4_stroke_unit_arrival_at": "03/03/2025 00:00", "s4_stroke_unit_arrival_time_not_entered": "TRUE"},
    ),
    ("end on the stroke unit not answered", {**LOCKED, "s7_stroke_unit_discharge_at": None}),
)
_STROKE_UNIT = (
    yes("900 of the 1000 minutes after the first 240", **stay(1240, 340, 1240)),
    no("899 of 1000", **stay(1240, 341, 1240)),
    yes("900 of 1000, left the unit before the hospital", **stay(1240, 100, 1000)),
    yes("1 minute of 1", **stay(241, 240, 241)),
    no("0 minutes of 1", **stay(241, 240, 240)),
    no("never, in a stay of 241 minutes", **stay(241)),
    yes("never, in a stay of exactly 240 minutes", **stay(240)),
    yes("never, gone in the minute of arrival", **stay(0)),
    no("gone a minute before arrival", **stay(-1)),
    no("never on a stroke unit", **_NEVER_THERE),
    out("intensive_care_first", "first ward here intensive care", s4_first_ward="ICH"),
    yes("intensive care first in the hospital before", s1_first_ward="ICH"),
    yes("first ward here not answered", **LOCKED, s4_first_ward=None),
    yes("had a thrombectomy", **p.THROMBECTOMY),
    yes("died on the unit, which the end of the day ends", **p.DIED),
    out("died_on_day_of_arrival", "died on the day of arrival", **{**p.DIED, "s7_death_on": "03/03/2025"}),
    yes("died on the day after, on the unit", **{**p.DIED, "s7_death_on": "04/03/2025"}),
    no("died elsewhere the day after, 510 of 660 minutes", **{**_DIED_ELSEWHERE, "s7_death_on": "04/03/2025", "s7_stroke_unit_discharge_at": after(600)}),
    out(("intensive_care_first", "died_on_day_of_arrival"), "both", **{**p.DIED, "s7_death_on": "03/03/2025", "s4_first_ward": "ICH"}),
    yes("passed on from another team after 10 days, on the unit here from the beginning", s4_arrival_at="13/03/2025 14:00", s4_stroke_unit_arrival_at="13/03/2025 14:00"),
    no("passed on from another team after 10 days, half of 1200 minutes on the unit", s4_arrival_at="13/03/2025 14:00", s4_stroke_unit_arrival_at="14/03/2025 04:00"),
    yes("an inpatient: 900 of the 1000 minutes after onset", **{
        **p.INPATIENT, "s4_stroke_unit_arrival_at": after_onset(340), "s7_stroke_unit_discharge_at": after_onset(1240), "s7_hospital_discharge_at": after_onset(1240)}),
    *(no(about, **changes) for about, changes in _NOT_TIMED),
)  # fmt: skip
UNIT = (
    table("stroke_tc_2_3_stroke_unit_90pct", *who_is_discharged(), *_STROKE_UNIT),
    table("stroke_tc_2_3_stroke_unit_90pct_every_team", *who_stayed(), *_STROKE_UNIT),
)


# ------------------------------------------------------------------------------------------------ domains 5 to 7
@dataclass(frozen=True)
class Given:
    """A therapy of the form, its domain, and what the textbook patient had: minutes a day, share of the days of need."""

    work: str
    domain: int
    short: str
    minutes_a_day: float
    share: float

    def named(self, number: int, what: str) -> str:
        return f"stroke_tc_{self.domain}_{number}_{self.short}_{what}"

    def told(self, **changes) -> dict:
        """``needed`` is the question whether it was needed."""
        return {f"s4_{self.work}" if name == "needed" else f"s4_{self.work}_{name}": value for name, value in changes.items()}

    @property
    def not_needed(self) -> dict:
        return self.told(needed="N", end_on=None, days=None, minutes=None)


GIVEN = (
    Given("occ_ther", 5, "occupational_therapy", 280 / 7, 7 * 1440 / 15300),  # needed from 3 March at 09:00 to the end of 13 March
    Given("physio", 6, "physiotherapy", 320 / 8, 8 * 1440 / 15300),
    Given("speech_lang", 7, "speech_therapy", 120 / 4, 4 * 1440 / 10980),  # to the end of 10 March
)


def _needed(t: Given) -> tuple[Row, ...]:
    return (
        no("not needed", **t.not_needed),
        no("not answered", **LOCKED, **t.told(needed=None)),
        yes("needed, given on no day", **t.told(days="0", minutes=None)),
    )


def _minutes_a_day(t: Given) -> tuple[Row, ...]:
    unknown = "no_days_or_minutes"
    return (
        gives(3.5, "7 minutes on 2 days", **t.told(days="2", minutes="7")),
        gives(45, "45 minutes on 1 day", **t.told(days="1", minutes="45")),
        gives(0, "on no day, minutes blank (decision 3)", **t.told(days="0", minutes=None)),
        gives(0, "on no day, 0 minutes (decision 3)", **t.told(days="0", minutes="0")),
        out(unknown, "minutes not answered", **LOCKED, **t.told(minutes=None)),
        out(unknown, "days not answered", **LOCKED, **t.told(days=None)),
        out(("not_needed", unknown), "not needed", **t.not_needed),
        out("not_needed", "whether needed not answered", **LOCKED, **t.told(needed=None)),
    )


def _share_of_days(t: Given) -> tuple[Row, ...]:
    unknown = "no_days_or_end"
    from_midnight, from_last_minute, from_first_minute = (
        {"s4_arrival_at": at} for at in ("04/03/2025 00:00", "03/03/2025 23:59", "04/03/2025 00:01")
    )
    return (
        gives(2 / 10, "2 days of 10", **from_midnight, **t.told(end_on="13/03/2025", days="2")),
        gives(1, "10 days of 10", **from_midnight, **t.told(end_on="13/03/2025", days="10")),
        gives(1, "11 days of 10: no more than all", **from_midnight, **t.told(end_on="13/03/2025", days="11")),
        gives(14400 / 14401, "10 days of 10 and a minute", **from_last_minute, **t.told(end_on="13/03/2025", days="10")),
        gives(1, "10 days of 10 less a minute", **from_first_minute, **t.told(end_on="13/03/2025", days="10")),
        gives(1, "1 day, needed until that night", **t.told(end_on="03/03/2025", days="1")),
        gives(1, "1 day, needed for the last minute of the day", **from_last_minute, **t.told(end_on="03/03/2025", days="1")),
        gives(0, "on no day", **t.told(days="0", minutes=None)),
        gives(0, "on no day, last day not answered", **LOCKED, **t.told(days="0", minutes=None, end_on=None)),
        gives(
            1440 / 2310,
            "an inpatient: from onset at 09:30",
            **{**p.INPATIENT, "s1_onset_at": "03/03/2025 09:30"},
            **t.told(end_on="04/03/2025", days="1"),
        ),
        out(unknown, "last day over as the stay begins", **from_midnight, **t.told(end_on="03/03/2025", days="1")),
        out(unknown, "last day the day before the stay", **t.told(end_on="02/03/2025", days="1")),
        out(unknown, "last day not answered", **LOCKED, **t.told(end_on=None)),
        out(unknown, "days not answered", **LOCKED, **t.told(days=None)),
        out(unknown, "time of arrival here not entered", s4_arrival_at="03/03/2025 00:00", s4_arrival_time_not_entered="TRUE"),
        out(("not_needed", unknown), "not needed", **t.not_needed),
        out("not_needed", "whether needed not answered", **LOCKED, **t.told(needed=None)),
    )


# the clock of these never starts, so no share of days is known
_NO_CLOCK = dict.fromkeys(("a community team's record", "a record for the six-month review"), ("no_days_or_end",))


def therapy(t: Given) -> tuple[Table, ...]:
    asked = (
        (t.named(1, "needed"), YES, {}, _needed(t)),
        (t.named(2, "minutes_a_day"), ("gives", t.minutes_a_day), {}, _minutes_a_day(t)),
        (t.named(3, "share_of_days"), ("gives", t.share), _NO_CLOCK, _share_of_days(t)),
    )
    alone = (table(name, *who_is_discharged(answer, also=also), *rows) for name, answer, also, rows in asked)
    return (*alone, *(table(f"{name}_every_team", *who_stayed(answer, also=also), *rows) for name, answer, also, rows in asked))


THERAPY = tuple(made for t in GIVEN for made in therapy(t))


def compliance(t: Given, target: float, suffix: str = "") -> Table:
    """Rows are results of one team: ``target`` minutes give exactly 1 where all needed it every day."""
    parts = [f"{t.named(n, what)}{suffix}" for n, what in ((1, "needed"), (2, "minutes_a_day"), (3, "share_of_days"))]

    def of(*figures: str | None) -> dict[str, str | None]:
        return dict(zip(parts, figures, strict=True))

    return table(
        f"{t.named(4, 'compliance')}{suffix}",
        gives(0.8 * 40 * 0.6 / target, "80 % needed it, 40 minutes a day, on 60 % of days", **of("0.8", "40", "0.6")),
        gives(1.0, "exactly the target", **of("1", str(target), "1")),
        gives(2.0, "twice the target: no upper limit", **of("0.5", str(4 * target), "1")),
        gives(0.0, "on no day", **of("0.5", "0", "0")),
        gives(None, "nobody needed it", **of("0", None, None)),
        gives(None, "no days known", **of("0.5", "40", None)),
    )


# 45 minutes on 5 days of 7, for 80, 85 and 50 % of patients
TARGETS = {"occ_ther": 180 / 7, "physio": 191.25 / 7, "speech_lang": 112.5 / 7}
COMPLIANCE = tuple(compliance(t, TARGETS[t.work], suffix) for t in GIVEN for suffix in ("", "_every_team"))

STAY_MEASURE_TABLES: tuple[Table, ...] = (*UNIT, *THERAPY)
