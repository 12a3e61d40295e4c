"""Where the time goes: wraps the stages of a submission with clocks while a block lasts.

Belongs here: which functions are the stages. The product carries no clocks for the bench's sake.
"""

from __future__ import annotations

import importlib
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

# stage -> module and attribute through which it is called
STAGES = {
    "claimed (hashed, encrypted, archived)": ("assets.landing", "_register"),
    "read from the archive": ("warehouse.archive", "Archive.get"),
    "read": ("assets.submissions", "read_file"),
    "typed": ("assets.submissions", "typed"),
    "sites, persons, cases found": ("assets.records", "link_rows"),
    "merged with what was known": ("assets.records", "merge"),
    "validated": ("assets.records", "validate"),
    "loaded": ("assets.records", "_load"),
    "findings noted": ("assets.ledger", "replace_findings"),
    "receipt written": ("assets.receipts", "Receipts.prepare"),
}


@contextmanager
def timed(stages: dict[str, tuple[str, str]] = STAGES) -> Iterator[dict[str, float]]:
    """Seconds a stage, summed over its calls, filled while the block runs."""
    seconds: dict[str, float] = defaultdict(float)
    undo = [_wrap(name, seconds, *where) for name, where in stages.items()]
    try:
        yield seconds
    finally:
        for owner, attribute, original in undo:
            setattr(owner, attribute, original)


def _wrap(name: str, seconds: dict[str, float], module: str, path: str):
    owner = importlib.import_module(module)
    *classes, attribute = path.split(".")
    for part in classes:
        owner = getattr(owner, part)
    original = getattr(owner, attribute)

    def clocked(*given, **named):
        begun = time.perf_counter()
        try:
            return original(*given, **named)
        finally:
            seconds[name] += time.perf_counter() - begun

    setattr(owner, attribute, clocked)
    return owner, attribute, original
