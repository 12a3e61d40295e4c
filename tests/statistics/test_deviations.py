"""The page of deviations names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "deviations.md"


def test_every_deviation_is_held_by_a_test_that_exists():
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    named = set(re.findall(r"`(test_\w+)`", "\n".join(rows)))
    written = "\n".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*.py"))
    assert named and not {name for name in named if f"def {name}(" not in written}
