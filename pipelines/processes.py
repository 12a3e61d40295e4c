"""Processes that outlive the one that started them: known by pid and start time, so that a recycled pid is never stopped.

Belongs here: identity, liveness, stopping, and the small files that record both. Does not belong here: what the processes do.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProcessRecord:
    """One process. ``started`` is the system's own mark of its start; ``detail`` what its starter wants to remember."""

    pid: int
    started: str
    detail: dict

    @classmethod
    def of(cls, pid: int, **detail) -> ProcessRecord:
        """The record of a live process; ``ProcessLookupError`` if there is none."""
        started = start_mark(pid)
        if started is None:
            raise ProcessLookupError(f"there is no process {pid}")
        return cls(pid, started, detail)

    @property
    def is_alive(self) -> bool:
        return start_mark(self.pid) == self.started

    def signal(self, number: int, *, group: bool = False) -> bool:
        """Sends a signal if this very process still lives; to its whole group if it leads one."""
        if not self.is_alive:
            return False
        try:
            if group and os.getpgid(self.pid) == self.pid:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)
        except ProcessLookupError:
            return False
        return True

    def stop(self, grace_seconds: float = 10.0) -> bool:
        """Asks, waits, insists. True if it was alive."""
        if not self.signal(signal.SIGTERM):
            return False
        if not wait_until(lambda: not self.is_alive, grace_seconds):
            self.signal(signal.SIGKILL, group=True)
            wait_until(lambda: not self.is_alive, 5.0)
        return True

    def end_group(self) -> None:
        """Ends what a process that led a group has left behind there. If the pid is somebody else's now, nothing is touched."""
        if start_mark(self.pid) is None and _boot_mark() in ("", self.started.partition(" ")[0]):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def write(self, path: Path) -> None:
        """Atomically, readable by its owner alone."""
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.{os.getpid()}")
        new.touch(mode=0o600)
        new.write_text(json.dumps(asdict(self)))
        new.replace(path)

    @classmethod
    def read(cls, path: Path) -> ProcessRecord | None:
        """None if the file is absent or not one of ours."""
        try:
            return cls(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):
            return None


def stop_groups(records: Iterable[tuple[ProcessRecord, float]]) -> list[ProcessRecord]:
    """Stops processes that lead a session, with what they leave behind there: all are asked at once, each has its own grace (seconds).

    Returns those that were alive; of the others, what they left behind is ended too.
    """
    every = list(records)
    asked = [record for record, _ in every if record.signal(signal.SIGTERM)]
    for record, grace in every:
        record.stop(grace)
        record.end_group()
    return asked


def start_mark(pid: int) -> str | None:
    """What tells this process from a later one with the same pid; None if there is none, or only its corpse."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        return _linux_start_mark(stat)
    found = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True)
    state, _, started = found.stdout.strip().partition(" ")
    return started.strip() if started and not state.startswith("Z") else None


def _linux_start_mark(stat: Path) -> str | None:
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else f"{_boot_mark()} {fields[19]}"


def _boot_mark() -> str:
    """What tells this run of the system from others; empty where that cannot be told."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return boot.read_text().strip() if boot.exists() else ""


def wait_until(condition, seconds: float, every: float = 0.05) -> bool:
    """Whether ``condition()`` became true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
