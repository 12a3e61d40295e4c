"""A server of Postgres 15 does what the newest does: every quick test that asks for the database passes on it as well."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.conftest import OTHER_BINARIES

ROOT = Path(__file__).resolve().parents[2]
OLD_BINARIES = Path("/usr/lib/postgresql/15/bin")


@pytest.mark.slow
@pytest.mark.timeout(2400)
@pytest.mark.skipif(not (OLD_BINARIES / "postgres").exists(), reason="no binaries of Postgres 15 on this machine")
def test_the_database_tests_pass_on_postgres_15():
    """In processes of their own, whose servers are of Postgres 15; ``tests/conftest.py`` leaves out what asks for no server."""
    command = [sys.executable, "-m", "pytest", "-m", "not slow", "-n", "2", "--dist", "loadfile", "-p", "no:cacheprovider", "tests"]
    environment = {**os.environ, "COMMON_CAUSE_TEST_BINARIES": str(OLD_BINARIES)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-8000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 1000


@pytest.mark.skipif(not OTHER_BINARIES, reason="only in the run on another server")
def test_the_other_server_is_the_one_asked_for(database):
    told = subprocess.run([Path(OTHER_BINARIES) / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    with database.connect() as connection:
        assert connection.scalar(text("show server_version")).split()[0] in told
