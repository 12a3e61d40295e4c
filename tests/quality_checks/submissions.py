"""Files of the invented pathway, and the receipts of checking them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

from assets.check import CheckOutcome, check_file
from schemas.datasets import Dataset
from schemas.registry import Registry
from tests.quality_checks.test_validate import RIGHT
from warehouse.settings import Settings

NOW = datetime(2025, 11, 1, 9, 0, tzinfo=UTC)
NHS_NUMBERS = ("9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069")


def csv_of(dataset: Dataset, rows: list[dict[str, str]]) -> bytes:
    """A file in the standard layout; every row gets a number and a reference of its own unless it says otherwise."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([item.header for item in dataset.fields])
    for number, row in enumerate(rows):
        own = {"nhs_number": NHS_NUMBERS[number % len(NHS_NUMBERS)], "hospital_number": f"H{number + 1}"}
        writer.writerow([{**RIGHT, **own, **row}.get(item.name, "") for item in dataset.fields])
    return text.getvalue().encode()


def check(folder: Path, content: bytes, registry: Registry, name: str = "sent.csv", **more) -> CheckOutcome:
    path = folder / name
    path.write_bytes(content)
    return check_file(path, "RA1", Settings(home=folder / "home", clock=lambda: NOW), registry, **more)
