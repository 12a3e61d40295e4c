"""The first command of the README, typed on a machine that has Python and make: in a path with a space, its port taken, twice, as root and as an ordinary user."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from pipelines.service_processes import FIRST_PORTS, WEB
from tests.project_files import ROOT, project_files
from tests.stack import processes_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
NOBODY = 65534
ORDINARY = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
OURS = ("COMMON_CAUSE_", "DAGSTER_", "PYTEST_", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "MAKE", "MFLAGS")
PROVIDERS, SINGLES, SUMMARY = 22, 25, r"^\W*{}\W+([\d,]+)\W*$"


@contextmanager
def checkout() -> Iterator[Path]:
    """The files that git knows or would take, in a folder that everybody may enter; removed afterwards."""
    files = project_files()
    above = Path(tempfile.mkdtemp(prefix="common-cause-", dir="/var/tmp"))
    above.chmod(0o755)
    try:
        for path in files:
            place = above / "fresh clone" / path.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)
        yield above / "fresh clone"
    finally:
        shutil.rmtree(above)


@contextmanager
def taken(port: int) -> Iterator[None]:
    """Somebody else listens on the port, if nobody does yet."""
    with closing(socket.socket()) as listener:
        with suppress(OSError):
            listener.bind(("127.0.0.1", port))
            listener.listen()
        yield


def python_for_all() -> str | None:
    """A Python that an ordinary account can run too, and that makes environments."""
    needed = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
    for name in ("python3", "python3.14", "python3.13", "python3.12", "python3.11"):
        for folder in os.get_exec_path():
            path = Path(folder) / name
            if path.exists():
                with suppress(OSError):  # not for that account
                    if subprocess.run([path, "-c", needed], capture_output=True, **ORDINARY).returncode == 0:
                        return str(path)
    return None


def make_demo(folder: Path, python: str | None, **account) -> str:
    """What ``make demo ONCE=1`` says, with nothing of ours in the environment; it must end well and leave no process."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    environment |= {"HOME": str(folder), "COLUMNS": "250", "NO_COLOR": "1"} | ({"PYTHON": python} if python else {})
    done = subprocess.run(
        ["make", "demo", "ONCE=1"], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **account
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "Traceback" not in done.stdout
    assert [process.cmdline() for process in processes_of(folder)] == []
    return done.stdout


def summary_number(said: str, of: str) -> int:
    return int(re.search(SUMMARY.format(re.escape(of)), said, re.M)[1].replace(",", ""))


def test_make_demo_in_a_fresh_clone_and_once_more_as_an_ordinary_user():
    is_root = os.getuid() == 0
    python = python_for_all() if is_root else None
    with checkout() as folder, taken(FIRST_PORTS[WEB]):
        first = make_demo(folder, python)
        assert "[2/3] installing the dependencies of requirements.lock" in first
        worked_off(first, folder / ".common-cause/demo")
        if python:
            subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", folder], check=True)
        again = make_demo(folder, python, **(ORDINARY if python else {}))
        assert "installing" not in again, "the environment is there"
        worked_off(again, folder / ".common-cause/demo")
    if is_root and not python:
        pytest.skip("shown as root alone: an ordinary account can run no Python here")


def worked_off(said: str, home: Path) -> None:
    """The house was made anew: each file has its receipt, nothing is stale, and the address is not the one that was taken."""
    port = int(re.search(r"Dagster UI\s+http://127\.0\.0\.1:(\d+)", said)[1])
    assert port != FIRST_PORTS[WEB]
    assert summary_number(said, "cells still stale") == 0
    assert summary_number(said, "cases of hip fracture") > 5_000
    assert summary_number(said, "open signals") > 0
    receipts = len(list((home / "outbox").rglob("receipt.html")))
    assert receipts >= 2 * PROVIDERS + SINGLES, "a receipt for each provider's history of two pathways and for each single file"
