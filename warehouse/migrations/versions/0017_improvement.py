"""Leads, aims and improvement actions as they are said; the vocabulary of change ideas."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema if not exists improvement")
    # nothing ever wrote to these; their views are made anew over what takes their place
    op.execute("drop table measurement.improvement_action, measurement.aim cascade")
    _create_lead_version()
    _create_lead_contact()
    _create_aim_version()
    _create_action_version()
    _create_change_idea()


def _create_lead_version() -> None:
    op.create_table(
        "lead_version",
        sa.Column("submission_id", sa.Text(), nullable=False, comment="the submission"),
        sa.Column("row_number", sa.BigInteger(), nullable=False, comment="row of the file"),
        sa.Column("arrival_number", sa.BigInteger(), nullable=False, comment="order of arrival"),
        sa.Column("is_withdrawal", sa.Boolean(), nullable=False, comment="whether the row ends what it names"),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="the provider of the organisation"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the provider, site or team"),
        sa.Column("pathway_name", sa.Text(), nullable=False, comment="the pathway"),
        sa.Column("role", sa.Text(), nullable=False, comment="the role, as written"),
        sa.Column("signals", sa.ARRAY(sa.Text()), nullable=False, comment="kinds of signals that are wanted; none: all"),
        sa.Column("frequency", sa.Text(), nullable=False, comment="immediately or weekly"),
        sa.CheckConstraint("frequency in ('immediately', 'weekly')", name=op.f("ck_lead_version_frequency")),
        sa.ForeignKeyConstraint(
            ["organisation_code"], ["pathway.organisation.organisation_code"], name=op.f("fk_lead_version_organisation_code")
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["intake.submission.submission_id"], name=op.f("fk_lead_version_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "row_number", name=op.f("pk_lead_version")),
        schema="improvement",
        comment="What was said of a lead. One row a row of a submission; the latest effective one of organisation, pathway and role counts.",
    )
    op.create_index(
        op.f("ix_lead_version_organisation_code_pathway_name"),
        "lead_version",
        ["organisation_code", "pathway_name"],
        unique=False,
        schema="improvement",
    )


def _create_lead_contact() -> None:
    op.create_table(
        "lead_contact",
        sa.Column("submission_id", sa.Text(), nullable=False, comment="the submission"),
        sa.Column("row_number", sa.BigInteger(), nullable=False, comment="row of the file"),
        sa.Column("contact_address", sa.Text(), nullable=False, comment="an e-mail address, or the https address of a webhook"),
        sa.ForeignKeyConstraint(
            ["submission_id", "row_number"],
            ["improvement.lead_version.submission_id", "improvement.lead_version.row_number"],
            name=op.f("fk_lead_contact_submission_id_row_number"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", "row_number", name=op.f("pk_lead_contact")),
        schema="improvement",
        comment="Where a lead is reached: personal data of staff, read by the pipeline alone. One row a row of lead_version.",
    )


def _create_aim_version() -> None:
    op.create_table(
        "aim_version",
        sa.Column("submission_id", sa.Text(), nullable=False, comment="the submission"),
        sa.Column("row_number", sa.BigInteger(), nullable=False, comment="row of the file"),
        sa.Column("arrival_number", sa.BigInteger(), nullable=False, comment="order of arrival"),
        sa.Column("is_withdrawal", sa.Boolean(), nullable=False, comment="whether the row ends what it names"),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="the provider of the organisation"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the provider, site or team"),
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("baseline_value", sa.Double(), nullable=False, comment="value from which it starts, in the measure's unit"),
        sa.Column("target_value", sa.Double(), nullable=False, comment="value to reach, in the measure's unit"),
        sa.Column("target_on", sa.Date(), nullable=False, comment="by when"),
        sa.Column("set_on", sa.Date(), nullable=True, comment="day from which it counts; null: the day on which the row was received"),
        sa.Column("note", sa.Text(), nullable=True, comment="why, or what was revised"),
        sa.ForeignKeyConstraint(
            ["organisation_code"], ["pathway.organisation.organisation_code"], name=op.f("fk_aim_version_organisation_code")
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["intake.submission.submission_id"], name=op.f("fk_aim_version_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "row_number", name=op.f("pk_aim_version")),
        schema="improvement",
        comment="What was said of an aim: each row revises the one before. The latest effective one of organisation and measure counts.",
    )
    op.create_index(
        op.f("ix_aim_version_organisation_code_measure_name"),
        "aim_version",
        ["organisation_code", "measure_name"],
        unique=False,
        schema="improvement",
    )


def _create_action_version() -> None:
    op.create_table(
        "action_version",
        sa.Column("submission_id", sa.Text(), nullable=False, comment="the submission"),
        sa.Column("row_number", sa.BigInteger(), nullable=False, comment="row of the file"),
        sa.Column("arrival_number", sa.BigInteger(), nullable=False, comment="order of arrival"),
        sa.Column("is_withdrawal", sa.Boolean(), nullable=False, comment="whether the row ends what it names"),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="the provider of the organisation"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the provider, site or team"),
        sa.Column("reference", sa.Text(), nullable=False, comment="the provider's own short name for the action"),
        sa.Column("cycle_number", sa.Integer(), nullable=False, comment="plan-do-study-act cycle, from 1"),
        sa.Column("pathway_name", sa.Text(), nullable=False, comment="the pathway"),
        sa.Column("title", sa.Text(), nullable=False, comment="what it is called"),
        sa.Column("what_changes", sa.Text(), nullable=True, comment="what is done differently"),
        sa.Column("change_ideas", sa.ARRAY(sa.Text()), nullable=False, comment="kinds of change, names of the shared vocabulary"),
        sa.Column("measures_to_raise", sa.ARRAY(sa.Text()), nullable=False, comment="measures whose value should rise"),
        sa.Column("measures_to_lower", sa.ARRAY(sa.Text()), nullable=False, comment="measures whose value should fall"),
        sa.Column("started_on", sa.Date(), nullable=False, comment="first day"),
        sa.Column("ended_on", sa.Date(), nullable=True, comment="last day of the trial"),
        sa.Column("status", sa.Text(), nullable=False, comment="planned, active, adopted or abandoned"),
        sa.CheckConstraint("status in ('planned', 'active', 'adopted', 'abandoned')", name=op.f("ck_action_version_status")),
        sa.ForeignKeyConstraint(
            ["organisation_code"], ["pathway.organisation.organisation_code"], name=op.f("fk_action_version_organisation_code")
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["intake.submission.submission_id"], name=op.f("fk_action_version_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "row_number", name=op.f("pk_action_version")),
        schema="improvement",
        comment="What was said of an improvement action. The latest effective row of organisation, reference and cycle counts.",
    )
    op.create_index(
        op.f("ix_action_version_organisation_code_reference"),
        "action_version",
        ["organisation_code", "reference"],
        unique=False,
        schema="improvement",
    )


def _create_change_idea() -> None:
    op.create_table(
        "change_idea",
        sa.Column("change_idea", sa.Text(), nullable=False, comment="name of the idea"),
        sa.Column("title", sa.Text(), nullable=False, comment="how people write it"),
        sa.Column("description", sa.Text(), nullable=True, comment="what it means, where a pathway declares it"),
        sa.Column("pathway_name", sa.Text(), nullable=False, comment="the pathway that declares it, or whose lead first named it"),
        sa.Column("is_declared", sa.Boolean(), nullable=False, comment="whether the pathway declares it; else a lead added it"),
        sa.Column("added_by", sa.Text(), nullable=True, comment="the provider whose lead added it"),
        sa.PrimaryKeyConstraint("change_idea", name=op.f("pk_change_idea")),
        schema="improvement",
        comment="The vocabulary of changes that leads try, shared across the network. One row an idea.",
    )


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")
