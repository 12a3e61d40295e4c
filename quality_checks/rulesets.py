"""The rules of one dataset at one version, and their judgement of one frame.

Belongs here: which rules are judged on a submission, their masks. Does not belong here: Great Expectations
(``quality_checks.expectations``), what follows from broken rules (``quality_checks.validate``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from quality_checks.masks import Evaluator, in_common
from schemas.datasets import Dataset
from schemas.expressions import Expression, all_of, field
from schemas.field_rules import field_rules
from schemas.layouts import Layout
from schemas.measures import Measure
from schemas.rules import Rule, Scope


class SuiteError(RuntimeError):
    """A rule cannot be judged, or the library's result contradicts the masks. Our failure, never the sender's; holds no value."""


@dataclass(frozen=True)
class RuleSet:
    """Rules of scope record and file, in the order in which findings are told; a rule is named by its position."""

    key: str
    rules: tuple[Rule, ...]
    clock: str | None

    @cached_property
    def families(self) -> dict[str, tuple[int, ...]]:
        """Family -> positions of its rules."""
        named = dict.fromkeys(rule.family for rule in self.rules)
        return {family: tuple(i for i, rule in enumerate(self.rules) if rule.family == family) for family in named}

    @cached_property
    def shared(self) -> frozenset[Expression]:
        """What several rules have in common: worth remembering between them."""
        return in_common(map(self.requirement, range(len(self.rules))))

    def requirement(self, position: int) -> Expression:
        """What must hold, where the rule's dates limit it to some of the clock dates."""
        rule = self.rules[position]
        if self.clock is None:
            return rule.requirement
        limits = ((rule.valid_from, field(self.clock) >= rule.valid_from), (rule.valid_to, field(self.clock) < _next_day(rule.valid_to)))
        in_force = [test for limit, test in limits if limit is not None]
        return all_of(*in_force).implies(rule.requirement) if in_force else rule.requirement


def _next_day(day):
    return None if day is None else (pd.Timestamp(day) + pd.Timedelta(days=1)).date()


@lru_cache(maxsize=64)
def rule_set(dataset: Dataset, version: int, measures: tuple[Measure, ...] = (), layout: Layout | None = None) -> RuleSet:
    """The rules that follow from the fields, then those that the dataset states for ``version``."""
    stated = tuple(rule for rule in dataset.rules_at(version) if rule.scope is not Scope.WAREHOUSE)
    key = "_".join((dataset.name, dataset.version, "rules", str(version), *([layout.name] if layout else [])))
    return RuleSet(key, (*field_rules(dataset, measures, layout), *stated), dataset.day_clock)


@dataclass(frozen=True)
class Judgement:
    """What came of one rule: rows for which it could be judged, and the positions (0-based) of the rows that break it.

    A rule on the file is judged once: ``evaluated_count`` is 1 or 0, and position 0 stands for the file.
    """

    evaluated_count: int
    broken: np.ndarray


def judge(rules: RuleSet, frame: pd.DataFrame) -> tuple[Judgement, ...]:
    """One judgement a rule. The masks are computed together, so that rules share what they have in common."""
    evaluator = Evaluator(frame, rules.shared)
    return tuple(_judge_one(evaluator, rule, rules.requirement(i)) for i, rule in enumerate(rules.rules))


def _judge_one(evaluator: Evaluator, rule: Rule, requirement: Expression) -> Judgement:
    try:
        known, broken = evaluator.values(requirement).known, evaluator.broken(requirement)
    except Exception as error:
        # the text of the error could quote a value, so only its type is told
        raise SuiteError(f"rule {rule.id} ({rule.name}) cannot be judged: {type(error).__name__}") from None
    finally:
        evaluator.forget()
    if rule.scope is Scope.FILE:
        known, broken = known[:1], broken[:1]
    return Judgement(int(known.sum()), np.flatnonzero(broken))
