"""The queue of stale cells: what has to be computed again, and its working off.

Belongs here: putting cells into ``intake.stale_cell``, set-wise, and taking what is visible out of it. Does not belong here:
computing (``assets.refresh``).
A cell is an organisation and a period. What happens at a site on a day touches the site, its provider, region and network,
by month, quarter and year. Results belong to today's organisations: a successor has the cases of those it took over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    FromClause,
    Select,
    Text,
    case,
    cast,
    delete,
    except_,
    func,
    insert,
    literal,
    select,
    text,
    true,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import array

from schemas.datasets import Pathway
from schemas.measures import Credit, Measure
from schemas.registry import Registry
from warehouse.case_source import DEATHS_COVERED_TO, case_source, team_record_source
from warehouse.detail_tables import detail_table
from warehouse.intake_tables import stale_cell
from warehouse.measurement_tables import measure_result, submitted_result
from warehouse.milestone_tables import milestone_result
from warehouse.pathway_tables import organisation, pathway_case
from warehouse.tables import GRAINS

LEVELS = ("site", "team", "provider", "region", "network")


def index_dates(pathway: Pathway, *credits: Credit, among: Iterable[Measure] | None = None) -> tuple[str, ...]:
    """The fields by whose date some measure of the pathway (of these credits, or of any; ``among`` these measures, or all) counts."""
    measures = pathway.measures if among is None else among
    return tuple(sorted({m.index_date for m in measures if m.index_date and pathway.credit_of(m) in (credits or Credit)}))


def _counts_cases(pathway: Pathway) -> bool:
    """Whether any result is computed from the pathway's cases."""
    return pathway.case_dataset is not None and bool(index_dates(pathway) or pathway.case_dataset.milestones)


# ------------------------------------------------------------------------------------------------ organisations
def organisation_levels(starts: Select) -> CTE:
    """(start_code, level_code, level_kind) for each code of ``starts`` (one column): every organisation whose results it is part of.

    An organisation that was taken over counts as its successor. Above a provider only members go on: they are pooled in
    their region and in the network, whatever the region's own parent.
    """
    given = starts.subquery()
    start = given.c[0]
    walk = select(start.label("start_code"), start.label("level_code")).cte("walk", recursive=True)
    here = organisation.alias("here")
    onward = func.unnest(_next_codes(here)).table_valued("code").lateral("onward").render_derived()
    joined = walk.join(here, here.c.organisation_code == walk.c.level_code).join(onward, true())
    step = select(walk.c.start_code, onward.c.code).select_from(joined)
    walk = walk.union(step.where(onward.c.code.is_not(None)))
    level = organisation.alias("level")
    found = select(walk.c.start_code, walk.c.level_code, level.c.organisation_kind.label("level_kind")).join(
        level, level.c.organisation_code == walk.c.level_code
    )
    return found.where(level.c.successor_code.is_(None), level.c.organisation_kind.in_(LEVELS)).cte("organisation_level")


def _next_codes(here: FromClause) -> ColumnElement:
    """One step from an organisation: its successor if it has one, else its parent and, for a member, the network."""
    is_provider = here.c.organisation_kind == "provider"
    parent = case((~is_provider | here.c.is_member, here.c.parent_code))
    network = (
        select(func.array_agg(organisation.c.organisation_code)).where(organisation.c.organisation_kind == "network").scalar_subquery()
    )
    up = func.array_append(case((is_provider & here.c.is_member, network), else_=array([], type_=Text())), parent, type_=ARRAY(Text))
    return case((here.c.successor_code.is_not(None), array([here.c.successor_code])), else_=up)


def start_of(grain, day):
    """First day of the period of ``grain`` (an SQL expression or a text) in which ``day`` lies."""
    return cast(func.date_trunc(grain, cast(day, DateTime)), Date)


