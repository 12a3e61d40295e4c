"""What the sender gets back: ``receipt.html``, ``findings.csv``, ``annotated.xlsx``, ``receipt.json``.

Belongs here: the content of a receipt and its four files. Does not belong here: judging (``quality_checks.validate``), where the
outbox is and when a receipt is put there (``assets.receipts``).
"""

from quality_checks.receipt.completeness import FieldCompleteness, completeness
from quality_checks.receipt.content import Comparison, ReceiptContent, RowCounts, SubmissionFacts, build_content
from quality_checks.receipt.files import write_files, write_receipt
from quality_checks.receipt.not_counting import NotCounting

__all__ = [
    "Comparison",
    "FieldCompleteness",
    "NotCounting",
    "ReceiptContent",
    "RowCounts",
    "SubmissionFacts",
    "build_content",
    "completeness",
    "write_files",
    "write_receipt",
]
