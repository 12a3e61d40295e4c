"""Declarations in plain English: expressions, fields, rules, measures, datasets.

Belongs here: words for readers of ``describe`` and the docs. Does not belong here: SQL (``warehouse.compile_sql``), masks
(``quality_checks.masks``), advice to clerks (``schemas.wording``, the rules themselves).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from functools import singledispatch

from schemas import expressions as ex
from schemas.datasets import Dataset
from schemas.field_rules import AllListed, ElapsedMinutes, Readable, UnambiguousTime, Unique
from schemas.fields import Derived, Field
from schemas.wording import Wording

IS = {"==": "is", "!=": "is not", "<": "is less than", "<=": "is at most", ">": "is more than", ">=": "is at least"}
IN_TIME = {"<": "is before", "<=": "is not after", ">": "is after", ">=": "is not before"}
DENIED = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
ARITHMETIC = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
LONG_LIST = 8


def in_words(expression: ex.Expression, dataset: Dataset | None = None) -> str:
    """The expression as an English phrase; ``dataset`` gives headers to fields and labels to codes."""
    return _Speaker(dataset).say(expression)


class _Speaker:
    """Knows the dataset whose fields are spoken of."""

    def __init__(self, dataset: Dataset | None):
        self.wording = Wording(dataset) if dataset else None
        self.fields: dict[str, Field | Derived] = {item.name: item for item in (*dataset.fields, *dataset.derived)} if dataset else {}

    def say(self, node: ex.Expression) -> str:
        return _say(node, self)

    def field(self, name: str) -> str:
        if self.wording and name in self.wording.dataset.field_by_name:
            return f"'{self.wording.header(name)}'"
        return name.replace("_", " ")

    def labelled(self, operand: ex.Expression, value: ex.Scalar) -> str:
        """A constant beside the label that the operand's code list gives it."""
        item = self.fields.get(operand.name) if isinstance(operand, ex.FieldReference) else None
        labels = dict(item.codes.labels) if item is not None and item.codes else {}
        return f"{_constant(value)} ({labels[value]})" if value in labels else _constant(value)

    def several(self, items: Iterable[ex.Expression], word: str) -> str:
        return _joined([f"({said})" if _is_compound(item) else said for item in items for said in [self.say(item)]], word)


def _is_compound(node: ex.Expression) -> bool:
    return isinstance(node, ex.AllOf | ex.AnyOf | ex.Choose) and len(getattr(node, "items", (1, 2))) > 1


def _joined(parts: list[str], word: str) -> str:
    if len(parts) <= 1:
        return "".join(parts)
    if len(parts) == 2 or any("(" in part or "," in part for part in parts):
        return f" {word} ".join(parts)
    return ", ".join(parts[:-1]) + f" {word} {parts[-1]}"


def _constant(value: ex.Scalar) -> str:
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "nothing"
    return f"{value:g}" if isinstance(value, int | float) else f"'{value}'" if " " in value or not value else value


@singledispatch
def _say(node, to: _Speaker) -> str:
    raise TypeError(f"no words are known for {type(node).__name__}")


@_say.register
def _(node: ex.FieldReference, to: _Speaker) -> str:
    return to.field(node.name)


@_say.register
def _(node: ex.Constant, to: _Speaker) -> str:
    return _constant(node.value)


@_say.register
def _(node: ex.Comparison, to: _Speaker) -> str:
    if isinstance(node.right, ex.Constant) and isinstance(node.left, ex.MinutesBetween | ex.DaysBetween):
        return _interval(node, to)
    verbs = IS | (IN_TIME if _is_in_time(node, to) else {})
    right = to.labelled(node.left, node.right.value) if isinstance(node.right, ex.Constant) else to.say(node.right)
    return f"{to.say(node.left)} {verbs[node.operator]} {right}"


def _is_in_time(node: ex.Comparison, to: _Speaker) -> bool:
    timed = any(isinstance(side, ex.Moment) for side in (node.left, node.right))
    return timed or (isinstance(node.right, ex.Constant) and isinstance(node.right.value, date | time))


def _interval(node: ex.Comparison, to: _Speaker) -> str:
    """``X is at most 36 hours after Y``; a limit of zero is told as an order of events."""
    start, end = to.say(node.left.start), to.say(node.left.end)
    is_minutes, limit = isinstance(node.left, ex.MinutesBetween), node.right.value
    if not limit:
        same = {
            "==": "is at the same minute as" if is_minutes else "is on the same day as",
            "!=": "is not at the same minute as" if is_minutes else "is not on the same day as",
        }
        return f"{end} {(same | IN_TIME)[node.operator]} {start}"
    return f"{end} {IS[node.operator]} {_duration(limit) if is_minutes else _counted(limit, 'day')} after {start}"


def _duration(minutes: float) -> str:
    return _counted(minutes / 60, "hour") if minutes % 60 == 0 else _counted(minutes, "minute")


def _counted(number: float, unit: str) -> str:
    return f"{number:g} {unit}{'' if number == 1 else 's'}"


@_say.register
def _(node: ex.Membership, to: _Speaker) -> str:
    return f"{to.say(node.operand)} is {_options(node, to)}"


