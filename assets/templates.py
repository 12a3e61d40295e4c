"""What a sender fills in: a CSV with the header, and a workbook that helps to fill it in.

Belongs here: the template of a dataset, made from its declaration. Does not belong here: reading it back (``assets.reading``,
which takes a filled template as it is), how a format is put into words (``schemas.wording``).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from assets.reading.reader import GUIDANCE_MARK
from schemas.datasets import Dataset
from schemas.expressions import Expression
from schemas.fields import Field, Kind
from schemas.registry import Registry
from schemas.wording import Wording
from schemas.words import in_words

FIRST_ROW, LAST_ROW = 3, 1_048_576
TEXT_FORMAT = "@"
NUMBER_FORMATS = {
    Kind.DATE: "dd/mm/yyyy",
    Kind.TIME: "hh:mm",
    Kind.DATETIME: "dd/mm/yyyy hh:mm",
    Kind.INTEGER: "0",
    Kind.DECIMAL: "General",
}
HEADER_FILL = PatternFill("solid", fgColor="1F3A5F")
REQUIRED_FILL = PatternFill("solid", fgColor="0B6E4F")
GUIDANCE_FILL = PatternFill("solid", fgColor="EEF2F6")
PROMPT_LENGTH = 255  # what a spreadsheet allows
NOTE_WIDTH, NOTE_LINE = 340, 17


def write_template(dataset: Dataset | str, folder: Path, registry: Registry) -> list[Path]:
    """Writes ``<dataset>_template.csv`` and ``.xlsx`` into ``folder`` (made if absent) and gives their paths."""
    declared = registry.dataset(dataset) if isinstance(dataset, str) else dataset
    folder.mkdir(parents=True, exist_ok=True)
    text, workbook = (folder / f"{declared.name}_template{suffix}" for suffix in (".csv", ".xlsx"))
    _write_csv(declared, text)
    _make_workbook(declared).save(workbook)
    return [text, workbook]


def _write_csv(dataset: Dataset, path: Path) -> None:
    # with the mark, spreadsheet programs know that it is UTF-8
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerow([field.header for field in dataset.fields])


def _make_workbook(dataset: Dataset) -> Workbook:
    book = Workbook()
    records, about, lists = book.active, book.create_sheet("About"), book.create_sheet("Codes")
    records.title = "Records"
    choices = _write_codes(lists, dataset)
    _write_about(about, dataset)
    for position, field in enumerate(dataset.fields, start=1):
        _write_column(records, position, field, dataset, choices.get(field.name))
    records.freeze_panes = records.cell(FIRST_ROW, 1)
    records.row_dimensions[1].height = 48
    records.row_dimensions[2].height = 75
    lists.sheet_state = "hidden"
    return book


# ------------------------------------------------------------------------------------------------ the sheet of records
def _write_column(sheet: Worksheet, position: int, field: Field, dataset: Dataset, choices: str | None) -> None:
    letter = get_column_letter(position)
    column = sheet.column_dimensions[letter]
    column.width = min(max(len(field.header) + 2, 14), 28)
    # text cells keep the digits of an NHS number and the zeros of a code
    column.number_format = NUMBER_FORMATS.get(field.kind, TEXT_FORMAT)
    _write_header(sheet, position, field, dataset)
    guidance = sheet.cell(2, position, _guidance(field, dataset, is_first=position == 1))
    guidance.font, guidance.fill = Font(italic=True, size=9, color="44546A"), GUIDANCE_FILL
    guidance.alignment, guidance.number_format = Alignment(wrap_text=True, vertical="top"), TEXT_FORMAT
    sheet.add_data_validation(_validation(field, dataset, choices, f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}"))


def _write_header(sheet: Worksheet, position: int, field: Field, dataset: Dataset) -> None:
    cell = sheet.cell(1, position, field.header)
    cell.font, cell.fill = Font(bold=True, color="FFFFFF"), REQUIRED_FILL if field.is_essential else HEADER_FILL
    cell.alignment, cell.number_format = Alignment(wrap_text=True, vertical="center"), TEXT_FORMAT
    text = "\n".join(_note_lines(field, dataset))
    lines = sum(1 + len(line) // 52 for line in text.splitlines())
    cell.comment = Comment(text, "Common Cause", width=NOTE_WIDTH, height=NOTE_LINE * (lines + 1))


def _note_lines(field: Field, dataset: Dataset) -> Iterator[str]:
    yield field.description
    yield f"Needed: {needed_in_words(field, dataset)}."
    if field.only_if and field.only_if.condition != field.required:
        yield f"Otherwise empty unless {in_words(field.only_if.condition, dataset)}."
    if field.blank is not None:
        yield f"An empty cell says {field.blank}."
    yield f"Written as: {_written(field, dataset)}."
    if field.codes:
        yield "Codes:"
        yield from (f"  {code} = {label}" for code, label in field.codes.labels)


def needed_in_words(field: Field, dataset: Dataset) -> str:
    """``always``, ``when ...``, ``if known``."""
    if isinstance(field.required, Expression):
        return f"when {in_words(field.required, dataset)}"
    if field.required:
        return "always; without it the row cannot be taken" if field.is_essential else "always"
    return "if known"


def _written(field: Field, dataset: Dataset) -> str:
    if field.kind is Kind.CODES:
        return f"codes joined by '{dataset.codes_separator}'"
    if field.kind is Kind.CODE:
        return "a code of the list"
    return Wording(dataset).format(field)


def _guidance(field: Field, dataset: Dataset, is_first: bool) -> str:
    begin = f"{GUIDANCE_MARK} This row is not read; leave it or delete it. " if is_first else ""
    needed = "" if field.required is False else "Needed. " if field.required is True else "Sometimes needed. "
    written = _written(field, dataset)
    return f"{begin}{needed}{written[:1].upper()}{written[1:]}"


def _validation(field: Field, dataset: Dataset, choices: str | None, cells: str) -> DataValidation:
    """A drop-down that still lets a plain code be typed, or a prompt alone."""
    made = DataValidation(type="list" if choices else None, formula1=choices, allow_blank=True, sqref=cells)
    made.promptTitle, made.prompt = field.header[:32], f"{field.description} {_written(field, dataset)}"[:PROMPT_LENGTH]
    made.showInputMessage, made.showErrorMessage = True, False
    return made


# ------------------------------------------------------------------------------------------------ codes and words
def _write_codes(sheet: Worksheet, dataset: Dataset) -> dict[str, str]:
    """One line a code; gives each field of single codes the range of its choices."""
    sheet.append(["Field", "Code", "Label", "Choice"])
    ranges = {}
    for field in dataset.fields:
        if not field.codes:
            continue
        first = sheet.max_row + 1
        for (code, label), choice in zip(field.codes.labels, Wording(dataset).choices(field), strict=True):
            sheet.append([field.name, code, label, choice])
        if field.kind is Kind.CODE:
            ranges[field.name] = f"Codes!$D${first}:$D${sheet.max_row}"
    return ranges


def _write_about(sheet: Worksheet, dataset: Dataset) -> None:
    sheet.append([f"{dataset.title}: template"])
    sheet["A1"].font = Font(bold=True, size=14)
    for line in _about_lines(dataset):
        sheet.append([line])
        sheet.cell(sheet.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width = 110


def _about_lines(dataset: Dataset) -> Iterator[str]:
    yield f"{dataset.description} Dataset {dataset.name}, version {dataset.version}."
    yield "Fill in the sheet 'Records', one row for each record, and put the saved workbook (.xlsx) or a CSV of it into your landing folder."
    yield "Keep the names in the first row. Columns may be left out or stand in another order; a column that is left out keeps what was sent before."
    yield "Green names are of columns without which a row cannot be taken. Each name has a note: what it means, when it is needed, how it is written."
    yield "Where there is a list, choose from it, or type the code alone."
    yield f"An empty cell says nothing and keeps what was sent before. To remove a value that was sent before, write {dataset.clear_token}."
    yield "Paste values only (not formulas), so that dates stay dates and long numbers keep their digits."
    yield "The grey row below the names is guidance; it is not read."
