"""What must hold after any file, however bad: a receipt that can be read, nothing lost, nothing left lying."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import openpyxl

from tests.world import World

RUNS = re.compile(r"^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"^[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?$")


def aftermath(world: World, outcome, content: bytes, is_read: bool) -> list[dict]:
    """Checks all that is owed to the sender of ``content``; returns the findings."""
    row = ledger_row(world, outcome.submission_id)
    assert row["state"] == outcome.state != "failed"
    assert world.context.archive.get(row["file_sha256"]) == content, "the bytes are not in the archive"
    parts = [row[f"{name}_count"] for name in ("accepted", "unchanged", "out_of_scope", "quarantined")]
    assert row["received_count"] is None or row["received_count"] == sum(parts)
    assert left_lying(world) == []
    findings = world.query("select * from intake.finding where submission_id = :id order by finding_number", id=outcome.submission_id)
    receipt(world, row, findings, is_read)
    return findings


def ledger_row(world: World, submission_id: str) -> dict:
    return world.query("select * from intake.submission where submission_id = :id", id=submission_id)[0]


def left_lying(world: World) -> list[str]:
    """Files of any kind in the landing area."""
    landing = world.context.settings.landing
    return sorted(str(path.relative_to(landing)) for path in landing.rglob("*") if path.is_symlink() or not path.is_dir())


def receipt(world: World, row: dict, findings: list[dict], is_read: bool) -> None:
    folder = world.context.settings.outbox / row["sender_code"] / row["submission_id"]
    made = {path.name for path in folder.iterdir()}
    assert made == {"receipt.html", "findings.csv", "receipt.json", *(["annotated.xlsx"] if is_read else [])}
    page = (folder / "receipt.html").read_text("utf-8")
    assert row["submission_id"] in page and page.rstrip().endswith("</html>") and "<script>alert" not in page
    told = json.loads((folder / "receipt.json").read_text("utf-8"))
    assert (told["submission"]["id"] if isinstance(told.get("submission"), dict) else told["submission"]) == row["submission_id"]
    lines = list(csv.DictReader(io.StringIO((folder / "findings.csv").read_text("utf-8-sig"), newline="")))
    assert len(lines) == len(findings)
    assert all(line["advice"].strip() and line["rule"] for line in lines)
    assert [cell for line in lines for cell in line.values() if RUNS.match(cell) and not NUMBER.match(cell)] == []
    if is_read:
        no_formulas(folder / "annotated.xlsx")


def no_formulas(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    assert [cell.coordinate for sheet in book for cells in sheet.iter_rows() for cell in cells if cell.data_type == "f"] == []
