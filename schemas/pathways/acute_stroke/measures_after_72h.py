"""What the measures after 72 hours have in common: cohorts of teams' records, by the day the stay with the team ended, and their makers.

Belongs here: cohorts, shared exclusions, small makers. Does not belong here: any indicator (``measures_stay``, ``measures_therapy``,
``measures_goals``, ``measures_discharge``, ``measures_outcomes``), limits (``policy``).

All read one team's record. It counts for the *discharging team*, which ended inpatient care. What each team did in its own part of the stay (2.3 and
domains 5 to 7) is counted a second time, for *every team*, records that were passed on among them: of these the audit makes its team-centred scores.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from schemas.expressions import DaysBetween, Expression, MinutesBetween, Not, all_of, days_between, field
from schemas.measures import Credit, Direction, Exclusion, Measure, MeasureKind
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke import measures_parts as parts
from schemas.pathways.acute_stroke import policy
from schemas.pathways.acute_stroke.measures_parts import excluded_unless, source

DISCHARGED = all_of(field("is_in_discharge_cohort"), Not(field("is_readmission")))
EVERY_TEAM = field("is_in_every_team_cohort")
SOURCE = "SSNAP, cohort after 72 hours"
DIED = Exclusion("died", when.DIED)
STAY_MINUTES = MinutesBetween(field("team_clock_start_at"), field("team_clock_stop_at"))
_SETTINGS = {
    "index_date": "team_clock_stop_on", "cohort": DISCHARGED, "credit": Credit.TEAM_RECORD, "matures_after_days": policy.RESULTS_FINAL_AFTER_DAYS,
}  # fmt: skip

proportion = partial(parts.proportion, **_SETTINGS)
count = partial(parts.count, **_SETTINGS)


def days_to(name: str) -> DaysBetween:
    """Calendar days from the patient's clock start: of what happens after 72 hours only the day is asked."""
    return days_between("patient_clock_start_on", name)


def share(name: str, title: str, description: str, numerator: Expression, direction: Direction = Direction.NEUTRAL, **more) -> Measure:
    """A share of the discharging teams' records that is no key indicator."""
    said = {"numerator": numerator, "unit": "share", "source": SOURCE}
    return Measure(name, title, description, MeasureKind.PROPORTION, direction, **{**_SETTINGS, **said, **more})


def median(
    name: str, title: str, description: str, value: Expression, unit: str, unknown: str, number: str = "", item: str = "", *,
    known: Expression, direction: Direction = Direction.HIGHER_IS_BETTER, **more,
) -> Measure:  # fmt: skip
    """Median of ``value`` over those for whom it is ``known``; ``unknown`` names the exclusion of the others."""
    left_out = (*more.pop("exclusions", ()), excluded_unless(unknown, known))
    said = {"value": value, "unit": unit, "exclusions": left_out, "source": source(number, item)}
    return Measure(name, title, description, MeasureKind.MEDIAN, direction, **{**_SETTINGS, **said, **more})


def for_both(measure: Measure) -> tuple[Measure, Measure]:
    """The measure of the discharging teams' records, and the same of every team's, which is the audit's own: it alone is made into scores."""
    altogether = replace(
        measure, name=every(measure.name), title=f"{measure.title}, every team", cohort=EVERY_TEAM, is_headline=False, is_watched=False,
        description=f"{measure.description} Of every team for its own part, also where it passed the patient on.",
    )  # fmt: skip
    return replace(measure, source=f"{measure.source}, there of every team"), altogether


def every(name: str) -> str:
    """Name of the measure of every team beside that of the discharging team."""
    return f"{name}_every_team"
