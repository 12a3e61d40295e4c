"""Views that are written for speed show what the plain ones do, and a few rows of many are found by key."""

from __future__ import annotations

import itertools
from datetime import date

import numpy as np
import pytest
from sqlalchemy import text

from tests.warehouse.plain_views import SHOWN_CELL
from tests.warehouse.results import CHAIN, add_benchmark, add_measures, add_result

CELL = "measure_name, organisation_code, period_grain, period_start, is_own, is_suppressed, numerator, denominator, policy_version"
OWN = {"nobody": (), "one provider": ("ZX1",), "two providers": ("ZX2", "ZX3")}


@pytest.fixture
def warehouse(demo_organisations):
    with demo_organisations.begin() as connection:
        add_measures(connection)
    return demo_organisations


def add_year(connection, seed: int) -> None:
    """Every measure, organisation and period of a year: counts about the threshold, so that much is hidden and much is not."""
    rng = np.random.default_rng(seed)
    codes = sorted({*CHAIN, *(code for chain in CHAIN.values() for code in chain)})
    periods = [("month", m) for m in range(1, 13)] + [("quarter", m) for m in (1, 4, 7, 10)] + [("year", 1)]
    for kind, code, (grain, month) in itertools.product(("proportion", "median", "score", "derived"), codes, periods):
        if rng.random() < 0.1:
            continue
        of = None if kind == "derived" else int(rng.integers(0, 60))
        met = int(rng.choice([0, 3, 12, 20, 30])) if kind == "proportion" else None
        value = None if rng.random() < 0.2 else float(rng.random())
        add_result(
            connection,
            code,
            met,
            of,
            kind,
            period_grain=grain,
            period_start=date(2026, month, 1),
            value=value,
            is_provisional=bool(month > 9),
        )


def compare(owner, reader, plain: str, columns: str, view: str) -> tuple[int, int, int]:
    """Rows of the view, rows that only the plain definition has, rows that only the view has: as the reader sees them."""
    with owner.begin() as connection:
        connection.exec_driver_sql(f"create or replace view house.plain ({columns}) as {plain}".replace("%", "%%"))
        connection.exec_driver_sql(
            f"grant usage on schema house to cc_dashboard, cc_provider; grant select on house.plain, {view} to cc_dashboard, cc_provider"
        )
    with reader.connect() as connection:
        other = "(select count(*) from (select {0} from {1} except all select {0} from {2}) x)"
        return tuple(
            connection.execute(
                text(
                    f"select (select count(*) from {view}), {other.format(columns, 'house.plain', view)}, {other.format(columns, view, 'house.plain')}"
                )
            ).one()
        )


def reader_of(as_role, own: tuple[str, ...]):
    return as_role("cc_provider", *own) if own else as_role("cc_dashboard")


@pytest.mark.parametrize("own", OWN.values(), ids=OWN)
def test_cells_are_shown_as_the_plain_definition_shows_them(warehouse, as_role, own):
    with warehouse.begin() as connection:
        add_year(connection, 1 + len(own))
    rows, missing, more = compare(warehouse, reader_of(as_role, own), SHOWN_CELL, CELL, "house.shown_cell")
    assert rows > 500 and (missing, more) == (0, 0)


@pytest.mark.parametrize("own", OWN.values(), ids=OWN)
def test_the_latest_results_are_the_latest_final_ones_of_all_results(warehouse, as_role, own):
    with warehouse.begin() as connection:
        add_year(connection, 7)
        add_benchmark(connection, "ZX2", period_start=date(2026, 9, 1), rank=2)
    columns = "measure_name, organisation_code, period_grain, period_start, numerator, denominator, value, lower_95, upper_95, completeness_share, is_suppressed, is_own, is_stale"
    latest = f"""select distinct on (measure_name, organisation_code, period_grain) {columns} from dashboard.measure_result_v1
        where not is_provisional and organisation_kind in ('provider', 'site', 'team') order by measure_name, organisation_code, period_grain, period_start desc"""
    rows, missing, more = compare(warehouse, reader_of(as_role, own), latest, columns, "dashboard.latest_result_v1")
    assert rows > 50 and (missing, more) == (0, 0)


@pytest.mark.parametrize("own", OWN.values(), ids=OWN)
def test_places_are_those_of_the_benchmarks(warehouse, as_role, own):
    """The same columns with the same values, without those that rest on the cells of others."""
    from warehouse.views.latest import place_v1
    from warehouse.views.results import benchmark_v1

    with warehouse.begin() as connection:
        add_year(connection, 9)
        for code, month in itertools.product(("ZX1", "ZX2", "ZX3A1", "REG1", "NET"), (1, 2, 9)):
            add_benchmark(connection, code, period_start=date(2026, month, 1), rank=month)
    assert set(benchmark_v1.columns) - set(place_v1.columns) == {
        "network_value",
        "best_value",
        "from_best",
        "adjusted_z_score",
        "adjusted_position",
    }
    columns = ", ".join(name for name in benchmark_v1.columns if name in place_v1.columns)
    rows, missing, more = compare(
        warehouse, reader_of(as_role, own), f"select {columns} from dashboard.benchmark_v1", columns, "dashboard.place_v1"
    )
    assert rows > 10 and (missing, more) == (0, 0)


def test_a_place_among_peers_is_hidden_with_the_result(warehouse, as_role):
    with warehouse.begin() as connection:
        for code, met in (("ZX1", 3), ("ZX2", 33)):
            add_result(connection, code, met, 52)
            add_benchmark(connection, code)
    with as_role("cc_dashboard").connect() as connection:
        seen = {row.organisation_code: row for row in connection.execute(text("select * from dashboard.latest_result_v1"))}
    assert [seen["ZX1"]._mapping[name] for name in ("value", "rank", "quartile", "z_score", "funnel_position", "is_favourable")] == [
        None
    ] * 6
    assert (seen["ZX2"].value, seen["ZX2"].rank, seen["ZX2"].z_score, seen["ZX2"].is_headline) == (0.7, 1, 1.2, True)


def test_the_planner_knows_how_many_policies_are_current(database):
    """Every view joins them: taken for hundreds, they cost a question of a tenth of a second three seconds."""
    with database.connect() as connection:
        assert connection.scalar(text("select reltuples from pg_class where oid = 'house.small_numbers_policy'::regclass")) == 1
