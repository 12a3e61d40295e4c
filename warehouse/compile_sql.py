"""An expression as SQLAlchemy Core: the meaning of a measure, set-wise in Postgres.

Belongs here: the compiler from ``schemas.expressions``. Does not belong here: what a measure selects from
(``warehouse.case_source``), masks over frames (``quality_checks.masks``), words (``schemas.words``).
SQL's three-valued logic is the logic of the expressions; where the two differ (codes that are numbers, an order of texts,
division by zero) the compiler says so in SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import reduce, singledispatchmethod

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Integer,
    Interval,
    Numeric,
    String,
    Text,
    Time,
    and_,
    bindparam,
    case,
    cast,
    extract,
    false,
    func,
    not_,
    null,
    or_,
    true,
    type_coerce,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.types import NullType

from schemas import expressions as ex

Columns = Mapping[str, ColumnElement]
SQL_OPERATORS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
TYPES = {bool: Boolean, str: Text, int: Double, float: Double, datetime: DateTime, date: Date, time: Time}
# what both Postgres and Python read as a number
NUMBER = r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$"


def compile_sql(expression: ex.Expression, columns: Columns) -> ColumnElement:
    """The expression over ``columns`` (field name -> column or other SQL expression of the field's type).

    Raises KeyError for a field that ``columns`` does not have, TypeError for operands that do not fit and for nodes that only
    have a meaning over a file (Share, RowCount, Conforms).
    """
    return SqlCompiler(columns).compile(expression)


def render_sql(element) -> str:
    """An element or statement as readable Postgres text with its constants in place."""
    return str(element.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))


class SqlCompiler:
    """Compiles expressions over one set of columns; equal sub-expressions become the same element."""

    def __init__(self, columns: Columns):
        self.columns = columns
        self._memo: dict[ex.Expression, ColumnElement] = {}

    def compile(self, expression: ex.Expression) -> ColumnElement:
        found = self._memo.get(expression)
        if found is None:
            found = self._memo[expression] = self._sql(expression)
        return found

    def truth(self, expression: ex.Expression) -> ColumnElement:
        found = self.compile(expression)
        if kind_of(found) == "number":
            return found.op("<>", is_comparison=True)(_literal(0.0))
        if kind_of(found) not in ("bool", "unknown"):
            raise TypeError(f"{type(expression).__name__} gives {kind_of(found)}, where a truth is needed")
        return found

    def holds(self, expression: ex.Expression) -> ColumnElement:
        return self.truth(expression).is_(true())

    @singledispatchmethod
    def _sql(self, node) -> ColumnElement:
        raise TypeError(f"{type(node).__name__} has no meaning in SQL: it is judged over a file, before the data are loaded")

    # -- values ------------------------------------------------------------------------------------------------------
    @_sql.register
    def _(self, node: ex.FieldReference) -> ColumnElement:
        if node.name not in self.columns:
            raise KeyError(f"there is no column for the field {node.name!r}")
        return self.columns[node.name]

    @_sql.register
    def _(self, node: ex.Constant) -> ColumnElement:
        return _literal(node.value)

    @_sql.register
    def _(self, node: ex.Coalesce) -> ColumnElement:
        return func.coalesce(*map(self.compile, node.items))

    @_sql.register
    def _(self, node: ex.Choose) -> ColumnElement:
        cases = [(self.holds(condition), self.compile(value)) for condition, value in node.cases]
        otherwise = self.compile(node.otherwise)
        kinds = [value.type for _, value in cases if not isinstance(value.type, NullType)] or [otherwise.type]
        return type_coerce(case(*cases, else_=otherwise), kinds[0]) if cases else otherwise

    # -- truths ------------------------------------------------------------------------------------------------------
    @_sql.register
    def _(self, node: ex.Comparison) -> ColumnElement:
        left, right = _comparable(self.compile(node.left), self.compile(node.right), node.operator)
        return left.op(SQL_OPERATORS[node.operator], is_comparison=True, return_type=Boolean())(right)

    @_sql.register
    def _(self, node: ex.Membership) -> ColumnElement:
        operand, wanted = self.compile(node.operand), [v for v in node.values if v is not None]
        tests = _memberships(operand, wanted)
        return case((operand.is_not(null()), func.coalesce(or_(*tests), false()) if tests else false()))

    @_sql.register
    def _(self, node: ex.Includes) -> ColumnElement:
        operand = self.compile(node.operand)
        if kind_of(operand) == "codes":
            return operand.op("&&", is_comparison=True, return_type=Boolean())(_texts(node.values))
        return _among(operand, node.values)

    @_sql.register
    def _(self, node: ex.Presence) -> ColumnElement:
        return self.compile(node.operand).is_not(null())

    @_sql.register
    def _(self, node: ex.Holds) -> ColumnElement:
        return self.holds(node.operand)

    @_sql.register
    def _(self, node: ex.Not) -> ColumnElement:
        return Grouping(not_(self.truth(node.operand)))  # NOT binds looser than IS

    @_sql.register
    def _(self, node: ex.AllOf) -> ColumnElement:
        return and_(true(), *map(self.truth, node.items))

    @_sql.register
    def _(self, node: ex.AnyOf) -> ColumnElement:
        return or_(false(), *map(self.truth, node.items))

    # -- numbers -----------------------------------------------------------------------------------------------------
    @_sql.register
    def _(self, node: ex.Count) -> ColumnElement:
        ones = (cast(cast(self.holds(item), Integer), Double) for item in node.items)
        return reduce(lambda a, b: a + b, ones, _literal(0.0))

    @_sql.register
    def _(self, node: ex.Sum) -> ColumnElement:
        return reduce(lambda a, b: a + b, (number(self.compile(item)) for item in node.items))

    @_sql.register
    def _(self, node: ex.Arithmetic) -> ColumnElement:
        left, right = number(self.compile(node.left)), number(self.compile(node.right))
        if node.operator == "/":
            right = func.nullif(right, _literal(0.0), type_=Double())
        return left.op(node.operator, return_type=Double())(right)

    # -- time --------------------------------------------------------------------------------------------------------
    @_sql.register
    def _(self, node: ex.Moment) -> ColumnElement:
        day, clock = _instant(self.compile(node.date)), self.compile(node.time)
        _need(clock, "time")
        return day.op("+", return_type=DateTime())(cast(clock, Interval))

    @_sql.register
    def _(self, node: ex.DayOf) -> ColumnElement:
        return _day(self.compile(node.instant))

    @_sql.register
    def _(self, node: ex.MinutesBetween) -> ColumnElement:
        start, end = _instant(self.compile(node.start)), _instant(self.compile(node.end))
        between = end.op("-", return_type=Interval())(start)
        return cast(extract("epoch", between), Double) / _literal(60.0)

    @_sql.register
    def _(self, node: ex.DaysBetween) -> ColumnElement:
        start, end = (_day(self.compile(part)) for part in (node.start, node.end))
        return end.op("-", return_type=Integer())(start)

    @_sql.register
    def _(self, node: ex.AgeInYears) -> ColumnElement:
        birth, on = _day(self.compile(node.birth_date)), _day(self.compile(node.on))
        had_birthday = _day_of_year(on).op(">=", is_comparison=True)(_day_of_year(birth))
        return cast(extract("year", on) - extract("year", birth), Integer) - case((had_birthday, 0), else_=1)


def kind_of(element: ColumnElement) -> str:
    """``text``, ``bool``, ``number``, ``instant``, ``time``, ``codes`` or, for a bare null, ``unknown``."""
    kinds = (
        (ARRAY, "codes"),
        (Boolean, "bool"),
        (String, "text"),
        ((Integer, Numeric), "number"),
        ((Date, DateTime), "instant"),
        (Time, "time"),
    )
    return next((kind for types, kind in kinds if isinstance(element.type, types)), "unknown")


def number(element: ColumnElement) -> ColumnElement:
    """Numbers, or codes that are numbers; a code that is none is null."""
    kind = kind_of(element)
    if kind == "text":
        return case((element.op("~", is_comparison=True)(_literal(NUMBER)), cast(element, Double)))
    if kind == "bool":
        return cast(cast(element, Integer), Double)
    if kind not in ("number", "unknown"):
        raise TypeError(f"a number is needed, not {kind}")
    return element if isinstance(element.type, Double) else cast(element, Double)


def _literal(value: ex.Scalar) -> ColumnElement:
    if value is None:
        return null()
    kind = next(sql for python, sql in TYPES.items() if isinstance(value, python))
    given = bindparam(None, float(value) if kind is Double else value, kind(), literal_execute=True, unique=True)
    return cast(given, kind()) if kind in (Date, DateTime, Time, Double) else given


def _texts(values: tuple[str, ...]) -> ColumnElement:
    return postgresql.array([_literal(value) for value in values], type_=Text())


def _among(operand: ColumnElement, texts) -> ColumnElement:
    if not texts:  # Postgres finds nothing among nothing to be false even of a missing value
        return case((operand.is_not(null()), false()), else_=cast(null(), Boolean()))
    return operand.op("=", is_comparison=True, return_type=Boolean())(func.any(_texts(tuple(texts))))


def _memberships(operand: ColumnElement, wanted: list) -> list[ColumnElement]:
    """Tests that are true for a member; a number among the values is also met by a code that is that number."""
    if kind_of(operand) != "text":
        return [left.op("=", is_comparison=True, return_type=Boolean())(right)
                for left, right in (_comparable(operand, _literal(value), "==") for value in wanted)]  # fmt: skip
    texts = [value for value in wanted if isinstance(value, str)]
    figures = [_literal(value) for value in wanted if not isinstance(value, str)]
    tests = [_among(operand, texts)] if texts else []
    return [*tests, *(number(operand).op("=", is_comparison=True, return_type=Boolean())(figure) for figure in figures)]


def _comparable(left: ColumnElement, right: ColumnElement, operator: str) -> tuple[ColumnElement, ColumnElement]:
    kinds = {kind_of(left), kind_of(right)} - {"unknown"}
    if kinds == {"text"}:
        return (left, right) if operator in ("==", "!=") else (left.collate("C"), right)
    if kinds & {"text", "bool"} and kinds != {"bool"}:
        return number(left), number(right)
    if len(kinds) > 1:
        raise TypeError(f"{' cannot be compared with '.join(sorted(kinds))}")
    return left, right


def _need(element: ColumnElement, kind: str) -> None:
    if kind_of(element) not in (kind, "unknown"):
        raise TypeError(f"{kind} is needed, not {kind_of(element)}")


def _instant(element: ColumnElement) -> ColumnElement:
    _need(element, "instant")
    return element if isinstance(element.type, DateTime) else cast(element, DateTime)


def _day(element: ColumnElement) -> ColumnElement:
    _need(element, "instant")
    return element if isinstance(element.type, Date) else cast(element, Date)


def _day_of_year(element: ColumnElement) -> ColumnElement:
    return extract("month", element) * 100 + extract("day", element)
