"""Tables as files: CSV in the dialects that trusts send, and workbooks.

Belongs here: bytes of made-up files. Does not belong here: templates and receipts (``assets.templates``, ``quality_checks.receipt``);
here nothing is neutralised, because the files stand for what others send.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from schemas.datasets import Dataset
from schemas.fields import Kind

BYTE_ORDER_MARK = "\ufeff"
DATE_SHOWN, TIME_SHOWN = "dd/mm/yyyy", "hh:mm"


@dataclass(frozen=True)
class Dialect:
    """``has_mark``: the file begins with a byte order mark. ``quotes_all``: every cell is quoted, not only where needed."""

    delimiter: str = ","
    encoding: str = "utf-8"
    has_mark: bool = False
    line_end: str = "\r\n"
    quotes_all: bool = False


def csv_bytes(table: pd.DataFrame, dialect: Dialect = Dialect()) -> bytes:
    """The table as a CSV file. Raises UnicodeEncodeError for what the encoding cannot write."""
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if dialect.quotes_all else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=dialect.delimiter, lineterminator=dialect.line_end, quoting=quoting)
    writer.writerow(table.columns)
    writer.writerows(zip(*(table[name] for name in table.columns), strict=True))
    return ((BYTE_ORDER_MARK if dialect.has_mark else "") + text.getvalue()).encode(dialect.encoding)


def xlsx_bytes(
    table: pd.DataFrame,
    dataset: Dataset,
    *,
    real_dates: bool = True,
    title_rows: Sequence[str] = (),
    sheet: str = "Data",
    sheets_before: Sequence[str] = (),
) -> bytes:
    """The table as a workbook: dates and times as real ones or as text, after ``title_rows``, behind sheets with notes."""
    book = Workbook(write_only=True)
    for name in sheets_before:
        book.create_sheet(name).append(["Notes"])
    page = book.create_sheet(sheet)
    for title in title_rows:
        page.append([title])
    page.append(list(table.columns))
    kinds = [_kind(dataset, header) for header in table.columns]
    for row in table.itertuples(index=False, name=None):
        page.append([_cell(page, text, kind, dataset, real_dates) for text, kind in zip(row, kinds, strict=True)])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _kind(dataset: Dataset, header: str) -> Kind | None:
    return next((f.kind for f in dataset.fields if f.header == header), None)


def _cell(page, text: str, kind: Kind | None, dataset: Dataset, real_dates: bool):
    if not text:
        return None
    if real_dates and kind in (Kind.DATE, Kind.TIME):
        form, shown = (dataset.date_formats[0], DATE_SHOWN) if kind is Kind.DATE else ("%H:%M", TIME_SHOWN)
        try:
            moment = datetime.strptime(text, form)
        except ValueError:  # a planted defect stays the text that it is
            return _text_cell(page, text)
        cell = WriteOnlyCell(page, moment if kind is Kind.DATE else moment.time())
        cell.number_format = shown
        return cell
    return _text_cell(page, text)


def _text_cell(page, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, text)
    cell.data_type = "s"  # a text that begins like a formula is still text
    cell.number_format = "@"
    return cell
