"""One house that has taken every planted submission, stopped and ready to be searched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.privacy.outside import ATTEMPTS, can_isolate, without_network
from warehouse import embedded
from warehouse.settings import Settings

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Searched:
    """``home``: the house's; ``scratch``: its folder of temporary files; ``output``: all that it printed; ``runs``: how they ended."""

    home: Path
    scratch: Path
    output: str
    runs: dict[str, bool]
    attempts: int  # to reach another machine

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home)

    @property
    def patients_places(self) -> tuple[Path, ...]:
        """Where values of patients may be."""
        return self.settings.landing, self.settings.archive, self.settings.outbox


@pytest.fixture(scope="package")
def house(tmp_path_factory) -> Searched:
    home, scratch = tmp_path_factory.mktemp("privacy") / "home", tmp_path_factory.mktemp("scratch")
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONWARNINGS": "ignore"}
    try:
        done = watched(["tests.privacy.house", str(home)], environment)
    finally:
        embedded.Server(Settings(home=home).server_data, embedded.find_binaries()).stop()
    assert done.returncode == 0, done.stderr[-2000:]
    *lines, last = map(json.loads, done.stdout.splitlines())
    runs = {line["submission"]: line["success"] for line in lines}
    return Searched(home, scratch, done.stdout + done.stderr, runs, last[ATTEMPTS])


def watched(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess:
    """A module of ours in a process, and where it may be had a network, of its own."""
    command = without_network([sys.executable, "-m", "tests.privacy.outside", *arguments])
    isolated = {"ISOLATED": "1"} if can_isolate() else {}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={**environment, **isolated}, timeout=1800)


@pytest.fixture
def server(house):
    """The house's server, running again."""
    started = embedded.ensure(house.settings)
    yield started
    started.stop()
