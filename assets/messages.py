"""The outbox: items become messages, messages are claimed, tried and marked; a message keeps its id and its text.

Belongs here: the state of messages in the database. Does not belong here: who is told (``assets.signal_routes``), the sending itself
(``pipelines.delivery``), when (``pipelines.messages``).

Claiming counts the attempt and sets when the next one is due, and commits, before anything is sent. Nothing is locked while a mail server or a
webhook thinks; whoever dies between sending and marking has left a message that is due again under the same id: sent twice, perhaps, but never lost.
An address is looked up at each attempt, so a lead that corrects it gets what has waited.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, insert, select, text, update

from assets.message_text import Told, compose
from assets.signal_routes import ACTOR, raise_again
from warehouse.database import try_advisory_lock
from warehouse.message_tables import message, message_item

LOCK = "messages"
LOCAL = ZoneInfo("Europe/London")
DIGEST_WEEKDAY, DIGEST_HOUR = 0, 7  # Monday, local time: read before the week's first meeting
BACKOFF_MINUTES = (2, 5, 15, 60, 240, 720, 1440)  # then once a day for as long as it takes: a message is never given up
NOBODY = "nobody is this lead any more"
WAITING = """
select i.message_item_id, l.number, l.organisation_code, l.pathway_name, l.role, n.organisation_name, coalesce(s.kind, 'period outlier') as kind,
    coalesce(s.signal_id, o.period_outlier_id) as thing, i.occasion, coalesce(s.organisation_code, o.organisation_code) as about_code,
    a.organisation_name as about_name, coalesce(m.title, s.measure_name, o.measure_name) as measure_title, coalesce(s.rule_name, 'beyond a policy limit') as rule_name, s.is_favourable,
    coalesce(s.since_on, o.period_start) as since_on, coalesce(s.state, o.state) as state, s.submission_id
from improvement.message_item i
join improvement.lead l on l.number = i.lead_number
join improvement.lead_contact c on c.submission_id = l.submission_id and c.row_number = l.row_number
join pathway.organisation n on n.organisation_code = l.organisation_code
left join measurement.signal s on s.signal_id = i.signal_id
left join measurement.period_outlier o on o.period_outlier_id = i.period_outlier_id
left join pathway.organisation a on a.organisation_code = coalesce(s.organisation_code, o.organisation_code)
left join measurement.measure m on m.measure_name = coalesce(s.measure_name, o.measure_name)
where i.message_id is null and (l.frequency = 'immediately' or i.queued_at < :digest) and (c.contact_address like 'https:%' or :has_mail)
order by l.number, i.message_item_id
"""
CLAIM = """
update improvement.message m
set attempt_count = m.attempt_count + 1, next_attempt_at = cast(:now as timestamptz) + make_interval(mins => (cast(:backoff as int[]))[least(m.attempt_count + 1, :steps)])
from (select message_id from improvement.message where state = 'waiting' and (next_attempt_at <= :now or :whatever_is_due)
      order by next_attempt_at limit :most for update skip locked) due
where due.message_id = m.message_id
returning m.message_id, m.subject, m.body, m.attempt_count, (select c.contact_address from improvement.lead l
    join improvement.lead_contact c on c.submission_id = l.submission_id and c.row_number = l.row_number where l.number = m.lead_number) as address
"""
PUSHED = """
insert into measurement.signal_event (signal_id, event, happened_at, actor, note)
select i.signal_id, 'pushed', :now, :actor, 'to ' || m.role || ' of ' || m.organisation_code || ', message ' || m.message_id
from improvement.message_item i join improvement.message m using (message_id) where m.message_id = :message and i.signal_id is not null
"""


@dataclass(frozen=True)
class Letter:
    """A message on its way. Its address is personal data: never shown, never logged."""

    message_id: str
    subject: str
    body: str
    attempt: int
    address: str

    def __repr__(self) -> str:
        return f"Letter({self.message_id})"


# ------------------------------------------------------------------------------------------------ items become messages
def prepare(engine: Engine, now: datetime, again_after_days: int, has_mail: bool, dashboard_url: str | None = None) -> int:
    """Raise again what nobody acknowledges, and form the messages that are due; how many. 0 if somebody else is at it.

    ``has_mail``: whether a mail server is set. What is for an e-mail address waits as items until there is one, and comes together then.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as holder, try_advisory_lock(holder, LOCK) as is_held:
        if not is_held:
            return 0
        with engine.begin() as connection:
            raise_again(connection, now, again_after_days)
            return _form(connection, now, has_mail, dashboard_url)


