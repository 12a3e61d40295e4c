"""Signals counted as the product raises them: month after month, each chart judged anew with what was known then.

Belongs here: events in judged points, and the life of signals, for thousands of series at once. Does not belong here: charts and rules
(``bench.alarms.rules``). The same life as ``assets.signals`` gives a series: a test holds both against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.statistics.numerics import Integers
from assets.statistics.runs import Mask, Signs

NOWHERE = -1


@dataclass(frozen=True)
class Events:
    """The event of each series (S,): ``sign`` 1 or -1, 0 for none; the months in which it began and of the latest point with a value."""

    sign: Signs
    since: Integers
    until: Integers


def latest_events(signs: Signs, known: Mask, first_month: int = 0) -> Events:
    """Events of judged windows (S, W) whose first column is ``first_month``: is the latest known point special, and since when without a break?"""
    series, width = signs.shape
    last = np.where(known.any(axis=1), width - 1 - known[:, ::-1].argmax(axis=1), NOWHERE)
    sign = np.where(last >= 0, signs[np.arange(series), last], 0).astype(np.int8)
    differs = (signs != sign[:, None]) & (np.arange(width) <= last[:, None])
    since = np.where(differs.any(axis=1), width - differs[:, ::-1].argmax(axis=1), 0)
    return Events(sign, since + first_month, last + first_month)


class Life:
    """The open signal of each of S series, and what is raised as months go by."""

    def __init__(self, series: int):
        self.sign = np.zeros(series, np.int8)
        self.since, self.until = np.zeros(series, np.int64), np.full(series, NOWHERE)

    def settle(self, events: Events) -> Mask:
        """Makes the open signals agree with the events; which series (S,) have a signal raised by it.

        An open signal in the same direction whose time overlaps the event's is that event; others close.
        """
        same = (events.sign == self.sign) & (self.since <= events.until) & (self.until >= events.since)
        raised = (events.sign != 0) & ~same
        self.since = np.where(raised, events.since, self.since)
        self.sign, self.until = events.sign, events.until
        return raised


@dataclass(frozen=True)
class Counted:
    """By series and judged month (S, T): whether a signal was ``raised``, and in which direction one was ``open`` afterwards (0 for none)."""

    raised: Mask
    open: NDArray[np.int8]


def count(judged: list[Events]) -> Counted:
    """Signals of the same series, judged month after month."""
    life = Life(len(judged[0].sign))
    found = [(life.settle(events), life.sign) for events in judged]
    raised, opened = (np.stack(each, axis=1) for each in zip(*found, strict=True))
    return Counted(raised, opened)
