"""Charts of several kinds for a series, chosen by the measure; charts of rare events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SPC_POINT = "A point of a measure's chart for one organisation. One row a chart, so where one chart is meant it has to be said which."
LOWER_LIMIT = "lower process limit, of a P' or U' chart for the point's own denominator"


def upgrade() -> None:
    _tell_charts_apart()
    _declare_charts()
    _create_rare_event_point()


def _tell_charts_apart() -> None:
    chart = sa.Column("chart", sa.Text(), nullable=False, server_default="xmr", comment="kind of chart: xmr, p_prime or u_prime")
    op.add_column("spc_point", chart, schema="measurement")
    op.alter_column("spc_point", "chart", server_default=None, schema="measurement")
    op.drop_constraint("pk_spc_point", "spc_point", schema="measurement")
    key = ["measure_name", "organisation_code", "period_grain", "period_start", "chart"]
    op.create_primary_key("pk_spc_point", "spc_point", key, schema="measurement")
    op.alter_column("spc_point", "lower_limit", comment=LOWER_LIMIT, schema="measurement")
    op.create_table_comment("spc_point", SPC_POINT, schema="measurement")


def _declare_charts() -> None:
    charts = sa.Column(
        "charts", sa.ARRAY(sa.Text()), nullable=False, server_default="{xmr}", comment="charts of its series: xmr, p_prime, u_prime, g or t"
    )
    op.add_column("measure", charts, schema="measurement")
    judge = sa.Column(
        "signals_from", sa.Text(), nullable=False, server_default="xmr", comment="the one of them whose special causes are signals"
    )
    op.add_column("measure", judge, schema="measurement")


def _create_rare_event_point() -> None:
    op.create_table(
        "rare_event_point",
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure, whose numerator is the event"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the provider"),
        sa.Column("chart", sa.Text(), nullable=False, comment="g: cases between events; t: days between events"),
        sa.Column("point_number", sa.Integer(), autoincrement=False, nullable=False, comment="1 is the first of the latest 48 points"),
        sa.Column(
            "period_start",
            sa.Date(),
            nullable=False,
            comment="first day of the month of the event; of the latest case where the next event is awaited",
        ),
        sa.Column(
            "value",
            sa.Double(),
            nullable=False,
            comment="cases without the event, or days, since the event before; events of one day lie half a day apart",
        ),
        sa.Column(
            "centre",
            sa.Double(),
            nullable=True,
            comment="centre line: median of the cases between, or what the mean of the transformed days comes to",
        ),
        sa.Column("lower_limit", sa.Double(), nullable=True, comment="lower limit; null where there are too few events for one"),
        sa.Column("upper_limit", sa.Double(), nullable=True, comment="upper limit"),
        sa.Column("rule_name", sa.Text(), nullable=True, comment="first rule that the point breaks; null for common cause"),
        sa.Column(
            "point_type",
            sa.Text(),
            nullable=False,
            comment="common cause, special cause improvement, concern, neutral high or low (of the measure), insufficient data",
        ),
        sa.Column("rule_version", sa.Integer(), nullable=False, comment="version of the rules"),
        sa.Column(
            "is_open",
            sa.Boolean(),
            nullable=False,
            comment="whether the next event is awaited: the value can only grow, it makes no limits",
        ),
        sa.Column(
            "is_provisional",
            sa.Boolean(),
            nullable=False,
            comment="whether its month can still change; it then makes no limits and raises no signal",
        ),
        sa.CheckConstraint("chart in ('g', 't')", name=op.f("ck_rare_event_point_chart")),
        sa.PrimaryKeyConstraint("measure_name", "organisation_code", "chart", "point_number", name=op.f("pk_rare_event_point")),
        schema="measurement",
        comment="A point of a provider's chart of rare events, one an event in order of date, and one for what has passed since the last.",
    )


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")
