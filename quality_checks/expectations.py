"""Our own Great Expectations classes: one expectation a family of rules, over one metric that judges all rules of a batch.

Belongs here: the expectation and its metric. Does not belong here: which rules there are (``quality_checks.rulesets``).
Importing this module imports Great Expectations, which takes seconds: only ``quality_checks.validate`` does, when it runs.

A result holds counts and row positions, all of them, and never a value of a field.
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from quality_checks.rulesets import Judgement, RuleSet, judge

METRIC = "common_cause.judgements"
_rule_sets: dict[str, RuleSet] = {}


def offer(rules: RuleSet) -> None:
    """Make a rule set known to the metric under its key; expectations hold the key only, for they must be plain data."""
    _rule_sets[rules.key] = rules


class Judgements(TableMetricProvider):
    """The judgement of every rule of a rule set on the batch: computed once, used by all families."""

    metric_name = METRIC
    value_keys = ("rule_set",)

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(cls, execution_engine, metric_domain_kwargs, metric_value_kwargs, metrics, runtime_configuration) -> tuple[Judgement, ...]:
        frame, _, _ = execution_engine.get_compute_domain(metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE)
        return judge(_rule_sets[metric_value_kwargs["rule_set"]], frame)


class ExpectRulesOfFamilyToHold(BatchExpectation):
    """Every rule of one family holds for every row for which it can be judged."""

    rule_set: str
    family: str

    metric_dependencies: ClassVar[tuple[str, ...]] = (METRIC,)
    success_keys: ClassVar[tuple[str, ...]] = ("rule_set", "family")
    args_keys: ClassVar[tuple[str, ...]] = ("rule_set", "family")

    def _validate(self, metrics: dict, runtime_configuration: dict | None = None, execution_engine: Any = None) -> dict:
        judged = {position: metrics[METRIC][position] for position in _rule_sets[self.rule_set].families[self.family]}
        details = {position: _detail(judgement) for position, judgement in judged.items()}
        broken = sum(detail["unexpected_count"] for detail in details.values())
        return {"success": broken == 0, "result": {"unexpected_count": broken, "details": {"rules": details}}}


def _detail(judgement: Judgement) -> dict:
    return {
        "element_count": judgement.evaluated_count,
        "unexpected_count": len(judgement.broken),
        "unexpected_index_list": judgement.broken.tolist(),
    }
