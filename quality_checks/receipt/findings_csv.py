"""``findings.csv``: one line a finding, for lists and scripts.

Belongs here: its columns. Does not belong here: the order or wording of findings (they come as they are).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from itertools import islice

from quality_checks.finding_table import NO_ROW
from quality_checks.receipt.content import ReceiptContent
from quality_checks.receipt.texts import neutralised

LINE_LIMIT = 250_000  # beyond it no spreadsheet helps; the file is then wrong as a whole
COLUMNS = ("row", "your_reference", "field", "rule", "requirement", "severity", "advice")


def findings_csv(content: ReceiptContent) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads it. ``your_reference`` is the sender's local key of the row."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(islice(_lines(content), LINE_LIMIT))
    left_out = len(content.findings) - LINE_LIMIT
    if left_out > 0:
        writer.writerow(
            ("", "", "", "", "", "", f"{left_out:,} more findings are left out here; receipt.html tells the totals of each rule.")
        )
    return text.getvalue().encode("utf-8-sig", errors="replace")


def _lines(content: ReceiptContent) -> Iterator[tuple]:
    keys = local_keys(content)
    said = [
        tuple(map(neutralised, (content.header(k.field_name), k.rule_id, k.rule_name, k.severity.value, k.advice)))
        for k in content.findings.kinds
    ]
    for kind, row in zip(content.findings.kind_of.tolist(), content.findings.row_numbers.tolist(), strict=True):
        place = ("", "") if row == NO_ROW else (row, keys.get(row, ""))
        yield (*place, *said[kind])


def local_keys(content: ReceiptContent) -> Mapping[int, str | int | None]:
    """Row number -> the value by which the sender finds the record again, neutralised."""
    read, dataset = content.read, content.dataset
    if read is None or dataset is None or dataset.local_key not in read.columns:
        return {}
    values = read.columns[dataset.local_key].to_pylist()
    return {int(row): neutralised(value) for row, value in zip(read.row_numbers, values, strict=True) if value is not None}
