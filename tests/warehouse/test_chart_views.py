"""What readers see of charts: their own whole, of others' nothing from which a denominator or an event would follow."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert, text, update

from tests.warehouse.results import PERIOD, add_measures, add_point, add_result
from warehouse.measurement_tables import measure
from warehouse.rare_event_tables import rare_event_point

P_PRIME = {"chart": "p_prime", "mean": 0.5, "lower_limit": 0.5 - 1.2 / 53**0.5, "upper_limit": 0.5 + 1.2 / 53**0.5, "rule_version": 1}


@pytest.fixture
def warehouse(demo_organisations):
    with demo_organisations.begin() as connection:
        add_measures(connection)
    return demo_organisations


def rows(engine, view: str, where: str = "true") -> list:
    with engine.connect() as connection:
        return list(connection.execute(text(f"select * from dashboard.{view} where {where} order by organisation_code")))


def test_the_view_of_xmr_charts_tells_of_no_other_chart(warehouse, as_role):
    with warehouse.begin() as connection:
        add_result(connection, "ZX1", 33, 53)
        add_point(connection, "ZX1")
        add_point(connection, "ZX1", **P_PRIME)
    [seen] = rows(as_role("cc_provider", "ZX1"), "spc_point_v1")
    assert (seen.mean, seen.rule_version) == (0.123456, 1)
    both = rows(as_role("cc_provider", "ZX1"), "chart_point_v1")
    assert sorted((row.chart, row.is_judged, row.mean) for row in both) == [("p_prime", False, 0.5), ("xmr", True, 0.123456)]
    assert {(row.final_rule_name, row.final_point_type) for row in both} == {("beyond final limits", "special cause concern")}


def test_limits_of_others_stand_where_they_would_for_the_shown_denominator(warehouse, as_role):
    """Two denominators that are shown as 55: nobody can tell them apart by the width of the limits."""
    with warehouse.begin() as connection:
        connection.execute(update(measure).values(signals_from="p_prime"))
        for code, of in (("ZX1", 53), ("ZX2", 53), ("ZX3", 57)):
            add_result(connection, code, 33, of)
            add_point(connection, code, **{**P_PRIME, "lower_limit": 0.5 - 1.2 / of**0.5, "upper_limit": 0.5 + 1.2 / of**0.5})
    own, two, three = rows(as_role("cc_provider", "ZX1"), "chart_point_v1")
    assert (own.is_own, own.is_judged, own.upper_limit) == (True, True, 0.5 + 1.2 / 53**0.5)
    assert (two.lower_limit, two.upper_limit) == (three.lower_limit, three.upper_limit) == (0.34, 0.66)
    assert round(0.5 + 1.2 / 55**0.5, 2) == 0.66


@pytest.mark.parametrize(
    ("edges", "shown"), [((0.0, 1.0), (0.0, 1.0)), ((0.004, 0.999), (0.0, 1.0)), ((0.5, 0.5), (0.5, 0.5)), ((None, None), (None, None))]
)
def test_limits_stay_between_none_and_all_and_a_missing_one_stays_missing(warehouse, as_role, edges, shown):
    with warehouse.begin() as connection:
        add_result(connection, "ZX2", 33, 57)
        add_point(connection, "ZX2", **{**P_PRIME, "lower_limit": edges[0], "upper_limit": edges[1]})
    [seen] = rows(as_role("cc_dashboard"), "chart_point_v1")
    assert (seen.lower_limit, seen.upper_limit) == shown


def test_a_series_with_a_hidden_point_has_no_lines_on_any_chart(warehouse, as_role):
    with warehouse.begin() as connection:
        for month, met in ((PERIOD, 33), (date(2026, 4, 1), 2)):
            add_result(connection, "ZX2", met, 53, period_start=month)
            add_point(connection, "ZX2", period_start=month, **P_PRIME)
    seen = rows(as_role("cc_dashboard"), "chart_point_v1")
    assert len(seen) == 2
    assert {(row.mean, row.lower_limit, row.upper_limit, row.rule_name, row.point_type) for row in seen} == {
        (None, None, None, None, "suppressed")
    }
    assert {(row.final_rule_name, row.final_point_type) for row in seen} == {(None, "suppressed")}


def test_points_of_rare_events_are_ones_own_and_of_others_there_is_not_even_a_row(warehouse, as_role):
    with warehouse.begin() as connection:
        for code in ("ZX1", "ZX2"):
            connection.execute(insert(rare_event_point).values(
                measure_name="m_proportion", organisation_code=code, chart="g", point_number=1, period_start=PERIOD, value=12, centre=9, lower_limit=0,
                upper_limit=40, point_type="common cause", rule_version=1, is_open=False, is_provisional=False))  # fmt: skip
    assert [row.organisation_code for row in rows(as_role("cc_provider", "ZX1"), "rare_event_point_v1")] == ["ZX1"]
    for role in ("cc_dashboard", "cc_analyst", "cc_engineer"):
        assert rows(as_role(role), "rare_event_point_v1") == []
