"""The one expression type of the house: frozen, comparable, free of any engine.

Belongs here: the nodes and the small vocabulary that builds them.
Does not belong here: their meaning in an engine. There are three compilers: to a mask over a frame
(``quality_checks.masks``), to SQLAlchemy Core (``warehouse.compile_sql``) and to words (``schemas.words``).

Logic is three-valued (Kleene), the same in every compiler: a comparison with a missing operand is *unknown*; ``AllOf``
is false if any item is false, ``AnyOf`` true if any item is true, otherwise unknown if an item is unknown.
A rule is broken only where its requirement is *false*. A cohort, numerator or exclusion counts only what is *true*.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, time

Scalar = str | int | float | bool | date | datetime | time | None


class Expression:
    """Base of all nodes; gives the operators that make declarations readable."""

    def __init_subclass__(cls, **more):
        super().__init_subclass__(**more)
        cls.__hash__ = Expression._hash_once  # a dataclass keeps a hash that its class has

    def _hash_once(self) -> int:
        """Of the structure, computed once: a declaration never changes, and is looked up by the thousand."""
        known = self.__dict__.get("_hash")
        if known is None:
            known = hash((type(self), *self.__dict__.values()))
            object.__setattr__(self, "_hash", known)
        return known

    def __getstate__(self) -> dict:
        # texts hash otherwise in another process
        return {name: value for name, value in self.__dict__.items() if name != "_hash"}

    def __and__(self, other: Expression) -> AllOf:
        return AllOf(_flat(AllOf, self, other))

    def __or__(self, other: Expression) -> AnyOf:
        return AnyOf(_flat(AnyOf, self, other))

    def __invert__(self) -> Not:
        return Not(self)

    def __lt__(self, other) -> Comparison:
        return Comparison("<", self, as_expression(other))

    def __le__(self, other) -> Comparison:
        return Comparison("<=", self, as_expression(other))

    def __gt__(self, other) -> Comparison:
        return Comparison(">", self, as_expression(other))

    def __ge__(self, other) -> Comparison:
        return Comparison(">=", self, as_expression(other))

    def __add__(self, other) -> Arithmetic:
        return Arithmetic("+", self, as_expression(other))

    def __sub__(self, other) -> Arithmetic:
        return Arithmetic("-", self, as_expression(other))

    def __mul__(self, other) -> Arithmetic:
        return Arithmetic("*", self, as_expression(other))

    def __truediv__(self, other) -> Arithmetic:
        return Arithmetic("/", self, as_expression(other))

    # ``==`` stays structural equality of declarations, so equality in the data has a name of its own
    def equals(self, other) -> Comparison:
        return Comparison("==", self, as_expression(other))

    def differs_from(self, other) -> Comparison:
        return Comparison("!=", self, as_expression(other))

    def is_in(self, *values: Scalar) -> Membership:
        return Membership(self, tuple(values))

    def is_not_in(self, *values: Scalar) -> Not:
        return Not(Membership(self, tuple(values)))

    def is_present(self) -> Presence:
        return Presence(self)

    def is_missing(self) -> Not:
        return Not(Presence(self))

    def implies(self, other: Expression) -> AnyOf:
        """False only where ``self`` is true and ``other`` false."""
        return AnyOf((Not(self), other))

    def children(self) -> Iterator[Expression]:
        for item in fields(self):  # type: ignore[arg-type]
            yield from _expressions_in(getattr(self, item.name))

    def walk(self) -> Iterator[Expression]:
        yield self
        for child in self.children():
            yield from child.walk()

    def field_names(self) -> tuple[str, ...]:
        """Names of all fields the expression reads, in order of first use."""
        return tuple(dict.fromkeys(node.name for node in self.walk() if isinstance(node, FieldReference)))


@dataclass(frozen=True)
class FieldReference(Expression):
    """The value of a field, a derived field or (in a derived measure) of another measure."""

    name: str


@dataclass(frozen=True)
class Constant(Expression):
    value: Scalar


@dataclass(frozen=True)
class Comparison(Expression):
    """``operator`` is one of ``== != < <= > >=``; unknown if either side is missing."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Membership(Expression):
    """True if the operand is one of ``values``; unknown if it is missing."""

    operand: Expression
    values: tuple[Scalar, ...]


