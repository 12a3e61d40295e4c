"""What a field, a rule, a measure or a dataset is, as a few lines of plain text.

Belongs here: ``describe_*`` for ``common-cause describe`` and the docs. Does not belong here: expressions in words
(``schemas.words``), SQL (``warehouse.compile_sql``).
"""

from __future__ import annotations

from collections.abc import Iterator

from schemas.case_links import CaseRule
from schemas.charts import TITLES
from schemas.datasets import Dataset, matures_after_days
from schemas.field_rules import field_rules
from schemas.fields import Derived, Field, Identifier
from schemas.measures import Credit, Measure, MeasureKind, NotComputed
from schemas.rules import PairRule, Rule
from schemas.wording import KIND_IN_WORDS, Wording
from schemas.words import in_words


def describe_field(item: Field | Derived, dataset: Dataset) -> str:
    """The field's meaning, format, codes and conditions, one a line."""
    if isinstance(item, Derived):
        return "\n".join([f"{item.name} (derived): {item.description}", f"  computed as: {in_words(item.expression, dataset)}"])
    return "\n".join([f"{item.name}: '{item.header}'. {item.description}", *(f"  {line}" for line in _field_lines(item, dataset))])


def _field_lines(item: Field, dataset: Dataset) -> Iterator[str]:
    unit = f", in {item.unit}" if item.unit else ""
    yield f"type: {KIND_IN_WORDS[item.kind]}{unit}; written as {Wording(dataset).format(item)}"
    if item.codes:
        yield "codes: " + "; ".join(f"{code} = {label}" for code, label in item.codes.labels)
    if item.required is not False:
        when = "always" if item.required is True else f"if {in_words(item.required, dataset)}"
        yield f"required: {when}" + ("; the row cannot be taken without it" if item.is_essential else "")
    stage = next((s for s in dataset.stages if s.name == item.due), None)
    if stage:
        yield f"due: {stage.title[0].lower()}{stage.title[1:]}, or {stage.after_days} days after the clock start"
    if item.only_if:
        yield f"only if {in_words(item.only_if.condition, dataset)}"
    if item.blank is not None:
        yield f"an empty cell says {item.blank}"
    if item.identifies:
        whom = "a member of staff" if item.identifies is Identifier.STAFF else f"the patient ({item.identifies.value})"
        yield f"identifies {whom}: never stored in the warehouse"


def describe_rule(rule: Rule | PairRule | CaseRule, dataset: Dataset) -> str:
    """What must hold, what follows if it does not, and what to do."""
    lines = [
        f"{rule.id} {rule.name}",
        f"  holds if: {_requirement(rule, dataset)}",
        f"  if not: {rule.severity.value} ({rule.scope.value}). {rule.advice}",
    ]
    return "\n".join([*lines, *(f"  {line}" for line in (() if isinstance(rule, CaseRule) else _validity(rule)))])


def _requirement(rule: Rule | PairRule | CaseRule, dataset: Dataset) -> str:
    if isinstance(rule, PairRule):
        return _pair_in_words(rule, dataset)
    return _between_records(rule, dataset) if isinstance(rule, CaseRule) else in_words(rule.requirement, dataset)


def _between_records(rule: CaseRule, dataset: Dataset) -> str:
    if not rule.fields:
        return "of the records of a case, each that another names as its neighbour names it too"
    told = " and ".join(f"'{Wording(dataset).header(name)}'" for name in rule.fields)
    return f"the records of a case agree on {told}, wherever they tell it"


def _validity(rule: Rule | PairRule) -> Iterator[str]:
    if rule.since > 1 or rule.until:
        yield f"rule versions: {rule.since} to {rule.until or 'now'}"
    limits = ((word, getattr(rule, name, None)) for word, name in (("from", "valid_from"), ("to", "valid_to")))
    told = [f"{word} {day:%d/%m/%Y}" for word, day in limits if day]
    if told:
        yield "clock dates: " + " ".join(told)


