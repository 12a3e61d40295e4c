"""Columns whose values stand under a neighbour's header.

Belongs here: telling a shifted file by what its values look like. Does not belong here: rows with another number of cells
(``delimited``), single rows that have shifted (``shifted_rows``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assets.reading.file_rules import FileRule, column_letter
from assets.reading.likeness import FIT, share, test_of
from assets.reading.recognise import Match
from assets.reading.shapes import CellKind, Sheet

SAMPLE_ROWS = 200
MISFIT = 0.2
LEAST_COLUMNS = 3
LEAST_VALUES = 3
DIRECTIONS = {1: "right", -1: "left"}
STAYED = -2  # the gain of a column that fits in place and not beside
Cells = list[tuple[str, int]]
Test = Callable[[str, int], bool]


def refuse_shifted(sheet: Sheet, match: Match, received: int) -> None:
    """Raises ``FileRefused`` if several columns of one stretch do not fit their fields but fit those one place away."""
    tests = {i: test for i, column in match.columns.items() if (test := test_of(column, match.layout, match.dataset))}
    cells = {i: _sample(sheet, i) for i in range(len(sheet.columns))}
    in_place = {i: _fit(cells[i], tests[i]) for i in sorted(tests)}
    if sum(fit < 0 for fit in in_place.values()) < LEAST_COLUMNS:
        return
    stretch, direction = moved_stretch(in_place, lambda step: {i: _fit(cells.get(i + step, []), tests[i]) for i in in_place})
    if len(stretch.moved) >= LEAST_COLUMNS:
        raise FileRule.NOT_SHIFTED.refusal(_words(stretch, direction), received)


def moved_stretch(in_place: Mapping[int, int], beside: Callable[[int], Mapping[int, int]]) -> tuple[Stretch, str]:
    """The stretch of columns that moved one place to the right or left, whichever is borne out better, and which of the two.

    ``in_place``: column -> 1 where its cells fit its field, -1 where they do not, 0 where that cannot be told; ``beside(step)``: the same of
    the cells ``step`` columns away.
    """
    found = {step: _stretch(in_place, beside(step)) for step in DIRECTIONS}
    step = max(found, key=lambda tried: found[tried].weight)
    return found[step], DIRECTIONS[step]


@dataclass(frozen=True)
class Stretch:
    """``moved``: the columns that fit beside and not in place; ``last_in_place``: the last one before them that surely has not moved.

    ``weight``: how much more the whole stretch fits beside than in place."""

    moved: list[int]
    last_in_place: int | None
    weight: int


def _words(stretch: Stretch, direction: str) -> str:
    first = column_letter(stretch.moved[0])
    where = (
        f"before column {first}" if stretch.last_in_place is None else f"between columns {column_letter(stretch.last_in_place)} and {first}"
    )
    moved = f"From column {first} on, the values stand one column to the {direction} of their headers ({len(stretch.moved)} columns)."
    return f"{moved} A column was added or lost {where}: line headers and values up again."


def _stretch(in_place: Mapping[int, int], beside: Mapping[int, int]) -> Stretch:
    """The stretch of columns that best bears out that all of it has moved.

    A column that fits in place and not beside speaks against a stretch, so a few that fit beside by accident make none.
    """
    places = list(in_place)
    gains = [beside[i] - in_place[i] for i in places]
    start, end = _best_stretch(gains)
    stayed = [i for i, gain in zip(places[:start], gains, strict=False) if gain == STAYED]
    return Stretch([i for i in places[start:end] if in_place[i] < 0 < beside[i]], stayed[-1] if stayed else None, sum(gains[start:end]))


def _best_stretch(gains: Sequence[int]) -> tuple[int, int]:
    """Start and end (exclusive) of the neighbouring ``gains`` with the greatest sum."""
    best, chosen, total, start = 0, (0, 0), 0, 0
    for i, gain in enumerate(gains):
        if total <= 0:
            total, start = 0, i
        total += gain
        if total > best:
            best, chosen = total, (start, i + 1)
    return chosen


def _fit(cells: Cells, test: Test) -> int:
    """1 if the cells fit, -1 if they do not, 0 where that cannot be told: too few, or some of each."""
    if len(cells) < LEAST_VALUES:
        return 0
    fitting = share(cells, test)
    return 1 if fitting > FIT else -1 if fitting < MISFIT else 0


def _sample(sheet: Sheet, position: int) -> Cells:
    texts = sheet.columns[position].slice(0, SAMPLE_ROWS).to_pylist()
    kinds = sheet.kinds[position][:SAMPLE_ROWS] if sheet.kinds else [CellKind.TEXT] * len(texts)
    return [(text, int(kind)) for text, kind in zip(texts, kinds, strict=True) if text and text.strip()]
