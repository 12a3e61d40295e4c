"""A funnel plot: each peer by its size and value, between the limits that chance alone would keep to.

Belongs here: drawing it. Does not belong here: the limits (``assets.statistics``), which peers are shown to whom (``assets.shown_funnels``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assets.pictures.drawing import (
    INK,
    WIDTH,
    Labels,
    Named,
    Plane,
    Unit,
    area,
    circle,
    diamond,
    key,
    path,
    picture,
    rule,
    spread_apart,
    text,
    triangle,
)

BAND, EXACT, ADJUSTED, POLICY = "#eef2f6", "#3e4c59", "#8b5fbf", "#b44d12"
INSIDE, WORSE, BETTER, NEUTRAL = "#7b8794", "#e46c0a", "#289de0", "#361475"
DASHES = ("5 3", "")  # of the 95 %, of the 99.8 % limits
PLOT_TOP, PLOT_BOTTOM, HEIGHT = 48, 286, 352
MARKS = {
    "inside": (circle, 3.4, INSIDE),
    "worse": (diamond, 5.2, WORSE),
    "better": (circle, 4.6, BETTER),
    "outside": (triangle, 4.6, NEUTRAL),
}
MEANINGS = {"inside": "inside", "worse": "outside 99.8 %, worse", "better": "outside 99.8 %, better", "outside": "outside 99.8 %"}
OF_OUTLIERS = {**MEANINGS, "worse": "outside 99.8 % or an outlier, worse", "better": "outside 99.8 % or an outlier, better"}


@dataclass(frozen=True)
class Peer:
    """``place``: inside, worse, better or outside (where neither is better). Only ``is_named`` ones are labelled."""

    name: str
    size: float
    value: float
    place: str = "inside"
    is_named: bool = False


@dataclass(frozen=True)
class FunnelLines:
    """Lines over ``sizes`` (rising): ``exact`` and ``adjusted`` hold lower 99.8 %, lower 95 %, upper 95 %, upper 99.8 %; ``policy`` is by name.

    A value of None leaves a gap.
    """

    sizes: Sequence[float]
    centre: float
    exact: Sequence[Sequence[float]]
    adjusted: Sequence[Sequence[float]] = ()
    policy: Mapping[str, Sequence[float | None]] = field(default_factory=dict)


def funnel(title: str, subtitle: str, peers: Sequence[Peer], lines: FunnelLines, unit: Unit, across: str, centre_name: str) -> str:
    """``across`` is the title of the lower axis, ``centre_name`` what the middle line is."""
    plane = _plane(peers, lines, unit)
    drawn = [
        *_background(plane, lines),
        *plane.grid(unit),
        *plane.along(across),
        *_lines(plane, lines),
        *_centre(plane, lines, unit, centre_name),
    ]
    drawn += [_mark(plane, peer) for peer in sorted(peers, key=lambda peer: peer.place != "inside")]
    return picture(title, [*drawn, *_names(plane, peers), *_key(peers, lines)], HEIGHT, subtitle)


def _plane(peers: Sequence[Peer], lines: FunnelLines, unit: Unit) -> Plane:
    """Around the peers and the limits of the larger half of sizes: the wide mouth of a funnel would press everybody flat."""
    middle = [value for line in (lines.exact[0], lines.exact[-1]) for value in line[len(line) // 4 :]]
    seen = [*(peer.value for peer in peers), lines.centre, *middle]
    highest = min(max(seen) * 1.03, 1.0) if unit.sign == "%" else max(seen) * 1.03
    return Plane(lines.sizes[-1] * 1.02, max(min(seen), 0.0), highest, top=PLOT_TOP, height=PLOT_BOTTOM, right=WIDTH - 70)


def _clipped(plane: Plane, sizes: Sequence[float], values: Sequence[float | None]) -> list[list[tuple[float, float]]]:
    """The line's points within the area, in runs."""
    runs: list[list[tuple[float, float]]] = [[]]
    for size, value in zip(sizes, values, strict=True):
        if value is None or value != value or not plane.lowest <= value <= plane.highest:
            runs.append([])
        else:
            runs[-1].append((plane.x(size), plane.y(value)))
    return [run for run in runs if len(run) > 1]


