"""The database is what the code says, however it came to be; and its counts hold when a transaction commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, MetaData, insert, inspect, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateSchema

from warehouse.database import make_engine
from warehouse.detail_tables import record_table
from warehouse.embedded import ensure
from warehouse.every_table import metadata
from warehouse.house_tables import pathway_table
from warehouse.intake_tables import quarantined_row, submission
from warehouse.measure_definitions import measure_row
from warehouse.measurement_tables import measure
from warehouse.migrate import MIGRATIONS, MigrationError, head, migrate, migrate_database
from warehouse.sync import spared_tables, team_record_tables

FINDINGS = "select submission_id, finding_number, rule_id, rule_name, severity, scope, row_number, field_name, advice from intake.finding order by 1, 2"
CORE = ("house", "intake", "pathway", "measurement", "improvement")

CATALOGUE = {
    "columns": """
        select n.nspname || '.' || c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
            pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum where c.relkind = 'r' and n.nspname = any(:schemas)""",
    "tables": """
        select n.nspname || '.' || c.relname, obj_description(c.oid) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and n.nspname = any(:schemas)""",
    "constraints": """
        select conrelid::regclass::text, conname, pg_get_constraintdef(k.oid) from pg_constraint k join pg_namespace n on n.oid = k.connamespace
        where n.nspname = any(:schemas) and conrelid <> 0 and contype <> 't' and contype <> 'n'""",
    "indexes": "select schemaname, tablename, indexname, indexdef from pg_indexes where schemaname = any(:schemas)",
}


def _catalogue(connection, names: set[str]) -> dict[str, set]:
    """All that is said of the tables named."""
    found = {what: set(map(tuple, connection.execute(text(query), {"schemas": list(CORE)}))) for what, query in CATALOGUE.items()}
    found["indexes"] = {(f"{schema}.{table}", *rest) for schema, table, *rest in found["indexes"]}
    return {what: {row for row in rows if row[0] in names} for what, rows in found.items()}


@pytest.fixture
def empty(server, database, admin):
    """An empty database beside the migrated one."""
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        name = f"{connection.scalar(text('select current_database()'))}_empty"
        connection.execute(text(f"create database {name} owner cc_pipeline template template0"))
    engine = make_engine(server.url(name))
    yield engine
    engine.dispose()
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"drop database {name} with (force)"))


def test_migrations_give_what_the_tables_declare(database, empty):
    names = set(metadata.tables)
    with empty.begin() as connection:
        for schema in CORE:
            connection.execute(CreateSchema(schema))
        metadata.create_all(connection)
        declared = _catalogue(connection, names)
    with database.connect() as connection:
        migrated = _catalogue(connection, names)
    for what in CATALOGUE:
        assert migrated[what] == declared[what], what
    assert len(declared["tables"]) == len(names)


def test_no_table_of_the_core_is_undeclared(database, registry):
    declared = set(metadata.tables) | {"house.alembic_version"}
    with database.connect() as connection:
        present = {f"{schema}.{name}" for schema in CORE for name in inspect(connection).get_table_names(schema=schema)}
        known = connection.execute(pathway_table.select()).all()
        between = (*team_record_tables(connection), *spared_tables(connection))
    of_pathways = {f"pathway.{name}" for name in (*between, *(name for row in known for name in (row.record_table, row.detail_table)))}
    assert present == declared | of_pathways
    assert {row.pathway_name for row in known} == {p.name for p in registry.pathways if p.case_dataset}


def test_migrating_again_changes_nothing(database, registry):
    with database.begin() as connection:
        before = connection.scalar(text("select count(*) from house.applied_sync"))
        assert migrate_database(connection, registry) == []
        assert connection.scalar(text("select count(*) from house.applied_sync")) == before
        assert connection.scalar(text("select version_num from house.alembic_version")) == head()


def test_a_migration_is_whole_or_not_at_all(empty, registry, monkeypatch):
    from warehouse import migrate as module

    monkeypatch.setattr(module, "apply_access", lambda connection: 1 / 0)
    with pytest.raises(ZeroDivisionError), empty.begin() as connection:
        migrate_database(connection, registry)
    with empty.connect() as connection:
        assert not {"intake", "house", "dashboard"} & set(inspect(connection).get_schema_names())


def test_from_nothing_on_a_server_of_its_own(settings):
    """What ``up`` does on a fresh machine: server, roles, databases, tables."""
    server = ensure(settings, parameters={"fsync": "off"})
    try:
        done = migrate(settings)
        assert "create table pathway.wrist_fracture_record" in done
        assert migrate(settings) == []
        with make_engine(server.admin_url).connect() as connection:
            owners = dict(
                connection.execute(
                    text("select datname, pg_get_userbyid(datdba) from pg_database where datname in ('common_cause', 'dagster')")
                ).all()
            )
        assert owners == {"common_cause": "cc_pipeline", "dagster": "cc_pipeline"}
    finally:
        server.stop()


def test_somebody_elses_server_without_roles_is_told_what_to_do(settings):
    server = ensure(settings, parameters={"fsync": "off"})
    try:
        with pytest.raises(MigrationError, match=r"no role .*docs/warehouse\.md"):
            migrate(replace(settings, database_url=server.admin_url))
    finally:
        server.stop()


def test_another_user_than_the_pipeline_is_refused(database_settings, server, database_name):
    admin_url = server.admin_url.replace("/postgres", f"/{database_name}")
    with pytest.raises(MigrationError, match="reached as cc_admin; it must be cc_pipeline"):
        migrate(replace(database_settings, database_url=admin_url))


def test_a_server_that_somebody_runs_is_migrated_by_its_address(database_settings):
    assert migrate(database_settings) == []


# ------------------------------------------------------------------------------------------------ nothing is lost
COUNTS = {"received_count": 5, "accepted_count": 2, "unchanged_count": 1, "out_of_scope_count": 1, "quarantined_count": 1}


def _submit(connection, **more):
    values = {
        "submission_id": "S00000001", "claim_token": "t", "sender_code": "ZX1", "dataset_name": "wrist_fracture", "state": "received",
        "file_sha256": "0", "envelope_sha256": "0", "file_size_bytes": 1, "received_at": text("now()"), **more,
    }  # fmt: skip
    connection.execute(insert(submission).values(**values))


def _set_aside(connection, *rows: int):
    for row in rows:
        connection.execute(insert(quarantined_row).values(submission_id="S00000001", row_number=row, rule_ids=["W02"]))


def _keep(connection, registry, count: int):
    pathway = registry.pathway("wrist_fracture")
    fixed = {
        "arrival_number": 1,
        "organisation_code": "ZX1",
        "site_code": "ZX1A1",
        "clock_on": "2026-01-01",
        "is_withdrawal": False,
        "is_effective": True,
    }
    ids = {"case_id": text("gen_random_uuid()"), "person_id": text("gen_random_uuid()"), "cleared_fields": []}
    for row in range(count):
        connection.execute(insert(record_table(pathway)).values(submission_id="S00000001", row_number=row + 2, **fixed, **ids))


def _finish(connection, **more):
    connection.execute(update(submission).values(**{**COUNTS, "state": "accepted in part", **more}))


@pytest.mark.parametrize("kept", [2, 3])
def test_right_counts_commit(database, registry, kept):
    with database.begin() as connection:
        _submit(connection)
        _finish(connection)
        _set_aside(connection, 4)
        _keep(connection, registry, kept)


@pytest.mark.parametrize(
    ("set_aside", "kept", "more", "constraint"),
    [
        ((4,), 1, {}, "records_counted"),
        ((4,), 5, {}, "records_counted"),
        ((), 2, {}, "quarantine_counted"),
        ((4, 5), 2, {}, "quarantine_counted"),
        ((4,), 2, {"received_count": 6}, "nothing_lost"),
        ((4,), 2, {"received_count": None}, "counted"),
        ((4, 5), 0, {"state": "rejected"}, "quarantine_counted"),
    ],
)
def test_wrong_counts_do_not_commit(database, registry, set_aside, kept, more, constraint):
    with pytest.raises(IntegrityError, match=constraint), database.begin() as connection:
        _submit(connection)
        _set_aside(connection, *set_aside)
        _keep(connection, registry, kept)
        _finish(connection, **more)
    with database.connect() as connection:
        assert connection.scalar(text("select count(*) from intake.submission")) == 0


def test_what_is_underway_rejected_or_of_results_is_not_counted_as_records(database):
    with database.begin() as connection:
        _submit(connection, state="reading", quarantined_count=9)
    with database.begin() as connection:
        _finish(connection, state="rejected", **dict.fromkeys(COUNTS))
    with database.begin() as connection:
        _finish(connection, dataset_name="measure_counts", quarantined_count=0, accepted_count=3)


def test_the_metadata_is_one():
    assert isinstance(metadata, MetaData) and "house.applied_sync" in metadata.tables


@contextmanager
def migrated_to(engine: Engine, revision: str) -> Iterator[Connection]:
    """A transaction on a database of a house from before: migrated up to the revision, and no further."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        connection.execute(CreateSchema("house"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        yield connection


