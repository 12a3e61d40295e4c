"""Published lists of organisations in a declared layout: the teams of an audit, with their own codes.

Belongs here: reading such a list into organisations. Does not belong here: which lists there are (the pathways' folders), the lists of
the Organisation Data Service (``warehouse.organisation_files``), look-ups (``warehouse.organisations``).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert

from schemas.layouts import OrganisationList
from schemas.registry import Registry
from warehouse.intake_tables import effect
from warehouse.organisation_files import ImportOutcome
from warehouse.organisations import OrganisationError, load_network, resolve


def list_of(path: Path, registry: Registry) -> OrganisationList | None:
    """The declared list whose columns the file's header has; None if there is none."""
    header = {cell.strip() for cell in next(csv.reader(_text(path).splitlines()), [])}
    declared = (listed for pathway in registry.pathways for listed in pathway.organisation_lists)
    return next((listed for listed in declared if set(listed.columns) <= header), None)


def import_list(connection: Connection, path: Path, listed: OrganisationList, *, actor: str, at: datetime) -> ImportOutcome:
    """Upserts the organisations of the list; a parent that is not known is left open. Idempotent.

    Names become aliases, so results that name them find them from now on (``assets.named_organisations.rehome`` moves the earlier
    ones). Raises ``OrganisationError`` if no line can be taken.
    """
    problems: list[str] = []
    rows = list(_organisations(path, listed, problems))
    if not rows:
        raise OrganisationError(f"{path.name} holds no organisation: {problems[0] if problems else 'it is empty'}")
    known = resolve(connection, {row["parent_code"] for row in rows if row["parent_code"]})
    changed = load_network(connection, [{**row, "parent_code": known.get(row["parent_code"])} for row in rows])
    if changed:
        detail = {"file": path.name, "list": listed.name, "changed_count": len(changed)}
        connection.execute(insert(effect).values(kind="import organisations", committed_at=at, actor=actor, detail=detail))
    return ImportOutcome(len(rows), tuple(changed), tuple(problems))


def _organisations(path: Path, listed: OrganisationList, problems: list[str]) -> Iterator[dict]:
    for number, row in enumerate(csv.DictReader(_text(path).splitlines()), start=2):
        code, name = _cell(row, listed.code), " ".join(_cell(row, listed.title).split())
        if not code or not name:
            problems.append(f"line {number}: no code in '{listed.code}', or no name in '{listed.title}'")
            continue
        parent = _cell(row, listed.parent).removeprefix(listed.parent_prefix) if listed.parent else ""
        yield {
            "organisation_code": f"{listed.code_prefix}{code}".upper(), "organisation_name": name, "organisation_kind": listed.kind, "parent_code": parent or None,
        }  # fmt: skip


def _cell(row: Mapping[str, str | None], column: str) -> str:
    return (row.get(column) or "").strip()


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
