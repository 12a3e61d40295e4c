"""What readers see of case-mix adjustment: their own whole, of others nothing from which a count of deaths would follow."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, text

from tests.warehouse.results import add_measures, add_result
from warehouse.case_mix_tables import (
    case_mix_calibration,
    case_mix_coefficient,
    case_mix_model,
    cusum_month,
    standardised_funnel_limit,
    standardised_result,
)

PERIOD, NOW = date(2026, 1, 1), datetime(2026, 6, 1, tzinfo=UTC)
CELL = {"measure_name": "m_proportion", "period_grain": "quarter", "period_start": PERIOD}
NUMBERS = ("ratio", "lower_95", "upper_95", "lower_998", "upper_998", "z_score", "standardised_rate")


@pytest.fixture
def warehouse(demo_organisations):
    with demo_organisations.begin() as connection:
        add_measures(connection)
    return demo_organisations


def add(connection, code: str, observed: int, cases: int, expected: float) -> None:
    """A quarter of an organisation, crude and standardised."""
    add_result(connection, code, observed, cases, period_grain="quarter")
    row = {
        "organisation_code": code, "case_count": cases, "observed": observed, "expected": expected, "ratio": observed / expected, "lower_95": 0.5,
        "upper_95": 2.0, "lower_998": 0.4, "upper_998": 2.5, "z_score": 1.2345, "crude_rate": observed / cases, "standardised_rate": 0.1,
        "is_provisional": False, "matures_on": PERIOD, "measure_version": 1, "model_version": "model 2", "funnel_position": "above 95 %",
    }  # fmt: skip
    connection.execute(insert(standardised_result).values(**CELL, **row))


def rows(engine, view: str) -> dict:
    with engine.connect() as connection:
        return {row.organisation_code: row for row in connection.execute(text(f"select * from dashboard.{view}"))}


def test_own_results_are_whole_and_others_come_from_what_is_shown(warehouse, as_role):
    with warehouse.begin() as connection:
        for code, *numbers in (("ZX1", 13, 203, 11.4), ("ZX2", 22, 304, 18.1), ("NET", 80, 1000, 78.9)):
            add(connection, code, *numbers)
    seen = rows(as_role("cc_provider", "ZX1"), "standardised_result_v1")
    own, other = seen["ZX1"], seen["ZX2"]
    assert (own.observed, own.expected, own.ratio, own.z_score, own.lower_998) == (13, 11.4, 13 / 11.4, 1.2345, 0.4)
    assert (other.case_count, other.observed, other.expected, other.ratio) == (305, 20, 20, 1.0)
    assert (other.z_score, other.lower_95, other.upper_95, other.lower_998, other.upper_998) == (None,) * 5
    assert (other.is_own, other.is_suppressed, other.model_version, other.measure_version) == (False, False, "model 2", 1)
    assert (own.funnel_position, other.funnel_position) == ("above 95 %", "above 95 %")


def test_a_standardised_rate_rests_on_the_networks_rate_as_the_reader_sees_it(warehouse, as_role):
    """With the exact one, rate over ratio would be the network's, and so its deaths."""
    with warehouse.begin() as connection:
        for code, *numbers in (("ZX2", 22, 304, 18.1), ("NET", 83, 1003, 78.9)):
            add(connection, code, *numbers)
    engine = as_role("cc_dashboard")
    seen = rows(engine, "standardised_result_v1")
    with engine.connect() as connection:
        shown = connection.scalar(
            text("select value from dashboard.measure_result_v1 where organisation_code = 'NET' and period_grain = 'quarter'")
        )
    assert shown == pytest.approx(85 / 1005, abs=1e-6)
    assert seen["ZX2"].standardised_rate == pytest.approx(1.0 * shown)


def test_a_small_count_of_deaths_hides_the_row(warehouse, as_role):
    with warehouse.begin() as connection:
        add(connection, "ZX2", 4, 304, 18.1)
    hidden = rows(as_role("cc_provider", "ZX1"), "standardised_result_v1")["ZX2"]
    assert hidden.is_suppressed and (hidden.case_count, hidden.observed, hidden.expected) == (None, None, None)
    assert [getattr(hidden, name) for name in (*NUMBERS, "funnel_position")] == [None] * (len(NUMBERS) + 1)


