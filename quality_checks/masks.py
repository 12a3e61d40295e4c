"""What an expression means over a frame: a truth (or value) for each row, and whether it is known.

Belongs here: the compiler from ``schemas.expressions`` (and the nodes of ``schemas.field_rules``) to numpy.
Does not belong here: SQL (``warehouse.compile_sql``), words (``schemas.words``), the arrays beneath (``quality_checks.values``),
what follows from a broken rule.

The frame is typed as ``docs/architecture.md`` says: text, code and boolean columns hold objects with None, several codes tuples
of str, numbers float64 with NaN, dates and instants datetime64, times timedelta64.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import reduce

import numpy as np
import pandas as pd

from quality_checks import clock_changes
from quality_checks.values import (
    Values,
    calculate,
    compare,
    completed_years,
    constant,
    durations,
    encoded,
    first_known,
    instants,
    members,
    numbers,
    read_column,
    select,
)
from schemas import expressions as ex
from schemas.field_rules import AllListed, ElapsedMinutes, Readable, UnambiguousTime, Unique
from schemas.formats import FORMATS

MINUTE = np.timedelta64(60, "s")


def problem_column(field_name: str) -> str:
    return f"{field_name}:problem"


def evaluate(expression: ex.Expression, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Values and ``known`` of an expression, one each a row. Where not known the value is NaN, NaT, None or False.

    Raises KeyError for a field that the frame does not have, TypeError for operands that cannot be compared.
    """
    return Evaluator(frame).evaluate(expression)


def in_common(expressions: Iterable[ex.Expression]) -> frozenset[ex.Expression]:
    """The parts that several of the expressions have."""
    counted = Counter(part for expression in expressions for part in set(expression.walk()))
    return frozenset(part for part, count in counted.items() if count > 1)


MEANINGS: dict[type, Callable] = {}


def _means(kind: type) -> Callable:
    """The method that is what nodes of the kind mean. A table of types: single dispatch makes a function anew each time that it is asked."""

    def note(method: Callable) -> Callable:
        MEANINGS[kind] = method
        return method

    return note