def _form(connection: Connection, now: datetime, has_mail: bool, dashboard_url: str | None) -> int:
    """One message a lead with all that waits for it."""
    rows = connection.execute(text(WAITING), {"digest": last_digest(now), "has_mail": has_mail}).all()
    formed = 0
    for _, group in groupby(rows, key=lambda row: row.number):
        waiting = list(group)
        latest = {(row.kind, row.thing): Told.of(row) for row in waiting}  # what was raised again while it waited is told once
        _write(connection, waiting, compose(list(latest.values()), waiting[0].organisation_name, dashboard_url), now)
        formed += 1
    return formed


def _write(connection: Connection, waiting: Sequence, said: tuple[str, str], now: datetime) -> None:
    lead, name = waiting[0], str(uuid.uuid4())
    row = {
        "message_id": name, "lead_number": lead.number, "organisation_code": lead.organisation_code, "pathway_name": lead.pathway_name, "role": lead.role,
        "subject": said[0], "body": said[1], "formed_at": now, "state": "waiting", "next_attempt_at": now,
    }  # fmt: skip
    connection.execute(insert(message), [row])
    mine = message_item.c.message_item_id.in_([one.message_item_id for one in waiting])
    connection.execute(update(message_item).where(mine).values(message_id=name))


def last_digest(now: datetime) -> datetime:
    """The latest Monday morning that is not after ``now``: what a weekly lead was to be told before it is due."""
    local = now.astimezone(LOCAL)
    monday = (local - timedelta(days=(local.weekday() - DIGEST_WEEKDAY) % 7)).replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return monday if monday <= local else monday - timedelta(days=7)


# ------------------------------------------------------------------------------------------------ messages are sent
def claim(engine: Engine, now: datetime, most: int, at_once: bool = False) -> list[Letter]:
    """The messages whose attempt is due, their attempt counted and the next one set. Those of leads that have left are dropped.

    ``at_once``: all that wait, whenever they are due.
    """
    given = {"now": now, "backoff": list(BACKOFF_MINUTES), "steps": len(BACKOFF_MINUTES), "most": most, "whatever_is_due": at_once}
    with engine.begin() as connection:
        rows = connection.execute(text(CLAIM), given).all()
        _drop(connection, [row.message_id for row in rows if row.address is None])
    return [Letter(row.message_id, row.subject, row.body, row.attempt_count, row.address) for row in rows if row.address is not None]


def _drop(connection: Connection, names: Iterable[str]) -> None:
    if names:
        connection.execute(update(message).where(message.c.message_id.in_(names)).values(state="dropped", last_problem=NOBODY))


def mark_sent(engine: Engine, message_id: str, now: datetime) -> None:
    """It was taken; into the history of its signals too. A second mark changes nothing."""
    waiting = (message.c.message_id == message_id) & (message.c.state == "waiting")
    with engine.begin() as connection:
        if connection.execute(update(message).where(waiting).values(state="sent", sent_at=now, last_problem=None)).rowcount:
            connection.execute(text(PUSHED), {"now": now, "actor": ACTOR, "message": message_id})


def mark_failed(engine: Engine, message_id: str, problem: str) -> None:
    """Nobody took it; it is due again when its claim said. ``problem`` names no address."""
    with engine.begin() as connection:
        connection.execute(
            update(message).where(message.c.message_id == message_id, message.c.state == "waiting").values(last_problem=problem)
        )


def undelivered(connection: Connection, attempts: int = 3) -> Sequence:
    """Messages that wait after so many attempts, those first that wait longest."""
    columns = [
        message.c[name]
        for name in ("message_id", "organisation_code", "role", "formed_at", "attempt_count", "next_attempt_at", "last_problem")
    ]
    query = select(*columns).where(message.c.state == "waiting", message.c.attempt_count >= attempts)
    return connection.execute(query.order_by(message.c.formed_at)).all()
