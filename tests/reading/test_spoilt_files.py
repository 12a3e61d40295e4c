"""However a file is spoilt, the answer is a table or a refusal; never another error, never a row that nobody counts."""

import io
import random
import zipfile

import pytest

from assets.reading import conform
from quality_checks.findings import FileRefused
from tests.reading.files import HEADER, csv_bytes, read, records, rezip, xlsx_bytes

BITS = b'",;\t\r\n <>/="\x00\xff1a&'


def spoil(content: bytes, chance: random.Random) -> bytes:
    """A few bytes deleted, inserted, repeated or changed."""
    made = bytearray(content)
    for _ in range(chance.randrange(1, 4)):
        start = chance.randrange(len(made))
        how = chance.choice(("delete", "insert", "repeat", "change"))
        if how == "delete":
            del made[start : start + chance.randrange(1, 30)]
        elif how == "insert":
            made[start:start] = bytes(chance.choice(BITS) for _ in range(chance.randrange(1, 6)))
        elif how == "repeat":
            made[start:start] = made[chance.randrange(len(made)) :][: chance.randrange(1, 40)]
        else:
            made[start] = chance.randrange(256)
    return bytes(made)


def taken_or_refused(registry, content, suffix):
    try:
        done = read(registry, content, suffix)
    except FileRefused:
        return "refused"
    assert done.received_count == len(done.row_numbers) + len(done.set_aside) == len(done.source.rows)
    assert len(conform(done).frame) == len(done.row_numbers)
    return "taken"


@pytest.mark.parametrize("seed", range(4))
def test_spoilt_csv(registry, seed):
    chance, good = random.Random(seed), csv_bytes([HEADER, *records(6)])
    assert {taken_or_refused(registry, spoil(good, chance), ".csv") for _ in range(60)} == {"taken", "refused"}


def test_spoilt_workbook_package(registry):
    chance, good = random.Random(1), xlsx_bytes([HEADER, *records(6)])
    assert {taken_or_refused(registry, spoil(good, chance), ".xlsx") for _ in range(60)} >= {"refused"}


@pytest.mark.parametrize(
    "member", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/styles.xml"]
)
def test_spoilt_members_of_a_workbook(registry, member):
    chance, good = random.Random(2), xlsx_bytes([HEADER, *records(6)])
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        whole = archive.read(member)
    for _ in range(40):
        taken_or_refused(registry, rezip(good, {member: spoil(whole, chance)}), ".xlsx")
