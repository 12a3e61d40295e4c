"""The rules that follow from what a field is: readable, in its code list, given where required, within bounds, well formed.

Belongs here: their derivation from a dataset's declaration, and the expressions that only they need.
Does not belong here: rules that a pathway states itself (its folder), their evaluation (``quality_checks``).

Ids are the kind of requirement and the field (``REQ.surgery_date``), so they stay the same when a dataset grows; the rule on
code lists bears the id that the dataset's reference gives it. No text of these rules ever holds a value of a record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from schemas.datasets import Dataset
from schemas.expressions import (
    AllOf,
    Comparison,
    Conforms,
    Constant,
    DaysBetween,
    Expression,
    Holds,
    Membership,
    MinutesBetween,
    Not,
    all_of,
    any_of,
    field,
)
from schemas.fields import Field, Identifier, Kind
from schemas.layouts import Layout
from schemas.measures import Measure
from schemas.rules import Rule, Severity
from schemas.wording import KIND_IN_WORDS, Wording

ZONE = "Europe/London"
RECEIVED_ON = "received_on"  # the local day of the submission: a field of every frame that is judged
RECEIVED_AT = "received_at"  # its local time without zone

# reason codes of ``assets.reading.conform`` that have a rule of their own; every other reason is "cannot be read"
NOT_IN_LIST = ("not_in_code_list", "not_a_code", "unknown_code")
TOO_LONG = ("too_long",)
BY_SPREADSHEET = ("excel_number", "excel_date", "excel_serial", "excel_error")
SWAPPED = ("swapped_date",)

FEW_CODES = 3  # up to so many are told with their labels where a value is missing
CLOCKS = "clock changes"
QUARANTINE, WARN = Severity.QUARANTINE_RECORD, Severity.WARN


@dataclass(frozen=True)
class Readable(Expression):
    """True unless the field's cell could not be read for one of ``reasons`` (empty: for any reason); never unknown."""

    name: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class AllListed(Expression):
    """For a field that holds several codes: true if each of them is one of ``values``; unknown if missing."""

    operand: Expression
    values: tuple[str, ...]


@dataclass(frozen=True)
class Unique(Expression):
    """False for each of several rows of a file that have the same value, among rows that agree in ``within``; unknown if missing."""

    operand: Expression
    within: tuple[Expression, ...] = ()


@dataclass(frozen=True)
class UnambiguousTime(Expression):
    """False for a local time that a clock change skipped or repeated; unknown if missing."""

    instant: Expression
    zone: str = ZONE


@dataclass(frozen=True)
class ElapsedMinutes(Expression):
    """Minutes that really passed from ``start`` to ``end``, clock changes counted; unknown if either is missing."""

    start: Expression
    end: Expression
    zone: str = ZONE


@lru_cache
def field_rules(dataset: Dataset, measures: tuple[Measure, ...] = (), layout: Layout | None = None) -> tuple[Rule, ...]:
    """All rules that follow from the dataset's fields, and from the time limits that its rules and ``measures`` set.

    ``layout`` only changes the wording of the advice: headers, formats and codes as its sender spells them.
    """
    wording = Wording(dataset, layout)
    every = [rule for item in dataset.fields for rule in _rules_of(item, dataset, wording)]
    return (*every, *_local_hour_rules(dataset, wording), *_clock_change_rules(dataset, measures))


def due_condition(item: Field, dataset: Dataset) -> Expression | None:
    """When a missing value counts as missing; None: always. A record cannot be made without what is essential."""
    stage = next((s for s in dataset.stages if s.name == item.due), None)
    if stage is None or item.is_essential:
        return None
    if dataset.clock is None:
        return stage.reached
    return any_of(stage.reached, DaysBetween(field(dataset.day_clock), field(RECEIVED_ON)) >= stage.after_days)


def expected_condition(item: Field, dataset: Dataset) -> Expression | None:
    """When a value of the field is wanted, for completeness: it is due and its own condition holds; None: always."""
    parts = tuple(part for part in (due_condition(item, dataset), item.required) if isinstance(part, Expression))
    return AllOf(parts) if parts else None