class Evaluator:
    """Evaluates expressions over one frame; every sub-expression is computed once.

    A column ``problem_column(field)`` holds the reason why a cell of the field could not be read, or None. ``kept``: the sub-expressions
    to be remembered beyond ``forget``; None: all are, for as long as the evaluator lives.
    """

    def __init__(self, frame: pd.DataFrame, kept: frozenset[ex.Expression] | None = None):
        self.frame = frame
        self.row_count = len(frame)
        self._kept = kept
        self._memo: dict[ex.Expression, Values] = {}
        self._passing: dict[ex.Expression, Values] = {}
        self._added: dict[str, pd.Series] = {}

    def add(self, name: str, column: pd.Series) -> None:
        """A column that the frame does not have, or has otherwise."""
        self._added[name] = column

    def forget(self) -> None:
        """Let go of what nothing else will ask for."""
        self._passing.clear()

    def evaluate(self, expression: ex.Expression) -> tuple[np.ndarray, np.ndarray]:
        found = self.values(expression)
        return found.with_nulls(), found.known

    def holds(self, expression: ex.Expression) -> np.ndarray:
        """Rows for which the expression is known to be true."""
        data, known = self._truth(expression)
        return data & known

    def broken(self, expression: ex.Expression) -> np.ndarray:
        """Rows for which the expression is known to be false."""
        data, known = self._truth(expression)
        return ~data & known

    def values(self, expression: ex.Expression) -> Values:
        memo = self._memo if self._kept is None or expression in self._kept else self._passing
        found = memo.get(expression)
        if found is None:
            found = memo[expression] = self._compute(expression)
        return found

    def _truth(self, expression: ex.Expression) -> tuple[np.ndarray, np.ndarray]:
        found = self.values(expression)
        if found.kind == "bool":
            return found.data, found.known
        if found.kind == "number" or not found.known.any():
            return found.data.astype(bool), found.known
        raise TypeError(f"{type(expression).__name__} gives {found.kind}, where a truth is needed")

    def _certain(self, data: np.ndarray) -> Values:
        return Values(data, np.ones(self.row_count, dtype=bool))

    def _compute(self, node: ex.Expression) -> Values:
        meaning = MEANINGS.get(type(node))
        if meaning is None:
            raise TypeError(f"no meaning over a frame is known for {type(node).__name__}")
        return meaning(self, node)

    # -- values ------------------------------------------------------------------------------------------------------
    @_means(ex.FieldReference)
    def _field_reference(self, node: ex.FieldReference) -> Values:
        return read_column(self._added[node.name] if node.name in self._added else self.frame[node.name])

    @_means(ex.Constant)
    def _constant(self, node: ex.Constant) -> Values:
        return constant(node.value, self.row_count)

    @_means(ex.Coalesce)
    def _coalesce(self, node: ex.Coalesce) -> Values:
        return reduce(first_known, map(self.values, node.items))

    @_means(ex.Choose)
    def _choose(self, node: ex.Choose) -> Values:
        chosen = self.values(node.otherwise)
        for condition, value in reversed(node.cases):
            chosen = select(self.holds(condition), self.values(value), chosen)
        return chosen

    # -- truths ------------------------------------------------------------------------------------------------------
    @_means(ex.Comparison)
    def _comparison(self, node: ex.Comparison) -> Values:
        left, right = self.values(node.left), self.values(node.right)
        return compare(node.operator, left, right)

    @_means(ex.Membership)
    def _membership(self, node: ex.Membership) -> Values:
        operand = self.values(node.operand)
        return Values(members(operand, node.values), operand.known)

    @_means(ex.Includes)
    def _includes(self, node: ex.Includes) -> Values:
        operand, wanted = self.values(node.operand), set(node.values)
        return Values(encoded(operand).look_up(lambda held: bool(wanted.intersection(_several(held))), bool), operand.known)

    @_means(ex.Conforms)
    def _conforms(self, node: ex.Conforms) -> Values:
        operand = self.values(node.operand)
        return Values(encoded(operand).look_up(FORMATS[node.format], bool), operand.known)

    @_means(ex.Presence)
    def _presence(self, node: ex.Presence) -> Values:
        return self._certain(self.values(node.operand).known)

    @_means(ex.Holds)
    def _holds(self, node: ex.Holds) -> Values:
        return self._certain(self.holds(node.operand))

    @_means(ex.Not)
    def _not(self, node: ex.Not) -> Values:
        data, known = self._truth(node.operand)
        return Values(~data, known)

    @_means(ex.AllOf)
    def _all_of(self, node: ex.AllOf) -> Values:
        some_false = np.logical_or.reduce([self.broken(item) for item in node.items])
        every_known = np.logical_and.reduce([self.values(item).known for item in node.items])
        return Values(~some_false & every_known, some_false | every_known)

    @_means(ex.AnyOf)
    def _any_of(self, node: ex.AnyOf) -> Values:
        some_true = np.logical_or.reduce([self.holds(item) for item in node.items])
        every_known = np.logical_and.reduce([self.values(item).known for item in node.items])
        return Values(some_true, some_true | every_known)

    # -- numbers -----------------------------------------------------------------------------------------------------
    @_means(ex.Count)
    def _count(self, node: ex.Count) -> Values:
        return self._certain(sum((self.holds(item).astype(float) for item in node.items), np.zeros(self.row_count)))

    @_means(ex.Sum)
    def _sum(self, node: ex.Sum) -> Values:
        return reduce(lambda a, b: calculate("+", a, b), (numbers(self.values(item)) for item in node.items))

    @_means(ex.Arithmetic)
    def _arithmetic(self, node: ex.Arithmetic) -> Values:
        return calculate(node.operator, numbers(self.values(node.left)), numbers(self.values(node.right)))

    @_means(ex.Share)
    def _share(self, node: ex.Share) -> Values:
        data, known = self._truth(node.condition)
        total = int(known.sum())
        share = float((data & known).sum() / total) if total else np.nan
        return Values(np.full(self.row_count, share), np.full(self.row_count, total > 0))

    @_means(ex.RowCount)
    def _row_count(self, node: ex.RowCount) -> Values:
        return self._certain(np.full(self.row_count, float(self.row_count)))

    # -- time --------------------------------------------------------------------------------------------------------
    @_means(ex.Moment)
    def _moment(self, node: ex.Moment) -> Values:
        day, clock = self.values(node.date), self.values(node.time)
        known = day.known & clock.known
        return Values(instants(day).astype("datetime64[s]") + durations(clock), known)

    @_means(ex.DayOf)
    def _day_of(self, node: ex.DayOf) -> Values:
        instant = self.values(node.instant)
        return Values(instants(instant).astype("datetime64[D]"), instant.known)

    @_means(ex.MinutesBetween)
    def _minutes_between(self, node: ex.MinutesBetween) -> Values:
        start, end = self.values(node.start), self.values(node.end)
        return Values((instants(end) - instants(start)) / MINUTE, start.known & end.known)

    @_means(ex.DaysBetween)
    def _days_between(self, node: ex.DaysBetween) -> Values:
        start, end = self.values(node.start), self.values(node.end)
        days = instants(end).astype("datetime64[D]") - instants(start).astype("datetime64[D]")
        return Values(days / np.timedelta64(1, "D"), start.known & end.known)

    @_means(ex.AgeInYears)
    def _age_in_years(self, node: ex.AgeInYears) -> Values:
        birth, on = self.values(node.birth_date), self.values(node.on)
        return Values(completed_years(instants(birth), instants(on)), birth.known & on.known)

    # -- what only the rules that follow from fields need ---------------------------------------------------------------
    @_means(Readable)
    def _readable(self, node: Readable) -> Values:
        column = problem_column(node.name)
        if column not in self.frame.columns:
            return self._certain(np.broadcast_to(np.True_, (self.row_count,)))
        reasons = self.values(ex.FieldReference(column))
        matches = reasons.look_up(lambda reason: not node.reasons or reason in node.reasons, bool)
        return self._certain(~(matches & reasons.known))

    @_means(UnambiguousTime)
    def _unambiguous_time(self, node: UnambiguousTime) -> Values:
        operand = self.values(node.instant)
        return Values(~clock_changes.is_ambiguous(instants(operand), node.zone), operand.known)

    @_means(ElapsedMinutes)
    def _elapsed_minutes(self, node: ElapsedMinutes) -> Values:
        start, end = (instants(self.values(part)) for part in (node.start, node.end))
        shift = clock_changes.offset_minutes(end, node.zone) - clock_changes.offset_minutes(start, node.zone)
        return Values((end - start) / MINUTE - shift, ~np.isnat(start) & ~np.isnat(end))

    @_means(Unique)
    def _unique(self, node: Unique) -> Values:
        operand, within = self.values(node.operand), [self.values(part).with_nulls() for part in node.within]
        rows = pd.DataFrame(dict(enumerate((operand.with_nulls(), *within))))
        rows = rows[operand.known]  # of rows that say nothing many look alike
        data = np.ones(self.row_count, dtype=bool)
        data[operand.known] = ~rows.duplicated(keep=False).to_numpy()
        return Values(data, operand.known)

    @_means(AllListed)
    def _all_listed(self, node: AllListed) -> Values:
        operand, allowed = self.values(node.operand), set(node.values)
        return Values(encoded(operand).look_up(lambda held: allowed.issuperset(_several(held)), bool), operand.known)


def _several(held) -> tuple:
    return held if isinstance(held, tuple) else (held,)
