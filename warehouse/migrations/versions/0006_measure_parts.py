"""What a month of a site adds to a measure: the parts from which results are put together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "measure_part",
        sa.Column("site_code", sa.Text(), nullable=False, comment="site of the cases"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the month in which the cases count"),
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="provider of the cases"),
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
        sa.PrimaryKeyConstraint("site_code", "period_start", "measure_name", "provider_code", name=op.f("pk_measure_part")),
        schema="measurement",
        comment="What a month of a site adds to a measure. Results of every organisation and period are put together from these parts.",
    )
    op.create_index(
        op.f("ix_measure_part_period_start_provider_code"), "measure_part", ["period_start", "provider_code"], schema="measurement"
    )


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")
