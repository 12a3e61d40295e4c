"""Who works, what readers see, and what happens when others write meanwhile."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlalchemy import event, func, select, text, update
from sqlalchemy.exc import DataError

import assets.refresh as at_work
from assets.coalescing import LEFT_FOR, is_left_to_others
from assets.ledger import CRASHES
from assets.refresh import full_recompute, refresh
from tests.results.world import NOW, wrist
from warehouse.database import advisory_lock
from warehouse.intake_tables import stale_cell, submission
from warehouse.measure_definitions import sync_measures
from warehouse.measurement_tables import measure


def waiting(world) -> int:
    with world.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(stale_cell))


def test_who_finds_somebody_at_work_leaves_the_cells_to_them(world):
    refresh(world.engine, world.registry, NOW)
    world.add(wrist())
    with world.engine.connect() as other, advisory_lock(other, at_work.LOCK):
        assert refresh(world.engine, world.registry, NOW).is_busy
        with pytest.raises(RuntimeError, match="try again"):
            full_recompute(world.engine, world.registry, NOW)
    assert waiting(world) == 12
    assert not refresh(world.engine, world.registry, NOW).is_busy
    assert waiting(world) == 0


def _on_its_way(world, attempts: int = 0) -> None:
    with world.engine.begin() as connection:
        submission_id = world.submit(connection, state="received")
        connection.execute(update(submission).where(submission.c.submission_id == submission_id).values(attempt_count=attempts))


def test_a_run_leaves_the_refresh_to_the_run_of_a_submission_that_is_on_its_way(world):
    refresh(world.engine, world.registry, NOW)
    world.add(wrist())
    assert not is_left_to_others(world.engine)
    _on_its_way(world)
    assert is_left_to_others(world.engine)
    refresh(world.engine, world.registry, NOW)
    assert not is_left_to_others(world.engine), "nothing is stale"


def test_no_cell_is_left_to_others_for_long(world):
    world.add(wrist())
    _on_its_way(world)
    with world.engine.begin() as connection:
        connection.execute(text("update intake.stale_cell set queued_at = queued_at - cast(:waited as interval)"), {"waited": LEFT_FOR})
    assert not is_left_to_others(world.engine)


def test_nothing_is_left_to_a_submission_that_nobody_tries_any_more(world):
    world.add(wrist())
    _on_its_way(world, attempts=CRASHES)
    assert not is_left_to_others(world.engine)


def test_what_is_queued_during_a_turn_is_served_by_the_next(world, monkeypatch):
    world.add(wrist())
    do, late = at_work.compute_benchmarks, [wrist(), wrist()]

    def meanwhile(*args):
        if late:
            world.add(late.pop())
        do(*args)

    monkeypatch.setattr(at_work, "compute_benchmarks", meanwhile)
    assert refresh(world.engine, world.registry, NOW).turn_count == 3
    assert world.one("wrist_cases").value == 3
    assert world.one("wrist_cases").as_of_submission == world.table("intake.submission").submission_id.max()


def test_readers_never_see_half_of_a_turn(world):
    world.add(wrist(), wrist(site="ZX3A1"))
    refresh(world.engine, world.registry, NOW)
    seen, done = set(), threading.Event()
    query = text(
        "select (select sum(value) from measurement.measure_result where measure_name = 'wrist_cases' and period_grain = 'month' and "
        "organisation_code in ('ZX1', 'ZX3')), (select value from measurement.measure_result where measure_name = 'wrist_cases' and "
        "period_grain = 'month' and organisation_code = 'NET'), (select max(peer_count) from measurement.benchmark where measure_name = 'wrist_cases')"
    )

    def read():
        with world.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not done.is_set():
                seen.add(tuple(connection.execute(query).one()))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(3):
            world.add(wrist(), wrist(site="ZX3A1"))
            refresh(world.engine, world.registry, NOW)
    finally:
        done.set()
        reader.join()
    assert {total == network for total, network, _ in seen} == {True}
    assert None not in {peers for _, _, peers in seen}


def test_a_turn_that_fails_leaves_queue_and_results_as_they_were(world, monkeypatch):
    world.add(wrist())
    refresh(world.engine, world.registry, NOW)
    world.add(wrist())
    monkeypatch.setattr(at_work, "compute_benchmarks", lambda connection, *_: connection.execute(text("select 1/0")))
    with pytest.raises(DataError):
        refresh(world.engine, world.registry, NOW)
    assert waiting(world) == 12
    assert world.one("wrist_cases").value == 1
    monkeypatch.undo()
    refresh(world.engine, world.registry, NOW)
    assert world.one("wrist_cases").value == 2


def test_a_turn_that_meets_another_writer_is_done_again(world, monkeypatch):
    world.add(wrist())
    refresh(world.engine, world.registry, NOW)
    world.add(wrist())
    compute, turns = at_work.compute_results, []

    def change_first(connection, pathway, moment):
        turns.append(pathway.name)
        if len(turns) == 1:
            with world.engine.begin() as other:
                other.execute(text("update measurement.measure_result set reason = reason where organisation_code = 'NET'"))
        return compute(connection, pathway, moment)

    monkeypatch.setattr(at_work, "compute_results", change_first)
    assert refresh(world.engine, world.registry, NOW).turn_count == 1
    assert len(turns) == 2
    assert world.one("wrist_cases").value == 2 and waiting(world) == 0


def test_a_site_of_an_organisation_outside_the_network_is_measured_but_not_pooled(world):
    with world.engine.begin() as connection:
        connection.execute(text("update pathway.organisation set is_member = false where organisation_code = 'ZX3'"))
    world.add(wrist(), wrist(site="ZX3A1"))
    refresh(world.engine, world.registry, NOW)
    assert world.one("wrist_cases", "ZX3").value == 1
    assert world.one("wrist_cases").value == 1
    assert not len(world.results(organisation_code="REG2"))


def test_cases_of_a_merged_provider_are_its_successors(world):
    with world.engine.begin() as connection:
        connection.execute(text("update pathway.organisation set successor_code = 'ZX2' where organisation_code = 'ZX1'"))
    world.add(wrist(), wrist(site="ZX2A1"))
    refresh(world.engine, world.registry, NOW)
    assert world.one("wrist_cases", "ZX2").value == 2
    assert not len(world.results(organisation_code="ZX1"))


def test_a_refresh_reads_only_the_cases_of_months_that_changed(world):
    world.add(*[wrist(date(2020 + k // 12, k % 12 + 1, 3)) for k in range(60)])
    refresh(world.engine, world.registry, NOW)
    world.add(wrist(date(2024, 12, 9)))
    written = []

    @event.listens_for(world.engine, "after_cursor_execute")
    def note(connection, cursor, statement, *_):
        if "INSERT INTO measurement.measure_part" in statement:
            written.append(cursor.rowcount)

    refresh(world.engine, world.registry, NOW)
    event.remove(world.engine, "after_cursor_execute", note)
    assert sum(written) == 5  # five measures count by arrival, in one month of one site


# ------------------------------------------------------------------------------------------------ measures as rows
def test_the_measures_are_rows_made_from_their_declarations(world):
    refresh(world.engine, world.registry, NOW)
    row = world.table("measurement.measure", measure_name="wrist_manipulated_4h").iloc[0]
    assert (row["title"], row["kind"], row["target"], row["is_headline"]) == ("Manipulated within 4 hours", "proportion", 0.8, True)
    assert (
        "age_years" in row["definition_sql"] and "240" in row["definition_sql"] and "Manipulated within 4 hours" in row["definition_text"]
    )
    assert len(world.table("measurement.measure")) == len(world.registry.measures)


def test_a_changed_definition_makes_its_pathway_stale_and_an_unchanged_one_does_not(world):
    world.add(wrist())
    refresh(world.engine, world.registry, NOW)
    with world.engine.begin() as connection:
        assert sync_measures(connection, world.registry) == []
        connection.execute(text("delete from house.applied_sync where object_name = 'measurement.measure'"))
        assert sync_measures(connection, world.registry) == []
        connection.execute(text("delete from house.applied_sync where object_name = 'measurement.measure'"))
        connection.execute(update(measure).where(measure.c.measure_name == "wrist_block").values(measure_version=0))
        assert sync_measures(connection, world.registry) == ["wrist_block"]
    assert waiting(world) == 12
