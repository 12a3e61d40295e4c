"""Files of leads, aims and actions, as leads write them; what a row does not say has a sound value."""

from __future__ import annotations

from collections.abc import Mapping

from tests.world import csv_bytes

LEAD = {
    "Organisation": "ZX1",
    "Pathway": "wrist_fracture",
    "Role": "Clinical lead",
    "Contact address": "lead@zx1.example",
    "Signals": "concern;cusum",
    "How often": "weekly",
}
AIM = {
    "Organisation": "ZX1",
    "Measure": "wrist_manipulated_4h",
    "Baseline": "0.55",
    "Target": "0.80",
    "By when": "31/12/2059",
    "Set on": "",
    "Note": "as agreed",
}
ACTION = {
    "Organisation": "ZX1", "Reference": "A1", "Cycle": "1", "Pathway": "wrist_fracture", "Title": "Block on arrival", "What changes": "The block is given at triage.",
    "Change ideas": "Block at triage", "Measures to raise": "wrist_manipulated_4h", "Measures to lower": "", "Start date": "01/03/2024", "End date": "", "Status": "active",
}  # fmt: skip


def _file(base: Mapping[str, str], rows: tuple[Mapping[str, str], ...]) -> bytes:
    return csv_bytes([{**base, **row} for row in rows], list(base))


def leads(*rows: Mapping[str, str]) -> bytes:
    return _file(LEAD, rows)


def aims(*rows: Mapping[str, str]) -> bytes:
    return _file(AIM, rows)


def actions(*rows: Mapping[str, str]) -> bytes:
    return _file(ACTION, rows)


def judged(world) -> dict[int | None, dict[str, str]]:
    """Row -> rule -> severity, of the latest submission."""
    found: dict[int | None, dict[str, str]] = {}
    for row in world.query(
        "select rule_id, severity, row_number from intake.finding where submission_id = (select max(submission_id) from intake.submission)"
    ):
        found.setdefault(row["row_number"], {})[row["rule_id"]] = row["severity"]
    return found


def advice(world, rule_id: str) -> str:
    [row] = world.query("select distinct advice from intake.finding where rule_id = :rule", rule=rule_id)
    return row["advice"]
