"""Cases for timed events: happened or did not, a day without a time, and where in the stay they may lie.

The textbook patient's clock starts on 3 March at 09:00 and she leaves on 14 March at 14:00, so the edges of 72 hours and of the stay are the
same for every event; the tables are written once and hold for each.
"""

from __future__ import annotations

from schemas.pathways.acute_stroke import fields_three_days as early
from schemas.pathways.acute_stroke.events import EARLY, EVENTS, OWN_STAY
from schemas.pathways.acute_stroke.fields_admission import GOALS
from schemas.pathways.acute_stroke.fields_first_day import BRAIN_IMAGING
from schemas.pathways.acute_stroke.fields_onset import ONSET
from schemas.pathways.acute_stroke.fields_stay import COGNITION, CONTINENCE_PLAN, DIETITIAN, LATE_ASSESSMENTS, MOOD
from schemas.pathways.acute_stroke.parts import Asked
from tests.spec.acute_stroke import patient as p
from tests.spec.tables import Table, broken, cannot_tell, holds, table

NOON = "05/03/2025 12:00"


def _written(asked: Asked, moment: str) -> dict[str, str]:
    return {asked.at: moment if asked.is_timed else moment[:10]}


def _flag(asked: Asked) -> str:
    """The box "time not entered"."""
    return next(f.name for f in asked.fields if f.name.endswith("time_not_entered"))


# ------------------------------------------------------------------------------------------------ the triplet
def _either_or(asked: Asked) -> Table:
    given, nothing, ticked = _written(asked, NOON), {asked.at: None}, {asked.event.not_done: "TRUE"}
    return table(
        f"V15.{asked.at}",
        holds("it happened", **given, **{asked.event.not_done: "FALSE"}),
        holds("it did not happen", **nothing, **ticked),
        holds("neither is answered yet", **nothing),
        broken("it happened and did not", **given, **ticked),
    )


def _has_a_day(asked: Asked) -> Table:
    flag = {_flag(asked): "TRUE"}
    return table(
        f"V15.day.{asked.at}",
        holds("the day without its time", **_written(asked, "05/03/2025 00:00"), **flag),
        holds("day and time", **_written(asked, NOON)),
        broken("neither day nor time", **{asked.at: None}, **flag),
        holds("not answered", **{asked.at: None}),
        *([broken("no day, and a time that is not known", s1_onset_at=None, s1_onset_time_type="NK")] if asked is ONSET else []),
    )


def _midnight(asked: Asked) -> Table:
    midnight = _written(asked, "05/03/2025 00:00")
    return table(
        f"V42.{asked.at}",
        holds("a minute past midnight", **_written(asked, "05/03/2025 00:01")),
        broken("exactly at midnight", **midnight),
        cannot_tell("the time was not entered", **midnight, **{_flag(asked): "TRUE"}),
        cannot_tell("it did not happen", **{asked.at: None}),
        *([cannot_tell("the time is not known", **midnight, s1_onset_time_type="NK")] if asked is ONSET else []),
    )


TRIPLETS = (
    *map(_either_or, (asked for asked in EVENTS if asked.event.not_done)),
    *map(_has_a_day, (asked for asked in EVENTS if asked.is_timed)),
    *map(_midnight, (asked for asked in EVENTS if asked.is_timed)),
)


# ------------------------------------------------------------------------------------------------ section 3
def _first_72_hours(asked: Asked) -> Table:
    unentered = {_flag(asked): "TRUE"}
    return table(
        f"V14.{asked.at}",
        holds("at the minute of clock start", **_written(asked, "03/03/2025 09:00")),
        broken("a minute before clock start", **_written(asked, "03/03/2025 08:59")),
        broken("the day before, time not entered", **_written(asked, "02/03/2025 00:00"), **unentered),
        holds("exactly 72 hours after clock start", **_written(asked, "06/03/2025 09:00")),
        broken("a minute later", **_written(asked, "06/03/2025 09:01")),
        holds("an inpatient, 72 hours after onset", **p.INPATIENT, **_written(asked, "06/03/2025 08:15")),
        broken("an inpatient, a minute later", **p.INPATIENT, **_written(asked, "06/03/2025 08:16")),
        cannot_tell("on the third day, time not entered", **_written(asked, "06/03/2025 00:00"), **unentered),
        broken("on the fourth day, time not entered", **_written(asked, "07/03/2025 00:00"), **unentered),
        cannot_tell("not answered", **{asked.at: None}),
    )


