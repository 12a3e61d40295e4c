"""A column that was lost or added is told with the side to which the values moved and the place from which they did."""

import re

import pytest

from assets.reading import read_file
from assets.reading.file_rules import column_letter
from quality_checks.findings import FileRefused
from tests.hostile.samples import SAMPLES, Sample, table

LETTERS = {column_letter(i): i for i in range(700)}
ROWS = 20
# beyond these places fewer than three columns can be told apart from their neighbours, so that nothing is refused
LAST = {
    ("wrist_fracture", "left"): 9, ("wrist_fracture", "right"): 10, ("hip_fracture", "left"): 55, ("hip_fracture", "right"): 56,
    ("acute_stroke", "left"): 270, ("acute_stroke", "right"): 295,
}  # fmt: skip


def rows_of(sample: Sample) -> list[list[str]]:
    return [list(row.values()) for row in sample.rows(ROWS)]


def lost(sample: Sample, place: int) -> bytes:
    """The cell at ``place`` is missing in every row: what follows stands one column to the left."""
    return table(sample.headers, [[*row[:place], *row[place + 1 :], ""] for row in rows_of(sample)])


def added(sample: Sample, place: int) -> bytes:
    """An empty cell more at ``place`` of every row: what follows stands one column to the right."""
    return table(sample.headers, [[*row[:place], "", *row[place:-1]] for row in rows_of(sample)])


def told(registry, sample: Sample, content: bytes) -> tuple[str, int, int] | None:
    """Direction and the 0-based columns between which the break is, None if the file is not refused as shifted."""
    try:
        read_file(content, ".csv", registry, dataset=sample.dataset, sender_code="ZX1")
    except FileRefused as refused:
        [finding] = refused.findings
        assert finding.rule_id == "F19"
        direction = re.search(r"one column to the (left|right) of their headers", finding.advice)[1]
        after, first = re.search(r"lost (?:between columns ([A-Z]+) and|before column) ([A-Z]+):", finding.advice).groups()
        return direction, LETTERS[after] if after else 0, LETTERS[first]
    return None


@pytest.mark.parametrize(("way", "direction"), [(lost, "left"), (added, "right")])
@pytest.mark.parametrize("dataset", SAMPLES)
def test_the_side_and_the_columns_between_which_a_cell_was_lost_or_added(registry, dataset, way, direction):
    sample, last = SAMPLES[dataset], LAST[dataset, direction]
    tried = range(0, last + 1, max(last // (5 if len(sample.headers) > 100 else 18), 1))
    found = {place: told(registry, sample, way(sample, place)) for place in tried}
    assert {place: said and said[0] for place, said in found.items()} == dict.fromkeys(tried, direction)
    assert [place for place, (_, after, first) in found.items() if not after <= place <= first] == []


@pytest.mark.parametrize(("way", "direction", "place", "between"), [(lost, "left", 9, ("I", "K")), (added, "right", 9, ("G", "K"))])
def test_the_break_is_told_within_a_few_columns_where_neighbours_look_different(registry, way, direction, place, between):
    """A hip fracture file: neither the postcode nor the hospital's code nor the time beside it looks like column J, the date of presentation."""
    assert told(registry, SAMPLES["hip_fracture"], way(SAMPLES["hip_fracture"], place)) == (
        direction,
        *(LETTERS[letter] for letter in between),
    )


def test_a_stretch_that_moved_within_columns_that_did_not_is_found(registry):
    """A cell lost in one place and another added further on: what stands between has moved, the rest has not."""
    sample = SAMPLES["hip_fracture"]
    moved = table(sample.headers, [[*row[:9], *row[10:40], "", *row[40:]] for row in rows_of(sample)])
    assert told(registry, sample, moved) == ("left", 8, 10)


def test_good_files_and_files_with_some_bad_columns_have_not_moved(registry):
    sample = SAMPLES["hip_fracture"]
    spoilt = [["?" if i in (9, 20, 30, 31, 40) else cell for i, cell in enumerate(row)] for row in rows_of(sample)]
    assert [told(registry, s, s.csv()) for s in SAMPLES.values()] == [None] * len(SAMPLES)
    assert told(registry, sample, table(sample.headers, spoilt)) is None
