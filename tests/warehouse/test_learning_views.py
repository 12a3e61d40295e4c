"""From whom to learn: who does best and improved most, who is like us and why; all as their reader may see it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert, text

from tests.warehouse.results import add_measures, add_result
from warehouse.case_mix_tables import standardised_result
from warehouse.organisations import load_network

YEAR, MONTHS = date(2025, 1, 1), [date(2024 + month // 12, month % 12 + 1, 1) for month in range(24)]
# cases a year, expected outcome in per cent
SIZES = {"ZX1": (500, 7.0), "ZX2": (520, 7.2), "ZX3": (505, 11.0), "ZX4": (1500, 7.1), "ZX5": (60, 7.0)}


@pytest.fixture
def warehouse(demo_organisations):
    row = {"organisation_kind": "provider", "parent_code": "REG1", "is_member": True}
    with demo_organisations.begin() as connection:
        load_network(connection, [{"organisation_code": code, "organisation_name": f"Exemplar {code}", **row} for code in ("ZX4", "ZX5")])
        add_measures(connection)
    return demo_organisations


def _rows(engine, view: str, where: str = "true") -> list[dict]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(f"select * from dashboard.{view} where {where}")).mappings()]


def _add_size(connection, code: str, cases: int, expected: float) -> None:
    add_result(connection, code, cases // 2, cases, period_grain="year", period_start=YEAR)
    given = {
        "measure_name": "m_proportion", "organisation_code": code, "period_grain": "year", "period_start": YEAR, "case_count": cases, "observed": 9,
        "expected": cases * expected / 100, "is_provisional": False, "matures_on": YEAR, "measure_version": 1, "model_version": "model 1",
    }  # fmt: skip
    connection.execute(insert(standardised_result).values(**given))


def test_alike_are_those_of_our_size_and_case_mix_with_the_reason(warehouse, as_role):
    with warehouse.begin() as connection:
        for code, (cases, expected) in SIZES.items():
            _add_size(connection, code, cases, expected)
    found = _rows(as_role("cc_provider", "ZX1"), "similar_provider_v1", "organisation_code = 'ZX1' order by place")
    assert found[0]["peer_code"] == "ZX2" and {row["peer_code"] for row in found} == {"ZX2", "ZX3", "ZX4", "ZX5"}
    assert found[0]["reason"] == "about 520 cases a year beside 500; expected of its patients 7.2 % beside 7.0 %"
    assert found[0]["distance"] < 0.2 < found[1]["distance"]


def test_who_does_best_and_who_improved_most(warehouse, as_role):
    """Shares by year: ZX1 0.50 then 0.60; ZX2 0.80 then 0.80; ZX3 0.20 then 0.50."""
    with warehouse.begin() as connection:
        for code, earlier, later in (("ZX1", 50, 60), ("ZX2", 80, 80), ("ZX3", 20, 50)):
            for month in MONTHS:
                add_result(connection, code, earlier if month.year == 2024 else later, 100, period_start=month)
    found = {row["organisation_code"]: row for row in _rows(as_role("cc_dashboard"), "year_change_v1", "measure_name = 'm_proportion'")}
    assert {code: (row["best_rank"], row["improved_rank"], round(row["change"], 6)) for code, row in found.items()} == {
        "ZX1": (2, 2, 0.1), "ZX2": (1, 3, 0.0), "ZX3": (3, 1, 0.3),
    }  # fmt: skip
    assert found["ZX1"]["year_ends_on"] == date(2025, 12, 31) and found["ZX1"]["months"] == 12


def test_who_is_left_where_most_are_hidden_is_not_the_best(warehouse, as_role):
    """Two of three have so few events that they are hidden: the third, who may be the worst, has a value and no rank."""
    with warehouse.begin() as connection:
        for month in MONTHS:
            add_result(connection, "ZX1", 30, 100, period_start=month)
            add_result(connection, "ZX2", 2, 100, period_start=month)
            add_result(connection, "ZX3", 3, 100, period_start=month)
    for reader in (as_role("cc_dashboard"), as_role("cc_provider", "ZX1")):
        (row,) = _rows(reader, "year_change_v1", "measure_name = 'm_proportion' and organisation_code = 'ZX1'")
        assert row["value"] == pytest.approx(0.3)
        assert row["best_rank"] is None and row["improved_rank"] is None


def test_few_months_have_no_year_and_small_counts_do_not_count(warehouse, as_role):
    with warehouse.begin() as connection:
        for month in MONTHS:
            add_result(connection, "ZX2", 50, 100, period_start=month)
            add_result(connection, "ZX3", 3, 100, period_start=month)
        for month in MONTHS[-5:]:
            add_result(connection, "ZX1", 60, 100, period_start=month)
    found = {row["organisation_code"]: row for row in _rows(as_role("cc_dashboard"), "year_change_v1", "measure_name = 'm_proportion'")}
    assert found["ZX1"]["value"] is None and found["ZX1"]["best_rank"] is None
    assert "ZX3" not in found
    own = {
        row["organisation_code"]: row["value"]
        for row in _rows(as_role("cc_provider", "ZX3"), "year_change_v1", "measure_name = 'm_proportion'")
    }
    assert own["ZX3"] == pytest.approx(0.03)
