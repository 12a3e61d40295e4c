"""``annotated.xlsx``: the sender's own table with what is wrong marked, to be corrected and dropped as it is.

Belongs here: which rows and cells are marked, and that every cell goes back as the text it was (a real date as a real date).
Does not belong here: the findings. The first sheet is the data and nothing else, so that the workbook is read as any other file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import count, zip_longest

from quality_checks.finding_table import NO_ROW
from quality_checks.receipt.content import ReceiptContent
from quality_checks.receipt.texts import for_cell, would_run
from quality_checks.receipt.xlsx import Cell, Sheet, Style, workbook
from schemas.rules import Severity

WHOLE_FILE_LIMIT = 5_000  # rows up to which the whole file comes back
MARKED_LIMIT = 5_000  # rows that come back of a larger file: those that need attention
WIDTH_ROWS = 50  # rows that decide how wide a column is
NOTE_LIMIT = 20_000  # comments in one workbook; a spreadsheet opens slowly beyond
REAL_DATE = 2  # ``CellKind.DATE`` of reading: the cell held a date, its text is ISO

ROW_FILL = {Severity.QUARANTINE_RECORD: "FCE9E6", Severity.WARN: "FFF6DB", Severity.OUT_OF_SCOPE: "EEF1F4"}
CELL_FILL = {Severity.QUARANTINE_RECORD: "F3A69B", Severity.WARN: "FFD76A", Severity.OUT_OF_SCOPE: "CFD8E0"}
GRAVEST = (Severity.QUARANTINE_RECORD, Severity.WARN, Severity.OUT_OF_SCOPE)
LISTS = "Codes"
HEADER_STYLE = Style("@", "E3E8EE", is_bold=True)


@dataclass
class Mark:
    """What is said of one cell: the gravest severity, and the reasons."""

    severity: Severity
    notes: list[str]


def annotated_xlsx(content: ReceiptContent) -> bytes | None:
    """The workbook, None where there is no table to give back."""
    if not content.has_workbook:
        return None
    rows = _chosen_rows(content)
    lists, choices = _lists(content)
    sheets = [_data_sheet(content, rows, choices), _about_sheet(content, len(rows), has_lists=bool(choices))]
    return workbook([*sheets, lists] if choices else sheets)


def _chosen_rows(content: ReceiptContent) -> list[int]:
    """All rows of a small file; of a large one those to correct, then those to check."""
    everything = content.read.source.row_numbers
    if len(everything) <= WHOLE_FILE_LIMIT:
        return list(everything)
    aside = content.findings.rows_with(Severity.QUARANTINE_RECORD)
    warned = content.findings.rows_with(Severity.WARN) - aside
    known = set(everything)
    return sorted([*sorted(aside & known), *sorted(warned & known)][:MARKED_LIMIT])


# ------------------------------------------------------------------------------------------------ the data
def _data_sheet(content: ReceiptContent, rows: list[int], choices: dict[int, str]) -> Sheet:
    source, wanted = content.read.source, set(rows)
    sheet = Sheet("Data", _widths(content), frozen_rows=1, choices=choices)
    sheet.rows.append([Cell(for_cell(header), HEADER_STYLE) for header in source.header])
    marks, texts, dated, notes = _marks(content, wanted), source.rows_of(rows), _dated(content), count()
    make = cache(_cell)  # codes, dates and times come again and again in a column
    sheet.rows.extend(_cells(row, texts[row], marks.get(row, {}), dated, notes, make) for row in rows)
    return sheet


def _lists(content: ReceiptContent) -> tuple[Sheet, dict[int, str]]:
    """What columns of single codes offer, one below the other on a hidden sheet, and the cells of each column's own."""
    sheet, choices = Sheet(LISTS, is_hidden=True), {}
    for place, name in sorted(content.read.source.field_of_header.items()):
        if offered := content.choices(name):
            first = len(sheet.rows) + 1
            sheet.rows.extend([Cell(choice)] for choice in offered)
            choices[place + 1] = f"{LISTS}!$A${first}:$A${len(sheet.rows)}"
    return sheet, choices


def _widths(content: ReceiptContent) -> list[float]:
    """Wide enough for the header and the first rows, in characters."""
    source = content.read.source
    shown = zip_longest(source.header, *source.rows_of(source.row_numbers[:WIDTH_ROWS]).values(), fillvalue="")
    return [min(max(11, *(len(text) + 2 for text in column)), 28) for column in shown]


