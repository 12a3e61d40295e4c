"""Rows that the measures after 72 hours share: who is in the cohort of the discharging team, or of every team, and the edges of days.

The textbook patient's clock starts on 3 March 2025 at 09:00, her stay ends on 14 March at 14:00. Her record is an import's, which counts when it is complete;
an answer can be missing from a record that counts only where an export says that sections 4 and 7 are locked.
"""

from __future__ import annotations

from datetime import date, timedelta

from tests.spec.acute_stroke import patient as p
from tests.spec.tables import YES, Answer, Row, no, out, yes

_START_DAY = date(2025, 3, 3)
# sections 1 to 3 are another team's to lock
LOCKED = {**p.FIRST_OF_EXPORT, "locked_s1": "FALSE", "locked_s4": "TRUE", "locked_s7": "TRUE"}
READMITTED = {"is_readmission": "TRUE"}
COMMUNITY_TEAM, REVIEW_ONLY = {"team_code": "SSNAPC012"}, {"transfer_from_team_code": "SSNAP234"}


def on_day(days: int) -> str:
    """So many days after the day of the clock start."""
    return f"{_START_DAY + timedelta(days=days):%d/%m/%Y}"


def _both(answer: Answer, base: dict) -> tuple[Row, ...]:
    told = "the textbook patient, with what is wanted here" if base else "the textbook patient"
    return Row(told, answer, tuple(base.items())), Row("sections 4 and 7 locked", answer, tuple({**LOCKED, **base}.items()))


def who_is_discharged(answer: Answer = YES, base: dict | None = None, also: dict[str, tuple[str, ...]] | None = None) -> tuple[Row, ...]:
    """``base``: what is changed throughout. ``also``: exclusions that apply to a row beside the cohort."""
    base, also = base or {}, also or {}

    def left(about: str, changes: dict) -> Row:
        return out(("cohort", *also.get(about, ())), about, **{**base, **changes})

    return (
        *_both(answer, base),
        *(left(f"section {n} not locked", {**LOCKED, f"locked_s{n}": "FALSE"}) for n in (4, 7)),
        left("an import, not complete", {"s6_int_pneumatic_comp": None}),
        left("how the stay ended not answered", {**LOCKED, "s7_discharge_type": None}),
        left("passed on to another inpatient team", {**LOCKED, "s7_discharge_type": "T", "s7_transfer_team_code": "SSNAP234"}),
        left("a readmission from a community team", READMITTED),
        left("a community team's record", COMMUNITY_TEAM),
        left("a record for the six-month review", REVIEW_ONLY),
        Row("to a community team of the audit", answer, tuple({**base, **p.TO_COMMUNITY}.items())),
        Row("to an inpatient team outside the audit", answer, tuple({**base, "s7_discharge_type": "TN"}.items())),
    )


def who_stayed(answer: Answer = YES, base: dict | None = None, also: dict[str, tuple[str, ...]] | None = None) -> tuple[Row, ...]:
    """The same of every team's own part."""
    base, also = base or {}, also or {}

    def left(about: str, changes: dict) -> Row:
        return out(("cohort", *also.get(about, ())), about, **{**base, **changes})

    def counts(about: str, changes: dict) -> Row:
        return Row(about, answer, tuple({**base, **changes}.items()))

    passed_on = {**LOCKED, "s7_discharge_type": "T"}
    return (
        *_both(answer, base),
        *(left(f"section {n} not locked", {**LOCKED, f"locked_s{n}": "FALSE"}) for n in (4, 7)),
        left("an import, not complete", {"s6_int_pneumatic_comp": None}),
        left("how the stay ended not answered", {**LOCKED, "s7_discharge_type": None}),
        counts("passed on to another inpatient team", {**passed_on, "s7_transfer_team_code": "SSNAP234"}),
        counts("passed on, sections not locked", {**passed_on, "s7_transfer_team_code": "SSNAP234", "locked_s7": "FALSE"}),
        counts("passed on, the team named by the transfer", {**passed_on, "transfer_to_team_code": "SSNAP234"}),
        left("passed on, nobody says to whom", passed_on),
        counts("to a community team of the audit", {**p.TO_COMMUNITY}),
        counts("a readmission from a community team", READMITTED),
        left("a community team's record", COMMUNITY_TEAM),
        left("a record for the six-month review", REVIEW_ONLY),
    )


def within_days(name: str, limit: int, base: dict | None = None) -> tuple[Row, ...]:
    """A standard met up to and on the day of its limit, counted from the day of the patient's clock start whatever its time."""

    def on(days: int, **more) -> dict:
        return {**(base or {}), **more, name: on_day(days)}

    before_midnight = {"s1_first_arrival_at": "03/03/2025 23:59", "s4_arrival_at": "03/03/2025 23:59"}
    no_time = {"s1_first_arrival_at": "03/03/2025 00:00", "s1_first_arrival_time_not_entered": "TRUE"}
    onset_next_day = {**p.INPATIENT, "s1_onset_at": "04/03/2025 08:15"}
    return (
        yes("on the day of the clock start", **on(0)),
        yes(f"after exactly {limit} days", **on(limit)),
        no(f"after {limit + 1} days", **on(limit + 1)),
        no("the day before the clock start", **on(-1)),
        yes(f"after {limit} days, the clock started a minute before midnight", **on(limit, **before_midnight)),
        yes(f"after {limit} days, time of the clock start not entered", **on(limit, **no_time)),
        yes(f"an inpatient, {limit} days after onset", **on(limit + 1, **onset_next_day)),
        no(f"an inpatient, {limit + 1} days after onset", **on(limit + 2, **onset_next_day)),
    )
