"""What a reshape gives, and the small tools that its kinds share.

Belongs here: ``Reshaped``, ``Units``, cells and refusals. Does not belong here: a kind of reshape (``grouping``, ``transposing``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

import pandas as pd

from assets.reading.sheet_cells import SheetCells
from quality_checks.findings import FileRefused, Finding
from schemas.datasets import Dataset
from schemas.rules import Scope, Severity

Grid = Sequence[Sequence[str | None]]
OUTCOMES = ("quarantined", "accepted", "unchanged", "out of scope")  # of several records of one unit the first decides


@dataclass(frozen=True)
class Units:
    """The sheet's own units (row or column numbers), and which of them are behind each record."""

    every: tuple[int, ...]
    of_record: Mapping[int, tuple[int, ...]]

    def count(self, outcomes: Mapping[int, str], aside: Iterable[int] = ()) -> dict[str, int]:
        """How many units had each outcome, from the outcome of each record; the units ``aside`` were set aside.

        Another unit without a record said nothing: unchanged."""
        decided: dict[int, str] = dict.fromkeys(aside, OUTCOMES[0])
        for record, units in self.of_record.items():
            for unit in units:
                decided[unit] = min(decided.get(unit, OUTCOMES[-1]), outcomes[record], key=OUTCOMES.index)
        reached = [decided.get(unit, "unchanged") for unit in self.every]
        return {outcome: reached.count(outcome) for outcome in OUTCOMES}

    def set_aside(self, quarantined: Mapping[int, tuple[str, ...]]) -> dict[int, tuple[str, ...]]:
        """The units that are set aside, each with the rules for which its records were, or it was itself: then no record was made of it."""
        rules: dict[int, dict[str, None]] = {}
        for record, ids in quarantined.items():
            for unit in self.of_record.get(record, (record,)):
                rules.setdefault(unit, {}).update(dict.fromkeys(ids))
        return {unit: tuple(ids) for unit, ids in sorted(rules.items())}

    def touched_by(self, records: Iterable[int]) -> int:
        """How many units are behind any of the records."""
        return len({unit for record in records for unit in self.of_record[record]})


@dataclass(frozen=True)
class Reshaped:
    """``text``: one row a record, columns = fields, texts or None, index ``row_number``. ``received_count`` counts the units.

    ``cells`` tells the sheet's own cells of records that are not named by a row."""

    text: pd.DataFrame
    received_count: int
    findings: tuple[Finding, ...]
    units: Units
    cells: SheetCells | None = None


@dataclass
class Making:
    """What grows while a sheet is read."""

    records: dict[int, dict[str, str | None]] = field(default_factory=dict)
    units: dict[int, tuple[int, ...]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    cells: SheetCells | None = None

    def warn(self, rule_id: str, rule_name: str, advice: str, row_number: int | None = None, field_name: str | None = None) -> None:
        self.findings.append(Finding(rule_id, rule_name, Severity.WARN, Scope.FILE, advice, row_number, field_name))

    def set_aside(self, rule_id: str, rule_name: str, advice: str, row_number: int, field_name: str | None = None) -> None:
        """A row of which no record is made."""
        self.findings.append(Finding(rule_id, rule_name, Severity.QUARANTINE_RECORD, Scope.RECORD, advice, row_number, field_name))

    def done(self, dataset: Dataset, every: tuple[int, ...], received_count: int) -> Reshaped:
        names = [f.name for f in dataset.fields if any(f.name in record for record in self.records.values())]
        index = pd.Index(list(self.records), name="row_number", dtype="int64")
        rows = [[record.get(name) for name in names] for record in self.records.values()]
        text = pd.DataFrame(rows, index=index, columns=names, dtype=object)
        return Reshaped(text.where(text.notna(), None), received_count, tuple(self.findings), Units(every, self.units), self.cells)


def refuse(rule_id: str, rule_name: str, advice: str, received_count: int | None = None) -> FileRefused:
    return FileRefused([Finding(rule_id, rule_name, Severity.REJECT_FILE, Scope.FILE, advice)], received_count)


def cell_at(row: Sequence[str | None], place: int) -> str | None:
    text = row[place] if place < len(row) else None
    return (text.strip() or None) if text else None


def has_cell(row: Sequence[str | None]) -> bool:
    return any(text and text.strip() for text in row)


def plain(text: str | None) -> str:
    """Case, spaces and punctuation do not tell labels apart."""
    return "".join(c for c in (text or "").casefold() if c.isalnum())


def listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def number_of(cell: str | None) -> Decimal | None:
    try:
        value = Decimal(cell) if cell else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None
