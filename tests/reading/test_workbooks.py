"""What cells become as text, and the count of rows that is told from a sheet's XML alone."""

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import numpy as np
import openpyxl
import pytest

from assets.reading import InternalError, conform
from assets.reading.shapes import CellKind
from assets.reading.workbook_safety import Package, open_package
from assets.reading.workbooks import text_of
from tests.reading.files import HEADER, read, record, records, refusal, rezip, xlsx_bytes

SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("cell", "text", "kind"),
    [
        ("08a", "08a", CellKind.TEXT), ("", None, CellKind.TEXT), (1.0, "1", CellKind.NUMBER), (9990000018.0, "9990000018", CellKind.NUMBER),
        (0.1 + 0.2, "0.30000000000000004", CellKind.NUMBER), (12.5, "12.5", CellKind.NUMBER), (1e20, "1e+20", CellKind.NUMBER),
        (True, "TRUE", CellKind.BOOLEAN), (date(2024, 3, 4), "2024-03-04", CellKind.DATE), (datetime(2024, 3, 4, 5, 6), "2024-03-04 05:06:00", CellKind.DATE),
        (time(9, 5), "09:05:00", CellKind.TIME), (timedelta(hours=30), "30:00:00", CellKind.TIME),
    ],
)  # fmt: skip
def test_cells(cell, text, kind):
    assert text_of(cell) == (text, kind)


def filled(xml: str, shared: str = "") -> list[int]:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(SHEET, f'<worksheet xmlns:x="u"><sheetData>{xml}</sheetData></worksheet>')
        archive.writestr("xl/sharedStrings.xml", f"<sst>{shared}</sst>")
    return open_package(content.getvalue()).survey(SHEET).filled_rows.tolist()


@pytest.mark.parametrize(
    ("xml", "rows"),
    [
        ('<row r="2"><c r="A2"><v>1</v></c></row><row r="5"><c r="A5" t="n"><v>0</v></c></row>', [2, 5]),
        ("<row><c><v>1</v></c></row><row/><row><c><v>1</v></c></row>", [1, 3]),
        ('<row r="1"><c r="A1" s="3"/></row><row r="2"><c r="A2"><v></v></c><c r="B2"><v> </v></c></row>', []),
        (
            '<row r="1"><c t="inlineStr"><is><t>a</t></is></c></row><row r="2"><c t="inlineStr"><is><t xml:space="preserve">  </t></is></c></row>',
            [1],
        ),
        ('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row><row r="2"><c r="A2" t="str"><f>B2</f><v></v></c></row>', [1]),
        (
            '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row><row r="3"><c t="s"><v>2</v></c></row>',
            [1],
        ),
        ('<x:row r="4"><x:c r="A4"><x:v>7</x:v></x:c></x:row>', [4]),
        ('<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>0</v></c></row>', [1]),
    ],
)
def test_rows_that_hold_something(xml, rows):
    assert filled(xml, shared="<si><t>word</t></si><si><t> </t></si><si/>") == rows


def test_rows_are_found_across_the_borders_of_the_pieces(monkeypatch):
    monkeypatch.setattr("assets.reading.workbook_safety.CHUNK_BYTES", 7)
    xml = "".join(f'<row r="{i}"><c r="A{i}"><v>{i}</v></c></row>' for i in range(1, 40))
    assert filled(xml) == list(range(1, 40))


def test_blank_rows_and_formatted_cells_below_the_table_are_no_records(registry):
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([HEADER, record(1), [], record(2), [" "] * 16])))
    book["Records"]["A900"].number_format = "@"
    made = io.BytesIO()
    book.save(made)
    done = read(registry, made.getvalue(), ".xlsx")
    assert done.received_count == 2 and list(done.text.index) == [2, 4]


def test_a_value_right_of_the_last_header_sets_the_row_aside(registry):
    done = read(registry, xlsx_bytes([HEADER, record(1), [*record(2), "stray"], record(3)]), ".xlsx")
    assert (done.received_count, done.set_aside, list(done.text.index)) == (3, (3,), [2, 4])