def _rules_of(item: Field, dataset: Dataset, wording: Wording) -> Iterator[Rule]:
    yield from _readable(item, wording)
    if item.codes and item.kind in (Kind.CODE, Kind.CODES):
        yield _in_code_list(item, dataset, wording)
    if item.required is not False:
        yield _required(item, dataset, wording)
    if _limits(item):
        yield _within_bounds(item, wording)
    if item.format and not _is_ruled_by_the_dataset(item, dataset):
        yield from _well_formed(item, wording)
    if item.only_if:
        yield _only_where_asked(item, dataset, wording)
    yield from _no_identifier(item, dataset, wording)


# ------------------------------------------------------------------------------------------------ readable
def _readable(item: Field, wording: Wording) -> Iterator[Rule]:
    header, written = wording.header(item.name), wording.format(item)
    kind = KIND_IN_WORDS[item.kind].replace(" ", "_")
    but_for = any_of(Readable(item.name), *(Not(Readable(item.name, told)) for told in (NOT_IN_LIST, TOO_LONG, BY_SPREADSHEET, SWAPPED)))
    unreadable = f"'{header}' cannot be read. Write it as {written}."
    altered = f"A spreadsheet has altered '{header}'. Format the column as text, enter the value again as {written}, and save it as CSV."
    swapped = f"'{header}': day and month are swapped, as a spreadsheet with American dates does. Enter the date again as {written}."
    long = f"'{header}' is longer than {item.maximum_length} characters. Shorten it, and check that the columns have not shifted."
    yield _about(item, "FMT", f"is_readable_as_{kind}", but_for, QUARANTINE, item.advice or unreadable, "readable")
    yield _about(item, "XLS", "is_not_altered_by_a_spreadsheet", Readable(item.name, BY_SPREADSHEET), QUARANTINE, altered, "readable")
    if item.kind in (Kind.DATE, Kind.DATETIME):
        yield _about(item, "SWP", "has_its_day_before_its_month", Readable(item.name, SWAPPED), QUARANTINE, swapped, "readable")
    yield _about(item, "LEN", "is_not_too_long", Readable(item.name, TOO_LONG), QUARANTINE, long, "readable")


def _about(item: Field, prefix: str, requirement_name: str, requirement: Expression, severity: Severity, advice: str, family: str) -> Rule:
    return Rule(f"{prefix}.{item.name}", f"{item.name}_{requirement_name}", requirement, severity, (item.name,), advice, family=family)


# ------------------------------------------------------------------------------------------------ codes, required, bounds, format
def _in_code_list(item: Field, dataset: Dataset, wording: Wording) -> Rule:
    listed = AllListed if item.kind is Kind.CODES else Membership
    unknown = f" Write {item.codes.unknown[0]} where it is not known." if item.codes.unknown else ""
    advice = f"'{wording.header(item.name)}' takes {wording.format(item)}.{unknown} Correct the code."
    requirement = all_of(listed(field(item.name), item.codes.values), Readable(item.name, NOT_IN_LIST))
    return Rule(dataset.code_rule_id, "every_code_is_in_its_list", requirement, QUARANTINE, (item.name,), advice, family="codes")


def _required(item: Field, dataset: Dataset, wording: Wording) -> Rule:
    # a cell that cannot be read is not missing: it has its own finding
    given = field(item.name).is_present() | Not(Readable(item.name))
    wanted = expected_condition(item, dataset)
    severity = QUARANTINE if item.is_essential else WARN
    name = "is_given" if item.required is True else "is_given_where_it_is_required"
    return _about(item, "REQ", name, wanted.implies(given) if wanted else given, severity, _missing_advice(item, wording), "required")


