"""What a case-mix model knows of a patient: numbers, factors and their products, with the unknown said explicitly.

Belongs here: from columns of patients to regressors. Does not belong here: the fit (``casemix``), or which terms a pathway has.

Nobody is dropped because an answer is missing: an unknown factor is a level of its own, an unknown number takes the average of the
known ones and has a term that says so. What the fit never saw (a level without patients) is taken for an average patient later.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.statistics.confidence import refuse
from assets.statistics.numerics import Floats

UNKNOWN = "unknown"
Columns = Mapping[str, ArrayLike]


@dataclass(frozen=True)
class Number:
    """A number, as it is given. ``average`` stands for a missing one; None: that of the patients of the fit."""

    name: str
    average: float | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        return self.name, f"{self.name}={UNKNOWN}"

    def provides(self, labels: Container[str]) -> bool:
        """Whether a missing answer has a meaning in a model with coefficients of these labels."""
        return self.average is not None

    def settled(self, columns: Columns) -> Number:
        known = self._values(columns)
        known = known[~np.isnan(known)]
        if self.average is not None:
            return self
        return replace(self, average=float(known.mean()) if len(known) else 0.0)

    def regressors(self, columns: Columns) -> Floats:
        """(2, N): the number, and whether it is unknown."""
        values = self._values(columns)
        unknown = np.isnan(values)
        return np.stack([np.where(unknown, self.average, values), unknown.astype(float)])

    def _values(self, columns: Columns) -> Floats:
        values = np.asarray(columns[self.name], float)
        refuse(np.isinf(values), "a number of a patient is finite, or missing")
        return values


@dataclass(frozen=True)
class Factor:
    """One of ``levels``, of which the first is the reference; anything else, and a missing answer, is unknown.

    ``shares`` of the patients of the fit in each level, the unknown last: None before a fit, or where a published model has none.
    """

    name: str
    levels: tuple[str, ...]
    shares: tuple[float, ...] | None = None

    @classmethod
    def of(cls, name: str, values: Sequence) -> Factor:
        """Levels as they occur: numbers in their order, texts in that of their code points, as R's ``factor`` in the C locale."""
        occurring = {value for value in _distinct(values)[0] if value is not None}
        return cls(name, tuple(str(value) for value in sorted(occurring, key=lambda value: (isinstance(value, str), value))))

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(f"{self.name}={level}" for level in (*self.levels[1:], UNKNOWN))

    def provides(self, labels: Container[str]) -> bool:
        """Whether a missing answer has a meaning in a model with coefficients of these labels."""
        return self.shares is not None or f"{self.name}={UNKNOWN}" in labels

    def settled(self, columns: Columns) -> Factor:
        count = np.bincount(self._place(columns), minlength=len(self.levels) + 1)
        return replace(self, shares=tuple((count / max(count.sum(), 1)).tolist())) if self.shares is None else self

    def regressors(self, columns: Columns) -> Floats:
        """(levels, N): a row of zeros and ones for each level but the reference, the last for unknown.

        Once settled, a patient of a level that had none has the shares of all levels instead: an average patient.
        """
        indicators = np.eye(len(self.levels) + 1)
        if self.shares is not None:
            shares = np.array(self.shares)
            indicators = np.where((shares > 0)[:, None], indicators, shares)
        return indicators[self._place(columns), 1:].T

    def _place(self, columns: Columns) -> NDArray[np.int64]:
        """Position of each patient's level; that behind the last level if unknown."""
        position = {level: k for k, level in enumerate(self.levels)}
        distinct, place = _distinct(columns[self.name])
        of_distinct = [position.get(value if value is None else str(value), len(self.levels)) for value in distinct]
        return np.array(of_distinct, np.int64)[place] if len(place) else np.zeros(0, np.int64)


@dataclass(frozen=True)
class Product:
    """An interaction: each regressor of one term times each of another."""

    first: Term
    second: Term

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(f"{a}:{b}" for b in self.second.labels for a in self.first.labels)

    def provides(self, labels: Container[str]) -> bool:
        """Whether a missing answer has a meaning in both of its terms."""
        return self.first.provides(labels) and self.second.provides(labels)

    def settled(self, columns: Columns) -> Product:
        return Product(self.first.settled(columns), self.second.settled(columns))

    def regressors(self, columns: Columns) -> Floats:
        first, second = self.first.regressors(columns), self.second.regressors(columns)
        return (second[:, None] * first[None]).reshape(len(first) * len(second), -1)


Term = Number | Factor | Product


def _objects(values: ArrayLike) -> list:
    """With None for whatever stands for a missing answer: None, NaN, an empty text."""
    return [None if value is None or value == "" or value != value else _whole(value) for value in np.asarray(values, object).tolist()]


def _whole(value: object) -> object:
    """A code that came as 2.0 because the column has gaps is 2."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


@dataclass(frozen=True)
class Answers:
    """A column whose different answers were found once: ``distinct`` of them, and for each patient which (``place``, (N,))."""

    distinct: list
    place: NDArray[np.int64]

    @classmethod
    def of(cls, values: ArrayLike) -> Answers:
        return cls(*_distinct(values))

    def __getitem__(self, chosen: NDArray) -> Answers:
        return Answers(self.distinct, self.place[chosen])


def found_once(columns: Columns, terms: Sequence[Term]) -> dict[str, object]:
    """The columns, those that factors read as ``Answers``: a fit asks for each twice."""
    read = {factor.name for term in terms for factor in _factors(term)} - {number.name for term in terms for number in _numbers(term)}
    return {name: Answers.of(values) if name in read else np.asarray(values) for name, values in columns.items()}


def _parts(term: Term) -> tuple[Term, ...]:
    return (*_parts(term.first), *_parts(term.second)) if isinstance(term, Product) else (term,)


def _factors(term: Term) -> list[Factor]:
    return [part for part in _parts(term) if isinstance(part, Factor)]


def _numbers(term: Term) -> list[Number]:
    return [part for part in _parts(term) if isinstance(part, Number)]


def _distinct(values: ArrayLike | Answers) -> tuple[list, NDArray[np.int64]]:
    """The different answers and for each patient which; only the few different ones are looked at one by one."""
    if isinstance(values, Answers):
        return values.distinct, values.place
    array = np.asarray(values)
    if array.dtype.kind in "fiub":
        distinct, place = np.unique(array, return_inverse=True)
        return _objects(distinct), place
    answers = array.tolist()
    number = {value: k for k, value in enumerate(dict.fromkeys(answers))}
    place = np.fromiter(map(number.__getitem__, answers), np.int64, len(answers))
    return _objects(list(number)), place