def test_empty_columns_left_of_the_table(registry):
    done = read(registry, xlsx_bytes([[None, None, *HEADER], *[[None, None, *row] for row in records(3)]]), ".xlsx")
    assert done.received_count == 3 and done.text["side"].tolist() == ["1"] * 3


def with_row(content, cells, number=9):
    """The workbook with one more row, as XML."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read(SHEET).decode()
    return rezip(content, {SHEET: xml.replace("</sheetData>", f'<row r="{number}">{cells}</row></sheetData>').encode()})


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ('<c r="A9" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="A9" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c r="A9" t="b"><v>0</v></c>', "FALSE"),
        ('<c r="A9" t="d"><v>2024-01-02T03:04:05</v></c>', "2024-01-02 03:04:05"),
        ('<c r="A9" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>', "ab"),
        ('<c r="A9" t="str"><v>\u00a0</v></c>', "\u00a0"),
    ],
)
def test_cells_that_are_rare(registry, cells, text):
    done = read(registry, with_row(xlsx_bytes([HEADER, *records(2)]), cells), ".xlsx")
    assert done.received_count == 3 and done.text.loc[9, "clinic_code"] == text


@pytest.mark.parametrize("cells", ['<c r="A9" t="str"><v>&#13;</v></c>', '<c r="A9" t="inlineStr"><is><t>_x000D_</t></is></c>'])
def test_cells_that_are_blank_in_disguise(registry, cells):
    assert read(registry, with_row(xlsx_bytes([HEADER, *records(2)]), cells), ".xlsx").received_count == 2


def test_errors_of_formulas_are_named(registry):
    content = with_row(xlsx_bytes([HEADER, *records(2)]), '<c r="A9" t="str"><v>RAB01</v></c><c r="N9" t="e"><v>#REF!</v></c>')
    done = read(registry, content, ".xlsx")
    assert [f.field_name for f in done.findings if f.rule_id == "F46"] == ["pain_score"]
    assert conform(done).problems["pain_score"].loc[9] == "excel_error"


@pytest.mark.parametrize(
    "cells",
    [
        "<!-- <row r='10'><c r='A10'><v>1</v></c></row> -->",
        '<c r="A9" t="str"><v><![CDATA[x]]></v></c>',
        '<c r="A8"><v>1</v></c>',
        '<c r="A9"><v>1</c>',
    ],
)
def test_xml_that_programs_read_differently_is_refused(registry, cells):
    assert refusal(registry, with_row(xlsx_bytes([HEADER, *records(2)]), cells), ".xlsx").rule_id == "F10"


def test_formulas_give_the_value_that_was_saved_and_no_formula_runs(registry):
    content = xlsx_bytes([HEADER, record(1, Surname="x")])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read(SHEET).decode()
    place = xml.index('<c r="D2"')
    end = xml.index("</c>", place) + len("</c>")
    changed = xml[:place] + '<c r="D2" t="str"><f>CONCAT("a","b")</f><v>saved</v></c>' + xml[end:]
    assert read(registry, rezip(content, {SHEET: changed.encode()}), ".xlsx").text["surname"].tolist() == ["saved"]
    typed = read(registry, xlsx_bytes([HEADER, record(1, Surname="+cmd|' /C calc'!A0")]), ".xlsx")
    assert typed.text["surname"].tolist() == ["+cmd|' /C calc'!A0"]


def test_the_two_counts_must_agree(registry, monkeypatch):
    """A row that one of them loses is our own failure, and no refusal."""
    look = Package.survey
    monkeypatch.setattr(Package, "survey", lambda self, member: replace(look(self, member), filled_rows=np.array([1, 2, 3, 4])))
    with pytest.raises(InternalError):
        read(registry, xlsx_bytes([HEADER, *records(2)]), ".xlsx")
