"""Beside what a chart's point breaks, what it breaks when final points alone are judged, as signals are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

RULE = "first rule that the point breaks when final points alone are judged, as signals are; null for common cause and where provisional"
TYPE = "what point_type is when final points alone are judged; not judged yet where provisional"
# until its chart is drawn again a final point bears what was said of it
AS_SAID = """
update measurement.spc_point p set final_rule_name = case when not r.is_provisional then p.rule_name end,
    final_point_type = case when r.is_provisional and p.point_type <> 'insufficient data' then 'not judged yet' else p.point_type end
from measurement.measure_result r
where r.measure_name = p.measure_name and r.organisation_code = p.organisation_code and r.period_grain = p.period_grain and r.period_start = p.period_start
"""
# one cell of a series is enough for all its charts
DRAWN_AGAIN = """
insert into intake.stale_cell (pathway_name, organisation_code, period_grain, period_start)
select m.pathway_name, p.organisation_code, p.period_grain, max(p.period_start)
from measurement.spc_point p join measurement.measure m on m.measure_name = p.measure_name group by 1, 2, 3
"""


def upgrade() -> None:
    op.add_column("spc_point", sa.Column("final_rule_name", sa.Text(), nullable=True, comment=RULE), schema="measurement")
    kind = sa.Column("final_point_type", sa.Text(), nullable=False, server_default="insufficient data", comment=TYPE)
    op.add_column("spc_point", kind, schema="measurement")
    op.alter_column("spc_point", "final_point_type", server_default=None, schema="measurement")
    op.execute(AS_SAID)
    op.execute(DRAWN_AGAIN)


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")
