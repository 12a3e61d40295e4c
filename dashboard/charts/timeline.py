"""A pathway as a timeline: when its milestones are reached, counted from clock start.

Belongs here: drawing it. Does not belong here: quartiles (``measurement.milestone_result``), reading (``dashboard.figures.timeline``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assets.pictures.drawing import circle, diamond, key, rule, text, triangle
from dashboard.charts.canvas import GRID, IMPROVEMENT, INK, MUTED, OWN, PEER, REFERENCE, WIDTH, canvas, told

LANE, TOP, LEFT, RIGHT, BAR = 34, 30, 196, 74, 9
BAND = "#b9d3ea"
HOUR, DAY = 60, 1440
MARKS = (
    -DAY,
    -6 * HOUR,
    -2 * HOUR,
    -HOUR,
    0,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    4 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    60 * DAY,
    120 * DAY,
    240 * DAY,
)
CLOSEST = 44.0  # pixels between two marks of the axis


@dataclass(frozen=True)
class Lane:
    """A milestone: minutes from clock start; None where not known or not shown."""

    title: str
    lower: float | None
    median: float | None
    upper: float | None
    network: float | None
    national: float | None
    best: float | None
    shown: str  # the median in words
    said: str


class Axis:
    """Minutes to pixels: close to clock start an hour is wide, later a day is; the same before it."""

    def __init__(self, lowest: float, highest: float):
        self.lowest, self.highest = lowest, highest

    def x(self, minutes: float) -> float:
        low, high = math.asinh(self.lowest / HOUR), math.asinh(self.highest / HOUR)
        return LEFT + (math.asinh(minutes / HOUR) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def marks(self) -> list[int]:
        chosen: list[int] = []
        for minutes in sorted((m for m in MARKS if self.lowest <= m <= self.highest), key=lambda m: m != 0):
            if all(abs(self.x(minutes) - self.x(other)) >= CLOSEST for other in chosen):
                chosen.append(minutes)
        return sorted(chosen)


def timeline(title: str, description: str, lanes: Sequence[Lane]) -> Markup:
    """A lane a milestone: quartiles as a bar, the median as a mark in it; network, national reference and best decile beside."""
    known = [m for lane in lanes for m in (lane.lower, lane.median, lane.upper, lane.network, lane.national, lane.best) if m is not None]
    axis = Axis(min([0.0, *known]) * 1.08, max([HOUR, *known]) * 1.08)
    bottom = TOP + len(lanes) * LANE
    parts = [*_axis(axis, bottom)]
    for number, lane in enumerate(lanes):
        parts += _lane(axis, lane, TOP + (number + 0.5) * LANE)
    return canvas([*parts, *_key(lanes, bottom + 40)], bottom + 50, title, description)


def _axis(axis: Axis, bottom: float) -> Iterable[str]:
    for minutes in axis.marks():
        yield rule(axis.x(minutes), TOP - 4, axis.x(minutes), bottom, INK if minutes == 0 else GRID, 1.0 if minutes == 0 else 0.9)
        yield text(axis.x(minutes), TOP - 10, _said(minutes), "middle", MUTED)


def _said(minutes: int) -> str:
    if minutes == 0:
        return "start"
    size = abs(minutes)
    return ("−" if minutes < 0 else "") + (f"{size // HOUR} h" if size < DAY else f"{size // DAY} d")


def _lane(axis: Axis, lane: Lane, y: float) -> Iterable[str]:
    yield rule(LEFT, y, WIDTH - RIGHT, y, GRID, 0.8)
    yield text(LEFT - 12, y + 4, lane.title if len(lane.title) < 31 else lane.title[:29].rstrip() + "…", "end")
    if lane.median is None:
        yield text(WIDTH - RIGHT + 10, y + 4, lane.shown, "start", MUTED)
        return
    drawn = ""
    if lane.lower is not None and lane.upper is not None:
        left, right = axis.x(lane.lower), axis.x(lane.upper)
        drawn += f'<rect x="{left:.1f}" y="{y - BAR:.1f}" width="{max(right - left, 1.5):.1f}" height="{2 * BAR}" rx="3" fill="{BAND}"/>'
    drawn += _best(axis, lane, y) + _others(axis, lane, y)
    drawn += rule(axis.x(lane.median), y - BAR - 2, axis.x(lane.median), y + BAR + 2, OWN, 3)
    yield told(drawn, lane.said)
    yield text(WIDTH - RIGHT + 10, y + 4, lane.shown, "start", OWN, "600")


def _best(axis: Axis, lane: Lane, y: float) -> str:
    return "" if lane.best is None else circle(axis.x(lane.best), y, 4.5, IMPROVEMENT, True)


def _others(axis: Axis, lane: Lane, y: float) -> str:
    drawn = "" if lane.network is None else diamond(axis.x(lane.network), y, 5, PEER)
    return drawn + ("" if lane.national is None else triangle(axis.x(lane.national), y, 5, REFERENCE))


def _key(lanes: Sequence[Lane], y: float) -> Iterable[str]:
    entries = [
        (f'<rect x="-7" y="-5" width="14" height="10" rx="2" fill="{BAND}"/>{rule(0, -6, 0, 6, OWN, 3)}', "median and quartiles"),
        (diamond(0, 0, 5, PEER), "network median"),
    ]
    entries += [(triangle(0, 0, 5, REFERENCE), "national median")] if any(lane.national is not None for lane in lanes) else []
    entries += [(circle(0, 0, 4.5, IMPROVEMENT, True), "best decile of providers")] if any(lane.best is not None for lane in lanes) else []
    return key(entries, y, 8)
