"""Statistics are renewed when a table has grown, and only then."""

from __future__ import annotations

from sqlalchemy import text

from warehouse.planner_statistics import renew_statistics

GROW = "insert into pathway.person (person_id) select gen_random_uuid() from generate_series(1, :count)"


def test_a_table_that_has_grown_is_analysed_once(database):
    with database.begin() as connection:
        connection.execute(text(GROW), {"count": 5000})
        assert renew_statistics(connection) == ["pathway.person"]
        assert renew_statistics(connection) == []
        assert connection.scalar(text("select reltuples from pg_class where oid = 'pathway.person'::regclass")) == 5000


def test_small_growth_is_left_alone(database):
    with database.begin() as connection:
        connection.execute(text(GROW), {"count": 5000})
        renew_statistics(connection)
        connection.execute(text(GROW), {"count": 300})
        assert renew_statistics(connection) == []


def test_growth_that_a_vacuum_has_seen_is_still_growth(database):
    """Autovacuum often comes between a load and the look: the size is known then, how the values are spread is not."""
    with database.begin() as connection:
        connection.execute(text(GROW), {"count": 5000})
        connection.execute(text("select pg_stat_force_next_flush()"))
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum pathway.person"))
    with database.begin() as connection:
        assert renew_statistics(connection) == ["pathway.person"]
    with database.begin() as connection:
        assert renew_statistics(connection) == []
