"""``receipt.json``: the receipt for programs. Holds no value of a field.

Belongs here: its shape; keys are added, never changed. Does not belong here: anything that the page alone says.
"""

from __future__ import annotations

import json

from quality_checks.receipt import sentences
from quality_checks.receipt.content import FindingGroup, ReceiptContent
from quality_checks.receipt.not_counting import NotCounting

FORMAT_VERSION = 1
ROW_LIMIT = 10_000  # row numbers told for each rule and field; ``count`` is always the total


def receipt_json(content: ReceiptContent) -> bytes:
    """UTF-8 JSON. Row numbers are those of the file, its first line being row 1; in a transposed sheet ``cells`` name the places whole."""
    facts = content.facts
    told = {
        "format_version": FORMAT_VERSION,
        "submission": facts.submission_id,
        "is_check": facts.is_check,
        "state": facts.state,
        "result": sentences.title(content),
        "summary": sentences.summary(content),
        "reasons": list(sentences.reasons(content)),
        "sender": facts.sender_code,
        "dataset": content.dataset.name if content.dataset else None,
        "dataset_version": content.dataset.version if content.dataset else None,
        "layout": content.layout.name if content.layout else None,
        "mode": facts.mode,
        "period_start": facts.period_start.isoformat() if facts.period_start else None,
        "period_end": facts.period_end.isoformat() if facts.period_end else None,
        "received_at": facts.received_at.isoformat(),
        "rule_version": facts.rule_version,
        "repeats": facts.repeats,
        "counts": dict(content.counts.__dict__),
        "compared_with_last": dict(content.comparison.__dict__) if content.comparison else None,
        "findings_count": len(content.findings),
        "findings": [_group(group) for group in content.groups],
        "completeness": [
            {"field": c.field_name, "stage": c.stage, "due_count": c.due_count, "filled_count": c.filled_count}
            for c in content.completeness
        ],
        "earlier_cases_not_counting": [_not_counting(told) for told in content.not_counting],
        "next_steps": list(sentences.next_steps(content)),
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", errors="replace")


def _not_counting(told: NotCounting) -> dict:
    cases = [{"submission": submission, "row": row} for submission, row in told.rows[:ROW_LIMIT]]
    return {
        "status": told.status,
        "count": told.count,
        "meaning": told.meaning,
        "cases": cases,
        "cases_left_out": max(told.count - ROW_LIMIT, 0),
    }


def _group(group: FindingGroup) -> dict:
    numbers = sorted({cell.row for cell in group.cells}) or group.row_numbers
    return {
        "rule": group.rule_id, "requirement": group.rule_name, "severity": group.severity.value, "field": group.field_name,
        "advice": list(group.advice), "count": group.count, "rows": list(numbers[:ROW_LIMIT]),
        "rows_left_out": max(len(numbers) - ROW_LIMIT, 0), "cells": [cell.address for cell in group.cells[:ROW_LIMIT]],
    }  # fmt: skip
