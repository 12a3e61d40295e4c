"""How soon cases reach the events of their pathway, as results: kept instead of counted from patients' rows at each reading."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_definition()
    _create_part()
    _create_result()
    # made again over results (by the views); what it counted from is read by nobody else
    op.execute("drop view if exists dashboard.milestone_summary_v1")
    op.execute("drop view if exists pathway.every_milestone")


def _create_definition() -> None:
    op.create_table(
        "milestone_definition",
        sa.Column("pathway_name", sa.Text(), nullable=False, comment="the pathway"),
        sa.Column("milestone_name", sa.Text(), nullable=False, comment="the event"),
        sa.Column("place", sa.Integer(), nullable=False, comment="order in which the pathway declares its events, from 1"),
        sa.Column("title", sa.Text(), nullable=False, comment="title for readers"),
        sa.Column("field", sa.Text(), nullable=False, comment="field of the case that dates it"),
        sa.Column("is_timed", sa.Boolean(), nullable=False, comment="whether the field is an instant; of a day alone no minutes are known"),
        sa.Column("sooner_is_better", sa.Boolean(), nullable=False, comment="whether care aims at it, so that there is a best decile"),
        sa.Column("due_days", sa.Integer(), nullable=False, comment="days after the clock start by which it should have been told"),
        sa.Column(
            "reference_measure", sa.Text(), nullable=True, comment="measure whose national value is that of the median; null without one"
        ),
        sa.PrimaryKeyConstraint("pathway_name", "milestone_name", name=op.f("pk_milestone_definition")),
        schema="measurement",
        comment="One row an event of a pathway, as declared.",
    )


def _create_part() -> None:
    op.create_table(
        "milestone_part",
        sa.Column("pathway_name", sa.Text(), nullable=False, comment="the pathway"),
        sa.Column("site_code", sa.Text(), nullable=False, comment="site of the cases"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the month of the clock start"),
        sa.Column("milestone_name", sa.Text(), nullable=False, comment="the event"),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="provider of the cases"),
        sa.Column("case_count", sa.BigInteger(), nullable=False, comment="valid and incomplete cases of the month"),
        sa.Column("reached_count", sa.BigInteger(), nullable=False, comment="those of them that reached it: its day is known"),
        sa.Column(
            "sorted_minutes",
            sa.ARRAY(sa.Integer()),
            nullable=False,
            comment="minutes from the clock start of those whose time is known, ascending",
        ),
        sa.PrimaryKeyConstraint(
            "pathway_name", "site_code", "period_start", "milestone_name", "provider_code", name=op.f("pk_milestone_part")
        ),
        schema="measurement",
        comment="What a month of a site adds to an event of the pathway. Results of every organisation and period are put together from these parts.",
    )
    op.create_index(
        op.f("ix_milestone_part_pathway_name_period_start"),
        "milestone_part",
        ["pathway_name", "period_start"],
        unique=False,
        schema="measurement",
    )


def _create_result() -> None:
    op.create_table(
        "milestone_result",
        sa.Column("pathway_name", sa.Text(), nullable=False, comment="the pathway"),
        sa.Column("milestone_name", sa.Text(), nullable=False, comment="the event"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the organisation"),
        sa.Column("period_grain", sa.Text(), nullable=False, comment="quarter or year"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the period of the clock start"),
        sa.Column("case_count", sa.BigInteger(), nullable=False, comment="valid and incomplete cases of the period"),
        sa.Column("reached_count", sa.BigInteger(), nullable=False, comment="those of them that reached it: its day is known"),
        sa.Column("timed_count", sa.BigInteger(), nullable=False, comment="those of them whose minutes from the clock start are known"),
        sa.Column(
            "lower_quartile_minutes",
            sa.Double(),
            nullable=True,
            comment="lower quartile of the minutes, negative before the clock start; null where no time is known",
        ),
        sa.Column("median_minutes", sa.Double(), nullable=True, comment="median of the minutes; null where no time is known"),
        sa.Column(
            "upper_quartile_minutes", sa.Double(), nullable=True, comment="upper quartile of the minutes; null where no time is known"
        ),
        sa.Column("as_of_submission", sa.Text(), nullable=True, comment="latest submission that had been loaded when it was computed"),
        sa.Column(
            "computed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="when it was computed"
        ),
        sa.CheckConstraint("period_grain in ('quarter', 'year')", name=op.f("ck_milestone_result_period_grain")),
        sa.PrimaryKeyConstraint(
            "pathway_name", "organisation_code", "period_grain", "period_start", "milestone_name", name=op.f("pk_milestone_result")
        ),
        schema="measurement",
        comment="How many cases of an organisation and period reached an event of the pathway, and how soon.",
    )


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")
