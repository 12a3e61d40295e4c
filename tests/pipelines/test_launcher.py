"""The launcher: runs start in warm workers, can be stopped from elsewhere, and a killed worker is a failed run at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from dagster import DagsterRunStatus
from dagster._core.launcher.base import WorkerStatus

from pipelines.hosts import ask_host, code_fingerprint, ensure_host, live_hosts
from pipelines.processes import ProcessRecord, wait_until
from pipelines.worker import worker_record


def create_run(instance, workspace, job="waiting", tags=None, **config):
    location = workspace.get_code_location("small")
    remote = location.get_repository("__repository__").get_full_job(job)
    run_config = {"ops": {"wait": {"config": config}}} if job == "waiting" else {}
    plan = location.get_execution_plan(remote, run_config, step_keys_to_execute=None, known_state=None)
    return instance.create_run(
        job_name=job, run_id=None, run_config=run_config, status=DagsterRunStatus.NOT_STARTED, tags=tags or {}, root_run_id=None,
        parent_run_id=None, step_keys_to_execute=None, execution_plan_snapshot=plan.execution_plan_snapshot, job_snapshot=remote.job_snapshot,
        parent_job_snapshot=remote.parent_job_snapshot, asset_selection=None, asset_check_selection=None, resolved_op_selection=None,
        op_selection=None, remote_job_origin=remote.get_remote_origin(), job_code_origin=remote.get_python_origin(),
        asset_graph=workspace.asset_graph,
    )  # fmt: skip


def launch(instance, workspace, **given):
    run = create_run(instance, workspace, **given)
    instance.launch_run(run.run_id, workspace)
    return run.run_id


def status(instance, run_id):
    return instance.get_run_by_id(run_id).status


def becomes(instance, run_id, wanted, seconds=30):
    return wait_until(lambda: status(instance, run_id) == wanted, seconds)


def wait_for_worker(instance, run_id) -> ProcessRecord:
    path = worker_record(instance.run_launcher._home, run_id)
    assert wait_until(path.exists, 30) and becomes(instance, run_id, DagsterRunStatus.STARTED)
    return ProcessRecord.read(path)


def test_a_run_is_done_by_a_child_of_the_host_and_leaves_no_record(instance, workspace, tmp_path):
    note = tmp_path / "who worked"
    run_id = launch(instance, workspace, note=str(note))
    assert becomes(instance, run_id, DagsterRunStatus.SUCCESS)
    pid, parent = map(int, note.read_text().split())
    [host] = live_hosts(instance.run_launcher._home)
    assert parent == host.pid and pid != host.pid
    assert wait_until(lambda: not worker_record(instance.run_launcher._home, run_id).exists(), 5)


def test_two_runs_go_at_once(instance, workspace):
    ensure_host(instance.run_launcher._home, code_fingerprint(instance.run_launcher._folders), instance.run_launcher._preload)
    runs = [create_run(instance, workspace, seconds=3) for _ in range(2)]
    for run in runs:
        instance.launch_run(run.run_id, workspace)
    assert all(becomes(instance, run.run_id, DagsterRunStatus.STARTED, 10) for run in runs)
    assert all(status(instance, run.run_id) == DagsterRunStatus.STARTED for run in runs)
    assert all(becomes(instance, run.run_id, DagsterRunStatus.SUCCESS) for run in runs)


def test_a_run_whose_code_breaks_is_a_failure(instance, workspace):
    assert becomes(instance, launch(instance, workspace, job="breaking"), DagsterRunStatus.FAILURE)


def test_another_process_can_terminate_a_run(instance, workspace):
    run_id = launch(instance, workspace, seconds=60)
    wait_for_worker(instance, run_id)
    script = f"from dagster import DagsterInstance\nwith DagsterInstance.get() as i: assert i.run_launcher.terminate({run_id!r})"
    subprocess.run([sys.executable, "-c", script], check=True, env={**os.environ, "DAGSTER_HOME": instance.root_directory})
    assert becomes(instance, run_id, DagsterRunStatus.CANCELED)


def test_a_run_can_be_terminated_after_its_host_was_killed(instance, workspace):
    run_id = launch(instance, workspace, seconds=60)
    wait_for_worker(instance, run_id)
    live_hosts(instance.run_launcher._home)[0].signal(signal.SIGKILL)
    assert instance.run_launcher.terminate(run_id)
    assert becomes(instance, run_id, DagsterRunStatus.CANCELED)


def test_a_killed_worker_is_a_failed_run_at_once(instance, workspace):
    run_id = launch(instance, workspace, seconds=60)
    wait_for_worker(instance, run_id).signal(signal.SIGKILL)
    assert becomes(instance, run_id, DagsterRunStatus.FAILURE, 5)


def test_the_health_of_a_worker_is_told_also_without_its_host(instance, workspace):
    run_id = launch(instance, workspace, seconds=60)
    worker = wait_for_worker(instance, run_id)
    run = instance.get_run_by_id(run_id)
    assert instance.run_launcher.check_run_worker_health(run).status == WorkerStatus.RUNNING
    live_hosts(instance.run_launcher._home)[0].signal(signal.SIGKILL)
    worker.signal(signal.SIGKILL)
    assert wait_until(lambda: not worker.is_alive, 5)
    assert instance.run_launcher.check_run_worker_health(run).status == WorkerStatus.FAILED


def who_worked(instance, workspace, note) -> int:
    """The process that executed a run that did nothing else."""
    assert becomes(instance, launch(instance, workspace, note=str(note)), DagsterRunStatus.SUCCESS)
    return int(note.read_text().split()[0])


def one_waits(instance) -> bool:
    [host] = live_hosts(instance.run_launcher._home)
    return wait_until(lambda: ask_host(host, do="ping")["idle"] == 1, 10)


def test_the_next_run_goes_to_the_worker_that_waits(instance, workspace, tmp_path):
    first = who_worked(instance, workspace, tmp_path / "note")
    assert one_waits(instance)
    assert who_worked(instance, workspace, tmp_path / "note") == first


def test_a_worker_that_dies_while_it_waits_is_replaced(instance, workspace, tmp_path):
    first = who_worked(instance, workspace, tmp_path / "note")
    assert one_waits(instance)
    os.kill(first, signal.SIGKILL)
    assert who_worked(instance, workspace, tmp_path / "note") != first


def test_a_worker_that_was_told_to_stop_takes_no_other_run(instance, workspace, tmp_path):
    run_id = launch(instance, workspace, seconds=60)
    stopped = wait_for_worker(instance, run_id)
    assert instance.run_launcher.terminate(run_id) and becomes(instance, run_id, DagsterRunStatus.CANCELED)
    assert who_worked(instance, workspace, tmp_path / "note") != stopped.pid
    assert wait_until(lambda: not stopped.is_alive, 10)


def test_a_worker_that_waits_goes_when_its_host_dies(instance, workspace, tmp_path):
    waiting = ProcessRecord.of(who_worked(instance, workspace, tmp_path / "note"))
    assert one_waits(instance)
    live_hosts(instance.run_launcher._home)[0].signal(signal.SIGKILL)
    assert wait_until(lambda: not waiting.is_alive, 10)


def test_a_host_that_was_killed_is_replaced(instance, workspace):
    assert becomes(instance, launch(instance, workspace), DagsterRunStatus.SUCCESS)
    [first] = live_hosts(instance.run_launcher._home)
    first.signal(signal.SIGKILL)
    assert becomes(instance, launch(instance, workspace), DagsterRunStatus.SUCCESS)
    [second] = live_hosts(instance.run_launcher._home)
    assert second.pid != first.pid


def test_changed_declarations_get_a_new_host_while_the_old_one_finishes(instance, workspace):
    slow = launch(instance, workspace, seconds=6)
    wait_for_worker(instance, slow)
    [old] = live_hosts(instance.run_launcher._home)
    (instance.run_launcher._folders[0] / "rules.py").write_text("# a mended rule\n")
    assert becomes(instance, launch(instance, workspace), DagsterRunStatus.SUCCESS)
    assert [host.pid for host in live_hosts(instance.run_launcher._home)] != [old.pid]
    assert becomes(instance, slow, DagsterRunStatus.SUCCESS)
    assert wait_until(lambda: not old.is_alive, 5)


def test_without_a_host_the_run_goes_the_slower_way(instance, workspace, monkeypatch):
    monkeypatch.setattr(instance.run_launcher, "_preload", ("no_such_module",))
    for host in live_hosts(instance.run_launcher._home):
        host.stop()
    run_id = launch(instance, workspace)
    assert becomes(instance, run_id, DagsterRunStatus.SUCCESS, 60)
    messages = [entry.dagster_event.message or "" for entry in instance.all_logs(run_id) if entry.dagster_event]
    assert any("Dagster's own launcher" in message for message in messages)


@pytest.mark.parametrize("change", ["add", "edit"])
def test_the_fingerprint_follows_the_files(tmp_path, change):
    (tmp_path / "a.py").write_text("1\n")
    before = code_fingerprint((tmp_path,))
    assert before == code_fingerprint((tmp_path,))
    (tmp_path / ("b.py" if change == "add" else "a.py")).write_text("2\n")
    assert before != code_fingerprint((tmp_path,))


def test_workers_do_not_look_for_garbage_in_what_was_imported():
    """In a process of its own: it holds for the rest of a process's life."""
    code = "import gc; from pipelines.worker_host import COLLECTED_AFTER, preload; preload(['pandas']); print(gc.get_freeze_count(), gc.get_threshold() == COLLECTED_AFTER)"
    frozen, is_set = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert int(frozen) > 10_000 and is_set == "True"
