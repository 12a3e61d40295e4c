"""Reads golden cases: results of other people's software, in the format of their README.

``own`` lies in the tests; ``real`` is read in place beside the checkout, and a test that needs it is skipped where it is absent.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

OWN = Path(__file__).resolve().parents[1] / "golden" / "own"
REAL = Path(__file__).resolve().parents[3] / "shared" / "golden" / "real"
LITERALS = {"": np.nan, "NaN": np.nan, "Inf": np.inf, "-Inf": -np.inf, "TRUE": 1.0, "FALSE": 0.0}


@dataclass(frozen=True)
class Case:
    case_id: str
    args: dict
    rtol: float
    is_error: bool
    tables: dict[str, list[dict[str, str]]]

    def column(self, name: str, table: str = "expected") -> np.ndarray:
        return np.array([number(row[name]) for row in self.tables[table]])


def number(text: str) -> float:
    return LITERALS[text] if text in LITERALS else float(text)


def cases(method: str) -> list:
    """Parameters for pytest: every case of a method, own and real."""
    own = [pytest.param(case, id=case.case_id) for case in _read(OWN / method)]
    if not (REAL / method / "cases.csv").is_file():
        return [*own, pytest.param(None, id="real", marks=pytest.mark.skip(reason="the folder shared/golden/real is absent"))]
    return [*own, *(pytest.param(case, id=f"real-{case.case_id}") for case in _read(REAL / method))]


def _read(folder: Path) -> list[Case]:
    tables = {file.stem: _by_case(file) for file in folder.glob("*.csv") if file.stem != "cases"}
    return [
        Case(
            row["case_id"], json.loads(row["args"]), float(row["rtol"] or "nan"), row["status"] == "error",
            {name: found.get(row["case_id"], []) for name, found in tables.items()},
        )
        for row in _rows(folder / "cases.csv")
    ]  # fmt: skip


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def _by_case(file: Path) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in _rows(file):
        found.setdefault(row["case_id"], []).append(row)
    return found


def assert_close(actual, expected, rtol: float) -> None:
    """|a - b| <= rtol * max(1, |b|), NaN equal to NaN."""
    actual, expected = np.asarray(actual, float), np.asarray(expected, float)
    assert actual.shape == expected.shape
    same = (np.isnan(actual) & np.isnan(expected)) | (actual == expected)
    with np.errstate(invalid="ignore"):
        near = np.abs(actual - expected) <= rtol * np.maximum(1, np.abs(expected))
    assert (same | near).all(), f"first difference at {np.flatnonzero(~(same | near))[0]}: {actual[~(same | near)][0]} != {expected[~(same | near)][0]}"
