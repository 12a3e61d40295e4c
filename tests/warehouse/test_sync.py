"""A pathway's tables grow with its declaration; nothing that is there is dropped or changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import inspect, select, text

from schemas.fields import Field, Kind
from schemas.measures import Direction, Measure, MeasureKind
from schemas.registry import Registry
from warehouse.access import apply_access
from warehouse.detail_tables import detail_table, record_table
from warehouse.house_tables import applied_sync
from warehouse.sync import SyncError, apply_once, sync
from warehouse.views.apply import apply_views

NEW = Field("splint", "Splint", Kind.CODES, "Kind of splint: it's new.")


def _with(registry, name: str = "wrist_fracture", **changes) -> Registry:
    pathway = registry.pathway("wrist_fracture")
    dataset = replace(pathway.case_dataset, **changes)
    return Registry((replace(pathway, datasets=(dataset,)),))


def _fields(registry):
    return registry.pathway("wrist_fracture").case_dataset.fields


def _columns(connection, table):
    return {c["name"]: c for c in inspect(connection).get_columns(table.name, schema=table.schema)}


def _catalogue(connection, table):
    found = inspect(connection)
    columns = [(c["name"], str(c["type"]), c["nullable"], c["comment"]) for c in found.get_columns(table.name, schema="pathway")]
    indexes = sorted((i["name"], tuple(i["column_names"])) for i in found.get_indexes(table.name, schema="pathway"))
    return columns, indexes, found.get_table_comment(table.name, schema="pathway")["text"]


def test_what_is_synced_is_what_is_declared(database, registry):
    with database.connect() as connection:
        for pathway in registry.pathways:
            if pathway.case_dataset:
                for table in (record_table(pathway), detail_table(pathway)):
                    columns, indexes, said = _catalogue(connection, table)
                    assert [name for name, *_ in columns] == [c.name for c in table.columns]
                    assert [comment for *_, comment in columns] == [c.comment for c in table.columns]
                    assert [name for name, _ in indexes] == sorted(i.name for i in table.indexes)
                    assert said == table.comment


def test_an_identifying_field_gets_no_column(database, registry):
    pathway = registry.pathway("wrist_fracture")
    with database.connect() as connection:
        for table in (record_table(pathway), detail_table(pathway)):
            assert not {"nhs_number", "surname", "hospital_number", "date_of_birth"} & set(_columns(connection, table))


def test_a_new_field_becomes_a_column_and_old_rows_keep_theirs(database, registry):
    grown = _with(registry, fields=(*_fields(registry), NEW))
    with database.begin() as connection:
        connection.execute(text("insert into pathway.wrist_fracture_detail (case_id, side) values (gen_random_uuid(), '1')"))
        done = sync(connection, grown)
        assert done == ["add column pathway.wrist_fracture_record splint", "add column pathway.wrist_fracture_detail splint"]
        assert sync(connection, grown) == []
        assert connection.execute(text("select side, splint from pathway.wrist_fracture_detail")).all() == [("1", None)]
        column = _columns(connection, detail_table(grown.pathways[0]))["splint"]
        assert column["comment"].startswith("Kind of splint: it's new.")
        assert str(column["type"]) == "TEXT[]" or "ARRAY" in str(column["type"])
        recorded = connection.execute(
            select(applied_sync.c.object_name, applied_sync.c.detail).where(applied_sync.c.change == "add column")
        ).all()
        assert recorded == [("pathway.wrist_fracture_record", "splint"), ("pathway.wrist_fracture_detail", "splint")]


def test_the_view_and_the_rights_grow_too(database, registry):
    grown = _with(registry, fields=(*_fields(registry), NEW))
    with database.begin() as connection:
        sync(connection, grown)
        apply_views(connection, grown)
        apply_access(connection)
        names = [c["name"] for c in inspect(connection).get_columns("wrist_fracture_case_v1", schema="dashboard")]
        assert names[-1] == "splint"
        assert connection.scalar(text("select has_table_privilege('cc_provider', 'dashboard.wrist_fracture_case_v1', 'select')"))


def test_a_field_that_left_keeps_its_column(database, registry):
    shrunk = _with(registry, fields=tuple(f for f in _fields(registry) if f.name != "grip_kg"))
    with database.begin() as connection:
        assert sync(connection, shrunk) == []
        assert "grip_kg" in _columns(connection, detail_table(shrunk.pathways[0]))


def test_a_changed_type_is_refused_with_a_remedy(database, registry):
    changed = _with(registry, fields=tuple(replace(f, kind=Kind.TEXT) if f.name == "grip_kg" else f for f in _fields(registry)))
    with (
        pytest.raises(SyncError, match=r"grip_kg is DOUBLE PRECISION but is now declared as TEXT.*another name"),
        database.begin() as connection,
    ):
        sync(connection, changed)


def test_a_changed_description_becomes_the_comment(database, registry):
    changed = _with(
        registry, fields=tuple(replace(f, description="Grip, kg.") if f.name == "grip_kg" else f for f in _fields(registry)), title="Wrist"
    )
    with database.begin() as connection:
        done = sync(connection, changed)
        assert "change comment pathway.wrist_fracture_detail grip_kg" in done
        assert "change comment pathway.wrist_fracture_detail" in done
        assert _columns(connection, detail_table(changed.pathways[0]))["grip_kg"]["comment"].startswith("Grip, kg.")


def test_a_measure_with_another_date_brings_its_index(database, registry):
    pathway = registry.pathway("wrist_fracture")
    more = Measure("m", "M", "M", MeasureKind.COUNT, Direction.NEUTRAL, "cases", index_date="manipulation_date")
    grown = Registry((replace(pathway, measures=(*pathway.measures, more)),))
    with database.begin() as connection:
        assert sync(connection, grown) == ["create index pathway.wrist_fracture_detail ix_wrist_fracture_detail_manipulation_date"]


def test_a_new_pathway_gets_its_tables_its_view_and_its_security(database, registry):
    dataset = replace(registry.pathway("wrist_fracture").case_dataset, name="ankle")
    fresh = Registry((replace(registry.pathway("wrist_fracture"), name="ankle", cases="ankle", datasets=(dataset,)),))
    with database.begin() as connection:
        assert sync(connection, fresh) == [f"create table pathway.ankle_{table}" for table in ("record", "spared", "detail")]
        apply_views(connection, fresh)
        apply_access(connection)
        forced = text(
            "select bool_and(relforcerowsecurity) from pg_class where relname in ('ankle_record', 'ankle_spared', 'ankle_detail')"
        )
        assert connection.scalar(forced)
        assert connection.scalar(text("select count(*) from dashboard.ankle_case_v1")) == 0


def test_statements_are_applied_once_until_they_change(database):
    with database.begin() as connection:
        make = ["create table if not exists house.once (n integer)", "insert into house.once values (95) -- 95 % of :x"]
        assert [apply_once(connection, "once", make), apply_once(connection, "once", make)] == [True, False]
        assert apply_once(connection, "once", make, given="more") and not apply_once(connection, "once", make, given="more")
        assert apply_once(connection, "once", make)
        assert connection.scalar(text("select count(*) from house.once")) == 3
