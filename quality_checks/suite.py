"""One Great Expectations suite a dataset and version, compiled from the declarations, and its run over a frame.

Belongs here: compiling, running, and nothing left behind: no data context, nothing on disk, no analytics, no progress bar.
Does not belong here: the expectation itself (``quality_checks.expectations``), verdicts (``quality_checks.validate``).
Importing this module imports Great Expectations: import it late.
"""

from __future__ import annotations

import os
from functools import lru_cache

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read once, when the library is imported

import pandas as pd
from great_expectations import ExpectationSuite
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.exceptions import MetricResolutionError
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.validator.validator import Validator

from quality_checks.expectations import ExpectRulesOfFamilyToHold, offer
from quality_checks.rulesets import RuleSet, SuiteError

# exceptions are ours to handle: the library would put their text, which may hold values, into its results
RUNTIME = {"catch_exceptions": False, "result_format": {"result_format": "COMPLETE"}}


@lru_cache(maxsize=64)
def compile_suite(rules: RuleSet) -> ExpectationSuite:
    """One expectation for each family of the rule set."""
    expectations = [ExpectRulesOfFamilyToHold(rule_set=rules.key, family=family) for family in rules.families]
    return ExpectationSuite(name=rules.key, expectations=expectations)


def run_suite(rules: RuleSet, frame: pd.DataFrame) -> list[ExpectationValidationResult]:
    """One result a family of rules. ``frame`` stays in memory and is not copied, fingerprinted or stored."""
    suite = compile_suite(rules)
    offer(rules)
    engine = PandasExecutionEngine()
    # loading by the engine itself, not by a data source, avoids a fingerprint of the data
    engine.load_batch_data("submission", frame)
    validator = Validator(execution_engine=engine, include_rendered_content=False)
    validator.metrics_calculator.show_progress_bars = False
    try:
        return validator.graph_validate(suite.expectation_configurations, runtime_configuration=dict(RUNTIME))
    except MetricResolutionError as error:
        raise SuiteError(f"{rules.key}: {error.__cause__ or type(error).__name__}") from None
