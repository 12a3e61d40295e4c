"""Rows that every indicator of the first 72 hours shares: who is in the cohort, and the edges of an interval.

The textbook patient's clock starts on 3 March 2025 at 09:00; as an inpatient's, with onset at 08:15. Her record is an import's, which counts when it is
complete; an answer can be missing from a case that counts only where an export says that the sections are locked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.spec.acute_stroke import patient as p
from tests.spec.acute_stroke.derived_tables import NO_TIME
from tests.spec.tables import YES, Answer, Row, gives, no, out, yes

_START, _ONSET = datetime(2025, 3, 3, 9, 0), datetime(2025, 3, 3, 8, 15)
LOCKED = {**p.FIRST_OF_EXPORT, "locked_s1": "TRUE", "locked_s2": "TRUE", "locked_s3": "TRUE"}


def after(minutes: int, start: datetime = _START) -> str:
    """So many minutes after the clock start, as written in a file."""
    return f"{start + timedelta(minutes=minutes):%d/%m/%Y %H:%M}"


def after_onset(minutes: int) -> str:
    return after(minutes, _ONSET)


def who_counts(answer: Answer = YES, untimed: tuple[str, ...] = (), base: dict | None = None) -> tuple[Row, ...]:
    """``untimed``: exclusions of a case without a clock start. ``base``: what is changed throughout, where the textbook patient is left out."""
    base, no_clock = base or {}, ("cohort", *untimed)
    return (
        Row("the textbook patient, with what is wanted here" if base else "the textbook patient", answer, tuple(base.items())),
        Row("sections 1 to 3 locked", answer, tuple({**LOCKED, **base}.items())),
        *(out("cohort", f"section {n} not locked", **{**LOCKED, **base, f"locked_s{n}": "FALSE"}) for n in (1, 2, 3)),
        out("cohort", "an import, not complete", **base, s2_rankin_before_stroke=None),
        out(no_clock, "a community team's record", **base, team_code="SSNAPC012"),
        out(no_clock, "a record for the six-month review", **base, transfer_from_team_code="SSNAP234"),
        out(no_clock, "a TIA", **base, s1_diagnosis="T"),
    )


@dataclass(frozen=True)
class Timed:
    """An event of the tables: its field, the flag that its time was not entered, what is written if it did not happen, and what if it did.

    ``not_done`` is None where the tables tell of those to whom it did not happen themselves.
    """

    at: str
    flag: str
    not_done: dict | None
    otherwise: dict = field(default_factory=dict)

    def written(self, moment: str | None, **more) -> dict:
        return {**self.otherwise, self.at: moment, **more}

    @property
    def unknown(self) -> tuple[tuple[str, dict], ...]:
        """The ways in which there is no interval."""
        return (
            ("a minute before the clock start", self.written(after(-1))),
            ("its time not entered", self.written("03/03/2025 00:00", **{self.flag: "TRUE"})),
            ("locked without an answer", {**LOCKED, **self.written(None)}),
            ("time of the clock start not entered", self.written(after(30), **NO_TIME)),
            ("an inpatient, a minute before onset", {**p.INPATIENT, **self.written(after_onset(-1))}),
            ("an inpatient, time of onset not entered", {**p.INPATIENT, **self.written(after(30)), "s1_onset_time_not_entered": "TRUE"}),
        )


def within(event: Timed, limit: int) -> tuple[Row, ...]:
    """A standard met up to and in the minute of its limit."""
    return (
        yes("in the minute of the clock start", **event.written(after(0))),
        yes(f"after exactly {limit} minutes", **event.written(after(limit))),
        no(f"after {limit + 1} minutes", **event.written(after(limit + 1))),
        yes(f"an inpatient, {limit} minutes after onset", **{**p.INPATIENT, **event.written(after_onset(limit))}),
        no(f"an inpatient, {limit + 1} minutes after onset", **{**p.INPATIENT, **event.written(after_onset(limit + 1))}),
        *(no(about, **changes) for about, changes in event.unknown),
        *([no("it did not happen", **event.not_done)] if event.not_done else []),
    )


def minutes_of(event: Timed, unknown: str) -> tuple[Row, ...]:
    """A median's value, and who has none (but for those to whom it did not happen)."""
    return (
        gives(0, "in the minute of the clock start", **event.written(after(0))),
        gives(61, "after 61 minutes", **event.written(after(61))),
        gives(4320, "after exactly 72 hours", **event.written(after(4320))),
        gives(61, "an inpatient, 61 minutes after onset", **{**p.INPATIENT, **event.written(after_onset(61))}),
        *(out(unknown, about, **changes) for about, changes in event.unknown),
    )
