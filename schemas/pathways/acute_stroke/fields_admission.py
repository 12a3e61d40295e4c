"""Section 4: this team's part of the stay, therapy and goals.

Belongs here: declarations of these fields; the four therapies are one declaration. Does not belong here: assessments (``fields_three_days``).
"""

from __future__ import annotations

from functools import partial

from schemas.expressions import field
from schemas.fields import Field
from schemas.pathways.acute_stroke import codes as lists
from schemas.pathways.acute_stroke import conditions as when
from schemas.pathways.acute_stroke.naming import name_of
from schemas.pathways.acute_stroke.parts import allowed_if, answer, asked_if, day, event, number, yes_no

DUE = "discharge"
_ask, _number = (partial(make, due=DUE) for make in (answer, number))
# header after S4 -> in words; questions 4.4.1 to 4.4.4
THERAPIES = {
    "Physio": "physiotherapy",
    "OccTher": "occupational therapy",
    "SpeechLang": "speech and language therapy",
    "Psychology": "psychology",
}
WORKS = tuple(name_of(stem) for stem in THERAPIES)  # as in ``s4_<work>_minutes``
LONGEST_STAY_DAYS = 1500

TEAM_ARRIVAL = event("team_arrival", "Arrival at this hospital", "S4ArrivalDateTime", "4.1", due=DUE)
STROKE_UNIT = event(
    "stroke_unit", "Arrival on this hospital's stroke unit", "S4StrokeUnitArrivalDateTime", "4.3", due=DUE, not_done="S4StrokeUnitArrivalNA"
)  # fmt: skip
GOALS = event(
    "goals", "Rehabilitation goals agreed", "S4RehabGoalsDate", "4.7", due=DUE, not_done="S4RehabGoalsNone",
    reason=("S4RehabGoalsNoneReason", lists.GOALS_REASON),
)  # fmt: skip
EVENTS = (TEAM_ARRIVAL, STROKE_UNIT, GOALS)


def _therapy(stem: str, what: str, n: int) -> tuple[Field, ...]:
    work = name_of(stem)
    needed = when.needs(work)
    some_days = needed & (field(f"s4_{work}_days") > 0)
    some_minutes = some_days & (field(f"s4_{work}_minutes") > 0)
    most = LONGEST_STAY_DAYS * 1440
    return (
        yes_no(f"S4{stem}", f"4.4.{n} Whether the patient needed {what}.", required=True, due=DUE),
        day(f"S4{stem}EndDate", f"4.4.1.{n} Last day on which the patient needed {what}.", due=DUE, **asked_if(needed, "V17")),
        _number(f"S4{stem}Days", 0, LONGEST_STAY_DAYS, f"4.5.{n} Days on which {what} was given.", unit="days", **asked_if(needed, "V17")),
        _number(f"S4{stem}Minutes", 0, most, f"4.6.{n} Minutes of {what}.", unit="minutes", **allowed_if(needed, "V17"), required=some_days),
        _number(f"S4{stem}RehabAssistantMinutes", 0, most, f"4.6.1.{n} Minutes of these that an assistant gave; asked since version 5.",
                unit="minutes", **allowed_if(some_minutes, "V36")),
        _number(f"S4{stem}VideoMinutes", 0, most, f"4.6.2.{n} Minutes of these given by video; community teams only.", unit="minutes",
                **allowed_if(when.COMMUNITY_TEAM & some_minutes, "V36")),
    )  # fmt: skip


FIELDS = (
    *TEAM_ARRIVAL.fields,
    _ask("S4FirstWard", lists.FIRST_WARD, "4.2 First ward at this hospital.", required=True),
    *STROKE_UNIT.fields,
    *(part for n, (stem, what) in enumerate(THERAPIES.items(), start=1) for part in _therapy(stem, what, n)),
    *GOALS.fields,
)
