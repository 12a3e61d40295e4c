"""The independent count: where records begin and end, whatever the parser makes of them."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.reading.structure import structure_of

CASES = {
    "one line feed a record": (b"a,b\n1,2\n3,4\n", [2, 2, 2]),
    "return and line feed": (b"a,b\r\n1,2\r\n3,4", [2, 2, 2]),
    "returns alone": (b"a,b\r1,2\r3,4\r", [2, 2, 2]),
    "blank lines are records without content": (b"a,b\n\n1,2\n", [2, 1, 2]),
    "separators and line ends in quotes": (b'a,b\n"1,\n1","2\r\n"\n', [2, 2]),
    "doubled quote marks": (b'a,b\n"say ""x,"" now",2\n', [2, 2]),
    "a quote mark in the middle of a cell is a character": (b"a,b\n5' 3\",2\n6,7\n", [2, 2, 2]),
    "text after a closing mark": (b'a,b\n"x"y,2\n6,7\n', [2, 2, 2]),
    "an empty quoted cell": (b'a,b\n"",""\n', [2, 2]),
}


@pytest.mark.parametrize("name", CASES)
def test_cells_of_each_record(name):
    content, cells = CASES[name]
    assert structure_of(content, ",").cell_counts.tolist() == cells


@pytest.mark.parametrize(
    ("line", "is_blank"),
    [
        (b"", True),
        (b",,", True),
        (b"  , \t,", True),
        (b'"","",""', True),
        (b'" ",,', True),
        (b'",",,', False),
        (b'"""",,', False),
        (b"0,,", False),
    ],
)
def test_what_is_blank(line, is_blank):
    assert structure_of(b"a,b,c\n" + line + b"\n1,2,3\n", ",").is_blank.tolist() == [False, is_blank, False]


def test_the_end_of_a_text():
    assert structure_of(b'a,b\n"1,2\n', ",").ends_in_quotes
    assert structure_of(b"a,b\n1,2\n", ",").ends_with_line_end
    assert not structure_of(b"a,b\n1,2", ",").ends_with_line_end
    assert len(structure_of(b"", ",")) == 0


@given(st.text(st.sampled_from('ab," \r\n;'), max_size=60))
@settings(max_examples=600, deadline=None)
def test_it_agrees_with_another_csv_reader_wherever_quotes_are_closed(text):
    structure = structure_of(text.encode(), ",")
    if structure.ends_in_quotes:
        return
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [max(len(row), 1) for row in rows] == structure.cell_counts.tolist()
    assert [all(not cell.strip(" \r\n") for cell in row) for row in rows] == structure.is_blank.tolist()
