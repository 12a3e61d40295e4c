"""Word to the engineers: a run that failed, a submission that is stuck.

Belongs here: when to push, what is said, the push itself. Does not belong here: signals about care (``assets.signals``).
What is pushed names the run, the submission and the sender's code; never the text of an error, which others might read.
"""

from __future__ import annotations

import json
import logging
import urllib.error
import urllib.request
from collections.abc import Mapping

from dagster import (
    DefaultSensorStatus,
    RunFailureSensorContext,
    SensorDefinition,
    SensorEvaluationContext,
    SkipReason,
    run_failure_sensor,
    sensor,
)

from assets.definitions import SENDER_TAG, SUBMISSION_TAG
from pipelines.resources import House

TIMEOUT_SECONDS = 5.0
log = logging.getLogger(__name__)


def push(url: str | None, message: Mapping[str, object]) -> bool:
    """Posts one JSON object; False, and a line in the log, if nobody took it. Without a URL nothing is sent."""
    if not url:
        return False
    body = json.dumps(message).encode()
    try:
        post = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json", "User-Agent": "common-cause"})
        with urllib.request.urlopen(post, timeout=TIMEOUT_SECONDS) as answer:
            return 200 <= answer.status < 300
    except (OSError, ValueError) as error:
        log.warning("the webhook did not take a message (%s)", type(error).__name__)
        return False


def failure_sensor(house: House) -> SensorDefinition:
    """Pushes each failed run, once."""

    @run_failure_sensor(
        name="failed_runs", minimum_interval_seconds=5, default_status=DefaultSensorStatus.RUNNING, monitor_all_code_locations=False,
        description="Tells the engineers' webhook of each failed run.",
    )  # fmt: skip
    def failed(context: RunFailureSensorContext) -> None:
        tags = context.dagster_run.tags
        push(
            house.settings.webhook_url,
            {
                "event": "run failed", "text": f"Common Cause: a run of {context.dagster_run.job_name} failed",
                "run_id": context.dagster_run.run_id, "job": context.dagster_run.job_name,
                "submission": tags.get(SUBMISSION_TAG), "sender": tags.get(SENDER_TAG), "attempt": tags.get("attempt"),
            },
        )  # fmt: skip

    return failed


def stuck_sensor(house: House) -> SensorDefinition:
    """Pushes each submission that should have been finished, once; its cursor remembers which were told."""

    @sensor(
        name="stuck_submissions", minimum_interval_seconds=60, default_status=DefaultSensorStatus.RUNNING,
        description="Tells the engineers' webhook of submissions that should have been finished by now.",
    )  # fmt: skip
    def stuck(context: SensorEvaluationContext) -> SkipReason:
        told = set(json.loads(context.cursor or "[]"))
        found = stuck_submissions(house)
        new = [message for message in found if message["submission"] not in told]
        taken = [message["submission"] for message in new if push(house.settings.webhook_url, message)]
        still = {message["submission"] for message in found}
        context.update_cursor(json.dumps(sorted((told & still) | set(taken))))
        return SkipReason(f"{len(found)} submissions are stuck, {len(taken)} newly told")

    return stuck


def stuck_submissions(house: House) -> list[dict[str, object]]:
    """What would be said of each submission that is stuck now; the warehouse's signals on them are brought into agreement."""
    from assets.expected_submissions import watch_stuck
    from assets.ledger import stuck

    context = house.open()
    minutes = house.settings.stuck_after_minutes
    watch_stuck(context.engine, context.now(), minutes)
    with context.engine.connect() as connection:
        rows = stuck(connection, context.now(), minutes)
    return [
        {
            "event": "submission stuck", "text": f"Common Cause: submission {row.submission_id} is {row.state} for more than {minutes} minutes",
            "submission": row.submission_id, "sender": row.sender_code, "state": row.state, "since": row.received_at.isoformat(),
        }
        for row in rows
    ]  # fmt: skip