# ------------------------------------------------------------------------------------------------ queueing
def queue_cells(connection: Connection, pathway: Pathway, site_days: Select, submission_id: str | None) -> int:
    """Queue every cell that the rows (organisation_code, date) of ``site_days`` are part of; return how many.

    One INSERT ... SELECT DISTINCT, for one row as for a hundred thousand. Rows with a missing code or date touch nothing.
    """
    given = site_days.subquery("given")
    code, day = given.c[0], given.c[1]
    month = (
        select(code.label("code"), start_of("month", day).label("month")).where(code.is_not(None), day.is_not(None)).distinct().cte("month")
    )
    levels = organisation_levels(select(month.c.code).distinct())
    cells = union(
        select(month.c.code.label("organisation_code"), month.c.month),
        select(levels.c.level_code, month.c.month).join_from(month, levels, levels.c.start_code == month.c.code),
    ).subquery("cell")
    grain = _grains()
    rows = select(
        literal(pathway.name, Text), cells.c.organisation_code, grain.c.grain, start_of(grain.c.grain, cells.c.month), literal(submission_id, Text)
    ).distinct().select_from(cells.join(grain, true()))  # fmt: skip
    names = ["pathway_name", "organisation_code", "period_grain", "period_start", "submission_id"]
    written = connection.execute(insert(stale_cell).from_select(names, rows), execution_options={"preserve_rowcount": True})
    return written.rowcount


def queue_for_cases(connection: Connection, pathway: Pathway, case_ids: Select, submission_id: str | None) -> int:
    """Queue the cells of the cases of ``case_ids`` (one column) as they are now. Called once before and once after a change.

    Where neither measures nor milestones are computed from the pathway's cases, no cell has anything of them.
    """
    if not _counts_cases(pathway):
        return 0
    return queue_cells(connection, pathway, _months_of(pathway, pathway_case.c.case_id.in_(case_ids)), submission_id)


def queue_all(connection: Connection, registry: Registry) -> int:
    """Queue all cells that have cases, submitted results or results: after organisations, members or definitions have changed."""
    return sum(queue_pathway(connection, pathway) for pathway in registry.pathways)


def queue_pathway(connection: Connection, pathway: Pathway) -> int:
    """Queue all cells of one pathway."""
    submitted = select(submitted_result.c.organisation_code, submitted_result.c.period_start).where(
        submitted_result.c.measure_name.in_([measure.name for measure in pathway.measures])
    )
    sources = [submitted, *([_months_of(pathway, true())] if _counts_cases(pathway) else [])]
    return queue_cells(connection, pathway, select(union_all(*sources).subquery("source")), None) + _queue_shown(connection, pathway)


def _queue_shown(connection: Connection, pathway: Pathway) -> int:
    """Queue the cells for which anything is shown: what nothing belongs to any more, a region whose last member left, has to go."""
    cell = ("organisation_code", "period_grain", "period_start")
    measured = select(*(measure_result.c[name] for name in cell)).where(
        measure_result.c.measure_name.in_([measure.name for measure in pathway.measures])
    )
    reached = select(*(milestone_result.c[name] for name in cell)).where(milestone_result.c.pathway_name == pathway.name)
    queued = select(*(stale_cell.c[name] for name in cell)).where(stale_cell.c.pathway_name == pathway.name)
    left = except_(union(measured, reached), queued).subquery()
    rows = select(literal(pathway.name, Text), *left.c)
    written = connection.execute(
        insert(stale_cell).from_select(["pathway_name", *cell], rows), execution_options={"preserve_rowcount": True}
    )
    return written.rowcount


def queue_for_deaths(connection: Connection, registry: Registry, covered_before, submission_id: str | None) -> int:
    """Queue what changes when deaths are known for a longer time: cells whose cases were not yet final at ``covered_before``
    (the former last day covered, or None). The cases of persons whose death itself changed go through ``queue_for_cases``.
    """
    queued = 0
    for pathway in registry.pathways:
        readers = [measure for measure in pathway.measures if measure.index_date and DEATHS_COVERED_TO in field_names(measure)]
        if readers:
            months = _months_of(pathway, true(), readers).subquery()
            longest = max(pathway.matures_after_days(measure) for measure in readers)
            first = start_of("month", cast(literal(covered_before, Date), Date) - longest)
            since = true() if covered_before is None else months.c[1] >= first
            queued += queue_cells(connection, pathway, select(months).where(since), submission_id)
    return queued


