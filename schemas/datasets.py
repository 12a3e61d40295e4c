"""What a file can contain: a versioned list of fields, with what reading, linking and measuring need.

Belongs here: ``Dataset``, ``Pathway`` and their parts. Does not belong here: any particular dataset.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from schemas.case_links import CaseLink, CaseRule, Collapse
from schemas.case_mix import CaseMixModel
from schemas.change_ideas import ChangeIdea
from schemas.expressions import Expression
from schemas.fields import Derived, Field
from schemas.layouts import DATETIME_FORMATS, Column, Layout, OrganisationList
from schemas.measures import Credit, Measure, NotComputed
from schemas.outliers import OutlierPolicy
from schemas.rules import PairRule, Rule
from schemas.simulation import Simulation


class DatasetKind(StrEnum):
    RECORDS = "records"  # rows are records of patients, which become cases
    PERSONS = "persons"  # rows say something of a person (a death), whatever the pathway
    RESULTS = "results"  # rows are results of measures
    IMPROVEMENT = "improvement"  # rows are what leads say of themselves, their aims and their changes


class Mode(StrEnum):
    UPSERT = "upsert"
    REPLACE_PERIOD = "replace period"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class MatchRule:
    """How a corrected key field is recognised: same values of ``same``, and exactly one case whose clock date is within ``within_days``."""

    same: tuple[str, ...]
    within_days: int


@dataclass(frozen=True)
class Milestone:
    """A dated event of a case. ``field`` is an instant or a date (then it has no minutes from the clock).

    ``sooner_is_better``: whether care aims at it, so that the soonest providers are the best. ``reference`` names the measure whose national
    value is that of the median of the minutes from the clock (in its own unit: minutes, hours or days).
    """

    name: str
    field: str
    title: str
    sooner_is_better: bool = True
    reference: str | None = None


@dataclass(frozen=True)
class DueStage:
    """Fields of this stage are due once ``reached`` is true, or ``after_days`` have passed since the clock."""

    name: str
    title: str
    reached: Expression
    after_days: int


@dataclass(frozen=True)
class Expectation:
    """When a sender's submission for a period is due: so many days after the end of each ``grain`` (month, quarter)."""

    grain: str
    due_after_days: int


@dataclass(frozen=True)
class HoldPolicy:
    """A ``replace period`` that would withdraw more than this is held until somebody approves it."""

    records: int = 20
    share: float = 0.2


@dataclass(frozen=True)
class Dataset:
    """One version of one dataset.

    ``record_key`` are the fields that name a record at its site; ``site_field`` the field with the site's code; ``clock`` the
    (derived) field with the case's start, ``clock_day`` the one with its day where the time of day may be unknown; ``local_key`` the field by which the sender finds the record again.
    ``case_link`` and ``collapse`` say how the records of several teams become one case (None: a record is a case).
    ``rule_version`` is raised when a rule changes: rules say since and until which version they hold.
    ``clear_token`` in a cell empties the stored value. ``row_limit`` and ``size_limit_bytes`` refuse a file.
    """

    name: str
    version: str
    title: str
    description: str
    kind: DatasetKind
    fields: tuple[Field, ...]
    derived: tuple[Derived, ...] = ()
    rules: tuple[Rule, ...] = ()
    pair_rules: tuple[PairRule, ...] = ()
    rule_version: int = 1
    record_key: tuple[str, ...] = ()
    match_rule: MatchRule | None = None
    case_link: CaseLink | None = None
    collapse: Collapse | None = None
    clock: str | None = None
    clock_day: str | None = None
    site_field: str | None = None
    local_key: str | None = None
    milestones: tuple[Milestone, ...] = ()
    stages: tuple[DueStage, ...] = ()
    expectation: Expectation | None = None
    default_mode: Mode = Mode.UPSERT
    hold_policy: HoldPolicy = HoldPolicy()
    clear_token: str = "[CLEAR]"
    size_limit_bytes: int = 100_000_000
    row_limit: int = 1_000_000
    date_formats: tuple[str, ...] = ("%d/%m/%Y",)
    datetime_formats: tuple[str, ...] = DATETIME_FORMATS
    codes_separator: str = ";"
    code_rule_id: str = "COD"  # the id of the rule "every value is in its code list", where a reference gives it one

    @cached_property
    def field_by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @property
    def day_clock(self) -> str | None:
        """The field that tells on which day a case started, whether or not the time of day is known."""
        return self.clock_day or self.clock

    @cached_property
    def stored_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.is_stored)

    def due_after_days(self, name: str) -> int:
        """Days after the clock's start by which a field is due, a derived one as soon as the first field that it reads; 0 where no stage tells."""
        if name in self._derived_by_name:
            return min(map(self.due_after_days, self._derived_by_name[name].expression.field_names()), default=0)
        item = self.field_by_name.get(name)
        return next((stage.after_days for stage in self.stages if item is not None and stage.name == item.due), 0)

    @cached_property
    def _derived_by_name(self) -> dict[str, Derived]:
        return {item.name: item for item in self.derived}

    def rules_at(self, version: int) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.is_active(version))

    def pair_rules_at(self, version: int) -> tuple[PairRule, ...]:
        return tuple(rule for rule in self.pair_rules if rule.is_active(version))

    @property
    def stated_rules(self) -> tuple[Rule | PairRule | CaseRule, ...]:
        """All that do not follow from fields: of one record, of two cases, between the records of a case."""
        return (*self.rules, *self.pair_rules, *(self.case_link.rules if self.case_link else ()))

    @cached_property
    def standard_layout(self) -> Layout:
        columns = tuple(Column(f.header, f.name, synonyms=f.synonyms) for f in self.fields)
        formats = {"date_formats": self.date_formats, "datetime_formats": self.datetime_formats}
        return Layout(f"{self.name}_standard", self.name, columns, **formats, codes_separator=self.codes_separator)


