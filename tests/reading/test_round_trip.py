"""Whatever table of text is written in a supported way is read back cell by cell."""

import csv

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from assets.reading import read_file
from assets.reading.delimited import DELIMITERS
from tests.reading.files import csv_bytes, text_dataset, xlsx_bytes

BLANK = set(" \t\r\n\x0b\x0c")
ANY_TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=12)
AWKWARD = st.text(st.sampled_from("\",;|\t\r\n 'a1=é€"), max_size=8)
WINDOWS_TEXT = st.text(st.sampled_from("".join(bytes([b]).decode("cp1252", "ignore") for b in range(1, 256))), max_size=12)


def tables(cells):
    return st.integers(3, 6).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=8))


def is_blank(row):
    return all(set(cell) <= BLANK for cell in row)


def check(rows, content, suffix=".csv"):
    width = len(rows[0])
    registry, _ = text_dataset(width)
    assume(any(not is_blank(row) for row in rows))
    done = read_file(content, suffix, registry, dataset=None, sender_code="X")
    wanted = {i: [cell or None for cell in row] for i, row in enumerate(rows, start=2) if not is_blank(row)}
    assert done.received_count == len(wanted)
    assert dict(zip(done.text.index, done.text.to_numpy().tolist(), strict=True)) == wanted


def headed(rows):
    return [[f"Field {i}" for i in range(len(rows[0]))], *rows]


@given(
    tables(st.one_of(ANY_TEXT, AWKWARD)), st.sampled_from(DELIMITERS), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.booleans(),
)  # fmt: skip
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_every_separator_and_unicode_encoding(rows, delimiter, encoding, quoting, has_last_line_end):
    content = csv_bytes(headed(rows), encoding, delimiter=delimiter, quoting=quoting)
    end = "\r\n".encode("utf-16-le" if encoding == "utf-16" else "utf-8")
    check(rows, content if has_last_line_end else content.removesuffix(end))


@given(tables(WINDOWS_TEXT), st.sampled_from(DELIMITERS))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_windows_1252(rows, delimiter):
    content = csv_bytes(headed(rows), "cp1252", delimiter=delimiter, quoting=csv.QUOTE_ALL)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        check(rows, content)
    else:
        assume(content.isascii())  # bytes that are good UTF-8 are taken as such
        check(rows, content)


@given(
    tables(st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF, blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), max_size=10))
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_workbook(rows):
    assume(not any(cell.startswith("=") or "_x" in cell for row in rows for cell in row))
    check(rows, xlsx_bytes(headed(rows)), ".xlsx")
