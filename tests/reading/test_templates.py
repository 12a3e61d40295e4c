"""A template filled in is a file that is taken as it is."""

import csv
from datetime import date, datetime, time

import openpyxl
import pytest

from assets.reading import conform
from assets.templates import write_template
from tests.reading.files import HEADER, nhs_number, read, refusal


@pytest.fixture
def template(registry, tmp_path):
    return write_template("wrist_fracture", tmp_path / "new", registry)


def fill(path, *rows):
    book = openpyxl.load_workbook(path)
    for number, row in enumerate(rows, start=3):
        for position, value in enumerate(row, start=1):
            book["Records"].cell(number, position).value = value
    book.save(path)
    return path.read_bytes()


def typed_row(side="1 = Left"):
    return (
        "RAB01", nhs_number(1), "007", "Testcase", date(1950, 2, 20), date(2024, 3, 2), time(10, 15), side, datetime(2024, 3, 2, 10, 40), "1 = Yes",
        date(2024, 3, 2), time(12, 0), "1;2", 4, 12.5, None,
    )  # fmt: skip


def test_every_dataset_has_a_template(registry, tmp_path):
    for dataset in registry.datasets.values():
        text, workbook = write_template(dataset, tmp_path, registry)
        assert (text.name, workbook.name) == (f"{dataset.name}_template.csv", f"{dataset.name}_template.xlsx")
        assert next(csv.reader(text.open(encoding="utf-8-sig", newline=""))) == [field.header for field in dataset.fields]


def test_a_filled_workbook_is_read_as_it_is(registry, template):
    done = read(registry, fill(template[1], typed_row(), typed_row("2")), ".xlsx", dataset=None)
    assert (done.dataset.name, done.received_count, list(done.text.index), done.findings) == ("wrist_fracture", 2, [3, 4], ())
    frame = conform(done).frame
    assert frame["side"].tolist() == ["1", "2"] and frame["manipulated"].tolist() == ["1", "1"]
    assert frame["hospital_number"].tolist() == ["007"] * 2 and frame["analgesia"].tolist() == [("1", "2")] * 2
    assert frame["arrival_at"].tolist() == [datetime(2024, 3, 2, 10, 15)] * 2


def test_it_may_be_filled_after_the_guidance_was_deleted(registry, template):
    book = openpyxl.load_workbook(template[1])
    book["Records"].delete_rows(2)
    for position, value in enumerate(typed_row(), start=1):
        book["Records"].cell(2, position).value = value
    book.save(template[1])
    assert read(registry, template[1].read_bytes(), ".xlsx").received_count == 1


def test_a_template_that_nobody_filled_in_has_no_rows(registry, template):
    assert refusal(registry, template[1].read_bytes(), ".xlsx").rule_id == "F02"
    assert refusal(registry, template[0].read_bytes()).rule_id == "F02"


def test_a_filled_csv_is_read(registry, template):
    with template[0].open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(["RAB01", nhs_number(1), "007", "", "20/02/1950", "02/03/2024", "10:15", "1", *[""] * 9])
    assert read(registry, template[0].read_bytes()).received_count == 1


def test_what_helps_to_fill_it_in(registry, template):
    book = openpyxl.load_workbook(template[1])
    sheet = book["Records"]
    assert [cell.value for cell in sheet[1]] == [*HEADER, "Open wound"]
    assert sheet.freeze_panes == "A3" and book["Codes"].sheet_state == "hidden" and book["About"]["A1"].value == "Wrist fracture: template"
    side = sheet["H1"].comment.text
    assert "Which wrist." in side and "1 = Left" in side and "Needed: always" in side
    assert "Needed: when" in sheet["K1"].comment.text and "DD/MM/YYYY" in sheet["K1"].comment.text
    assert sheet["A2"].value.startswith("[guidance]")


def test_text_stays_text_and_dates_look_like_dates(template):
    columns = openpyxl.load_workbook(template[1])["Records"].column_dimensions
    assert [columns[letter].number_format for letter in "BCHM"] == ["@"] * 4
    assert (columns["E"].number_format, columns["G"].number_format, columns["I"].number_format) == (
        "dd/mm/yyyy",
        "hh:mm",
        "dd/mm/yyyy hh:mm",
    )


def test_lists_offer_every_code_with_its_label(template):
    book = openpyxl.load_workbook(template[1])
    lists = {str(v.sqref).split(":")[0]: v.formula1 for v in book["Records"].data_validations.dataValidation if v.type == "list"}
    assert set(lists) == {"H3", "J3"}
    sheet, cells = lists["H3"].replace("$", "").split("!")
    assert [row[0].value for row in book[sheet][cells]] == ["1 = Left", "2 = Right"]
