"""What time alone makes necessary: results that mature, submissions that fall due, a daily look at everything stale, runs of long ago.

Belongs here: the daily schedules. Does not belong here: what matures (``assets.refresh``), what is due (``assets.signals``), which runs
may go (``pipelines.pruning``).
"""

from __future__ import annotations

from dagster import DefaultScheduleStatus, RunRequest, ScheduleDefinition, ScheduleEvaluationContext, schedule

from pipelines.jobs import REFRESH
from pipelines.pruning import PRUNE

LOCAL = "Europe/London"


def daily_refresh() -> ScheduleDefinition:
    """Early every morning, local time."""

    @schedule(
        name="daily", job_name=REFRESH, cron_schedule="10 4 * * *", execution_timezone=LOCAL, default_status=DefaultScheduleStatus.RUNNING,
        description="Marks what has matured, what is late, and refreshes whatever is still stale.",
    )  # fmt: skip
    def daily(context: ScheduleEvaluationContext) -> RunRequest:
        return RunRequest(run_key=context.scheduled_execution_time.date().isoformat(), tags={"why": "daily"})

    return daily


def daily_pruning() -> ScheduleDefinition:
    """Half an hour later, when the results of the day are there."""

    @schedule(
        name="daily_pruning", job_name=PRUNE, cron_schedule="40 4 * * *", execution_timezone=LOCAL, default_status=DefaultScheduleStatus.RUNNING,
        description="Deletes runs of long ago with their events.",
    )  # fmt: skip
    def daily_pruning(context: ScheduleEvaluationContext) -> RunRequest:
        return RunRequest(run_key=context.scheduled_execution_time.date().isoformat(), tags={"why": "daily"})

    return daily_pruning
