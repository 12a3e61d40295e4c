"""What a load writes once a row and need not: findings of a kind in one row, milestones as a view, references checked a statement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# views over what is dropped here are made again, with their grants, by what follows the migrations
MADE_AGAIN = ("dashboard.milestone_v1", "dashboard.milestone_summary_v1", "row-level security", "grants")

CASE_REFERENCES = """
create function pathway.case_references_exist() returns trigger language plpgsql set search_path = pg_catalog as $$
declare missing text;
begin
    select case
        when exists (select from (select site_code as code from written union select provider_code from written) as named
            where not exists (select from pathway.organisation as o where o.organisation_code = named.code)) then 'organisation'
        when exists (select from written where not exists (select from pathway.person as p where p.person_id = written.person_id)) then 'person'
        end into missing;
    if missing is not null then
        raise exception 'a case refers to a % that is not known', missing
            using errcode = 'foreign_key_violation', schema = tg_table_schema, table = tg_table_name;
    end if;
    return null;
end
$$
"""

STILL_REFERRED_TO = """
create function pathway.no_case_refers_to_it() returns trigger language plpgsql set search_path = pg_catalog as $$
declare lost text[];
begin
    -- usually none: what is deleted and written again, or changed elsewhere, is still there
    if tg_table_name = 'person' then
        select array_agg(g.person_id) from gone as g where not exists (select from pathway.person as p where p.person_id = g.person_id) into lost;
        perform from pathway.pathway_case where person_id = any (lost::uuid[]) limit 1;
    else
        select array_agg(g.organisation_code) from gone as g
            where not exists (select from pathway.organisation as o where o.organisation_code = g.organisation_code) into lost;
        perform from pathway.pathway_case where site_code = any (lost) or provider_code = any (lost) limit 1;
    end if;
    if found then
        raise exception 'a case refers to this %', tg_table_name
            using errcode = 'foreign_key_violation', schema = tg_table_schema, table = tg_table_name;
    end if;
    return null;
end
$$
"""


def upgrade() -> None:
    _findings_by_kind()
    _milestones_as_a_view()
    _references_by_statement()


def _findings_by_kind() -> None:
    op.create_table(
        "finding_kind",
        sa.Column("submission_id", sa.Text(), nullable=False, comment="the submission"),
        sa.Column("kind_number", sa.BigInteger(), nullable=False, comment="number within the submission"),
        sa.Column("rule_id", sa.Text(), nullable=False, comment="id of the rule that is broken"),
        sa.Column("rule_name", sa.Text(), nullable=False, comment="name of the rule: what must hold"),
        sa.Column("rule_version", sa.Integer(), nullable=False, comment="version of the rules"),
        sa.Column("severity", sa.Text(), nullable=False, comment="reject file, quarantine record, warn or out of scope"),
        sa.Column("scope", sa.Text(), nullable=False, comment="record, file or warehouse"),
        sa.Column("field_name", sa.Text(), nullable=True, comment="field to correct; null for the file"),
        sa.Column("advice", sa.Text(), nullable=False, comment="what to do, without any value"),
        sa.Column(
            "row_numbers",
            postgresql.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="rows of the file that break it, in order; a null for the file",
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["intake.submission.submission_id"], name=op.f("fk_finding_kind_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "kind_number", name=op.f("pk_finding_kind")),
        schema="intake",
        comment="One rule broken in one field by rows of a submission, or by the file. The view finding has a row for each. Never a patient's value.",
    )
    op.create_index(op.f("ix_finding_kind_rule_id"), "finding_kind", ["rule_id"], unique=False, schema="intake")
    kind = "submission_id, rule_id, rule_name, rule_version, severity, scope, field_name, advice"
    op.execute(
        f"""insert into intake.finding_kind ({kind}, kind_number, row_numbers)
        select {kind}, row_number() over (partition by submission_id order by min(finding_number)), array_agg(row_number order by finding_number)
        from intake.finding group by {kind}"""
    )
    op.drop_table("finding", schema="intake")


def _milestones_as_a_view() -> None:
    op.execute("drop table pathway.milestone cascade")
    names = ", ".join(f"'{name}'" for name in MADE_AGAIN)
    op.execute(f"delete from house.applied_sync where change = 'apply' and object_name in ({names})")


def _references_by_statement() -> None:
    for name in ("person_id", "site_code", "provider_code"):
        op.drop_constraint(f"fk_pathway_case_{name}", "pathway_case", schema="pathway")
    op.execute(CASE_REFERENCES)
    op.execute(STILL_REFERRED_TO)
    op.execute(
        "comment on function pathway.case_references_exist() is 'Persons and organisations of the cases that a statement wrote are known.'"
    )
    op.execute(
        "comment on function pathway.no_case_refers_to_it() is 'What a statement deleted or renamed is no person or organisation of a case.'"
    )
    for verb in ("insert", "update"):
        op.execute(
            f"create trigger references_exist_after_{verb} after {verb} on pathway.pathway_case referencing new table as written "
            "for each statement execute function pathway.case_references_exist()"
        )
    for table in ("person", "organisation"):
        for verb in ("delete", "update"):
            op.execute(
                f"create trigger is_not_needed_after_{verb} after {verb} on pathway.{table} referencing old table as gone "
                "for each statement execute function pathway.no_case_refers_to_it()"
            )
