"""Files for the tests of reading: a good one of the invented pathway, and what spoils it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl
import pytest

from assets.reading import ReadFile, read_file
from quality_checks.findings import FileRefused, Finding
from schemas.datasets import Dataset, DatasetKind
from schemas.fields import Field, Kind
from schemas.registry import Registry

HEADER = (
    "Clinic code", "NHS number", "Hospital number", "Surname", "Date of birth", "Arrival date", "Arrival time", "Side", "X-ray",
    "Manipulated", "Manipulation date", "Manipulation time", "Analgesia", "Pain score", "Grip strength", "Discharge date",
)  # fmt: skip


def nhs_number(serial: int) -> str:
    """A number of the test range 999 000 0000 to 999 999 9999 with a right check digit (serials without one are passed over)."""
    while True:
        first = f"999{serial:06d}"
        check = 11 - sum(int(d) * w for d, w in zip(first, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return first + str(check % 11)
        serial += 100_000


def record(serial: int = 1, **given: Any) -> list[Any]:
    """A right row, with cells replaced by header name (``Arrival_date=...``)."""
    day = serial % 28 + 1
    row = [
        "RAB01", nhs_number(serial), f"H{serial}", "Testcase", f"{day:02d}/02/1950", f"{day:02d}/03/2024", "10:15", "1", f"{day:02d}/03/2024 10:40",
        "1", f"{day:02d}/03/2024", "12:00", "1;2", "4", "12.5", f"{day:02d}/03/2024",
    ]  # fmt: skip
    for name, value in given.items():
        row[HEADER.index(name.replace("_", " "))] = value
    return row


def records(count: int = 5, **given: Any) -> list[list[Any]]:
    return [record(serial, **given) for serial in range(1, count + 1)]


def csv_bytes(rows: Iterable[Sequence[Any]], encoding: str = "utf-8", **dialect: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, **dialect).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(rows: Iterable[Sequence[Any]], **more_sheets: Iterable[Sequence[Any]]) -> bytes:
    """A workbook whose first sheet has ``rows``, and others behind it."""
    book = openpyxl.Workbook()
    for name, body in {"Records": rows, **more_sheets}.items():
        sheet = book.active if name == "Records" else book.create_sheet()
        sheet.title = name
        for row in body:
            sheet.append(list(row))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def rezip(content: bytes, change: dict[str, bytes] | None = None, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A workbook's package with members added or replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", compression) as new:
        members = {name: old.read(name) for name in old.namelist()} | (change or {})
        for name, body in members.items():
            new.writestr(name, body)
    return made.getvalue()


def read(
    registry: Registry, content: bytes, suffix: str = ".csv", dataset: str | None = "wrist_fracture", sender_code: str = "RAB", **more: Any
) -> ReadFile:
    return read_file(content, suffix, registry, dataset=dataset, sender_code=sender_code, **more)


def refusal(registry: Registry, content: bytes, suffix: str = ".csv", **more: Any) -> Finding:
    """The one finding for which the file is refused; it has an id, a name and advice."""
    with pytest.raises(FileRefused) as caught:
        read(registry, content, suffix, **more)
    (finding,) = caught.value.findings
    assert finding.rule_id and finding.rule_name and len(finding.advice) > 20
    return finding


def advice_of(done: ReadFile, rule_id: str) -> list[str]:
    return [finding.advice for finding in done.findings if finding.rule_id == rule_id]


def text_dataset(count: int, **more: Any) -> tuple[Registry, Dataset]:
    """A dataset of ``count`` free texts, alone in a registry."""
    fields = tuple(Field(f"field_{i}", f"Field {i}", Kind.TEXT, "A text.") for i in range(count))
    dataset = Dataset("texts", "1", "Texts", "Texts.", DatasetKind.RECORDS, fields, **more)
    return Registry((), (dataset,)), dataset
