"""What time alone makes necessary: results that mature, submissions that fall due, and a daily look at everything stale.

Belongs here: the daily schedule. Does not belong here: what matures (``assets.refresh``), what is due (``assets.signals``).
"""

from __future__ import annotations

from dagster import DefaultScheduleStatus, RunRequest, ScheduleDefinition, ScheduleEvaluationContext, schedule

from pipelines.jobs import REFRESH

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
