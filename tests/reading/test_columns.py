"""Headers: how they are matched, what is suggested, which layout is chosen."""

from dataclasses import replace

import pytest

from assets.reading.file_rules import column_letter
from schemas.registry import Registry, load_registry
from tests.reading.files import HEADER, advice_of, csv_bytes, read, record, records, refusal, xlsx_bytes

EASTERN = ("Clinic", "NHS No", "MRN", "DOB", "Arrived on", "Arrived at", "L/R", "MUA", "MUA on", "MUA at")


def eastern_row(serial=1):
    right = record(serial)
    return ["RAB01", right[1], f"H{serial}", "1950-02-01", "2024-03-04", "10:15", "L", "Y", "2024-03-04", "12:00"]


def test_headers_match_whatever_their_case_spaces_and_punctuation(registry):
    spelt = [h.upper().replace(" ", "_") + ":" for h in HEADER]
    done = read(registry, csv_bytes([spelt, *records(2)]))
    assert len(done.present_fields) == 16 and not done.findings


def test_columns_in_another_order(registry):
    done = read(registry, csv_bytes([HEADER[::-1], *[row[::-1] for row in records(2)]]))
    assert done.text["surname"].tolist() == ["Testcase"] * 2 and done.text["side"].tolist() == ["1", "1"]


def test_a_trusts_own_layout(registry):
    done = read(registry, csv_bytes([EASTERN, eastern_row()]), dataset=None)
    assert (done.dataset.name, done.layout.name) == ("wrist_fracture", "wrist_fracture_eastern")


def test_a_layout_of_others_is_not_used(registry):
    pathway = registry.pathway("wrist_fracture")
    private = replace(pathway, layouts=(replace(pathway.layouts[0], senders=("EAST",)),))
    alone = Registry((private,))
    content = csv_bytes([EASTERN, eastern_row()])
    assert read(alone, content, sender_code="EAST").layout.name == "wrist_fracture_eastern"
    assert refusal(alone, content, sender_code="WEST").rule_id in ("F11", "F15")


def test_title_rows_above_the_header(registry):
    rows = [["Wrist audit, clinic RAB01"], [], ["Period:", "March"], HEADER, *records(2)]
    for content in (csv_bytes(rows), csv_bytes(rows, delimiter=";"), xlsx_bytes(rows)):
        done = read(registry, content)
        assert done.source.header_row == 4 and list(done.text.index) == [5, 6]


def test_the_line_by_which_spreadsheets_state_the_separator(registry):
    done = read(registry, b"sep=;\r\n" + csv_bytes([HEADER, *records(2)], delimiter=";"))
    assert list(done.text.index) == [3, 4]


def test_the_sheet_whose_header_matches(registry):
    done = read(registry, xlsx_bytes([["Notes"], ["nothing"]], Data=[HEADER, *records(3)]), ".xlsx")
    assert done.received_count == 3


def test_an_unknown_column_is_named_by_its_place_and_gets_a_suggestion(registry):
    header = ["Pain scroe" if h == "Pain score" else h for h in HEADER]
    done = read(registry, csv_bytes([[*header, "Colour"], *[[*row, "red"] for row in records(2)]]))
    close, far = advice_of(done, "F31")
    assert close == "Column N is not part of the dataset and was not read. Did you mean 'Pain score'?"
    assert "Column Q" in far and "Did you mean" not in far
    assert "pain_score" not in done.present_fields
    assert not any("scroe" in f.advice or "Colour" in f.advice for f in done.findings)


def test_a_misspelt_column_of_two_names_is_recognised_by_one_of_them(hip):
    """'Sex / Gender' as 'Gendr'."""
    done = read(hip, hip_file("Sex / Gender", "Gendr"), dataset="hip_fracture")
    assert any("Did you mean 'Sex / Gender'?" in advice for advice in advice_of(done, "F31"))


def test_an_unknown_column_is_not_called_harmless_while_a_required_one_is_missing(hip):
    (advice,) = advice_of(read(hip, hip_file("Sex / Gender", "Quux"), dataset="hip_fracture"), "F31")
    assert advice.endswith("If it is one of the columns that are missing, head it as the template does.") and "harm" not in advice
    (missing,) = advice_of(read(hip, hip_file("Sex / Gender", "Quux"), dataset="hip_fracture"), "F32")
    assert "'Sex / Gender'" in missing and "New records cannot be taken without" in missing


def test_a_misspelt_column_without_which_no_row_can_be_taken_is_named_by_its_place(hip):
    refused = refusal(hip, hip_file("Presentation date", "Presentation dat"), dataset="hip_fracture")
    assert refused.rule_id == "F15" and "'Presentation date' (column " in refused.advice and "looks like it" in refused.advice
    refused = refusal(hip, hip_file("Presentation date", "Quux"), dataset="hip_fracture")
    assert "looks like it" not in refused.advice


@pytest.fixture(scope="module")
def hip():
    return load_registry(())


def hip_file(header: str, misspelt: str) -> bytes:
    fields = [f.header for f in load_registry(()).dataset("hip_fracture").fields]
    assert header in fields
    return csv_bytes([[misspelt if h == header else h for h in fields], ["1" for _ in fields]])


def test_required_columns_that_are_missing_are_listed_once(registry):
    kept = [i for i, h in enumerate(HEADER) if h not in ("Manipulated", "Manipulation date", "Grip strength")]
    (advice,) = advice_of(read(registry, csv_bytes([[HEADER[i] for i in kept], *[[row[i] for i in kept] for row in records(2)]])), "F32")
    assert "'Manipulated', 'Manipulation date'" in advice and "Grip" not in advice


def test_a_positional_layout_goes_by_place_and_checks_the_headers(registry):
    pathway = registry.pathway("wrist_fracture")
    fixed = replace(pathway.layouts[0], positional=True)
    alone = Registry((replace(pathway, layouts=(fixed,)),))
    header = [*EASTERN[:3], "Geburtstag", *EASTERN[4:]]
    done = read(alone, csv_bytes([header, eastern_row()]))
    assert done.text["date_of_birth"].tolist() == ["1950-02-01"]
    (advice,) = advice_of(done, "F33")
    assert "Column D was read as 'DOB'" in advice and "Geburtstag" not in advice


@pytest.mark.parametrize(("position", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (62, "BK"), (701, "ZZ"), (702, "AAA")])
def test_column_letters(position, letter):
    assert column_letter(position) == letter
