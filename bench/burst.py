"""400 files at once through a house that is up: how long until all have their receipts and all results are fresh; none lost."""

from __future__ import annotations

import time

import numpy as np

from bench import house
from bench.report import Figure, Measured

FILES, ROWS = 400, 40
PATIENCE_SECONDS = 3_600.0
TITLE = "400 files at once"
WAITING = (
    """select :files - (select count(*) from intake.submission where receipted_at is not null) + (select count(*) from intake.stale_cell)"""
)


def run(files: int = FILES) -> Measured:
    history = house.rows(files * ROWS, years=1)
    drops = list(_files(history, files))
    with house.house(is_up=True) as place:
        begun = time.perf_counter()
        for sender, name, data in drops:
            place.drop(sender, data, name)
        dropped = time.perf_counter()
        while place.scalar(WAITING, files=files) and time.perf_counter() - begun < PATIENCE_SECONDS:
            time.sleep(1)
        took = time.perf_counter() - begun
        lost = _lost(place, files, len(history))
    return Measured("burst", TITLE, (
        Figure(f"{files} files of {ROWS} rows, until every receipt is out and every result fresh", took / 60, "min", 10.0),
        Figure("- a file", took / files, "s"), Figure("- dropping them", dropped - begun, "s"),
        *(Figure(f"lost: {name}", count, name.split(" ")[0], 0.0) for name, count in lost.items()),
    ), notes=(f"{len({sender for sender, *_ in drops})} senders, all files in the landing area before the first is taken; two runs at once, one a sender.",))  # fmt: skip


def _files(history, files: int):
    """The cases of each provider in equal parts of their own."""
    providers = [site.provider_code for site in house.sites()]
    for provider in providers:
        for number, chosen in enumerate(np.array_split(history.select(provider=provider), files // len(providers))):
            yield provider, f"part {number:02d}.csv", house.content(history, chosen)


def _lost(place: house.Place, files: int, rows: int) -> dict[str, float]:
    """What should be there and is not: submissions, receipts, rows, failed ones, files left in the landing area."""
    receipts = len(list(place.settings.outbox.glob("*/S*/receipt.html")))
    left = list(place.settings.landing.rglob("*.csv"))
    counted = place.scalar(
        "select coalesce(sum(accepted_count + unchanged_count + out_of_scope_count + quarantined_count), 0) from intake.submission"
    )
    final = place.scalar("select count(*) from intake.submission where state like 'accepted%'")
    return {
        "files (taken)": files - final,
        "receipts (in the outbox)": files - receipts,
        "rows (accounted for)": rows - int(counted),
        "files (left behind)": len(left),
    }