def test_findings_of_a_database_from_before_are_told_as_before(empty, registry):
    """Rows a finding become rows a kind of finding (migration 0008), and the view gives them back."""
    with migrated_to(empty, "0007") as connection:
        connection.execute(insert(submission).values(submission_id="S1", claim_token="c", sender_code="ZX1", state="received", received_at="2026-01-01",
                                                     file_sha256="0", file_size_bytes=1, envelope_sha256="0"))  # fmt: skip
        connection.execute(text(
            "insert into intake.finding (submission_id, finding_number, rule_id, rule_name, rule_version, severity, scope, row_number, field_name, advice) "
            "values ('S1', 1, 'F1', 'f', 1, 'warn', 'file', null, null, 'Read.'), ('S1', 2, 'W1', 'w', 1, 'warn', 'record', 2, 'side', 'Mend.'), "
            "('S1', 3, 'W2', 'v', 1, 'warn', 'record', 2, null, 'Look.'), ('S1', 4, 'W1', 'w', 1, 'warn', 'record', 9, 'side', 'Mend.')"))  # fmt: skip
        before = connection.execute(text(FINDINGS)).all()
    with empty.begin() as connection:
        migrate_database(connection, registry)
        assert connection.execute(text(FINDINGS)).all() == before and len(before) == 4
        assert connection.scalar(text("select count(*) from intake.finding_kind")) == 3
        connection.execute(text("select * from dashboard.milestone_summary_v1"))


