"""Months from left to right with phases, lines, a day that matters and where a value is expected.

Belongs here: drawing them. Does not belong here: what they are (``dashboard.figures.effect``, ``dashboard.figures.aim``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from assets.pictures.drawing import Frame, Unit, circle, key, padded, path, rule, spread_apart, text, unbroken
from dashboard import words
from dashboard.charts.canvas import COMMON, FAINT, GRID, INK, MUTED, WIDTH, told

HEIGHT, TOP, BOTTOM, LEFT, RIGHT = 268, 30, 206, 50, 132
LETTER = 6.6


@dataclass(frozen=True)
class Line:
    """One value a month (None: a gap). ``has_marks``: a mark a month, hollow where ``is_open`` says that it is provisional."""

    name: str
    values: Sequence[float | None]
    colour: str = COMMON
    dashes: str = ""
    width: float = 1.4
    has_marks: bool = False
    said: Sequence[str] = ()
    is_open: Sequence[bool] = ()


@dataclass(frozen=True)
class Span:
    """A straight line from one month and value to another; its name stands at the right end if it has one, in the key if it has none there."""

    begin: float
    end: float
    values: tuple[float, float]
    colour: str
    dashes: str = ""
    width: float = 1.8
    name: str = ""
    key: str = ""


@dataclass(frozen=True)
class Bar:
    """Where a value is expected at a month: estimate and interval."""

    place: float
    value: float
    lower: float
    upper: float
    colour: str
    name: str


def months(
    starts: Sequence[date],
    lines: Sequence[Line],
    spans: Sequence[Span],
    unit: Unit,
    begun: tuple[float, str] | None = None,
    bars: Sequence[Bar] = (),
) -> list[str]:
    """The parts of the picture, ``HEIGHT`` high. ``begun``: where something began, and what."""
    frame = _frame(len(starts), lines, spans, bars, unit)
    parts = [*_grid(frame, unit), *_below(frame, starts), *_begun(frame, begun)]
    for span in spans:
        parts.append(
            path(
                [(frame.x(span.begin), frame.y(span.values[0])), (frame.x(span.end), frame.y(span.values[1]))],
                span.colour,
                span.width,
                span.dashes,
            )
        )
    for line in lines:
        parts += _line(frame, line)
    return [*parts, *_bars(frame, bars, unit), *_names(frame, lines, spans, unit), *_key(lines, spans, bars)]


def _frame(count: int, lines: Sequence[Line], spans: Sequence[Span], bars: Sequence[Bar], unit: Unit) -> Frame:
    known = (
        [v for line in lines for v in line.values if v is not None]
        + [v for span in spans for v in span.values]
        + [v for bar in bars for v in (bar.lower, bar.upper)]
    )
    lowest, highest = padded(known)
    least, most = (0.0 if all(v >= 0 for v in known) else lowest), (1.0 if unit.sign == "%" and max(known, default=1) <= 1 else highest)
    return Frame(max(lowest, least), min(highest, most), count, top=TOP, height=BOTTOM, left=LEFT, right=WIDTH - RIGHT)


def _grid(frame: Frame, unit: Unit) -> Iterable[str]:
    for value in frame.ticks():
        yield rule(frame.left, frame.y(value), frame.right, frame.y(value), GRID)
        yield text(frame.left - 7, frame.y(value) + 4, unit.tick(round(value, 12)), "end", MUTED)


def _below(frame: Frame, starts: Sequence[date]) -> Iterable[str]:
    every = max(1, -int(-(8 * LETTER + 12) // frame.step))
    last = len(starts) - 1
    return [
        text(frame.x(i), frame.height + 18, words.period(start), "middle", MUTED)
        for i, start in enumerate(starts)
        if (last - i) % every == 0
    ]


def _begun(frame: Frame, begun: tuple[float, str] | None) -> Iterable[str]:
    if begun:
        x = frame.x(begun[0])
        yield rule(x, frame.top - 8, x, frame.height, INK, 1.0, "3 3")
        yield text(
            x,
            frame.top - 13,
            begun[1],
            "middle" if frame.left + 60 < x < frame.right - 60 else "start" if x < frame.right - 60 else "end",
            INK,
            "600",
        )


def _line(frame: Frame, line: Line) -> Iterable[str]:
    for run in unbroken(list(line.values)):
        yield path([(frame.x(i), frame.y(v)) for i, v in run], line.colour, line.width, line.dashes)
    for i, value in enumerate(line.values if line.has_marks else ()):
        if value is not None:
            yield told(
                circle(frame.x(i), frame.y(value), 3.2, line.colour, bool(line.is_open) and line.is_open[i]),
                line.said[i] if line.said else "",
            )


def _bars(frame: Frame, bars: Sequence[Bar], unit: Unit) -> Iterable[str]:
    for bar in bars:
        x = frame.x(bar.place)
        low, high = (min(max(frame.y(v), frame.top), frame.height) for v in (bar.lower, bar.upper))
        drawn = rule(x, low, x, high, bar.colour, 3) + circle(x, frame.y(bar.value), 4.5, bar.colour)
        yield told(drawn, f"{bar.name}: {unit.write(bar.value)}, {unit.write(bar.lower)} to {unit.write(bar.upper)}")


def _names(frame: Frame, lines: Sequence[Line], spans: Sequence[Span], unit: Unit) -> Iterable[str]:
    ends = [(end, line.name, line.colour) for line in lines if line.name and (end := _last(line)) is not None]
    ends += [(span.values[1], span.name, span.colour) for span in spans if span.name]
    places = spread_apart([frame.y(value) for value, _, _ in ends], 14)
    for (value, name, colour), y in zip(ends, places, strict=True):
        yield text(frame.right + 8, y + 4, f"{name} {unit.write(value)}", "start", MUTED if colour == FAINT else colour)


def _last(line: Line) -> float | None:
    """The last value that is not provisional; the last of all where all are."""
    known = [(value, bool(line.is_open) and line.is_open[i]) for i, value in enumerate(line.values) if value is not None]
    return next((value for value, is_open in reversed(known) if not is_open), known[-1][0] if known else None)


def _key(lines: Sequence[Line], spans: Sequence[Span], bars: Sequence[Bar]) -> Iterable[str]:
    entries = [(circle(0, 0, 3.2, COMMON, True), "provisional")] if any(line.has_marks and any(line.is_open) for line in lines) else []
    seen = {span.key: span for span in spans if span.key}
    entries += [(rule(-8, 0, 8, 0, span.colour, span.width, span.dashes), name) for name, span in seen.items()]
    entries += [(rule(0, -6, 0, 6, bar.colour, 3) + circle(0, 0, 3.5, bar.colour), bar.name) for bar in bars]
    return key(entries, HEIGHT - 14, LEFT - 8)
