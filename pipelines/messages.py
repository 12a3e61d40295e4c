"""Signals reach their people: a sensor that forms what is due and sends it, many at once, none waiting for another.

Belongs here: when messages are sent, and that a bad address holds up nobody. Does not belong here: their state (``assets.messages``), the
protocols (``pipelines.delivery``), word to the engineers (``pipelines.alerts``).

Two ways were weighed. *A*: a run that drains the outbox. It is seen as a run and can be ended, but takes one of the few places where submissions are worked
on, and a webhook that hangs would keep it. *B*, taken: the sensor's tick sends by itself. A tick needs no place and no process; and as the state is in
the outbox, a tick that dies or is cut off loses nothing. Each message has a thread of its own: one that hangs is left behind when the tick ends,
marks its message if somebody takes it after all, and its message is due again later under the same id.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from dagster import DefaultSensorStatus, SensorDefinition, SkipReason, sensor
from sqlalchemy.exc import SQLAlchemyError

from assets.messages import Letter, claim, mark_failed, mark_sent, prepare
from pipelines.delivery import NotTaken, deliver
from pipelines.resources import House

TICK_SECONDS = 20.0  # of the sixty that Dagster gives a tick
AT_ONCE = 10  # messages on their way at the same time; each may need a connection to mark what became of it
PAUSE_SECONDS = 0.1
log = logging.getLogger(__name__)


@dataclass
class Sent:
    """What a tick did. ``hanging``: neither taken nor refused when its time was over."""

    formed: int = 0
    sent: int = 0
    failed: int = 0
    hanging: int = 0


def messages_sensor(house: House) -> SensorDefinition:
    """Every half minute."""

    @sensor(
        name="messages_to_leads", minimum_interval_seconds=30, default_status=DefaultSensorStatus.RUNNING,
        description="Tells leads of the signals that concern them: at once or on Monday, by e-mail or webhook, until somebody takes it.",
    )  # fmt: skip
    def messages(context) -> SkipReason:
        done = send_due(house.open())
        return SkipReason(f"{done.formed} messages formed, {done.sent} sent, {done.failed} not taken, {done.hanging} still on their way")

    return messages


def send_due(context, seconds: float = TICK_SECONDS) -> Sent:
    """Form the messages that are due and send them, a place that is free going to the next, until none is due and on its way or the time is over."""
    settings, until = context.settings, time.monotonic() + seconds
    done = Sent(prepare(context.engine, context.now(), settings.alarm_again_days, bool(settings.mail_url), settings.dashboard_url))
    under_way, results = [], {}
    while time.monotonic() < until:
        under_way = [thread for thread in under_way if thread.is_alive()]
        letters = claim(context.engine, context.now(), AT_ONCE - len(under_way)) if len(under_way) < AT_ONCE else []
        if not letters and not under_way:
            break
        under_way += [_started(context, letter, results) for letter in letters]
        time.sleep(PAUSE_SECONDS)
    done.sent, done.failed = sum(results.values()), len(results) - sum(results.values())
    done.hanging = sum(thread.is_alive() for thread in under_way)
    return done


def _started(context, letter: Letter, results: dict[str, bool]) -> threading.Thread:
    thread = threading.Thread(target=_send_one, args=(context, letter, results), daemon=True)
    thread.start()
    return thread


def _send_one(context, letter: Letter, results: dict[str, bool]) -> None:
    """Send, then mark. Between the two the message is known to its reader only: if this process dies here, it is sent again under its id."""
    try:
        problem = None
        deliver(letter, context.settings.mail_url)
    except NotTaken as refusal:
        problem = str(refusal)
    try:
        mark_failed(context.engine, letter.message_id, problem) if problem else mark_sent(context.engine, letter.message_id, context.now())
        results[letter.message_id] = not problem
    except SQLAlchemyError as error:
        log.warning("what became of message %s could not be marked (%s): it is due again later", letter.message_id, type(error).__name__)
