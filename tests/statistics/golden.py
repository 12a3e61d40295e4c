"""Reads golden cases: results of other people's software, in the format of their README.

``own`` lies in the tests; ``real`` is read in place beside the checkout, and a test that needs it is skipped where it is absent.
A module ``golden_<topic>.py`` says in its table ``METHODS`` how the product computes what each golden method expects;
``test_golden.py`` runs every case of every method through it.
"""

from __future__ import annotations

import csv
import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike

OWN = Path(__file__).resolve().parents[1] / "golden" / "own"
REAL = Path(__file__).resolve().parents[3] / "shared" / "golden" / "real"
LITERALS = {"": np.nan, "NaN": np.nan, "NA": np.nan, "Inf": np.inf, "-Inf": -np.inf, "TRUE": 1.0, "FALSE": 0.0}
KEYS = ("case_id", "row")

Tables = Mapping[str, Mapping[str, ArrayLike]]


@dataclass(frozen=True)
class Case:
    """``tables``: name of the file -> rows of this case, as text; ``rtol`` NaN for a simulation, which carries ``mc_se``."""

    case_id: str
    args: dict
    rtol: float
    is_error: bool
    tables: dict[str, list[dict[str, str]]]
    compare: str = "all"
    method: str = ""
    error: str = ""

    def column(self, name: str, table: str = "expected") -> np.ndarray:
        """As numbers; NaN where the cell is empty."""
        return np.array([number(row[name]) for row in self.tables[table]])

    def text(self, name: str, table: str = "expected") -> np.ndarray:
        """As written."""
        return np.array([row[name] for row in self.tables[table]], dtype=object)

    def has(self, name: str, table: str = "input") -> bool:
        """Whether the column was given at all: it exists and is not empty for the whole case."""
        return any(row.get(name) for row in self.tables[table])


@dataclass(frozen=True)
class Method:
    """How the product computes one golden method.

    ``compute`` gives, for each table (``expected``, ``expected_fit``, ...), its columns in the order of the file's rows: numbers, or
    texts where the file has texts. It raises ``ValueError`` where the input is impossible. ``left_out`` tells why a column is not
    compared: an input repeated, a label, a defect that the product does not have. ``not_copied`` tells why the product computes
    something where the package stops with an error that has these words.
    """

    compute: Callable[[Case], Tables]
    left_out: Mapping[str, str] = field(default_factory=dict)
    not_copied: Mapping[str, str] = field(default_factory=dict)


def number(text: str) -> float:
    return LITERALS[text] if text in LITERALS else float(text)


def methods() -> dict[str, Method]:
    """The tables ``METHODS`` of all modules ``golden_<topic>``, together."""
    modules = [importlib.import_module(f"tests.statistics.{file.stem}") for file in sorted(Path(__file__).parent.glob("golden_*.py"))]
    return {name: method for module in modules for name, method in module.METHODS.items()}


def cases(method: str) -> list:
    """Parameters for pytest: every case of a method, own and real."""
    own = [pytest.param(case, id=case.case_id) for case in _read(OWN / method)]
    if not (REAL / method / "cases.csv").is_file():
        reason = "the folder shared/golden/real is absent"
        return own if REAL.is_dir() else [*own, pytest.param(None, id="real", marks=pytest.mark.skip(reason=reason))]
    return [*own, *(pytest.param(case, id=f"real-{case.case_id}") for case in _read(REAL / method))]


def _read(folder: Path) -> list[Case]:
    if not folder.is_dir():
        return []
    tables = {file.stem: _by_case(file) for file in folder.glob("*.csv") if file.stem != "cases"}
    return [
        Case(
            row["case_id"], json.loads(row["args"]), float(row.get("rtol") or "nan"), row.get("status") == "error",
            {name: found.get(row["case_id"], []) for name, found in tables.items()}, row.get("compare") or "all", folder.name,
            row.get("error") or "",
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


def check(method: Method, case: Case) -> None:
    """The whole comparison of one case; fails on a column that the method does not compute and has not left out with a reason."""
    if any(words in case.error for words in method.not_copied):
        assert method.compute(case)
        return
    if case.is_error:
        with pytest.raises(ValueError, match=r"\w+ \w+ \w+"):  # a sentence that says what is wrong
            method.compute(case)
        return
    actual = method.compute(case)
    for table, column in compared(case, method):
        computed = column in actual.get(table, {})
        assert computed or not case.has(column, table), f"{table}.{column} is neither computed nor left out"
        if computed:
            _compare(np.asarray(actual[table][column]), case, table, column)


def compared(case: Case, method: Method) -> Iterator[tuple[str, str]]:
    """Tables and columns that are meaningful in this case."""
    named = set(case.compare.split(","))
    for table, rows in case.tables.items():
        if table == "input" or not rows:
            continue
        whole = "all" in named or table.removeprefix("expected_") in named or table in named
        wanted = [name for name in rows[0] if name not in KEYS and (whole or name in named)]
        yield from ((table, name) for name in wanted if name not in method.left_out)


def _compare(actual: np.ndarray, case: Case, table: str, column: str) -> None:
    where = f"{table}.{column}"
    if actual.dtype.kind in "OUS":
        assert actual.tolist() == case.text(column, table).tolist(), where
    elif np.isnan(case.rtol):
        error = 4 * case.column("mc_se", table) * np.sqrt(1.2)  # of both simulations, as the notes of the cases say
        assert (np.abs(actual - case.column(column, table)) <= error).all(), where
    else:
        assert_close(actual, case.column(column, table), case.rtol, where)


def assert_close(actual, expected, rtol: float, where: str = "") -> None:
    """|a - b| <= rtol * max(1, |b|), NaN equal to NaN."""
    actual, expected = np.asarray(actual, float), np.asarray(expected, float)
    assert actual.shape == expected.shape, f"{where}: shape {actual.shape} != {expected.shape}"
    same = (np.isnan(actual) & np.isnan(expected)) | (actual == expected)
    with np.errstate(invalid="ignore"):
        near = np.abs(actual - expected) <= rtol * np.maximum(1, np.abs(expected))
    wrong = np.flatnonzero(~(same | near))
    assert not len(wrong), f"{where}: {len(wrong)} differ, the first at {wrong[0]}: {actual[wrong[0]]!r} != {expected[wrong[0]]!r}"
