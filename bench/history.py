"""Refresh after one submission, with one and with ten years of history of 20 providers: it must not grow with the history."""

from __future__ import annotations

import os
import statistics
import time
from contextlib import ExitStack

from assets.simulate import History
from bench import house
from bench.report import Figure, Measured

TITLE = "Refresh after one submission, with 1 and with 10 years of history"
SIZE = 300
YEARS = (1, 10)


def run(yearly_cases: int = 7_600, repeats: int = 7) -> Measured:
    with ExitStack() as stack:
        places = {years: stack.enter_context(house.house()) for years in YEARS}
        known = [_load(place, years, yearly_cases) for years, place in places.items()][-1]
        found = {years: [] for years in YEARS}
        for turn in range(repeats + 1):  # in turns, so that whatever else the machine does touches both; the first warms up
            drawn = house.rows(SIZE + SIZE // 5, years=0.25, seed=house.SEED + 100 + turn, of=house.sites()[turn : turn + 1])
            data = house.content(drawn, house.strangers(drawn, known)[:SIZE])
            for years, place in places.items():
                found[years].append(_one(place, house.sites()[turn].provider_code, data))
    return Measured("history", TITLE, _figures({years: each[1:] for years, each in found.items()}),
                    notes=(f"{yearly_cases:,} cases a year at 20 providers; each submission has {SIZE} records of one provider of the last three months; "
                           f"medians of {repeats}, the two houses in turns. Processor time is that of our process and of its database sessions.",))  # fmt: skip


def _load(place: house.Place, years: int, yearly_cases: int) -> History:
    history = house.rows(years * yearly_cases, years=years)
    place.drop(house.OFFICE, house.content(history), "history.csv")
    house.take_all(place)
    house.refresh_all(place)
    return history


def _one(place: house.Place, provider: str, data: bytes) -> tuple[float, float]:
    """Seconds of the refresh after one submission: by the clock, and of processor time."""
    place.drop(provider, data, "week.csv")
    house.take_all(place)
    before, begun = _processor_seconds(place), time.perf_counter()
    house.refresh_all(place)
    return time.perf_counter() - begun, _processor_seconds(place) - before


def _processor_seconds(place: house.Place) -> float:
    """Of this process and of the server's processes of our sessions."""
    sessions = place.scalar("select array_agg(pid) from pg_stat_activity where datname = current_database()")
    return sum(os.times()[:2]) + sum(map(_session_seconds, sessions))


def _session_seconds(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/stat") as file:
            values = file.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")


def _figures(found: dict[int, list[tuple[float, float]]]) -> tuple[Figure, ...]:
    walls = {years: statistics.median(wall for wall, _ in each) for years, each in found.items()}
    cpus = {years: statistics.median(cpu for _, cpu in each) for years, each in found.items()}
    short, long = YEARS
    return (
        Figure(f"{short} year of history", walls[short], "s"), Figure(f"{long} years of history", walls[long], "s"),
        Figure("longer by", walls[long] / walls[short], "x", 1.3),
        Figure("processor time longer by", cpus[long] / cpus[short], "x"), Figure(f"processor time with {long} years", cpus[long], "s"),
    )  # fmt: skip
