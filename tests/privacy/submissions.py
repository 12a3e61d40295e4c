"""Files with the planted patient in every place where one could be: as (name, content, manifest, folder)."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from schemas.pathways.hip_fracture.dataset import HIP_FRACTURE
from tests.hostile.samples import HIP_SAMPLE, Row, hip
from tests.privacy.planted import BORN, EXCEL, FIRST_NAME, GROUPED, HOSPITAL_NUMBER, NUMBER, POSTCODE, SPELLINGS, SURNAME
from tests.world import drop

HEADER = {f.name: f.header for f in HIP_FRACTURE.fields}
IDENTIFIERS = (*SPELLINGS, SURNAME, f"{BORN:%d/%m/%Y}", f"{BORN:%Y-%m-%d}", POSTCODE, HOSPITAL_NUMBER)


@dataclass(frozen=True)
class Planted:
    name: str
    content: bytes
    manifest: str | None = None
    folder: str | None = None


def lay(landing: Path, planted: Planted) -> None:
    """Drop it as sender ZX1; the manifest lies there first, so that nobody takes the file without it."""
    folder = landing / "ZX1" / (planted.folder or "")
    folder.mkdir(parents=True, exist_ok=True)
    if planted.manifest is not None:
        (folder / f"{planted.name}.manifest.json").write_text(planted.manifest)
    drop(landing, "ZX1", planted.content, planted.name, site=planted.folder)


def patient(number: str = NUMBER, **given: str) -> Row:
    """The planted patient, with a good record."""
    values = {
        "nhs_number": number, "surname": SURNAME, "first_name": FIRST_NAME, "date_of_birth": f"{BORN:%d/%m/%Y}", "postcode": POSTCODE,
        "hospital_number": HOSPITAL_NUMBER, **given,
    }  # fmt: skip
    return hip(5) | {HEADER[name]: value for name, value in values.items()}


def csv_of(*rows: Row, extra: dict[str, str] | None = None) -> bytes:
    """The rows beside good ones; ``extra``: columns more, header -> value."""
    more = extra or {}
    every = [row | more for row in (*rows, *(hip(serial) for serial in range(20, 26)))]
    return HIP_SAMPLE.csv(every, [*HIP_SAMPLE.headers, *more])


def submissions() -> Iterator[Planted]:
    good = csv_of(patient())
    yield Planted("accepted.csv", good)
    yield Planted("spellings.csv", csv_of(patient(SPELLINGS[1]), patient(SPELLINGS[2], fracture_side="2")))
    yield Planted("quarantined.csv", csv_of(patient(EXCEL), patient(surgery_date="31/02/2025"), patient(sex="9", fracture_side="2")))
    yield Planted("refused.csv", good[:-60])
    yield Planted("binary.csv", good.replace(b"\r\n", b"\0\r\n", 3))
    yield Planted("wide.csv", good.replace(SURNAME.encode(), f"{SURNAME},{NUMBER}".encode()))
    yield Planted(f"{SURNAME} {NUMBER} {BORN:%Y-%m-%d} {POSTCODE} {HOSPITAL_NUMBER}.csv", good)
    yield Planted(f"{GROUPED}.csv", good[:-60])
    yield Planted("book.xlsx", workbook())
    yield Planted("folder.csv", good, folder=f"{SURNAME} {NUMBER}")
    yield Planted("wrong_columns.csv", csv_of(*wrong_columns()))
    yield from headers()
    yield from manifests(good)


def faulty(number: int) -> Planted:
    """A good file, of which another one differs, for the time when something of ours breaks."""
    return Planted(f"fault_{number}.csv", csv_of(patient(fracture_side="2", asa_grade=str(number))))


WRONG = (
    "fracture_side", "presentation_date", "presentation_time", "anaesthesia", "operating_hospital_code", "first_hospital_code", "reoperations", "asa_grade",
    "trust_discharge_date", "sex",
)  # fmt: skip


def wrong_columns() -> Iterator[Row]:
    """Each identifier in columns of each kind, of another person each time so that every row is judged alone."""
    for place, name in enumerate(WRONG):
        for number, value in enumerate(IDENTIFIERS):
            yield hip(100 + place * len(IDENTIFIERS) + number) | {HEADER[name]: value}


def headers() -> Iterator[Planted]:
    yield Planted("headers.csv", csv_of(patient(), extra={value: value for value in IDENTIFIERS}))
    yield Planted("header_for_another.csv", csv_of(patient()).replace(HEADER["fracture_side"].encode(), SURNAME.encode(), 1))
    yield Planted("only_headers.csv", ",".join(IDENTIFIERS).encode() + b"\r\n" + ",".join(IDENTIFIERS).encode())


def manifests(good: bytes) -> Iterator[Planted]:
    for key in ("dataset", "organisation", "site", "period_start", "layout", NUMBER):
        yield Planted(f"manifest_{key if key.islower() else 'key'}.csv", good, json.dumps({key: f"{SURNAME} {GROUPED}"}))
    yield Planted("manifest_broken.csv", good, f'{{"dataset": {SURNAME} {NUMBER}')


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = f"{SURNAME} {NUMBER}"
    book.properties.creator, book.properties.title = SURNAME, GROUPED
    book.active.append([f"List of {SURNAME}, {NUMBER}"])
    book.active.append(list(HIP_SAMPLE.headers))
    for row in (patient(), patient(EXCEL, fracture_side="2"), hip(30)):
        book.active.append([row[header] for header in HIP_SAMPLE.headers])
    book.active["A1"].hyperlink = f"http://x.invalid/{NUMBER}"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
