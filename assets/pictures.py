"""Small pictures for Dagster's pages, as markdown with the picture in it: nothing is fetched, nothing is stored beside.

Belongs here: drawing. Does not belong here: what is drawn (``assets.shown``). Counts and aggregates only. Drawn as SVG by hand:
a run shows seven of them, and a plotting library takes a tenth of a second for each.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from html import escape

INK, SOFT, BLUE, ORANGE, GREY = "#1f2933", "#9aa5b1", "#2f6db5", "#d9822b", "#cbd2d9"
WIDTH, ROW, TOP = 620, 22, 34
LETTER = 6.1  # width of a letter at 11 px, about


def bars(title: str, labels: Sequence[str], values: Sequence[float], colour: str = BLUE) -> str:
    """Horizontal bars, the first on top, each with its number."""
    left = _left(labels)
    scale = (WIDTH - left - 60) / max([*values, 1e-9])
    parts = []
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        y = TOP + place * ROW
        parts += [_text(left - 6, y + 12, label, "end"), _box(left, y, value * scale, ROW - 7, colour), _text(left + value * scale + 5, y + 12, f"{value:,.4g}")]
    return _picture(title, parts, TOP + len(labels) * ROW + 4)


def stacked(title: str, labels: Sequence[str], parts: dict[str, Sequence[float]]) -> str:
    """Vertical bars of parts that add up."""
    colours = dict(zip(parts, (BLUE, SOFT, GREY, ORANGE), strict=False))
    totals = [sum(values) for values in zip(*parts.values(), strict=True)]
    frame = Frame(0.0, max([*totals, 1]), len(labels))
    drawn = [*frame.grid(), *frame.below(labels), *_legend(colours)]
    for place in range(len(labels)):
        floor = 0.0
        for name, values in parts.items():
            top = floor + values[place]
            drawn.append(_box(frame.x(place) - frame.step * 0.36, frame.y(top), frame.step * 0.72, frame.y(floor) - frame.y(top), colours[name]))
            floor = top
    return _picture(title, drawn, frame.height + 24)


def line(title: str, labels: Sequence[str], values: Sequence[float | None], unit: str = "") -> str:
    """A series in time; a gap where there is no value."""
    known = [value for value in values if value is not None]
    frame = Frame(*_padded(known), len(labels))
    drawn = [*frame.grid(), *frame.below(labels), _text(WIDTH - 8, 16, unit, "end")]
    for run in _unbroken(values):
        points = " ".join(f"{frame.x(i):.1f},{frame.y(value):.1f}" for i, value in run)
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{BLUE}" stroke-width="1.8"/>')
        drawn += [f'<circle cx="{frame.x(i):.1f}" cy="{frame.y(value):.1f}" r="2.6" fill="{BLUE}"/>' for i, value in run]
    return _picture(title, drawn, frame.height + 24)


def dots(title: str, labels: Sequence[str], values: Sequence[float], centre: float | None) -> str:
    """One dot a peer, ordered as given, with a line for the network."""
    left = _left(labels)
    lowest, highest = _padded([*values, *([centre] if centre is not None else [])])
    scale = (WIDTH - left - 60) / (highest - lowest)
    height = TOP + len(labels) * 17
    drawn = [] if centre is None else [_rule(left + (centre - lowest) * scale, TOP - 6, left + (centre - lowest) * scale, height, ORANGE, 1.6)]
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        x, y = left + (value - lowest) * scale, TOP + place * 17 + 4
        drawn += [_text(left - 6, y + 4, label, "end"), _rule(left, y, x, y, GREY), f'<circle cx="{x:.1f}" cy="{y}" r="4" fill="{BLUE}"/>', _text(x + 8, y + 4, f"{value:,.3g}")]
    return _picture(title, drawn, height + 6)


def calibration(title: str, predicted: Sequence[float], observed: Sequence[float]) -> str:
    """A dot a group: what happened (upwards) against what was predicted (to the right). On the line they are the same."""
    size, left = 260, 60
    highest = max([*predicted, *observed, 1e-9]) * 1.08
    tick = _tick(highest / 4)

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x / highest * size, TOP + size - y / highest * size

    drawn = [_rule(*at(0, 0), *at(highest, highest), ORANGE, 1.6)]
    for value in (number * tick for number in range(int(highest / tick) + 1)):
        (x, bottom), (_, y) = at(value, 0), at(0, value)
        drawn += [_rule(left, y, left + size, y, GREY), _text(left - 6, y + 4, f"{value:.3g}", "end"), _text(x, bottom + 16, f"{value:.3g}", "middle")]
    drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{BLUE}"/>' for x, y in (at(*dot) for dot in zip(predicted, observed, strict=True))]
    return _picture(title, [*drawn, _text(left + size + 8, TOP + size + 16, "predicted"), _text(8, TOP - 6, "observed")], TOP + size + 24)


class Frame:
    """The area of a chart over time: ``count`` places from left to right, values from ``lowest`` to ``highest``."""

    left, height = 46, 156

    def __init__(self, lowest: float, highest: float, count: int):
        self.tick = _tick((highest - lowest) / 4)
        self.lowest = math.floor(lowest / self.tick) * self.tick
        self.highest = math.ceil(highest / self.tick) * self.tick
        self.count = count
        self.step = (WIDTH - self.left - 14) / max(count, 1)

    def x(self, place: int) -> float:
        return self.left + (place + 0.5) * self.step

    def y(self, value: float) -> float:
        return self.height - (value - self.lowest) / (self.highest - self.lowest) * (self.height - TOP)

    def grid(self) -> Iterable[str]:
        for number in range(round((self.highest - self.lowest) / self.tick) + 1):
            value = self.lowest + number * self.tick
            yield _rule(self.left, self.y(value), WIDTH - 14, self.y(value), GREY)
            yield _text(self.left - 6, self.y(value) + 4, f"{value:,.6g}", "end")

    def below(self, labels: Sequence[str]) -> Iterable[str]:
        widest = max(map(len, labels), default=1) * LETTER + 8
        every = max(1, math.ceil(widest / self.step))
        return [_text(self.x(i), self.height + 16, label, "middle") for i, label in enumerate(labels) if i % every == 0]


def _tick(wanted: float) -> float:
    """The next round step: 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(wanted)) if wanted > 0 else 1.0
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= wanted)


def _padded(values: Sequence[float]) -> tuple[float, float]:
    """Lowest and highest with some room; never equal."""
    lowest, highest = (min(values), max(values)) if values else (0.0, 1.0)
    room = (highest - lowest) * 0.12 or abs(highest) * 0.1 or 1.0
    return lowest - room, highest + room


def _unbroken(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place, value))
    return [run for run in runs if run]


def _legend(colours: dict[str, str]) -> Iterable[str]:
    x = WIDTH - 14 - sum(len(name) * LETTER + 26 for name in colours)
    for name, colour in colours.items():
        yield _box(x, 8, 10, 10, colour)
        yield _text(x + 14, 17, name)
        x += len(name) * LETTER + 26


def _left(labels: Sequence[str]) -> float:
    return min(0.6 * WIDTH, 14 + LETTER * max(map(len, labels), default=0))


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" fill="{colour}"/>'


def _rule(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 0.8) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def _picture(title: str, parts: Iterable[str], height: float) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" font-family="sans-serif" font-size="11" fill="{INK}">'
    svg = f'{head}<rect width="100%" height="100%" fill="white"/><text x="8" y="16" font-weight="bold">{escape(title)}</text>{"".join(parts)}</svg>'
    return f"![{title}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *("| " + " | ".join(map(_cell, row)) + " |" for row in rows)])


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value).replace("|", "/")