def _only_where_asked(item: Field, dataset: Dataset, wording: Wording) -> Rule:
    # a box that is not ticked says nothing about a question that was not asked
    given = Holds(field(item.name)) if item.kind is Kind.BOOLEAN else field(item.name).is_present()
    asked = item.only_if
    others = " and ".join(f"'{wording.header(name)}'" for name in dict.fromkeys(_cells(dataset, asked.condition)))
    advice = f"'{wording.header(item.name)}' must be empty because of {others}. Empty it, or correct the other answer."
    fields = (item.name, *dict.fromkeys(_cells(dataset, asked.condition)))
    requirement = any_of(asked.condition, Not(given))
    return Rule(
        f"{asked.rule_id}.{item.name}",
        f"{item.name}_only_where_it_is_asked",
        requirement,
        asked.severity,
        fields,
        advice,
        family="conditions",
    )


def _missing_advice(item: Field, wording: Wording) -> str:
    written = wording.format(item)
    if item.kind in (Kind.CODE, Kind.CODES) and len(item.codes.labels) > FEW_CODES:
        written = wording.bare_codes(item) + (f" ({item.codes.unknown[0]} where it is not known)" if item.codes.unknown else "")
    other_answers = " It is needed because of other answers in the same row; if those are wrong, correct them instead."
    asked = "" if item.required is True else other_answers
    consequence = "The row cannot be taken without it. " if item.is_essential else ""
    return f"'{wording.header(item.name)}' is empty. {consequence}Fill it in as {written}.{asked}"


def _limits(item: Field) -> list[Expression]:
    lower = item.earliest if item.earliest is not None else item.minimum
    upper = item.latest if item.latest is not None else item.maximum
    return [test for limit, test in ((lower, field(item.name) >= lower), (upper, field(item.name) <= upper)) if limit is not None]


def _within_bounds(item: Field, wording: Wording) -> Rule:
    low, high = (_written(a if a is not None else b) for a, b in ((item.earliest, item.minimum), (item.latest, item.maximum)))
    allowed = f"between {low} and {high}" if low and high else (f"{low} or later" if item.earliest else f"{low} or more") if low else None
    allowed = allowed or (f"{high} or earlier" if item.latest else f"{high} or less")
    unit = f" {item.unit}" if item.unit else ""
    or_empty = "" if item.is_essential else ", or leave it empty where it is not known"
    advice = f"'{wording.header(item.name)}' must be {allowed}{unit}. Correct it{or_empty}."
    return _about(item, "BND", "is_within_its_bounds", AllOf(tuple(_limits(item))), QUARANTINE, advice, "bounds")


def _written(limit: date | float | None) -> str:
    if isinstance(limit, date):
        return f"{limit:%d/%m/%Y}"
    return "" if limit is None else f"{limit:g}"


def _is_ruled_by_the_dataset(item: Field, dataset: Dataset) -> bool:
    nodes = (node for rule in dataset.rules for node in rule.requirement.walk())
    return any(isinstance(node, Conforms) and item.name in node.field_names() for node in nodes)


def _well_formed(item: Field, wording: Wording) -> Iterator[Rule]:
    """A text field's codes are the words that may stand in place of a well-formed value, in any case of letters."""
    value, header = field(item.name), wording.header(item.name)
    words = tuple(
        spelled for code in (item.codes.values if item.codes else ()) for spelled in dict.fromkeys((code, code.lower(), code.upper()))
    )
    allowed = [Conforms(value, item.format), *([Membership(value, words)] if words else [])]
    if item.format == "nhs_number":
        dummy = Conforms(value, "dummy_nhs_number")
        advice = f"'{header}' holds a placeholder, so the patient is not recognised elsewhere. Enter the real number if there is one."
        yield _about(item, "DUM", "is_not_a_placeholder", Not(dummy), WARN, advice, "format")
        allowed.append(dummy)
    advice = item.advice or f"'{header}' is not well formed. Write {wording.format(item)}, and check it against the source."
    yield _about(item, "VAL", "is_well_formed", any_of(*allowed), QUARANTINE, advice, "format")


