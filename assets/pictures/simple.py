"""Pictures of few numbers: bars, stacked bars, dots in a row, a calibration plot; and tables.

Belongs here: what needs no lines of limits. Does not belong here: charts in time (``series``), funnels (``funnel``), axes (``drawing``).
"""

from __future__ import annotations

from collections.abc import Sequence

from assets.pictures.drawing import (
    BLUE,
    GREY,
    LETTER,
    MUTED,
    ORANGE,
    PERCENT,
    ROW,
    SOFT,
    TOP,
    WIDTH,
    Frame,
    Unit,
    box,
    circle,
    legend,
    padded,
    picture,
    rule,
    text,
    tick,
)


def bars(title: str, labels: Sequence[str], values: Sequence[float], colour: str = BLUE) -> str:
    """Horizontal bars, the first on top, each with its number."""
    left = _left(labels)
    scale = (WIDTH - left - 60) / max([*values, 1e-9])
    parts = []
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        y = TOP + place * ROW
        parts += [
            text(left - 6, y + 12, label, "end"),
            box(left, y, value * scale, ROW - 7, colour),
            text(left + value * scale + 5, y + 12, f"{value:,.4g}"),
        ]
    return picture(title, parts, TOP + len(labels) * ROW + 4)


def stacked(title: str, labels: Sequence[str], parts: dict[str, Sequence[float]]) -> str:
    """Vertical bars of parts that add up."""
    colours = dict(zip(parts, (BLUE, SOFT, GREY, ORANGE), strict=False))
    totals = [sum(values) for values in zip(*parts.values(), strict=True)]
    frame = Frame(0.0, max([*totals, 1]), len(labels))
    drawn = [*frame.grid(), *frame.below(labels), *legend(colours)]
    for place in range(len(labels)):
        floor = 0.0
        for name, values in parts.items():
            top = floor + values[place]
            drawn.append(
                box(frame.x(place) - frame.step * 0.36, frame.y(top), frame.step * 0.72, frame.y(floor) - frame.y(top), colours[name])
            )
            floor = top
    return picture(title, drawn, frame.height + 24)


def dots(title: str, labels: Sequence[str], values: Sequence[float], centre: float | None, unit: Unit) -> str:
    """One dot a peer, ordered as given, with a line for the network."""
    left = _left(labels)
    lowest, highest = padded([*values, *([centre] if centre is not None else [])])
    scale = (WIDTH - left - 70) / (highest - lowest)
    top = TOP + 14
    height = top + len(labels) * 17
    at_centre = 0.0 if centre is None else left + (centre - lowest) * scale
    drawn = (
        []
        if centre is None
        else [rule(at_centre, top - 2, at_centre, height, ORANGE, 1.6), text(at_centre, top - 6, f"network {unit.write(centre)}", "middle")]
    )
    for place, (label, value) in enumerate(zip(labels, values, strict=True)):
        x, y = left + (value - lowest) * scale, top + place * 17 + 8
        drawn += [
            text(left - 6, y + 4, label, "end"),
            rule(left, y, x, y, GREY),
            circle(x, y, 4, BLUE),
            text(WIDTH - 10, y + 4, unit.write(value), "end"),
        ]
    return picture(title, drawn, height + 6)


def calibration(title: str, predicted: Sequence[float], observed: Sequence[float]) -> str:
    """A dot a group of patients: what happened (upwards) against what was predicted (to the right). On the line they are the same."""
    size, left, top = 230, 60, 52
    highest = max([*predicted, *observed, 1e-9]) * 1.08
    step = tick(highest / 4)

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x / highest * size, top + size - y / highest * size

    drawn = []
    for value in (number * step for number in range(int(highest / step) + 1)):
        (x, bottom), (_, y) = at(value, 0), at(0, value)
        drawn += [
            rule(left, y, left + size, y, GREY),
            text(left - 6, y + 4, PERCENT.tick(value), "end", MUTED),
            text(x, bottom + 15, PERCENT.tick(value), "middle", MUTED),
        ]
    drawn.append(rule(*at(0, 0), *at(highest, highest), ORANGE, 1.6))
    drawn += [circle(*at(*dot), 4, BLUE) for dot in zip(predicted, observed, strict=True)]
    drawn += [
        text(8, top - 14, "with the outcome", colour=MUTED),
        text(left + size / 2, top + size + 31, "mean predicted risk", "middle", MUTED),
    ]
    x = left + size + 24
    drawn += [circle(x, top + 20, 4, BLUE), text(x + 12, top + 24, "about a tenth of the patients, by their risk")]
    drawn += [rule(x - 6, top + 40, x + 6, top + 40, ORANGE, 1.6), text(x + 12, top + 44, "as predicted; above it more had the outcome")]
    return picture(title, drawn, top + size + 38)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *("| " + " | ".join(map(_cell, row)) + " |" for row in rows)])


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value).replace("|", "/")


def _left(labels: Sequence[str]) -> float:
    return min(0.6 * WIDTH, 14 + LETTER * max(map(len, labels), default=0))
