"""The commands of the README that need a house: each is typed once, as people type it, on one house that is up."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.stack import processes_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SCRIPT = Path(sys.executable).with_name("common-cause")
TRUSTS = "".join(f'"{code}","EXEMPLAR {code} HOSPITALS","Y60","QZ1","","","","","","","20100101",""\r\n' for code in ("ZQA", "ZQB"))


class House:
    """Types commands in a home of its own."""

    def __init__(self, folder: Path):
        self.folder, self.home = folder, folder / "a home"

    def type(self, *words: str) -> tuple[int, str]:
        """Exit code and everything that was said; never a traceback."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("COMMON_CAUSE_", "DAGSTER_"))}
        environment |= {"COMMON_CAUSE_HOME": str(self.home), "COLUMNS": "250", "NO_COLOR": "1"}
        done = subprocess.run([SCRIPT, *words], cwd=self.folder, env=environment, capture_output=True, text=True)
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return done.returncode, done.stdout + done.stderr

    def submit(self, file: str, *more: str) -> tuple[int, str, str]:
        """Exit code, submission, what was said."""
        code, said = self.type("submit", file, "--sender", "ZQA", "--wait", "180", *more)
        found = re.search(r": (S\w+) ", said)
        assert found, said
        return code, found[1], said


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    opened = House(tmp_path_factory.mktemp("readme"))
    yield opened
    opened.type("down")


def test_a_file_and_its_submission_from_up_to_down(house):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = house.type("up", "--port", str(port))
        assert code == 0 and "http://127.0.0.1:" in said and f":{port}\n" not in said, said
    (house.folder / "etr.csv").write_text(TRUSTS)
    code, said = house.type("organisations", "import", "etr.csv", "--members")
    assert code == 0 and "read 2 organisations" in said, said

    dates = ("--from", "2026-01-01", "--to", "2026-03-31")
    assert house.type("generate", "hip_fracture", "--sender", "ZQA", "--rows", "40", *dates)[0] == 0
    [file] = [path.name for path in house.folder.glob("hip_fracture_ZQA_*.csv")]
    checked = house.type("check", file, "--sender", "ZQA")[0]
    code, first, said = house.submit(file)
    assert code == checked and first in house.type("status")[1], said

    lines = (house.folder / file).read_text().splitlines()
    (house.folder / "few.csv").write_text("\n".join(lines[:6]) + "\n")
    code, held, said = house.submit("few.csv", "--mode", "replace period", "--organisation", "ZQA", *dates)
    assert code == 11 and "held" in said, said
    assert "held" in house.type("status", "--sender", "ZQA")[1]
    assert house.type("approve", held)[0] == 0
    assert finishes(house, held)
    code, said = house.type("withdraw", held, "--yes")
    assert code == 0 and said.startswith(f"{held} is withdrawn: rows that no longer count: "), said
    code, said = house.type("retry", first)
    assert code == 0 and first in said, said
    assert finishes(house, first)

    after_a_rotation(house, file)
    organisations_and_roles(house)
    told = mistakes(house, first, file)
    assert all(code == 1 and said.count("\n") == 1 for code, said in told), told
    code, said = house.type("rebuild", "--yes")
    assert code == 0 and "replayed" in said, said
    code, said = house.type("down")
    assert code == 0 and "stopped: web server" in said
    assert [p for p in processes_of(house.home) if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []


def after_a_rotation(house: House, file: str) -> None:
    """The house that is up takes the new keys without being told, and finds everybody it knew."""
    lines = (house.folder / file).read_text().splitlines()
    (house.folder / "again.csv").write_text("\n".join(lines[:-1]) + "\n")
    for purpose in ("pseudonym", "archive"):
        code, said = house.type("keys", "rotate", purpose)
        assert code == 0 and f"is the current {purpose} key now" in said, said
    assert house.submit("again.csv")[0] in (0, 10, 11)
    code, said = house.type("keys", "show")
    current = {line.split()[0]: line for line in said.splitlines() if "current " in line and not line.startswith("purpose")}
    assert code == 0 and set(current) == {"pseudonym", "archive"}, said
    assert all(re.search(r"current\s+[1-9]", line) for line in current.values()), said


def organisations_and_roles(house: House) -> None:
    code, said = house.type("organisations", "alias", "The Old Exemplar", "ZQB")
    assert code == 0 and "is ZQB from now on" in said, said
    code, said = house.type("organisations", "show", "the old exemplar")
    assert code == 0 and "the old exemplar (name given by hand)" in said, said
    assert "none" in house.type("organisations", "unresolved")[1]
    code, said = house.type("roles", "create", "ward_zqa", "--provider", "ZQA")
    assert code == 0 and "its password, told only now: " in said, said
    assert "ward_zqa" in house.type("roles", "list")[1]
    assert house.type("roles", "drop", "ward_zqa") == (0, "ward_zqa is gone\n")
    assert house.type("roles", "drop", "ward_zqa")[0] == 1


def finishes(house: House, submission: str, tries: int = 60) -> bool:
    """Whether the submission comes to an end."""
    for _ in range(tries):
        said = house.type("status")[1]
        [line] = [line for line in said.partition("Latest")[2].partition("Outstanding")[0].splitlines() if submission in line]
        if "accepted" in line:
            return True
    return False


def mistakes(house: House, first: str, file: str) -> list[tuple[int, str]]:
    """What is answered to submissions, senders and files that do not exist or cannot be taken."""
    return [
        *(house.type(*words, "S99999999") for words in (["retry"], ["approve"], ["withdraw", "--yes"])),
        house.type("approve", first),
        house.type("submit", file, "--sender", "ZZZ"),
        house.type("organisations", "import", file),
    ]


def test_two_houses_that_come_up_at_once_are_two(tmp_path_factory):
    """Both ask for the same port at the same moment; each gets one of its own, and answers there itself."""
    from concurrent.futures import ThreadPoolExecutor

    houses = [House(tmp_path_factory.mktemp("twin")) for _ in range(2)]
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    try:
        with ThreadPoolExecutor(2) as both:
            answers = list(both.map(lambda house: house.type("up", "--port", port), houses))
        assert [code for code, _ in answers] == [0, 0], answers
        assert len({re.search(r"http://127\.0\.0\.1:(\d+)", said)[1] for _, said in answers}) == 2, answers
    finally:
        for house in houses:
            house.type("down")
