"""Marks, axes and places of labels: what all pictures are made of.

Belongs here: SVG, scales, where a label finds room. Does not belong here: any one picture.
Lengths are pixels, from the upper left corner.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

INK, SOFT, BLUE, ORANGE, GREY = "#1f2933", "#9aa5b1", "#2f6db5", "#d9822b", "#dde2e8"
MUTED = "#52606d"
WIDTH, ROW, TOP = 620, 22, 34
LETTER = 6.1  # width of a letter at 11 px, about
LINE = 13  # height of a line of text


@dataclass(frozen=True)
class Unit:
    """How values are written: times ``factor``, with so many decimals at most and ``sign`` behind."""

    factor: float = 1.0
    sign: str = ""
    decimals: int = 1

    def write(self, value: float) -> str:
        written = f"{value * self.factor:,.{self.decimals}f}"
        return f"{written} {self.sign}".rstrip()

    def tick(self, value: float) -> str:
        return f"{value * self.factor:,.6g}{'%' if self.sign == '%' else ''}"


PERCENT = Unit(100.0, "%")


# ------------------------------------------------------------------------------------------------ axes
class Frame:
    """The area of a chart over time: ``count`` places from left to right, values from ``lowest`` to ``highest``."""

    def __init__(
        self,
        lowest: float,
        highest: float,
        count: int,
        *,
        top: float = TOP,
        height: float = 156,
        left: float = 46,
        right: float = WIDTH - 14,
    ):
        self.tick = tick((highest - lowest) / 4)
        self.lowest = math.floor(lowest / self.tick + 1e-9) * self.tick
        self.highest = math.ceil(highest / self.tick - 1e-9) * self.tick
        self.count, self.top, self.height, self.left, self.right = count, top, height, left, right
        self.step = (right - left) / max(count, 1)

    def x(self, place: float) -> float:
        return self.left + (place + 0.5) * self.step

    def y(self, value: float) -> float:
        return self.height - (value - self.lowest) / (self.highest - self.lowest) * (self.height - self.top)

    def ticks(self) -> list[float]:
        return [self.lowest + number * self.tick for number in range(round((self.highest - self.lowest) / self.tick) + 1)]

    def grid(self, unit: Unit | None = None) -> Iterable[str]:
        unit = unit or Unit()
        for value in self.ticks():
            yield rule(self.left, self.y(value), self.right, self.y(value), GREY)
            yield text(self.left - 6, self.y(value) + 4, unit.tick(round(value, 12)), "end", MUTED)

    def below(self, labels: Sequence[str]) -> Iterable[str]:
        widest = max(map(len, labels), default=1) * LETTER + 8
        every = max(1, math.ceil(widest / self.step))
        return [text(self.x(i), self.height + 16, label, "middle", MUTED) for i, label in enumerate(labels) if i % every == 0]


class Plane(Frame):
    """The area of a chart of two numbers: from 0 to ``furthest`` to the right."""

    def __init__(
        self, furthest: float, lowest: float, highest: float, *, top: float, height: float, left: float = 52, right: float = WIDTH - 14
    ):
        super().__init__(lowest, highest, 1, top=top, height=height, left=left, right=right)
        self.across = tick(furthest / 6)
        self.furthest = furthest

    def x(self, value: float) -> float:
        return self.left + value / self.furthest * (self.right - self.left)

    def along(self, title: str) -> Iterable[str]:
        """Numbers and title of the lower axis."""
        yield rule(self.left, self.height, self.right, self.height, SOFT)
        for number in range(int(self.furthest / self.across + 1e-9) + 1):
            yield text(self.x(number * self.across), self.height + 15, f"{number * self.across:,.6g}", "middle", MUTED)
        yield text((self.left + self.right) / 2, self.height + 31, title, "middle", MUTED)


def tick(wanted: float) -> float:
    """The next round step: 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(wanted)) if wanted > 0 else 1.0
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= wanted * (1 - 1e-9))


def padded(values: Sequence[float]) -> tuple[float, float]:
    """Lowest and highest with some room; never equal."""
    lowest, highest = (min(values), max(values)) if values else (0.0, 1.0)
    room = (highest - lowest) * 0.12 or abs(highest) * 0.1 or 1.0
    return lowest - room, highest + room


def unbroken(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """The values in runs without a gap, each with its place."""
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place, value))
    return [run for run in runs if run]


# ------------------------------------------------------------------------------------------------ labels that find room
@dataclass(frozen=True)
class Named:
    """A label of the mark at (``x``, ``y``)."""

    x: float
    y: float
    label: str