@dataclass(frozen=True)
class Includes(Expression):
    """For a field that holds several codes: true if any of ``values`` is among them; unknown if missing."""

    operand: Expression
    values: tuple[str, ...]


@dataclass(frozen=True)
class Presence(Expression):
    """True if there is a value; never unknown."""

    operand: Expression


@dataclass(frozen=True)
class Holds(Expression):
    """True only where the operand is known to be true; never unknown."""

    operand: Expression


@dataclass(frozen=True)
class Not(Expression):
    operand: Expression


@dataclass(frozen=True)
class AllOf(Expression):
    items: tuple[Expression, ...]


@dataclass(frozen=True)
class AnyOf(Expression):
    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Count(Expression):
    """How many of the items are known to be true; never unknown."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Sum(Expression):
    """Sum of numbers (or of codes that are numbers); unknown if any is missing."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Arithmetic(Expression):
    """``operator`` is one of ``+ - * /``; unknown if a side is missing or the divisor is zero."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Coalesce(Expression):
    """The first operand that has a value."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Moment(Expression):
    """A date and a time of day as one instant without zone; unknown if either is missing."""

    date: Expression
    time: Expression


@dataclass(frozen=True)
class DayOf(Expression):
    """The calendar day of an instant; unknown if it is missing."""

    instant: Expression


@dataclass(frozen=True)
class MinutesBetween(Expression):
    """Minutes from ``start`` to ``end`` (may be negative), as naive differences; both are instants."""

    start: Expression
    end: Expression


@dataclass(frozen=True)
class DaysBetween(Expression):
    """Calendar days from ``start`` to ``end`` (may be negative); instants count as their date."""

    start: Expression
    end: Expression


@dataclass(frozen=True)
class AgeInYears(Expression):
    """Completed years from a birth date to a date or instant."""

    birth_date: Expression
    on: Expression


@dataclass(frozen=True)
class Conforms(Expression):
    """True if the text has the named format of ``schemas.formats`` (a check digit, a postcode, ...)."""

    operand: Expression
    format: str


@dataclass(frozen=True)
class Choose(Expression):
    """The value of the first case whose condition is known to be true, else ``otherwise``."""

    cases: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression


@dataclass(frozen=True)
class Share(Expression):
    """File scope only: the share (0 to 1) of rows for which the condition is true, among those for which it is known."""

    condition: Expression


@dataclass(frozen=True)
class RowCount(Expression):
    """File scope only: how many rows the file has."""


def as_expression(value) -> Expression:
    return value if isinstance(value, Expression) else Constant(value)


def field(name: str) -> FieldReference:
    return FieldReference(name)


def all_of(*items: Expression) -> AllOf:
    return AllOf(tuple(items))


def any_of(*items: Expression) -> AnyOf:
    return AnyOf(tuple(items))


def minutes_between(start: str, end: str) -> MinutesBetween:
    return MinutesBetween(field(start), field(end))


def days_between(start: str, end: str) -> DaysBetween:
    return DaysBetween(field(start), field(end))


def first_failing(*criteria: tuple[str, Expression]) -> Choose:
    """The name of the first criterion that does not hold, missing if all hold."""
    return Choose(tuple((Not(Holds(test)), Constant(name)) for name, test in criteria), Constant(None))


def _flat(kind, *items: Expression) -> tuple[Expression, ...]:
    return tuple(part for item in items for part in (item.items if isinstance(item, kind) else (item,)))


def _expressions_in(value) -> Iterator[Expression]:
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _expressions_in(item)
