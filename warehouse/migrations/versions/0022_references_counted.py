"""Whether the persons of new cases are known is counted, not looked for one by one."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# a count makes the server plan for all rows. Asked whether there is any, it hopes to find one soon and compares row by row; but there never is one,
# and where it takes the table of persons for nearly empty (a load was killed, its dead rows were vacuumed) 100,000 cases took 160 s
CASE_REFERENCES = """
create or replace function pathway.case_references_exist() returns trigger language plpgsql set search_path = pg_catalog as $$
declare missing text;
begin
    select case
        when (select count(*) from (select site_code as code from written union select provider_code from written) as named
            where not exists (select from pathway.organisation as o where o.organisation_code = named.code)) > 0 then 'organisation'
        when (select count(*) from written where not exists (select from pathway.person as p where p.person_id = written.person_id)) > 0 then 'person'
        end into missing;
    if missing is not null then
        raise exception 'a case refers to a % that is not known', missing
            using errcode = 'foreign_key_violation', schema = tg_table_schema, table = tg_table_name;
    end if;
    return null;
end
$$
"""


def upgrade() -> None:
    op.execute(CASE_REFERENCES)


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")
