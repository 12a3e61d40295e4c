"""Messages to leads, and what people do with a signal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_message()
    _create_message_item()
    op.add_column(
        "signal", sa.Column("assigned_to", sa.Text(), comment="who looks into it: a role or a name, as given"), schema="measurement"
    )
    op.add_column("signal", sa.Column("closed_by", sa.Text(), comment="who closed it; null: it closed by itself"), schema="measurement")
    op.alter_column(
        "signal_event", "event", schema="measurement", existing_type=sa.Text(), existing_nullable=False,
        existing_comment="raised, extended, acknowledged, closed, raised again, pushed",
        comment="raised, extended, raised again, pushed (to a lead), acknowledged, assigned, commented or closed",
    )  # fmt: skip


def _create_message() -> None:
    op.create_table(
        "message",
        sa.Column("message_id", sa.Text(), nullable=False, comment="random id that every attempt bears: a Message-ID, a header, a field"),
        sa.Column(
            "lead_number", sa.BigInteger(), nullable=False, comment="number of the lead; where it is reached is looked up at each attempt"
        ),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="organisation of the lead"),
        sa.Column("pathway_name", sa.Text(), nullable=False, comment="pathway of the lead"),
        sa.Column("role", sa.Text(), nullable=False, comment="role of the lead"),
        sa.Column("subject", sa.Text(), nullable=False, comment="what stands above it"),
        sa.Column(
            "body",
            sa.Text(),
            nullable=False,
            comment="what it says: measures, organisations, rules, months; no count and no patient's value",
        ),
        sa.Column("formed_at", sa.DateTime(timezone=True), nullable=False, comment="when it was formed"),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting, sent, or dropped because nobody is that lead any more"),
        sa.Column("attempt_count", sa.Integer(), server_default=sa.text("0"), nullable=False, comment="attempts begun"),
        sa.Column(
            "next_attempt_at", sa.DateTime(timezone=True), nullable=False, comment="when the next attempt is due if none succeeds before"
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True, comment="when it was taken by a mail server or a webhook"),
        sa.Column("last_problem", sa.Text(), nullable=True, comment="what kept the last attempt from succeeding; never an address"),
        sa.CheckConstraint("state in ('waiting', 'sent', 'dropped')", name=op.f("ck_message_state")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message")),
        schema="improvement",
        comment="A message to a lead, of one or more items. One row a message, however often it is sent.",
    )
    op.create_index(
        "ix_message_waiting",
        "message",
        ["next_attempt_at"],
        unique=False,
        schema="improvement",
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _create_message_item() -> None:
    op.create_table(
        "message_item",
        sa.Column("message_item_id", sa.BigInteger(), sa.Identity(), nullable=False, comment="order in which items were queued"),
        sa.Column("signal_id", sa.BigInteger(), nullable=True, comment="the signal"),
        sa.Column("period_outlier_id", sa.BigInteger(), nullable=True, comment="or the period outlier"),
        sa.Column("lead_number", sa.BigInteger(), nullable=False, comment="number of the lead who is to be told"),
        sa.Column("occasion", sa.Integer(), nullable=False, comment="0 when it is raised, then one more each time it is raised again"),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False, comment="when it was queued"),
        sa.Column("message_id", sa.Text(), nullable=True, comment="the message that tells it; null until one is formed"),
        sa.CheckConstraint("num_nonnulls(signal_id, period_outlier_id) = 1", name=op.f("ck_message_item_tells_one_thing")),
        sa.ForeignKeyConstraint(["message_id"], ["improvement.message.message_id"], name=op.f("fk_message_item_message_id")),
        sa.ForeignKeyConstraint(
            ["period_outlier_id"], ["measurement.period_outlier.period_outlier_id"], name=op.f("fk_message_item_period_outlier_id")
        ),
        sa.ForeignKeyConstraint(["signal_id"], ["measurement.signal.signal_id"], name=op.f("fk_message_item_signal_id")),
        sa.PrimaryKeyConstraint("message_item_id", name=op.f("pk_message_item")),
        sa.UniqueConstraint(
            "period_outlier_id", "lead_number", "occasion", name=op.f("uq_message_item_period_outlier_id_lead_number_occasion")
        ),
        sa.UniqueConstraint("signal_id", "lead_number", "occasion", name=op.f("uq_message_item_signal_id_lead_number_occasion")),
        schema="improvement",
        comment="Something that a lead is to be told. One row a signal or outlier, lead and occasion.",
    )
    op.create_index(op.f("ix_message_item_message_id"), "message_item", ["message_id"], unique=False, schema="improvement")
    op.create_index(
        "ix_message_item_waiting",
        "message_item",
        ["lead_number"],
        unique=False,
        schema="improvement",
        postgresql_where=sa.text("message_id is null"),
    )


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")
