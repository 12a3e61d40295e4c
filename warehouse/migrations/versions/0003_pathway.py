"""The schema pathway: organisations, persons, cases, milestones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema if not exists pathway")
    _create_linkage_coverage()
    _create_organisation()
    _create_person()
    _create_unresolved_organisation()
    _create_organisation_alias()
    _create_pathway_case()
    _create_person_death()
    _create_person_identifier()
    _create_provider_role()
    _create_milestone()


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")


def _create_linkage_coverage() -> None:
    op.create_table(
        "linkage_coverage",
        sa.Column("dataset_name", sa.Text(), nullable=False, comment="dataset that tells of persons, such as deaths"),
        sa.Column("covered_to", sa.Date(), nullable=False, comment="last day up to which the dataset is complete"),
        sa.PrimaryKeyConstraint("dataset_name", name=op.f("pk_linkage_coverage")),
        schema="pathway",
        comment="One row a dataset about persons: up to when absence means that nothing happened.",
    )


def _create_organisation() -> None:
    op.create_table(
        "organisation",
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="ODS code, or the network's own code"),
        sa.Column("organisation_name", sa.Text(), nullable=False, comment="name"),
        sa.Column("organisation_kind", sa.Text(), nullable=False, comment="nation, network, region, provider, site or team"),
        sa.Column("parent_code", sa.Text(), nullable=True, comment="site -> provider -> region -> network -> nation"),
        sa.Column("successor_code", sa.Text(), nullable=True, comment="organisation that took it over"),
        sa.Column("opened_on", sa.Date(), nullable=True, comment="first day"),
        sa.Column("closed_on", sa.Date(), nullable=True, comment="last day; null while open"),
        sa.Column(
            "is_member",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="whether it belongs to the network and is pooled in network values",
        ),
        sa.CheckConstraint(
            "organisation_kind in ('nation', 'network', 'region', 'provider', 'site', 'team')",
            name=op.f("ck_organisation_organisation_kind"),
        ),
        sa.ForeignKeyConstraint(["parent_code"], ["pathway.organisation.organisation_code"], name=op.f("fk_organisation_parent_code")),
        sa.ForeignKeyConstraint(
            ["successor_code"], ["pathway.organisation.organisation_code"], name=op.f("fk_organisation_successor_code")
        ),
        sa.PrimaryKeyConstraint("organisation_code", name=op.f("pk_organisation")),
        schema="pathway",
        comment="One row an organisation: anything with a code.",
    )
    op.create_index(op.f("ix_organisation_parent_code"), "organisation", ["parent_code"], unique=False, schema="pathway")


def _create_person() -> None:
    op.create_table(
        "person",
        sa.Column("person_id", sa.Uuid(), nullable=False, comment="random"),
        sa.Column("birth_month", sa.Date(), nullable=True, comment="first day of the month of birth"),
        sa.Column("death_on", sa.Date(), nullable=True, comment="date of death, from the deaths dataset"),
        sa.Column(
            "death_arrival_number", sa.BigInteger(), nullable=True, comment="arrival number of the submission that gave the date of death"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person")),
        schema="pathway",
        comment="One row a person, or a record of somebody without an NHS number.",
    )


def _create_unresolved_organisation() -> None:
    op.create_table(
        "unresolved_organisation",
        sa.Column("alias", sa.Text(), nullable=False, comment="the name as submitted, normalised"),
        sa.Column("first_submission_id", sa.Text(), nullable=False, comment="submission that named it first"),
        sa.Column("seen_count", sa.BigInteger(), server_default="1", nullable=False, comment="rows that named it in the latest submission"),
        sa.PrimaryKeyConstraint("alias", name=op.f("pk_unresolved_organisation")),
        schema="pathway",
        comment="One row a name that no organisation bears: kept until somebody adds an alias.",
    )


def _create_organisation_alias() -> None:
    op.create_table(
        "organisation_alias",
        sa.Column("alias", sa.Text(), nullable=False, comment="name or older code, as normalised for matching"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the organisation"),
        sa.Column("alias_kind", sa.Text(), nullable=False, comment="name, older code or national audit code"),
        sa.ForeignKeyConstraint(
            ["organisation_code"], ["pathway.organisation.organisation_code"], name=op.f("fk_organisation_alias_organisation_code")
        ),
        sa.PrimaryKeyConstraint("alias", name=op.f("pk_organisation_alias")),
        schema="pathway",
        comment="One row a name or older code by which an organisation is found.",
    )


def _create_pathway_case() -> None:
    op.create_table(
        "pathway_case",
        sa.Column("case_id", sa.Uuid(), nullable=False, comment="random"),
        sa.Column("pathway_name", sa.Text(), nullable=False, comment="the pathway"),
        sa.Column("person_id", sa.Uuid(), nullable=False, comment="the person"),
        sa.Column("site_code", sa.Text(), nullable=False, comment="site whose result it is"),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="provider of the site at the time"),
        sa.Column("started_at", sa.DateTime(), nullable=True, comment="clock start, local time as the audit counts it"),
        sa.Column("started_on", sa.Date(), nullable=False, comment="date of the clock start"),
        sa.Column("record_status", sa.Text(), nullable=False, comment="only valid and incomplete cases enter measures"),
        sa.Column(
            "first_arrival_number", sa.BigInteger(), nullable=False, comment="arrival number of the first submission that told of it"
        ),
        sa.Column("first_row_number", sa.BigInteger(), nullable=False, comment="row of that submission"),
        sa.Column(
            "last_arrival_number", sa.BigInteger(), nullable=False, comment="arrival number of the latest submission that told of it"
        ),
        sa.CheckConstraint(
            "record_status in ('valid', 'incomplete', 'error', 'duplicate', 'conflict')", name=op.f("ck_pathway_case_record_status")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["pathway.person.person_id"], name=op.f("fk_pathway_case_person_id")),
        sa.ForeignKeyConstraint(["provider_code"], ["pathway.organisation.organisation_code"], name=op.f("fk_pathway_case_provider_code")),
        sa.ForeignKeyConstraint(["site_code"], ["pathway.organisation.organisation_code"], name=op.f("fk_pathway_case_site_code")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_pathway_case")),
        schema="pathway",
        comment="One row a case: one patient's passage along one pathway.",
    )
    op.create_index(
        op.f("ix_pathway_case_pathway_name_started_on"), "pathway_case", ["pathway_name", "started_on"], unique=False, schema="pathway"
    )
    op.create_index(op.f("ix_pathway_case_person_id"), "pathway_case", ["person_id"], unique=False, schema="pathway")
    op.create_index(
        op.f("ix_pathway_case_site_code_started_on"), "pathway_case", ["site_code", "started_on"], unique=False, schema="pathway"
    )


def _create_person_death() -> None:
    op.create_table(
        "person_death",
        sa.Column("submission_id", sa.Text(), nullable=False, comment="the submission"),
        sa.Column("row_number", sa.BigInteger(), nullable=False, comment="row of the file"),
        sa.Column("person_id", sa.Uuid(), nullable=False, comment="the person"),
        sa.Column("arrival_number", sa.BigInteger(), nullable=False, comment="order of arrival of the submission"),
        sa.Column("death_on", sa.Date(), nullable=True, comment="date of death as sent; null where the row withdraws what came before"),
        sa.Column("is_withdrawal", sa.Boolean(), server_default="false", nullable=False, comment="whether it withdraws what came before"),
        sa.ForeignKeyConstraint(["person_id"], ["pathway.person.person_id"], name=op.f("fk_person_death_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["submission_id"], ["intake.submission.submission_id"], name=op.f("fk_person_death_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "row_number", name=op.f("pk_person_death")),
        schema="pathway",
        comment="What each submission said of a death. The latest effective one of a person counts and is copied to pathway.person.",
    )
    op.create_index(
        op.f("ix_person_death_person_id_arrival_number"), "person_death", ["person_id", "arrival_number"], unique=False, schema="pathway"
    )


def _create_person_identifier() -> None:
    op.create_table(
        "person_identifier",
        sa.Column("key_id", sa.Text(), nullable=False, comment="which key made the pseudonym"),
        sa.Column("hmac", sa.LargeBinary(), nullable=False, comment="keyed HMAC-SHA-256 of the normalised identifier"),
        sa.Column("person_id", sa.Uuid(), nullable=False, comment="the person"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["pathway.person.person_id"], name=op.f("fk_person_identifier_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key_id", "hmac", name=op.f("pk_person_identifier")),
        schema="pathway",
        comment="One row a pseudonym of a person.",
    )
    op.create_index(op.f("ix_person_identifier_person_id"), "person_identifier", ["person_id"], unique=False, schema="pathway")


def _create_provider_role() -> None:
    op.create_table(
        "provider_role",
        sa.Column("role_name", sa.Text(), nullable=False, comment="login role"),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="provider whose records it sees"),
        sa.ForeignKeyConstraint(["provider_code"], ["pathway.organisation.organisation_code"], name=op.f("fk_provider_role_provider_code")),
        sa.PrimaryKeyConstraint("role_name", "provider_code", name=op.f("pk_provider_role")),
        schema="pathway",
        comment="One row a login role and provider: what row-level security lets it see.",
    )


def _create_milestone() -> None:
    op.create_table(
        "milestone",
        sa.Column(
            "case_id",
            sa.Uuid(),
            nullable=False,
            comment="the case; kept in step by the load, because a check a row costs a third of a large load",
        ),
        sa.Column("milestone_name", sa.Text(), nullable=False, comment="name of the event, declared by the pathway"),
        sa.Column("happened_on", sa.Date(), nullable=False, comment="date of the event"),
        sa.Column(
            "happened_at", sa.DateTime(), nullable=True, comment="instant of the event, local time; null where only the date is known"
        ),
        sa.Column("from_start_minutes", sa.Integer(), nullable=True, comment="minutes from clock start; null where only the date is known"),
        sa.PrimaryKeyConstraint("case_id", "milestone_name", name=op.f("pk_milestone")),
        schema="pathway",
        comment="One row a dated event of a case.",
    )
