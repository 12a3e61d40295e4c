"""The schema house: what was applied, declared policies, which tables belong to which pathway."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema if not exists house")
    _create_applied_sync()
    _create_pathway_table()
    _create_small_numbers_policy()


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")


def _create_applied_sync() -> None:
    op.create_table(
        "applied_sync",
        sa.Column("applied_sync_id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="order of the changes"),
        sa.Column("object_name", sa.Text(), nullable=False, comment="table, view or other object, with its schema"),
        sa.Column("change", sa.Text(), nullable=False, comment="create table, add column, change comment, create index or apply"),
        sa.Column("detail", sa.Text(), nullable=True, comment="column or index concerned; for apply, the fingerprint of what was applied"),
        sa.Column("applied_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="when"),
        sa.PrimaryKeyConstraint("applied_sync_id", name=op.f("pk_applied_sync")),
        schema="house",
        comment="One row a change that was made beside the migrations: tables of pathways, views, policies. Nothing is ever dropped.",
    )


def _create_pathway_table() -> None:
    op.create_table(
        "pathway_table",
        sa.Column("pathway_name", sa.Text(), nullable=False, comment="the pathway"),
        sa.Column("dataset_name", sa.Text(), nullable=False, comment="dataset whose records become its cases"),
        sa.Column("record_table", sa.Text(), nullable=False, comment="table of its record versions, in the schema pathway"),
        sa.Column("detail_table", sa.Text(), nullable=False, comment="table of its cases' details, in the schema pathway"),
        sa.PrimaryKeyConstraint("pathway_name", name=op.f("pk_pathway_table")),
        sa.UniqueConstraint("dataset_name", name=op.f("uq_pathway_table_dataset_name")),
        schema="house",
        comment="One row a pathway that has cases: which tables are its own.",
    )


def _create_small_numbers_policy() -> None:
    op.create_table(
        "small_numbers_policy",
        sa.Column("policy_version", sa.Integer(), nullable=False, comment="version of the policy"),
        sa.Column("suppress_to", sa.Integer(), nullable=False, comment="counts from 1 to this are suppressed"),
        sa.Column("round_to", sa.Integer(), nullable=False, comment="other counts are rounded to the nearest multiple of this"),
        sa.Column(
            "share_decimals", sa.Integer(), nullable=False, comment="decimals of shares that come with a count, such as completeness"
        ),
        sa.Column("statistic_decimals", sa.Integer(), nullable=False, comment="decimals of z scores"),
        sa.Column(
            "is_current",
            sa.Boolean(),
            nullable=False,
            comment="whether the views apply it now; releases keep the version they were made under",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="where the policy comes from"),
        sa.PrimaryKeyConstraint("policy_version", name=op.f("pk_small_numbers_policy")),
        schema="house",
        comment="One row a version of the small-numbers policy, as declared.",
    )
