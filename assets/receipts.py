"""Receipts in the outbox: prepared before a submission's effect is committed, put out after.

Belongs here: where a receipt lies and when it is seen. Does not belong here: what it says (``quality_checks.receipt``).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from sqlalchemy import Connection, Row

from assets.context import Context
from assets.work import Applied, Work
from quality_checks.findings import FileRefused


class Receipts:
    """The outbox of one context."""

    def __init__(self, context: Context):
        self.context = context

    def folder(self, row: Row) -> Path:
        return self.context.settings.outbox / row.sender_code / row.submission_id

    def _staged(self, row: Row) -> Path:
        return self.folder(row).with_name(f".{row.submission_id}.new")

    def prepare(self, connection: Connection, row: Row, file_name: str, work: Work, applied: Applied) -> Receipts:
        folder = self._empty_stage(row)
        (folder / "receipt.json").write_text(json.dumps({"submission": row.submission_id, "state": row.state}))
        return self

    def prepare_refusal(self, row: Row, file_name: str, refused: FileRefused) -> None:
        folder = self._empty_stage(row)
        (folder / "receipt.json").write_text(json.dumps({"submission": row.submission_id, "state": row.state}))

    def _empty_stage(self, row: Row) -> Path:
        folder = self._staged(row)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def publish(self, row: Row) -> Path:
        """Put the prepared receipt where the sender looks; an earlier one of the same submission is replaced."""
        staged, folder = self._staged(row), self.folder(row)
        if staged.exists():
            old = folder.with_name(f".{row.submission_id}.old")
            shutil.rmtree(old, ignore_errors=True)
            if folder.exists():
                folder.rename(old)
            staged.rename(folder)
            shutil.rmtree(old, ignore_errors=True)
        return folder
