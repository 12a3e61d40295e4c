"""Domains 5 to 7: occupational therapy, physiotherapy, speech and language therapy that the team gave.

Belongs here: key indicators 5.1 to 7.4; the three therapies are one declaration. Does not belong here: assessments by therapists
(``measures_therapists``), targets (``policy``).

Days and minutes are those of one team's record; over the teams of a stroke they are not added up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import time

from schemas.expressions import Choose, Constant, Expression, MinutesBetween, Moment, all_of, any_of, field
from schemas.measures import Credit, Direction, Exclusion, Measure, MeasureKind
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.measures_after_72h import every, for_both, median, proportion
from schemas.pathways.acute_stroke.measures_parts import excluded_unless, source


@dataclass(frozen=True)
class Therapy:
    """A therapy of the form (``s4_<work>_minutes``), the number of its domain, its name and the audit's item (``K34``)."""

    work: str
    domain: int
    short: str
    title: str
    item: str

    def asked(self, what: str):
        return field(f"s4_{self.work}_{what}")

    def name(self, number: int, what: str) -> str:
        return f"stroke_tc_{self.domain}_{number}_{self.short}_{what}"

    def indicator(self, number: int, item: int) -> tuple[str, str]:
        return f"{self.domain}.{number}", f"{self.item}.{item}"


THERAPIES = (
    Therapy("occ_ther", 5, "occupational_therapy", "Occupational therapy", "K34"),
    Therapy("physio", 6, "physiotherapy", "Physiotherapy", "K35"),
    Therapy("speech_lang", 7, "speech_therapy", "Speech and language therapy", "K36"),
)


def _minutes_a_day(therapy: Therapy) -> tuple[Expression, Expression]:
    """Minutes to days, and whether they are known."""
    days, minutes = therapy.asked("days"), therapy.asked("minutes")
    known = any_of(days.equals(0), all_of(days.is_present(), minutes.is_present()))
    return Choose(((days.equals(0), Constant(0)),), otherwise=minutes / days), known


def _share_of_days(therapy: Therapy) -> tuple[Expression, Expression]:
    """Days of therapy to days of need, from the team's clock start to the end of the last day (decision 14), at most 1; and whether they are known."""
    days = therapy.asked("days")
    needed = MinutesBetween(field("team_clock_start_at"), Moment(therapy.asked("end_on"), Constant(time(0, 0)))) + policy.DAY
    given = days * policy.DAY
    known = any_of(days.equals(0), all_of(days.is_present(), needed > 0))
    # any day of therapy fills a need of less than a day
    return Choose(((days.equals(0), Constant(0)), (given > needed, Constant(1))), otherwise=given / needed), known


def _of_one_team(therapy: Therapy) -> tuple[Measure, Measure, Measure]:
    needed, who = when.needs(therapy.work), therapy.title.lower()
    asked = f"s4_{therapy.work}"
    (minutes, minutes_known), (days, days_known) = _minutes_a_day(therapy), _share_of_days(therapy)
    left_out: tuple[Exclusion, ...] = (excluded_unless("not_needed", needed),)
    return (
        proportion(
            therapy.name(1, "needed"), f"{therapy.title}: needed",
            f"Patients who needed {who} while they were with the team. Not answered counts as not needed.",
            needed, *therapy.indicator(1, 3), needs=(asked,),
        ),
        median(
            therapy.name(2, "minutes_a_day"), f"{therapy.title}: median minutes a day of therapy",
            f"Of patients who needed {who}, the median of minutes of it to days on which it was given; 0 where it was given on no day. Left out: days or "
            "minutes not known.",
            minutes, "minutes a day", "no_days_or_minutes", *therapy.indicator(2, 5), known=minutes_known, exclusions=left_out,
            needs=(f"{asked}_days", f"{asked}_minutes"),
        ),
        median(
            therapy.name(3, "share_of_days"), f"{therapy.title}: median share of days with therapy",
            f"Of patients who needed {who}, the median of days on which it was given to days from the clock start at the team to the end of the last day of "
            "need, at most 1; 0 where it was given on no day. Left out: days, last day or clock start not known, or a last day before the clock start.",
            days, "share", "no_days_or_end", *therapy.indicator(3, 4), known=days_known, exclusions=left_out,
            needs=(f"{asked}_days", f"{asked}_end_on"), decimals=3,
        ),
    )  # fmt: skip


def _compliance(therapy: Therapy, named: tuple[str, ...]) -> Measure:
    """Made of the team's three figures, not of its patients' (``named``: their measures)."""
    needed, minutes, days = map(field, named)
    target = policy.THERAPY_TARGET_MINUTES[therapy.work]
    return Measure(
        therapy.name(4, "compliance"), f"{therapy.title}: compliance with the target",
        f"Share of patients who needed {therapy.title.lower()}, times median minutes a day, times median share of days, to the audit's target of "
        f"{target:.2f} minutes a patient and day. May exceed 1.",
        MeasureKind.DERIVED, Direction.HIGHER_IS_BETTER, "share", value=needed * minutes * days / target,
        source=source(*therapy.indicator(4, 10)), decimals=3, is_headline=True, is_watched=False, credit=Credit.TEAM_RECORD,
    )  # fmt: skip


def _measures(therapy: Therapy) -> tuple[Measure, ...]:
    of_one, of_every = zip(*map(for_both, _of_one_team(therapy)), strict=True)
    alone, altogether = (_compliance(therapy, tuple(m.name for m in made)) for made in (of_one, of_every))
    altogether = replace(altogether, name=every(altogether.name), title=f"{altogether.title}, every team", is_headline=False)
    return (*of_one, alone, *of_every, altogether)


MEASURES = tuple(measure for therapy in THERAPIES for measure in _measures(therapy))
