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
        stages=_stages(content), next_steps=sentences.next_steps(content), deadline=_deadline(content), files=_files(content),
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
        groups = [_without(g, aside) if severity is Severity.WARN else g for g in content.groups_of(severity)]
        shown = [g for g in groups if g.count and (severity is not Severity.REJECT_FILE or g.row_numbers)]
        if shown:
            sections.append(_section(content, severity, shown))
    return sections


def _without(group: FindingGroup, aside: set[int]) -> FindingGroup:
    """A row that is set aside is told there; its warnings are in findings.csv and in the workbook."""
    kept = tuple(row for row in group.row_numbers if row not in aside)
    return replace(group, row_numbers=kept, count=group.count - len(group.row_numbers) + len(kept))


def _section(content: ReceiptContent, severity: Severity, groups: list[FindingGroup]) -> dict:
    note = (sentences.CHECK_NOTES if content.facts.is_check else sentences.SEVERITY_NOTES).get(severity, "")
    if severity is Severity.WARN and content.counts.quarantined:
        note += " Warnings on rows set aside are in annotated.xlsx."
    if content.facts.state in ("rejected", "held") and not content.facts.is_check:
        note = {"rejected": "None of the rows was taken.", "held": "Nothing has been taken yet."}[content.facts.state]
    return {
        "severity": severity.name.lower(), "title": sentences.SEVERITY_WORDS[severity], "note": note,
        "rows": len({row for g in groups for row in g.row_numbers}), "findings": sum(g.count for g in groups),
        "groups": [_shown(group) for group in groups[:GROUP_LIMIT]], "hidden": max(len(groups) - GROUP_LIMIT, 0),
    }  # fmt: skip


def _shown(group: FindingGroup) -> dict:
    rows, left_out = sentences.row_ranges(group.row_numbers, RANGE_LIMIT)
    return {
        "rule": group.rule_id, "requirement": sentences.requirement_words(group.rule_name, group.field_name), "header": group.header,
        "advice": group.advice[:3], "count": group.count, "rows": rows, "left_out": left_out,
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
    if content.read is not None and content.read.source is not None:
        told.append(("annotated.xlsx", "your own columns with the cells to correct marked; it can be dropped as it is"))
    return [*told, ("receipt.json", "this receipt for programs")]
