"""A funnel: each provider's value over its size, with the limits within which chance alone would keep it.

Belongs here: drawing it. Does not belong here: limits (``assets.statistics``), reading (``dashboard.figures.funnel``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assets.pictures.drawing import Plane, Unit, key, padded, path, unbroken
from dashboard.charts.canvas import FAINT, WIDTH, canvas
from dashboard.charts.peers import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, Peer, Reference, ends, grid, key_of, mark, names, references

LEAST_OF_SMALLEST = 0.7  # limits begin a little to the left of the smallest peer: near zero they would fill the chart


@dataclass(frozen=True)
class Curve:
    """A limit: (size, value) from small to large; named at its right end."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: str = FAINT
    dashes: str = ""
    width: float = 1.2


def funnel(
    title: str, description: str, peers: Sequence[Peer], curves: Sequence[Curve], levels: Sequence[Reference], unit: Unit, across: str
) -> Markup:
    """``across`` says what sizes are."""
    sizes = [peer.across for peer in peers]
    least = LEAST_OF_SMALLEST * min(sizes)
    curves = [Curve(c.name, [(x, y) for x, y in c.points if x >= least], c.colour, c.dashes, c.width) for c in curves]
    frame = Plane(max(sizes) * 1.04, *_range(peers, curves, levels, unit), top=TOP, height=BOTTOM, left=LEFT, right=WIDTH - RIGHT)
    curves = [Curve(c.name, [(x, y) for x, y in c.points if x <= frame.furthest], c.colour, c.dashes, c.width) for c in curves]
    at = [(peer, frame.x(peer.across), frame.y(peer.value)) for peer in peers]
    parts = [
        *grid(frame, unit),
        *frame.along(across),
        *_drawn(frame, curves),
        *references(frame, levels),
        *(mark(*one) for one in at),
        *names(at, frame),
    ]
    said = [(level.value, f"{level.name} {unit.write(level.value)}", level.colour) for level in levels]
    said += [
        (c.points[-1][1], c.name, c.colour) for c in curves if c.points and c.name and frame.lowest <= c.points[-1][1] <= frame.highest
    ]
    return canvas([*parts, *ends(frame, said), *key(key_of(peers), HEIGHT - 14, LEFT - 8)], HEIGHT, title, description)


def _range(peers: Sequence[Peer], curves: Sequence[Curve], levels: Sequence[Reference], unit: Unit) -> tuple[float, float]:
    known = [*(peer.value for peer in peers), *(level.value for level in levels), *(y for curve in curves for _, y in curve.points)]
    lowest, highest = padded(known)
    return max(lowest, 0.0) if min(peer.value for peer in peers) >= 0 else lowest, min(highest, 1.0) if unit.sign == "%" else highest


def _drawn(frame: Plane, curves: Sequence[Curve]) -> Iterable[str]:
    for curve in curves:
        seen = [y if frame.lowest <= y <= frame.highest else None for _, y in curve.points]
        for run in unbroken(seen):
            yield path([(frame.x(curve.points[i][0]), frame.y(y)) for i, y in run], curve.colour, curve.width, curve.dashes)