def test_chart_points_from_before_are_those_of_xmr_charts(empty, registry):
    """Since migration 0015 a series has several charts."""
    with migrated_to(empty, "0014") as connection:
        connection.execute(text(
            "insert into measurement.spc_point (measure_name, organisation_code, period_grain, period_start, point_number, point_type, rule_version) "
            "values ('m', 'ZX1', 'month', '2026-01-01', 1, 'common cause', 2)"))  # fmt: skip
    with empty.begin() as connection:
        migrate_database(connection, registry)
        again = "insert into measurement.spc_point select (jsonb_populate_record(p, jsonb_build_object('chart', cast(:chart as text)))).* from measurement.spc_point p"
        connection.execute(text(again), {"chart": "p_prime"})
        assert list(connection.scalars(text("select chart from measurement.spc_point order by 1"))) == ["p_prime", "xmr"]
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(text(again + " where chart = 'xmr'"), {"chart": "xmr"})


def test_final_points_from_before_bear_what_was_said_of_them_and_their_charts_are_drawn_again(empty, registry):
    """Since migration 0023 a point says what final points alone break; a refresh, for which each series is queued once, makes it exact."""
    with migrated_to(empty, "0022") as connection:
        connection.execute(
            insert(measure).values(**measure_row(registry.pathway("wrist_fracture"), registry.measures["wrist_manipulated_4h"]))
        )
        for number, (is_open, kind) in enumerate(
            ((False, "special cause concern"), (True, "special cause concern"), (True, "insufficient data")), 1
        ):
            given = {"number": number, "start": f"2026-0{number}-01", "is_open": is_open, "kind": kind}
            connection.execute(text(
                "insert into measurement.measure_result (measure_name, organisation_code, period_grain, period_start, value, is_provisional, matures_on, measure_version, computed_at) "
                "values ('wrist_manipulated_4h', 'ZX1', 'month', :start, 0.5, :is_open, :start, 1, now())"), given)  # fmt: skip
            connection.execute(text(
                "insert into measurement.spc_point (measure_name, organisation_code, period_grain, period_start, point_number, point_type, rule_name, rule_version, chart) "
                "values ('wrist_manipulated_4h', 'ZX1', 'month', :start, :number, :kind, 'below lower limit', 2, 'xmr')"), given)  # fmt: skip
    with empty.begin() as connection:
        migrate_database(connection, registry)
        said = connection.execute(text("select final_rule_name, final_point_type from measurement.spc_point order by point_number")).all()
        assert said == [("below lower limit", "special cause concern"), (None, "not judged yet"), (None, "insufficient data")]
        queued = connection.execute(
            text("select pathway_name, organisation_code, period_grain, period_start::text from intake.stale_cell")
        ).all()
        assert queued == [("wrist_fracture", "ZX1", "month", "2026-03-01")]
