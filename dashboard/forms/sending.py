"""Sending what a form holds, and finding what came of it.

Belongs here: the drop into the reader's own folder, the receipt of a submission of these datasets by the reader's own provider. Does not belong here: any
other file of the outbox.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from assets.dropping import drop_content
from dashboard.asked import Asked
from schemas.improvement import NAMES
from warehouse.settings import Settings

TOKEN = re.compile(r"([0-9]{9,11})-([0-9a-f]{64})", re.ASCII)
SUBMISSION_ID = re.compile(r"[A-Z][0-9]{1,18}", re.ASCII)
CLOCKS_DIFFER = timedelta(seconds=30)  # between whoever serves pages and whoever takes files
LARGEST_RECEIPT = 2_000_000
FINAL = ("accepted", "accepted with warnings", "accepted in part", "rejected", "failed", "withdrawn", "held")
SUBMISSION = """select submission_id, sender_code, dataset_name, state, received_at, reason from dashboard.submission_v1
where is_own and sender_code = :sender and file_sha256 = :digest and received_at >= :since order by received_at, submission_id limit 1"""


@dataclass(frozen=True)
class Sent:
    """What became of a drop: nothing yet (``state`` None), a state, and the receipt once it is written."""

    sent_at: datetime
    dataset_name: str | None = None
    submission_id: str | None = None
    state: str | None = None
    receipt: dict | None = None

    @property
    def is_done(self) -> bool:
        return self.receipt is not None or self.state == "failed"


def send(settings: Settings, sender: str, dataset_name: str, content: bytes) -> str:
    """Drops the file into the sender's landing folder; returns the token by which the sender finds what came of it. Raises ``OSError``."""
    token = f"{int(settings.clock().timestamp())}-{sha256(content).hexdigest()}"
    drop_content(content, f"{dataset_name}-form.csv", settings.landing / sender, {"dataset": dataset_name})
    return token


def find(asked: Asked, token: str) -> Sent | None:
    """What became of it; None where the token is none, or what it names is of another kind or not the reader's own."""
    match = TOKEN.fullmatch(token)
    if not match or asked.provider is None:
        return None
    sent_at = datetime.fromtimestamp(int(match[1]), UTC)
    # never remembered: this is asked again and again until it differs
    rows = asked.views.rows(SUBMISSION, asked.provider, sender=asked.provider, digest=match[2], since=sent_at - CLOCKS_DIFFER)
    if not rows:
        return Sent(sent_at)
    row = rows[0]
    if row.dataset_name is not None and row.dataset_name not in NAMES.values():
        return None
    receipt = _receipt(asked.configuration.settings, row.sender_code, row.submission_id) if row.state in FINAL else None
    if receipt is not None and (receipt.get("sender"), receipt.get("submission")) != (asked.provider, row.submission_id):
        return None
    return Sent(sent_at, row.dataset_name, row.submission_id, row.state, receipt)


def _receipt(settings: Settings, sender: str, submission_id: str) -> dict | None:
    """``receipt.json`` of a submission; None while it is not there."""
    if not SUBMISSION_ID.fullmatch(submission_id):
        return None
    path = settings.outbox / sender / submission_id / "receipt.json"
    if not path.resolve().is_relative_to(settings.outbox.resolve() / sender) or not path.is_file() or path.stat().st_size > LARGEST_RECEIPT:
        return None
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None  # being written
