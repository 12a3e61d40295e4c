"""Receipts in the outbox: prepared before a submission's effect is committed, put out after.

Belongs here: where a receipt lies and when it is seen. Does not belong here: what it says (``quality_checks.receipt``).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sqlalchemy import Connection, Row, select

from assets import ledger
from assets.context import Context
from assets.not_counting import not_counting
from assets.work import Applied, Work
from quality_checks.findings import FileRefused
from quality_checks.receipt import ReceiptContent, RowCounts, SubmissionFacts, build_content, write_files
from schemas.datasets import DatasetKind
from warehouse.pathway_tables import organisation


class Receipts:
    """The outbox of one context."""

    def __init__(self, context: Context):
        self.context = context

    def folder(self, row: Row) -> Path:
        return self.context.settings.outbox / row.sender_code / row.submission_id

    def prepare(self, connection: Connection, row: Row, file_name: str, work: Work, applied: Applied) -> Receipts:
        """Write the receipt of a submission that was read, where nobody looks yet."""
        facts = self._facts(connection, row, file_name)
        is_of_cases = work.dataset.kind is DatasetKind.RECORDS
        earlier = not_counting(connection, self.context.registry.pathway_of_dataset(work.dataset.name), row) if is_of_cases else ()
        self._stage(row, build_content(
            facts, applied.counts, applied.findings, read=work.read, comparison=applied.comparison, completeness=applied.completeness, not_counting=earlier,
        ))  # fmt: skip
        return self

    def prepare_refusal(self, connection: Connection, row: Row, file_name: str, refused: FileRefused) -> Receipts:
        """Write the receipt of a file that was refused before it could be read."""
        dataset = self.context.registry.datasets.get(row.dataset_name)
        counts = RowCounts(received=refused.received_count, quarantined=refused.received_count or 0)
        self._stage(row, build_content(self._facts(connection, row, file_name), counts, refused.findings, dataset=dataset))
        return self

    def prepare_failure(self, connection: Connection, row: Row, file_name: str) -> Receipts:
        """Tell the sender that we broke and that there is nothing to do."""
        self._stage(row, build_content(self._facts(connection, row, file_name), None))
        return self

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

    def _staged(self, row: Row) -> Path:
        return self.folder(row).with_name(f".{row.submission_id}.new")

    def _stage(self, row: Row, content: ReceiptContent) -> None:
        folder = self._staged(row)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for path in write_files(content, folder):
            with path.open("rb") as file:
                os.fsync(file.fileno())

    def _facts(self, connection: Connection, row: Row, file_name: str) -> SubmissionFacts:
        settings = self.context.settings
        name = connection.scalar(select(organisation.c.organisation_name).where(organisation.c.organisation_code == row.sender_code))
        return SubmissionFacts(
            submission_id=row.submission_id, sender_code=row.sender_code, sender_name=name or "", network_name=settings.network_name, state=row.state,
            received_at=row.received_at, file_name=file_name, mode=row.mode, period_start=row.period_start, period_end=row.period_end,
            reason_code=row.reason_code, reason=row.reason, repeats=row.repeats_submission_id, was_taken=ledger.has_loaded(connection, row.submission_id), rule_version=row.rule_version,
        )  # fmt: skip
