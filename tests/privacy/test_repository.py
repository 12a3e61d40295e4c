"""The repository holds no number that could be a patient's: outside the test range, no ten digits with a right check digit."""

from __future__ import annotations

import re

from schemas.formats import DUMMY_NHS_NUMBERS, is_nhs_number
from tests.project_files import ROOT, project_files

# ten digits on their own or as 3-3-4; not a piece of a longer number, of a decimal fraction or of a hash
NUMBER = re.compile(r"(?<![0-9A-Za-z.])(?:[0-9]{10}|[0-9]{3}([ -])[0-9]{3}\1[0-9]{4})(?![0-9A-Za-z])")
HASHES = ("requirements.lock",)


def real_numbers(text: str) -> list[str]:
    """Numbers that pass as a person's and do not lie in the range kept free for tests."""
    found = (match.group() for match in NUMBER.finditer(text))
    return [number for number in found if is_nhs_number(number) and not re.sub("[ -]", "", number).startswith("999")]


def test_no_file_holds_a_number_that_could_be_a_patients():
    files = [path for path in project_files() if str(path.relative_to(ROOT)) not in HASHES]
    assert len(files) > 200
    found = {
        str(path.relative_to(ROOT)): len(numbers) for path in files if (numbers := real_numbers(path.read_text("utf-8", errors="replace")))
    }
    assert found == {}


def test_the_search_knows_a_number_when_it_sees_one():
    """Made here from a nine-digit stem, so that this file holds none."""
    nine = "943" + "476" + "591"
    check = 11 - sum(int(d) * w for d, w in zip(nine, range(10, 1, -1), strict=True)) % 11
    number = f"{nine}{check % 11}"
    assert real_numbers(f'"{number}"') == [number]
    assert real_numbers(f"NHS {number[:3]} {number[3:6]} {number[6:]}, of") == [f"{number[:3]} {number[3:6]} {number[6:]}"]
    assert real_numbers(f"{number[:3]}-{number[3:6]}-{number[6:]}")
    wrong = f"{nine}{(check + 1) % 10}"
    assert real_numbers(f"{wrong} 1{number} {number}7 0.{number} a{number} 9990000018 {' '.join(DUMMY_NHS_NUMBERS)}") == []
