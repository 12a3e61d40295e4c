"""Named formats of texts."""

import pytest

from schemas.fields import Codes, Field, Identifier, Kind
from schemas.formats import (
    DUMMY_NHS_NUMBERS,
    FORMATS,
    NhsNumberStatus,
    has_nhs_check_digit,
    is_nhs_number,
    nhs_number_literals,
    nhs_number_status,
    normalise_nhs_number,
)


def test_the_check_digit_by_hand():
    """999 000 001: 9x10 + 9x9 + 9x8 + 1x2 = 245; 245 mod 11 = 3; 11 - 3 = 8."""
    assert [d for d in "0123456789" if has_nhs_check_digit("999000001" + d)] == ["8"]


def test_a_remainder_that_has_no_check_digit():
    """999 000 003: 243 + 3x2 = 249; 249 mod 11 = 7, digit 4. 999 000 006: 255 mod 11 = 2, digit 9. 999 000 011: 248 mod 11 = 6."""
    assert has_nhs_check_digit("9990000034") and has_nhs_check_digit("9990000069")
    without = [first for first in range(999000000, 999000100) if not any(has_nhs_check_digit(f"{first}{d}") for d in range(10))]
    assert without and all(sum(int(d) * w for d, w in zip(str(n), range(10, 1, -1), strict=True)) % 11 == 1 for n in without)


@pytest.mark.parametrize("text", ["9990000018", "999 000 0018", "999-000-0018", " 9990000018 "])
def test_spellings_of_one_number(text):
    assert normalise_nhs_number(text) == "9990000018" and is_nhs_number(text)


@pytest.mark.parametrize(
    "text", ["", "999000001", "99900000180", "999 000-0018", "9990 000018", "9990000019", "99900O0018", "٩٩٩٠٠٠٠٠١٨", "9990000018.0"]
)
def test_what_is_no_number(text):
    assert not is_nhs_number(text)


def test_dummies_are_told_from_numbers_though_their_check_digit_is_right():
    assert has_nhs_check_digit("9999999999") and has_nhs_check_digit("0000000000")
    assert len(DUMMY_NHS_NUMBERS) == 11
    for dummy in DUMMY_NHS_NUMBERS:
        assert not is_nhs_number(dummy) and nhs_number_status(dummy) is NhsNumberStatus.DUMMY
    assert nhs_number_status("012 345 6789") is NhsNumberStatus.DUMMY


def test_status():
    field = Field("n", "N", Kind.TEXT, "x", codes=Codes((("Overseas", "o"), ("[NONHS]", "n"))), identifies=Identifier.NHS_NUMBER)
    literals = nhs_number_literals(field)
    assert nhs_number_status("overseas ", literals) is NhsNumberStatus.LITERAL
    assert nhs_number_status("[NONHS]", literals) is NhsNumberStatus.LITERAL
    assert nhs_number_status("Overseas") is NhsNumberStatus.INVALID
    assert nhs_number_status("999 000 0018", literals) is NhsNumberStatus.REAL
    assert nhs_number_status("9990000019", literals) is NhsNumberStatus.INVALID


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "postcode",
            ["CF14 4XW", "cf144xw", "EC1A 1BB", "M1 1AE", "B33 8TH", "W1A 0AX", "CR2 6XH", "ZZ99 3VZ", "zz993vz", "GIR 0AA"],
            ["CF14", "CF14 4X", "14CF 4XW", "CF14  4XW", "CF14 4CI", ""],
        ),
        ("ods_code", ["RAB", "RAB01", "7A4", "NLF01B"], ["ra b", "RA", "rab", "RAB-01", "", "A" * 9]),
        ("nhs_number", ["9990000018"], ["Overseas"]),
    ],
)
def test_formats(name, good, bad):
    assert all(map(FORMATS[name], good)) and not any(map(FORMATS[name], bad))
