"""``annotated.xlsx``: the sender's own table with what is wrong marked, to be corrected and dropped as it is.

Belongs here: which rows and cells are marked, and that every cell goes back as the text it was (a real date as a real date).
Does not belong here: the findings. The first sheet is the data and nothing else, so that the workbook is read as any other file.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from quality_checks.finding_table import NO_ROW
from quality_checks.receipt.content import ReceiptContent
from quality_checks.receipt.texts import for_cell, would_run
from schemas.rules import Severity

WHOLE_FILE_LIMIT = 5_000  # rows up to which the whole file comes back
MARKED_LIMIT = 5_000  # rows that come back of a larger file: those that need attention
NOTE_LIMIT = 20_000  # comments in one workbook; a spreadsheet opens slowly beyond
REAL_DATE = 2  # ``CellKind.DATE`` of reading: the cell held a date, its text is ISO

ROW_FILL = {Severity.QUARANTINE_RECORD: "FCE9E6", Severity.WARN: "FFF6DB", Severity.OUT_OF_SCOPE: "EEF1F4"}
CELL_FILL = {Severity.QUARANTINE_RECORD: "F3A69B", Severity.WARN: "FFD76A", Severity.OUT_OF_SCOPE: "CFD8E0"}
GRAVEST = (Severity.QUARANTINE_RECORD, Severity.WARN, Severity.OUT_OF_SCOPE)
INK, HEADER_FILL = "1F2A37", "E3E8EE"


@dataclass
class Mark:
    """What is said of one cell: the gravest severity, and the reasons."""

    severity: Severity
    notes: list[str]


def annotated_xlsx(content: ReceiptContent) -> bytes | None:
    """The workbook, None where there is no table to give back."""
    source = content.read.source if content.read is not None else None
    if source is None or not source.header:
        return None
    from openpyxl import Workbook

    rows = _chosen_rows(content)
    book = Workbook(write_only=True)
    _data_sheet(book, content, rows)
    _about_sheet(book, content, len(rows))
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def _chosen_rows(content: ReceiptContent) -> list[int]:
    """All rows of a small file; of a large one those to correct, then those to check."""
    everything = content.read.source.row_numbers
    if len(everything) <= WHOLE_FILE_LIMIT:
        return list(everything)
    aside = set(content.findings.rules_of_rows(Severity.QUARANTINE_RECORD))
    warned = set(content.findings.rules_of_rows(Severity.WARN)) - aside
    known = set(everything)
    return sorted([*sorted(aside & known), *sorted(warned & known)][:MARKED_LIMIT])


# ------------------------------------------------------------------------------------------------ the data
def _data_sheet(book, content: ReceiptContent, rows: list[int]) -> None:
    source = content.read.source
    sheet = book.create_sheet("Data")
    sheet.freeze_panes = "A2"
    styles = _Styles(sheet)
    for place, header in enumerate(source.header, start=1):
        sheet.column_dimensions[_letter(place)].width = min(max(len(header) + 2, 11), 28)
    sheet.append([styles.header(header) for header in source.header])
    marks, texts, dated = _marks(content, set(rows)), _texts(source, set(rows)), _dated(content)
    for row in rows:
        sheet.append(list(_cells(styles, row, texts[row], marks.get(row, {}), dated)))


def _texts(source, wanted: set[int]) -> dict[int, tuple[str, ...]]:
    return {row: texts for row, texts in zip(source.row_numbers, source.rows, strict=True) if row in wanted}


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
        mark.severity = min(mark.severity, said.severity, key=_gravity)
        mark.notes.append(f"{said.rule_id}: {said.advice}")
    return marks


def _gravity(severity: Severity) -> int:
    return GRAVEST.index(severity) if severity in GRAVEST else -1


def _cells(styles: _Styles, row: int, texts: tuple[str, ...], marks: dict[int, Mark], dated: set[tuple[int, int]]) -> Iterator:
    row_severity = min((mark.severity for mark in marks.values()), key=_gravity, default=None)
    for place, text in enumerate(texts):
        mark = marks.get(place)
        if mark is None and not text and row_severity is None:
            yield None
        else:
            yield styles.cell(text, row_severity, mark, (row, place) in dated)


class _Styles:
    """Makes cells; fills and fonts are made once, comments are counted."""

    def __init__(self, sheet):
        from openpyxl.styles import Font, PatternFill

        self.sheet, self.notes = sheet, 0
        self.row_fill = {severity: PatternFill("solid", fgColor=colour) for severity, colour in ROW_FILL.items()}
        self.cell_fill = {severity: PatternFill("solid", fgColor=colour) for severity, colour in CELL_FILL.items()}
        self.header_font, self.header_fill = Font(bold=True, color=INK), PatternFill("solid", fgColor=HEADER_FILL)

    def header(self, text: str):
        made = self._text(text)
        made.font, made.fill = self.header_font, self.header_fill
        return made

    def cell(self, text: str, row_severity: Severity | None, mark: Mark | None, is_date: bool):
        made = self._date(text) if is_date else self._text(text)
        if mark is not None:
            made.fill = self.cell_fill[mark.severity]
            self._note(made, mark)
        elif row_severity is not None:
            made.fill = self.row_fill[row_severity]
        return made

    def _text(self, text: str):
        from openpyxl.cell import WriteOnlyCell

        made = WriteOnlyCell(self.sheet)
        if text:
            # set as text by hand: openpyxl would make a formula of what begins with "="
            made._value, made.data_type = for_cell(text), "s"
            made.quotePrefix = would_run(text)
        made.number_format = "@"
        return made

    def _date(self, text: str):
        from openpyxl.cell import WriteOnlyCell

        moment = datetime.fromisoformat(text)
        made = WriteOnlyCell(self.sheet, value=moment)
        made.number_format = "dd/mm/yyyy" if not (moment.hour or moment.minute) else "dd/mm/yyyy hh:mm"
        return made

    def _note(self, made, mark: Mark) -> None:
        from openpyxl.comments import Comment

        self.notes += 1
        if self.notes > NOTE_LIMIT:
            return
        text = "\n\n".join(mark.notes)
        made.comment = Comment(text, "Common Cause", width=340, height=40 + 18 * (len(text) // 48 + 2 * len(mark.notes)))


# ------------------------------------------------------------------------------------------------ how to use it
def _about_sheet(book, content: ReceiptContent, given: int) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet = book.create_sheet("How to use this")
    sheet.column_dimensions["A"].width = 4
    sheet.column_dimensions["B"].width = 110
    for number, (fill, text) in enumerate(_about(content, given)):
        swatch, line = WriteOnlyCell(sheet), WriteOnlyCell(sheet, value=text)
        if fill:
            swatch.fill = PatternFill("solid", fgColor=fill)
        line.font, line.alignment = (
            Font(bold=number == 0, size=14 if number == 0 else 11, color=INK),
            Alignment(wrap_text=True, vertical="top"),
        )
        sheet.append([swatch, line])


def _about(content: ReceiptContent, given: int) -> Iterator[tuple[str | None, str]]:
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


def _letter(place: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(place)
