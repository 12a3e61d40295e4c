"""The queue is looked at as soon as something is submitted; stale results are asked for when no run sees to them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from dagster import DagsterRunStatus, RunsFilter
from dagster._daemon.controller import create_daemons_from_instance
from sqlalchemy import text

from pipelines import run_queue, sensors
from tests.pipelines.test_launcher import create_run


def test_a_submitted_run_ends_the_pause(instance, workspace):
    daemon = run_queue.PromptQueueDaemon(interval_seconds=0)
    daemon.pause()
    assert not daemon.pause(), "nothing was submitted"
    run = create_run(instance, workspace)
    instance.submit_run(run.run_id, workspace)
    assert daemon.pause()
    assert not daemon.pause(), "the next pause is a pause again"
    instance.run_coordinator.cancel_run(run.run_id)


def test_the_other_daemons_are_dagsters_own(instance):
    ours, theirs = list(run_queue.prompt_daemons(instance)), list(create_daemons_from_instance(instance))
    assert [daemon.daemon_type() for daemon in ours] == [daemon.daemon_type() for daemon in theirs]
    assert [type(daemon).__name__ for daemon in ours if type(daemon) not in map(type, theirs)] == ["PromptQueueDaemon"]


@pytest.fixture
def stale(context):
    """Makes the one stale cell so old."""
    cell = "insert into intake.stale_cell (pathway_name, organisation_code, period_grain, period_start, queued_at)"

    def make(waited: timedelta) -> None:
        with context.engine.begin() as connection:
            connection.execute(text("delete from intake.stale_cell"))
            connection.execute(
                text(f"{cell} values ('wrist_fracture', 'ZX1', 'month', '2026-01-01', now() - cast(:waited as interval))"),
                {"waited": waited},
            )

    return make


def test_a_refresh_is_asked_for_when_no_run_is_there_that_would_see_to_it(instance, workspace, context, stale):
    for run in instance.get_runs(RunsFilter(statuses=sensors.UNFINISHED_RUNS)):
        instance.report_run_canceled(run)
    assert not sensors.needs_refresh(instance, context)
    stale(sensors.STALE_AFTER - timedelta(seconds=20))
    assert not sensors.needs_refresh(instance, context)
    stale(sensors.STALE_AFTER + timedelta(seconds=1))
    assert sensors.needs_refresh(instance, context)
    run = create_run(instance, workspace)
    assert not sensors.needs_refresh(instance, context), "a run is there"
    stale(sensors.STALE_AFTER_WITH_RUNS + timedelta(seconds=1))
    assert sensors.needs_refresh(instance, context), "but it has kept the results waiting for too long"
    instance.report_run_canceled(run)
    assert instance.get_run_by_id(run.run_id).status == DagsterRunStatus.CANCELED
