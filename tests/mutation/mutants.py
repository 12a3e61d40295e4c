"""Every small change of an expression that a slip of the pen could make.

Belongs here: the operators of mutation, for any expression. Does not belong here: what a mutant is tried on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

from schemas.expressions import (
    AllOf,
    AnyOf,
    Arithmetic,
    Choose,
    Coalesce,
    Comparison,
    Constant,
    Count,
    Expression,
    Includes,
    Membership,
    Not,
    Sum,
)

FLIPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
EXCHANGED = {"+": "-", "-": "+", "*": "/", "/": "*"}


@dataclass(frozen=True)
class Mutant:
    """``about`` tells what was changed, in words that stay the same from run to run."""

    about: str
    expression: Expression


def mutants(expression: Expression) -> Iterator[Mutant]:
    """The mutants of an expression: of its top node, then of each part, put back in its place."""
    yield from _of_node(expression)
    for name, value in ((item.name, getattr(expression, item.name)) for item in fields(expression)):  # type: ignore[arg-type]
        for about, changed in _within(value):
            yield Mutant(f"{type(expression).__name__} > {about}", replace(expression, **{name: changed}))


def _within(value) -> Iterator[tuple[str, object]]:
    """Changes inside a node's attribute, which is an expression or tuples of them."""
    if isinstance(value, Expression):
        yield from ((mutant.about, mutant.expression) for mutant in mutants(value))
    elif isinstance(value, tuple):
        for position, item in enumerate(value):
            for about, changed in _within(item):
                yield f"{position}: {about}", (*value[:position], changed, *value[position + 1 :])


def _of_node(node: Expression) -> Iterator[Mutant]:
    if isinstance(node, Comparison):
        yield Mutant(f"{node.operator} becomes {FLIPPED[node.operator]}", replace(node, operator=FLIPPED[node.operator]))
    if isinstance(node, Arithmetic):
        yield Mutant(f"{node.operator} becomes {EXCHANGED[node.operator]}", replace(node, operator=EXCHANGED[node.operator]))
    if isinstance(node, Constant):
        yield from _shifted(node)
    if isinstance(node, Membership | Includes):
        yield from _without_each(node, "values")
    if isinstance(node, AllOf | AnyOf | Count | Sum | Coalesce):
        yield from _without_each(node, "items")
    if isinstance(node, Choose):
        yield from _without_each(node, "cases")
    if isinstance(node, Not):
        yield Mutant("negation dropped", node.operand)


def _shifted(node: Constant) -> Iterator[Mutant]:
    value = node.value
    if isinstance(value, bool):
        yield Mutant(f"{value} becomes {not value}", Constant(not value))
    elif isinstance(value, int | float):
        yield from (Mutant(f"{value} becomes {value + step}", Constant(value + step)) for step in (1, -1))
    elif isinstance(value, date):
        yield from (Mutant(f"{value} shifted by {step} day", Constant(value + timedelta(days=step))) for step in (1, -1))


def _without_each(node: Expression, attribute: str) -> Iterator[Mutant]:
    """One member less; the last member of all is never dropped."""
    members = getattr(node, attribute)
    for position, member in enumerate(members if len(members) > 1 else ()):
        what = member if isinstance(member, str) else f"item {position}"
        yield Mutant(f"{type(node).__name__} loses {what}", replace(node, **{attribute: (*members[:position], *members[position + 1 :])}))
