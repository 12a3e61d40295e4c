"""The sentences of a receipt: the result, what it means, what happens next, when the next data are due.

Belongs here: plain words for a data clerk. Does not belong here: advice on rules (it comes with them), layout (``receipt.html``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from quality_checks.receipt.content import FindingGroup, ReceiptContent
from schemas.datasets import Expectation
from schemas.field_rules import ZONE
from schemas.rules import Severity

TONES = {
    "accepted": "good", "accepted with warnings": "good", "accepted in part": "partial", "rejected": "bad", "held": "partial",
    "failed": "ours", "withdrawn": "ours",
}  # fmt: skip
TITLES = {
    "accepted": "Accepted", "accepted with warnings": "Accepted, with warnings", "accepted in part": "Accepted in part",
    "rejected": "Not accepted", "held": "On hold", "failed": "We could not process this file", "withdrawn": "Withdrawn",
}  # fmt: skip
CHECK_TITLES = {
    "accepted": "Ready to send", "accepted with warnings": "Ready to send, with warnings", "accepted in part": "Part of it would be taken",
    "rejected": "It would not be accepted", "failed": "We could not check this file",
}  # fmt: skip
SEVERITY_WORDS = {
    Severity.REJECT_FILE: "The file was not accepted because", Severity.QUARANTINE_RECORD: "Rows set aside",
    Severity.WARN: "Warnings", Severity.OUT_OF_SCOPE: "Rows outside this audit",
}  # fmt: skip
SEVERITY_NOTES = {
    Severity.QUARANTINE_RECORD: "These rows were not taken. Correct them and send them again; nothing else needs to be repeated.",
    Severity.WARN: "These rows were taken. Please check them; send a correction if something is wrong.",
    Severity.OUT_OF_SCOPE: "These rows are right, but not part of this audit. They were counted and not stored.",
}  # fmt: skip
CHECK_NOTES = {
    Severity.QUARANTINE_RECORD: "These rows would not be taken. Correct them before you send the file.",
    Severity.WARN: "These rows would be taken. Please check them.",
    Severity.OUT_OF_SCOPE: "These rows are right, but not part of this audit. They would be counted and not stored.",
}  # fmt: skip
# of a transposed sheet each cell is judged: a column that is set aside for one of them keeps its others
CELLS_NOTE = "What these cells tell was not taken; the good cells of their columns were. Correct them and send the sheet again."
CELLS_CHECK_NOTE = "What these cells tell would not be taken; the good cells of their columns would. Correct them before you send the file."

_ROW = re.compile(r"\b([Rr])ow(s?)\b")


def in_units(content: ReceiptContent, text: str) -> str:
    """A sentence of ours about rows, about columns where those are what was received."""
    return _ROW.sub(lambda found: f"{'C' if found[1] == 'R' else 'c'}olumn{found[2]}", text) if content.is_by_columns else text


def note(content: ReceiptContent, severity: Severity) -> str:
    """What findings of this severity mean for the rows, under their title."""
    is_check = content.facts.is_check
    if content.is_by_columns and severity is Severity.QUARANTINE_RECORD:
        return CELLS_CHECK_NOTE if is_check else CELLS_NOTE
    return in_units(content, (CHECK_NOTES if is_check else SEVERITY_NOTES).get(severity, ""))


@dataclass(frozen=True)
class Part:
    """One part of the bar of counts."""

    name: str
    title: str
    count: int
    note: str


def title(content: ReceiptContent) -> str:
    facts = content.facts
    if facts.repeats:
        return "Already received"
    return (CHECK_TITLES if facts.is_check else TITLES).get(facts.state, facts.state.capitalize())


def tone(content: ReceiptContent) -> str:
    return TONES.get(content.facts.state, "ours")


def summary(content: ReceiptContent) -> str:
    """One or two sentences under the title."""
    facts, counts = content.facts, content.counts
    if facts.repeats:
        return f"This file is the same as submission {facts.repeats}, which still holds. Nothing was changed."
    told = {
        "rejected": "Nothing was taken from this file, and nothing that you sent before was changed.",
        "held": "Nothing has been changed yet: somebody has to agree to it first.",
        "failed": "The fault is ours, not yours. Your file is safe and nothing was changed; we have been told and will process it again.",
        "withdrawn": "What this submission said no longer counts.",
    }
    if facts.was_taken:
        told |= {
            "rejected": "The file has been judged again and is not accepted now. What had been taken of it counts no more.",
            "held": "The file has been judged again. What had been taken of it counts no more until somebody agrees to it.",
        }
    if facts.is_check:
        told = {"failed": "The fault is ours, not yours.", "rejected": "Nothing would be taken from this file."}
    return told.get(facts.state) or in_units(content, _taken(content, counts))


def _taken(content: ReceiptContent, counts) -> str:
    verb = "would be" if content.facts.is_check else "was" if counts.taken == 1 else "were"
    whole = counts.received or 0
    taken = f"All {_rows(whole)} {verb} taken." if counts.taken == whole and whole else f"{counts.taken:,} of {_rows(whole)} {verb} taken."
    if whole == 1 and counts.taken == 1:
        taken = f"The row {verb} taken."
    return " ".join((taken, *_remainder(counts, "would be" if content.facts.is_check else None)))


def _remainder(counts, verb: str | None) -> Iterator[str]:
    if counts.quarantined:
        yield f"{counts.quarantined:,} {verb or _was(counts.quarantined)} set aside and can be corrected."
    if counts.out_of_scope:
        yield f"{counts.out_of_scope:,} {_is(counts.out_of_scope)} outside this audit."
    if counts.warned:
        yield f"{counts.warned:,} of those taken {'carries' if counts.warned == 1 else 'carry'} a warning."
    if counts.withdrawn:
        yield f"{counts.withdrawn:,} earlier {'record' if counts.withdrawn == 1 else 'records'} {_was(counts.withdrawn)} withdrawn."


def reasons(content: ReceiptContent) -> tuple[str, ...]:
    """Why a file was rejected, held or failed, in words."""
    refusing = [advice for group in content.groups_of(Severity.REJECT_FILE) for advice in group.advice]
    if content.facts.state == "held" and content.facts.reason:
        return (_sentence(content.facts.reason),)
    return tuple(refusing) or ((_sentence(content.facts.reason),) if content.facts.reason and content.facts.state == "rejected" else ())


def parts(content: ReceiptContent) -> tuple[Part, ...]:
    """The parts into which the received rows (or columns) fall; they add up to what was received."""
    return tuple(replace(part, title=in_units(content, part.title)) for part in _parts(content))


def _parts(content: ReceiptContent) -> tuple[Part, ...]:
    counts = content.counts
    if content.facts.is_check:
        # before submission nothing is known of what is stored, so new and unchanged rows cannot be told apart
        return (
            Part("accepted", "would be taken", counts.taken, ""),
            Part("out_of_scope", "outside this audit", counts.out_of_scope, "right, but not stored"),
            Part("quarantined", "would be set aside", counts.quarantined, "to be corrected"),
        )
    return (
        Part("accepted", "taken, new or changed", counts.accepted, ""),
        Part("unchanged", "taken, as we knew them", counts.unchanged, "nothing changed"),
        Part("out_of_scope", "outside this audit", counts.out_of_scope, "right, but not stored"),
        Part("quarantined", "rows set aside" if content.facts.state != "rejected" else "not taken", counts.quarantined, "to be corrected"),
    )


def next_steps(content: ReceiptContent) -> tuple[str, ...]:
    """What happens now, and what the sender can do."""
    facts = content.facts
    if facts.is_check:
        return tuple(_after_check(content))
    steps = {"rejected": _after_rejection, "held": _after_hold, "failed": _after_failure, "withdrawn": _after_withdrawal}
    return tuple(in_units(content, step) for step in steps.get(facts.state, _after_acceptance)(content))


def _after_check(content: ReceiptContent) -> Iterator[str]:
    yield "This was a check only: nothing has been sent or stored."
    if content.facts.state == "rejected":
        yield "Correct the file as told above and check it again."
        return
    yield "To send the file, put it in your landing folder."
    yield "Rules that compare it with earlier records are applied only then, so the receipt may hold more findings than this check."


def _after_rejection(content: ReceiptContent) -> Iterator[str]:
    yield "Do what is told above and drop the file again, under any name."
    yield f"What was accepted {'of other files' if content.facts.was_taken else 'before'} still counts, and nothing of this file does."


def _after_hold(content: ReceiptContent) -> Iterator[str]:
    yield "If this is what you meant, ask the network's office to approve the submission; name its number."
    yield "If it is not, send the complete file of the period: the latest submission counts."


def _after_failure(content: ReceiptContent) -> Iterator[str]:
    yield "You need do nothing. A new receipt will replace this one as soon as the file has been processed."
    yield "If that takes more than a working day, ask the network's office; name the submission's number."


def _after_withdrawal(content: ReceiptContent) -> Iterator[str]:
    yield "Records that only this submission told of are gone from all results; what other submissions said still counts."


def _after_acceptance(content: ReceiptContent) -> Iterator[str]:
    counts = content.counts
    if content.facts.repeats:
        yield f"You need do nothing. What was found in the file is told by the receipt of {content.facts.repeats}."
        return
    if counts.quarantined:
        where = (
            "annotated.xlsx and drop that file in your landing folder as it is"
            if content.has_workbook
            else "your file and drop it in your landing folder again"
        )
        yield f"Correct the rows set aside in {where}, or correct your own system and export again."
        yield "Until then the rows set aside are missing from your results."
    elif counts.warned:
        marked = "; annotated.xlsx marks the cells" if content.has_workbook else ""
        yield f"Look at the warnings below{marked}. Send a correction where something is wrong."
    else:
        yield "You need do nothing."
    yield "Benchmarks and signals that these records touch are brought up to date now."


def deadline(expectation: Expectation | None, today: date) -> str | None:
    """When the next data are due: ``Data for November 2025 are due by 14 December 2025.``"""
    if expectation is None:
        return None
    start = _first_of_period(today, expectation.grain)
    earlier = _first_of_period(start - timedelta(days=1), expectation.grain)
    for first, following in ((earlier, start), (start, _next_period(start, expectation.grain))):
        due = following + timedelta(days=expectation.due_after_days - 1)
        if due >= today:
            return f"Data for {_period_words(first, expectation.grain)} are due by {day_words(due)}."
    return None


def _first_of_period(day: date, grain: str) -> date:
    months = {"month": 1, "quarter": 3, "year": 12}[grain]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _next_period(first: date, grain: str) -> date:
    return _first_of_period(first + timedelta(days={"month": 31, "quarter": 92, "year": 366}[grain]), grain)


def _period_words(first: date, grain: str) -> str:
    return {
        "month": f"{first:%B %Y}",
        "quarter": f"{first:%B} to {_next_period(first, grain) - timedelta(days=1):%B %Y}",
        "year": f"{first:%Y}",
    }[grain]


def day_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def moment_words(content: ReceiptContent) -> str:
    local = content.facts.received_at.astimezone(ZoneInfo(ZONE)) if content.facts.received_at.tzinfo else content.facts.received_at
    return f"{local:%A} {day_words(local.date())}, {local:%H:%M}"


def requirement_words(rule_name: str, field_name: str | None = None) -> str:
    """``surgery_after_presentation`` -> ``surgery after presentation``; the field's own name, shown beside it, is left out. It says what must hold."""
    own = f"{field_name}_"
    return (rule_name.removeprefix(own) if field_name else rule_name).replace("_", " ")


