"""No connection leaves the machine: neither Dagster nor Great Expectations nor anything else calls home during whole submissions."""

from __future__ import annotations

import json
import os

import pytest

from tests.privacy.conftest import watched
from tests.privacy.outside import ATTEMPTS, can_isolate


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_no_submission_makes_a_connection_to_elsewhere(house):
    assert len(house.runs) > 20
    assert house.attempts == 0


CALLS = {
    "python": "import socket; socket.create_connection(('192.0.2.1', 80), 2)",
    "a name": "import socket; socket.getaddrinfo('example.invalid', 80)",
    "another process": "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import socket; socket.create_connection((\"192.0.2.1\", 80), 2)'])",
}


@pytest.mark.parametrize("way", CALLS)
def test_the_watch_sees_attempts(tmp_path, way):
    if way == "another process" and not can_isolate():
        pytest.skip("no network namespace can be made here")
    (tmp_path / "caller.py").write_text(f"try:\n    {CALLS[way]}\nexcept OSError:\n    pass\n")
    done = watched(["caller"], {**os.environ, "PYTHONPATH": str(tmp_path)})
    assert json.loads(done.stdout.splitlines()[-1])[ATTEMPTS] >= 1


def test_the_watch_lets_loopback_be(tmp_path):
    (tmp_path / "caller.py").write_text(
        "import socket\nwith socket.create_server(('127.0.0.1', 0)) as s:\n    socket.create_connection(s.getsockname(), 2).close()\n"
    )
    done = watched(["caller"], {**os.environ, "PYTHONPATH": str(tmp_path)})
    assert json.loads(done.stdout.splitlines()[-1])[ATTEMPTS] == 0
