"""What the kill tests share: a history in files, a house beside, forks that work."""

from __future__ import annotations

import os
from collections.abc import Callable

from assets.context import Context
from tests.world import World, csv_bytes, drop, history, snapshot

KILLS = 30
COMPARED = ("cases", "submissions", "quarantine", "findings", "persons", "results", "benchmarks", "funnels", "spc", "queue")


def files() -> list[tuple[str, str, bytes]]:
    """A small history of three providers: back-loads, corrections, bad records."""
    made = []
    for number, sender in enumerate(("ZX1", "ZX2", "ZX3"), start=1):
        rows = history(number, sites=(f"{sender}A1", f"{sender}A2"))
        wrong = [row | {"Manipulation date": "01/01/2020", "Manipulated": "1", "Manipulation time": "10:00"} for row in rows[:3]]
        made.append((sender, "a.csv", csv_bytes(rows)))
        made.append((sender, "b.csv", csv_bytes(wrong + [row | {"Pain score": "1"} for row in rows[3:9]])))
    return made


def work(context: Context) -> None:
    """What a run does: claim, process, refresh; on connections of its own, because a fork must not share them."""
    context.engine.dispose(close=False)
    world = World(context)
    world.work_off()
    world.refresh()


def fork(job: Callable[[], None]) -> int:
    """Run ``job`` in a fork; its process id. The fork ends with 0 if the job did."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            job()
            code = 0
        finally:
            os._exit(code)
    return pid


def undisturbed(context: Context) -> dict:
    """What the tables say when nothing is killed."""
    for sender, name, content in files():
        drop(context.settings.landing, sender, content, name)
        World(context).work_off()
    World(context).refresh()
    return snapshot(context.engine, *COMPARED)