def _dated(content: ReceiptContent) -> set[tuple[int, int]]:
    """(row, position) of cells that were real dates: as text their ISO form would not be read by the layout's formats."""
    read, found = content.read, set()
    for place, name in read.source.field_of_header.items():
        kinds = getattr(read, "kinds", {}).get(name)
        if kinds is not None:
            found.update((int(row), place) for row in read.row_numbers[kinds == REAL_DATE])
    return found


def _marks(content: ReceiptContent, rows: set[int]) -> dict[int, dict[int, Mark]]:
    """row -> position of the cell -> mark. A finding about a column that the file does not have is told in the first cell."""
    places = {name: place for place, name in content.read.source.field_of_header.items()}
    marks: dict[int, dict[int, Mark]] = defaultdict(dict)
    findings = content.findings
    for kind, row in zip(findings.kind_of.tolist(), findings.row_numbers.tolist(), strict=True):
        if row == NO_ROW or row not in rows:
            continue
        said = findings.kinds[kind]
        mark = marks[row].setdefault(places.get(said.field_name, 0), Mark(said.severity, []))
        if said.severity is not mark.severity:
            mark.severity = min(mark.severity, said.severity, key=_gravity)
        mark.notes.append(f"{said.rule_id}: {said.advice}")
    return marks


def _gravity(severity: Severity) -> int:
    return GRAVEST.index(severity) if severity in GRAVEST else -1


def _cells(
    row: int, texts: tuple[str, ...], marks: dict[int, Mark], dated: set[tuple[int, int]], notes: Iterator[int], make: Callable[..., Cell]
) -> list[Cell | None]:
    gravest = min((mark.severity for mark in marks.values()), key=_gravity, default=None)
    row_fill = ROW_FILL[gravest] if gravest else None
    made: list[Cell | None] = [
        make(text, row_fill, (row, place) in dated) if text or row_fill else None for place, text in enumerate(texts)
    ]
    for place, mark in marks.items():
        told = "\n\n".join(mark.notes) if next(notes) < NOTE_LIMIT else None
        made[place] = _cell(texts[place], CELL_FILL[mark.severity], (row, place) in dated, told)
    return made


def _cell(text: str, fill: str | None, is_date: bool, note: str | None = None) -> Cell:
    if is_date:
        moment = datetime.fromisoformat(text)
        return Cell(moment, Style("dd/mm/yyyy hh:mm" if moment.hour or moment.minute else "dd/mm/yyyy", fill), note)
    return Cell(for_cell(text), Style("@", fill, is_quoted=would_run(text)), note)


# ------------------------------------------------------------------------------------------------ how to use it
def _about_sheet(content: ReceiptContent, given: int, has_lists: bool) -> Sheet:
    sheet = Sheet("How to use this", [4, 110])
    for number, (fill, text) in enumerate(_about(content, given, has_lists)):
        line = Style("General", is_bold=number == 0, size=14 if number == 0 else 11, is_wrapped=True)
        sheet.rows.append([Cell("", Style("General", fill)) if fill else None, Cell(text, line)])
    return sheet


def _about(content: ReceiptContent, given: int, has_lists: bool) -> Iterator[tuple[str | None, str]]:
    whole = len(content.read.source.row_numbers)
    yield None, f"Submission {content.facts.submission_id}: what to correct"
    yield (
        None,
        "Correct the marked cells on the sheet 'Data' and drop this workbook in your landing folder as it is. The colours and comments do no harm.",
    )
    yield (
        CELL_FILL[Severity.QUARANTINE_RECORD],
        "This cell keeps its row (pale red) from being taken. The comment tells why and what to do.",
    )
    yield CELL_FILL[Severity.WARN], "Please check this cell. Its row (pale yellow) was taken."
    yield (
        CELL_FILL[Severity.OUT_OF_SCOPE],
        "The row is outside this audit, as this cell tells. There is nothing to do unless the cell is wrong.",
    )
    if has_lists:
        yield (
            None,
            "Where a column takes one code of a list, its cells offer the list: choose from it, or type the code as your file spells it.",
        )
    if given < whole:
        yield (
            None,
            f"Your file has {whole:,} rows. This workbook holds the {given:,} that need attention (at most {MARKED_LIMIT:,}); findings.csv lists every finding.",
        )
        if content.facts.mode == "replace period":
            yield (
                None,
                "Your file replaced a whole period. Send this workbook with the mode 'upsert' in its manifest, else the rows that are not in it would be withdrawn.",
            )
