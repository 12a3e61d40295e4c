"""Runs of long ago go with their events, on Dagster's real storage; what the graph shows stays usable."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from dagster import (
    AssetCheckResult,
    AssetKey,
    AssetMaterialization,
    Nothing,
    Out,
    Output,
    RunsFilter,
    StaticPartitionsDefinition,
    asset,
    asset_check,
    job,
    materialize,
    op,
)
from sqlalchemy import text

from assets.definitions import SUBMISSION_TAG
from pipelines.definitions import build
from pipelines.pruning import PRUNE, prune_runs, shown_runs
from warehouse.settings import Settings

SENDERS = StaticPartitionsDefinition(["ZX1", "ZX2"])
LATER = datetime.now(UTC) + timedelta(days=100)


@asset(partitions_def=SENDERS)
def records(context):
    return Output(None, metadata={"number": int(context.run.tags.get("number", 0))})


@asset_check(asset=records, partitions_def=SENDERS)
def sound(context):
    return AssetCheckResult(passed=True)


@asset
def results() -> None:
    pass


@op(out=Out(Nothing))
def nothing():
    pass


@job
def empty():
    nothing()


@pytest.fixture
def clean(instance):
    """The instance without the runs of other tests."""
    for run in instance.get_runs():
        instance.delete_run(run.run_id)
    for key in instance.all_asset_keys():
        instance.wipe_assets([key])
    return instance


def submission_run(instance, number: int, sender: str = "ZX1", submission: str | None = None) -> str:
    tags = {"number": str(number), SUBMISSION_TAG: submission or f"S{number:08d}"}
    return materialize([records, sound], instance=instance, partition_key=sender, tags=tags).run_id


def runs(instance) -> set[str]:
    return {run.run_id for run in instance.get_runs()}


def events(instance, run_id: str) -> int:
    with instance.event_log_storage.index_connection() as connection:
        of_run = [
            connection.scalar(text(f"select count(*) from {table} where run_id = :run"), {"run": run_id})
            for table in ("event_logs", "asset_check_executions")
        ]
    return sum(of_run)


def test_runs_that_ended_long_ago_go_with_their_events_and_the_latest_of_each_partition_stays(clean):
    first, second, other = submission_run(clean, 1), submission_run(clean, 2), submission_run(clean, 3, "ZX2")
    table = [materialize([results], instance=clean).run_id for _ in range(2)]
    assert events(clean, first) > 5
    pruned = prune_runs(clean, LATER, 90)
    assert (pruned.deleted, pruned.shown, pruned.is_cut) == (2, 3, False)
    assert runs(clean) == {second, other, table[1]}
    assert events(clean, first) == events(clean, table[0]) == 0 and events(clean, second) > 5

    assert clean.get_materialized_partitions(AssetKey("records")) == {"ZX1", "ZX2"}
    latest = clean.get_latest_materialization_event(AssetKey("records"))
    assert latest.run_id == other and latest.asset_materialization.metadata["number"].value == 3
    of_first = clean.event_log_storage.get_latest_asset_check_execution_by_key([sound.check_key])[sound.check_key]
    assert of_first.run_id == other and of_first.event is not None
    assert clean.get_latest_materialization_event(AssetKey("results")).run_id == table[1]
    assert prune_runs(clean, LATER, 90).deleted == 0
    assert submission_run(clean, 4) in runs(clean), "and the next run goes as ever"
    assert prune_runs(clean, LATER, 90).deleted == 1


def test_recent_runs_and_never(clean):
    done = {empty.execute_in_process(instance=clean).run_id for _ in range(2)}
    assert prune_runs(clean, LATER, 101).deleted == 0
    assert prune_runs(clean, LATER, 0).deleted == 0
    assert runs(clean) == done
    assert prune_runs(clean, LATER, 90).deleted == 2 and runs(clean) == set()


def test_a_run_that_has_not_ended_stays(clean):
    going = clean.create_run_for_job(empty)
    clean.report_run_failed(clean.create_run_for_job(empty))
    assert prune_runs(clean, LATER, 90).deleted == 1
    assert runs(clean) == {going.run_id}


def test_the_runs_of_a_submission_go_together_so_that_attempts_are_counted_on(clean):
    """The first attempt is not shown any more, but the sensor would ask for attempt 2 again, which Dagster has had."""
    failed = empty.execute_in_process(instance=clean, tags={SUBMISSION_TAG: "S00000001"}).run_id
    again = submission_run(clean, 1)
    assert prune_runs(clean, LATER, 90).deleted == 0 and runs(clean) == {failed, again}
    newer = submission_run(clean, 2)
    assert prune_runs(clean, LATER, 90).deleted == 2 and runs(clean) == {newer}
    assert clean.get_runs_count(RunsFilter(tags={SUBMISSION_TAG: "S00000001"})) == 0


def test_so_many_a_day_the_oldest_first(clean):
    done = [empty.execute_in_process(instance=clean).run_id for _ in range(5)]
    first = prune_runs(clean, LATER, 90, most=2)
    assert (first.deleted, first.is_cut) == (2, True) and runs(clean) == set(done[2:])
    assert prune_runs(clean, LATER, 90, most=10).deleted == 3


def test_pages_of_runs_that_stay_do_not_hide_the_older_ones_behind_them(clean, monkeypatch):
    monkeypatch.setattr("pipelines.pruning.PAGE", 2)
    stays = {materialize([results], instance=clean).run_id, submission_run(clean, 1), submission_run(clean, 2, "ZX2")}
    for _ in range(3):
        empty.execute_in_process(instance=clean)
    assert prune_runs(clean, LATER, 90).deleted == 3 and runs(clean) == stays


def test_a_materialization_that_somebody_reported_by_hand_is_no_obstacle(clean):
    clean.report_runless_asset_event(AssetMaterialization("results"))
    empty.execute_in_process(instance=clean)
    assert prune_runs(clean, LATER, 90).deleted == 1
    assert shown_runs(clean) == {""}


def test_the_job_of_the_house_goes_by_the_setting_and_says_how_many(clean, tmp_path):
    for _ in range(3):
        empty.execute_in_process(instance=clean)
    settings = Settings(home=tmp_path, clock=lambda: LATER)
    for days, expected in ((0, "0"), (90, "4")):  # the three, and the run of the day before
        repository = build(replace(settings, keep_runs_days=days)).get_repository_def()
        done = repository.get_job(PRUNE).execute_in_process(instance=clean)
        assert done.success and clean.get_run_by_id(done.run_id).tags["deleted_runs"] == expected
    assert [schedule.name for schedule in repository.schedule_defs if schedule.job_name == PRUNE] == ["daily_pruning"]
