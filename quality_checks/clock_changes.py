"""The local hours that a clock change skips or repeats, and the offset from UTC of local times; vectorised.

Belongs here: facts about a zone's clock. Does not belong here: what follows for a record (``schemas.field_rules``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class ClockChange:
    """Local times from ``start`` up to, not including, ``end`` did not exist or came twice; ``offset`` minutes hold after it."""

    start: datetime
    end: datetime
    offset: int


def is_ambiguous(instants: np.ndarray, zone: str) -> np.ndarray:
    """Local times without zone that did not exist or came twice; False for NaT."""
    changes = _changes_around(instants, zone)
    if not changes:
        return np.zeros(len(instants), dtype=bool)
    starts, ends = _times([c.start for c in changes]), _times([c.end for c in changes])
    position = np.searchsorted(starts, _without_nat(instants), side="right") - 1
    return (position >= 0) & (instants < ends[np.maximum(position, 0)]) & ~np.isnat(instants)


def offset_minutes(instants: np.ndarray, zone: str) -> np.ndarray:
    """Minutes that local time is ahead of UTC; within an ambiguous hour those before the change; 0 for NaT."""
    changes = _changes_around(instants, zone)
    if not changes:
        return np.zeros(len(instants), dtype=np.int64)
    before_all = _offset(changes[0].start - timedelta(days=1), ZoneInfo(zone))
    offsets = np.array([before_all, *(c.offset for c in changes)], dtype=np.int64)
    return offsets[np.searchsorted(_times([c.end for c in changes]), _without_nat(instants), side="right")]


def _changes_around(instants: np.ndarray, zone: str) -> tuple[ClockChange, ...]:
    known = instants[~np.isnat(instants)]
    if not len(known):
        return ()
    first, last = (int(edge.astype("datetime64[Y]").astype(int)) + 1970 for edge in (known.min(), known.max()))
    return tuple(change for year in range(max(first, 1900), min(last, 2100) + 1) for change in changes_in(zone, year))


@lru_cache(maxsize=1024)
def changes_in(zone: str, year: int) -> tuple[ClockChange, ...]:
    """The clock changes of one year, in order."""
    info = ZoneInfo(zone)
    days = [datetime(year, 1, 1) + timedelta(days=n) for n in range(366)]
    return tuple(_change_within(day, info) for day in days if _offset(day, info) != _offset(day + timedelta(days=1), info))


def _change_within(day: datetime, info: ZoneInfo) -> ClockChange:
    before, after = _offset(day, info), _offset(day + timedelta(days=1), info)
    low, high = day, day + timedelta(days=1)
    while high - low > MINUTE:
        middle = low + (high - low) // MINUTE // 2 * MINUTE
        low, high = (low, middle) if _offset(middle, info, fold=1) == after else (middle, high)
    # with fold=1 the new offset is told from the first local minute that is skipped or repeated
    return ClockChange(high, high + abs(after - before) * MINUTE, after)


def _offset(moment: datetime, info: ZoneInfo, fold: int = 0) -> int:
    return int(moment.replace(tzinfo=info, fold=fold).utcoffset() / MINUTE)


def _times(moments: list[datetime]) -> np.ndarray:
    return np.array(moments, dtype="datetime64[s]")


def _without_nat(instants: np.ndarray) -> np.ndarray:
    return np.where(np.isnat(instants), np.datetime64(0, "s"), instants)
