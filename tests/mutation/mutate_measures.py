"""Changes each definition of a pathway in turn, and demands that a case of its spec tables then has another answer.

    python -m tests.mutation.mutate_measures hip_fracture

Belongs here: what is mutated (measures, derived fields, rules) and the report of survivors. Does not belong here: the changes
themselves (``tests.mutation.mutants``), the cases (``tests/spec/<pathway>``).
Declarations are replaced in memory; no file is touched.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pandas as pd

from quality_checks.masks import Evaluator
from schemas.datasets import Dataset, Pathway
from schemas.expressions import Expression
from schemas.field_rules import field_rules
from schemas.fields import Derived
from schemas.measures import Measure
from schemas.registry import load_registry
from schemas.rules import Rule, Scope
from tests.mutation.mutants import mutants
from tests.spec.evaluation import add_derived, derived_answers, measure_outcomes, result_answers, typed_frame
from tests.spec.tables import Specification, Table, specification

_NOTICED_ERRORS = (TypeError, KeyError)  # of a mutant that has no meaning at all


@dataclass(frozen=True)
class Survivor:
    """A change that no case noticed."""

    subject: str
    change: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.change}"


@dataclass(frozen=True)
class Report:
    tried: int
    survivors: tuple[Survivor, ...]


def mutate(pathway: Pathway, spec: Specification, parts: tuple[str, ...] = ("measures", "derived", "rules")) -> Report:
    """Tries every mutant of every measure, derived field and record rule of the pathway, or of these parts of it."""
    makers = {"measures": _measures, "derived": _derived, "rules": _rules}
    trials = [trial for part in parts for trial in makers[part](pathway, spec)]
    lost = tuple(Survivor(subject, about) for subject, about, is_noticed in trials if not is_noticed)
    return Report(len(trials), lost)


Trial = tuple[str, str, bool]  # subject, change, whether a case noticed it


def _changes_an_answer(answers: Callable[[], list], wanted: list) -> bool:
    try:
        return answers() != wanted
    except _NOTICED_ERRORS:
        return True


# ------------------------------------------------------------------------------------------------ measures
def _measures(pathway: Pathway, spec: Specification) -> Iterator[Trial]:
    declared = {measure.name: measure for measure in pathway.measures}
    for table in spec.measures:
        measure, frame = declared[table.subject], typed_frame(table.rows, spec.patient, pathway.case_dataset)
        judge = Evaluator(frame)
        wanted = _counted(measure, judge)
        for about, mutant in _mutants_of_measure(measure):
            yield table.subject, about, _changes_an_answer(lambda m=mutant, j=judge: _counted(m, j), wanted)
    yield from _results(declared, spec)


def _results(declared: dict[str, Measure], spec: Specification) -> Iterator[Trial]:
    """Of measures made of other measures. Their numbers may differ by the last bits: what a mutant changes differs by more."""
    for table in spec.results:
        measure = declared[table.subject]
        wanted = _rounded(measure, table)
        for about, mutant in _mutants_of_measure(measure):
            yield table.subject, about, _changes_an_answer(lambda m=mutant, t=table: _rounded(m, t), wanted)


def _rounded(measure: Measure, table: Table) -> list[float | None]:
    return [None if value is None else round(value, 9) for _, value in result_answers(measure, table.rows)]


def _counted(measure: Measure, judge: Evaluator) -> list[tuple]:
    return [outcome.counted() for outcome in measure_outcomes(measure, judge.frame, judge)]


def _mutants_of_measure(measure: Measure) -> Iterator[tuple[str, Measure]]:
    for part in ("cohort", "numerator", "value"):
        for mutant in mutants(getattr(measure, part)) if getattr(measure, part) is not None else ():
            yield f"{part}: {mutant.about}", replace(measure, **{part: mutant.expression})
    for position, exclusion in enumerate(measure.exclusions):
        before, after = measure.exclusions[:position], measure.exclusions[position + 1 :]
        yield f"exclusion {exclusion.name} dropped", replace(measure, exclusions=(*before, *after))
        for mutant in mutants(exclusion.condition):
            changed = replace(exclusion, condition=mutant.expression)
            yield f"exclusion {exclusion.name}: {mutant.about}", replace(measure, exclusions=(*before, changed, *after))


# ------------------------------------------------------------------------------------------------ derived fields
def _derived(pathway: Pathway, spec: Specification) -> Iterator[Trial]:
    dataset = pathway.case_dataset
    declared = {item.name: item for item in dataset.derived}
    for table in spec.derived:
        frame = typed_frame(table.rows, spec.patient, dataset)
        wanted = derived_answers(table.subject, frame)
        for mutant in mutants(declared[table.subject].expression):
            changed = replace(declared[table.subject], expression=mutant.expression)
            yield table.subject, mutant.about, _changes_an_answer(lambda c=changed, f=frame: _recomputed(c, f), wanted)


def _recomputed(item: Derived, frame: pd.DataFrame) -> list:
    return derived_answers(item.name, add_derived(frame.copy(deep=False), (item,)))


# ------------------------------------------------------------------------------------------------ rules
def _rules(pathway: Pathway, spec: Specification) -> Iterator[Trial]:
    dataset = pathway.case_dataset
    declared = {rule.id: rule for rule in (*dataset.rules, *field_rules(dataset)) if rule.scope is not Scope.FILE}
    for table in spec.rules:
        yield from _trials_of_rule(declared[table.subject], table, spec, dataset)


def _trials_of_rule(rule: Rule, table: Table, spec: Specification, dataset: Dataset) -> Iterator[Trial]:
    frame = typed_frame(table.rows, spec.patient, dataset)
    judge = Evaluator(frame)
    wanted = _broken(rule.requirement, judge)
    for mutant in mutants(rule.requirement):
        yield rule.id, mutant.about, _changes_an_answer(lambda m=mutant: _broken(m.expression, judge), wanted)


def _broken(requirement: Expression, judge: Evaluator) -> list[bool]:
    """Only what is broken has a consequence; whether the rest holds or is unknown has none."""
    return judge.broken(requirement).tolist()


def main(name: str) -> int:
    report = mutate(load_registry().pathway(name), specification(name))
    print(f"{name}: {report.tried} mutants, {len(report.survivors)} survived")
    print("\n".join(map(str, report.survivors)))
    return 1 if report.survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
