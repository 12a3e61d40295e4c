"""What a change queues: each level and each grain, once, set-wise."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Date, Integer, Text, cast, column, delete, func, literal, select, update, values

from warehouse.intake_tables import stale_cell
from warehouse.pathway_tables import organisation
from warehouse.stale import index_dates, queue_cells, take


@pytest.fixture
def pathway(registry):
    return registry.pathway("wrist_fracture")


def days(*pairs):
    given = values(column("code", Text), column("day", Date), name="given").data([(code, day) for code, day in pairs])
    return select(cast(given.c.code, Text), cast(given.c.day, Date))


def queued(connection):
    cells = connection.execute(select(stale_cell.c.organisation_code, stale_cell.c.period_grain, stale_cell.c.period_start))
    return {(code, grain, start.isoformat()) for code, grain, start in cells}


def codes(connection, pathway, code):
    with connection.begin_nested() as nested:
        queue_cells(connection, pathway, days((code, date(2024, 5, 17))), "S00000001")
        found = {code for code, _, _ in queued(connection)}
        nested.rollback()
    return found


def test_a_day_at_a_site_touches_four_levels_and_three_grains(demo_organisations, pathway):
    with demo_organisations.begin() as connection:
        assert (
            queue_cells(connection, pathway, days(("ZX1A1", date(2024, 5, 17)), ("ZX1A1", date(2024, 5, 2)), ("ZX1A1", None)), "S00000001")
            == 12
        )
        starts = {"month": "2024-05-01", "quarter": "2024-04-01", "year": "2024-01-01"}
        assert queued(connection) == {(code, *period) for code in ("ZX1A1", "ZX1", "REG1", "NET") for period in starts.items()}


def test_a_provider_that_is_no_member_goes_no_higher(demo_organisations, pathway):
    with demo_organisations.begin() as connection:
        connection.execute(update(organisation).where(organisation.c.organisation_code == "ZX3").values(is_member=False))
        assert codes(connection, pathway, "ZX3A1") == {"ZX3A1", "ZX3"}


def test_a_members_region_without_a_parent_still_leads_to_the_network(demo_organisations, pathway):
    with demo_organisations.begin() as connection:
        connection.execute(update(organisation).where(organisation.c.organisation_code == "REG1").values(parent_code=None))
        assert codes(connection, pathway, "ZX1A1") == {"ZX1A1", "ZX1", "REG1", "NET"}


def test_a_merged_provider_counts_as_its_successor(demo_organisations, pathway):
    with demo_organisations.begin() as connection:
        connection.execute(update(organisation).where(organisation.c.organisation_code == "ZX1").values(successor_code="ZX3"))
        assert codes(connection, pathway, "ZX1A1") == {"ZX1A1", "ZX3", "REG2", "NET"}
        assert codes(connection, pathway, "ZX1") == {"ZX1", "ZX3", "REG2", "NET"}


def test_organisations_that_succeed_each_other_end_the_walk(demo_organisations, pathway):
    with demo_organisations.begin() as connection:
        for one, other in (("ZX1", "ZX2"), ("ZX2", "ZX1")):
            connection.execute(update(organisation).where(organisation.c.organisation_code == one).values(successor_code=other))
        assert codes(connection, pathway, "ZX1A1") == {"ZX1A1"}


def test_a_hundred_thousand_days_take_one_statement(demo_organisations, pathway):
    number = func.generate_series(0, 99_999).column_valued("number")
    day = literal(date(1900, 1, 1), Date) + cast(number, Integer)
    with demo_organisations.begin() as connection:
        count = queue_cells(connection, pathway, select(literal("ZX1A1", Text), cast(day, Date)), "S00000001")
        assert count == 4 * (3286 + 1096 + 274)


def test_taking_leaves_what_is_queued_meanwhile(demo_organisations, pathway):
    engine = demo_organisations.execution_options(isolation_level="REPEATABLE READ")
    with demo_organisations.begin() as connection:
        queue_cells(connection, pathway, days(("ZX1A1", date(2024, 5, 17))), "S00000001")
    with engine.begin() as taker:
        assert taker.scalar(select(func.count()).select_from(stale_cell)) == 12
        with demo_organisations.begin() as other:
            queue_cells(other, pathway, days(("ZX1A1", date(2024, 5, 18))), "S00000002")
        assert take(taker) == 12
    with demo_organisations.begin() as connection:
        assert set(connection.scalars(select(stale_cell.c.submission_id))) == {"S00000002"}
        connection.execute(delete(stale_cell))


def test_index_dates_are_those_the_measures_count_by(pathway):
    assert index_dates(pathway) == ("arrival_date", "discharge_date")
