"""Which results may make an organisation a period outlier, and beyond which limits.

Belongs here: the declared policy of a measure, the levels. Does not belong here: what becomes of an outlier
(``schemas.outlier_workflow``), judging (``assets.outliers``), early warnings, which are signals and never enter the workflow.
Source: HQIP's guidance on outliers for national clinical audits: batches of data over a closed period; an alert lies more than two,
an alarm more than three standard deviations from what is expected, in the worse direction. Display limits (95 %, 99.8 %) are another thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from schemas.measures import Direction, Measure, MeasureKind

GRAINS = ("quarter", "year")


class Basis(StrEnum):
    """What is expected of an organisation, and how its result is compared with it."""

    STANDARDISED = "standardised"  # of its own patients, by a case-mix model; events vary as Poisson counts do
    NETWORK_VALUE = "network value"  # as of the network's members together; by chance alone
    NETWORK_VALUE_OVERDISPERSED = "network value, over-dispersed"  # the same, beside how much its peers differ from each other


class Level(StrEnum):
    ALARM = "alarm"
    ALERT = "alert"
    INSIDE = "inside"
    POSITIVE = "positive"  # better than expected, beyond the limit of an alarm: whom the others learn from
    NOT_JUDGED = "not judged"  # the period has no final result any more, or too little is expected


CONCERNS = (Level.ALERT, Level.ALARM)


@dataclass(frozen=True)
class OutlierPolicy:
    """One measure's policy and one version of it.

    ``alert_distance`` and ``alarm_distance`` are standard deviations from what is expected; a positive outlier lies more than
    ``alarm_distance`` on the better side. Fewer than ``minimum_expected`` expected events are not judged.
    Raises ValueError where it contradicts itself.
    """

    measure: str
    basis: Basis = Basis.STANDARDISED
    levels: tuple[str, ...] = ("provider",)
    grains: tuple[str, ...] = GRAINS
    alert_distance: float = 2.0
    alarm_distance: float = 3.0
    minimum_expected: float = 5.0
    version: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.alert_distance < self.alarm_distance:
            raise ValueError(f"the outlier policy of {self.measure} needs an alert nearer than its alarm, both above 0")
        if not self.grains or not set(self.grains) <= set(GRAINS):
            raise ValueError(f"the outlier policy of {self.measure} is about quarters or years: a month is for early warnings")

    @property
    def distances(self) -> tuple[float, float, float, float]:
        """Standard deviations from what is expected, from below to above: alarm, alert, alert, alarm."""
        return -self.alarm_distance, -self.alert_distance, self.alert_distance, self.alarm_distance


def what_is_wrong(policies: Sequence[OutlierPolicy], measures: Sequence[Measure]) -> str | None:
    """Why these policies cannot be of these measures; None if they can."""
    named = {measure.name: measure for measure in measures}
    for policy in policies:
        measure = named.get(policy.measure)
        if measure is None or measure.kind not in (MeasureKind.PROPORTION, MeasureKind.RATE) or measure.direction is Direction.NEUTRAL:
            return f"the outlier policy of {policy.measure} needs a proportion or rate of the pathway of which more or less is better"
        if not set(policy.grains) <= set(measure.grains):
            return f"the outlier policy of {policy.measure} is about periods that the measure does not have"
    if len({policy.measure for policy in policies}) < len(policies):
        return "a measure has two outlier policies; give it one"
    return None
