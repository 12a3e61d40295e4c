"""Writes a receipt's four files, all or none.

Belongs here: which files there are and that they appear together. Does not belong here: what is in each.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from quality_checks.receipt.content import ReceiptContent
from quality_checks.receipt.findings_csv import findings_csv
from quality_checks.receipt.machine import receipt_json
from quality_checks.receipt.page import receipt_html
from quality_checks.receipt.workbook import annotated_xlsx

FILES: dict[str, Callable[[ReceiptContent], bytes | None]] = {
    "receipt.html": receipt_html, "findings.csv": findings_csv, "annotated.xlsx": annotated_xlsx, "receipt.json": receipt_json,
}  # fmt: skip


def write_files(content: ReceiptContent, folder: Path) -> list[Path]:
    """Write the files into an existing folder that nobody looks at yet; a file that would say nothing is left out."""
    written = []
    for name, make in FILES.items():
        made = make(content)
        if made is not None:
            path = folder / name
            path.write_bytes(made)
            written.append(path)
    return written


def write_receipt(content: ReceiptContent, folder: Path) -> Path:
    """Write the receipt as ``folder``, replacing an earlier one; readers see the old files or the new, never some of each."""
    staged, old = (folder.with_name(f".{folder.name}.{word}") for word in ("new", "old"))
    for leftover in (staged, old):
        shutil.rmtree(leftover, ignore_errors=True)
    staged.mkdir(parents=True)
    write_files(content, staged)
    if folder.exists():
        folder.rename(old)
    staged.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    return folder
