"""Benchmarks and funnel limits are made anew by period: their keys begin with it, and need no second index."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEYS = {
    "benchmark": ("period_grain", "period_start", "measure_name", "organisation_code"),
    "funnel_limit": ("period_grain", "period_start", "measure_name", "peer_kind", "denominator"),
}


def upgrade() -> None:
    op.drop_index("ix_benchmark_period_grain_period_start", table_name="benchmark", schema="measurement")
    for table, key in KEYS.items():
        op.drop_constraint(f"pk_{table}", table, schema="measurement", type_="primary")
        op.create_primary_key(f"pk_{table}", table, list(key), schema="measurement")


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")
