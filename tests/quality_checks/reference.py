"""A slow interpreter of expressions, one row at a time, written for reading: what the masks must agree with.

A row is a dict of plain Python values; None is *not known*, in values as in truths.
"""

from __future__ import annotations

import operator
from datetime import date, datetime, timedelta

from schemas import expressions as ex

COMPARE = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def value_of(node: ex.Expression, row: dict, rows: list[dict]):
    def of(child):
        return value_of(child, row, rows)

    match node:
        case ex.FieldReference(name):
            return row[name]
        case ex.Constant(value):
            return value
        case ex.Comparison(symbol, left, right):
            return _compare(symbol, of(left), of(right))
        case ex.Membership(operand, values):
            value = of(operand)
            return None if value is None else value in values
        case ex.Includes(operand, values):
            value = of(operand)
            return None if value is None else any(code in values for code in value)
        case ex.Presence(operand):
            return of(operand) is not None
        case ex.Holds(operand):
            return of(operand) is True
        case ex.Not(operand):
            value = of(operand)
            return None if value is None else not value
        case ex.AllOf(items):
            truths = [of(item) for item in items]
            return False if False in truths else None if None in truths else True
        case ex.AnyOf(items):
            truths = [of(item) for item in items]
            return True if True in truths else None if None in truths else False
        case ex.Count(items):
            return float(sum(of(item) is True for item in items))
        case ex.Coalesce(items):
            return next((value for value in map(of, items) if value is not None), None)
        case ex.Choose(cases, otherwise):
            return next((of(value) for condition, value in cases if of(condition) is True), of(otherwise))
        case ex.Share(condition):
            truths = [value_of(condition, each, rows) for each in rows]
            known = [truth for truth in truths if truth is not None]
            return sum(known) / len(known) if known else None
        case ex.RowCount():
            return float(len(rows))
    return _number_or_time(node, of)


def _compare(symbol: str, left, right):
    if left is None or right is None:
        return None
    if isinstance(left, str) != isinstance(right, str):
        left, right = _number(left), _number(right)
        if left is None or right is None:
            return None
    if type(left) is date and isinstance(right, datetime):
        left = datetime.combine(left, datetime.min.time())
    return COMPARE[symbol](left, right)


def _number_or_time(node: ex.Expression, of):
    match node:
        case ex.Sum(items):
            numbers = [_number(of(item)) for item in items]
            return None if None in numbers else sum(numbers)
        case ex.Arithmetic(symbol, left, right):
            return _calculate(symbol, _number(of(left)), _number(of(right)))
    parts = [of(child) for child in node.children()]
    if None in parts:
        return None
    match node:
        case ex.Moment():
            return datetime.combine(parts[0], datetime.min.time()) + parts[1]
        case ex.DayOf():
            return datetime(parts[0].year, parts[0].month, parts[0].day)
        case ex.MinutesBetween():
            return (parts[1] - parts[0]) / timedelta(minutes=1)
        case ex.DaysBetween():
            first, last = (datetime(p.year, p.month, p.day) for p in parts)
            return float((last - first).days)
        case ex.AgeInYears():
            born, on = parts
            return float(on.year - born.year - ((on.month, on.day) < (born.month, born.day)))
    raise AssertionError(f"the reference does not know {type(node).__name__}")


def _number(value):
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def _calculate(symbol: str, left, right):
    if left is None or right is None or (symbol == "/" and right == 0):
        return None
    return {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[symbol](left, right)
