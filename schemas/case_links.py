"""How the records of several teams become one case: which belong together, in which order, and what the case says.

Belongs here: the shapes of these declarations. Does not belong here: those of a dataset (its pathway's folder), what they mean over frames
(``assets.record_linking``, ``assets.case_linking``, ``assets.collapsing``).
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.expressions import Expression
from schemas.rules import Scope, Severity


# ------------------------------------------------------------------------------------------------ which belong together
@dataclass(frozen=True)
class Chain:
    """Numbers by which records name each other: ``id`` the record's own, ``to`` and ``came_from`` its neighbours', ``whole`` one for all."""

    id: str
    to: str
    came_from: str
    whole: str


@dataclass(frozen=True)
class Fact:
    """True for a record where an earlier (``side``: or a later) record of its case fulfils ``condition``; a column of the team records."""

    name: str
    condition: Expression
    description: str
    side: str = "earlier"


@dataclass(frozen=True)
class CaseRule:
    """What must hold between the records of a case: the values of ``fields`` agree wherever they are told, or (no fields) the chain does."""

    id: str
    name: str
    advice: str
    fields: tuple[str, ...] = ()
    severity: Severity = Severity.WARN
    scope: Scope = Scope.WAREHOUSE


@dataclass(frozen=True)
class CaseLink:
    """Records of one person are one case if the chain connects them or they agree in ``same`` (fields; the person is always the same).

    ``apart``: two records of one site with one record key are two if they differ in these, once both tell them.
    ``order`` puts a case's records in sequence, by the chain's ids first where all have one. ``leads``: the first for which it holds is the one whose case it is.
    ``credited``: whose teams have a part in the case where a measure credits every team (none: all).
    """

    chain: Chain
    same: tuple[str, ...]
    order: tuple[str, ...]
    leads: Expression
    apart: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    rules: tuple[CaseRule, ...] = ()
    credited: Expression | None = None


# ------------------------------------------------------------------------------------------------ what the case says
@dataclass(frozen=True)
class Where:
    """Records for which the condition holds are better."""

    condition: Expression


@dataclass(frozen=True)
class Latest:
    """The later the instant the better; none is worst."""

    field: str


@dataclass(frozen=True)
class MostFilled:
    """The more answers the better, among the fields whose names begin with ``prefix``."""

    prefix: str = ""


@dataclass(frozen=True)
class First:
    """The earlier in the case's sequence the better, the leading record first of all."""


Criterion = Where | Latest | MostFilled | First


@dataclass(frozen=True)
class Section:
    """Fields (by the beginnings of their names) that are taken together from one record: the best of those that answer any of them."""

    prefixes: tuple[str, ...]
    prefer: tuple[Criterion, ...] = ()


@dataclass(frozen=True)
class Earliest:
    """The earliest value that any record tells."""

    field: str


@dataclass(frozen=True)
class BestOf:
    """``fields`` together from the record whose ``by`` comes first in ``order``, then with the earliest of the first field."""

    fields: tuple[str, ...]
    by: str
    order: tuple[str, ...]


@dataclass(frozen=True)
class AnyTrue:
    """True if it is true in any record, else false if any tells it."""

    fields: tuple[str, ...]


@dataclass(frozen=True)
class Collapse:
    """The records of a case as one row: ranked by ``prefer``, taken by sections, single values filled in.

    A field in no section is taken from the best record. What its condition rules out in the row is emptied.
    """

    prefer: tuple[Criterion, ...]
    sections: tuple[Section, ...] = ()
    fill: tuple[Earliest | BestOf | AnyTrue, ...] = ()
