"""What the key indicators of the first 72 hours have in common: cohort, clock, proportions in time, medians of minutes.

Belongs here: small makers of measures. Does not belong here: any indicator (``measures_*``), limits (``policy``).

All are written team-centred: what was done in the first 72 hours is the first admitting team's, whichever team did it
(``measures_patient_centred`` makes the other view of them). An interval runs from the patient's clock
start, in whole minutes. Where an end of it is missing or its time of day was not entered, or where it would be negative, the standard is not met,
and a median leaves the case out.
"""

from __future__ import annotations

from schemas.expressions import Expression, Holds, MinutesBetween, Not, all_of, field
from schemas.measures import Direction, Exclusion, Measure, MeasureKind
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.parts import Asked

COHORT = field("is_in_72h_cohort")
_SETTINGS = {"index_date": "patient_clock_start_on", "cohort": COHORT, "matures_after_days": policy.RESULTS_FINAL_AFTER_DAYS}


def source(number: str, item: str) -> str:
    """The audit's number of the indicator and its reference of the item in the team-centred view."""
    return f"SSNAP key indicator {number}, item {item}, dataset version 5"


def minutes_to(instant: Expression) -> MinutesBetween:
    return MinutesBetween(field("patient_clock_start_at"), instant)


def minutes_to_event(asked: Asked) -> MinutesBetween:
    return minutes_to(field(asked.exact))


def in_time(minutes: MinutesBetween, limit: int) -> Expression:
    """Not before the clock start, and at most ``limit`` minutes after it."""
    return all_of(minutes >= 0, minutes <= limit)


def excluded_unless(name: str, condition: Expression) -> Exclusion:
    """Leaves out every case for which the condition is not known to be true."""
    return Exclusion(name, Not(Holds(condition)))


def proportion(name: str, title: str, description: str, numerator: Expression, number: str, item: str, **more) -> Measure:
    """A share of the cohort's cases, indexed by the clock start, where more is better."""
    said = {"numerator": numerator, "unit": "share", "source": source(number, item)}
    return Measure(name, title, description, MeasureKind.PROPORTION, Direction.HIGHER_IS_BETTER, **{**_SETTINGS, **said, **more})


def median(
    name: str,
    title: str,
    description: str,
    minutes: MinutesBetween,
    unknown: str,
    number: str,
    item: str,
    latest: int | None = None,
    **more,
) -> Measure:
    """Median minutes from the clock start, where less is better; ``unknown`` names the exclusion of those without such a time, up to ``latest`` minutes.

    Its chart raises no signals: the share in time tells of the same event.
    """
    left_out = (*more.pop("exclusions", ()), excluded_unless(unknown, minutes >= 0 if latest is None else in_time(minutes, latest)))
    said = {"value": minutes, "unit": "minutes", "decimals": 0, "exclusions": left_out, "source": source(number, item), "is_watched": False}
    return Measure(name, title, description, MeasureKind.MEDIAN, Direction.LOWER_IS_BETTER, **{**_SETTINGS, **said, **more})


def count(name: str, title: str, description: str, **more) -> Measure:
    said = {"decimals": 0, "source": "SSNAP, 72-hour cohort"}
    return Measure(name, title, description, MeasureKind.COUNT, Direction.NEUTRAL, "cases", **{**_SETTINGS, **said, **more})
