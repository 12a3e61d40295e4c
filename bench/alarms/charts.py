"""Control charts of many months: how many signals chance alone raises in the network, and how long a real shift takes to be seen.

Belongs here: the two studies and what they come to. Does not belong here: rule sets, draws, the life of signals, tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator

from assets.charts import SERIES_POINTS
from assets.statistics.spc import MINIMUM_POINTS
from bench.alarms import draws
from bench.alarms.counting import Counted, count, latest_events
from bench.alarms.draws import CHANCE, Truth
from bench.alarms.rules import FOR_OTHERS, FOR_SHARES, Months, RuleSets

YEAR = 12
SECOND_YEAR = range(MINIMUM_POINTS - 1, 2 * YEAR)  # places of months: from the first that has limits
SETTLED = range(4 * YEAR, 5 * YEAR)
BEFORE = 4  # months judged before the first that counts, so that what is open already is not raised then
VOLUMES, BASES, SHIFTS = (10, 30, 60, 100), (0.6, 0.9), (0.05, 0.10)
SHIFTED_FROM, LOOKED_AFTER = 3 * YEAR, 2 * YEAR


def watch(months: Months, judges: RuleSets, at: Iterable[int]) -> dict[str, Counted]:
    """Each rule set's signals of the series in the months ``at``, judged on the four years up to each."""
    events: dict[str, list] = {}
    for month in at:
        first = max(0, month + 1 - SERIES_POINTS)
        window = months.window(first, month)
        for judge in judges:
            for name, signs, known in judge(window):
                events.setdefault(name, []).append(latest_events(signs, known, first))
    return {name: count(each) for name, each in events.items()}


# ------------------------------------------------------------------------------------------------ false alarms in the network
@dataclass(frozen=True)
class Rate:
    """Signals a month of all series together, its standard error, and how many are open at the end."""

    raised: float
    error: float
    open: float


def chance_signals(rng: Generator, series: pd.DataFrame, months: range, truth: Truth, repeats: int) -> pd.DataFrame:
    """A row a rule set and series of ``series`` (see ``bench.alarms.network``): ``raised`` signals and ``squares`` of them summed over repeats, ``open`` at the end.

    Series are drawn apart from each other: that a hospital's series also move together makes signals come in clumps, not more often.
    """
    found = []
    for kind, part in series.groupby("kind"):
        for _ in range(repeats):
            found += _chance_signals_of_kind(rng, part, str(kind), months, truth)
    every = pd.concat(found, ignore_index=True)
    by = ["rule", "kind", "organisation_kind", "series"]
    return every.groupby(by, as_index=False)[["raised", "squares", "open"]].sum().assign(judged=len(months) * repeats, repeats=repeats)


def _chance_signals_of_kind(rng: Generator, part: pd.DataFrame, kind: str, months: range, truth: Truth) -> list[pd.DataFrame]:
    if kind == "proportion":
        drawn, judges = draws.shares(rng, part["cases"], part["value"], months.stop, truth), FOR_SHARES
    else:
        drawn, judges = draws.others(rng, kind, part["cases"], months.stop), FOR_OTHERS
    before = max(months.start - BEFORE, MINIMUM_POINTS - 1)
    heads = part.assign(series=part.index)[["kind", "organisation_kind", "series"]]
    found = []
    for rule, counted in watch(drawn, judges, range(before, months.stop)).items():
        raised = counted.raised[:, months.start - before :].sum(axis=1)
        found.append(heads.assign(rule=rule, raised=raised, squares=raised**2, open=counted.open[:, -1] != 0))
    return found


def rate_of(part: pd.DataFrame) -> Rate:
    """Of the rows of one rule set: what the series together raise a month."""
    judged, repeats = float(part["judged"].iloc[0]), float(part["repeats"].iloc[0])
    draws_count = repeats * len(part)
    variance = part["squares"].sum() / draws_count - (part["raised"].sum() / draws_count) ** 2
    return Rate(float(part["raised"].sum() / judged), float(np.sqrt(variance * draws_count) / judged), float(part["open"].sum() / repeats))


# ------------------------------------------------------------------------------------------------ by volume
def false_alarms(rng: Generator, cases: float, share: float, series: int, truth: Truth = CHANCE) -> Mapping[str, tuple[float, float]]:
    """Signals in 100 series in a year in which nothing changed, and their standard error, by rule set."""
    drawn = draws.shares(rng, np.full(series, cases), np.full(series, share), SETTLED.stop, truth)
    counted = watch(drawn, FOR_SHARES, range(SETTLED.start - BEFORE, SETTLED.stop))
    years = len(SETTLED) / YEAR
    raised = {name: each.raised[:, BEFORE:].sum(axis=1) / years for name, each in counted.items()}
    return {name: (100 * float(each.mean()), 100 * float(each.std() / np.sqrt(series))) for name, each in raised.items()}


@dataclass(frozen=True)
class Seen:
    """``median`` months until a signal in the right direction is open (NaN where fewer than half are seen in two years), shares seen in 6 and 12 months."""

    median: float
    within_6: float
    within_12: float


def time_to_see(rng: Generator, cases: float, share: float, by: float, series: int, truth: Truth = CHANCE) -> Mapping[str, Seen]:
    """How long until a share that falls ``by`` so much after three years is seen, by rule set. In month 1 its first result is final."""
    months = SHIFTED_FROM + LOOKED_AFTER
    drawn = draws.shares(rng, np.full(series, cases), np.full(series, share), months, truth, SHIFTED_FROM, -by)
    counted = watch(drawn, FOR_SHARES, range(SHIFTED_FROM - BEFORE, months))
    return {name: seen(first_seen(each.open[:, BEFORE:], -1)) for name, each in counted.items()}


def first_seen(opened: np.ndarray, sign: int) -> np.ndarray:
    """The month, from 1, in which a signal of that direction is open for the first time; infinite for never. ``opened`` (S, T)."""
    is_open = opened == sign
    return np.where(is_open.any(axis=1), is_open.argmax(axis=1) + 1.0, np.inf)


def seen(month: Sequence[float]) -> Seen:
    month = np.asarray(month, float)
    median = float(np.median(month))
    return Seen(median if np.isfinite(median) else np.nan, float((month <= 6).mean()), float((month <= 12).mean()))
