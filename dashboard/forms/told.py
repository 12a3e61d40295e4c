"""What a receipt says, to whoever filled in a form: labels in place of codes, nothing of files and rows.

Belongs here: words for states, severities and findings of a receipt. Does not belong here: what a form says before anything is sent
(``dashboard.forms.checking``), finding the receipt (``dashboard.forms.sending``), the receipt's own words for clerks (``quality_checks.receipt``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.forms import asking, measured
from dashboard.forms.inputs import choices_for, kind_of
from schemas.datasets import Dataset
from schemas.rules import Severity

WHOLE = "What you sent"  # in place of a field's name where a finding is of no single field
STATES = {
    "accepted": "taken", "accepted with warnings": "taken, with a warning", "accepted in part": "taken in part", "rejected": "not taken", "held": "on hold",
    "failed": "not looked at yet", "withdrawn": "taken back",
}  # fmt: skip
SEVERITIES = {
    Severity.REJECT_FILE: "not taken", Severity.QUARANTINE_RECORD: "not taken", Severity.WARN: "taken, with a warning", Severity.OUT_OF_SCOPE: "not collected",
}  # fmt: skip
SUMMARIES = {
    "accepted": "It was taken as you sent it.",
    "accepted with warnings": "It was taken. Read what there is to know about it, and send it again if something is wrong.",
    "rejected": "Nothing of it was taken, and nothing that you sent before was changed.",
    "held": "Nothing has been changed yet: the network's office has to agree to it first.",
    "failed": "The fault is ours, not yours. Nothing was changed, and nothing need be sent again: it is tried again by the network's office.",
    "withdrawn": "It was taken back and no longer counts.",
}
BROKE = "Something of ours broke"
REPEATED = "You had sent the same before, and it still holds. Nothing was changed."

Receipt = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """A finding: the field's name (empty: of no single one) and label, what it means for what was sent, its sentences."""

    field: str
    label: str
    meaning: str
    is_warning: bool
    sentences: tuple[str, ...]


def findings(dataset: Dataset, receipt: Receipt, told: Callable[[str], str]) -> list[Said]:
    """Each finding of the receipt. ``told``: what becomes of names in what others wrote (``Names.told``)."""
    return [_said(dataset, found, told) for found in receipt.get("findings", ())]


def result(receipt: Receipt | None) -> str:
    """The heading. None: there is no receipt."""
    return BROKE if receipt is None or receipt["state"] == "failed" else receipt["result"]


def summary(receipt: Receipt) -> str:
    """What became of what was sent; of more than one row, which no form sends, in the receipt's own words."""
    if receipt.get("repeats"):
        return REPEATED
    is_of_a_form = receipt["counts"]["received"] in (None, 1)  # none: it was not counted yet
    return SUMMARIES.get(receipt["state"], receipt["summary"]) if is_of_a_form else receipt["summary"]


def _said(dataset: Dataset, found: Mapping[str, Any], told: Callable[[str], str]) -> Said:
    item, severity = dataset.field_by_name.get(found["field"] or ""), Severity(found["severity"])
    sentences = tuple(told(sentence) for sentence in _sentences(dataset, found))
    return Said(item.name if item else "", item.header if item else WHOLE, SEVERITIES[severity], severity is Severity.WARN, sentences)


def _sentences(dataset: Dataset, found: Mapping[str, Any]) -> list[str]:
    item = dataset.field_by_name.get(found["field"] or "")
    if found["rule"] in measured.BETWEEN:
        return [measured.BETWEEN[found["rule"]]]
    if item is None:
        return list(found["advice"])
    shown = asking.Shown(dataset, item, kind_of(item, choices_for(item, {})))
    return asking.in_words(shown, found["rule"], found["advice"])
