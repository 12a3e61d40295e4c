"""Good files of two datasets, and the ways in which they are spoilt.

A spoilt file is bytes under a name; what must come of it stands beside it. The same ways are tried on every sample.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import openpyxl

from schemas.pathways.acute_stroke.columns import IMPORT_COLUMNS
from schemas.pathways.hip_fracture.dataset import HIP_FRACTURE
from tests.reading.files import rezip
from tests.spec.acute_stroke.files import row as stroke_row
from tests.spec.hip_fracture.patient import PATIENT
from tests.world import HEADERS, nhs_number, wrist

Row = dict[str, str]


@dataclass(frozen=True)
class Sample:
    """A dataset with good rows of sender ZX1, and the headers of columns of a kind, so that a way can spoil any dataset."""

    dataset: str
    headers: tuple[str, ...]  # that of the site first
    row: Callable[[int], Row]
    number: str
    arrival: str
    code: str
    essential: str
    local_key: str
    site: str = "ZX1A1"
    site_of_another: str = "ZX2A1"

    def rows(self, count: int = 12) -> list[Row]:
        return [self.row(serial) for serial in range(1, count + 1)]

    def csv(self, rows: Sequence[Mapping[str, str]] | None = None, headers: Sequence[str] | None = None) -> bytes:
        chosen = headers or self.headers
        return table(chosen, [[row.get(header, "") for header in chosen] for row in (self.rows() if rows is None else rows)])

    def spoilt(self, header: str, *values: str) -> bytes:
        """The good rows, the first of them with these values under ``header``."""
        rows = self.rows()
        for row, value in zip(rows, values, strict=False):
            row[header] = value
        return self.csv(rows)

    def book(self, rows: Sequence[Mapping[str, str]] | None = None) -> bytes:
        book = openpyxl.Workbook()
        book.active.append(list(self.headers))
        for row in rows or self.rows():
            book.active.append([row.get(header, "") for header in self.headers])
        made = io.BytesIO()
        book.save(made)
        return made.getvalue()


def table(header: Sequence[str], rows: Sequence[Sequence[str]], separator: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows([header, *rows])
    return out.getvalue().encode()


def hip(serial: int) -> Row:
    """The textbook patient of the hip fracture specifications, as another person at a site of ZX1."""
    on = date(2025, 3, 3) + timedelta(days=serial % 20)
    given = {
        "operating_hospital_code": "ZX1A1",
        "nhs_number": nhs_number(serial),
        "hospital_number": f"H{serial:06d}",
        "surname": f"Testperson{serial}",
    }
    dated = {
        name: (on + timedelta(days=(day(PATIENT[name]) - date(2025, 3, 3)).days)).strftime("%d/%m/%Y")
        for name, value in PATIENT.items() if name.endswith("_date") and value
    }  # fmt: skip
    values = {**PATIENT, **given, **dated}
    return {f.header: str(values.get(f.name) or "") for f in HIP_FRACTURE.fields}


def day(text: str) -> date:
    return date(*map(int, reversed(text.split("/"))))


def stroke(serial: int) -> Row:
    """The textbook patient of the stroke specifications, as another person of the first team; her columns are the import's, after the team's."""
    cells = stroke_row(serial=serial, s1_hospital_number=f"H{serial:06d}", s1_surname=f"Testperson{serial}")
    return dict(zip(STROKE_HEADERS, [STROKE_TEAM, *cells], strict=True))


STROKE_HEADERS = ("SiteCode", *IMPORT_COLUMNS)
STROKE_TEAM, SECOND_TEAM, OTHER_TEAM = "SSNAP121", "SSNAP122", "SSNAP234"  # two of ZX1, one of ZX2
WRIST_SAMPLE = Sample("wrist_fracture", HEADERS, wrist, "NHS number", "Arrival date", "Side", "Side", "Hospital number")
_HIP = {f.name: f.header for f in HIP_FRACTURE.fields}
HIP_SAMPLE = Sample(
    "hip_fracture", tuple(_HIP.values()), hip, _HIP["nhs_number"], _HIP["presentation_date"], _HIP["fracture_side"], _HIP["fracture_side"], _HIP["hospital_number"],
)  # fmt: skip
STROKE_SAMPLE = Sample(
    "acute_stroke", STROKE_HEADERS, stroke, "S1NHSNumber", "S1FirstArrivalDateTime", "S1Gender", "S1FirstArrivalDateTime", "ImportIdentifier", STROKE_TEAM, OTHER_TEAM,
)  # fmt: skip
SAMPLES = {sample.dataset: sample for sample in (WRIST_SAMPLE, HIP_SAMPLE, STROKE_SAMPLE)}


@dataclass(frozen=True)
class Spoilt:
    """``rule_ids`` must be among the findings, ``words`` in their advice; ``set_aside`` rows are quarantined, all of a refused file."""

    content: bytes
    state: str
    rule_ids: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    set_aside: int | None = None
    name: str = "records.csv"
    manifest: dict | str | None = None
    is_read: bool = False


def refused(content: bytes, rule_id: str, *words: str, **more) -> Spoilt:
    return Spoilt(content, "rejected", (rule_id,), words, **more)


def in_part(content: bytes, *rule_ids: str, set_aside: int = 1, **more) -> Spoilt:
    return Spoilt(content, "accepted in part", rule_ids, set_aside=set_aside, is_read=True, **more)


def warned(content: bytes, *rule_ids: str, **more) -> Spoilt:
    return Spoilt(content, "accepted with warnings", rule_ids, set_aside=0, is_read=True, **more)


# ------------------------------------------------------------------------------------------------ files that are no table
def zipped(sample: Sample) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("records.csv", sample.csv())
    return made.getvalue()


def bomb(sample: Sample) -> bytes:
    """Sixty megabytes of zeros in a workbook of a few kilobytes."""
    return rezip(sample.book(), {"xl/media/image1.bin": bytes(60_000_000)})


NO_TABLES: dict[str, Callable[[Sample], Spoilt]] = {
    "empty": lambda s: refused(b"", "F01", "empty"),
    "header only": lambda s: refused(s.csv([]), "F02", "no rows"),
    "another table": lambda s: refused(table(("Ward", "Beds", "Cost"), [("1", "2", "3")]), "F11", "template"),
    "sent as another dataset": lambda s: refused(s.csv(), "F12", s.dataset, manifest={"dataset": "measure_counts"}),
    "sent as a dataset that is none": lambda s: refused(s.csv(), "F12", "There are", manifest={"dataset": "no_such_thing"}),
    "truncated in a row": lambda s: refused(s.csv()[:-40], "F16", "Row 13"),
    "truncated in a quoted value": lambda s: refused(s.csv() + f'{s.site},"9990000'.encode(), "F16", "row 14"),
    "a NUL byte": lambda s: refused(s.csv().replace(s.site.encode(), f"{s.site[:2]}\0{s.site[3:]}".encode(), 1), "F06", "Line 2"),
    "a zip": lambda s: refused(zipped(s), "F05", "zip", "Unpack"),
    "a program of Linux": lambda s: refused(b"\x7fELF\x02\x01\x01" + s.csv(), "F05", "program"),
    "a program of Windows": lambda s: refused(b"MZ\x90\x00" + s.csv(), "F05", "program"),
    "a bomb in a workbook": lambda s: refused(bomb(s), "F10", "unpacks", name="records.xlsx"),
    "macros in a workbook": lambda s: refused(rezip(s.book(), {"xl/vbaProject.bin": b"x"}), "F09", "macros", name="records.xlsm"),
    "a damaged workbook": lambda s: refused(s.book()[:-2000], "F10", "damaged", name="records.xlsx"),
    "no essential column": lambda s: refused(s.csv(headers=[h for h in s.headers if h != s.essential]), "F15", s.essential),
    "shifted columns": lambda s: refused(shifted(s), "F19", "right"),
    "every row too wide": lambda s: refused(table(s.headers, [[*row.values(), "x"] for row in s.rows()]), "F22", "header"),
    "manifest of another row count": lambda s: refused(s.csv(), "F17", "100 rows", manifest={"row_count": 100}),
    "manifest of another SHA-256": lambda s: refused(s.csv(), "F17", "SHA-256", manifest={"sha256": "0" * 64}),
    "huge manifest": lambda s: refused(s.csv(), "MAN1", "larger", manifest='{"dataset": "' + "x" * 5_000_000 + '"}'),
    "deep manifest": lambda s: refused(s.csv(), "MAN1", "JSON", manifest="[" * 50_000),
    "manifest that is no JSON": lambda s: refused(s.csv(), "MAN1", "JSON", manifest="dataset: hip"),
    "manifest with a path for a site": lambda s: refused(s.csv(), "SND4", "site", manifest={"site": "../../ZX2/A1"}),
    "manifest with a path for an organisation": lambda s: refused(s.csv(), "SND2", "office", manifest={"organisation": "/etc/passwd"}),
    "manifest with a path for a layout": lambda s: refused(s.csv(), "F17", manifest={"layout": "../../../etc/passwd"}),
    "manifest with a NUL": lambda s: refused(s.csv(), "MAN1", "site", manifest='{"site": "ZX\\u0000"}'),
    "manifest with half a character": lambda s: refused(s.csv(), "MAN1", "organisation", manifest='{"organisation": "\\ud800"}'),
}  # fmt: skip


def shifted(sample: Sample) -> bytes:
    """From the third column on every value stands one column to the right of its header."""
    return table(sample.headers, [[*values[:3], "", *values[3:-1]] for row in sample.rows() if (values := list(row.values()))])


# ------------------------------------------------------------------------------------------------ files with bad rows
def short_row(sample: Sample) -> bytes:
    return sample.csv().replace(b"\r\n", f"\r\n{sample.site},1\r\n".encode(), 1)


def shifted_row(sample: Sample) -> bytes:
    """From its third value on the first row stands one column to the left of its headers."""
    rows = [list(row.values()) for row in sample.rows()]
    rows[0] = [*rows[0][:3], *rows[0][4:], ""]
    return table(sample.headers, rows)


BAD_ROWS: dict[str, Callable[[Sample], Spoilt]] = {
    "a date that never was": lambda s: in_part(s.spoilt(s.arrival, "31/02/2025", "00/00/0000", "99/99/9999"), set_aside=3),
    "a date far in the past and one to come": lambda s: in_part(s.spoilt(s.arrival, "01/01/0001", "01/01/2950"), set_aside=2),
    "codes outside the list": lambda s: in_part(s.spoilt(s.code, "9", "left", "1" * 5000), set_aside=3),
    "numbers that cannot be": lambda s: in_part(s.spoilt(s.number, "1234567890", "999 000", "9.43E+09", "9" * 5000), set_aside=4),
    "another provider's site": lambda s: in_part(s.spoilt(s.headers[0], s.site_of_another), "ORG2"),
    "a site of nobody": lambda s: in_part(s.spoilt(s.headers[0], "../../etc/passwd", "\u202eZX1", "Z" * 100_000), "ORG1", set_aside=3),
    "a row too short": lambda s: in_part(short_row(s), "F21"),
    "a row of which a cell was lost": lambda s: in_part(shifted_row(s), "F23"),
    "an unknown column": lambda s: warned(s.csv([row | {"Shoe size": "9"} for row in s.rows()], [*s.headers, "Shoe size"]), "F31", words=("Column",)),
    "formulas": lambda s: Spoilt(s.spoilt(s.local_key, *FORMULAS), "", is_read=True),
    "formulas in a workbook": lambda s: Spoilt(formula_book(s), "", is_read=True, name="records.xlsx"),
    "odd characters": lambda s: Spoilt(s.spoilt(s.local_key, *ODD), "", is_read=True),
}  # fmt: skip
FORMULAS = (
    "=cmd|'/c calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    '=HYPERLINK("http://x.invalid","y")',
    "\uff1d1+1",
    "-5",
    " =1+1",
    "-1e5",
)
ODD = (
    "\u202etxt.exe",
    "<script>alert(1)</script>",
    "'; drop table pathway.person; --",
    "\ufeffH1",
    "%s%n{0}",
    "a\u0085b\u2028c",
    "\U0001f9b4" * 20,
    "\\N",
    "\\.",
    "\x01\x1b[31m",
)


def formula_book(sample: Sample) -> bytes:
    """A workbook whose cells are formulas, as a person would type them."""
    rows = sample.rows()
    for row, formula in zip(rows, FORMULAS, strict=False):
        row[sample.local_key] = formula
    return sample.book(rows)
