"""Tables of messages to leads: what is to be told to whom, and the messages that tell it.

Belongs here: the outbox. Does not belong here: who is concerned (``assets.signal_routes``), addresses (``improvement.lead_contact``).
An item is written in the transaction that raises its signal, so none is lost; a message is formed of items later, has its id and text
from then on, and is sent under that id until somebody has taken it.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Index, Integer, Table, Text, UniqueConstraint, text

from warehouse.improvement_tables import SCHEMA
from warehouse.tables import SystemTime, metadata, one_of

STATES = ("waiting", "sent", "dropped")

message = Table(
    "message",
    metadata,
    Column("message_id", Text, primary_key=True, comment="random id that every attempt bears: a Message-ID, a header, a field"),
    Column("lead_number", BigInteger, nullable=False, comment="number of the lead; where it is reached is looked up at each attempt"),
    Column("organisation_code", Text, nullable=False, comment="organisation of the lead"),
    Column("pathway_name", Text, nullable=False, comment="pathway of the lead"),
    Column("role", Text, nullable=False, comment="role of the lead"),
    Column("subject", Text, nullable=False, comment="what stands above it"),
    Column("body", Text, nullable=False, comment="what it says: measures, organisations, rules, months; no count and no patient's value"),
    Column("formed_at", SystemTime, nullable=False, comment="when it was formed"),
    Column("state", Text, nullable=False, comment="waiting, sent, or dropped because nobody is that lead any more"),
    Column("attempt_count", Integer, nullable=False, server_default=text("0"), comment="attempts begun"),
    Column("next_attempt_at", SystemTime, nullable=False, comment="when the next attempt is due if none succeeds before"),
    Column("sent_at", SystemTime, comment="when it was taken by a mail server or a webhook"),
    Column("last_problem", Text, comment="what kept the last attempt from succeeding; never an address"),
    one_of("state", STATES),
    Index("ix_message_waiting", "next_attempt_at", postgresql_where=text("state = 'waiting'")),
    schema=SCHEMA,
    comment="A message to a lead, of one or more items. One row a message, however often it is sent.",
)

message_item = Table(
    "message_item",
    metadata,
    Column("message_item_id", BigInteger, Identity(), primary_key=True, comment="order in which items were queued"),
    Column("signal_id", BigInteger, ForeignKey("measurement.signal.signal_id"), comment="the signal"),
    Column("period_outlier_id", BigInteger, ForeignKey("measurement.period_outlier.period_outlier_id"), comment="or the period outlier"),
    Column("lead_number", BigInteger, nullable=False, comment="number of the lead who is to be told"),
    Column("occasion", Integer, nullable=False, comment="0 when it is raised, then one more each time it is raised again"),
    Column("queued_at", SystemTime, nullable=False, comment="when it was queued"),
    Column("message_id", Text, ForeignKey("improvement.message.message_id"), comment="the message that tells it; null until one is formed"),
    CheckConstraint("num_nonnulls(signal_id, period_outlier_id) = 1", name="tells_one_thing"),
    UniqueConstraint("signal_id", "lead_number", "occasion"),
    UniqueConstraint("period_outlier_id", "lead_number", "occasion"),
    Index("ix_message_item_waiting", "lead_number", postgresql_where=text("message_id is null")),
    Index(None, "message_id"),
    schema=SCHEMA,
    comment="Something that a lead is to be told. One row a signal or outlier, lead and occasion.",
)
