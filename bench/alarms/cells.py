"""Figures of the bench as readers see them, and how they are found among its rows.

Belongs here: what tables and sentences share. Does not belong here: the page (``bench.alarms.page``).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from bench.alarms.rules import ALL, FEW_EVENTS, from_events
from bench.false_alarms import picked

KEPT = f"P' never inside P, {ALL}"


def number(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def rate(rows: Iterable[dict]) -> str:
    """Signals a month with their standard error; of several kinds together."""
    rows = list(rows)
    if not rows:
        return "-"
    error = sum(row["error"] ** 2 for row in rows) ** 0.5
    return f"{number(sum(row['raised'] for row in rows))} ± {number(error)}"


def months(seen: dict) -> str:
    """The median; None stands for never in two years."""
    return "over 24" if seen["median"] is None else f"{seen['median']:.0f}"


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def total(detail: dict, rules: dict[str, str], **where) -> list[dict]:
    """The rows of a choice of one rule set a kind."""
    return [row for row in picked(detail, **where) if row["rule"] == rules[row["kind"]]]


def row_of(detail: dict, rule: str, kind: str = "proportion", phase: str = "fifth year") -> dict:
    """Of the demo's network, by chance alone."""
    [row] = picked(detail, network="demo", phase=phase, kind=kind, rule=rule)
    return row


def volume(detail: dict, rule: str, cases: int, share: float = 0.6) -> dict:
    return next(row for row in detail["volumes"] if (row["rule"], row["cases"], row["share"]) == (rule, cases, share))


def part_of(part: dict, whole: dict) -> str:
    return percent(part["raised"] / whole["raised"])


def errors_by_events(detail: dict, rule: str) -> list[float]:
    """Signals in 100 shares a year, fifth year of the demo, of series below the first smallest number, between each two, and from the last on."""
    counts = [detail["network"]["kinds"]["proportion"], *(detail["network"]["shares_from_events"][str(few)] for few in FEW_EVENTS), 0]
    raised = [row_of(detail, name)["raised"] for name in (rule, *(f"{rule}{from_events(few)}" for few in FEW_EVENTS))] + [0.0]
    return [1200 * (more - fewer) / (many - few) for (more, fewer), (many, few) in zip(pairwise(raised), pairwise(counts), strict=True)]
