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
    return _every_day("daily", REFRESH, "10 4 * * *", "Marks what has matured, what is late, and refreshes whatever is still stale.")


def daily_pruning() -> ScheduleDefinition:
    """Half an hour later, when the results of the day are there."""
    return _every_day("daily_pruning", PRUNE, "40 4 * * *", "Deletes runs of long ago with their events.")


def _every_day(name: str, job_name: str, cron_schedule: str, description: str) -> ScheduleDefinition:
    """One run a day, however often the tick is tried."""

    @schedule(
        name=name, job_name=job_name, cron_schedule=cron_schedule, execution_timezone=LOCAL, default_status=DefaultScheduleStatus.RUNNING,
        description=description,
    )  # fmt: skip
    def daily(context: ScheduleEvaluationContext) -> RunRequest:
        return RunRequest(run_key=context.scheduled_execution_time.date().isoformat(), tags={"why": "daily"})

    return daily
