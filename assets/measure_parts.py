"""What a month of a site adds to each measure: the only place where measures read cases.

Belongs here: the SQL from a pathway's declarations, and writing the parts of stale months. Does not belong here: putting parts
together into results (``assets.measure_results``).
A refresh evaluates the cases of the months that changed, however long the history and however large the network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Double,
    Integer,
    Numeric,
    Select,
    Text,
    and_,
    cast,
    column,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    table,
    text,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from schemas.datasets import Pathway
from schemas.expressions import Constant, Expression
from schemas.measures import Credit, Measure, MeasureKind
from warehouse.case_source import DEATHS_COVERED_TO, is_counted, measured_source
from warehouse.compile_sql import SqlCompiler
from warehouse.stale import STALE, field_names, index_dates, start_of
from warehouse.tables import measure_part, organisation, pathway_case

STALE_TABLE = table(STALE, *(column(name) for name in ("pathway_name", "organisation_code", "period_grain", "period_start")))
EVER = cast(literal_column("'9999-12-31'"), Date)  # as if deaths were known for good
MEASURES_A_QUERY = 60  # a SELECT list has at most 1664 columns
PLACE = ("site_code", "period_start", "provider_code")


def write_parts(connection: Connection, pathway: Pathway, today: date) -> None:
    """Replace the parts of the stale months of the pathway's sites by what their cases say today."""
    if not pathway.case_dataset:
        return
    mine = measure_part.c.measure_name.in_([measure.name for measure in pathway.measures])
    months = _stale_months(pathway.name).subquery()
    connection.execute(
        measure_part.delete().where(mine, measure_part.c.site_code == months.c.code, measure_part.c.period_start == months.c.month)
    )
    for credit in Credit:
        for name in index_dates(pathway.measures, credit):
            for statement in _statements(pathway, credit, name, today):
                connection.exec_driver_sql(statement)


def _stale_months(pathway_name: str) -> Select:
    return (
        select(STALE_TABLE.c.organisation_code.label("code"), STALE_TABLE.c.period_start.label("month"))
        .join(organisation, organisation.c.organisation_code == STALE_TABLE.c.organisation_code)
        .where(STALE_TABLE.c.pathway_name == pathway_name, STALE_TABLE.c.period_grain == "month")
        .where(organisation.c.organisation_kind.not_in(("region", "network", "nation")))
    )


@lru_cache(maxsize=64)
def _statements(pathway: Pathway, credit: Credit, index_date: str, today: date) -> tuple[str, ...]:
    """INSERTs of the parts of all measures of the credit that count by ``index_date``, as SQL text: made once a day, not once a refresh."""
    measures = [measure for measure in pathway.measures if measure.index_date == index_date and measure.credit is credit]
    some = range(0, len(measures), MEASURES_A_QUERY)
    return tuple(_statement(pathway, tuple(measures[k : k + MEASURES_A_QUERY]), today) for k in some)


def _statement(pathway: Pathway, measures: tuple[Measure, ...], today: date) -> str:
    builder = PartsBuilder(pathway, measures, today)
    names = [*PLACE, "case_count", "measure_name", *COUNTS]
    filled = insert(measure_part).from_select(names, builder.parts())
    return str(filled.compile(dialect=PGDialect_psycopg(), compile_kwargs={"literal_binds": True}))


COUNTS = (
    "cohort_count", "denominator", "waiting_count", "numerator", "value_count", "value_sum", "value_square_sum", "sorted_values",
    "needed_count", "filled_count",
)  # fmt: skip


@dataclass(frozen=True)
class CaseColumns:
    """Names of a measure's columns in the layer of cases; None where it has none. Measures that ask the same share a column."""

    cohort: str
    denominator: str
    waiting: str | None
    numerator: str | None
    value: str | None

    @classmethod
    def of(cls, measures: Sequence[Measure]) -> list[CaseColumns]:
        named: dict[tuple, str] = {}
        return [cls._of(measure, k, named) for k, measure in enumerate(measures)]

    @classmethod
    def _of(cls, measure: Measure, k: int, named: dict[tuple, str]) -> CaseColumns:
        kept = (measure.cohort, *(exclusion.condition for exclusion in measure.exclusions))

        def name(word: str, *asked) -> str:
            return named.setdefault((word, *asked), f"{word}_{k}")

        return cls(
            name("cohort", measure.cohort),
            name("denominator", kept),
            name("waiting", kept) if DEATHS_COVERED_TO in field_names(measure) else None,
            name("numerator", kept, measure.numerator) if measure.numerator is not None else None,
            name("value", measure.value) if measure.value is not None else None,
        )


