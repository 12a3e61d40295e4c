"""A measure over time: values, process limits, special causes, what leads did and aim at.

Belongs here: drawing it. Does not belong here: limits and rules (``assets.statistics``), reading (``dashboard.figures.series``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assets.pictures.drawing import Frame, Unit, key, padded, path, rule, spread_apart, text, unbroken
from dashboard.charts.canvas import COMMON, FAINT, GRID, INK, KINDS, MUTED, REFERENCE, TARGET, WIDTH, canvas, mark, told

HEIGHT, TOP, BOTTOM, LEFT, RIGHT = 268, 30, 206, 50, 118
LETTER = 6.6


@dataclass(frozen=True)
class Paper:
    """How large a chart is, in pixels, and whether it tells what its marks are; small ones on one sheet share a key."""

    width: float = WIDTH
    height: float = HEIGHT
    has_key: bool = True

    @property
    def bottom(self) -> float:
        return self.height - (HEIGHT - BOTTOM if self.has_key else 30)


SCREEN = Paper()


@dataclass(frozen=True)
class Spot:
    """A point: ``kind`` as ``final_point_type`` says it, ``said`` what is told of it."""

    label: str
    value: float | None
    kind: str = "common cause"
    is_provisional: bool = False
    said: str = ""


@dataclass(frozen=True)
class Level:
    """A line across the chart with its name at the right end: one value for all points, or one a point."""

    name: str
    values: Sequence[float | None]
    colour: str = MUTED
    dashes: str = ""
    width: float = 1.1


@dataclass(frozen=True)
class Note:
    """Something that happened: a number over a line at a place between points (may be broken); ``said`` what it was."""

    place: float
    number: int
    said: str


@dataclass(frozen=True)
class Path:
    """A line from one place and value to another: the trajectory of an aim."""

    start: tuple[float, float]
    end: tuple[float, float]
    name: str


def series(
    title: str,
    description: str,
    spots: Sequence[Spot],
    levels: Sequence[Level],
    unit: Unit,
    notes: Sequence[Note] = (),
    aims: Sequence[Path] = (),
    paper: Paper = SCREEN,
) -> Markup:
    """Values as a line with a mark a point; provisional ones are hollow, special causes have shape and colour."""
    frame = _frame(spots, levels, unit, aims, paper)
    parts = [
        *_grid(frame, unit),
        *_below(frame, [spot.label for spot in spots]),
        *_notes(frame, notes),
        *_levels(frame, levels, unit),
        *_aims(frame, aims),
    ]
    parts += [path([(frame.x(i), frame.y(v)) for i, v in run], COMMON, 1.3) for run in unbroken([spot.value for spot in spots])]
    parts += [
        told(mark(s.kind, frame.x(i), frame.y(s.value), s.is_provisional), s.said) for i, s in enumerate(spots) if s.value is not None
    ]
    return canvas([*parts, *(_key(spots, notes, aims) if paper.has_key else ())], paper.height, title, description, paper.width)


def _frame(spots: Sequence[Spot], levels: Sequence[Level], unit: Unit, aims: Sequence[Path], paper: Paper) -> Frame:
    known = [
        v
        for values in ([s.value for s in spots], *(level.values for level in levels), [v for a in aims for v in (a.start[1], a.end[1])])
        for v in values
        if v is not None
    ]
    lowest, highest = padded(known)
    least = 0.0 if all(v >= 0 for v in known) else lowest
    most = 1.0 if unit.sign == "%" else highest
    return Frame(max(lowest, least), min(highest, most), len(spots), top=TOP, height=paper.bottom, left=LEFT, right=paper.width - RIGHT)


def _grid(frame: Frame, unit: Unit) -> Iterable[str]:
    for value in frame.ticks():
        yield rule(frame.left, frame.y(value), frame.right, frame.y(value), GRID)
        yield text(frame.left - 7, frame.y(value) + 4, unit.tick(round(value, 12)), "end", MUTED)


def _below(frame: Frame, labels: Sequence[str]) -> Iterable[str]:
    widest = max(map(len, labels), default=1) * LETTER + 12
    every = max(1, -int(-widest // frame.step))
    last = len(labels) - 1
    return [text(frame.x(i), frame.height + 18, label, "middle", MUTED) for i, label in enumerate(labels) if (last - i) % every == 0]


def _levels(frame: Frame, levels: Sequence[Level], unit: Unit) -> Iterable[str]:
    ends = []
    for level in levels:
        for run in unbroken(list(level.values)):
            yield path(_to_the_edges(frame, run, len(level.values)), level.colour, level.width, level.dashes)
            end = run[-1][1]
        if any(v is not None for v in level.values):
            ends.append((frame.y(end), f"{level.name} {unit.write(end)}", level.colour))
    places = spread_apart([y for y, _, _ in ends], 14)
    for (_, said, colour), y in zip(ends, places, strict=True):
        yield text(frame.right + 8, y + 4, said, "start", colour)


def _to_the_edges(frame: Frame, run: Sequence[tuple[int, float]], count: int) -> list[tuple[float, float]]:
    """Half a step beyond the first and the last point of the chart, and about a single one; a line that ends between others ends at its point."""
    before, after = ((frame.step / 2 if i == edge or len(run) == 1 else 0.0) for (i, _), edge in ((run[0], 0), (run[-1], count - 1)))
    at = [(frame.x(i), frame.y(v)) for i, v in run]
    return [(at[0][0] - before, at[0][1]), *at, (at[-1][0] + after, at[-1][1])]


def _notes(frame: Frame, notes: Sequence[Note]) -> Iterable[str]:
    for note in notes:
        x = frame.x(note.place - 0.5)
        drawn = rule(x, frame.top - 4, x, frame.height, INK, 1.0, "3 3")
        drawn += f'<circle cx="{x:.1f}" cy="{frame.top - 12:.1f}" r="8" fill="{INK}"/>'
        drawn += text(x, frame.top - 8, str(note.number), "middle", "#ffffff", "600")
        yield told(drawn, note.said)


def _aims(frame: Frame, aims: Sequence[Path]) -> Iterable[str]:
    for aim in aims:
        drawn = path([(frame.x(aim.start[0]), frame.y(aim.start[1])), (frame.x(aim.end[0]), frame.y(aim.end[1]))], TARGET, 2.0, "7 4")
        yield told(drawn, aim.name)


def _key(spots: Sequence[Spot], notes: Sequence[Note], aims: Sequence[Path]) -> Iterable[str]:
    """Only what is on the chart."""
    seen = {spot.kind for spot in spots if spot.value is not None}
    entries = [(mark(kind, 0, 0), kind.removeprefix("special cause ")) for kind in KINDS if kind in seen and kind != "common cause"]
    entries += (
        [(mark("common cause", 0, 0, True), "provisional")] if any(spot.is_provisional and spot.value is not None for spot in spots) else []
    )
    entries += [(f'<circle r="6" fill="{INK}"/>', "action began")] if notes else []
    entries += [(rule(-7, 0, 7, 0, TARGET, 2, "5 3"), "aim")] if aims else []
    return key(entries, HEIGHT - 14, LEFT - 8)


LIMITS = {"colour": FAINT, "dashes": "4 3"}
NATIONAL = {"colour": REFERENCE, "dashes": "1 3", "width": 1.6}