def row_ranges(rows: Sequence[int], most: int = 30) -> tuple[str, int]:
    """``2, 5-9, 14`` and how many rows are left out after ``most`` ranges."""
    distinct = np.unique(np.asarray(rows, dtype=np.int64))
    starts = distinct[np.diff(distinct, prepend=distinct[:1] - 2) > 1]
    ends = distinct[np.diff(distinct, append=distinct[-1:] + 2) > 1]
    shown = [_range(first, last) for first, last in zip(starts[:most].tolist(), ends[:most].tolist(), strict=True)]
    return ", ".join(shown), int((ends - starts + 1)[most:].sum())


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}, {last}" if last == first + 1 else f"{first}\u2013{last}"


def places_of(group: FindingGroup, most: int) -> tuple[str, str, int]:
    """``2 rows``, ``3, 4`` and how many are left out; in a transposed sheet ``1 cell`` and ``C4 (its label, its organisation)``. Empty for the file."""
    if not group.cells:
        shown, left_out = row_ranges(group.row_numbers, most)
        return counted(group.count, "row"), shown, left_out
    return counted(len(group.cells), "cell"), ", ".join(map(_cell, group.cells[:most])), max(len(group.cells) - most, 0)


def _cell(cell) -> str:
    named = ", ".join(filter(None, (cell.label, cell.name)))
    return f"{cell.address} ({named})" if named else cell.address


def numbering(content: ReceiptContent) -> str:
    if content.is_by_columns:
        return "Cells are named as a spreadsheet names those of your file: C4 stands in its third column and fourth row."
    return "Row numbers are those of your file; its first line is row 1."


def counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _rows(count: int) -> str:
    return counted(count, "row")


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _sentence(text: str) -> str:
    text = text.strip().replace("`", "")
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
