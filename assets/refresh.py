"""Works off the queue of stale cells: results, benchmarks, charts, signals, swapped in one transaction.

Belongs here: who works, transactions, order. Does not belong here: what is computed (``assets.measure_results``,
``assets.benchmarks``, ``assets.charts``, ``assets.signals``).
One process works until the queue is empty, the others leave: whoever queues while it works is served by its next turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, exists, func, or_, select, text, update
from sqlalchemy.exc import OperationalError

from assets.aims import compute_aims
from assets.benchmarks import compute_benchmarks
from assets.case_mix import compute_case_mix
from assets.charts import compute_charts
from assets.effects import compute_effects
from assets.expected_submissions import watch_submissions
from assets.maturity import queue_matured
from assets.measure_results import compute_results
from assets.milestones import compute_milestones
from assets.outlier_moves import fall_due
from assets.outliers import compute_outliers
from assets.rare_events import compute_rare_events
from assets.result_frames import Moment
from assets.signals import settle_results
from assets.silence import close_silent
from schemas.registry import Registry
from warehouse.database import sqlstate, try_advisory_lock
from warehouse.intake_tables import stale_cell, submission
from warehouse.measure_definitions import sync_measures
from warehouse.milestone_definitions import sync_milestones
from warehouse.pathway_tables import organisation
from warehouse.planner_statistics import renew_statistics
from warehouse.stale import STALE, organisation_levels, queue_all, take
from warehouse.tables import EFFECTIVE_STATES

LOCK = "refresh"
CONFLICTS = ("40001", "40P01")  # somebody changed the same row, or a deadlock: the turn is done again
ATTEMPTS = 5
EMPTIED = (
    "measure_part", "shared_part", "measure_result", "benchmark", "funnel_limit", "funnel_dispersion", "spc_point", "rare_event_point",
    "case_mix_part", "standardised_result", "standardised_funnel_limit", "cusum_month",
    "milestone_part", "milestone_result", "improvement.action_effect", "improvement.change_idea_effect", "improvement.aim_progress",
)  # fmt: skip


@dataclass(frozen=True)
class RefreshOutcome:
    """What a refresh did, ``pathways``: whose results it computed. ``is_busy``: somebody else was at work and has taken it over."""

    cell_count: int = 0
    turn_count: int = 0
    raised_count: int = 0
    closed_count: int = 0
    as_of_submission: str | None = None
    is_busy: bool = False
    pathways: frozenset[str] = frozenset()


def refresh(engine: Engine, registry: Registry, now: datetime, network_code: str | None = None) -> RefreshOutcome:
    """Compute everything that is stale again until nothing is; leave at once if somebody is at it.

    The first refresh of a day first queues what time alone has changed, and looks for what is late. ``now`` (with zone) decides what is due and final. ``network_code`` is taken for the callers' sake: the network is the
    organisation of that kind. Raises what the database raises; the queue then still holds the cells.
    """
    outcome, begun = RefreshOutcome(), time.monotonic()
    is_first = _begin(engine, registry, now)
    while _is_waiting(engine):
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as holder, try_advisory_lock(holder, LOCK) as is_held:
            if not is_held:
                return RefreshOutcome(**{**vars(outcome), "is_busy": True})
            while _is_waiting(engine):
                outcome = _added(outcome, _turn(engine, registry, now))
                # for those who read what is new, others' runs too: views look up a cell at a time only where they are known to be many
                with engine.begin() as connection:
                    renew_statistics(connection)
    if is_first:
        close_silent(engine, registry, now)
        fall_due(engine, now)
    mark_refreshed(engine, _since(now, begun))
    return outcome


def _begin(engine: Engine, registry: Registry, now: datetime) -> bool:
    """Whether it is the first refresh of the day."""
    with engine.begin() as connection:
        sync_measures(connection, registry)
        sync_milestones(connection, registry)
        renew_statistics(connection)
    if queue_matured(engine, registry, now) is not None:
        watch_submissions(engine, registry, now)
        return True
    return False


def full_recompute(engine: Engine, registry: Registry, now: datetime) -> RefreshOutcome:
    """Empty the results and compute all of them from cases and submitted results, in one transaction. Waits for nobody's turn to end:
    raises RuntimeError if a refresh is at work.
    """
    begun = time.monotonic()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as holder, try_advisory_lock(holder, LOCK) as is_held:
        if not is_held:
            raise RuntimeError("a refresh is at work; try again when it has ended")
        _begin(engine, registry, now)
        outcome = _turn(engine, registry, now, before=lambda connection: _empty(connection, registry))
    mark_refreshed(engine, _since(now, begun))
    return outcome


def _since(now: datetime, begun: float) -> datetime:
    """The caller's time as it has moved on since ``begun``: results are fresh when they are written, not when the work on them begins."""
    return now + timedelta(seconds=time.monotonic() - begun)


