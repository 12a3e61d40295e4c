"""The shape of a spec table, for any pathway.

Belongs here: rows, answers, tables, and which tables a pathway has. Does not belong here: cases (the pathway's folder under
``tests/spec``), how they are run (``tests.spec.evaluation``).

A row tells what is different from a textbook patient and what must come out. Values are written as in a file.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass

Answer = tuple  # ("yes",), ("no",), ("out", reasons), ("gives", number)
YES, NO = ("yes",), ("no",)


@dataclass(frozen=True)
class Row:
    """``changes`` are (field, value as written, None for blank) pairs on the textbook patient; ``answer`` is what must come out."""

    about: str
    answer: Answer
    changes: tuple[tuple[str, str | None], ...] = ()


def _row(answer: Answer, about: str, changes: dict) -> Row:
    return Row(about, answer, tuple(changes.items()))


def yes(about: str, **changes) -> Row:
    """Counts, and achieves it."""
    return _row(YES, about, changes)


def no(about: str, **changes) -> Row:
    """Counts, and does not achieve it."""
    return _row(NO, about, changes)


def out(reasons: str | tuple[str, ...], about: str, **changes) -> Row:
    """Does not count: ``cohort``, or the names of all exclusions that apply."""
    named = (reasons,) if isinstance(reasons, str) else reasons
    return _row(("out", frozenset(named)), about, changes)


def gives(value, about: str, **changes) -> Row:
    """Counts with this number; for a derived field, has this value (None: none)."""
    return _row(("gives", value), about, changes)


HOLDS, BROKEN, UNKNOWN = ("holds",), ("broken",), ("unknown",)


def holds(about: str, **changes) -> Row:
    return _row(HOLDS, about, changes)


def broken(about: str, **changes) -> Row:
    return _row(BROKEN, about, changes)


def cannot_tell(about: str, **changes) -> Row:
    """A value is missing, so nothing is known to be wrong."""
    return _row(UNKNOWN, about, changes)


@dataclass(frozen=True)
class Table:
    """Cases of one measure, derived field or rule, named by ``subject``."""

    subject: str
    rows: tuple[Row, ...]

    def __post_init__(self):
        told = [row.about for row in self.rows]
        twice = {about for about in told if told.count(about) > 1}
        assert not twice, f"{self.subject}: two rows are called {sorted(twice)}"


def table(subject: str, *rows: Row) -> Table:
    return Table(subject, rows)


@dataclass(frozen=True)
class Specification:
    """All tables of a pathway, and the patient they start from (field -> value as written).

    Those of ``results`` are of measures made of other measures: a row tells their results, and no patient.
    """

    pathway: str
    patient: dict[str, str]
    measures: tuple[Table, ...]
    derived: tuple[Table, ...]
    rules: tuple[Table, ...]
    results: tuple[Table, ...] = ()


def specification(pathway: str) -> Specification:
    """``tests.spec.<pathway>.SPECIFICATION``."""
    return importlib.import_module(f"tests.spec.{pathway}").SPECIFICATION
