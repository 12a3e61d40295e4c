"""Written files read back as what they were."""

from __future__ import annotations

import io
from datetime import date, datetime, time

import openpyxl
import pandas as pd
import pytest

from assets.simulate import Dialect, Simulated, csv_bytes, made_up_sites, simulate, xlsx_bytes


@pytest.fixture(scope="module")
def made(hip) -> Simulated:
    sites = made_up_sites(2, hip.simulation, seed=1)
    spoilt = {"formula": 0.1, "line_break": 0.1, "impossible_date": 0.1}
    return simulate(hip, sites, date(2024, 1, 1), date(2024, 2, 1), seed=2, count=60, defects=spoilt)


DIALECTS = [
    Dialect(),
    Dialect(has_mark=True),
    Dialect(";", "cp1252"),
    Dialect("\t", line_end="\n"),
    Dialect(quotes_all=True),
]


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_csv_in_every_dialect(made, dialect):
    content = csv_bytes(made.table, dialect)
    assert content.startswith(b"\xef\xbb\xbf") == dialect.has_mark
    encoding = "utf-8-sig" if dialect.has_mark else dialect.encoding
    again = pd.read_csv(io.BytesIO(content), sep=dialect.delimiter, encoding=encoding, dtype=object, keep_default_na=False)
    assert again.to_dict("list") == {header: [text.replace("\r\n", "\n") for text in made.table[header]] for header in made.table}


def _pages(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


def test_workbook_with_real_dates_after_title_rows_on_a_later_sheet(hip, made):
    book = _pages(xlsx_bytes(made.table, hip.case_dataset, title_rows=("Hip fractures", "Trust"), sheets_before=("Read me",)))
    assert book.sheetnames == ["Read me", "Data"]
    rows = list(book["Data"].iter_rows(values_only=True))
    header = list(rows[2])
    assert header == list(made.table.columns)
    first = dict(zip(header, rows[3], strict=True))
    written = made.table.iloc[0]
    assert first["Presentation date"] == datetime.strptime(written["Presentation date"], "%d/%m/%Y")
    assert first["Presentation time"] == time.fromisoformat(written["Presentation time"])
    assert first["NHS number"] == written["NHS number"]


def test_workbook_with_dates_as_text(hip, made):
    rows = list(_pages(xlsx_bytes(made.table, hip.case_dataset, real_dates=False))["Data"].iter_rows(values_only=True))
    texts = [["" if value is None else value for value in row] for row in rows[1:]]
    assert texts == made.table.to_numpy().tolist()


def test_text_like_a_formula_stays_text_and_an_impossible_date_stays_impossible(hip, made):
    page = _pages(xlsx_bytes(made.table, hip.case_dataset))["Data"]
    kinds = {cell.data_type for row in page.iter_rows(min_row=2) for cell in row if cell.value is not None}
    assert kinds <= {"s", "d"}
    values = [value for row in page.iter_rows(min_row=2, values_only=True) for value in row]
    assert sum(isinstance(value, str) and value.startswith("31/02/") for value in values) == 6
