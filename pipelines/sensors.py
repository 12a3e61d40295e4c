"""What starts runs: files in the landing area, submissions left behind, stale results.

Belongs here: deciding that a run is wanted. Does not belong here: claiming (``assets.landing``), which submissions want work
(``assets.ledger``), how runs are queued (``pipelines.instance``).

Two sensors look at the landing area in turns, so that one looks while Dagster hands over the runs of the other. State is in
the ledger, never in a cursor: a third sensor asks again for what is outstanding and has no run.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import cache

from dagster import (
    DagsterInstance,
    DagsterRunStatus,
    DefaultSensorStatus,
    RunRequest,
    RunsFilter,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    sensor,
)
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import TickStatus
from sqlalchemy import Row, select, text

from assets.definitions import PATHWAY_TAG, SENDER_TAG, SUBMISSION_TAG, Stream, streams
from pipelines.jobs import REFRESH, job_name
from pipelines.resources import House
from pipelines.routing import stream_of
from warehouse.intake_tables import submission

LOOK_SECONDS = 18.0
PAUSE_SECONDS = 0.2
BATCH = 25
LEFT_BEHIND_AFTER = timedelta(seconds=20)
STALE_AFTER = timedelta(seconds=30)
STALE_AFTER_WITH_RUNS = timedelta(seconds=90)  # a large file may keep a run busy for long, to which others have left their refresh
UNFINISHED_RUNS = [
    DagsterRunStatus.QUEUED, DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING,
]  # fmt: skip


def landing_sensor(name: str, house: House, every: tuple[Stream, ...], jobs: list) -> SensorDefinition:
    """Looks at the landing area for about 18 seconds, or until it has claimed something."""

    @cache
    def watch():
        from assets.landing import Watch  # late: it brings pandas, which a code server needs only once files come

        return Watch()

    @sensor(
        name=name, jobs=jobs, minimum_interval_seconds=1, default_status=DefaultSensorStatus.RUNNING,
        description="Claims complete files of the landing area and asks for a run for each.",
    )  # fmt: skip
    def look(context: SensorEvaluationContext) -> SensorResult:
        opened = house.open()
        claimed = claim_within(opened, watch(), LOOK_SECONDS)
        with opened.engine.connect() as connection:
            rows = list(
                connection.execute(select(submission).where(submission.c.submission_id.in_(claimed)).order_by(submission.c.arrival_number))
            )
        return request(context.instance, opened, rows, every)

    return look


def claim_within(context, watch, seconds: float) -> list[str]:
    """Looks again and again until something could be claimed; a batch at most, so that the evaluation stays short."""
    from assets.landing import claim_drops

    until = time.monotonic() + seconds
    while not (claimed := claim_drops(context, watch, limit=BATCH)) and time.monotonic() < until:
        time.sleep(PAUSE_SECONDS)
    return claimed


def outstanding_sensor(house: House, every: tuple[Stream, ...], jobs: list) -> SensorDefinition:
    """Crash repair: asks again for submissions that no run works on, and for a refresh when cells stay stale."""

    @sensor(
        name="left_behind", jobs=jobs, minimum_interval_seconds=5, default_status=DefaultSensorStatus.RUNNING,
        description="Asks for a new run for submissions that are outstanding and that no run works on.",
    )  # fmt: skip
    def repair(context: SensorEvaluationContext) -> SensorResult:
        opened = house.open()
        asked = request(context.instance, opened, left_behind(context.instance, opened), every)
        refreshes = [RunRequest(job_name=REFRESH)] if needs_refresh(context.instance, opened) else []
        return SensorResult(run_requests=[*asked.run_requests, *refreshes], dynamic_partitions_requests=asked.dynamic_partitions_requests)

    return repair


def left_behind(instance: DagsterInstance, context) -> list[Row]:
    """Outstanding submissions without an unfinished run and without a worker that holds them, a batch at most."""
    from assets.ledger import outstanding
    from warehouse.database import is_locked

    busy = _in_flight(instance)
    with context.engine.connect() as connection:
        old = [r for r in outstanding(connection) if r.submission_id not in busy and context.now() - r.received_at > LEFT_BEHIND_AFTER]
        return [row for row in old if not is_locked(connection, "submission", row.submission_id)][:BATCH]


def needs_refresh(instance: DagsterInstance, context) -> bool:
    """Whether cells have been stale for a while and no run is there that will see to them, or none has for too long."""
    with context.engine.connect() as connection:
        waited = connection.scalar(text("select now() - min(queued_at) from intake.stale_cell"))
    if waited is None or waited < STALE_AFTER:
        return False
    runs = RunsFilter(statuses=UNFINISHED_RUNS, job_name=REFRESH if waited > STALE_AFTER_WITH_RUNS else None)
    return not instance.get_runs(runs, limit=1)


def request(instance: DagsterInstance, context, rows: Iterable[Row], every: tuple[Stream, ...]) -> SensorResult:
    """A run request for each submission, and the senders that are new to their stream's partitions."""
    by_name = {stream.name: stream for stream in every}
    wanted = [(row, by_name[stream_of(context, row, every)]) for row in rows]
    requests = [run_request(instance, row, stream) for row, stream in wanted]
    return SensorResult(run_requests=requests, dynamic_partitions_requests=list(_new_senders(instance, wanted)))


def run_request(instance: DagsterInstance, row: Row, stream: Stream) -> RunRequest:
    """The run of one submission. Its key holds the number of the attempt, so that nothing is asked for twice and a crash is."""
    attempt = instance.get_runs_count(RunsFilter(tags={SUBMISSION_TAG: row.submission_id})) + 1
    tags = {SUBMISSION_TAG: row.submission_id, SENDER_TAG: row.sender_code, PATHWAY_TAG: stream.name, "attempt": str(attempt)}
    return RunRequest(run_key=f"{row.submission_id}/{attempt}", job_name=job_name(stream.name), partition_key=row.sender_code, tags=tags)


def _new_senders(instance: DagsterInstance, wanted: list[tuple[Row, Stream]]) -> Iterator:
    for stream in {stream.name: stream for _, stream in wanted}.values():
        known = set(instance.get_dynamic_partitions(stream.senders.name))
        new = sorted({row.sender_code for row, its in wanted if its.name == stream.name} - known)
        if new:
            yield stream.senders.build_add_request(new)


def _in_flight(instance: DagsterInstance) -> set[str]:
    """Submissions with a run that has not ended, or whose run a sensor's tick is about to create."""
    tagged = [run.tags for run in instance.get_runs(RunsFilter(statuses=UNFINISHED_RUNS))]
    for state in instance.all_instigator_state(instigator_type=InstigatorType.SENSOR):
        for tick in instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=2, statuses=[TickStatus.STARTED]):
            tagged += [asked.tags for asked in tick.tick_data.run_requests or ()]
    return {tags[SUBMISSION_TAG] for tags in tagged if SUBMISSION_TAG in tags}


def sensors_of(house: House, registry, jobs: list) -> list[SensorDefinition]:
    """All sensors of the house."""
    from pipelines.alerts import failure_sensor, stuck_sensor
    from pipelines.messages import messages_sensor

    every = streams(registry)
    looking = [landing_sensor(name, house, every, jobs) for name in ("landing_area", "landing_area_in_turn")]
    return [*looking, outstanding_sensor(house, every, jobs), failure_sensor(house), stuck_sensor(house), messages_sensor(house)]
