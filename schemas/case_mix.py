"""What a case-mix model is: whose risk of which outcome follows from what is known of a patient when the illness begins.

Belongs here: the shape of a model, and the coefficients that were published for it. Does not belong here: fitting and predicting
(``assets.case_mix_fit``, ``assets.statistics.casemix``), the models of a pathway (its folder).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from schemas.expressions import Choose, Constant, Expression
from schemas.measures import Credit, Measure, MeasureKind

INTERCEPT, UNKNOWN = "intercept", "unknown"


@dataclass(frozen=True)
class Factor:
    """What is known of a patient, in ``levels`` (label, condition): a patient belongs to the first whose condition is known to be true.

    The first level is the reference, with a coefficient of 0. Who belongs to none is ``unknown``, a level of its own: nobody is dropped.
    """

    name: str
    title: str
    levels: tuple[tuple[str, Expression], ...]

    @property
    def level_names(self) -> tuple[str, ...]:
        return tuple(label for label, _ in self.levels)

    @property
    def expression(self) -> Choose:
        """The label of a patient's level; missing for unknown."""
        return Choose(tuple((condition, Constant(label)) for label, condition in self.levels), Constant(None))

    @property
    def labels(self) -> tuple[str, ...]:
        """Of its coefficients, that of the reference first."""
        return tuple(f"{self.name}={level}" for level in (*self.level_names, UNKNOWN))


@dataclass(frozen=True)
class Published:
    """Coefficients to begin with, log odds by label (``intercept``, ``age=70-79``), and where they come from."""

    coefficients: tuple[tuple[str, float], ...]
    source: str

    @cached_property
    def by_label(self) -> dict[str, float]:
        return dict(self.coefficients)


@dataclass(frozen=True)
class CaseMixModel:
    """One model of one outcome, and one version of its definition.

    ``measure`` names the proportion whose numerator is the outcome; its cohort and exclusions say who counts. ``applies``: for whom the
    model is made; of several models of a measure the first that applies to a case predicts it, the last applies to all (None).
    It is fitted on the network's own data once ``minimum_cases`` and ``minimum_events`` are there; until then the published
    coefficients count, which have one for every level but the references. ``version`` is raised when factors or levels change.
    Raises ValueError where the coefficients are not those of the factors.
    """

    name: str
    title: str
    measure: str
    factors: tuple[Factor, ...]
    published: Published
    applies: Expression | None = None
    minimum_cases: int = 1000
    minimum_events: int = 100
    version: int = 1

    def __post_init__(self) -> None:
        wanted = {INTERCEPT, *(label for factor in self.factors for label in factor.labels[1:])}
        if set(self.published.by_label) != wanted:
            wrong = ", ".join(sorted(set(self.published.by_label) ^ wanted))
            raise ValueError(
                f"the case-mix model {self.name} needs one published coefficient for each level but the references; look at {wrong}"
            )


def by_measure(models: Iterable[CaseMixModel]) -> dict[str, tuple[CaseMixModel, ...]]:
    """The models of each measure, in their order."""
    found: dict[str, tuple[CaseMixModel, ...]] = {}
    for model in models:
        found[model.measure] = (*found.get(model.measure, ()), model)
    return found


def what_is_wrong(models: Sequence[CaseMixModel], measures: Sequence[Measure]) -> str | None:
    """Why these models cannot be of these measures; None if they can."""
    named = {measure.name: measure for measure in measures}
    for name, of_measure in by_measure(models).items():
        measure = named.get(name)
        if measure is None or measure.kind is not MeasureKind.PROPORTION or measure.is_submitted or measure.credit is not Credit.CASE:
            return f"the case-mix model {of_measure[0].name} needs a proportion of cases that is computed, which {name} is not"
        if of_measure[-1].applies is not None:
            return f"the last case-mix model of {name} must apply to every case"
    return None
