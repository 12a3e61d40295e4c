"""Charts so small that Dagster draws them on the page itself: what is longer than a thousand letters it hides behind a link.

Belongs here: a chart at a glance, with its words beside it. Does not belong here: the whole charts (``funnel``, ``series``), to which the link leads.
Where the letters do not suffice, lines get fewer corners and peers that lie inside are thinned out; nobody outside ever is.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from html import escape

from assets.pictures.drawing import PERCENT, Unit
from assets.pictures.funnel import FunnelLines, Peer
from assets.pictures.series import Point

LIMIT = 999  # letters of markdown
WIDTH, HEIGHT, LEFT = 300, 90, 34
BLUE, GREY, ORANGE, PURPLE, DARK = "#27b", "#888", "#d60", "#417", "#345"
PLACES = {"inside": GREY, "worse": ORANGE, "better": "#29d", "outside": PURPLE}
KINDS = {
    "special cause improvement": "#29d",
    "special cause concern": ORANGE,
    "special cause neutral high": PURPLE,
    "special cause neutral low": PURPLE,
}

Spot = tuple[int, int]


class Scale:
    """Values to whole pixels."""

    def __init__(self, lowest: float, highest: float, furthest: float):
        self.lowest, self.highest, self.furthest = lowest, highest if highest > lowest else lowest + 1, furthest

    def at(self, x: float, y: float) -> Spot:
        held = min(max(y, self.lowest), self.highest)
        return round(LEFT + x / self.furthest * (WIDTH - LEFT - 4)), round(
            HEIGHT - 4 - (held - self.lowest) / (self.highest - self.lowest) * (HEIGHT - 10)
        )


def glance_funnel(words: str, peers: Sequence[Peer], lines: FunnelLines, unit: Unit) -> str:
    """The same peers and lines as of ``funnel``, without names."""
    values = [*(peer.value for peer in peers), lines.centre]
    room = (max(values) - min(values)) * 0.15 or 0.1
    highest = min(max(values) + room, 1.0) if unit == PERCENT else max(values) + room
    scale = Scale(max(min(values) - room, 0), highest, lines.sizes[-1] * 1.02)

    def drawn(corners: int, share: float) -> Iterable[str]:
        chosen = sorted({round(k * (len(lines.sizes) - 1) / (corners - 1)) for k in range(corners)})
        sizes = [lines.sizes[k] for k in chosen]
        for pair, dashes in (((0, 3), ""), ((1, 2), ' stroke-dasharray="4"')):
            runs = (_corners([scale.at(size, lines.exact[line][k]) for size, k in zip(sizes, chosen, strict=True)]) for line in pair)
            yield f'<path d="{"".join(runs)}"{dashes}/>'
        yield f'<path d="{_corners([scale.at(0, lines.centre), scale.at(lines.sizes[-1], lines.centre)])}"/>'
        yield _spots(
            {colour: [scale.at(p.size, p.value) for p in _thinned(peers, share) if p.place == place] for place, colour in PLACES.items()}
        )

    return _fitting(words, scale, unit, drawn)


def glance_series(words: str, points: Sequence[Point], lines: Sequence[float | None], unit: Unit) -> str:
    """The same points as of ``xmr``; ``lines`` are mean, lower and upper limit, or nothing."""
    known = [point.value for point in points if point.value is not None]
    levels = [line for line in lines if line is not None]
    room = (max([*known, *levels]) - min([*known, *levels])) * 0.08 or 0.1
    scale = Scale(max(min([*known, *levels]) - room, 0), max([*known, *levels]) + room, max(len(points) - 1, 1))

    def drawn(corners: int, share: float) -> Iterable[str]:
        for number, level in enumerate(lines):
            if level is not None:
                dashes = ' stroke-dasharray="4"' if number else ""
                yield f'<path d="{_corners([scale.at(0, level), scale.at(len(points) - 1, level)])}"{dashes}/>'
        kept = points[-max(int(len(points) * share), 2) :] if share < 1 else points
        start = len(points) - len(kept)
        runs = _runs([None if point.value is None else scale.at(start + place, point.value) for place, point in enumerate(kept)])
        yield f'<path d="{"".join(map(_corners, runs))}" stroke="{BLUE}"/>'
        special = {colour: [] for colour in KINDS.values()}
        for place, point in enumerate(kept, start):
            if point.kind in KINDS and point.value is not None:
                special[KINDS[point.kind]].append(scale.at(place, point.value))
        yield _spots(special)

    return _fitting(words, scale, unit, drawn)


def _fitting(words: str, scale: Scale, unit: Unit, drawn: Callable[[int, float], Iterable[str]]) -> str:
    """The picture with as many corners and marks as the letters allow; the words alone if they leave no room at all."""
    words = words.replace("[", "(").replace("]", ")")
    ticks = "".join(
        f'<text x="0" y="{y}">{escape(unit.tick(round(value, 2 if unit == PERCENT else unit.decimals)))}</text>'
        for value, y in ((scale.highest, 10), (scale.lowest, HEIGHT - 2))
    )
    for corners, share in ((9, 1.0), (6, 1.0), (5, 1.0), (5, 0.7), (4, 0.5), (4, 0.3), (3, 0.1), (3, 0.0)):
        parts = "".join(drawn(corners, share))
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-size="10">{ticks}<g fill="none" stroke="{DARK}">{parts}</g></svg>'
        told = f"{words}\n\n![chart](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
        if len(told) <= LIMIT:
            return told
    return words


def _thinned(peers: Sequence[Peer], share: float) -> list[Peer]:
    """Every peer outside, and that share of those inside."""
    inside = [peer for peer in peers if peer.place == "inside"]
    every = round(1 / share) if share else len(inside) + 1
    return [*(inside[::every] if share else []), *(peer for peer in peers if peer.place != "inside")]


def _spots(by_colour: dict[str, Iterable[Spot]]) -> str:
    """Round marks, those at one place once."""
    drawn = (
        f'<path d="{"".join(f"M{x} {y}h0" for x, y in dict.fromkeys(spots))}" stroke="{colour}"/>'
        for colour, spots in by_colour.items()
        if spots
    )
    inner = "".join(drawn)
    return f'<g stroke-width="5" stroke-linecap="round">{inner}</g>' if inner else ""


def _corners(spots: Sequence[Spot]) -> str:
    """A line through the spots, each told by its distance from the one before."""
    first, *rest = spots
    said, before = [f"M{first[0]} {first[1]}"], first
    for spot in rest:
        dx, dy = spot[0] - before[0], spot[1] - before[1]
        said.append(f"l{dx} {dy}".replace(" -", "-"))
        before = spot
    return "".join(said)


def _runs(spots: Sequence[Spot | None]) -> list[list[Spot]]:
    runs: list[list[Spot]] = [[]]
    for spot in spots:
        if spot is None:
            runs.append([])
        else:
            runs[-1].append(spot)
    return [run for run in runs if run]
