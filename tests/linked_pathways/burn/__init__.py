"""A small invented pathway whose patients pass from unit to unit, so that a case has several records: for what the house does with any such pathway.

Kept apart from ``tests/pathways``, which most tests load.
"""

from datetime import date

from schemas.case_links import CaseLink, Chain, Collapse, Fact, MostFilled, Where
from schemas.datasets import Dataset, DatasetKind, DueStage, MatchRule, Milestone, Pathway
from schemas.expressions import DayOf, Not, days_between, field, minutes_between
from schemas.fields import Derived, Field, Identifier, Kind, codes
from schemas.measures import Credit, Direction, Measure, MeasureKind

IN_HOSPITAL = Not(field("is_clinic"))

FIELDS = (
    Field("unit_code", "Unit", Kind.TEXT, "Unit that writes the record.", required=True, is_essential=True, due="arrival"),
    Field("nhs_number", "NHS number", Kind.TEXT, "Ten digits.", required=True, due="arrival", identifies=Identifier.NHS_NUMBER, format="nhs_number"),
    Field("date_of_birth", "Date of birth", Kind.DATE, "Birth date.", required=True, is_essential=True, due="arrival", identifies=Identifier.BIRTH_DATE, earliest=date(1900, 1, 1)),
    Field("burnt_at", "Burnt", Kind.DATETIME, "Clock start, the same for all units.", required=True, is_essential=True, due="arrival"),
    Field("came_at", "Came here", Kind.DATETIME, "When the patient came to this unit.", required=True, due="arrival"),
    Field("dressed_at", "Dressed", Kind.DATETIME, "First dressing.", due="arrival"),
    Field("depth", "Depth", Kind.CODE, "How deep.", codes=codes(_1="Skin", _2="Deeper"), required=True, due="review"),
    Field("left_on", "Left", Kind.DATE, "Left this unit.", required=True, due="review"),
    Field("is_clinic", "Clinic", Kind.BOOLEAN, "An out-patients' clinic, which no case is credited to.", blank="FALSE"),
    Field("own_number", "Number", Kind.TEXT, "The record's number."),
    Field("to_number", "To", Kind.TEXT, "The next record's."),
    Field("from_number", "From", Kind.TEXT, "The last record's."),
    Field("journey", "Journey", Kind.TEXT, "The same for all records of a burn."),
)  # fmt: skip
DERIVED = (Derived("burnt_on", Kind.DATE, DayOf(field("burnt_at")), "Day of the burn."),)
RECORDS = Dataset(
    name="burn",
    version="1",
    title="Burns",
    description="One record a unit that treated a burn.",
    kind=DatasetKind.RECORDS,
    fields=FIELDS,
    derived=DERIVED,
    record_key=("unit_code", "nhs_number", "burnt_at"),
    match_rule=MatchRule(same=("unit_code", "nhs_number"), within_days=30),
    case_link=CaseLink(
        Chain("own_number", "to_number", "from_number", "journey"), same=("burnt_at",), order=("came_at",), leads=IN_HOSPITAL, credited=IN_HOSPITAL,
        facts=(Fact("is_return", field("is_clinic"), "The patient had been to a clinic before."),),
    ),
    collapse=Collapse(prefer=(Where(IN_HOSPITAL), MostFilled())),
    clock="burnt_at",
    site_field="unit_code",
    milestones=(Milestone("burnt", "burnt_at", "Burnt"),),
    stages=(DueStage("arrival", "On arrival", field("burnt_at").is_present(), 0), DueStage("review", "At review", field("left_on").is_present(), 20)),
)  # fmt: skip

_TO_DRESSING = minutes_between("burnt_at", "dressed_at")
_BURNS = {"index_date": "burnt_on", "cohort": field("burnt_on").is_present(), "needs": ("dressed_at", "depth")}
_SHARED = _BURNS | {"credit": Credit.EVERY_TEAM}
_STAYS = {"index_date": "left_on", "cohort": IN_HOSPITAL, "needs": ("depth",), "credit": Credit.TEAM_RECORD}
MEASURES = (
    Measure("burn_cases", "Burns", "Burns of the first unit.", MeasureKind.COUNT, Direction.NEUTRAL, "cases", **_BURNS),
    Measure("burn_shared_cases", "Burns of every unit", "Burns.", MeasureKind.COUNT, Direction.NEUTRAL, "cases", **_SHARED),
    Measure("burn_shared_dressed_4h", "Dressed", "Within 4 hours.", MeasureKind.PROPORTION, Direction.HIGHER_IS_BETTER, "share", numerator=_TO_DRESSING <= 240, **_SHARED),
    Measure("burn_shared_minutes", "Minutes", "To dressing.", MeasureKind.MEDIAN, Direction.LOWER_IS_BETTER, "minutes", value=_TO_DRESSING, **_SHARED),
    Measure("burn_stays", "Stays", "Stays in a unit.", MeasureKind.COUNT, Direction.NEUTRAL, "stays", **_STAYS),
    Measure("burn_stay_days", "Days", "Mean days of a stay.", MeasureKind.MEAN, Direction.LOWER_IS_BETTER, "days", value=days_between("came_at", "left_on"), **_STAYS),
    Measure("burn_late_share", "Late", "Not dressed within 4 hours.", MeasureKind.DERIVED, Direction.LOWER_IS_BETTER, "share", value=(field("burn_shared_dressed_4h") * -1) + 1),
)  # fmt: skip

PATHWAY = Pathway("burn", "Burns", "An invented pathway of cases of several units.", datasets=(RECORDS,), cases="burn", measures=MEASURES)
