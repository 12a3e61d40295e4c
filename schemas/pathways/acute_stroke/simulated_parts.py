"""What the draws of made-up strokes share: times as minutes, answers to an event of the form, days in working hours.

Belongs here: small pure functions. Does not belong here: any share or interval (``simulated_*``).
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from schemas.pathways.acute_stroke.parts import Asked
from schemas.simulation import where

Columns = dict[str, np.ndarray]
MINUTE, DAY = np.timedelta64(1, "m"), np.timedelta64(1, "D")
NEVER = np.datetime64("NaT", "m")
OPENS, CLOSES = 8 * 60, 17 * 60  # minutes of the day in which therapists work


def minutes(values) -> np.ndarray:
    """Whole minutes."""
    return np.rint(values).astype("timedelta64[m]")


def spread(rng: Generator, median, sigma: float, count: int) -> np.ndarray:
    """Lognormal values around a median (one, or one a case)."""
    return np.exp(np.log(median) + sigma * rng.standard_normal(count))


def happens(rng: Generator, share, count: int) -> np.ndarray:
    return rng.random(count) < share


def day_of(at: np.ndarray) -> np.ndarray:
    return at.astype("datetime64[D]")


def told(at: np.ndarray, is_told: np.ndarray) -> np.ndarray:
    """The instants (or days) that are told, else NaT."""
    return np.where(is_told, at, np.datetime64("NaT"))


def answered(asked: Asked, at: np.ndarray, happened: np.ndarray, reason: np.ndarray | None = None) -> Columns:
    """The columns of an event: when it happened, or that it did not and why."""
    unit = "datetime64[m]" if asked.is_timed else "datetime64[D]"
    columns = {asked.at: told(at.astype(unit), happened)}
    not_done = asked.event.not_done
    if not_done:
        columns[not_done] = ~happened
    if reason is not None:
        columns[f"{not_done}_reason"] = where(~happened, reason)
    return columns


def flag_of(asked: Asked) -> str:
    """The box that says that the time of day was not entered."""
    return next(name for name in asked.event.time_unknown.field_names() if name.endswith("_time_not_entered"))


def without_time(rng: Generator, columns: Columns, asked: Asked, share: float) -> None:
    """A share of the instants with their day alone."""
    at = columns[asked.at]
    is_untimed = ~np.isnat(at) & happens(rng, share, len(at))
    columns[asked.at] = np.where(is_untimed, day_of(at).astype("datetime64[m]"), at)
    columns[flag_of(asked)] = is_untimed


def in_working_hours(rng: Generator, at: np.ndarray) -> np.ndarray:
    """The instant itself in working hours, else one in the next working hours."""
    day = day_of(at)
    clock = (at - day).astype(int)
    moved = day + np.where(clock >= CLOSES, 1, 0).astype("timedelta64[D]")
    then = moved.astype("datetime64[m]") + minutes(OPENS + 20 + rng.random(len(at)) * 240)
    return np.where((clock < OPENS) | (clock >= CLOSES), then, at)


def off_midnight(columns: Columns, events: tuple[Asked, ...]) -> None:
    """No instant lies at exactly 00:00, which says that its time is not known."""
    for asked in events:
        at = columns.get(asked.at)
        if at is None or not asked.is_timed:
            continue
        flag = columns.get(flag_of(asked), np.zeros(len(at), dtype=bool))
        is_midnight = ~np.isnat(at) & (at == day_of(at).astype("datetime64[m]")) & ~flag
        columns[asked.at] = np.where(is_midnight, at + MINUTE, at)
