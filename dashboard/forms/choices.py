"""What a reader may choose in a form beyond code lists: its own places, measures of the pathway, the network's change ideas.

Belongs here: narrowing what is declared to what fits the reader. Does not belong here: what is taken in the end (the dataset's rules).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby

from dashboard.asked import Asked
from dashboard.forms.inputs import Choice, Choices
from dashboard.views import Row
from schemas.datasets import Dataset
from schemas.improvement import WITH_DENOMINATOR

MOST = 12  # ideas that do not fold away
ACTING = ("provider", "site", "team")
IDEAS = "select change_idea, title, pathway_name, provider_count from dashboard.change_idea_v1 order by provider_count desc, title"
WAYS = {"measures_to_raise": "higher is better", "measures_to_lower": "lower is better"}

HEADLINES = "Shown first on every page"
KINDS = {
    "proportion": "Shares of cases", "median": "Medians", "mean": "Means", "rate": "Rates", "count": "Numbers of cases", "score": "Published scores",
    "derived": "Derived from other measures",
}  # fmt: skip


def choices_of(asked: Asked, dataset: Dataset, pathway: str, measure: Row | None = None) -> dict[str, Choices]:
    """Field -> what may be chosen, for the fields where the reader or the pathway says more than the declaration. ``measure``: the one that was chosen before."""
    of_pathway = [m for m in asked.measures.values() if m.pathway_name == pathway]
    makers: dict[str, Callable[[], Choices]] = {
        "organisation": lambda: _places(asked),
        "pathway": lambda: _pathway(dataset, pathway),
        "measure": lambda: _measures([measure] if measure else of_pathway),
        "change_ideas": lambda: _ideas(asked, pathway),
        **{name: lambda way=way: _measures((m for m in of_pathway if m.kind in WITH_DENOMINATOR), way) for name, way in WAYS.items()},
    }
    return {item.name: makers[item.name]() for item in dataset.fields if item.name in makers}


def _places(asked: Asked) -> Choices:
    own = [
        row
        for code, row in asked.names.organisations.items()
        if code in asked.names.own and row.organisation_kind in ACTING and row.closed_on is None
    ]
    own.sort(key=lambda row: (ACTING.index(row.organisation_kind), row.organisation_name))
    return Choices(tuple(Choice(row.organisation_code, asked.names.name(row.organisation_code)) for row in own))


def _pathway(dataset: Dataset, pathway: str) -> Choices:
    declared = next(item.codes for item in dataset.fields if item.name == "pathway")
    return Choices(tuple(Choice(code, label) for code, label in declared.labels if code == pathway))


def _measures(measures: Iterable[Row], way: str = "") -> Choices:
    """Those whose better direction is ``way`` and that are shown first everywhere come first; the others fold away."""
    ordered = sorted(measures, key=lambda m: (m.direction != way, not m.is_headline, m.title))
    chosen = [(m.is_headline and (not way or m.direction == way), Choice(m.measure_name, m.title, m.direction)) for m in ordered]
    return Choices(tuple(choice for is_first, choice in chosen if is_first), tuple(choice for is_first, choice in chosen if not is_first))


def by_kind(measures: Iterable[Row]) -> list[tuple[str, list[Choice]]]:
    """All measures of a pathway to choose one of: heading and choices, those that are shown first everywhere before the others, which go by their kind."""
    ordered = sorted(measures, key=lambda m: (not m.is_headline, list(KINDS).index(m.kind), m.title))
    return [
        (heading, [_findable(m) for m in those])
        for heading, those in groupby(ordered, key=lambda m: HEADLINES if m.is_headline else KINDS[m.kind])
    ]


def _findable(measure: Row) -> Choice:
    """Found by the words of its name too, which may hold the number of an audit's indicator."""
    return Choice(measure.measure_name, measure.title, measure.direction, measure.measure_name.replace("_", " "))


def _ideas(asked: Asked, pathway: str) -> Choices:
    """Those of the pathway first; one of another pathway may be tried here too."""
    tried = {0: "nobody has tried it", 1: "1 provider has tried it"}
    found = [
        (
            row.pathway_name == pathway,
            _idea(asked, row.title, tried.get(row.provider_count, f"{row.provider_count} providers have tried it")),
        )
        for row in asked.rows(IDEAS)
    ]
    own, others = (tuple(choice for is_own, choice in found if is_own is wanted) for wanted in (True, False))
    return Choices(own[:MOST], own[MOST:] + others, may_add="Another change idea, new to the network")


def _idea(asked: Asked, title: str, tried: str) -> Choice:
    return Choice(title, asked.names.told(title), tried)