def _background(plane: Plane, lines: FunnelLines) -> Iterable[str]:
    def held(value: float) -> float:
        return plane.y(min(max(value, plane.lowest), plane.highest))

    lower, upper = lines.exact[0], lines.exact[-1]
    there = [(plane.x(size), held(value)) for size, value in zip(lines.sizes, upper, strict=True)]
    back = [(plane.x(size), held(value)) for size, value in zip(lines.sizes, lower, strict=True)]
    yield area([*there, *reversed(back)], BAND)


def _lines(plane: Plane, lines: FunnelLines) -> Iterable[str]:
    for limits, colour in ((lines.exact, EXACT), (lines.adjusted, ADJUSTED)):
        for values, dashes in zip(limits, (DASHES[1], DASHES[0], DASHES[0], DASHES[1]), strict=False):
            yield from (path(run, colour, 1.1, dashes) for run in _clipped(plane, lines.sizes, values))
    for values in lines.policy.values():
        yield from (path(run, POLICY, 1.1, "1.5 3") for run in _clipped(plane, lines.sizes, values))


def _centre(plane: Plane, lines: FunnelLines, unit: Unit, name: str) -> Iterable[str]:
    """The middle line, and at the right end what it and the policy's lines are."""
    yield rule(plane.left, plane.y(lines.centre), plane.right, plane.y(lines.centre), INK, 1.2)
    ends = [(lines.centre, f"{name} {unit.write(lines.centre)}", INK)]
    ends += [
        (values[-1], label, POLICY)
        for label, values in lines.policy.items()
        if values[-1] is not None and plane.lowest <= values[-1] <= plane.highest
    ]
    heights = spread_apart([plane.y(value) for value, _, _ in ends])
    for (_, label, colour), y in zip(ends, heights, strict=True):
        for number, part in enumerate(_broken(label)):
            yield text(plane.right + 5, y + 4 + number * 12, part, colour=colour)


def _broken(label: str) -> list[str]:
    """In two lines where it is too long for the margin."""
    first, _, rest = label.partition(" ")
    return [first, rest] if len(label) > 10 and rest else [label]


def _mark(plane: Plane, peer: Peer) -> str:
    shape, radius, colour = MARKS[peer.place]
    return shape(plane.x(peer.size), plane.y(min(max(peer.value, plane.lowest), plane.highest)), radius, colour)


def _names(plane: Plane, peers: Sequence[Peer]) -> Iterable[str]:
    """Whoever is furthest from the middle first: there is most room for it."""
    labels = Labels((plane.left, plane.top, plane.right, plane.height))
    for peer in peers:
        labels.keep_free(plane.x(peer.size), plane.y(peer.value))
    return [labels.place(Named(plane.x(peer.size), plane.y(peer.value), peer.name)) for peer in peers if peer.is_named]


def _key(peers: Sequence[Peer], lines: FunnelLines) -> Iterable[str]:
    """Two lines: whose marks, whose lines."""
    used = [place for place in MARKS if any(peer.place == place for peer in peers)]
    meanings = OF_OUTLIERS if lines.policy else MEANINGS
    yield from key([(MARKS[place][0](0, 0, MARKS[place][1], MARKS[place][2]), meanings[place]) for place in used], HEIGHT - 18)

    def line(colour: str, dashes: str) -> str:
        return rule(-8, 0, 8, 0, colour, 1.4, dashes)

    said = [(line(EXACT, DASHES[0]), "95 %"), (line(EXACT, DASHES[1]), "99.8 %, by chance alone")]
    said += [(line(ADJUSTED, DASHES[1]), "the same, allowing for over-dispersion")] if lines.adjusted else []
    said += [(line(POLICY, "1.5 3"), "outlier policy (2 and 3 standard deviations)")] if lines.policy else []
    yield from key(said, HEIGHT - 3)
