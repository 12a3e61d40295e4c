"""What changes by time alone: results that become final, and fields that become due.

Belongs here: queueing the cells for which that has happened since the clock was last looked at. Does not belong here: computing
them (``assets.refresh``), when to look (``pipelines``). The last look is the latest effect ``change clock``.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, Date, Engine, Select, cast, func, insert, literal, or_, select, text, union

from schemas.datasets import Pathway
from schemas.registry import Registry
from warehouse.case_source import case_source, team_record_source
from warehouse.database import transaction_lock
from warehouse.intake_tables import effect
from warehouse.pathway_tables import pathway_case
from warehouse.stale import index_dates, queue_for_cases

CHANGE_CLOCK = "change clock"


def queue_matured(engine: Engine, registry: Registry, now: datetime, actor: str = "refresh") -> int | None:
    """Queue every cell whose result changes by the passing of time up to ``now``, and log the look; return how many cells.

    To be followed by a refresh. None if it has been done for the day: the second call queues nothing.
    """
    today = now.date()
    with engine.begin() as connection:
        transaction_lock(connection, CHANGE_CLOCK)
        last = _last_look(connection)
        if last is not None and last >= today:
            return None
        queued = sum(_queue_pathway(connection, pathway, last, today) for pathway in registry.pathways)
        connection.execute(
            insert(effect).values(
                kind=CHANGE_CLOCK, committed_at=now, actor=actor, detail={"looked_on": today.isoformat(), "queued": queued}
            )
        )
    return queued


def _last_look(connection: Connection) -> date | None:
    looked = cast(effect.c.detail["looked_on"].astext, Date)
    return connection.scalar(select(func.max(looked)).where(effect.c.kind == CHANGE_CLOCK))


def _queue_pathway(connection: Connection, pathway: Pathway, last: date | None, today: date) -> int:
    return _queue_final(connection, pathway, today) + (_queue_due(connection, pathway, last, today) if last else 0)


def _queue_final(connection: Connection, pathway: Pathway, today: date) -> int:
    """Cells with a result that is still called provisional although its day has come."""
    names = [measure.name for measure in pathway.measures]
    insert_cells = text(
        "insert into intake.stale_cell (pathway_name, organisation_code, period_grain, period_start) "
        "select distinct :pathway, organisation_code, period_grain, period_start from measurement.measure_result "
        "where is_provisional and matures_on <= :today and computed_at < :today and measure_name = any(:names)"
    )
    return connection.execute(insert_cells, {"pathway": pathway.name, "today": today, "names": names}).rowcount


def _queue_due(connection: Connection, pathway: Pathway, last: date, today: date) -> int:
    """Cells of cases with a stage that has come due since the last look: completeness counts its fields from then on."""
    days = _days_until_due(pathway)
    if not days or not index_dates(pathway):
        return 0
    return queue_for_cases(connection, pathway, _due_between(pathway, days, last, today), None)


def _due_between(pathway: Pathway, days: list[int], last: date, today: date) -> Select:
    """The cases, by their own clock or by that of one of their records."""
    sources = [case_source(pathway), *([team_record_source(pathway)] if pathway.case_dataset.case_link else [])]
    found = []
    for source, columns in sources:
        passed = [columns["started_on"].between(_day(last, -n + 1), _day(today, -n)) for n in days]
        found.append(select(columns["case_id"]).select_from(source).where(pathway_case.c.pathway_name == pathway.name, or_(*passed)))
    return select(union(*found).subquery("due"))


def _days_until_due(pathway: Pathway) -> list[int]:
    """After how many days from the clock some needed field becomes due."""
    dataset = pathway.case_dataset
    if dataset is None:
        return []
    stages = {dataset.field_by_name[name].due for m in pathway.measures for name in m.needs if name in dataset.field_by_name}
    return sorted({stage.after_days for stage in dataset.stages if stage.name in stages and stage.after_days > 0})


def _day(day: date, days: int):
    return cast(literal(day, Date), Date) + days
