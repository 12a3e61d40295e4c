"""What readers see of milestones: their own whole, others' through the small-numbers policy, beside network, nation and best decile."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, insert, text

from tests.warehouse.results import CHAIN, add_benchmark
from tests.warehouse.test_views import _rows
from warehouse.measurement_tables import measure
from warehouse.milestone_definitions import sync_milestones
from warehouse.milestone_tables import milestone_result
from warehouse.organisations import load_network

QUARTER, NEXT, YEAR = date(2026, 1, 1), date(2026, 4, 1), date(2026, 1, 1)


@pytest.fixture
def warehouse(demo_organisations, registry):
    with demo_organisations.begin() as connection:
        sync_milestones(connection, registry)
        connection.execute(text("delete from intake.stale_cell"))
    return demo_organisations


def add(
    connection: Connection, organisation: str, cases: int, reached: int, timed: int | None = None, median: float = 100.25, **more
) -> None:
    given = {
        "pathway_name": "wrist_fracture", "milestone_name": "xray", "organisation_code": organisation, "period_grain": "quarter", "period_start": QUARTER,
        "case_count": cases, "reached_count": reached, "timed_count": reached if timed is None else timed, "lower_quartile_minutes": median - 50,
        "median_minutes": median, "upper_quartile_minutes": median + 50, "computed_at": datetime(2026, 5, 1, tzinfo=UTC),
    }  # fmt: skip
    connection.execute(insert(milestone_result).values(**given | more))


def add_tree(connection: Connection, cases: dict[str, int], **more) -> None:
    """Everybody reached it; sites add up to what is above them."""
    totals: dict[str, int] = {}
    for site, count in cases.items():
        for code in (site, *CHAIN[site]):
            totals[code] = totals.get(code, 0) + count
    for code, count in totals.items():
        add(connection, code, count, count, **more)


def seen(engine, where: str = "period_grain = 'quarter'") -> dict:
    return _rows(engine, "milestone_result_v1", where=where)


def test_ones_own_is_whole_and_others_are_rounded(warehouse, as_role):
    with warehouse.begin() as connection:
        add_tree(connection, {"ZX1A1": 33, "ZX2A1": 33})
    rows = seen(as_role("cc_provider", "ZX1"))
    own, other = rows["ZX1"], rows["ZX2"]
    assert (own.case_count, own.lower_quartile_minutes, own.median_minutes, own.upper_quartile_minutes, own.is_own) == (
        33,
        50.25,
        100.25,
        150.25,
        True,
    )
    assert (other.case_count, other.lower_quartile_minutes, other.median_minutes, other.upper_quartile_minutes) == (35, 50, 100, 150)
    assert (own.milestone_title, own.place, own.network_median_minutes, rows["NET"].case_count) == ("X-ray", 2, 100, 33 + 35)


@pytest.mark.parametrize("counts", [(7, 7, 7), (40, 5, 5), (40, 40, 3)], ids=["cases", "reached", "timed"])
def test_a_small_count_of_others_hides_the_cell_and_its_quartiles(warehouse, as_role, counts):
    with warehouse.begin() as connection:
        add(connection, "ZX2", *counts)
    reader = as_role("cc_dashboard")
    row = seen(reader)["ZX2"]
    assert row.is_suppressed and [row.case_count, row.reached_count, row.timed_count] == [None] * 3
    assert [row.lower_quartile_minutes, row.median_minutes, row.upper_quartile_minutes] == [None] * 3
    assert not seen(as_role("cc_provider", "ZX2"))["ZX2"].is_suppressed


def test_nobody_who_reached_it_is_told_as_zero(warehouse, as_role):
    with warehouse.begin() as connection:
        add(connection, "ZX2", 40, 0, lower_quartile_minutes=None, median_minutes=None, upper_quartile_minutes=None)
    row = seen(as_role("cc_dashboard"))["ZX2"]
    assert (row.case_count, row.reached_count, row.median_minutes, row.is_suppressed) == (40, 0, None, False)


def test_sites_are_shown_to_their_own_provider_only(warehouse, as_role):
    with warehouse.begin() as connection:
        add_tree(connection, {"ZX1A1": 33, "ZX2A1": 33})
    assert set(seen(as_role("cc_provider", "ZX1"))) == {"ZX1A1", "ZX1", "ZX2", "REG1", "NET"}
    assert set(seen(as_role("cc_dashboard"))) == {"ZX1", "ZX2", "REG1", "NET"}


def test_quarters_of_a_year_are_all_hidden_where_one_is_small_and_the_year_is_not(warehouse, as_role):
    with warehouse.begin() as connection:
        add(connection, "ZX2", 40, 40)
        add(connection, "ZX2", 5, 5, period_start=NEXT)
        add(connection, "ZX2", 45, 45, period_grain="year", period_start=YEAR)
    reader = as_role("cc_dashboard")
    assert seen(reader, f"period_grain = 'quarter' and period_start = '{QUARTER}'")["ZX2"].is_suppressed
    assert seen(reader, "period_grain = 'year'")["ZX2"].case_count == 45


@pytest.mark.parametrize("small", [1, 4, 7])
def test_the_network_tells_nothing_of_its_one_small_part(warehouse, as_role, small):
    """Its total is the same whatever the small provider has, for a bystander and for the other provider, who knows its own."""
    with warehouse.begin() as connection:
        add_tree(connection, {"ZX1A1": 33, "ZX2A1": small, "ZX3A1": 20})
    assert seen(as_role("cc_dashboard"))["NET"].case_count == 60  # 35 + 4 + 20
    assert seen(as_role("cc_provider", "ZX1"))["NET"].case_count == 33 + 25


@pytest.mark.parametrize(("timed", "median"), [(1, None), (3, None), (4, 100)], ids=["2 in all", "6 in all", "8 in all"])
def test_a_total_has_no_quartiles_of_a_handful_of_others(warehouse, as_role, timed, median):
    """Two small parts count for four each, so that the network's counts are shown; its quartiles are those of the few that there are."""
    with warehouse.begin() as connection:
        for code, parts in {"ZX2": 1, "REG1": 1, "ZX3": 1, "REG2": 1, "NET": 2}.items():
            add(connection, code, 40 * parts, 40 * parts, timed * parts)
        add(connection, "ZX1", 40, 40, milestone_name="arrival")
        add(connection, "NET", 120, 120, 40 + 2 * timed, milestone_name="arrival")
        for code in ("ZX2", "ZX3"):
            add(connection, code, 40, 40, timed, milestone_name="arrival")
    total = seen(as_role("cc_dashboard"), "milestone_name = 'xray'")["NET"]
    assert (total.timed_count, total.is_suppressed, total.lower_quartile_minutes, total.median_minutes) == (
        10,
        False,
        median and 50,
        median,
    )
    beside_own = seen(as_role("cc_provider", "ZX1"), "milestone_name = 'arrival'")
    assert (beside_own["NET"].timed_count, beside_own["NET"].median_minutes) == (40 + 10, median)
    assert (beside_own["ZX1"].median_minutes, beside_own["ZX1"].network_median_minutes) == (100.25, median)


