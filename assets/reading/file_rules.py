"""What must hold of a file so that it can be read: ids, names, severities, and the finding that tells where it does not.

Belongs here: the list of rules about files, cells' number and columns, and the words for places. Does not belong here: looking
for breaches (the other modules of ``assets.reading``), rules about values (``schemas.field_rules``).
A place is told by row and column letter, never by a header's text: a sender's header may itself hold a patient's name.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from quality_checks.findings import FileRefused, Finding
from schemas.rules import Scope, Severity

REJECT, QUARANTINE, WARN = Severity.REJECT_FILE, Severity.QUARANTINE_RECORD, Severity.WARN


class FileRule(Enum):
    """(id, what must hold, severity)"""

    HAS_CONTENT = ("F01", "file_is_not_empty", REJECT)
    HAS_ROWS = ("F02", "file_has_rows_below_the_header", REJECT)
    WITHIN_SIZE = ("F03", "file_is_within_the_size_limit", REJECT)
    WITHIN_ROWS = ("F04", "file_is_within_the_row_limit", REJECT)
    IS_TABLE = ("F05", "file_is_a_csv_or_xlsx_table", REJECT)
    NO_NUL = ("F06", "file_holds_no_nul_bytes", REJECT)
    ENCODING = ("F07", "encoding_is_known", REJECT)
    NOT_PROTECTED = ("F08", "workbook_has_no_password", REJECT)
    NO_MACROS = ("F09", "workbook_has_no_macros", REJECT)
    UNPACKS = ("F10", "workbook_unpacks_safely", REJECT)
    HAS_HEADER = ("F11", "header_row_is_found", REJECT)
    RIGHT_DATASET = ("F12", "file_is_of_the_dataset_it_is_sent_as", REJECT)
    ONE_DATASET = ("F13", "dataset_can_be_told", REJECT)
    UNIQUE_HEADERS = ("F14", "each_field_has_one_column", REJECT)
    ESSENTIAL_COLUMNS = ("F15", "essential_columns_are_there", REJECT)
    COMPLETE = ("F16", "file_is_complete", REJECT)
    AS_MANIFEST = ("F17", "file_is_as_its_manifest_says", REJECT)
    MANIFEST = ("F18", "manifest_can_be_read", REJECT)
    NOT_SHIFTED = ("F19", "columns_are_not_shifted", REJECT)
    ONE_SHEET = ("F20", "one_sheet_holds_the_records", REJECT)
    ROW_WIDTH = ("F21", "row_has_as_many_cells_as_the_header", QUARANTINE)
    NO_ROW_FITS = ("F22", "rows_have_as_many_cells_as_the_header", REJECT)
    ROW_NOT_SHIFTED = ("F23", "row_stands_under_its_headers", QUARANTINE)
    KNOWN_COLUMNS = ("F31", "columns_are_known", WARN)
    ALL_COLUMNS = ("F32", "required_columns_are_there", WARN)
    HEADER_AT_PLACE = ("F33", "headers_stand_in_their_places", WARN)
    WHOLE_NUMBERS = ("F41", "whole_numbers_have_no_decimals", WARN)
    ALL_DIGITS = ("F42", "numbers_keep_all_their_digits", WARN)
    DAY_FIRST = ("F43", "day_and_month_are_not_swapped", WARN)
    DATES_AS_DATES = ("F44", "dates_are_not_serial_numbers", WARN)
    LEADING_ZEROS = ("F45", "codes_keep_their_leading_zeros", WARN)
    CELLS_SHOWN = ("F46", "cells_show_their_values", WARN)

    @property
    def id(self) -> str:
        return self.value[0]

    @property
    def requirement(self) -> str:
        return self.value[1]

    @property
    def severity(self) -> Severity:
        return self.value[2]

    def finding(self, advice: str, row_number: int | None = None, field_name: str | None = None) -> Finding:
        """``advice`` names place and remedy, and no text of the sender."""
        scope = Scope.RECORD if self.severity is QUARANTINE else Scope.FILE
        return Finding(self.id, self.requirement, self.severity, scope, advice, row_number, field_name)

    def refusal(self, advice: str, received_count: int | None = None, **place) -> FileRefused:
        return FileRefused([self.finding(advice, **place)], received_count)


def column_letter(position: int) -> str:
    """The spreadsheet's letter of a 0-based position: 0 -> A, 26 -> AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def some_rows(row_numbers: Iterable[int], shown: int = 5) -> str:
    """``rows 3, 4 and 7``, or the first few and how many more."""
    numbers = [str(n) for n in row_numbers]
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    if len(numbers) <= shown:
        return f"rows {', '.join(numbers[:-1])} and {numbers[-1]}"
    return f"rows {', '.join(numbers[:shown])} and {len(numbers) - shown:,} more"