def _options(node: ex.Membership, to: _Speaker) -> str:
    if len(node.values) > LONG_LIST:
        shown = ", ".join(to.labelled(node.operand, value) for value in node.values[:LONG_LIST])
        return f"one of {shown} and {len(node.values) - LONG_LIST} more"
    return _joined([to.labelled(node.operand, value) for value in node.values], "or") if node.values else "one of none"


@_say.register
def _(node: ex.Includes, to: _Speaker) -> str:
    return f"{to.say(node.operand)} includes {' or '.join(to.labelled(node.operand, value) for value in node.values)}"


@_say.register
def _(node: ex.Presence, to: _Speaker) -> str:
    return f"{to.say(node.operand)} is given"


@_say.register
def _(node: ex.Holds, to: _Speaker) -> str:
    return f"it is known that {to.say(node.operand)}"


@_say.register
def _(node: ex.Not, to: _Speaker) -> str:
    match node.operand:
        case ex.Presence(operand):
            return f"{to.say(operand)} is empty"
        case ex.Membership() as inner:
            return f"{to.say(inner.operand)} is not {_options(inner, to)}"
        case ex.Comparison(symbol, left, right):
            return to.say(ex.Comparison(DENIED[symbol], left, right))
        case ex.Not(operand):
            return to.say(operand)
        case ex.Holds(operand):
            return f"it is not known that {to.say(operand)}"
        case ex.AnyOf(items):
            return to.say(ex.AllOf(tuple(ex.Not(item) for item in items)))
        case ex.AllOf(items):
            return to.say(ex.AnyOf(tuple(ex.Not(item) for item in items)))
    return f"not ({to.say(node.operand)})"


@_say.register
def _(node: ex.AllOf, to: _Speaker) -> str:
    return to.several(node.items, "and")


@_say.register
def _(node: ex.AnyOf, to: _Speaker) -> str:
    if len(node.items) == 2 and isinstance(node.items[0], ex.Not):
        condition, then = node.items
        return f"if {to.say(condition.operand)}, then {to.say(then)}"
    return to.several(node.items, "or")


@_say.register
def _(node: ex.Count, to: _Speaker) -> str:
    return f"the number of these that are true: {'; '.join(map(to.say, node.items))};"


@_say.register
def _(node: ex.Sum, to: _Speaker) -> str:
    return f"the sum of {_joined([to.say(item) for item in node.items], 'and')}"


@_say.register
def _(node: ex.Arithmetic, to: _Speaker) -> str:
    sides = (f"({to.say(s)})" if isinstance(s, ex.Arithmetic) else to.say(s) for s in (node.left, node.right))
    return f" {ARITHMETIC[node.operator]} ".join(sides)


@_say.register
def _(node: ex.Coalesce, to: _Speaker) -> str:
    return ", or if it is empty ".join(map(to.say, node.items))


@_say.register
def _(node: ex.Moment, to: _Speaker) -> str:
    return f"the moment of {to.say(node.date)} and {to.say(node.time)}"


@_say.register
def _(node: ex.DayOf, to: _Speaker) -> str:
    return f"the day of {to.say(node.instant)}"


@_say.register
def _(node: ex.MinutesBetween, to: _Speaker) -> str:
    return f"the minutes from {to.say(node.start)} to {to.say(node.end)}"


@_say.register
def _(node: ex.DaysBetween, to: _Speaker) -> str:
    return f"the calendar days from {to.say(node.start)} to {to.say(node.end)}"


@_say.register
def _(node: ex.AgeInYears, to: _Speaker) -> str:
    return f"the completed years from {to.say(node.birth_date)} to {to.say(node.on)}"


@_say.register
def _(node: ex.Conforms, to: _Speaker) -> str:
    return f"{to.say(node.operand)} is well formed ({node.format.replace('_', ' ')})"


@_say.register
def _(node: ex.Choose, to: _Speaker) -> str:
    cases = "; ".join(f"{to.say(value)} if {to.say(condition)}" for condition, value in node.cases)
    return f"the first that applies of: {cases}; otherwise {to.say(node.otherwise)}"


@_say.register
def _(node: ex.Share, to: _Speaker) -> str:
    return f"the share of rows for which {to.say(node.condition)}"


@_say.register
def _(node: ex.RowCount, to: _Speaker) -> str:
    return "the number of rows"


@_say.register
def _(node: Readable, to: _Speaker) -> str:
    reasons = f" (not: {', '.join(reason.replace('_', ' ') for reason in node.reasons)})" if node.reasons else ""
    return f"{to.field(node.name)} can be read{reasons}"


@_say.register
def _(node: AllListed, to: _Speaker) -> str:
    return f"each code of {to.say(node.operand)} is one of {', '.join(node.values)}"


@_say.register
def _(node: Unique, to: _Speaker) -> str:
    within = f" of the same {_joined([to.say(part) for part in node.within], 'and')}" if node.within else ""
    return f"no other row of the file{within} has the same {to.say(node.operand)}"


@_say.register
def _(node: UnambiguousTime, to: _Speaker) -> str:
    return f"{to.say(node.instant)} is in an hour that came exactly once"


@_say.register
def _(node: ElapsedMinutes, to: _Speaker) -> str:
    return f"the minutes that really passed from {to.say(node.start)} to {to.say(node.end)}"
