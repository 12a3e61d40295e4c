"""Charts in time: trends of several measures, an XmR chart, a risk-adjusted CUSUM.

Belongs here: drawing them. Does not belong here: limits and rules (``assets.statistics``), which series are shown (``assets.shown_signals`` and its fellows).
Colours of special causes are those of Making Data Count; each kind has a shape of its own beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assets.pictures.drawing import (
    BLUE,
    GREY,
    INK,
    MUTED,
    SOFT,
    WIDTH,
    Frame,
    Unit,
    circle,
    diamond,
    key,
    padded,
    path,
    picture,
    rule,
    spread_apart,
    text,
    triangle,
    unbroken,
)

COMMON, IMPROVEMENT, CONCERN, NEUTRAL, LIMIT = "#7b7d7d", "#289de0", "#e46c0a", "#361475", "#7b7d7d"
MARKS = {
    "common cause": (circle, 2.8, COMMON), "special cause improvement": (circle, 4.4, IMPROVEMENT), "special cause concern": (diamond, 5.4, CONCERN),
    "special cause neutral high": (triangle, 4.4, NEUTRAL), "special cause neutral low": (triangle, 4.4, NEUTRAL),
}  # fmt: skip
PANEL_WIDTH, PANEL_HEIGHT, COLUMNS = WIDTH / 2, 84, 2
RIGHT = WIDTH - 108  # of charts with named lines at their right end


# ------------------------------------------------------------------------------------------------ trends
@dataclass(frozen=True)
class Panel:
    """A measure over time; the labels of its periods are those of all panels. ``open_from``: the place from which values are provisional.

    The value that is written out is the latest final one: a provisional one may only lack what is not yet due.
    """

    title: str
    values: Sequence[float | None]
    unit: Unit
    open_from: int | None = None


def trends(title: str, subtitle: str, labels: Sequence[str], panels: Sequence[Panel]) -> str:
    """A small chart a measure, two beside each other, all over the same periods."""
    rows = -(-len(panels) // COLUMNS)
    parts = [part for number, panel in enumerate(panels) for part in _panel(panel, labels, *divmod(number, COLUMNS))]
    return picture(title, parts, 44 + rows * PANEL_HEIGHT, subtitle)


def _panel(panel: Panel, labels: Sequence[str], row: int, column: int) -> Iterable[str]:
    left, top = column * PANEL_WIDTH, 44 + row * PANEL_HEIGHT
    lowest, highest = _span(panel)
    frame = Frame(lowest, highest, len(labels), top=top + 20, height=top + 64, left=left + 46, right=left + PANEL_WIDTH - 80)
    yield text(left + 8, top + 11, _short(panel.title, 46), weight="bold")
    for value in (frame.lowest, frame.highest):
        yield rule(frame.left, frame.y(value), frame.right, frame.y(value), GREY)
        yield text(frame.left - 5, frame.y(value) + 4, panel.unit.tick(round(value, 12)), "end", MUTED)
    for place, anchor in ((0, "start"), (len(labels) - 1, "end")):
        yield text(frame.x(place), frame.height + 13, labels[place], anchor, MUTED)
    first_open = len(labels) if panel.open_from is None else panel.open_from
    for run in unbroken(panel.values):
        at = [(frame.x(place), frame.y(value)) for place, value in run]
        final = sum(place < first_open for place, _ in run)
        yield path(at[:final], BLUE, 1.6)
        yield path(at[max(final - 1, 0) :] if final < len(run) else [], SOFT, 1.2, "2 2")
    if known := [(place, value) for place, value in enumerate(panel.values) if value is not None and place < first_open]:
        place, value = known[-1]
        yield circle(frame.x(place), frame.y(value), 3, BLUE)
        yield text(frame.right + 6, top + 45, panel.unit.write(value), weight="bold")


def _span(panel: Panel) -> tuple[float, float]:
    """Some room around the values; a share neither below 0 nor above 1."""
    lowest, highest = padded([value for value in panel.values if value is not None])
    return max(lowest, 0.0), min(highest, 1.0) if panel.unit.sign == "%" else highest


def _short(words: str, letters: int) -> str:
    return words if len(words) <= letters else words[: letters - 1].rstrip() + "…"


# ------------------------------------------------------------------------------------------------ XmR
@dataclass(frozen=True)
class Point:
    """A point of a chart; ``kind`` as ``spc_point.final_point_type`` says it."""

    label: str
    value: float | None
    kind: str = "common cause"
    is_provisional: bool = False


Line = float | Sequence[float | None] | None  # the same for all points, or a value a point


def xmr(title: str, subtitle: str, points: Sequence[Point], mean: Line, lower: Line, upper: Line, unit: Unit) -> str:
    """Values with mean and process limits, special causes marked; what is provisional is hollow. Limits may follow the points' denominators."""
    values = [point.value for point in points]
    lines = [_along(line, len(points)) for line in (mean, lower, upper)]
    lowest, highest = padded([value for line in (values, *lines) for value in line if value is not None])
    least = 0.0 if all(value is None or value >= 0 for value in values) else lowest
    frame = Frame(max(lowest, least), min(highest, 1.0) if unit.sign == "%" else highest, len(points), top=46, height=186, right=RIGHT)
    drawn = [*frame.grid(unit), *frame.below([point.label for point in points]), *_limit_lines(frame, lines, unit)]
    drawn += [path([(frame.x(place), frame.y(value)) for place, value in run], COMMON, 1.2) for run in unbroken(values)]
    drawn += [_point(frame, place, point) for place, point in enumerate(points) if point.value is not None]
    return picture(title, [*drawn, *_point_key(points)], 226, subtitle)


