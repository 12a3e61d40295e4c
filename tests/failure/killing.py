"""What the kill tests share: a history in files without end, a house beside, forks that work, the moments of kills."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from itertools import chain, count, islice
from pathlib import Path

from assets.context import Context
from assets.expected_submissions import watch_submissions
from tests.world import SNAPSHOTS, World, csv_bytes, drop, history, query, snapshot

KILLS = 30
# how a signal came about hangs on when it was looked at, which a kill may put off; what stands at the end does not
COMPARED = tuple(name for name in SNAPSHOTS if name != "life of signals")
SENDERS = ("ZX1", "ZX2", "ZX3")
File = tuple[str, str, bytes]  # sender, name, content


def files() -> list[File]:
    """A small history of three providers: back-loads, corrections, bad records."""
    made = []
    for number, sender in enumerate(SENDERS, start=1):
        rows = history(number, sites=(f"{sender}A1", f"{sender}A2"))
        wrong = [row | {"Manipulation date": "01/01/2020", "Manipulated": "1", "Manipulation time": "10:00"} for row in rows[:3]]
        made.append((sender, "a.csv", csv_bytes(rows)))
        made.append((sender, "b.csv", csv_bytes(wrong + [row | {"Pain score": "1"} for row in rows[3:9]])))
    return made


def batch(number: int) -> list[File]:
    """One file a sender: the small history first, then new records and corrections of old ones, another score in each."""
    if number < 2:
        return files()[number::2]
    made = []
    for position, sender in enumerate(SENDERS, start=1):
        sites = (f"{sender}A1", f"{sender}A2")
        old = [row | {"Pain score": str((number + row_number) % 11)} for row_number, row in enumerate(history(position, sites=sites)[5:15])]
        made.append((sender, f"{number:02d}.csv", csv_bytes(old + history(10 * number + position, 2, 6, sites))))
    return made


def batches() -> Iterator[File]:
    """The files of all batches, one after the other."""
    return chain.from_iterable(map(batch, count()))


class Moments:
    """Seeded moments in seconds from the start of a work that takes longer here than there: the span follows what they meet."""

    def __init__(self, seed: int):
        self.chance, self.longest = random.Random(seed), 0.6

    def draw(self) -> float:
        return self.chance.uniform(0.0, self.longest)

    def learn(self, has_met_work: bool) -> None:
        self.longest *= 1.2 if has_met_work else 0.6


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


def has_ended(pid: int) -> bool:
    """Whether a fork of ours has ended by itself; it is still to be waited for."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def what_is_left(context: Context) -> list[str]:
    """What a kill has left that nobody will come back for: submissions without a whole receipt, files between landing and ledger."""
    settings = context.settings
    outbox = {path.name: path for path in settings.outbox.glob("*/*")}
    rows = query(context.engine, "select submission_id, state, receipted_at from intake.submission")
    wrong = [
        f"no end of {row['submission_id']}: {row['state']}"
        for row in rows
        if row["receipted_at"] is None or row["submission_id"] not in outbox
    ]
    wrong += [
        f"another receipt of {row['submission_id']}"
        for row in rows
        if row["submission_id"] in outbox and _told_state(outbox[row["submission_id"]]) != row["state"]
    ]
    wrong += [f"a receipt of nothing: {name}" for name in set(outbox) - {row["submission_id"] for row in rows}]
    return wrong + [f"a file in {path.parent.name}" for path in settings.landing.rglob("*") if path.is_file()]


def _told_state(receipt: Path) -> str | None:
    """The state that a receipt tells; None where one of its parts is missing."""
    if any(not (receipt / name).is_file() for name in ("receipt.html", "findings.csv", "receipt.json")):
        return None
    return json.loads((receipt / "receipt.json").read_text())["state"]


def undisturbed(context: Context, number: int, after: int = 0) -> dict:
    """What the tables say when nothing is killed and as many files have come; ``after``: how many of them had come already."""
    for sender, name, content in islice(batches(), after, number):
        drop(context.settings.landing, sender, content, name)
        World(context).work_off()
    World(context).refresh()
    return told(context)


def told(context: Context) -> dict:
    """What the tables say, once who has not sent has been looked at again: a refresh does that once a day, and a kill moves which one."""
    watch_submissions(context.engine, context.registry, context.now())
    return snapshot(context.engine, *COMPARED)


def assert_as_undisturbed(context: Context, other: Context, number: int, after: int) -> None:
    """The named tables say what they say in the ``other`` house, where as many files came and nothing was killed; ``after`` as in ``undisturbed``."""
    wrong = differences(told(context), undisturbed(other, number, after))
    assert not wrong, wrong


def differences(found: dict, expected: dict) -> dict[str, list]:
    """By table, how many rows it has and should have, and the first that differ (found, expected)."""
    wrong = {}
    for name in (name for name in expected if found[name] != expected[name]):
        pairs = [pair for pair in zip(found[name], expected[name], strict=False) if pair[0] != pair[1]]
        wrong[name] = [(len(found[name]), len(expected[name])), *pairs[:3]]
    return wrong
