"""``receipt.html``: one page that needs nothing else, for the screen and for paper.

Belongs here: what the template is given. Does not belong here: sentences (``receipt.sentences``), looks (``receipt.html``).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from quality_checks.receipt import sentences
from quality_checks.receipt.completeness import FieldCompleteness
from quality_checks.receipt.content import SEVERITIES, FindingGroup, ReceiptContent
from quality_checks.receipt.not_counting import SUBMISSIONS_SHOWN, NotCounting
from schemas.datasets import DatasetKind
from schemas.rules import Severity

GROUP_LIMIT = 40  # rules shown for each severity
RANGE_LIMIT = 24  # ranges of rows shown for each rule


@lru_cache
def _template():
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    return environment.get_template("receipt_page.html")


def receipt_html(content: ReceiptContent) -> bytes:
    """The page in UTF-8."""
    counts, facts = content.counts, content.facts
    # a submission on hold, failed or repeated takes no row, so there is nothing that adds up
    adds_up = bool(counts.received) and sum(part.count for part in sentences.parts(content)) == counts.received
    shows_rows = adds_up and facts.state not in ("held", "failed", "withdrawn") and not facts.repeats
    return _template().render(
        facts=facts, counts=counts, content=content, title=sentences.title(content), tone=sentences.tone(content),
        summary=sentences.summary(content), reasons=sentences.reasons(content), moment=sentences.moment_words(content),
        parts=_bar(content) if shows_rows else [], sections=[] if facts.repeats else _sections(content), comparison=_comparison(content),
        stages=_stages(content), not_counting=[_not_counting(told) for told in content.not_counting], next_steps=sentences.next_steps(content), deadline=_deadline(content), files=_files(content),
        whole=sentences.in_units(content, "The rows of your file"), numbering=sentences.numbering(content),
    ).encode("utf-8", errors="replace")  # fmt: skip


def _bar(content: ReceiptContent) -> list[dict]:
    whole = content.counts.received or 0
    return [{"part": part, "percent": 100 * part.count / whole if whole else 0} for part in sentences.parts(content)]


# ------------------------------------------------------------------------------------------------ findings
def _sections(content: ReceiptContent) -> list[dict]:
    """One section a severity, the gravest first. What refused the file is told at the top already, unless it names rows."""
    aside = {row for group in content.groups_of(Severity.QUARANTINE_RECORD) for row in group.row_numbers}
    sections = []
    for severity in SEVERITIES:
        groups = [_without(content, g, aside) if severity is Severity.WARN else g for g in content.groups_of(severity)]
        shown = [g for g in groups if g.count and (severity is not Severity.REJECT_FILE or g.row_numbers)]
        if shown:
            sections.append(_section(content, severity, shown))
    return sections


def _without(content: ReceiptContent, group: FindingGroup, aside: set[int]) -> FindingGroup:
    """A row that is set aside is told there; its warnings are in findings.csv and in the workbook."""
    kept = tuple(row for row in group.row_numbers if row not in aside)
    return replace(
        group, row_numbers=kept, cells=content.cells(kept, group.field_name), count=group.count - len(group.row_numbers) + len(kept)
    )


def _section(content: ReceiptContent, severity: Severity, groups: list[FindingGroup]) -> dict:
    note = sentences.note(content, severity)
    if severity is Severity.WARN and content.counts.quarantined:
        note += f" Warnings on rows set aside are in {'annotated.xlsx' if content.has_workbook else 'findings.csv'}."
    if (
        severity is Severity.QUARANTINE_RECORD
        and content.facts.mode == "replace period"
        and content.dataset
        and content.dataset.kind is DatasetKind.RECORDS
    ):
        note += " What was known of their patients stays as it was."
    if content.facts.state in ("rejected", "held") and not content.facts.is_check:
        note = {"rejected": "None of the rows was taken.", "held": "Nothing has been taken yet."}[content.facts.state]
    return {
        "severity": severity.name.lower(), "title": sentences.in_units(content, f"{sentences.SEVERITY_WORDS[severity]}{_touched(content, groups)}"),
        "note": sentences.in_units(content, note), "findings": sum(g.count for g in groups),
        "groups": [_shown(group) for group in groups[:GROUP_LIMIT]], "hidden": max(len(groups) - GROUP_LIMIT, 0),
    }  # fmt: skip


def _touched(content: ReceiptContent, groups: list[FindingGroup]) -> str:
    """How many rows (or columns) the findings are about: ``: 2 rows``."""
    columns = {cell.column for g in groups for cell in g.cells}
    touched = len(columns) if content.is_by_columns else len({row for g in groups for row in g.row_numbers})
    return f": {sentences.counted(touched, 'row')}" if touched else ""


def _shown(group: FindingGroup) -> dict:
    counted, places, left_out = sentences.places_of(group, RANGE_LIMIT)
    word = ("Cell" if group.cells else "Row") + ("" if counted.startswith("1 ") else "s")
    more = f" and {left_out:,} more, all in findings.csv" if left_out else ""
    return {
        "rule": group.rule_id, "requirement": sentences.requirement_words(group.rule_name, group.field_name), "header": group.header,
        "advice": group.advice[:3], "counted": counted, "places": f"{word} {places}{more}" if places else "",
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------ the other parts
def _comparison(content: ReceiptContent) -> list[dict] | None:
    compared = content.comparison
    if compared is None or content.facts.state in ("rejected", "held", "failed", "withdrawn") or content.facts.repeats:
        return None
    told = [
        {"count": compared.new, "sign": "+", "title": "new"},
        {"count": compared.changed, "sign": "", "title": "changed"},
        {"count": compared.unchanged, "sign": "", "title": "unchanged"},
    ]
    if compared.missing is not None:
        kept = "withdrawn" if content.facts.mode == "replace period" else "not in this file; they are kept"
        told.append({"count": compared.missing, "sign": "\u2212" if kept == "withdrawn" else "", "title": kept})
    return told


def _not_counting(told: NotCounting) -> dict:
    """One status: the sender's own files, the latest first, and their rows."""
    shown = [
        (submission, len(rows), *sentences.row_ranges(rows, RANGE_LIMIT)) for submission, rows in told.by_submission[:SUBMISSIONS_SHOWN]
    ]
    return {
        "status": told.status, "meaning": told.meaning, "count": told.count, "hidden": sum(len(rows) for _, rows in told.by_submission[SUBMISSIONS_SHOWN:]),
        "files": [dict(zip(("submission", "count", "rows", "left_out"), one, strict=True)) for one in shown],
    }  # fmt: skip