SECTION_3 = (
    *map(_first_72_hours, early.EVENTS),
    table(
        "V14.s3_palliative_care_decision_on",
        holds("on the day of clock start", s3_palliative_care_decision_on="03/03/2025"),
        broken("the day before", s3_palliative_care_decision_on="02/03/2025"),
        holds("on the third day", s3_palliative_care_decision_on="06/03/2025"),
        broken("on the fourth day", s3_palliative_care_decision_on="07/03/2025"),
        cannot_tell("none"),
    ),
)


# ------------------------------------------------------------------------------------------------ sections 4 to 6
def _after_72_hours(asked: Asked) -> Table:
    return table(
        f"V37t.{asked.at}",
        broken("exactly 72 hours after clock start", **_written(asked, "06/03/2025 09:00")),
        holds("a minute later", **_written(asked, "06/03/2025 09:01")),
        broken("on the second day, time not entered", **_written(asked, "05/03/2025 00:00"), **{_flag(asked): "TRUE"}),
        cannot_tell("on the third day, time not entered", **_written(asked, "06/03/2025 00:00"), **{_flag(asked): "TRUE"}),
    )


def _from_clock_start(rule: str, asked: Asked) -> Table:
    return table(
        f"{rule}.{asked.at}",
        holds("on the day of clock start", **{asked.at: "03/03/2025"}),
        broken("the day before", **{asked.at: "02/03/2025"}),
        cannot_tell("not answered", **{asked.at: None}),
    )


BY_DISCHARGE = (
    *map(_after_72_hours, LATE_ASSESSMENTS),
    _from_clock_start("V36t", GOALS),
    *(_from_clock_start("V37t", asked) for asked in (CONTINENCE_PLAN, DIETITIAN, MOOD, COGNITION)),
)


# ------------------------------------------------------------------------------------------------ the end of the stay
def _late(asked: Asked) -> list:
    return [
        broken("a minute after discharge", **_written(asked, "14/03/2025 14:01")),
        broken("the day after discharge, time not entered", **_written(asked, "15/03/2025 00:00"), **{_flag(asked): "TRUE"}),
    ]


def _edges_of_the_stay(asked: Asked) -> list:
    return [
        holds("at the minute of discharge", **_written(asked, "14/03/2025 14:00")),
        *(_late(asked) if asked.is_timed else []),
        broken("the day after discharge", **_written(asked, "15/03/2025 09:00")),
        holds("on the day of death", **p.DIED, **_written(asked, "14/03/2025 23:00")),
        broken("the day after death", **p.DIED, **_written(asked, "15/03/2025 09:00")),
        holds("not left yet", **{**p.DIED, "s7_death_on": None, "s7_discharge_type": None}, **_written(asked, "15/03/2025 09:00")),
    ]


def _of_the_stroke(asked: Asked, of_the_case: bool = False) -> Table:
    """Sections 1 to 3 belong to the stroke: after a transfer they may lie after this record's end (decision 5), never after the last stay's."""
    subject = ("V09c" if of_the_case else "V09b") if asked is BRAIN_IMAGING else f"V19{'c' if of_the_case else ''}.{asked.at}"
    elsewhere = (("transferred", p.TRANSFERRED), ("to a community team", p.TO_COMMUNITY))
    passed_on = (holds(f"{how}, and it happened there", **way, **_written(asked, "15/03/2025 09:00")) for how, way in elsewhere)
    return table(subject, *_edges_of_the_stay(asked), *passed_on)


def _of_the_stay(asked: Asked) -> Table:
    passed_on = broken("transferred, and it happened there", **p.TRANSFERRED, **_written(asked, "15/03/2025 09:00"))
    return table(f"V19.{asked.at}", *_edges_of_the_stay(asked), passed_on)


END_OF_STAY = (*map(_of_the_stroke, EARLY), *map(_of_the_stay, OWN_STAY), *(_of_the_stroke(asked, of_the_case=True) for asked in EARLY))


# ------------------------------------------------------------------------------------------------ the future
def _future(at: str, is_timed: bool) -> Table:
    time = " 23:59" if is_timed else ""
    return table(
        f"V44.{at}",
        holds("on the day of the submission", **{at: "01/08/2025" + time}),
        broken("the day after", **{at: "02/08/2025" + time.replace("23:59", "00:01")}),
        cannot_tell("not answered", **{at: None}),
    )


FUTURE = (*(_future(asked.at, asked.is_timed) for asked in EVENTS), _future("s7_death_on", False))

EVENT_TABLES = (*TRIPLETS, *SECTION_3, *BY_DISCHARGE, *END_OF_STAY, *FUTURE)
