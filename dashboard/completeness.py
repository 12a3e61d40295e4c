"""How complete a provider's own data are: by measure, and by field of its cases.

Belongs here: reading and arranging it. Does not belong here: counting (``measure_result_v1``, ``field_completeness_v1``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from dashboard import declared, words
from dashboard.asked import Asked
from dashboard.charts.bars import small_bars
from schemas.datasets import Dataset, Pathway
from schemas.fields import Field

MONTHS = 12
OF_MEASURES = """select measure_name, period_start, completeness_share, is_provisional from dashboard.measure_result_v1
where organisation_code = :code and period_grain = 'month' and period_start >= :since and completeness_share is not null"""
OF_FIELDS = """select pathway_name, field_name, period_start, sum(case_count)::bigint as case_count, sum(filled_count)::bigint as filled_count
from dashboard.field_completeness_v1 where period_start >= :since group by 1, 2, 3"""


@dataclass(frozen=True)
class Filled:
    """Shares by month, the oldest first; ``share``: of the latest month of a measure, of all months of a field; ``is_first``: a headline measure, a field that is asked of every case."""

    name: str
    title: str
    hint: str
    shares: tuple[float | None, ...]
    share: float | None
    bars: Markup
    is_first: bool = True

    @property
    def lowest(self) -> float:
        return min(share for share in self.shares if share is not None)


def months_back(today: date, count: int) -> date:
    """First day of the month that begins the last ``count`` months before the present one."""
    number = today.year * 12 + today.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def months(today: date) -> list[date]:
    """The months that are over, the oldest first."""
    return [months_back(today, back) for back in range(MONTHS, 0, -1)]


def by_measure(asked: Asked, today: date) -> list[Filled]:
    """Own measures, the one with the least complete month first."""
    if asked.provider is None:
        return []
    found: dict[str, dict[date, float]] = {}
    for row in asked.rows(OF_MEASURES, code=asked.provider, since=months_back(today, MONTHS)):
        found.setdefault(row.measure_name, {})[row.period_start] = row.completeness_share
    made = [_of_measure(asked.measures[name], shares, months(today)) for name, shares in found.items() if name in asked.measures]
    return sorted((one for one in made if one.share is not None), key=lambda one: (one.lowest, one.title))


def _of_measure(measure, shares: dict[date, float], over: Sequence[date]) -> Filled:
    row = tuple(shares.get(month) for month in over)
    known = [share for share in row if share is not None]
    return Filled(
        measure.measure_name,
        measure.title,
        words.plain(measure.pathway_name),
        row,
        known[-1] if known else None,
        _bars(measure.title, over, row),
        measure.is_headline,
    )


def by_field(asked: Asked, today: date) -> list[tuple[str, list[Filled]]]:
    """(title of the dataset, its fields) of own cases, the least filled first; of the last twelve months in which they were due."""
    if asked.provider is None:
        return []
    counts: dict[tuple[str, str], dict[date, tuple[int, int]]] = {}
    for row in asked.rows(OF_FIELDS, since=months_back(today, MONTHS)):
        counts.setdefault((row.pathway_name, row.field_name), {})[row.period_start] = (row.filled_count, row.case_count)
    of_cases = [pathway for pathway in declared.registry(asked).pathways if any(name == pathway.name for name, _ in counts)]
    return [(pathway.case_dataset.title, _fields(pathway, counts, today)) for pathway in of_cases]


def _fields(pathway: Pathway, counts: dict, today: date) -> list[Filled]:
    made = [
        _of_field(pathway.case_dataset, field, counts.get((pathway.name, field.name), {}), today)
        for field in pathway.case_dataset.stored_fields
    ]
    return sorted((one for one in made if one.share is not None), key=lambda one: (one.share, one.title))


def _of_field(dataset: Dataset, field: Field, counts: dict[date, tuple[int, int]], today: date) -> Filled:
    """A month counts once its last case is due."""
    after = timedelta(days=dataset.due_after_days(field.name))
    over = months(today)
    due = {month: counts[month] for month in over if month in counts and words.period_end(month, "month") + after < today}
    cases = sum(cases for _, cases in due.values())
    row = tuple(due[month][0] / due[month][1] if month in due else None for month in over)
    share = sum(filled for filled, _ in due.values()) / cases if cases else None
    return Filled(field.name, field.header, field.description, row, share, _bars(field.header, over, row), field.required is True)


def _bars(title: str, over: Sequence[date], shares: Sequence[float | None]) -> Markup:
    said = [f"{words.period(month)}: {words.share(share)}" for month, share in zip(over, shares, strict=True)]
    return small_bars(shares, said, f"Completeness of {title} by month, from {words.period(over[0])} to {words.period(over[-1])}")