class PartsBuilder:
    """One query in three layers: truths and values of each case (or team's record), then aggregates of each place, then a row a measure.

    The measures have one index date and one credit.
    """

    def __init__(self, pathway: Pathway, measures: tuple[Measure, ...], today: date):
        self.pathway, self.measures, self.today = pathway, measures, today
        self.index_date, credit = measures[0].index_date, measures[0].credit
        self.named = CaseColumns.of(measures)
        self.source, self.columns = measured_source(pathway, credit)
        self.compiler = SqlCompiler(self.columns)
        self.when_known = SqlCompiler({**self.columns, DEATHS_COVERED_TO: EVER})

    def parts(self) -> Select:
        cases = self._cases().cte("cases").prefix_with("MATERIALIZED")
        places = self._places(cases).cte("places").prefix_with("MATERIALIZED")
        rows = [select(*(places.c[name] for name in (*PLACE, "case_count")), *self._row(places, k)) for k in range(len(self.measures))]
        return select(union_all(*rows).subquery("part"))

    def _row(self, places: CTE, k: int) -> Iterator[ColumnElement]:
        yield cast(literal_column(f"'{self.measures[k].name}'"), Text).label("measure_name")
        yield from (places.c[f"{name}_{k}"].label(name) for name in COUNTS)

    # -- each case ---------------------------------------------------------------------------------------------------
    def _cases(self) -> Select:
        day = self.columns[self.index_date]
        months = _stale_months(self.pathway.name).subquery("stale_month")
        month = start_of("month", day)
        first, after = (
            select(bound).select_from(months).scalar_subquery()
            for bound in (func.min(months.c.month), cast(func.max(months.c.month) + text("interval '1 month'"), Date))
        )
        truths = {name: truth for measure, named in zip(self.measures, self.named, strict=True) for name, truth in self._of_case(measure, named)}
        made = [truth.label(name) for name, truth in truths.items()]
        return (
            select(self.columns["site_code"], month.label("period_start"), self.columns["provider_code"], *made, *self._fields())
            .select_from(self.source.join(months, and_(months.c.code == self.columns["site_code"], months.c.month == month)))
            .where(pathway_case.c.pathway_name == self.pathway.name, is_counted(), day >= first, day < after)
        )

    def _of_case(self, measure: Measure, named: CaseColumns) -> Iterator[tuple[str, ColumnElement]]:
        cohort = self.compiler.holds(measure.cohort) if measure.cohort is not None else true()
        is_in = and_(cohort, *self._kept(self.compiler, measure))
        yield named.cohort, cohort
        yield named.denominator, is_in
        if named.waiting:
            yield named.waiting, and_(cohort, ~is_in, *self._kept(self.when_known, measure))
        if named.numerator:
            yield named.numerator, and_(is_in, self.compiler.holds(measure.numerator))
        if named.value:
            yield named.value, cast(func.coalesce(self.compiler.compile(measure.value)), Double)

    @staticmethod
    def _kept(compiler: SqlCompiler, measure: Measure) -> list[ColumnElement]:
        return [~compiler.holds(exclusion.condition) for exclusion in measure.exclusions]

    def _fields(self) -> Iterator[ColumnElement]:
        for name in dict.fromkeys(name for measure in self.measures for name in measure.needs):
            if name not in self.columns:
                raise KeyError(f"the pathway {self.pathway.name} has no stored field {name!r}, which a measure needs; correct its needs")
            due = and_(self._is_due(name), self._is_required(name))
            yield due.label(f"due_{name}")
            yield and_(due, self.columns[name].is_not(null())).label(f"filled_{name}")

    def _is_due(self, name: str) -> ColumnElement:
        dataset = self.pathway.case_dataset
        field = dataset.field_by_name.get(name)
        stage = next((stage for stage in dataset.stages if field is not None and stage.name == field.due), None)
        if stage is None or stage.after_days == 0:
            return true()
        passed = self.columns["started_on"] + stage.after_days <= cast(literal_column(f"'{self.today.isoformat()}'"), Date)
        return or_(self.compiler.holds(stage.reached), passed)

    def _is_required(self, name: str) -> ColumnElement:
        """A field that is only asked for under a condition is needed only where that holds."""
        field = self.pathway.case_dataset.field_by_name.get(name)
        conditional = field is not None and isinstance(field.required, Expression) and not isinstance(field.required, Constant)
        return self.compiler.holds(field.required) if conditional else true()

    # -- each place ----------------------------------------------------------------------------------------------------
    def _places(self, cases: CTE) -> Select:
        counted = [item for k, measure in enumerate(self.measures) for item in self._of_place(cases, k, measure)]
        place = [cases.c[name] for name in PLACE]
        return select(*place, func.count().label("case_count"), *counted).group_by(*place)

    def _of_place(self, cases: CTE, k: int, measure: Measure) -> Iterator[ColumnElement]:
        named = self.named[k]
        is_in, value = cases.c[named.denominator], cases.c[named.value] if named.value else None
        has_value = and_(is_in, value.is_not(null())) if value is not None else None
        yield _count_of(cases.c[named.cohort]).label(f"cohort_count_{k}")
        yield _count_of(is_in).label(f"denominator_{k}")
        yield _count_of(cases.c[named.waiting] if named.waiting else None).label(f"waiting_count_{k}")
        yield _count_of(cases.c[named.numerator] if named.numerator else None).label(f"numerator_{k}")
        yield _count_of(has_value).label(f"value_count_{k}")
        yield (_sum_of(value, has_value) if value is not None else cast(null(), Numeric)).label(f"value_sum_{k}")
        yield (_sum_of(value, has_value, 2) if value is not None else cast(null(), Numeric)).label(f"value_square_sum_{k}")
        is_median = measure.kind is MeasureKind.MEDIAN
        listed = func.array_agg(aggregate_order_by(value, value)).filter(has_value) if is_median else null()
        yield cast(listed, ARRAY(Double)).label(f"sorted_values_{k}")
        yield _total(cases, measure, is_in, "due").label(f"needed_count_{k}")
        yield _total(cases, measure, is_in, "filled").label(f"filled_count_{k}")


def _count_of(condition: ColumnElement | None) -> ColumnElement:
    return func.count().filter(condition) if condition is not None else cast(literal_column("0"), BigInteger)


def _sum_of(value: ColumnElement, condition: ColumnElement, power: int = 1) -> ColumnElement:
    exact = cast(value, Numeric)  # sums of parts must not depend on their order
    return func.sum(exact if power == 1 else exact * exact).filter(condition)


def _total(cases: CTE, measure: Measure, is_in: ColumnElement, what: str) -> ColumnElement:
    flags = [cast(cases.c[f"{what}_{name}"], Integer) for name in measure.needs]
    total = sum(flags[1:], flags[0]) if flags else None
    return cast(func.coalesce(func.sum(total).filter(is_in), 0) if flags else literal_column("0"), BigInteger)
