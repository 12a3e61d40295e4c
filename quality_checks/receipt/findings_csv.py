"""``findings.csv``: one line a finding, for lists and scripts.

Belongs here: its columns. Does not belong here: the order or wording of findings (they come as they are).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
import pyarrow as pa

from quality_checks.finding_table import NO_ROW
from quality_checks.receipt.content import ReceiptContent
from quality_checks.receipt.texts import neutralised

LINE_LIMIT = 250_000  # beyond it no spreadsheet helps; the file is then wrong as a whole
_QUOTED = re.compile(r'[",\r\n]')
COLUMNS = ("row", "your_reference", "field", "rule", "requirement", "severity", "advice", "cell")


def findings_csv(content: ReceiptContent) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads it. ``your_reference`` is the sender's local key of the row.

    Of a transposed sheet ``cell`` names the place (``C4``), ``row`` its row, ``field`` that row's label and ``your_reference`` the
    organisation whose column it is; of other files ``cell`` is empty.
    """
    lines = [_line(COLUMNS), *islice(_lines(content), LINE_LIMIT)]
    left_out = len(content.findings) - LINE_LIMIT
    if left_out > 0:
        lines.append(_line((*[""] * 6, f"{left_out:,} more findings are left out here; receipt.html tells the totals of each rule.", "")))
    return "".join(lines).encode("utf-8-sig", errors="replace")


def _line(cells: Sequence[object]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def _lines(content: ReceiptContent) -> Iterator[str]:
    """A line a finding. What is said of a kind and how a key is quoted is written once: a large file has hundreds of thousands."""
    if content.is_by_columns:
        yield from map(_line, dict.fromkeys(_cell_lines(content)))  # what is said of a whole column is said of each of its records
        return
    keys = local_keys(content)
    said = [
        _line(("", *map(neutralised, (content.header(k.field_name), k.rule_id, k.rule_name, k.severity.value, k.advice)), ""))
        for k in content.findings.kinds
    ]
    for kind, row in zip(content.findings.kind_of.tolist(), content.findings.row_numbers.tolist(), strict=True):
        yield f",{said[kind]}" if row == NO_ROW else f"{row},{_quoted(keys.get(row, ''))}{said[kind]}"


def _cell_lines(content: ReceiptContent) -> Iterator[tuple]:
    for finding in content.findings:
        cell = content.cell(finding.row_number, finding.field_name) if finding.row_number is not None else None
        said = map(neutralised, (finding.rule_id, finding.rule_name, finding.severity.value, finding.advice))
        if cell is None:
            yield finding.row_number, "", neutralised(content.header(finding.field_name)), *said, ""
        else:
            yield cell.row, neutralised(cell.name), neutralised(cell.label), *said, cell.address


def _quoted(key: str | int) -> str:
    """The key as a cell of a CSV file."""
    text = str(key)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def local_keys(content: ReceiptContent) -> Mapping[int, str | int | None]:
    """Row number -> the value by which the sender finds the record again, neutralised; of the rows that have a finding."""
    read, dataset = content.read, content.dataset
    if read is None or dataset is None or dataset.local_key not in read.columns:
        return {}
    found = np.isin(read.row_numbers, content.findings.row_numbers)
    values = read.columns[dataset.local_key].filter(pa.array(found)).to_pylist()
    return {int(row): neutralised(value) for row, value in zip(read.row_numbers[found], values, strict=True) if value is not None}