def _stages(content: ReceiptContent) -> list[dict]:
    """Completeness by stage: the fields with gaps, worst first, and how many are complete."""
    titles = {stage.name: stage.title for stage in content.dataset.stages} if content.dataset else {}
    order = list(titles)
    entries = sorted(content.completeness, key=lambda c: order.index(c.stage) if c.stage in order else -1)
    return [_stage(content, titles.get(stage, "Always"), list(group)) for stage, group in groupby(entries, key=lambda c: c.stage)]


def _stage(content: ReceiptContent, title: str, entries: list[FieldCompleteness]) -> dict:
    gaps = sorted((e for e in entries if e.missing_count), key=lambda e: (e.share, e.field_name))
    return {
        "title": title, "complete": len(entries) - len(gaps), "due": max(e.due_count for e in entries),
        "gaps": [{"header": content.header(e.field_name), "percent": _floor(100 * e.share), "missing": e.missing_count, "due": e.due_count} for e in gaps],
    }  # fmt: skip


def _floor(percent: float) -> int:
    """Never 100 where something is missing."""
    return int(percent)


def _deadline(content: ReceiptContent) -> str | None:
    if content.dataset is None or content.facts.state == "withdrawn":
        return None
    return sentences.deadline(content.dataset.expectation, content.facts.received_at.date())


def _files(content: ReceiptContent) -> list[tuple[str, str]]:
    told = [("findings.csv", "every finding, one a line, with your own reference")] if len(content.findings) else []
    if content.has_workbook:
        told.append(("annotated.xlsx", "your own columns with the cells to correct marked; it can be dropped as it is"))
    return [*told, ("receipt.json", "this receipt for programs")]