def _no_identifier(item: Field, dataset: Dataset, wording: Wording) -> Iterator[Rule]:
    """A text that is stored must not be what identifies the patient of the same row: columns get mixed up."""
    others = tuple(f for f in dataset.fields if not f.is_stored and f.kind is Kind.TEXT and f.identifies is not Identifier.STAFF)
    if item.kind is not Kind.TEXT or not item.is_stored or item.name == dataset.site_field or not others:
        return
    advice = f"'{wording.header(item.name)}' holds what identifies the patient elsewhere in the row. Enter {wording.format(item)}, and check the columns."
    differs = all_of(*(_is_not(item, other) for other in others))
    yield _about(item, "PRV", "is_no_identifier_of_the_patient", differs, QUARANTINE, advice, "format")


def _is_not(item: Field, other: Field) -> Expression:
    differs = field(item.name).differs_from(field(other.name))
    if other.identifies is not Identifier.LOCAL_PATIENT_IDENTIFIER:
        return differs
    # a sender may number records from 1: such a number is many a code, too
    return any_of(differs, Not(Conforms(field(other.name), "telling_number")))


# ------------------------------------------------------------------------------------------------ clock changes
def _local_hour_rules(dataset: Dataset, wording: Wording) -> Iterator[Rule]:
    fields = [item for item in dataset.fields if item.kind is Kind.DATETIME]
    derived = [item for item in dataset.derived if item.kind is Kind.DATETIME]
    judged = {item.name for item in fields}
    for item in (*fields, *(d for d in derived if judged.isdisjoint(_cells(dataset, d.expression)))):
        cells = tuple(dict.fromkeys(_cells(dataset, field(item.name))))
        shown = " and ".join(f"'{wording.header(name)}'" for name in cells)
        advice = f"{shown}: this hour was skipped or came twice when the clocks changed. Check it; nothing to do if it is right."
        requirement = UnambiguousTime(field(item.name))
        # the time of day, which is told after the date, is the cell to correct
        yield Rule(f"CLK.{item.name}", f"{item.name}_came_exactly_once", requirement, WARN, cells[::-1], advice, family=CLOCKS)


def _clock_change_rules(dataset: Dataset, measures: tuple[Measure, ...]) -> Iterator[Rule]:
    """One for each time limit: the interval is on the same side of it whether a clock change is counted or not."""
    advice = (
        "The clocks changed in this interval, and that hour decides whether a time limit was kept. It is counted as the clock "
        "showed; nothing to do if the times are right."
    )
    for limit in _time_limits(dataset, measures):
        interval, minutes = limit.left, limit.right.value
        cells = tuple(dict.fromkeys((*_cells(dataset, interval.end), *_cells(dataset, interval.start))))
        real = Comparison(limit.operator, ElapsedMinutes(interval.start, interval.end), limit.right)
        agree = any_of(all_of(limit, real), all_of(Not(limit), Not(real)))
        name = f"limit_of_{minutes:g}_minutes_does_not_hang_on_a_clock_change"
        yield Rule(f"CLK.{cells[0]}.{minutes:g}", name, agree, WARN, cells, advice, family=CLOCKS)


def _time_limits(dataset: Dataset, measures: tuple[Measure, ...]) -> tuple[Comparison, ...]:
    """The first comparison of each interval with each number of minutes."""
    ruled = [rule.requirement for rule in dataset.rules]
    measured = [part for m in measures for part in (m.cohort, m.numerator, m.value, *(e.condition for e in m.exclusions))]
    nodes = (node for expression in (*ruled, *measured) if expression is not None for node in expression.walk())
    limits = [n for n in nodes if isinstance(n, Comparison) and isinstance(n.left, MinutesBetween) and isinstance(n.right, Constant)]
    return tuple({(n.left, n.right): n for n in reversed(limits) if n.right.value}.values())


def _cells(dataset: Dataset, expression: Expression) -> Iterator[str]:
    """The fields of the file behind an expression, through derived fields."""
    derived = {item.name: item.expression for item in dataset.derived}
    for name in expression.field_names():
        yield from _cells(dataset, derived[name]) if name in derived else (name,)
