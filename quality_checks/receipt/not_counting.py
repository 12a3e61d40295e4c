"""Cases that the sender told of earlier and that measures leave out now: what the receipt says of them.

Belongs here: their shape and words. Does not belong here: finding them (``assets.not_counting``).
They are named by the sender's own files, as submission and row. Whose record it was that made a case stop counting is never told.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

SUBMISSIONS_SHOWN = 12  # files named on the page for each status; ``receipt.json`` has the others too

MEANINGS = {
    "duplicate": "Another record tells of the same event of the same patient, and that one counts. If both are yours, withdraw one of them. "
    "If not, your record need not be wrong: ask the network's office which of the two shall count.",
    "conflict": "Another record of the same patient contradicts it, and neither counts until one of them is corrected. "
    "Check place and dates in yours; if they are right, tell the network's office.",
    "error": "It contradicts what is known of the patient by now, for example a date of death. "
    "Check its dates and the patient's number; if they are right, tell the network's office.",
}


@dataclass(frozen=True)
class NotCounting:
    """The sender's cases of one status (``duplicate``, ``conflict``, ``error``); ``rows``: submission and row that told of each last, in order."""

    status: str
    rows: tuple[tuple[str, int], ...]

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def meaning(self) -> str:
        return MEANINGS[self.status]

    @property
    def by_submission(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The latest file first."""
        found = [(submission, tuple(row for _, row in rows)) for submission, rows in groupby(self.rows, key=lambda told: told[0])]
        return tuple(sorted(found, reverse=True))
