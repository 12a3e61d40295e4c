"""The inputs of a form, from the fields of its dataset.

Belongs here: which kind of input a field is. Does not belong here: labels, help, codes and bounds (the field's own declaration), what may be chosen of a
reader's own (``dashboard.forms.choices``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.datasets import Dataset
from schemas.fields import Field, Kind

LONG_TEXT = 200  # longer ones get several lines
WHOLE_NUMBERS = "numeric"
Values = Mapping[str, Sequence[str]]  # field -> what was typed or ticked


@dataclass(frozen=True)
class Choice:
    code: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Choices:
    """What may be chosen; ``others`` fold away, ``may_add``: something new may be written beside."""

    first: tuple[Choice, ...]
    others: tuple[Choice, ...] = ()
    may_add: str = ""  # the label of the place for it

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(choice.code for choice in (*self.first, *self.others))


@dataclass(frozen=True)
class Input:
    """``kind``: select, boxes, date, number, long or text. ``values`` are what stands in it; ``errors`` what is wrong with it."""

    declared: Field
    kind: str
    values: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    choices: Choices = field(default_factory=lambda: Choices(()))
    added: str = ""

    @property
    def name(self) -> str:
        return self.declared.name

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def is_required(self) -> bool:
        return self.declared.required is True

    @property
    def maximum_length(self) -> int | None:
        return self.declared.maximum_length if self.kind in ("text", "long") else None

    @property
    def mode(self) -> str | None:
        """Which keys a phone shows."""
        return {Kind.INTEGER: WHOLE_NUMBERS, Kind.DECIMAL: "decimal"}.get(self.declared.kind)


def inputs(dataset: Dataset, values: Values, errors: Mapping[str, Sequence[str]], choices: Mapping[str, Choices]) -> list[Input]:
    """One a field, in the order of the dataset."""
    return [_input(item, tuple(values.get(item.name, ())), tuple(errors.get(item.name, ())), choices.get(item.name) or _declared(item), values) for item in dataset.fields]


def _input(item: Field, values: tuple[str, ...], errors: tuple[str, ...], choices: Choices, given: Values) -> Input:
    return Input(item, _kind(item, choices), values, errors, choices, next(iter(given.get(added_name(item.name), ())), ""))


def added_name(name: str) -> str:
    """Of the place where something new is written beside what may be chosen."""
    return f"{name}_added"


def _declared(item: Field) -> Choices:
    return Choices(tuple(Choice(code, label) for code, label in item.codes.labels)) if item.codes else Choices(())


def _kind(item: Field, choices: Choices) -> str:
    if item.kind is Kind.CODES or choices.may_add:
        return "boxes"
    if choices.codes:
        return "select"
    if item.kind is Kind.DATE:
        return "date"
    if item.kind in (Kind.INTEGER, Kind.DECIMAL):
        return "number"
    return "long" if item.maximum_length > LONG_TEXT else "text"