@dataclass(frozen=True)
class Pathway:
    """A care pathway as a folder: its datasets, layouts and measures.

    ``cases`` names the dataset whose records become cases (None for a pathway that only has published results).
    ``outlier_policies`` say which of its measures may make an organisation a period outlier.
    ``organisation_lists`` are the published lists by which its organisations can be imported.
    ``simulation`` says how made-up cases come about, for demonstrations and tests.
    ``not_computed`` are results that readers may look for, with the reason why no measure gives them.
    ``case_mix`` are the models by which outcomes of different patients become comparable.
    ``change_ideas`` begin the vocabulary of the changes that its leads try.
    """

    name: str
    title: str
    description: str
    datasets: tuple[Dataset, ...] = ()
    cases: str | None = None
    layouts: tuple[Layout, ...] = ()
    measures: tuple[Measure, ...] = ()
    outlier_policies: tuple[OutlierPolicy, ...] = ()
    simulation: Simulation | None = None
    organisation_lists: tuple[OrganisationList, ...] = ()
    not_computed: tuple[NotComputed, ...] = ()
    case_mix: tuple[CaseMixModel, ...] = ()
    change_ideas: tuple[ChangeIdea, ...] = ()

    @property
    def case_dataset(self) -> Dataset | None:
        return next((d for d in self.datasets if d.name == self.cases), None)

    def credit_of(self, measure: Measure) -> Credit:
        """Whom the measure credits: where no case has records of several teams, each case is its own team's."""
        has_teams = self.case_dataset is not None and self.case_dataset.case_link is not None
        return measure.credit if has_teams else Credit.CASE

    def measures_by_credit(self) -> dict[tuple[Credit, str], tuple[Measure, ...]]:
        """The measures that are computed from cases, by whom they credit and by the field by whose date they count."""
        found: dict[tuple[Credit, str], tuple[Measure, ...]] = {}
        for measure in self.measures:
            if measure.index_date:
                key = self.credit_of(measure), measure.index_date
                found[key] = (*found.get(key, ()), measure)
        return found

    def matures_after_days(self, measure: Measure) -> int:
        """Days after a period's end on which the measure's results are final: those that it declares, and no less than what it needs is due after.

        Else the last months would look worse than they are by what nobody had to send yet.
        """
        return matures_after_days(measure, self.case_dataset)


def matures_after_days(measure: Measure, dataset: Dataset | None) -> int:
    """``Pathway.matures_after_days`` of a measure over the cases of ``dataset``."""
    if dataset is None or measure.index_date is None:
        return measure.matures_after_days
    due = max((dataset.due_after_days(name) for name in measure.needs), default=0)
    return max(measure.matures_after_days, due - dataset.due_after_days(measure.index_date))