def test_so_few_expected_that_they_round_to_none_give_no_ratio(warehouse, as_role):
    with warehouse.begin() as connection:
        add(connection, "ZX2", 0, 40, 1.7)
    row = rows(as_role("cc_provider", "ZX1"), "standardised_result_v1")["ZX2"]
    assert (row.observed, row.expected, row.ratio, row.is_suppressed) == (0, 0, None, False)


def test_the_funnel_of_ratios_is_the_same_for_all_and_names_display_and_policy_limits_apart(warehouse, as_role):
    limits = {"lower_998": 0.2, "lower_95": 0.5, "upper_95": 1.6, "upper_998": 2.1, "policy_alert_limit": 1.7, "policy_alarm_limit": 2.2}
    with warehouse.begin() as connection:
        row = {"expected": 10, "policy_positive_limit": 0.1, "outlier_policy_version": 1, "model_version": "model 2", **limits}
        connection.execute(insert(standardised_funnel_limit).values(**CELL, **row))
    seen = []
    for engine in (as_role("cc_provider", "ZX1"), as_role("cc_dashboard")):
        with engine.connect() as connection:
            seen.append(connection.execute(text("select * from dashboard.standardised_funnel_limit_v1")).mappings().one())
    assert seen[0] == seen[1]
    assert {name: seen[0][name] for name in limits} == limits
    assert (seen[0]["pathway_name"], seen[0]["expected"], seen[0]["policy_positive_limit"], seen[0]["model_version"]) == (
        "wrist_fracture",
        10,
        0.1,
        "model 2",
    )


def test_a_chart_of_single_patients_is_its_providers_own(warehouse, as_role):
    with warehouse.begin() as connection:
        for code in ("ZX1", "ZX2"):
            values = {
                "case_count": 31,
                "observed": 3,
                "expected": 2.2,
                "last_value": 0.4,
                "highest_value": 1.1,
                "limit_value": 3.3,
                "crossing_count": 0,
            }
            more = {"odds_ratio": 2.0, "run_length": 4000.0, "is_provisional": False, "model_version": "model 2", "rule_version": 1}
            key = {"measure_name": "m_proportion", "organisation_code": code, "direction": "worse", "period_start": PERIOD}
            connection.execute(insert(cusum_month).values(**key, **values, **more))
    seen = rows(as_role("cc_provider", "ZX1"), "cusum_month_v1")
    assert (seen["ZX1"].observed, seen["ZX1"].highest_value, seen["ZX1"].limit_value, seen["ZX1"].is_suppressed) == (3, 1.1, 3.3, False)
    assert seen["ZX2"].is_suppressed
    assert [getattr(seen["ZX2"], name) for name in ("case_count", *values)] == [None] * 8


def test_a_model_is_shown_to_all_with_rounded_counts(warehouse, as_role):
    key = {"model_name": "model", "model_version": 2}
    with warehouse.begin() as connection:
        told = {
            "pathway_name": "wrist_fracture",
            "measure_name": "m_proportion",
            "measure_version": 1,
            "declared_version": 1,
            "origin": "fitted",
        }
        judged = {
            "source": "here",
            "is_current": True,
            "is_sound": True,
            "made_at": NOW,
            "case_count": 1203,
            "event_count": 83,
            "c_statistic": 0.7,
        }
        connection.execute(insert(case_mix_model).values(**key, **told, **judged))
        connection.execute(insert(case_mix_coefficient).values(**key, label="intercept", place=1, is_reference=False, coefficient=-2.5))
        for number, (count, share) in enumerate(((122, 0.123456), (6, 0.5)), start=1):
            connection.execute(
                insert(case_mix_calibration).values(**key, group_number=number, case_count=count, mean_risk=0.1, observed_share=share)
            )
    with as_role("cc_dashboard").connect() as connection:
        model = connection.execute(text("select * from dashboard.case_mix_model_v1")).one()
        assert (model.case_count, model.event_count, model.c_statistic, model.is_current) == (1205, 85, 0.7, True)
        assert connection.scalar(text("select coefficient from dashboard.case_mix_coefficient_v1")) == -2.5
        groups = connection.execute(
            text("select case_count, mean_risk, observed_share from dashboard.case_mix_calibration_v1 order by group_number")
        )
        assert [tuple(row) for row in groups] == [(120, 0.1, 0.12), (None, None, None)]
