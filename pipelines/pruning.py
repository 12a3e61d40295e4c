"""Runs of long ago: deleted with their events, so that Dagster's database does not grow for ever.

Belongs here: which runs may go, and the job that lets them go. Does not belong here: when (``pipelines.schedules``), the retention of
ticks, which is Dagster's own (``pipelines.instance``). Nothing of the warehouse is touched: its ledger tells of every submission.

A run stays however old it is while the graph still shows it: as the latest materialization of an asset or one of its partitions, or as
the latest evaluation of a check. The runs of one submission go together, for the number of the next attempt is counted from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dagster import (
    AssetKey,
    DagsterEventType,
    DagsterInstance,
    DagsterRunStatus,
    EventRecordsFilter,
    JobDefinition,
    Nothing,
    Out,
    RunRecord,
    RunsFilter,
    job,
    op,
)
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from sqlalchemy import delete, func, select

from assets.definitions import SUBMISSION_TAG

PRUNE = "delete_old_runs"
MOST_A_DAY = 2_000  # at some 20 ms each well under a minute of one worker; a larger backlog goes over days
PAGE = 200
FINISHED = (DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED)


@dataclass(frozen=True)
class Pruned:
    """``deleted`` runs; ``shown`` ones as old that stay because the graph shows them or their submission; ``is_cut``: more may go tomorrow."""

    deleted: int = 0
    shown: int = 0
    is_cut: bool = False


def prune_runs(instance: DagsterInstance, now: datetime, keep_days: int, most: int = MOST_A_DAY) -> Pruned:
    """Delete runs that ended more than ``keep_days`` days before ``now`` (0: none), the oldest first, with their events and checks."""
    if keep_days <= 0:
        return Pruned()
    before, shown = (now - timedelta(days=keep_days)).astimezone(UTC), shown_runs(instance)
    chosen: dict[str, None] = {}
    stay = 0
    for record in _old_runs(instance, before):
        if record.dagster_run.run_id in chosen:
            continue
        together = _together(instance, record)
        if all(_may_go(one, before, shown) for one in together):
            chosen |= dict.fromkeys(one.dagster_run.run_id for one in together)
        else:
            stay += 1
        if len(chosen) >= most:
            break
    _delete(instance, list(chosen))
    return Pruned(len(chosen), stay, len(chosen) >= most)


def shown_runs(instance: DagsterInstance) -> set[str]:
    """Runs that made what the graph shows: the latest materialization of each asset and partition, the latest evaluation of each check."""
    shown = {run_id for key in instance.all_asset_keys() for run_id in _latest_of(instance, key)}
    checks = AssetCheckExecutionsTable.c
    latest = select(func.max(checks.id)).group_by(checks.asset_key, checks.check_name, checks.partition)
    with instance.event_log_storage.index_connection() as connection:
        return shown | set(connection.scalars(select(checks.run_id).where(checks.id.in_(latest))))


def _latest_of(instance: DagsterInstance, key: AssetKey) -> Iterator[str]:
    latest = instance.get_latest_materialization_event(key)
    if latest is not None:
        yield latest.run_id
    made = DagsterEventType.ASSET_MATERIALIZATION
    ids = list(instance.event_log_storage.get_latest_storage_id_by_partition(key, made).values())
    for start in range(0, len(ids), PAGE):
        some = EventRecordsFilter(made, asset_key=key, storage_ids=ids[start : start + PAGE])
        yield from (record.event_log_entry.run_id for record in instance.event_log_storage.get_event_records(some, limit=PAGE))


def _old_runs(instance: DagsterInstance, before: datetime) -> Iterator[RunRecord]:
    """Oldest first. Nothing may be deleted meanwhile: a page begins after the last run of the page before."""
    cursor = None
    while page := instance.get_run_records(RunsFilter(statuses=FINISHED, updated_before=before), limit=PAGE, cursor=cursor, ascending=True):
        yield from page
        cursor = page[-1].dagster_run.run_id


def _together(instance: DagsterInstance, record: RunRecord) -> Sequence[RunRecord]:
    submission = record.dagster_run.tags.get(SUBMISSION_TAG)
    return instance.get_run_records(RunsFilter(tags={SUBMISSION_TAG: submission})) if submission else [record]


def _may_go(record: RunRecord, before: datetime, shown: set[str]) -> bool:
    run = record.dagster_run
    return run.status in FINISHED and record.update_timestamp.timestamp() < before.timestamp() and run.run_id not in shown


def _delete(instance: DagsterInstance, run_ids: list[str]) -> None:
    """Dagster leaves a deleted run's evaluations of checks where they are; they go first, so that a crash between leaves nothing behind."""
    for run_id in run_ids:
        with instance.event_log_storage.index_connection() as connection:
            connection.execute(delete(AssetCheckExecutionsTable).where(AssetCheckExecutionsTable.c.run_id == run_id))
        instance.delete_run(run_id)


def pruning_job() -> JobDefinition:
    """Deletes what is older than the setting ``keep_runs_days``, and says how much on its own run."""

    @op(
        name="prune", out=Out(Nothing), required_resource_keys={"house"}, description="Deletes finished runs of long ago with their events."
    )
    def prune(context):
        settings = context.resources.house.settings
        pruned = prune_runs(context.instance, settings.clock(), settings.keep_runs_days)
        context.log.info(
            f"deleted {pruned.deleted} runs that ended more than {settings.keep_runs_days} days ago; {pruned.shown} as old are still shown"
        )
        told = {"deleted_runs": str(pruned.deleted), "shown_runs": str(pruned.shown), **({"more": "tomorrow"} if pruned.is_cut else {})}
        context.instance.add_run_tags(context.run_id, told)

    @job(name=PRUNE, description="Deletes finished runs of long ago with their events; what the graph shows stays.", tags={"sender": PRUNE})
    def delete_old_runs() -> None:
        prune()

    return delete_old_runs
