"""The schema intake: submissions, findings, quarantine, the log of effects, expectations, the queue of stale cells."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema if not exists intake")
    _create_stale_cell()
    _create_submission()
    _create_effect()
    _create_expected_submission()
    _create_finding()
    _create_quarantined_row()


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")


def _create_stale_cell() -> None:
    op.create_table(
        "stale_cell",
        sa.Column("stale_cell_id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="order of queueing"),
        sa.Column("pathway_name", sa.Text(), nullable=False, comment="the pathway"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="organisation of the cell: site, provider, region or network"),
        sa.Column("period_grain", sa.Text(), nullable=False, comment="month, quarter or year"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the period"),
        sa.Column("submission_id", sa.Text(), nullable=True, comment="submission that made it stale; null where time alone did"),
        sa.Column("queued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="when"),
        sa.CheckConstraint("period_grain in ('month', 'quarter', 'year')", name=op.f("ck_stale_cell_period_grain")),
        sa.PrimaryKeyConstraint("stale_cell_id", name=op.f("pk_stale_cell")),
        schema="intake",
        comment="Queue of cells whose results must be computed again. Rows are only inserted, and deleted by the refresh that has done them.",
    )
    op.create_index(
        op.f("ix_stale_cell_pathway_name_organisation_code_period_grain_period_start"),
        "stale_cell",
        ["pathway_name", "organisation_code", "period_grain", "period_start"],
        unique=False,
        schema="intake",
    )


def _create_submission() -> None:
    op.create_table(
        "submission",
        sa.Column(
            "submission_id",
            sa.Text(),
            nullable=False,
            comment="public name of the submission, sortable by arrival: S and eight or more digits",
        ),
        sa.Column(
            "arrival_number",
            sa.BigInteger(),
            sa.Identity(always=False),
            nullable=False,
            comment="order of arrival; decides precedence between submissions",
        ),
        sa.Column("claim_token", sa.Text(), nullable=False, comment="random name of the claim, so that a claim cut short is finished once"),
        sa.Column("sender_code", sa.Text(), nullable=False, comment="organisation code of the landing folder the file came from"),
        sa.Column(
            "organisation_code",
            sa.Text(),
            nullable=True,
            comment="organisation the data are about where the submission is about one, else the sender",
        ),
        sa.Column("site_code", sa.Text(), nullable=True, comment="site or team of the landing folder, where there is one"),
        sa.Column("dataset_name", sa.Text(), nullable=True, comment="dataset recognised; null until read"),
        sa.Column("layout_name", sa.Text(), nullable=True, comment="layout recognised; null until read"),
        sa.Column("mode", sa.Text(), nullable=True, comment="upsert, replace period or withdraw"),
        sa.Column("period_start", sa.Date(), nullable=True, comment="first day of the period, from the manifest"),
        sa.Column("period_end", sa.Date(), nullable=True, comment="last day of the period, from the manifest"),
        sa.Column("state", sa.Text(), nullable=False, comment="where the submission stands; failed means that we broke, not the file"),
        sa.Column("attempt_count", sa.Integer(), server_default="0", nullable=False, comment="how often processing was begun"),
        sa.Column("rule_version", sa.Integer(), nullable=True, comment="version of the dataset's rules it was judged by"),
        sa.Column("file_sha256", sa.Text(), nullable=False, comment="SHA-256 of the file's bytes, hexadecimal; its name in the archive"),
        sa.Column("file_size_bytes", sa.BigInteger(), nullable=False, comment="size of the file in bytes"),
        sa.Column(
            "envelope_sha256",
            sa.Text(),
            nullable=False,
            comment="archive name of the envelope: file name and manifest, which may name a patient and so stay encrypted",
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, comment="when the file was claimed"),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True, comment="when the state became final"),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=True, comment="when the results it touched were fresh"),
        sa.Column("receipted_at", sa.DateTime(timezone=True), nullable=True, comment="when the receipt of the latest attempt was written"),
        sa.Column("run_id", sa.Text(), nullable=True, comment="Dagster run that processed it last"),
        sa.Column("received_count", sa.BigInteger(), nullable=True, comment="rows in the file, counted independently of the parser"),
        sa.Column("accepted_count", sa.BigInteger(), nullable=True, comment="rows taken that changed something"),
        sa.Column("unchanged_count", sa.BigInteger(), nullable=True, comment="rows taken that changed nothing"),
        sa.Column("out_of_scope_count", sa.BigInteger(), nullable=True, comment="rows that are right but not of this audit"),
        sa.Column("quarantined_count", sa.BigInteger(), nullable=True, comment="rows set aside"),
        sa.Column(
            "warned_count", sa.BigInteger(), nullable=True, comment="rows taken that carry a warning (part of accepted and unchanged)"
        ),
        sa.Column("withdrawn_count", sa.BigInteger(), nullable=True, comment="records of earlier submissions that this one withdrew"),
        sa.Column("is_approved", sa.Boolean(), server_default="false", nullable=False, comment="whether somebody approved what was held"),
        sa.Column(
            "repeats_submission_id", sa.Text(), nullable=True, comment="the effective submission that this one repeats without effect"
        ),
        sa.Column("reason_code", sa.Text(), nullable=True, comment="why it was rejected, held or failed: a code, never a value"),
        sa.Column("reason", sa.Text(), nullable=True, comment="the same in words, without any value of a patient"),
        sa.CheckConstraint(
            "state in ('received', 'reading', 'held', 'rejected', 'accepted', 'accepted with warnings', 'accepted in part', 'failed', 'withdrawn')",
            name=op.f("ck_submission_state"),
        ),
        sa.CheckConstraint(
            "state not in ('accepted','accepted with warnings','accepted in part') or received_count is not null",
            name=op.f("ck_submission_counted"),
        ),
        sa.CheckConstraint(
            "state not in ('rejected','accepted','accepted with warnings','accepted in part') or received_count is null or received_count = accepted_count + unchanged_count + out_of_scope_count + quarantined_count",
            name=op.f("ck_submission_nothing_lost"),
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_submission")),
        sa.UniqueConstraint("arrival_number", name=op.f("uq_submission_arrival_number")),
        sa.UniqueConstraint("claim_token", name=op.f("uq_submission_claim_token")),
        schema="intake",
        comment="One row a drop. Every drop is a submission and gets a receipt.",
    )
    op.create_index(
        op.f("ix_submission_sender_code_dataset_name_arrival_number"),
        "submission",
        ["sender_code", "dataset_name", "arrival_number"],
        unique=False,
        schema="intake",
    )
    op.create_index(op.f("ix_submission_state"), "submission", ["state"], unique=False, schema="intake")


def _create_effect() -> None:
    op.create_table(
        "effect",
        sa.Column("effect_id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="order in which effects were committed"),
        sa.Column("kind", sa.Text(), nullable=False, comment="load, withdraw, approve, import organisations, change clock"),
        sa.Column("submission_id", sa.Text(), nullable=True, comment="the submission; null where there is none"),
        sa.Column("rule_version", sa.Integer(), nullable=True, comment="version of the rules it was judged by"),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.Column("actor", sa.Text(), nullable=False, comment="who asked for it: a run, or a person by the command line"),
        sa.Column(
            "detail",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
            comment="parameters, without any value of a patient",
        ),
        sa.CheckConstraint("kind in ('load', 'withdraw', 'approve', 'import organisations', 'change clock')", name=op.f("ck_effect_kind")),
        sa.ForeignKeyConstraint(["submission_id"], ["intake.submission.submission_id"], name=op.f("fk_effect_submission_id")),
        sa.PrimaryKeyConstraint("effect_id", name=op.f("pk_effect")),
        schema="intake",
        comment="The log of everything that changed cases, in the order of commits: a rebuild replays it.",
    )
    op.create_index(op.f("ix_effect_submission_id"), "effect", ["submission_id"], unique=False, schema="intake")


def _create_expected_submission() -> None:
    op.create_table(
        "expected_submission",
        sa.Column("sender_code", sa.Text(), nullable=False, comment="who should send"),
        sa.Column("dataset_name", sa.Text(), nullable=False, comment="which dataset"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the period"),
        sa.Column("period_end", sa.Date(), nullable=False, comment="last day of the period"),
        sa.Column("due_on", sa.Date(), nullable=False, comment="last day on which it is in time"),
        sa.Column("met_by_submission_id", sa.Text(), nullable=True, comment="first accepted submission with data of the period"),
        sa.Column("met_on", sa.Date(), nullable=True, comment="the day it came"),
        sa.ForeignKeyConstraint(
            ["met_by_submission_id"], ["intake.submission.submission_id"], name=op.f("fk_expected_submission_met_by_submission_id")
        ),
        sa.PrimaryKeyConstraint("sender_code", "dataset_name", "period_start", name=op.f("pk_expected_submission")),
        schema="intake",
        comment="One row a sender, dataset and period: what is expected, and whether it came.",
    )


def _create_finding() -> None:
    op.create_table(
        "finding",
        sa.Column("submission_id", sa.Text(), nullable=False, comment="the submission"),
        sa.Column("finding_number", sa.BigInteger(), nullable=False, comment="number within the submission"),
        sa.Column("rule_id", sa.Text(), nullable=False, comment="id of the rule that is broken"),
        sa.Column("rule_name", sa.Text(), nullable=False, comment="name of the rule: what must hold"),
        sa.Column("rule_version", sa.Integer(), nullable=False, comment="version of the rules"),
        sa.Column("severity", sa.Text(), nullable=False, comment="reject file, quarantine record, warn or out of scope"),
        sa.Column("scope", sa.Text(), nullable=False, comment="record, file or warehouse"),
        sa.Column(
            "row_number",
            sa.BigInteger(),
            nullable=True,
            comment="row of the file, the header being row 1 where it is the first row; null for the file",
        ),
        sa.Column("field_name", sa.Text(), nullable=True, comment="field to correct; null for the file"),
        sa.Column("advice", sa.Text(), nullable=False, comment="what to do, without any value"),
        sa.ForeignKeyConstraint(["submission_id"], ["intake.submission.submission_id"], name=op.f("fk_finding_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "finding_number", name=op.f("pk_finding")),
        schema="intake",
        comment="One rule broken by one row of a submission, or by the file. Never a patient's value.",
    )
    op.create_index(op.f("ix_finding_rule_id"), "finding", ["rule_id"], unique=False, schema="intake")


def _create_quarantined_row() -> None:
    op.create_table(
        "quarantined_row",
        sa.Column("submission_id", sa.Text(), nullable=False, comment="the submission"),
        sa.Column("row_number", sa.BigInteger(), nullable=False, comment="row of the file"),
        sa.Column("rule_ids", sa.ARRAY(sa.Text()), nullable=False, comment="the rules for which it was set aside"),
        sa.ForeignKeyConstraint(["submission_id"], ["intake.submission.submission_id"], name=op.f("fk_quarantined_row_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "row_number", name=op.f("pk_quarantined_row")),
        schema="intake",
        comment="One row set aside. No values: a replay reads the archive.",
    )
