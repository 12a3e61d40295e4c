"""Files of the textbook patient as hospitals send them: the import's 344 columns, an export."""

from __future__ import annotations

from datetime import datetime

from schemas.pathways.acute_stroke.columns import EXPORT_COLUMNS, IMPORT_COLUMNS
from schemas.pathways.acute_stroke.dataset import FIELDS
from schemas.pathways.acute_stroke.naming import name_of
from tests.reading.files import nhs_number
from tests.spec.acute_stroke.patient import PATIENT

# one text for each column that is only carried, to see that every position is read
CARRIED = {
    f.name: f"text {i}"
    for i, f in enumerate(FIELDS)
    if f.name not in PATIENT and f.header in IMPORT_COLUMNS and f.kind == "text" and not f.prefix
}


def row(headers: tuple[str, ...] = IMPORT_COLUMNS, serial: int = 1, **changes: str | None) -> list[str]:
    """One record as written; what a box does not say is left empty, as files do."""
    told = {**PATIENT, "import_identifier": f"2025-{serial:04d}", "s1_nhs_number": nhs_number(serial), "team_code": None, **changes}
    cells = (told.get(name_of(header)) for header in headers)
    return ["" if cell in (None, "FALSE") else cell for cell in cells]


def rows(count: int, headers: tuple[str, ...] = IMPORT_COLUMNS, **changes) -> list[list[str]]:
    return [row(headers, serial, **changes) for serial in range(1, count + 1)]


def as_export(cells: list[str]) -> list[str]:
    """Dates and instants as an export writes them."""
    return [_turned(cell) for cell in cells]


def _turned(cell: str) -> str:
    for read, written in (("%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M"), ("%d/%m/%Y", "%Y-%m-%d")):
        try:
            return datetime.strptime(cell, read).strftime(written)
        except ValueError:
            continue
    return cell


EXPORT = (*EXPORT_COLUMNS, *IMPORT_COLUMNS)
