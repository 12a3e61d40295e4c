"""Typed frames for tests, from rows as a clinician would write them down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from quality_checks.masks import evaluate
from schemas.datasets import Dataset
from schemas.fields import Kind

RECEIVED_AT = datetime(2025, 11, 1, 9, 0, tzinfo=UTC)
PARSERS = {
    Kind.INTEGER: float, Kind.DECIMAL: float, Kind.CODES: lambda text: tuple(text.split(";")),
    Kind.DATE: lambda text: pd.Timestamp(datetime.strptime(text, "%d/%m/%Y")),
    Kind.DATETIME: lambda text: pd.Timestamp(datetime.strptime(text, "%d/%m/%Y %H:%M")),
    Kind.TIME: lambda text: pd.Timedelta(f"{text}:00"),
}  # fmt: skip
DTYPES = {
    Kind.INTEGER: "float64", Kind.DECIMAL: "float64", Kind.DATE: "datetime64[s]", Kind.DATETIME: "datetime64[s]", Kind.TIME: "timedelta64[s]",
}  # fmt: skip


@dataclass
class Conformed:
    """What ``validate`` needs of a conformed submission."""

    frame: pd.DataFrame
    problems: dict[str, pd.Series] = field(default_factory=dict)


def conformed(dataset: Dataset, rows: list[dict[str, str]], problems: dict[str, dict[int, str]] | None = None) -> Conformed:
    """Rows of texts as a typed frame with derived fields; the first row is row 2 of the file. ``problems``: field -> row -> reason."""
    index = pd.Index(range(2, len(rows) + 2), name="row_number")
    columns = {item.name: _column([row.get(item.name) for row in rows], item.kind, index) for item in dataset.fields}
    frame = pd.DataFrame(columns, index=index)
    for item in dataset.derived:
        frame[item.name] = evaluate(item.expression, frame)[0]
    reasons = {name: pd.Series([told.get(n) for n in index], index=index, dtype=object) for name, told in (problems or {}).items()}
    return Conformed(frame, reasons)


def _column(texts: list[str | None], kind: Kind, index: pd.Index) -> pd.Series:
    parse = PARSERS.get(kind, str)
    values = np.empty(len(texts), dtype=object)
    values[:] = [parse(text) if text else None for text in texts]
    return pd.Series(values, index=index, dtype=object).astype(DTYPES.get(kind, object))


def table(text: str) -> list[dict[str, str]]:
    """A table drawn with ``|``: the first line names the fields, a dot or nothing stands for an empty cell."""
    lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.strip().splitlines()]
    header, *rows = lines
    return [{name: cell for name, cell in zip(header, row, strict=True) if cell not in ("", ".")} for row in rows]