def _pair_in_words(rule: PairRule, dataset: Dataset) -> str:
    header = Wording(dataset).header
    parts = [f"the same '{header(name)}'" for name in rule.same] + [f"another '{header(name)}'" for name in rule.differ]
    near = f"their clock starts lie at most {rule.within_days} days apart" if rule.within_days is not None else ""
    overlap = f"their stays (to '{header(rule.overlap)}') overlap" if rule.overlap else ""
    told = ", ".join(part for part in (near, overlap) if part)
    return f"a person has no two cases with {' and '.join(parts)} of which {told}; else {'both are' if rule.both else 'the later is'} {rule.status}"


def describe_measure(measure: Measure, dataset: Dataset | None = None) -> str:
    """Denominator, exclusions, numerator or value, and how the result is to be read."""
    lines = [f"{measure.name}: {measure.title}", f"  {measure.description}", *(f"  {line}" for line in _measure_lines(measure, dataset))]
    return "\n".join(lines)


def _measure_lines(measure: Measure, dataset: Dataset | None) -> Iterator[str]:
    yield f"a {measure.kind.value}, in {measure.unit}; {measure.direction.value}; version {measure.version}"
    counted = "teams' records" if measure.credit is Credit.TEAM_RECORD else "cases"
    if measure.cohort is not None:
        yield f"counted: {counted} for which {in_words(measure.cohort, dataset)}"
    yield from _credited(measure, dataset)
    for exclusion in measure.exclusions:
        yield f"left out ({exclusion.name.replace('_', ' ')}): {counted} for which {in_words(exclusion.condition, dataset)}"
    if measure.numerator is not None:
        yield f"of these, those for which {in_words(measure.numerator, dataset)}"
    if measure.value is not None:
        yield f"{'value' if measure.kind is MeasureKind.DERIVED else f'the {measure.kind.value} of'}: {in_words(measure.value, dataset)}"
    if measure.index_date:
        yield f"by the period of {in_words_of_name(measure.index_date, dataset)}; final {matures_after_days(measure, dataset)} days after the period"
    yield f"charted by {', '.join(TITLES[chart] for chart in measure.charted_by)}" + (
        "; signals from " + TITLES[measure.judged_by] if measure.is_watched else ""
    )
    if measure.target is not None:
        yield f"target: {measure.target:g}"
    if measure.source:
        yield f"source: {measure.source}"


def _credited(measure: Measure, dataset: Dataset | None) -> Iterator[str]:
    if measure.credit is Credit.TEAM_RECORD:
        yield "credited: each record to its own team, for its own part"
    if measure.credit is Credit.EVERY_TEAM:
        which = dataset.case_link.credited if dataset and dataset.case_link else None
        yield "credited: each case once to every organisation one of whose teams had a part in it" + (
            f", if {in_words(which, dataset)}" if which else ""
        )


def describe_not_computed(item: NotComputed) -> str:
    """What is not computed, from which files, and why."""
    where = f" from {' or '.join(item.layouts)}" if item.layouts else ""
    return f"{item.name}: {item.title}\n  not computed{where}. {item.reason}"


def in_words_of_name(name: str, dataset: Dataset | None) -> str:
    return f"'{Wording(dataset).header(name)}'" if dataset and name in dataset.field_by_name else name.replace("_", " ")


def describe_dataset(dataset: Dataset) -> str:
    """The dataset's purpose, its fields and its rules, those that follow from fields counted only."""
    head = [f"{dataset.name} (version {dataset.version}, rules {dataset.rule_version}): {dataset.title}", f"  {dataset.description}"]
    fields = [describe_field(item, dataset) for item in (*dataset.fields, *dataset.derived)]
    stated = [describe_rule(rule, dataset) for rule in dataset.stated_rules]
    followed = (
        f"and {len(field_rules(dataset))} rules that follow from the fields (readable, in code list, given where required, in bounds)"
    )
    return "\n".join([*head, "", f"{len(dataset.fields)} fields", *fields, "", f"{len(stated)} rules", *stated, followed])
