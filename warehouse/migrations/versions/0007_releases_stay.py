"""Releases stay as they were frozen: the database refuses to change or delete them."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

REFUSE = """
create function measurement.refuse_change_of_release() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
    -- only the fingerprint is filled in once, in the transaction that froze the release
    if tg_op = 'UPDATE' and tg_table_name = 'release' then
        if old.content_sha256 = repeat('0', 64) and to_jsonb(new) - 'content_sha256' = to_jsonb(old) - 'content_sha256' then
            return new;
        end if;
    end if;
    raise exception 'a release is never changed; freeze another' using errcode = 'restrict_violation', schema = tg_table_schema, table = tg_table_name;
end
$$
"""

COMPLETE = """
create function measurement.refuse_late_result() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
    if (select content_sha256 from measurement.release where release_id = new.release_id) <> repeat('0', 64) then
        raise exception 'the release is complete; freeze another' using errcode = 'restrict_violation', schema = tg_table_schema, table = tg_table_name;
    end if;
    return new;
end
$$
"""


def upgrade() -> None:
    op.execute(REFUSE)
    op.execute(COMPLETE)
    op.execute("comment on function measurement.refuse_change_of_release() is 'A release is never changed or deleted.'")
    op.execute("comment on function measurement.refuse_late_result() is 'Results are added to a release only while it is frozen.'")
    for table in ("release", "release_result"):
        op.execute(
            f"create trigger stays before update or delete on measurement.{table} for each row execute function measurement.refuse_change_of_release()"
        )
        op.execute(
            f"create trigger stays_whole before truncate on measurement.{table} for each statement "
            "execute function measurement.refuse_change_of_release()"
        )
    op.execute(
        "create trigger complete before insert on measurement.release_result for each row execute function measurement.refuse_late_result()"
    )


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")
