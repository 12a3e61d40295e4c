"""The watchman: starts again what has died.

Belongs here: when, how often, and what is said about it. Does not belong here: starting (``pipelines.services``).

A small process beside the others, brought up and stopped like them. It looks only while nobody else is at work on the house,
and goes when it is no longer the one that is recorded, or when its home has gone. What dies again and again soon after its start
is given longer and longer pauses and is given up at last; ``common-cause up`` tries again.
"""

from __future__ import annotations

import json
import logging
import math
import os
import select
import signal
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipelines import services
from pipelines.hosts import host_processes
from pipelines.processes import ProcessRecord, stop_groups, wait_until
from warehouse.settings import Settings

LOOK_SECONDS = 0.5
SHORT_LIFE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 60.0
SHORT_LIVES = 10  # in a row: about five minutes
STARTS_AN_HOUR = 100
log = logging.getLogger("watchman")


@dataclass
class Care:
    """What the watchman remembers of one part: when it started it (seconds of its clock), and how long to wait before the next time."""

    starts: list[float] = field(default_factory=list)
    short_lives: int = 0
    not_before: float | None = None
    is_given_up: bool = False
    started_at: str | None = None  # of the last start, UTC, for people

    def lives(self) -> bool:
        """Note that it lives; whether it had been given up and somebody else brought it back."""
        came_back, self.is_given_up, self.not_before = self.is_given_up, False, None
        if came_back:
            self.starts, self.short_lives = [], 0
        return came_back

    def is_dead(self, now: float) -> None:
        """Note that it is dead: its pause begins when that is first seen."""
        if self.not_before is not None:
            return
        lived = now - self.starts[-1] if self.starts else math.inf
        self.short_lives = self.short_lives + 1 if lived < SHORT_LIFE_SECONDS else 0
        self.not_before = now + self.pause_seconds

    @property
    def pause_seconds(self) -> float:
        return min(LONGEST_PAUSE_SECONDS, 2.0 ** (self.short_lives - 1)) if self.short_lives else 0.0

    def is_exhausted(self, now: float) -> bool:
        return self.short_lives > SHORT_LIVES or len([start for start in self.starts if now - start < 3600]) >= STARTS_AN_HOUR

    def starts_again(self, now: float) -> None:
        self.starts.append(now)
        self.started_at = datetime.now(UTC).isoformat(timespec="seconds")
        self.not_before = None


class Watchman:
    """Watches the house of ``settings`` until told to go."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.cares: dict[str, Care] = defaultdict(Care)
        self.known: dict[str, list[ProcessRecord]] = {}
        self.is_dismissed = False

    def watch(self) -> None:
        """Until dismissed by a signal, replaced by another, or without a home."""
        asleep, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._dismiss)
        wait_until(lambda: self.is_dismissed or self._is_on_duty(), 10.0)
        log.info("on duty")
        while not self.is_dismissed and self._is_on_duty():
            self._look_safely()
            select.select([asleep], [], [], LOOK_SECONDS)
        self._leave()

    def look(self) -> None:
        """Starts what is dead, unless somebody else is at work on the house."""
        _bury_children()
        with services.at_work(self.settings, wait=False) as is_mine:
            if not is_mine or not self._is_on_duty():
                return
            for part in services.parts(self.settings):
                if not self._sees_to(part) and part == services.DATABASE:
                    return  # without it nothing else comes up

    def _sees_to(self, part: str) -> bool:
        """Whether the part lives, maybe again."""
        care, now = self.cares[part], time.monotonic()
        if services.is_running(self.settings, part):
            self._remember(part)
            if care.lives():
                log.info("%s: is back", part)
                self._write_notes()
            return True
        care.is_dead(now)
        if care.is_given_up or self.is_dismissed:
            return False
        if care.is_exhausted(now):
            self._give_up(part, care)
            return False
        return now >= care.not_before and self._start(part, care)

    def _start(self, part: str, care: Care) -> bool:
        care.starts_again(time.monotonic())
        try:
            services.revive(self.settings, part)
        except Exception as error:
            log.warning("%s: has died and cannot be started (%s); next try in %.0f s", part, type(error).__name__, 2.0**care.short_lives)
            return False
        finally:
            self._write_notes()
        hint = f"; it lived for a short time only, {care.short_lives} times in a row" if care.short_lives else ""
        log.info("%s: had died, started again (start %d)%s", part, len(care.starts), hint)
        self._remember(part)
        return True

    def _give_up(self, part: str, care: Care) -> None:
        care.is_given_up = True
        limit = f"{SHORT_LIVES} short lives in a row, {STARTS_AN_HOUR} starts an hour"
        log.error("%s: given up after %d starts (the limit is %s). Its log tells why; then: common-cause up", part, len(care.starts), limit)
        self._write_notes()

    def _remember(self, part: str) -> None:
        record = services.record_of(self.settings, part)
        self.known[part] = host_processes(self.settings.dagster_home) if part == services.HOST else [record] if record else []

    def _write_notes(self) -> None:
        notes = {
            part: {"starts": len(care.starts), "at": care.started_at, "is_given_up": care.is_given_up}
            for part, care in self.cares.items() if care.starts
        }  # fmt: skip
        path = services.notes_path(self.settings)
        new = path.with_suffix(".new")
        new.write_text(json.dumps(notes))
        new.replace(path)

    def _look_safely(self) -> None:
        try:
            self.look()
        except Exception as error:  # a full disk, a folder that is just being removed: look again
            log.warning("a look failed (%s)", type(error).__name__)

    def _is_on_duty(self) -> bool:
        record = services.record_of(self.settings, services.WATCHMAN)
        return record is not None and record.pid == os.getpid()

    def _dismiss(self, *_) -> None:
        self.is_dismissed = True

    def _leave(self) -> None:
        """Without a home nothing of the house has a place to be."""
        if not self.settings.home.is_dir():
            stop_groups((record, 5.0) for records in self.known.values() for record in records)
        log.info("off duty")


def _bury_children() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def main(home: str) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%Y-%m-%d %H:%M:%S", stream=sys.stderr)
    Watchman(Settings.from_environment(home=Path(home))).watch()


if __name__ == "__main__":
    main(sys.argv[1])
