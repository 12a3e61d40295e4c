"""Processes are known by pid and start, so that only the very one is ever stopped."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from pipelines.processes import ProcessRecord, stop_groups, wait_until


@pytest.fixture
def sleeper():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_a_record_survives_writing_and_reading(sleeper, tmp_path):
    ProcessRecord.of(sleeper.pid, port=3000).write(tmp_path / "a folder" / "one.json")
    record = ProcessRecord.read(tmp_path / "a folder" / "one.json")
    assert record.is_alive and record.detail == {"port": 3000}
    assert (tmp_path / "a folder" / "one.json").stat().st_mode & 0o077 == 0


def test_a_recycled_pid_is_another_process(sleeper):
    record = ProcessRecord(sleeper.pid, "some other boot 1", {})
    assert not record.is_alive and not record.stop() and not record.signal(signal.SIGKILL)
    assert sleeper.poll() is None


def test_stopping_asks_first_and_insists_then():
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE, start_new_session=True)
    process.stdout.readline()
    record = ProcessRecord.of(process.pid)
    assert record.stop(grace_seconds=0.3) and not record.is_alive
    assert process.wait() == -signal.SIGKILL
    assert not record.stop()


def test_what_a_group_leader_leaves_behind_goes_too():
    parent = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print(p.pid, flush=True); p.wait()"
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, start_new_session=True)
    child = ProcessRecord.of(int(process.stdout.readline()))
    leader = ProcessRecord.of(process.pid)
    assert stop_groups([(leader, 5.0)]) == [leader]
    assert stop_groups([(leader, 5.0)]) == []
    process.wait()
    assert wait_until(lambda: not child.is_alive, 5)


@pytest.mark.parametrize("content", ["", "{}", '{"pid": 1}', "[1]", "nonsense"])
def test_a_file_that_is_no_record_is_none(tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    assert ProcessRecord.read(tmp_path / "x.json") is None
    assert ProcessRecord.read(tmp_path / "absent.json") is None


def test_what_a_killed_leader_left_behind_is_ended_but_nothing_of_another_boot():
    script = "import subprocess, sys, time; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True); time.sleep(60)"
    leader = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True)
    child = ProcessRecord.of(int(leader.stdout.readline()))
    record = ProcessRecord.of(leader.pid)
    leader.kill()
    leader.wait()
    ProcessRecord(record.pid, "another-boot 1", {}).end_group()
    assert child.is_alive
    assert stop_groups([(record, 1.0)]) == []
    assert wait_until(lambda: not child.is_alive, 5)