@dataclass
class Labels:
    """Puts labels beside their marks so that none lies on another, on a mark, or beyond the area (left, top, right, bottom)."""

    area: tuple[float, float, float, float]
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def keep_free(self, x: float, y: float, radius: float = 4) -> None:
        self.taken.append((x - radius, y - radius, x + radius, y + radius))

    def place(self, named: Named) -> str:
        """The label as text, with a thin line to its mark where it had to move away; nothing where there is no room."""
        width = len(named.label) * LETTER
        for away in (0, -LINE, LINE, -2 * LINE, 2 * LINE, -3 * LINE, 3 * LINE, -5 * LINE, 5 * LINE):
            for side in (1, -1):
                left = named.x + 8 if side > 0 else named.x - 8 - width
                where = (left, named.y + away - 6, left + width, named.y + away + 6)
                if self._is_free(where):
                    self.taken.append(where)
                    lead = "" if not away else rule(named.x, named.y, left if side > 0 else left + width, named.y + away, SOFT, 0.7)
                    return lead + text(left, named.y + away + 4, named.label, has_halo=True)
        return ""

    def _is_free(self, box: tuple[float, float, float, float]) -> bool:
        left, top, right, bottom = self.area
        inside = box[0] >= left and box[1] >= top and box[2] <= right and box[3] <= bottom
        return inside and not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in self.taken
        )


def spread_apart(heights: Sequence[float], least: float = LINE) -> list[float]:
    """The same heights in their order, moved down as far as is needed to lie so far apart."""
    moved: dict[int, float] = {}
    last = -math.inf
    for place in sorted(range(len(heights)), key=heights.__getitem__):
        last = max(heights[place], last + least)
        moved[place] = last
    return [moved[place] for place in range(len(heights))]


# ------------------------------------------------------------------------------------------------ marks
def legend(entries: dict[str, str], y: float = 17) -> Iterable[str]:
    """A square of each colour with its name, at the right end of the title's line."""
    x = WIDTH - 14 - sum(len(name) * LETTER + 26 for name in entries)
    for name, colour in entries.items():
        yield box(x, y - 9, 10, 10, colour)
        yield text(x + 14, y, name)
        x += len(name) * LETTER + 26


def key(entries: Sequence[tuple[str, str]], y: float, x: float = 8) -> Iterable[str]:
    """Marks with their names in a line, from the left: (mark drawn around 0, 0, name)."""
    for mark, name in entries:
        yield f'<g transform="translate({x + 8:.1f} {y - 4:.1f})">{mark}</g>'
        yield text(x + 20, y, name, colour=MUTED)
        x += 34 + len(name) * (LETTER - 0.3)


def text(x: float, y: float, said: str, anchor: str = "start", colour: str | None = None, weight: str = "", has_halo: bool = False) -> str:
    """``has_halo``: white around the letters, so that a line below them does not strike them through."""
    more = (f' fill="{colour}"' if colour else "") + (f' font-weight="{weight}"' if weight else "")
    more += ' paint-order="stroke" stroke="white" stroke-width="3" stroke-linejoin="round"' if has_halo else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(said)}</text>'


def box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" fill="{colour}"/>'


def rule(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 0.8, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"{dashed}/>'


def path(points: Iterable[tuple[float, float]], colour: str, width: float = 1.2, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="{width}"{dashed}/>'


def area(points: Iterable[tuple[float, float]], colour: str) -> str:
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{drawn}" fill="{colour}"/>'


def circle(x: float, y: float, radius: float, colour: str, is_hollow: bool = False) -> str:
    fill = f'fill="white" stroke="{colour}" stroke-width="1.4"' if is_hollow else f'fill="{colour}"'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" {fill}/>'


def diamond(x: float, y: float, radius: float, colour: str, is_hollow: bool = False) -> str:
    fill = f'fill="white" stroke="{colour}" stroke-width="1.4"' if is_hollow else f'fill="{colour}" stroke="{INK}" stroke-width="0.5"'
    corners = f"{x:.1f},{y - radius:.1f} {x + radius:.1f},{y:.1f} {x:.1f},{y + radius:.1f} {x - radius:.1f},{y:.1f}"
    return f'<polygon points="{corners}" {fill}/>'


def triangle(x: float, y: float, radius: float, colour: str, is_hollow: bool = False) -> str:
    fill = f'fill="white" stroke="{colour}" stroke-width="1.4"' if is_hollow else f'fill="{colour}"'
    return f'<polygon points="{x:.1f},{y - radius:.1f} {x + radius:.1f},{y + radius:.1f} {x - radius:.1f},{y + radius:.1f}" {fill}/>'


def picture(title: str, parts: Iterable[str], height: float, subtitle: str = "") -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" font-family="sans-serif" font-size="11" fill="{INK}">'
    said = text(8, 31, subtitle, colour=MUTED) if subtitle else ""
    svg = f'{head}<rect width="100%" height="100%" fill="white"/><text x="8" y="16" font-weight="bold">{escape(title)}</text>{said}{"".join(parts)}</svg>'
    alternative = title.replace("[", "(").replace("]", ")")
    return f"![{alternative}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
