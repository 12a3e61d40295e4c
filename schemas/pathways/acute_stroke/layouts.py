"""How the audit's files spell the dataset: the import by position, the export by name.

Belongs here: the two layouts. Does not belong here: the standard layout (the dataset's own headers in any order), reading.
"""

from __future__ import annotations

from schemas.layouts import Column, Layout
from schemas.pathways.acute_stroke.columns import EXPORT_COLUMNS, IMPORT_COLUMNS
from schemas.pathways.acute_stroke.naming import name_of

SYNONYMS = {"S7TransferTeamCode": ("S7TransferHospitalCode",)}  # decision 9
# what shows, in a file without known headers, that no column was added or lost: positions 1, 23, 61 and 289
SENTINELS = ("import_identifier", "s1_first_arrival_at", "s2_brain_imaging_at", "s7_discharge_type")


def _columns(headers: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(Column(header, name_of(header), synonyms=SYNONYMS.get(header, ())) for header in headers)


# a day alone is read as its midnight, and marked by the event's flag
DATETIME_FORMATS = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y")

IMPORT = Layout(
    "acute_stroke_import", "acute_stroke", _columns(IMPORT_COLUMNS), datetime_formats=DATETIME_FORMATS, positional=True, sentinels=SENTINELS
)
EXPORT = Layout(
    "acute_stroke_export", "acute_stroke", _columns((*EXPORT_COLUMNS, *IMPORT_COLUMNS)), date_formats=("%Y-%m-%d",),
    datetime_formats=("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"),
)  # fmt: skip
LAYOUTS = (IMPORT, EXPORT)