def _empty(connection: Connection, registry: Registry) -> None:
    for name in EMPTIED:
        connection.execute(text(f"delete from {name if '.' in name else f'measurement.{name}'}"))
    queue_all(connection, registry)


def _is_waiting(engine: Engine) -> bool:
    with engine.connect() as connection:
        return connection.scalar(select(exists().select_from(stale_cell)))


def _added(one: RefreshOutcome, other: RefreshOutcome) -> RefreshOutcome:
    sums = {name: getattr(one, name) + getattr(other, name) for name in ("cell_count", "turn_count", "raised_count", "closed_count")}
    return RefreshOutcome(**sums, as_of_submission=other.as_of_submission, pathways=one.pathways | other.pathways)


def _turn(engine: Engine, registry: Registry, now: datetime, before: Callable[[Connection], None] | None = None) -> RefreshOutcome:
    """One transaction that sees one state of queue and data, done again if it meets another writer."""
    repeatable = engine.execution_options(isolation_level="REPEATABLE READ")
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with repeatable.begin() as connection:
                if before:
                    before(connection)
                return _work(connection, registry, now)
        except OperationalError as error:
            if sqlstate(error) not in CONFLICTS or attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _work(connection: Connection, registry: Registry, now: datetime) -> RefreshOutcome:
    moment = Moment(now, _latest_submission(connection))
    take(connection)
    _prepare(connection, registry)
    names = set(connection.scalars(text(f"select distinct pathway_name from {STALE}")))
    raised = closed = 0
    for pathway in (p for p in registry.pathways if p.name in names):
        compute_results(connection, pathway, moment)
        compute_milestones(connection, pathway, moment)
        compute_benchmarks(connection, pathway, moment)
        charts = compute_charts(connection, pathway)
        for settled in (
            settle_results(connection, pathway, charts, now),
            *(make(connection, pathway, moment) for make in (compute_rare_events, compute_case_mix)),
        ):
            raised, closed = raised + settled.raised, closed + settled.closed
        compute_outliers(connection, pathway, moment)
        compute_effects(connection, pathway, moment)
        compute_aims(connection, pathway, moment)
    count = connection.scalar(text(f"select count(*) from {STALE}"))
    return RefreshOutcome(count, 1, raised, closed, moment.as_of_submission, pathways=frozenset(names))


def _latest_submission(connection: Connection) -> str | None:
    query = select(submission.c.submission_id).where(submission.c.state.in_(EFFECTIVE_STATES))
    return connection.scalar(query.order_by(submission.c.arrival_number.desc()).limit(1))


def _prepare(connection: Connection, registry: Registry) -> None:
    """The levels of all organisations as a temporary table; submitted results touch what they are pooled into."""
    levels = organisation_levels(select(organisation.c.organisation_code))
    kind = select(organisation.c.organisation_kind).where(organisation.c.organisation_code == levels.c.start_code).scalar_subquery()
    query = select(levels, kind.label("start_kind"))
    made = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    connection.exec_driver_sql(f"create temporary table organisation_level_now on commit drop as {made}")
    pooled = [p.name for p in registry.pathways if any(m.is_submitted for m in p.measures)]
    connection.execute(text(EXPLODE), {"pathways": pooled})
    for name in (STALE, "organisation_level_now"):
        connection.execute(text(f"analyze {name}"))


EXPLODE = """
insert into stale_now
select distinct s.pathway_name, o.code, g.grain, date_trunc(g.grain, s.period_start::timestamp)::date
from stale_now s
cross join lateral (select s.organisation_code as code union select l.level_code from organisation_level_now l where l.start_code = s.organisation_code) o
cross join (values ('month', 1), ('quarter', 2), ('year', 3)) g(grain, length)
where s.pathway_name = any(:pathways) and g.length >= case s.period_grain when 'month' then 1 when 'quarter' then 2 else 3 end
except select pathway_name, organisation_code, period_grain, period_start from stale_now
"""


def mark_refreshed(engine: Engine, now: datetime) -> None:
    """Note of each submission whose cells are all done that its results are fresh. Found by state, so a crash loses no mark."""
    waiting = exists().where(stale_cell.c.submission_id == submission.c.submission_id)
    unmarked = or_(submission.c.refreshed_at.is_(None), submission.c.refreshed_at < submission.c.finished_at)
    with engine.begin() as connection:
        done = select(submission.c.submission_id).where(
            submission.c.state.in_((*EFFECTIVE_STATES, "withdrawn")), submission.c.finished_at.is_not(None), unmarked, ~waiting
        ).with_for_update(skip_locked=True)  # fmt: skip
        connection.execute(
            update(submission).where(submission.c.submission_id.in_(done)).values(refreshed_at=func.greatest(now, submission.c.finished_at))
        )
