"""Files that cannot be taken: each is refused by its own rule, with the place and the remedy, and never with a word of its content."""

import hashlib
import io
import zipfile
import zlib
from dataclasses import replace

import openpyxl
import pytest

from assets.reading import Manifest, read_file
from assets.reading.containers import check_size
from quality_checks.findings import FileRefused
from schemas.datasets import Mode
from schemas.registry import Registry
from schemas.rules import Scope, Severity
from tests.hostile.samples import SAMPLES
from tests.reading.files import HEADER, csv_bytes, read, record, records, refusal, rezip, text_dataset, xlsx_bytes

GOOD = csv_bytes([HEADER, *records(4)])
BOOK = xlsx_bytes([HEADER, *records(4)])


def test_the_good_file_is_taken(registry):
    assert read(registry, GOOD).received_count == 4
    assert read(registry, BOOK, ".xlsx").received_count == 4


FOREIGN = {
    "empty": (b"", "F01", "empty"),
    "only line ends": (b"\r\n\r\n  \n", "F01", "empty"),
    "only the header": (csv_bytes([HEADER]), "F02", "no rows"),
    "header and blank rows": (csv_bytes([HEADER, [""] * 16, [" "] * 16]), "F02", "no rows"),
    "a PDF": (b"%PDF-1.7\n...", "F05", "PDF"),
    "a program": (b"MZ\x90\x00\x03", "F05", "program"),
    "a program of Linux": (b"\x7fELF\x02\x01", "F05", "program"),
    "a script": (b"#!/bin/sh\nrm -r x\n", "F05", "program"),
    "gzip": (b"\x1f\x8b\x08\x00", "F05", "gzip"),
    "a picture": (b"\x89PNG\r\n", "F05", "picture"),
    "a web page": (b"\xef\xbb\xbf <!DOCTYPE html><html>", "F05", "web page"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "F05", ".xls"),
    "a workbook with a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "F08",
        "password",
    ),
    "a NUL byte": (GOOD.replace(b"Testcase", b"Test\0ase", 1), "F06", "Line 2"),
    "UTF-16 without its mark": (GOOD.decode().encode("utf-16-le"), "F07", "UTF-16"),
    "UTF-16 cut in the middle of a character": (GOOD.decode().encode("utf-16")[:-1], "F07", "cut off"),
    "neither UTF-8 nor Windows-1252": (GOOD.replace(b"Testcase", b"Test\x81\xff", 1), "F07", "Line 2"),
    "no header": (csv_bytes(records(4)), "F11", "Clinic code"),
    "another table altogether": (csv_bytes([["Ward", "Beds", "Cost"], ["1", "2", "3"]]), "F11", "template"),
    "an open quote mark": (GOOD + b'RAB01,"9990000018,H1\r\n', "F16", "row 6"),
    "cut in the last row": (GOOD[:-40], "F16", "Row 5"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_that_is_no_good_table(registry, name):
    content, rule_id, word = FOREIGN[name]
    finding = refusal(registry, content)
    assert (finding.rule_id, finding.severity, finding.scope) == (rule_id, Severity.REJECT_FILE, Scope.FILE)
    assert word in finding.advice


def test_a_zip_called_csv_is_refused_and_a_workbook_called_csv_is_read(registry):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("records.csv", GOOD)
    assert refusal(registry, packed.getvalue()).rule_id == "F05"
    assert read(registry, BOOK, ".csv").received_count == 4


# ------------------------------------------------------------------------------------------------ limits
def limited(**limits) -> Registry:
    registry, _ = text_dataset(3, **limits)
    return registry


def test_size_is_judged_before_a_byte_is_read():
    check_size(10, 10)
    with pytest.raises(FileRefused) as caught:
        check_size(10_000_001, 10_000_000)
    assert caught.value.findings[0].rule_id == "F03"
    content = csv_bytes([["Field 0", "Field 1", "Field 2"], ["a", "b", "c"]])
    assert refusal(limited(size_limit_bytes=len(content) - 1), content, dataset=None).rule_id == "F03"
    assert read(limited(size_limit_bytes=len(content)), content, dataset=None).received_count == 1


@pytest.mark.parametrize("make", [csv_bytes, xlsx_bytes])
def test_too_many_rows(make):
    content = make([["Field 0", "Field 1", "Field 2"], *[["a", "b", "c"]] * 11])
    assert refusal(limited(row_limit=10), content, dataset=None).rule_id == "F04"
    assert read(limited(row_limit=11), content, dataset=None).received_count == 11


# ------------------------------------------------------------------------------------------------ the header
@pytest.mark.parametrize("dataset", SAMPLES)
@pytest.mark.parametrize("make", [csv_bytes, xlsx_bytes])
def test_records_without_a_header_are_told_the_header_of_what_they_are(registry, dataset, make):
    sample = SAMPLES[dataset]
    finding = refusal(registry, make([list(row.values()) for row in sample.rows()]), dataset=None)
    others = [known.title for name, known in registry.datasets.items() if name != dataset]
    assert finding.rule_id == "F11" and f"({dataset})" in finding.advice
    assert f"'{registry.dataset(dataset).fields[0].header}'" in finding.advice and not any(
        f"'{title}'" in finding.advice for title in others
    )


def test_a_table_that_nothing_points_to_is_told_which_templates_there_are(registry):
    finding = refusal(registry, csv_bytes([["7", "x"], ["8", "y"]]), dataset=None)
    assert finding.rule_id == "F11" and "header line is missing" in finding.advice
    assert all(f"'{known.title}' ({name})" in finding.advice for name, known in registry.datasets.items())
    assert "column names such as" not in finding.advice


def test_another_dataset_is_named(registry):
    other = registry.dataset("hip_fracture")
    header = [field.header for field in other.fields]
    finding = refusal(registry, csv_bytes([header, ["x"] * len(header)]))
    assert finding.rule_id == "F12"
    assert other.title in finding.advice and "hip_fracture" in finding.advice


def test_two_datasets_that_fit_alike():
    _, dataset = text_dataset(3)
    twins = Registry((), (dataset, replace(dataset, name="twin", title="Twin")))
    content = csv_bytes([["Field 0", "Field 1", "Field 2"], ["a", "b", "c"]])
    assert refusal(twins, content, dataset=None).rule_id == "F13"
    assert read(twins, content, dataset="twin").dataset.name == "twin"
    assert read_file(content, ".csv", twins, dataset=None, sender_code="X", manifest=Manifest(dataset="twin")).dataset.name == "twin"


def test_two_columns_of_one_field(registry):
    finding = refusal(registry, csv_bytes([(*HEADER, "side"), *[[*row, "2"] for row in records(3)]]))
    assert (finding.rule_id, finding.field_name) == ("F14", "side")
    assert "Columns H and Q" in finding.advice


def test_a_column_without_which_no_row_can_be_taken(registry):
    content = csv_bytes([[n for n in HEADER if n != "Side"], *[row[:7] + row[8:] for row in records(3)]])
    finding = refusal(registry, content)
    assert (finding.rule_id, finding.field_name) == ("F15", "side")
    assert "'Side'" in finding.advice


def test_the_site_may_come_from_the_manifest_instead(registry):
    content = csv_bytes([HEADER[1:], *[row[1:] for row in records(3)]])
    assert refusal(registry, content).field_name == "clinic_code"
    done = read(registry, content, manifest=Manifest(site="RAB02"))
    assert done.text["clinic_code"].tolist() == ["RAB02"] * 3


def test_an_update_of_a_few_columns_needs_the_key_only_and_a_replacement_needs_all_that_is_essential(registry):
    kept = [0, 1, 5, 7, 13]
    content = csv_bytes([[HEADER[i] for i in kept], *[[row[i] for i in kept] for row in records(3)]])
    assert read(registry, content).present_fields == ("clinic_code", "nhs_number", "arrival_date", "side", "pain_score")
    assert refusal(registry, content, manifest=Manifest(mode=Mode.REPLACE_PERIOD)).field_name == "date_of_birth"


# ------------------------------------------------------------------------------------------------ complete, unshifted
def test_the_manifest_tells_what_is_missing(registry):
    assert refusal(registry, GOOD, manifest=Manifest(row_count=5)).rule_id == "F17"
    assert refusal(registry, GOOD, manifest=Manifest(sha256="0" * 64)).rule_id == "F17"
    assert refusal(registry, GOOD, manifest=Manifest(layout="nobody")).rule_id == "F17"
    right = Manifest(row_count=4, sha256=hashlib.sha256(GOOD).hexdigest(), layout="wrist_fracture_standard")
    assert read(registry, GOOD, manifest=right).received_count == 4


@pytest.mark.parametrize("step", [1, -1])
def test_shifted_columns(registry, step):
    """From 'Date of birth' on every value stands one place away from its header."""
    rows = [[*row[:4], "", *row[4:-1]] if step > 0 else [*row[:4], *row[5:], ""] for row in records(10)]
    finding = refusal(registry, csv_bytes([HEADER, *rows]))
    assert finding.rule_id == "F19"
    assert ("to the right" if step > 0 else "to the left") in finding.advice


def test_one_wrong_column_is_not_a_shift(registry):
    assert read(registry, csv_bytes([HEADER, *records(10, Arrival_time="soon")])).received_count == 10


def test_rows_of_another_width_are_set_aside_one_by_one(registry):
    rows = records(6)
    content = csv_bytes([HEADER, rows[0], rows[1][:-2], [""] * 16, rows[2], [*rows[3], "x", "y"], rows[4]])
    done = read(registry, content)
    assert done.received_count == 5
    assert list(done.text.index) == [2, 5, 7]
    assert done.set_aside == (3, 6)
    odd = [f for f in done.findings if f.rule_id == "F21"]
    assert [(f.row_number, f.severity, f.scope) for f in odd] == [
        (3, Severity.QUARANTINE_RECORD, Scope.RECORD),
        (6, Severity.QUARANTINE_RECORD, Scope.RECORD),
    ]
    assert "14 cells" in odd[0].advice and "18 cells" in odd[1].advice
    assert done.source.row_numbers == (2, 3, 5, 6, 7)
    assert done.source.rows[1] == tuple(rows[1][:-2]) and done.source.rows[3] == (*rows[3], "x", "y")


def test_no_row_fits(registry):
    assert refusal(registry, csv_bytes([HEADER, *[[*row, "x"] for row in records(3)]])).rule_id == "F22"


# ------------------------------------------------------------------------------------------------ workbooks
def test_macros(registry):
    assert refusal(registry, rezip(BOOK, {"xl/vbaProject.bin": b"x"}), ".xlsx").rule_id == "F09"
    assert refusal(registry, BOOK, ".xlsm").rule_id == "F09"


def bomb(inflated: int) -> bytes:
    return rezip(BOOK, {"xl/media/image1.bin": b"\0" * inflated})


def test_a_bomb_that_declares_its_size(registry):
    content = bomb(60_000_000)
    assert len(content) < 200_000
    assert refusal(registry, content, ".xlsx").rule_id == "F10"


@pytest.mark.parametrize("checksum", ["of all", "of the part that is declared"])
def test_a_bomb_that_lies_about_its_size(registry, checksum):
    """The package says 1,000 bytes for a member that inflates to 60 million."""
    content = bomb(60_000_000).replace((60_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    if checksum != "of all":
        whole, part = (zlib.crc32(bytes(n)).to_bytes(4, "little") for n in (60_000_000, 1000))
        content = content.replace(whole, part)
    assert refusal(registry, content, ".xlsx").rule_id == "F10"


def test_a_damaged_workbook(registry):
    assert refusal(registry, BOOK[: len(BOOK) // 2], ".xlsx").rule_id in ("F05", "F10")
    middle = len(BOOK) // 3
    assert refusal(registry, BOOK[:middle] + bytes(40) + BOOK[middle + 40 :], ".xlsx").rule_id == "F10"


def test_document_types_in_a_workbook(registry):
    with zipfile.ZipFile(io.BytesIO(BOOK)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    laughing = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + sheet
    assert refusal(registry, rezip(BOOK, {"xl/worksheets/sheet1.xml": laughing}), ".xlsx").rule_id == "F10"


def test_a_cell_at_the_far_end_of_the_sheet(registry):
    book = openpyxl.load_workbook(io.BytesIO(BOOK))
    book["Records"]["XFD1048576"] = "x"
    made = io.BytesIO()
    book.save(made)
    assert refusal(registry, made.getvalue(), ".xlsx").rule_id == "F10"


def test_records_on_two_sheets(registry):
    content = xlsx_bytes([HEADER, *records(3)], February=[HEADER, *records(2)])
    finding = refusal(registry, content, ".xlsx")
    assert finding.rule_id == "F20" and "Sheets 1 and 2" in finding.advice
    assert read(registry, xlsx_bytes([HEADER, *records(3)], February=[HEADER]), ".xlsx").received_count == 3


# ------------------------------------------------------------------------------------------------ nothing of the patient
@pytest.mark.parametrize("make", [csv_bytes, xlsx_bytes])
def test_no_finding_quotes_the_file(registry, make):
    secret = "Zebedee"
    header = [*HEADER, secret, f"{secret} side"]
    rows = [[*record(1, Surname=secret, Side=secret, Date_of_birth=secret, Arrival_date=secret, Manipulated=secret), secret, secret]]
    done = read(registry, make([[secret], header, *rows, [secret]]), ".csv")
    assert done.findings and not any(secret in repr(finding) for finding in done.findings)
    for content in (make([[secret], [secret, *HEADER[2:]], [secret]]), make([header, *rows[:0]]), b"\xff\x81" + secret.encode()):
        with pytest.raises(FileRefused) as caught:
            read(registry, content)
        assert secret not in str(caught.value) and secret not in repr(caught.value.findings)
        assert caught.value.__cause__ is None
