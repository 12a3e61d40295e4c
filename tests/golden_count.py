"""Tells how many golden cases were compared: a number that falls is a loss that green tests would hide."""

from __future__ import annotations

from collections import Counter


def pytest_terminal_summary(terminalreporter) -> None:
    """Cases that ``record_property("golden_case", method)`` marks, by what came of them."""
    told: Counter[str] = Counter()
    methods: set[str] = set()
    for outcome in ("passed", "failed", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            found = [value for name, value in getattr(report, "user_properties", ()) if name == "golden_case"]
            told[outcome] += len(found)
            methods.update(found)
    if methods:
        counts = ", ".join(f"{number} {outcome}" for outcome, number in told.items() if number)
        terminalreporter.write_line(f"golden cases of {len(methods)} methods: {counts}")
