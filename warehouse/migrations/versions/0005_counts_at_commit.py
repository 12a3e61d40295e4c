"""Nothing is lost: at commit the counts of a submission are compared with the rows that are there."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CHECK = """
create function intake.check_submission_counts() returns trigger language plpgsql set search_path = pg_catalog as $$
declare
    said intake.submission;
    set_aside bigint;
    kept bigint;
    kept_in text;
begin
    -- the row as it is at commit: later changes of the same transaction fire again and find the same
    select * into said from intake.submission where submission_id = new.submission_id;
    if not found or said.state not in ('accepted', 'accepted with warnings', 'accepted in part', 'rejected') then
        return null;
    end if;
    select count(*) into set_aside from intake.quarantined_row where submission_id = said.submission_id;
    -- a file that was refused as a whole sets all its rows aside without naming each
    if set_aside <> coalesce(said.quarantined_count, 0) and not (said.state = 'rejected' and set_aside = 0) then
        raise exception 'submission % counts % quarantined rows but has %', said.submission_id, said.quarantined_count, set_aside
            using errcode = 'check_violation', constraint = 'quarantine_counted', schema = 'intake', table = 'submission';
    end if;
    select record_table into kept_in from house.pathway_table where dataset_name = said.dataset_name;
    if kept_in is null or said.state = 'rejected' or to_regclass(format('pathway.%I', kept_in)) is null then
        return null;
    end if;
    execute format('select count(*) from pathway.%I where submission_id = $1', kept_in) into kept using said.submission_id;
    if kept < said.accepted_count or kept > said.accepted_count + said.unchanged_count + said.out_of_scope_count then
        raise exception 'submission % counts % accepted and % unchanged rows but has % records',
            said.submission_id, said.accepted_count, said.unchanged_count, kept
            using errcode = 'check_violation', constraint = 'records_counted', schema = 'intake', table = 'submission';
    end if;
    return null;
end
$$
"""

TRIGGER = """
create constraint trigger counts_at_commit
    after insert or update of state, received_count, accepted_count, unchanged_count, out_of_scope_count, quarantined_count
    on intake.submission deferrable initially deferred for each row execute function intake.check_submission_counts()
"""


def upgrade() -> None:
    op.execute(CHECK)
    op.execute(
        "comment on function intake.check_submission_counts() is 'At commit: counts of a submission equal the rows set aside and kept.'"
    )
    op.execute(TRIGGER)
    op.execute("comment on trigger counts_at_commit on intake.submission is 'Nothing is lost: checked when the transaction commits.'")


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")
