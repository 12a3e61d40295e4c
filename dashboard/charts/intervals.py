"""Estimates with their intervals, one a row, around no difference: forest plots.

Belongs here: drawing them. Does not belong here: what they are (``dashboard.figures``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assets.pictures.drawing import Unit, circle, diamond, rule, text, tick
from dashboard.charts.canvas import COMMON, CONCERN, GRID, IMPROVEMENT, INK, MUTED, OWN, WIDTH, canvas, told

LEFT, RIGHT, ROW, HEAD, FOOT = 190, 150, 26, 22, 34
COLOURS = {"improved": IMPROVEMENT, "worse": CONCERN}
LONGEST_LABEL = 28


@dataclass(frozen=True)
class Estimate:
    """``kind``: a verdict, ``pooled`` or ``expected`` (an interval alone); ``value`` None: hidden."""

    label: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    kind: str = ""
    shown: str = ""
    said: str = ""
    is_own: bool = False


class Axis:
    """Differences from left to right, zero always among them."""

    def __init__(self, estimates: Sequence[Estimate]):
        known = [v for e in estimates for v in (e.value, e.lower, e.upper) if v is not None] or [-0.01, 0.01]
        lowest, highest = min(0.0, *known), max(0.0, *known)
        room = (highest - lowest) * 0.06 or 0.01
        self.lowest, self.highest = lowest - room, highest + room
        self.tick = tick((self.highest - self.lowest) / 4)

    def x(self, value: float) -> float:
        return LEFT + (value - self.lowest) / (self.highest - self.lowest) * (WIDTH - LEFT - RIGHT)

    def ticks(self) -> list[float]:
        first = -int(-self.lowest // self.tick)
        return [number * self.tick for number in range(first, int(self.highest // self.tick) + 1)]


def intervals(title: str, description: str, estimates: Sequence[Estimate], unit: Unit, sides: tuple[str, str] = ("", "")) -> Markup:
    """``sides``: what lies left and right of zero."""
    return canvas(interval_parts(estimates, unit, 0, sides), interval_height(estimates), title, description)


def interval_height(estimates: Sequence[Estimate]) -> float:
    return HEAD + len(estimates) * ROW + FOOT


def interval_parts(estimates: Sequence[Estimate], unit: Unit, top: float, sides: tuple[str, str] = ("", "")) -> Iterable[str]:
    axis, first, bottom = Axis(estimates), top + HEAD, top + HEAD + len(estimates) * ROW
    for value in axis.ticks():
        yield rule(axis.x(value), first - 4, axis.x(value), bottom, INK if abs(value) < 1e-12 else GRID, 1.0)
        yield text(axis.x(value), bottom + 16, f"{value * unit.factor:+,.6g}".replace("+0", "0").replace("-", "−"), "middle", MUTED)
    yield rule(axis.x(0), first - 4, axis.x(0), bottom, INK, 1.0)
    yield text(axis.x(0) - 8, first - 8, f"◂ {sides[0]}" if sides[0] else "", "end", MUTED)
    yield text(axis.x(0) + 8, first - 8, f"{sides[1]} ▸" if sides[1] else "", "start", MUTED)
    for place, estimate in enumerate(estimates):
        yield from _row(axis, estimate, first + (place + 0.5) * ROW)


def _row(axis: Axis, one: Estimate, y: float) -> Iterable[str]:
    weight = "600" if one.is_own or one.kind == "pooled" else ""
    label = one.label if len(one.label) <= LONGEST_LABEL else f"{one.label[: LONGEST_LABEL - 1]}…"
    yield text(LEFT - 10, y + 4, label, "end", INK if weight else None, weight)
    yield text(WIDTH - RIGHT + 12, y + 4, one.shown, "start", MUTED if one.value is None else None, weight)
    drawn = "".join(_marks(axis, one, y))
    if drawn:
        yield told(drawn, one.said)


def _marks(axis: Axis, one: Estimate, y: float) -> Iterable[str]:
    colour = COLOURS.get(one.kind, OWN if one.kind in ("pooled", "expected") else COMMON)
    if one.lower is not None and one.upper is not None:
        dashes = "5 3" if one.kind == "expected" else ""
        yield rule(axis.x(one.lower), y, axis.x(one.upper), y, colour, 2.6 if one.kind == "pooled" else 1.8, dashes)
        yield from (rule(axis.x(end), y - 4, axis.x(end), y + 4, colour, 1.4) for end in (one.lower, one.upper))
    if one.value is not None and one.kind != "expected":
        yield (diamond if one.kind in ("pooled", "worse") else circle)(axis.x(one.value), y, 7 if one.kind == "pooled" else 5, colour)