def _along(line: Line, count: int) -> list[float | None]:
    return [line] * count if line is None or isinstance(line, float | int) else list(line)


def _limit_lines(frame: Frame, lines: Sequence[Sequence[float | None]], unit: Unit) -> Iterable[str]:
    """The lines with their names at the right end; a limit is not drawn where it lies beyond the area: no value can pass it there."""
    ends = []
    for name, colour, dashes, line in zip(("mean", "lower", "upper"), (INK, LIMIT, LIMIT), ("", "5 3", "5 3"), lines, strict=True):
        inside = [value if value is not None and frame.lowest <= value <= frame.highest else None for value in line]
        for run in unbroken(inside):
            before, after = frame.x(run[0][0] - 0.5), frame.x(run[-1][0] + 0.5)
            yield path(
                [(before, frame.y(run[0][1])), *((frame.x(place), frame.y(value)) for place, value in run), (after, frame.y(run[-1][1]))],
                colour,
                1.1,
                dashes,
            )
        ends += [(name, inside[-1])] if inside and inside[-1] is not None else []
    for (name, value), y in zip(ends, spread_apart([frame.y(value) for _, value in ends]), strict=True):
        yield text(frame.right + 5, y + 4, f"{name} {unit.write(value)}", colour=INK if name == "mean" else MUTED)


def _point(frame: Frame, place: int, point: Point) -> str:
    shape, radius, colour = MARKS.get(point.kind, MARKS["common cause"])
    return shape(frame.x(place), frame.y(point.value), radius, colour, point.is_provisional)


def _point_key(points: Sequence[Point]) -> Iterable[str]:
    used = [kind for kind in MARKS if any(point.kind == kind and point.value is not None for point in points)]
    entries = [(MARKS[kind][0](0, 0, *MARKS[kind][1:]), kind.removeprefix("special cause ")) for kind in used]
    entries += [(circle(0, 0, 3, COMMON, True), "provisional")] if any(point.is_provisional for point in points) else []
    entries.append((rule(-8, 0, 8, 0, LIMIT, 1.3, "5 3"), "process limits"))
    return key(entries, 219)


# ------------------------------------------------------------------------------------------------ CUSUM
@dataclass(frozen=True)
class CusumMonth:
    """``share`` of the limit that was reached within the month, 0 to about 1; ``is_crossing``: it reached it, and begins anew from 0."""

    label: str
    share: float
    is_crossing: bool = False
    is_provisional: bool = False


def cusum(title: str, subtitle: str, months: Sequence[CusumMonth], limit: str, is_worse: bool) -> str:
    """The highest value of each month as a share of the limit, with the limit; ``limit`` says which it is."""
    unit = Unit(100.0, "%", 0)
    frame = Frame(0.0, max([1.0, *(month.share for month in months)]) * 1.1, len(months), top=46, height=176, right=RIGHT)
    drawn = [
        *frame.grid(unit),
        *frame.below([month.label for month in months]),
        rule(frame.left, frame.y(1), frame.right, frame.y(1), INK, 1.4),
    ]
    drawn += [text(frame.right + 5, frame.y(1) + 4 + 12 * number, part) for number, part in enumerate(("limit", limit))]
    drawn.append(path([(frame.x(place), frame.y(month.share)) for place, month in enumerate(months)], COMMON, 1.2))
    colour = CONCERN if is_worse else IMPROVEMENT
    for place, month in enumerate(months):
        shape, radius, paint = (diamond, 5.4, colour) if month.is_crossing else (circle, 2.8, COMMON)
        drawn.append(shape(frame.x(place), frame.y(month.share), radius, paint, month.is_provisional))
    entries = [
        (circle(0, 0, 2.8, COMMON), "highest value of the month"),
        (diamond(0, 0, 5.4, colour), "limit reached: a signal; it begins anew"),
    ]
    entries += [(circle(0, 0, 3, COMMON, True), "provisional")] if any(month.is_provisional for month in months) else []
    return picture(title, [*drawn, *key(entries, 209)], 216, subtitle)
