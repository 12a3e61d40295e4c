"""A measure: a defined number about a cohort of cases, described once.

Belongs here: the shape of a measure, and of what is not measured. Does not belong here: the measures of a pathway (its folder), their SQL
(``warehouse.compile_sql``, ``assets.measure_results``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.expressions import Expression


class MeasureKind(StrEnum):
    PROPORTION = "proportion"  # numerator / denominator, 0 to 1
    MEDIAN = "median"  # of ``value`` over the denominator
    MEAN = "mean"
    COUNT = "count"  # cases in the denominator
    RATE = "rate"  # events / exposure
    SCORE = "score"  # published as such: XmR only, no interval, no funnel
    DERIVED = "derived"  # ``value`` is an expression over other measures' values


class Direction(StrEnum):
    HIGHER_IS_BETTER = "higher is better"
    LOWER_IS_BETTER = "lower is better"
    NEUTRAL = "neutral"


class Chart(StrEnum):
    """How a series is charted, and judged. All but the last two have a point a period; those have one an event."""

    XMR = "xmr"  # single values and their moving range: needs no denominator, the network's common language
    P_PRIME = "p_prime"  # Laney's P': a proportion, its limits as wide as its denominator and the spread between periods say
    U_PRIME = "u_prime"  # the same of a rate
    G = "g"  # cases between one event and the next
    T = "t"  # days between one event and the next


EVENT_CHARTS = (Chart.G, Chart.T)
# what a measure is charted by that does not say so
CHARTS = {
    **dict.fromkeys(MeasureKind, (Chart.XMR,)),
    MeasureKind.PROPORTION: (Chart.XMR, Chart.P_PRIME),
    MeasureKind.RATE: (Chart.XMR, Chart.U_PRIME),
}
# which of them raises the signals: the one place to change it for a kind of measure
SIGNALS_FROM = {**dict.fromkeys(MeasureKind, Chart.XMR), MeasureKind.PROPORTION: Chart.P_PRIME, MeasureKind.RATE: Chart.U_PRIME}


class Credit(StrEnum):
    """What is counted, and for whose result: matters only where cases have records of several teams."""

    CASE = "case"  # each case once, for its own (leading) team
    EVERY_TEAM = "every team"  # each case once for every organisation that has a record of it: patient-centred
    TEAM_RECORD = "team record"  # each team's record, for that team; the definition reads the record, not the case


@dataclass(frozen=True)
class Exclusion:
    """Cases for which ``condition`` is true are not in the denominator."""

    name: str
    condition: Expression


@dataclass(frozen=True)
class Measure:
    """One measure and one version of its definition.

    Denominator: cases for which ``cohort`` is true, less the ``exclusions``, whose ``index_date`` falls in the period.
    Numerator: those of them for which ``numerator`` is true. ``value`` gives the number of a median, mean or derived measure.
    ``needs`` are the fields whose completeness (among cases for which they are due) is shown beside the result.
    ``matures_after_days`` after the period's end the result is no longer provisional, or later where a needed field is due later.
    ``is_watched``: its chart raises signals; off where another measure tells of the same event.
    ``credit``: what is counted and for whom.
    ``charts``: how it is charted, by its kind (``CHARTS``) if it does not say; ``signals_from``: the one of them whose special causes are signals,
    by its kind (``SIGNALS_FROM``) if it does not say. One event, seen on several charts, is one signal.
    ``title`` is a noun phrase, ``description`` tells a clinician what counts and what does not.
    """

    name: str
    title: str
    description: str
    kind: MeasureKind
    direction: Direction
    unit: str
    version: int = 1
    index_date: str | None = None
    cohort: Expression | None = None
    exclusions: tuple[Exclusion, ...] = ()
    numerator: Expression | None = None
    value: Expression | None = None
    needs: tuple[str, ...] = ()
    decimals: int = 1
    matures_after_days: int = 0
    target: float | None = None
    levels: tuple[str, ...] = ("site", "provider", "region", "network")
    grains: tuple[str, ...] = ("month", "quarter", "year")
    source: str = ""
    is_headline: bool = False
    is_watched: bool = True
    credit: Credit = Credit.CASE
    charts: tuple[Chart, ...] | None = None
    signals_from: Chart | None = None

    @property
    def charted_by(self) -> tuple[Chart, ...]:
        """Where another measure tells of the same event, one chart is enough."""
        usual = CHARTS[self.kind] if self.is_watched else (Chart.XMR,)
        return usual if self.charts is None else self.charts

    @property
    def judged_by(self) -> Chart:
        """The chart that raises signals; the first declared one where it has not that of its kind."""
        usual = SIGNALS_FROM[self.kind] if SIGNALS_FROM[self.kind] in self.charted_by else self.charted_by[0]
        return self.signals_from or usual

    @property
    def is_submitted(self) -> bool:
        """Whether its results are only ever submitted: it says nothing by which they could be computed from cases."""
        return self.kind is not MeasureKind.DERIVED and self.cohort is None and self.value is None


@dataclass(frozen=True)
class NotComputed:
    """A result that readers may look for and that no measure gives; ``reason`` is a sentence that says why.

    ``layouts`` name the layouts from which it cannot be computed; none: it cannot be from any file.
    """

    name: str
    title: str
    reason: str
    layouts: tuple[str, ...] = ()
