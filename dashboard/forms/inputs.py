"""The inputs of a form, from the fields of its dataset.

Belongs here: which kind of input a field is. Does not belong here: labels, codes and bounds (the field's own declaration), what a form says otherwise
(``dashboard.forms.asking``), units (``dashboard.forms.measured``), what may be chosen of a reader's own (``dashboard.forms.choices``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dashboard.forms import asking, measured
from dashboard.forms.measured import Values
from dashboard.views import Row
from schemas.datasets import Dataset
from schemas.fields import Field, Kind

LONG_TEXT = 200  # longer ones get several lines
WHOLE_NUMBERS = "numeric"


@dataclass(frozen=True)
class Choice:
    """``found_by``: words by which a search finds it beside those that are shown."""

    code: str
    label: str
    hint: str = ""
    found_by: str = ""


@dataclass(frozen=True)
class Choices:
    """What may be chosen; ``others`` fold away, ``may_add``: something new may be written beside."""

    first: tuple[Choice, ...]
    others: tuple[Choice, ...] = ()
    may_add: str = ""  # the label of the place for it

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(choice.code for choice in (*self.first, *self.others))


Sentences = Mapping[str, Sequence[str]]  # field -> what is said of it


@dataclass(frozen=True)
class Beside:
    """What is said of what stands in a form, under a ``heading``: ``errors`` stop it, ``notes`` do not."""

    errors: Sentences = field(default_factory=dict)
    notes: Sentences = field(default_factory=dict)
    heading: str = "Nothing was sent yet"


@dataclass(frozen=True)
class Input:
    """``kind``: select, boxes, date, number, long or text. ``values`` are what stands in it; ``errors`` what is wrong with it, ``notes`` what else is to know; ``unit`` that of its number."""

    declared: Field
    kind: str
    values: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    choices: Choices = field(default_factory=lambda: Choices(()))
    added: str = ""
    hint: str = ""
    unit: str = ""

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
        """Which keys a phone shows; all of them where a sign may be typed."""
        return None if self.unit else {Kind.INTEGER: WHOLE_NUMBERS, Kind.DECIMAL: "decimal"}.get(self.declared.kind)


def inputs(dataset: Dataset, values: Values, beside: Beside, choices: Mapping[str, Choices], measure: Row | None = None) -> list[Input]:
    """One a field, in the order of the dataset. ``measure``: in whose unit numbers are asked for."""
    return [_input(dataset, item, values, beside, choices_for(item, choices), measure) for item in dataset.fields]


def _input(dataset: Dataset, item: Field, values: Values, beside: Beside, choices: Choices, measure: Row | None) -> Input:
    given, added = tuple(values.get(item.name, ())), next(iter(values.get(added_name(item.name), ())), "")
    errors, notes = (tuple(said.get(item.name, ())) for said in (beside.errors, beside.notes))
    hint, unit = asking.hint(dataset, item), ""
    if item.name in measured.FIELDS:
        hint, unit = f"{hint} {measured.hint(measure)}".strip(), measured.unit(measure)
    return Input(item, kind_of(item, choices), given, errors, notes, choices, added, hint, unit)


def added_name(name: str) -> str:
    """Of the place where something new is written beside what may be chosen."""
    return f"{name}_added"


def choices_for(item: Field, choices: Mapping[str, Choices]) -> Choices:
    """Those of the reader, else those that are declared."""
    return choices.get(item.name) or _declared(item)


def _declared(item: Field) -> Choices:
    return Choices(tuple(Choice(code, label) for code, label in item.codes.labels)) if item.codes else Choices(())


def kind_of(item: Field, choices: Choices) -> str:
    if item.kind is Kind.CODES or choices.may_add:
        return "boxes"
    if choices.codes:
        return "select"
    if item.kind is Kind.DATE:
        return "date"
    if item.kind in (Kind.INTEGER, Kind.DECIMAL):
        return "number"
    return "long" if item.maximum_length > LONG_TEXT else "text"
