"""The identifiers of one invented patient, and every form in which they could be found again."""

from __future__ import annotations

import base64
import mmap
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, text

from tests.world import nhs_number

NUMBER = nhs_number(77_003)
SURNAME, FIRST_NAME = "Zwetschgenbaum", "Quintilianus"
BORN = date(1931, 8, 17)
POSTCODE, HOSPITAL_NUMBER = "QX7 4ZQ", "MRN7730518"
GROUPED = f"{NUMBER[:3]} {NUMBER[3:6]} {NUMBER[6:]}"
EXCEL = "9.99E+09"
SPELLINGS = (NUMBER, GROUPED, GROUPED.replace(" ", "-"), EXCEL)

FORMS = (
    *SPELLINGS, f"{NUMBER[:5]} {NUMBER[5:]}", *(name for n in (SURNAME, FIRST_NAME) for name in (n, n.upper(), n.lower())),
    POSTCODE, POSTCODE.replace(" ", ""), POSTCODE.lower(), HOSPITAL_NUMBER, HOSPITAL_NUMBER.lower(),
    *(BORN.strftime(form) for form in ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d", "%d %B %Y", "%d %b %Y", "%Y/%m/%d")),
)  # fmt: skip


def needles() -> dict[bytes, str]:
    """Bytes -> what they are: each form as UTF-8, UTF-16, hexadecimal (as ``bytea`` is written) and base64 at every alignment."""
    found = {}
    for form in dict.fromkeys(FORMS):
        plain = form.encode()
        found |= {plain: form, form.encode("utf-16-le"): f"{form} (UTF-16 LE)", form.encode("utf-16-be"): f"{form} (UTF-16 BE)"}
        found |= {plain.hex().encode(): f"{form} (hex)", plain.hex().upper().encode(): f"{form} (HEX)"}
        found |= dict.fromkeys(_base64(plain), f"{form} (base64)")
    return found


def _base64(plain: bytes) -> Iterator[bytes]:
    """What is the same of the code, whatever stands before and behind."""
    for before in range(3):
        code = base64.b64encode(bytes(before) + plain)
        whole = (before + len(plain)) // 3 * 4
        yield code[(0, 2, 3)[before] : whole]


@dataclass(frozen=True)
class Find:
    where: str
    what: str


def in_files(folders: Iterable[Path], left_out: Iterable[Path] = ()) -> list[Find]:
    """Names and contents of all files below the folders."""
    sought, out = needles(), [path.resolve() for path in left_out]
    found = []
    for folder in folders:
        for path in sorted(Path(folder).resolve().rglob("*")):
            if any(path.is_relative_to(other) for other in out):
                continue
            found += [Find(str(path), f"name: {what}") for needle, what in sought.items() if needle in path.name.encode(errors="replace")]
            if path.is_file() and not path.is_symlink() and path.stat().st_size:
                found += [Find(str(path), what) for what in in_file(path, sought)]
    return found


def in_file(path: Path, sought: Mapping[bytes, str]) -> list[str]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        content = re.sub(rb"\0{64,}", b"\0", mapped)  # log segments are made in advance, and pages are seldom full
    return [what for needle, what in sought.items() if needle in content]


def in_text(content: str) -> list[Find]:
    return [Find("output", what) for needle, what in needles().items() if needle in content.encode()]


# ------------------------------------------------------------------------------------------------ as Postgres sees it
def in_database(engine: Engine) -> list[Find]:
    """Every column of every table, as text and, where bytes may be packed, unpacked; and no date is that of the birth."""
    found = []
    with engine.connect() as connection:
        columns = connection.execute(text(
            "select table_schema, table_name, column_name, data_type from information_schema.columns join information_schema.tables "
            "using (table_schema, table_name) where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')"
        )).all()  # fmt: skip
        for schema, table, column, kind in columns:
            place = f'"{schema}"."{table}"."{column}"'
            values = connection.execute(
                text(f'select distinct "{column}" from "{schema}"."{table}" where "{column}" is not null')
            ).scalars()
            found += [Find(place, what) for value in values for what in _in_value(value, kind)]
    return found


def _in_value(value: object, kind: str) -> list[str]:
    if isinstance(value, date) and (value.year, value.month, value.day) == (BORN.year, BORN.month, BORN.day):
        return ["date of birth"]
    content = _unpacked(bytes(value)) if kind == "bytea" else str(value).encode()
    return [what for needle, what in needles().items() if needle in content]


def _unpacked(content: bytes) -> bytes:
    try:
        return zlib.decompress(content)
    except zlib.error:
        return content
