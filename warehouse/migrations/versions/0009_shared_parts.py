"""Measures that credit every team: what the cases of a set of teams add; whom each measure credits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shared_part",
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the month in which the cases count"),
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column(
            "site_codes",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="sites or teams that had a part in the cases, in order of their codes",
        ),
        sa.Column("provider_codes", postgresql.ARRAY(sa.Text()), nullable=False, comment="their providers, in order of their codes"),
        sa.Column("case_count", sa.BigInteger(), nullable=False, comment="valid and incomplete cases of the month"),
        sa.Column("cohort_count", sa.BigInteger(), nullable=False, comment="those of them in the cohort"),
        sa.Column("denominator", sa.BigInteger(), nullable=False, comment="those of the cohort that are not excluded"),
        sa.Column(
            "waiting_count", sa.BigInteger(), nullable=False, comment="those of the cohort that are left out only until deaths are known"
        ),
        sa.Column("numerator", sa.BigInteger(), nullable=False, comment="those of the denominator that count"),
        sa.Column("value_count", sa.BigInteger(), nullable=False, comment="those of the denominator that have a value"),
        sa.Column("value_sum", sa.Numeric(), nullable=True, comment="sum of the values, exact"),
        sa.Column("value_square_sum", sa.Numeric(), nullable=True, comment="sum of the squared values, exact"),
        sa.Column("sorted_values", postgresql.ARRAY(sa.Double()), nullable=True, comment="the values of a median in ascending order"),
        sa.Column("needed_count", sa.BigInteger(), nullable=False, comment="values of needed fields that are due in the denominator"),
        sa.Column("filled_count", sa.BigInteger(), nullable=False, comment="those of them that are there"),
        sa.PrimaryKeyConstraint("period_start", "measure_name", "site_codes", "provider_codes", name=op.f("pk_shared_part")),
        schema="measurement",
        comment="What the cases of a month that the same teams had a part in add to a measure that credits every team. An organisation has each part once.",
    )
    credit = sa.Column(
        "credit", sa.Text(), nullable=False, server_default="case", comment="what is counted, and for whom: case, every team or team record"
    )
    op.add_column("measure", credit, schema="measurement")


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")
