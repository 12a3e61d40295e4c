"""What charts of peers have in common: a mark a provider, lines that all are judged by, names that find room.

Belongs here: marks and lines. Does not belong here: what makes a provider stand out (``dashboard.figures.peers``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assets.pictures.drawing import Frame, Labels, Named, Unit, circle, diamond, rule, spread_apart, text, triangle
from dashboard.charts.canvas import CONCERN, GRID, IMPROVEMENT, INK, MUTED, NEUTRAL, OWN, PEER, REFERENCE, WIDTH, told

HEIGHT, TOP, BOTTOM, LEFT, RIGHT = 360, 16, 286, 52, 124
MARKS = {
    "peer": (circle, 4.0, PEER),
    "improvement": (circle, 5.2, IMPROVEMENT),
    "concern": (diamond, 6.4, CONCERN),
    "change": (triangle, 5.2, NEUTRAL),
}
WORDS = {"improvement": "better than the limits", "concern": "worse than the limits", "change": "beyond the limits"}


@dataclass(frozen=True)
class Peer:
    """A provider: ``kind`` is that of ``MARKS``, ``label`` its name where it is named on the chart; an interval where it has one."""

    value: float
    label: str = ""
    said: str = ""
    kind: str = "peer"
    is_own: bool = False
    across: float = 0.0
    lower: float | None = None
    upper: float | None = None
    is_provisional: bool = False


@dataclass(frozen=True)
class Reference:
    """A value that all are held against, named at the right end."""

    name: str
    value: float
    colour: str = INK
    dashes: str = ""


def network_and_national(network: float | None, national: float | None, target: float | None = None) -> list[Reference]:
    """Each by its name, so that nobody takes one for the other."""
    found = [("network", network, INK, ""), ("national", national, REFERENCE, "1 3"), ("target", target, REFERENCE, "6 3")]
    return [Reference(name, value, colour, dashes) for name, value, colour, dashes in found if value is not None]


def mark(peer: Peer, x: float, y: float) -> str:
    """Whoever looks finds their own by a ring, without colour too. A mark leads nowhere: the table beside does, for the keyboard as well."""
    shape, radius, colour = MARKS[peer.kind]
    drawn = shape(x, y, radius, OWN if peer.is_own and peer.kind == "peer" else colour, peer.is_provisional)
    ring = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7.5" fill="none" stroke="{OWN}" stroke-width="2"/>' if peer.is_own else ""
    return told(drawn + ring, peer.said)


def names(peers: Sequence[tuple[Peer, float, float]], frame: Frame, has_intervals: bool = False) -> Iterable[str]:
    """Labels of the peers at (x, y) that have one, the reader's own first; where there is no room the mark still tells its name, but one's own is always named."""
    labels = Labels((frame.left, 0, WIDTH - 4, frame.height))
    for peer, x, y in peers:
        labels.keep_free(x, y, 7.5 if peer.is_own else 4)
        if has_intervals and peer.lower is not None:
            labels.taken.append((x - 1, frame.y(peer.upper), x + 1, frame.y(peer.lower)))
    for peer, x, y in sorted((one for one in peers if one[0].label), key=lambda one: not one[0].is_own):
        yield labels.place(Named(x, y, peer.label)) or (_above(frame, peer, x, y) if peer.is_own else "")


def _above(frame: Frame, peer: Peer, x: float, y: float) -> str:
    """A label over the chart with a line down to its mark."""
    return rule(x, frame.top, x, y - 8, OWN, 0.8) + text(
        x, frame.top - 3, peer.label, "middle" if x < frame.right - 40 else "end", OWN, has_halo=True
    )


def grid(frame: Frame, unit: Unit) -> Iterable[str]:
    for value in frame.ticks():
        yield rule(frame.left, frame.y(value), frame.right, frame.y(value), GRID)
        yield text(frame.left - 7, frame.y(value) + 4, unit.tick(round(value, 12)), "end", MUTED)


def references(frame: Frame, levels: Sequence[Reference]) -> Iterable[str]:
    return [rule(frame.left, frame.y(level.value), frame.right, frame.y(level.value), level.colour, 1.5, level.dashes) for level in levels]


def ends(frame: Frame, named: Sequence[tuple[float, str, str]]) -> Iterable[str]:
    """Names at the right end of lines: (value, name, colour)."""
    places = spread_apart([frame.y(value) for value, _, _ in named], 14)
    return [text(frame.right + 8, y + 4, name, "start", colour) for (_, name, colour), y in zip(named, places, strict=True)]


def key_of(peers: Sequence[Peer]) -> list[tuple[str, str]]:
    """Only what is on the chart."""
    seen = {peer.kind for peer in peers}
    entries = [(MARKS[kind][0](0, 0, MARKS[kind][1], MARKS[kind][2]), WORDS[kind]) for kind in WORDS if kind in seen]
    entries += [(f'<circle r="7" fill="none" stroke="{OWN}" stroke-width="2"/>', "yours")] if any(peer.is_own for peer in peers) else []
    return entries + ([(circle(0, 0, 4, PEER, True), "provisional")] if any(peer.is_provisional for peer in peers) else [])
