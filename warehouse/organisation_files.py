"""Files of organisations: the ``etr.csv`` layout of the Organisation Data Service, and successors of merged trusts.

Belongs here: reading such files into organisations. Does not belong here: look-ups (``warehouse.organisations``).
Layout of ``etr.csv`` (no header; the columns used): 1 code, 2 name, 3 region, 4 integrated care board, 11 open date, 12 close date
(yyyymmdd). Codes have 3 to 8 characters: new ones are five at random, and a parent cannot be read off a code.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, exists, insert, select

from warehouse.intake_tables import effect
from warehouse.organisations import OrganisationError, load_network, resolve
from warehouse.pathway_tables import organisation

_CODE = re.compile(r"[A-Z0-9]{3,8}")
ETR_COLUMNS = 12
SUCCESSOR_COLUMNS = ["predecessor", "successor", "date"]
IMPORT_IT = "`common-cause organisations import FILE` adds some, `common-cause organisations list` tells which there are"


@dataclass(frozen=True)
class ImportOutcome:
    """What an import did. ``changed_codes``: new or changed organisations; ``problems``: lines that were not taken, and why."""

    read_count: int
    changed_codes: tuple[str, ...]
    problems: tuple[str, ...] = field(default=())


def import_organisations(connection: Connection, path: Path, *, are_members: bool | None = None, actor: str, at: datetime) -> ImportOutcome:
    """Upserts the providers of an ``etr.csv``; the regions they name are made where they are missing, below the network if there is one.

    Idempotent. ``are_members`` None leaves membership as it is (new ones are no members). A provider absent from the file stays.
    Raises ``OrganisationError`` if no line can be taken.
    """
    problems: list[str] = []
    rows = list(_providers(path, problems))
    if not rows:
        raise OrganisationError(
            f"{path.name} is not in the layout of etr.csv: {problems[0] if problems else 'it is empty'}; `common-cause organisations import --help` shows the layout"
        )
    if are_members is not None:
        rows = [{**row, "is_member": are_members} for row in rows]
    changed = load_network(connection, [*_missing_regions(connection, rows), *rows])
    _log(connection, path, changed, actor, at)
    return ImportOutcome(len(rows), tuple(changed), tuple(problems))


def make_network(connection: Connection, code: str, name: str) -> bool:
    """Make the organisation of the network itself where there is none: its office sends as it, and its members are pooled in it. Returns whether it was made.

    Raises ``OrganisationError`` if another organisation bears the code.
    """
    if connection.scalar(select(exists().where(organisation.c.organisation_kind == "network"))):
        return False
    if resolve(connection, [code])[code] is not None:
        raise OrganisationError(f"the network's own code {code} is that of another organisation; choose one with COMMON_CAUSE_NETWORK_CODE")
    load_network(connection, [{"organisation_code": code, "organisation_name": name, "organisation_kind": "network", "is_member": True}])
    return True


def import_successors(connection: Connection, path: Path, *, actor: str, at: datetime) -> ImportOutcome:
    """Takes a CSV with the header ``predecessor,successor,date`` (the day from which the successor acts, YYYY-MM-DD).

    The predecessor closes on the day before, if it has no closing date yet. Idempotent. Raises ``OrganisationError``.
    """
    problems: list[str] = []
    known = {row.organisation_code: row for row in connection.execute(select(organisation))}
    rows = [row for row in _successions(path, known, problems) if row]
    if not rows and problems:
        raise OrganisationError(f"{path.name}: {problems[0]}")
    changed = load_network(connection, rows)
    _log(connection, path, changed, actor, at)
    return ImportOutcome(len(rows), tuple(changed), tuple(problems))


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    for number, cells in enumerate(csv.reader(text.splitlines()), 1):
        if any(cell.strip() for cell in cells):
            yield number, [cell.strip() for cell in cells]


def _providers(path: Path, problems: list[str]) -> Iterator[dict]:
    for number, cells in _lines(path):
        try:
            yield _provider(cells)
        except ValueError as problem:
            problems.append(f"line {number}: {problem}")


def _provider(cells: list[str]) -> dict:
    if len(cells) < ETR_COLUMNS:
        raise ValueError(f"{len(cells)} columns, where at least {ETR_COLUMNS} are expected")
    code, name, region = cells[0].upper(), cells[1], cells[2].upper()
    if not _CODE.fullmatch(code) or not name:
        raise ValueError("no code of 3 to 8 letters and digits in the first column, or no name in the second")
    if region and not _CODE.fullmatch(region):
        raise ValueError("the third column is not the code of a region")
    row = {"organisation_code": code, "organisation_name": name, "organisation_kind": "provider"}
    row |= {"opened_on": _day(cells[10], "%Y%m%d"), "closed_on": _day(cells[11], "%Y%m%d")}
    return row | ({"parent_code": region} if region else {})


def _day(text: str, spelling: str) -> date | None:
    try:
        return datetime.strptime(text, spelling).date() if text else None
    except ValueError:
        raise ValueError(f"a date is not written as {datetime(2026, 4, 1).strftime(spelling)}") from None


def _missing_regions(connection: Connection, rows: list[dict]) -> list[dict]:
    known = set(connection.scalars(select(organisation.c.organisation_code)))
    networks = list(connection.scalars(select(organisation.c.organisation_code).where(organisation.c.organisation_kind == "network")))
    above = networks[0] if len(networks) == 1 else None
    named = sorted({row["parent_code"] for row in rows if row.get("parent_code")} - known)
    return [
        {"organisation_code": code, "organisation_name": f"Region {code}", "organisation_kind": "region", "parent_code": above}
        for code in named
    ]


def _successions(path: Path, known: dict, problems: list[str]) -> Iterator[dict | None]:
    lines = _lines(path)
    _, header = next(lines, (0, []))
    if [cell.lower() for cell in header[:3]] != SUCCESSOR_COLUMNS:
        raise OrganisationError(
            f"{path.name}: the header must be {','.join(SUCCESSOR_COLUMNS)}; below it ZQA,ZQB,2026-04-01 says that ZQB acts for ZQA from that day"
        )
    for number, cells in lines:
        try:
            yield _succession(cells, known)
        except ValueError as problem:
            problems.append(f"line {number}: {problem}")


def _succession(cells: list[str], known: dict) -> dict:
    if len(cells) < 3:
        raise ValueError("three columns are expected: predecessor, successor, date")
    old, new, day = cells[0].upper(), cells[1].upper(), _day(cells[2], "%Y-%m-%d")
    if day is None:
        raise ValueError("the date is missing")
    for code in (old, new):
        if code not in known:
            raise ValueError(f"no organisation has the code {code}; {IMPORT_IT}")
    closed_on = known[old].closed_on or date.fromordinal(day.toordinal() - 1)
    return {"organisation_code": old, "successor_code": new, "closed_on": closed_on}


def _log(connection: Connection, path: Path, changed: list[str], actor: str, at: datetime) -> None:
    if changed:
        detail = {"file": path.name, "changed_count": len(changed)}
        connection.execute(insert(effect).values(kind="import organisations", committed_at=at, actor=actor, detail=detail))
