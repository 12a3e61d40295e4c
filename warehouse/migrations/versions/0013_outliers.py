"""Over-dispersion of funnels; period outliers with their evaluations and history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ADJUSTED = {
    "adjusted_lower_998": "lower 99.8 % limit that allows for over-dispersion; null where there are too few peers",
    "adjusted_lower_95": "lower 95 % limit that allows for over-dispersion",
    "adjusted_upper_95": "upper 95 % limit that allows for over-dispersion",
    "adjusted_upper_998": "upper 99.8 % limit that allows for over-dispersion",
}
DISTANCE = "distance from the network value, allowing for over-dispersion; null where there are too few peers"
HISTORY = """
create function measurement.refuse_change_of_history() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
    raise exception 'a history is never changed; add to it' using errcode = 'restrict_violation', schema = tg_table_schema, table = tg_table_name;
end
$$
"""


def upgrade() -> None:
    _create_funnel_dispersion()
    _create_period_outlier()
    _create_period_outlier_evaluation()
    _create_period_outlier_event()
    for name, comment in ADJUSTED.items():
        op.add_column("funnel_limit", sa.Column(name, sa.Double(), comment=comment), schema="measurement")
    op.add_column("benchmark", sa.Column("adjusted_z_score", sa.Double(), comment=DISTANCE), schema="measurement")
    position = sa.Column("adjusted_position", sa.Text(), comment="position among the limits that allow for over-dispersion")
    op.add_column("benchmark", position, schema="measurement")
    _keep_history()


def _keep_history() -> None:
    op.execute(HISTORY)
    op.execute("comment on function measurement.refuse_change_of_history() is 'What was judged and done stays as it was.'")
    for table in ("period_outlier_evaluation", "period_outlier_event"):
        refuse = "execute function measurement.refuse_change_of_history()"
        op.execute(f"create trigger stays before update or delete on measurement.{table} for each row {refuse}")
        op.execute(f"create trigger stays_whole before truncate on measurement.{table} for each statement {refuse}")


def _create_funnel_dispersion() -> None:
    op.create_table(
        "funnel_dispersion",
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("peer_kind", sa.Text(), nullable=False, comment="kind of organisation"),
        sa.Column("period_grain", sa.Text(), nullable=False, comment="month, quarter or year"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the period"),
        sa.Column(
            "scale",
            sa.Text(),
            nullable=False,
            comment="on which the variance was estimated: arcsine, or square root of observed by expected",
        ),
        sa.Column("peer_count", sa.Integer(), nullable=False, comment="peers that it rests on"),
        sa.Column("phi", sa.Double(), nullable=False, comment="mean squared z of the peers, the extremes drawn in; 1 by chance alone"),
        sa.Column(
            "tau_squared", sa.Double(), nullable=False, comment="variance between the peers on the scale, beyond chance; 0 if there is none"
        ),
        sa.PrimaryKeyConstraint("measure_name", "peer_kind", "period_grain", "period_start", name=op.f("pk_funnel_dispersion")),
        schema="measurement",
        comment="How much more the peers of a measure and period differ than by chance. One row where there are enough peers.",
    )


def _create_period_outlier() -> None:
    op.create_table(
        "period_outlier",
        sa.Column("period_outlier_id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="number of the outlier"),
        sa.Column("pathway_name", sa.Text(), nullable=False, comment="the pathway"),
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the organisation"),
        sa.Column("period_grain", sa.Text(), nullable=False, comment="quarter or year"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the period"),
        sa.Column("state", sa.Text(), nullable=False, comment="state of the workflow, as declared; noted for a positive outlier"),
        sa.Column(
            "due_on",
            sa.Date(),
            nullable=True,
            comment="last day for what is to be done in this state, in working days of England; null where none is set",
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False, comment="when it entered the state"),
        sa.Column("detected_at", sa.DateTime(timezone=True), nullable=False, comment="when it was detected first"),
        sa.CheckConstraint("period_grain in ('quarter', 'year')", name=op.f("ck_period_outlier_period_grain")),
        sa.ForeignKeyConstraint(
            ["organisation_code"], ["pathway.organisation.organisation_code"], name=op.f("fk_period_outlier_organisation_code")
        ),
        sa.PrimaryKeyConstraint("period_outlier_id", name=op.f("pk_period_outlier")),
        sa.UniqueConstraint("measure_name", "organisation_code", "period_grain", "period_start", name="uq_period_outlier_cell"),
        schema="measurement",
        comment="A closed period of an organisation that lay beyond a policy limit. One row a measure, organisation and period, for good.",
    )
    op.create_index(
        op.f("ix_period_outlier_organisation_code"), "period_outlier", ["organisation_code"], unique=False, schema="measurement"
    )


def _create_period_outlier_evaluation() -> None:
    op.create_table(
        "period_outlier_evaluation",
        sa.Column(
            "period_outlier_evaluation_id",
            sa.BigInteger(),
            sa.Identity(always=False),
            nullable=False,
            comment="order of evaluations; the latest counts",
        ),
        sa.Column("period_outlier_id", sa.BigInteger(), nullable=False, comment="the outlier"),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.Column(
            "as_of_submission", sa.Text(), nullable=True, comment="latest submission that had been loaded: the data that were judged"
        ),
        sa.Column(
            "basis", sa.Text(), nullable=False, comment="what is expected: standardised, network value, or network value, over-dispersed"
        ),
        sa.Column("policy_version", sa.Integer(), nullable=False, comment="version of the measure's outlier policy"),
        sa.Column("measure_version", sa.Integer(), nullable=True, comment="version of the measure's definition"),
        sa.Column(
            "model_version", sa.Text(), nullable=True, comment="case-mix models that predicted what is expected, each with its version"
        ),
        sa.Column("observed", sa.Double(), nullable=True, comment="events observed"),
        sa.Column("denominator", sa.Double(), nullable=True, comment="cases, or exposure"),
        sa.Column("expected", sa.Double(), nullable=True, comment="events expected"),
        sa.Column(
            "centre",
            sa.Double(),
            nullable=True,
            comment="what the value is compared with: 1 for a standardised ratio, else the network value",
        ),
        sa.Column(
            "value", sa.Double(), nullable=True, comment="observed by expected for a standardised ratio, else observed by denominator"
        ),
        sa.Column(
            "statistic",
            sa.Double(),
            nullable=True,
            comment="distance from what is expected in standard deviations, positive in the worse direction",
        ),
        sa.Column("tau_squared", sa.Double(), nullable=True, comment="variance between peers that was allowed for; null where none was"),
        sa.Column("policy_alert_limit", sa.Double(), nullable=True, comment="value beyond which it is an alert"),
        sa.Column("policy_alarm_limit", sa.Double(), nullable=True, comment="value beyond which it is an alarm"),
        sa.Column("policy_positive_limit", sa.Double(), nullable=True, comment="value beyond which it is a positive outlier"),
        sa.Column("limit_crossed", sa.Double(), nullable=True, comment="that of these which was crossed; null inside"),
        sa.Column("level", sa.Text(), nullable=False, comment="alarm, alert, inside, positive or not judged"),
        sa.Column("direction", sa.Text(), nullable=True, comment="worse or better than expected; null inside"),
        sa.CheckConstraint("direction in ('worse', 'better')", name=op.f("ck_period_outlier_evaluation_direction")),
        sa.CheckConstraint(
            "level in ('alarm', 'alert', 'inside', 'positive', 'not judged')", name=op.f("ck_period_outlier_evaluation_level")
        ),
        sa.ForeignKeyConstraint(
            ["period_outlier_id"],
            ["measurement.period_outlier.period_outlier_id"],
            name=op.f("fk_period_outlier_evaluation_period_outlier_id"),
        ),
        sa.PrimaryKeyConstraint("period_outlier_evaluation_id", name=op.f("pk_period_outlier_evaluation")),
        schema="measurement",
        comment="One judgement of a period outlier on the data of its day. Corrected data add another, none is overwritten.",
    )
    op.create_index(
        op.f("ix_period_outlier_evaluation_period_outlier_id"),
        "period_outlier_evaluation",
        ["period_outlier_id"],
        unique=False,
        schema="measurement",
    )


def _create_period_outlier_event() -> None:
    op.create_table(
        "period_outlier_event",
        sa.Column("period_outlier_event_id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="order of events"),
        sa.Column("period_outlier_id", sa.BigInteger(), nullable=False, comment="the outlier"),
        sa.Column("event", sa.Text(), nullable=False, comment="detected, detected again, noted, evaluated again, moved or fell due"),
        sa.Column("from_state", sa.Text(), nullable=True, comment="state before; null at first"),
        sa.Column("to_state", sa.Text(), nullable=False, comment="state after"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="last day for what is to be done in that state"),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False, comment="when"),
        sa.Column("actor", sa.Text(), nullable=False, comment="who or what did it"),
        sa.Column("note", sa.Text(), nullable=True, comment="why"),
        sa.ForeignKeyConstraint(
            ["period_outlier_id"], ["measurement.period_outlier.period_outlier_id"], name=op.f("fk_period_outlier_event_period_outlier_id")
        ),
        sa.PrimaryKeyConstraint("period_outlier_event_id", name=op.f("pk_period_outlier_event")),
        schema="measurement",
        comment="The history of a period outlier.",
    )
    op.create_index(
        op.f("ix_period_outlier_event_period_outlier_id"), "period_outlier_event", ["period_outlier_id"], unique=False, schema="measurement"
    )


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")
