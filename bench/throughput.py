"""100,000 rows of 63 columns from the landing area to receipt and fresh results, beside the floor: pandas and COPY.

The floor, in the same run on the same server: ``pandas.read_csv(dtype=str)`` of all columns and COPY of ``DataFrame.to_csv``
into a table of text. It judges nothing, types nothing, links nothing and tells nobody.
"""

from __future__ import annotations

import io
import os
import time

import pandas as pd

from bench import house
from bench.report import Figure, Measured, split
from bench.stages import timed

ROWS = 100_000
TITLE = "100,000 rows end to end, beside the floor"


def run(count: int = ROWS) -> Measured:
    history = house.rows(count, years=2)
    data = house.content(history)
    with house.house() as place:
        _warm(place)
        floor, floor_cpu = _clocked(lambda: _floor(place, data))
        place.drop(house.OFFICE, data, "history.csv")
        server = place.server_cpu()
        with timed() as stages:
            took, took_cpu = _clocked(lambda: _taken(place, count))
        server = place.server_cpu() - server
        fresh, fresh_cpu = _clocked(lambda: house.refresh_all(place))
        floor_again, _ = _clocked(lambda: _floor(place, data))
    best = min(floor, floor_again)
    return Measured("throughput", TITLE, (
        Figure("floor: read_csv(dtype=str) and COPY of to_csv", best, "s"),
        Figure("claim to receipt", took, "s"), *split(stages),
        Figure("receipt to fresh results", fresh, "s"),
        Figure("rows a second, claim to receipt", count / took, "rows/s"),
        Figure("speed to receipt, as a share of the floor's", best / took, "x", 0.5, at_least=True),
        Figure("speed to fresh results, as a share of the floor's", best / (took + fresh), "x", 0.5, at_least=True),
        Figure("our processor time to receipt", took_cpu, "s"), Figure("the server's to receipt", server, "s"), Figure("ours for the floor", floor_cpu, "s"), Figure("our processor time of the refresh", fresh_cpu, "s"),
    ), notes=(f"{len(data) / 1e6:.0f} MB from the network's office, {len(house.sites())} providers, two years. The floor is the better of one before and one after. "
              "One transaction has one process of the server: what that one uses is the least that a receipt can take.",))  # fmt: skip


def _taken(place: house.Place, count: int) -> None:
    [outcome] = house.take_all(place)
    assert outcome.counts.received == count and outcome.counts.accepted > 0.95 * count, outcome.counts


def _clocked(work) -> tuple[float, float]:
    """Seconds by the clock on the wall, and of processor time of this process."""
    begun, cpu = time.perf_counter(), sum(os.times()[:2])
    work()
    return time.perf_counter() - begun, sum(os.times()[:2]) - cpu


def _warm(place: house.Place) -> None:
    """A machine that is up has imported everything and seen a file: one small submission of other people."""
    place.drop(house.OFFICE, house.content(house.rows(50, seed=house.SEED + 1)), "warm.csv")
    house.take_all(place)
    house.refresh_all(place)


def _floor(place: house.Place, data: bytes) -> None:
    frame = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
    columns = ", ".join(f"c{n} text" for n in range(len(frame.columns)))
    connection = place.context.engine.raw_connection()
    try:
        with connection.cursor() as cursor:
            cursor.execute("create schema if not exists bench")
            cursor.execute("drop table if exists bench.floor")
            cursor.execute(f"create table bench.floor ({columns})")
            with cursor.copy("copy bench.floor from stdin (format csv)") as copy:
                copy.write(frame.to_csv(index=False, header=False))
        connection.commit()
    finally:
        connection.close()
