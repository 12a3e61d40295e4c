"""The datasets that belong to no single pathway: results of measures, reference values, deaths.

Belongs here: their fields and rules. Does not belong here: the measures they carry or the layouts of particular publishers
(the pathways' folders), how they are stored (``assets.submitted_results``, ``assets.deaths``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from schemas.datasets import Dataset, DatasetKind, Expectation
from schemas.expressions import Conforms, Expression, all_of, any_of, field
from schemas.fields import Codes, Field, Identifier, Kind, codes
from schemas.measures import Measure, MeasureKind
from schemas.rules import Rule, Severity

GRAIN_MONTHS = {"month": 1, "quarter": 3, "year": 12}
FIRST_YEAR, LAST_YEAR = 1990, 2060
EARLIEST = date(FIRST_YEAR, 1, 1)
GRAINS = codes(month="Month", quarter="Quarter from January, April, July or October", year="Year from January")
COUNTED = (MeasureKind.PROPORTION, MeasureKind.RATE, MeasureKind.MEAN, MeasureKind.COUNT)


def first_days(grain: str) -> tuple[date, ...]:
    """The first day of every period of a grain that can be stated: calendar months, quarters and years."""
    months = {"month": range(1, 13), "quarter": (1, 4, 7, 10), "year": (1,)}[grain]
    return tuple(date(year, month, 1) for year in range(FIRST_YEAR, LAST_YEAR + 1) for month in months)


def shared_datasets(measures: Iterable[Measure] = ()) -> tuple[Dataset, ...]:
    """The shared datasets, their code lists of measures filled with the ``measures`` of all pathways."""
    every = tuple(sorted(measures, key=lambda measure: measure.name))
    return (_measure_counts(every), _published_scores(every), _reference_value(every), _deaths())


# ------------------------------------------------------------------------------------------------ fields that several share
def _organisation() -> Field:
    return Field(
        "organisation",
        "Organisation",
        Kind.TEXT,
        "Code or name of the organisation that the result is about.",
        required=True,
        is_essential=True,
        advice="Give the organisation's code, or its name as published.",
    )


def _measure(offered: Iterable[Measure]) -> Field:
    listed = Codes(tuple((measure.name, measure.title) for measure in offered))
    return Field("measure", "Measure", Kind.CODE, "Name of the measure.", codes=listed, required=True, is_essential=True)


def _period() -> tuple[Field, Field]:
    start = Field(
        "period_start", "Period start", Kind.DATE, "First day of the period.", required=True, is_essential=True, earliest=EARLIEST
    )
    grain = Field("grain", "Period", Kind.CODE, "How long the period is.", codes=GRAINS, required=True, is_essential=True)
    return start, grain


def _number(name: str, header: str, description: str, required: bool | Expression = False, **more) -> Field:
    return Field(name, header, Kind.DECIMAL, description, required=required, is_essential=required is not False, **more)


def _names(measures: Iterable[Measure], *kinds: MeasureKind) -> tuple[str, ...]:
    return tuple(measure.name for measure in measures if measure.kind in kinds)


# ------------------------------------------------------------------------------------------------ rules that several share
def _rule(
    rule_id: str, name: str, requirement: Expression, fields: tuple[str, ...], advice: str, severity: Severity = Severity.QUARANTINE_RECORD
) -> Rule:
    return Rule(rule_id, name, requirement, severity, fields, advice)


def _period_rule(rule_id: str) -> Rule:
    starts = tuple(field("grain").equals(grain).implies(field("period_start").is_in(*first_days(grain))) for grain in GRAIN_MONTHS)
    return _rule(
        rule_id,
        "period_start_is_the_first_day_of_its_period",
        all_of(*starts),
        ("period_start", "grain"),
        "Give the first day of the month, of the quarter (January, April, July, October) or of the year.",
    )


def _part_of_whole(rule_id: str, measures: tuple[Measure, ...]) -> Rule:
    is_share = field("measure").is_in(*_names(measures, MeasureKind.PROPORTION))
    return _rule(
        rule_id,
        "numerator_is_at_most_the_denominator",
        is_share.implies(field("numerator") <= field("denominator")),
        ("numerator", "denominator"),
        "The numerator counts some of the denominator, so it cannot be larger. Correct one of the two.",
    )


# ------------------------------------------------------------------------------------------------ the datasets
def _measure_counts(measures: tuple[Measure, ...]) -> Dataset:
    offered = tuple(measure for measure in measures if measure.is_submitted and measure.kind in COUNTED)
    needs_numerator = field("measure").is_not_in(*_names(offered, MeasureKind.COUNT))
    return Dataset(
        name="measure_counts",
        version="1",
        title="Counts of measures",
        description="One row a measure, organisation and period: how many counted, and of how many.",
        kind=DatasetKind.RESULTS,
        fields=(
            _organisation(),
            _measure(offered),
            *_period(),
            _number("numerator", "Numerator", "How many counted.", needs_numerator, minimum=0),
            _number("denominator", "Denominator", "How many could have counted.", True, minimum=0),
            Field("source", "Source", Kind.TEXT, "Where the counts were published, if they were."),
        ),
        rules=(_period_rule("MC01"), _part_of_whole("MC02", offered)),
        record_key=("organisation", "measure", "period_start", "grain"),
        expectation=Expectation("month", 45),
    )


def _published_scores(measures: tuple[Measure, ...]) -> Dataset:
    offered = tuple(measure for measure in measures if measure.kind is MeasureKind.SCORE)
    stated = any_of(*(field(name).is_present() for name in ("value", "level", "reason")))
    return Dataset(
        name="published_scores",
        version="1",
        title="Published scores",
        description="One row a score, organisation and period, as a national body published it.",
        kind=DatasetKind.RESULTS,
        fields=(
            _organisation(),
            _measure(offered),
            *_period(),
            _number("value", "Value", "The score; the number of the level where the score is a level."),
            Field(
                "level", "Level", Kind.TEXT, "The letter or text of the cell as published, where the score is a level.", maximum_length=60
            ),
            Field("reason", "Reason", Kind.TEXT, "Why there is no value.", maximum_length=120),
            Field("organisation_group", "Group", Kind.TEXT, "Type or region of the organisation as published."),
            Field("parent_organisation", "Belongs to", Kind.TEXT, "Code or name of the organisation that it belongs to."),
            Field("source", "Source", Kind.TEXT, "Where the score was published."),
        ),
        rules=(
            _period_rule("PS01"),
            _rule("PS02", "there_is_a_value_or_a_reason", stated, ("value", "reason"), "Give the score, or the reason why there is none."),
            _rule(
                "PS03",
                "a_reason_stands_only_where_there_is_no_value",
                field("reason").is_present().implies(field("value").is_missing()),
                ("reason", "value"),
                "Remove the value or the reason.",
            ),
            _rule(
                "PS04",
                "a_level_has_its_number_or_a_reason",
                field("level").is_present().implies(field("value").is_present() | field("reason").is_present()),
                ("level",),
                "The text is neither a level nor one of the known reasons. Correct it, or ask the network's office to declare it.",
            ),
        ),
        record_key=("organisation", "measure", "period_start", "grain"),
        expectation=Expectation("quarter", 120),
    )


def _reference_value(measures: tuple[Measure, ...]) -> Dataset:
    counts = all_of(field("numerator").is_present(), field("denominator").is_present())
    share = field("measure").is_in(*_names(measures, MeasureKind.PROPORTION))
    return Dataset(
        name="reference_value",
        version="1",
        title="Published national values",
        description="One row a measure and period: the value that a national body published, with its source.",
        kind=DatasetKind.RESULTS,
        fields=(
            _measure(measures),
            *_period(),
            _number("value", "Value", "The published value in the measure's unit; a share lies between 0 and 1.", ~counts),
            _number("numerator", "Numerator", "How many counted, where published.", minimum=0),
            _number("denominator", "Denominator", "How many could have counted, where published.", minimum=0),
            Field("source", "Source", Kind.TEXT, "The publication: title and issue.", required=True, is_essential=True),
            Field("published_on", "Published on", Kind.DATE, "Day of publication.", required=True, earliest=EARLIEST),
        ),
        rules=(
            _period_rule("RV01"),
            _part_of_whole("RV02", measures),
            _rule(
                "RV03",
                "a_share_lies_between_0_and_1",
                share.implies(all_of(field("value") >= 0, field("value") <= 1)),
                ("value",),
                "Give the share as a number between 0 and 1: 0.62 for 62 %.",
            ),
            _rule(
                "RV04",
                "numerator_and_denominator_come_together",
                field("numerator").is_present().implies(field("denominator").is_present()),
                ("denominator", "numerator"),
                "Give the denominator too, or neither.",
            ),
        ),
        record_key=("measure", "period_start", "grain"),
    )


def _deaths() -> Dataset:
    return Dataset(
        name="deaths",
        version="1",
        title="Deaths",
        description="One row a person who has died. The last day of the manifest's period says up to when the deaths are complete.",
        kind=DatasetKind.PERSONS,
        fields=(
            Field("nhs_number", "NHS number", Kind.TEXT, "Ten digits.", required=True, is_essential=True, identifies=Identifier.NHS_NUMBER),
            Field(
                "date_of_death", "Date of death", Kind.DATE, "Day of death.", required=True, is_essential=True, earliest=date(2000, 1, 1)
            ),
        ),
        rules=(
            _rule(
                "DE01",
                "the_nhs_number_is_a_person_s",
                Conforms(field("nhs_number"), "nhs_number"),
                ("nhs_number",),
                "A death can only be joined to a person by a real NHS number of ten digits with the right check digit.",
            ),
        ),
        record_key=("nhs_number",),
        expectation=Expectation("month", 60),
    )


SHARED_DATASETS = shared_datasets()