def field_names(measure) -> tuple[str, ...]:
    """All fields that the measure's definition reads."""
    parts = (measure.cohort, measure.numerator, measure.value, *(exclusion.condition for exclusion in measure.exclusions))
    return tuple(dict.fromkeys(name for part in parts if part is not None for name in part.field_names()))


def _months_of(pathway: Pathway, condition: ColumnElement, measures: Iterable[Measure] | None = None) -> Select:
    """(organisation_code, first day of the month): where and when the cases count in the measures; in those of the pathway and its milestones if none
    are given.

    Sites and providers of the cases, and of the teams that measures credit beside or instead of the case's own. What is read is read once, and is few
    rows before it is spread over codes and dates.
    """
    reads = _reads_of(pathway, measures)
    return select(union_all(*(part for k, read in enumerate(reads) for part in _spread(*read, pathway, condition, k))).subquery("day"))


Read = tuple[FromClause, Mapping[str, ColumnElement], tuple[str, ...]]  # from what, its columns, the names of the dates


def _reads_of(pathway: Pathway, measures: Iterable[Measure] | None) -> Iterator[Read]:
    """Cases at their own place; every team by the dates of its own record, and by those of the case: as far as measures count so. Milestones count by
    the start of the case.
    """
    dates = {credit: index_dates(pathway, credit, among=measures) for credit in Credit}
    if dates[Credit.CASE]:
        yield *case_source(pathway), dates[Credit.CASE]
    if dates[Credit.TEAM_RECORD]:
        yield *team_record_source(pathway), dates[Credit.TEAM_RECORD]
    if names := dates[Credit.EVERY_TEAM]:
        source, columns = team_record_source(pathway)
        detail = detail_table(pathway)
        yield source.join(detail, detail.c.case_id == columns["case_id"]), {**columns, **{name: detail.c[name] for name in names}}, names
    if measures is None and pathway.case_dataset.milestones:
        yield pathway_case, pathway_case.c, ("started_on",)


def _spread(
    source: FromClause, columns: Mapping[str, ColumnElement], names: tuple[str, ...], pathway: Pathway, condition: ColumnElement, k: int
) -> Iterator[Select]:
    months = (start_of("month", columns[name]).label(f"month_{n}") for n, name in enumerate(names))
    query = select(columns["site_code"], columns["provider_code"], *months).select_from(source)
    found = query.where(pathway_case.c.pathway_name == pathway.name, condition).distinct().cte(f"months_{k}").prefix_with("MATERIALIZED")
    for code in ("site_code", "provider_code"):
        yield from (select(found.c[code].label("code"), found.c[f"month_{n}"].label("day")) for n in range(len(names)))


def _grains():
    return select(func.unnest(literal(list(GRAINS), ARRAY(Text))).label("grain")).subquery("grain")


# ------------------------------------------------------------------------------------------------ working off
STALE = "stale_now"


def take(connection: Connection) -> int:
    """Put the distinct cells of the queue into the temporary table ``stale_now`` and empty the queue; return how many cells.

    In a REPEATABLE READ transaction that sees one state of the queue: rows that are queued meanwhile stay for the next turn.
    """
    columns = ("pathway_name", "organisation_code", "period_grain", "period_start")
    distinct = str(select(*(stale_cell.c[name] for name in columns)).distinct())
    connection.execute(text(f"create temporary table {STALE} on commit drop as {distinct}"))
    connection.execute(delete(stale_cell))
    return connection.scalar(text(f"select count(*) from {STALE}"))