def test_the_national_value_is_that_of_the_measure_it_names_in_minutes(warehouse, as_role):
    with warehouse.begin() as connection:
        connection.execute(insert(measure).values(
            measure_name="wrist_minutes_to_manipulation", measure_version=1, pathway_name="wrist_fracture", title="t", description="d", kind="median",
            direction="lower is better", unit="hours", decimals=1, is_headline=False, definition_text="", definition_sql=""))  # fmt: skip
        add(connection, "ZX2", 40, 40, milestone_name="manipulation")
        add_benchmark(
            connection,
            "NET",
            measure_name="wrist_minutes_to_manipulation",
            period_grain="quarter",
            period_start=QUARTER,
            peer_kind="network",
            national_value=1.5,
        )
        add(connection, "ZX2", 40, 40)
    told = _rows(as_role("cc_dashboard"), "milestone_result_v1", key="milestone_name")
    assert (told["manipulation"].national_median_minutes, told["manipulation"].national_source) == (90, "audit 2025")
    assert (told["xray"].national_median_minutes, told["xray"].national_source) == (None, None)


def test_the_best_decile_is_the_median_of_the_soonest_tenth_of_ten_providers_that_all_may_see(warehouse, as_role):
    """Twenty visible providers with medians 10, 20 ... 200: the second soonest. Neither a small provider nor nine make one."""
    with warehouse.begin() as connection:
        load_network(connection, [
            {"organisation_code": f"ZY{n:02d}", "organisation_name": f"P{n}", "organisation_kind": "provider", "parent_code": "REG1", "is_member": True}
            for n in range(21)])  # fmt: skip
        for n in range(1, 21):
            add(connection, f"ZY{n:02d}", 40, 40, median=10.0 * n)
            add(connection, f"ZY{n:02d}", 40, 40, median=10.0 * n, milestone_name="arrival")
        add(connection, "ZY00", 5, 5, median=1.0)
        for n in range(1, 10):
            add(connection, f"ZY{n:02d}", 40, 40, period_start=date(2025, 1, 1))
    for reader in (as_role("cc_dashboard"), as_role("cc_provider", "ZY00")):
        row = seen(reader, f"period_start = '{QUARTER}' and milestone_name = 'xray'")["ZY07"]
        assert (row.best_decile_minutes, row.peer_count) == (20, 20)
        few = seen(reader, "period_start = '2025-01-01'")["ZY07"]
        assert (few.best_decile_minutes, few.peer_count) == (None, 9)
        assert seen(reader, "milestone_name = 'arrival'")["ZY07"].best_decile_minutes is None  # sooner is not better


def test_a_cell_is_provisional_until_all_of_its_events_should_have_been_told(warehouse, as_role):
    with warehouse.begin() as connection:
        add(connection, "ZX2", 40, 40, milestone_name="manipulation", period_start=date(2024, 1, 1))
        add(connection, "ZX3", 40, 40, milestone_name="manipulation", period_start=date(2999, 1, 1))
    rows = seen(as_role("cc_dashboard"))
    assert (rows["ZX2"].matures_on, rows["ZX2"].is_provisional) == (date(2024, 5, 1), False)  # 30 days after 1 April
    assert rows["ZX3"].is_provisional
