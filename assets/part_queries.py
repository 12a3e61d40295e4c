"""The SQL of the parts of measures: from a pathway's declarations to one query over its cases or its teams' records.

Belongs here: what a month of a site, or of a set of teams, adds. Does not belong here: writing it (``assets.measure_parts``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Double,
    FromClause,
    Integer,
    Numeric,
    Select,
    Subquery,
    Text,
    and_,
    cast,
    column,
    func,
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

from schemas.datasets import Pathway
from schemas.expressions import Constant, Expression
from schemas.measures import Credit, Measure, MeasureKind
from warehouse.case_source import DEATHS_COVERED_TO, TODAY, as_of, is_counted, measured_source
from warehouse.compile_sql import SqlCompiler
from warehouse.detail_tables import detail_table, team_record_table
from warehouse.pathway_tables import organisation, pathway_case
from warehouse.stale import STALE, field_names, start_of

STALE_TABLE = table(STALE, *(column(name) for name in ("pathway_name", "organisation_code", "period_grain", "period_start")))
EVER = cast(literal_column("'9999-12-31'"), Date)  # as if deaths were known for good


def stale_months(pathway_name: str) -> Select:
    """(code, month) of the stale months of sites and teams, and of providers, which can be sites."""
    return (
        select(STALE_TABLE.c.organisation_code.label("code"), STALE_TABLE.c.period_start.label("month"))
        .join(organisation, organisation.c.organisation_code == STALE_TABLE.c.organisation_code)
        .where(STALE_TABLE.c.pathway_name == pathway_name, STALE_TABLE.c.period_grain == "month")
        .where(organisation.c.organisation_kind.not_in(("region", "network", "nation")))
    )


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

    place: tuple[str, ...] = ("site_code", "period_start", "provider_code")

    def __init__(self, pathway: Pathway, credit: Credit, measures: tuple[Measure, ...], today: date):
        self.pathway, self.measures, self.index_date = pathway, measures, measures[0].index_date
        self.named = CaseColumns.of(measures)
        self.source, columns = measured_source(pathway, credit)
        self.unit = columns["team_record_id" if credit is Credit.TEAM_RECORD else "case_id"]
        self.columns = {**columns, TODAY: as_of(today)}
        self.compiler = SqlCompiler(self.columns)
        self.when_known = SqlCompiler({**self.columns, DEATHS_COVERED_TO: EVER})

    def parts(self) -> Select:
        cases = self._cases().cte("cases").prefix_with("MATERIALIZED")
        places = self._places(cases).cte("places").prefix_with("MATERIALIZED")
        rows = [select(*(places.c[name] for name in (*self.place, "case_count")), *self._row(places, k)) for k in range(len(self.measures))]
        return select(union_all(*rows).subquery("part"))

    def _row(self, places: CTE, k: int) -> Iterator[ColumnElement]:
        yield cast(literal_column(f"'{self.measures[k].name}'"), Text).label("measure_name")
        yield from (places.c[f"{name}_{k}"].label(name) for name in COUNTS)

    # -- each case ---------------------------------------------------------------------------------------------------
    def _cases(self) -> Select:
        truths = {
            name: truth for measure, named in zip(self.measures, self.named, strict=True) for name, truth in self._of_case(measure, named)
        }
        made = [truth.label(name) for name, truth in truths.items()]
        touched = self._touched().cte("touched").prefix_with("MATERIALIZED")
        source = self.source.join(touched, touched.c.unit == self.unit)
        counted = and_(pathway_case.c.pathway_name == self.pathway.name, is_counted())
        return select(*(touched.c[name] for name in self.place), *made, *self._fields()).select_from(source).where(counted)

    def _touched(self) -> Select:
        """What counts in a stale month of its site: ``unit``, by which it is found in the source, and the columns of ``place``."""
        detail = detail_table(self.pathway)
        is_record = self.unit.name == "team_record_id"
        source = self.unit.table if is_record else detail.join(pathway_case, pathway_case.c.case_id == detail.c.case_id)
        return self._in_stale_months(source, self.columns)

    def _in_stale_months(self, source: FromClause, columns: Mapping[str, ColumnElement], *conditions: ColumnElement) -> Select:
        """``unit, site_code, provider_code, period_start``, by the index date.

        In two steps: what sites with stale months have between the first and the last of them, then what is in the months. In one the server takes the
        months of all stale sites first, and compares each with every case of the network that falls into it.
        """
        day, months = columns[self.index_date], self._months()
        found = select(
            columns[self.unit.name].label("unit"),
            columns["site_code"],
            columns["provider_code"],
            start_of("month", day).label("period_start"),
        )
        here = columns["site_code"].in_(select(months.c.code))
        there = found.select_from(source).where(here, *self._in_reach(day), *conditions).cte("of_stale_sites").prefix_with("MATERIALIZED")
        return select(there).join(months, and_(months.c.code == there.c.site_code, months.c.month == there.c.period_start))

    def _months(self) -> Subquery:
        return stale_months(self.pathway.name).subquery("stale_month")

    def _in_reach(self, day: ColumnElement) -> list[ColumnElement]:
        """Between the first and the last stale month, so that an index finds them."""
        months = stale_months(self.pathway.name).subquery("reach")
        last = cast(func.max(months.c.month) + text("interval '1 month'"), Date)
        first, after = (select(bound).select_from(months).scalar_subquery() for bound in (func.min(months.c.month), last))
        return [day >= first, day < after]

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
        passed = self.columns["started_on"] + stage.after_days <= self.columns[TODAY]
        return or_(self.compiler.holds(stage.reached), passed)

    def _is_required(self, name: str) -> ColumnElement:
        """A field that is only asked for under a condition is needed only where that holds."""
        field = self.pathway.case_dataset.field_by_name.get(name)
        conditional = field is not None and isinstance(field.required, Expression) and not isinstance(field.required, Constant)
        return self.compiler.holds(field.required) if conditional else true()

    # -- each place ----------------------------------------------------------------------------------------------------
    def _places(self, cases: CTE) -> Select:
        counted = [item for k, measure in enumerate(self.measures) for item in self._of_place(cases, k, measure)]
        place = [cases.c[name] for name in self.place]
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


class SharedPartsBuilder(PartsBuilder):
    """The same of cases that belong to every team that had a part in them: a place is such a set of teams."""

    place = ("site_codes", "period_start", "provider_codes")

    def _touched(self) -> Select:
        """Cases in which a team with a stale month had a part, with all teams that had."""
        record, parts = team_record_table(self.pathway), self._parts().cte("stale_case").prefix_with("MATERIALIZED")
        codes = [
            func.array_agg(aggregate_order_by(code.distinct(), code)).label(f"{code.name}s")
            for code in (record.c.site_code, record.c.provider_code)
        ]
        found = select(parts.c.unit, parts.c.period_start, *codes).join(record, record.c.case_id == parts.c.unit)
        return found.where(self._credited(record.c)).group_by(parts.c.unit, parts.c.period_start)

    def _parts(self) -> Select:
        """The stale teams' parts in cases: ``unit`` and month of each case once."""
        record, detail = team_record_table(self.pathway).alias("part"), detail_table(self.pathway)
        columns = {**record.c, self.index_date: detail.c[self.index_date]}
        parts = self._in_stale_months(
            record.join(detail, detail.c.case_id == record.c.case_id), columns, self._credited(record.c)
        ).subquery()
        return select(parts.c.unit, parts.c.period_start).distinct()

    def _credited(self, columns) -> ColumnElement:
        credited = self.pathway.case_dataset.case_link.credited
        return true() if credited is None else SqlCompiler(dict(columns.items())).holds(credited)


def _count_of(condition: ColumnElement | None) -> ColumnElement:
    return func.count().filter(condition) if condition is not None else cast(literal_column("0"), BigInteger)


def _sum_of(value: ColumnElement, condition: ColumnElement, power: int = 1) -> ColumnElement:
    exact = cast(value, Numeric)  # sums of parts must not depend on their order
    return func.sum(exact if power == 1 else exact * exact).filter(condition)


def _total(cases: CTE, measure: Measure, is_in: ColumnElement, what: str) -> ColumnElement:
    flags = [cast(cases.c[f"{what}_{name}"], Integer) for name in measure.needs]
    total = sum(flags[1:], flags[0]) if flags else None
    return cast(func.coalesce(func.sum(total).filter(is_in), 0) if flags else literal_column("0"), BigInteger)
