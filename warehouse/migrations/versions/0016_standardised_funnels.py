"""Funnels of standardised ratios; by what the closed periods of a measure were judged last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

POSITION = "among the limits for chance alone: below 99.8 %, below 95 %, inside, above 95 % or above 99.8 %"


def upgrade() -> None:
    op.add_column("standardised_result", sa.Column("funnel_position", sa.Text(), comment=POSITION), schema="measurement")
    _create_standardised_funnel_limit()
    _create_period_outlier_basis()


def _create_standardised_funnel_limit() -> None:
    op.create_table(
        "standardised_funnel_limit",
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("period_grain", sa.Text(), nullable=False, comment="quarter or year"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the period"),
        sa.Column("expected", sa.Integer(), autoincrement=False, nullable=False, comment="expected events for which the limits hold: a whole number"),
        *(sa.Column(name, sa.Double(), nullable=False, comment=f"{side} {level} % limit of the ratio, for display") for name, side, level in DISPLAYED),
        sa.Column("policy_positive_limit", sa.Double(), nullable=True, comment="ratio beyond which the outlier policy says positive; null without a policy, or below its least expected"),
        sa.Column("policy_alert_limit", sa.Double(), nullable=True, comment="ratio beyond which the outlier policy says alert"),
        sa.Column("policy_alarm_limit", sa.Double(), nullable=True, comment="ratio beyond which the outlier policy says alarm"),
        sa.Column("outlier_policy_version", sa.Integer(), nullable=True, comment="version of the outlier policy; null without one"),
        sa.Column("model_version", sa.Text(), nullable=False, comment="models that predicted the risks, each with its version"),
        sa.CheckConstraint("period_grain in ('quarter', 'year')", name=op.f("ck_standardised_funnel_limit_period_grain")),
        sa.PrimaryKeyConstraint("measure_name", "period_grain", "period_start", "expected", name=op.f("pk_standardised_funnel_limit")),
        schema="measurement",
        comment="The funnel of a period's standardised ratios around 1. Limits follow from the expected number alone, so they stand at whole numbers of it and tell of nobody.",
    )  # fmt: skip


DISPLAYED = (("lower_998", "lower", "99.8"), ("lower_95", "lower", "95"), ("upper_95", "upper", "95"), ("upper_998", "upper", "99.8"))


def _create_period_outlier_basis() -> None:
    op.create_table(
        "period_outlier_basis",
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("policy_version", sa.Integer(), nullable=False, comment="version of the measure's outlier policy"),
        sa.Column(
            "model_version", sa.Text(), nullable=True, comment="case-mix models that predicted what is expected; null where none does"
        ),
        sa.Column(
            "judged_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when all closed periods were judged by these for the first time",
        ),
        sa.PrimaryKeyConstraint("measure_name", name=op.f("pk_period_outlier_basis")),
        schema="measurement",
        comment="By which policy and models the closed periods of a measure are judged. When either is another one, all of them are judged anew.",
    )
