"""Providers in the order of their values, each with its interval.

Belongs here: drawing it. Does not belong here: ranks (``assets.benchmarks``), reading (``dashboard.figures.caterpillar``).
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from assets.pictures.drawing import Frame, Unit, key, padded, rule, text
from dashboard.charts.canvas import MUTED, OWN, PEER, WIDTH, canvas
from dashboard.charts.peers import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, Peer, Reference, ends, grid, key_of, mark, names, references


def caterpillar(title: str, description: str, peers: Sequence[Peer], levels: Sequence[Reference], unit: Unit) -> Markup:
    """Peers from left to right as given."""
    known = [v for peer in peers for v in (peer.value, peer.lower, peer.upper) if v is not None] + [level.value for level in levels]
    lowest, highest = padded(known)
    least = max(lowest, 0.0) if min(known) >= 0 else lowest
    frame = Frame(
        least, min(highest, 1.0) if unit.sign == "%" else highest, len(peers), top=TOP, height=BOTTOM, left=LEFT, right=WIDTH - RIGHT
    )
    at = [(peer, frame.x(place), frame.y(peer.value)) for place, peer in enumerate(peers)]
    whiskers = [
        rule(x, frame.y(p.lower), x, frame.y(p.upper), OWN if p.is_own else PEER, 2.2 if p.is_own else 1.3)
        for p, x, _ in at
        if p.lower is not None
    ]
    said = [(level.value, f"{level.name} {unit.write(level.value)}", level.colour) for level in levels]
    parts = [
        *grid(frame, unit),
        *references(frame, levels),
        *whiskers,
        *(mark(*one) for one in at),
        *names(at, frame, has_intervals=True),
        *_below(frame),
        *ends(frame, said),
    ]
    return canvas([*parts, *key(key_of(peers), HEIGHT - 14, LEFT - 8)], HEIGHT, title, description)


def _below(frame: Frame) -> list[str]:
    """Numbers of places, as many as there is room for."""
    every = max(1, -(-frame.count // 12))
    drawn = [text(frame.x(place), frame.height + 18, str(place + 1), "middle", MUTED) for place in range(0, frame.count, every)]
    return [*drawn, text((frame.left + frame.right) / 2, frame.height + 36, "place in the order of values", "middle", MUTED)]
