"""The schema measurement: measures, results, benchmarks, charts, signals, improvement, releases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema if not exists measurement")
    _create_benchmark()
    _create_funnel_limit()
    _create_measure()
    _create_measure_result()
    _create_signal()
    _create_spc_point()
    _create_aim()
    _create_improvement_action()
    _create_release()
    _create_signal_event()
    _create_submitted_result()
    _create_release_result()


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")


def _create_benchmark() -> None:
    op.create_table(
        "benchmark",
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the organisation"),
        sa.Column("period_grain", sa.Text(), nullable=False, comment="month, quarter or year"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the period"),
        sa.Column("peer_kind", sa.Text(), nullable=False, comment="kind of organisation it is compared with"),
        sa.Column("peer_count", sa.Integer(), nullable=False, comment="peers with a value"),
        sa.Column("rank", sa.Integer(), nullable=True, comment="1 is best; ties share the better rank; null for a neutral measure"),
        sa.Column("quartile", sa.SmallInteger(), nullable=True, comment="1 is best"),
        sa.Column("network_value", sa.Double(), nullable=True, comment="pooled over our members"),
        sa.Column("national_value", sa.Double(), nullable=True, comment="published by a national body and imported"),
        sa.Column("national_source", sa.Text(), nullable=True, comment="its source"),
        sa.Column("z_score", sa.Double(), nullable=True, comment="distance from the network value in standard deviations"),
        sa.Column("funnel_position", sa.Text(), nullable=True, comment="below 99.8 %, below 95 %, inside, above 95 % or above 99.8 %"),
        sa.Column("is_favourable", sa.Boolean(), nullable=True, comment="whether a position outside the funnel is on the better side"),
        sa.Column("best_value", sa.Double(), nullable=True, comment="best value among the peers"),
        sa.Column("from_best", sa.Double(), nullable=True, comment="value less the best value"),
        sa.Column("as_of_submission", sa.Text(), nullable=True, comment="latest submission that had been loaded"),
        sa.PrimaryKeyConstraint("measure_name", "organisation_code", "period_grain", "period_start", name=op.f("pk_benchmark")),
        schema="measurement",
        comment="A measure result beside its peers.",
    )
    op.create_index(
        op.f("ix_benchmark_period_grain_period_start"), "benchmark", ["period_grain", "period_start"], unique=False, schema="measurement"
    )


def _create_funnel_limit() -> None:
    op.create_table(
        "funnel_limit",
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("peer_kind", sa.Text(), nullable=False, comment="kind of organisation"),
        sa.Column("period_grain", sa.Text(), nullable=False, comment="month, quarter or year"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the period"),
        sa.Column("denominator", sa.Double(), nullable=False, comment="denominator for which the limits hold"),
        sa.Column("centre", sa.Double(), nullable=False, comment="network value"),
        sa.Column("lower_998", sa.Double(), nullable=True, comment="lower 99.8 % limit"),
        sa.Column("lower_95", sa.Double(), nullable=True, comment="lower 95 % limit"),
        sa.Column("upper_95", sa.Double(), nullable=True, comment="upper 95 % limit"),
        sa.Column("upper_998", sa.Double(), nullable=True, comment="upper 99.8 % limit"),
        sa.PrimaryKeyConstraint("measure_name", "peer_kind", "period_grain", "period_start", "denominator", name=op.f("pk_funnel_limit")),
        schema="measurement",
        comment="Funnel limits of a measure and period for one denominator.",
    )


def _create_measure() -> None:
    op.create_table(
        "measure",
        sa.Column("measure_name", sa.Text(), nullable=False, comment="name of the measure"),
        sa.Column("measure_version", sa.Integer(), nullable=False, comment="version of its definition"),
        sa.Column("pathway_name", sa.Text(), nullable=False, comment="the pathway"),
        sa.Column("title", sa.Text(), nullable=False, comment="title for readers"),
        sa.Column("description", sa.Text(), nullable=False, comment="what counts and what does not"),
        sa.Column("kind", sa.Text(), nullable=False, comment="proportion, median, mean, count, rate, score or derived"),
        sa.Column("direction", sa.Text(), nullable=False, comment="higher is better, lower is better or neutral"),
        sa.Column("unit", sa.Text(), nullable=False, comment="unit of the value"),
        sa.Column("decimals", sa.SmallInteger(), nullable=False, comment="decimals to show"),
        sa.Column("target", sa.Double(), nullable=True, comment="target value"),
        sa.Column("is_headline", sa.Boolean(), nullable=False, comment="whether it is among the first to show"),
        sa.Column("definition_text", sa.Text(), nullable=False, comment="the definition in words, made from the declaration"),
        sa.Column("definition_sql", sa.Text(), nullable=False, comment="the definition in SQL, made from the declaration"),
        sa.PrimaryKeyConstraint("measure_name", name=op.f("pk_measure")),
        schema="measurement",
        comment="One row a measure, as declared.",
    )


def _create_measure_result() -> None:
    op.create_table(
        "measure_result",
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the organisation"),
        sa.Column("period_grain", sa.Text(), nullable=False, comment="month, quarter or year"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the period"),
        sa.Column("numerator", sa.Double(), nullable=True, comment="cases that count; null where the measure has none"),
        sa.Column("denominator", sa.Double(), nullable=True, comment="cases that could count"),
        sa.Column("value", sa.Double(), nullable=True, comment="the value, in the measure's unit; a proportion lies between 0 and 1"),
        sa.Column("lower_95", sa.Double(), nullable=True, comment="lower limit of the 95 % interval"),
        sa.Column("upper_95", sa.Double(), nullable=True, comment="upper limit of the 95 % interval"),
        sa.Column("reason", sa.Text(), nullable=True, comment="why there is no value"),
        sa.Column("completeness_share", sa.Double(), nullable=True, comment="share of needed and due fields that are filled, 0 to 1"),
        sa.Column("is_provisional", sa.Boolean(), nullable=False, comment="whether it can still change by time alone or by late data"),
        sa.Column("matures_on", sa.Date(), nullable=False, comment="first day on which it is final"),
        sa.Column("measure_version", sa.Integer(), nullable=False, comment="version of the definition"),
        sa.Column("as_of_submission", sa.Text(), nullable=True, comment="latest submission that had been loaded when it was computed"),
        sa.Column(
            "computed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="when it was computed"
        ),
        sa.CheckConstraint("period_grain in ('month', 'quarter', 'year')", name=op.f("ck_measure_result_period_grain")),
        sa.PrimaryKeyConstraint("measure_name", "organisation_code", "period_grain", "period_start", name=op.f("pk_measure_result")),
        schema="measurement",
        comment="A measure for one organisation and period.",
    )
    op.create_index(
        op.f("ix_measure_result_organisation_code_period_grain_period_start"),
        "measure_result",
        ["organisation_code", "period_grain", "period_start"],
        unique=False,
        schema="measurement",
    )
    op.create_index(
        op.f("ix_measure_result_period_grain_period_start"),
        "measure_result",
        ["period_grain", "period_start"],
        unique=False,
        schema="measurement",
    )


def _create_signal() -> None:
    op.create_table(
        "signal",
        sa.Column("signal_id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="number of the signal"),
        sa.Column(
            "signal_key",
            sa.Text(),
            nullable=False,
            comment="what makes the event one event: kind, subject, direction or rule, and since when",
        ),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="special cause, submission late, submission missing, completeness falling or submission stuck",
        ),
        sa.Column("pathway_name", sa.Text(), nullable=True, comment="the pathway"),
        sa.Column("measure_name", sa.Text(), nullable=True, comment="the measure"),
        sa.Column("organisation_code", sa.Text(), nullable=True, comment="the organisation"),
        sa.Column("submission_id", sa.Text(), nullable=True, comment="the submission"),
        sa.Column("rule_name", sa.Text(), nullable=False, comment="rule that fired"),
        sa.Column("rule_version", sa.Integer(), nullable=False, comment="version of the rule"),
        sa.Column(
            "parameters",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="parameters of the rule and the points that made it fire",
        ),
        sa.Column("is_favourable", sa.Boolean(), nullable=True, comment="whether it is an improvement"),
        sa.Column("since_on", sa.Date(), nullable=False, comment="first day of the event"),
        sa.Column("until_on", sa.Date(), nullable=True, comment="last period of the event so far"),
        sa.Column("state", sa.Text(), nullable=False, comment="raised, acknowledged or closed"),
        sa.Column("raised_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="when it was raised"),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True, comment="when it was closed"),
        sa.Column("closed_because", sa.Text(), nullable=True, comment="why it was closed"),
        sa.CheckConstraint("state in ('raised', 'acknowledged', 'closed')", name=op.f("ck_signal_state")),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_signal")),
        schema="measurement",
        comment="Something worth a human's attention. One row an event, not one a refresh.",
    )
    op.create_index(op.f("ix_signal_organisation_code"), "signal", ["organisation_code"], unique=False, schema="measurement")
    op.create_index(
        "uq_signal_one_open", "signal", ["signal_key"], unique=True, schema="measurement", postgresql_where=sa.text("state <> 'closed'")
    )


def _create_spc_point() -> None:
    op.create_table(
        "spc_point",
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the organisation"),
        sa.Column("period_grain", sa.Text(), nullable=False, comment="month, quarter or year"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the period"),
        sa.Column("point_number", sa.Integer(), nullable=False, comment="1 is the first point of the series"),
        sa.Column("value", sa.Double(), nullable=True, comment="the value"),
        sa.Column("mean", sa.Double(), nullable=True, comment="centre line"),
        sa.Column("lower_limit", sa.Double(), nullable=True, comment="lower process limit"),
        sa.Column("upper_limit", sa.Double(), nullable=True, comment="upper process limit"),
        sa.Column("rule_name", sa.Text(), nullable=True, comment="first rule that the point breaks; null for common cause"),
        sa.Column(
            "point_type",
            sa.Text(),
            nullable=False,
            comment="common cause, special cause improvement, concern, neutral high or neutral low, insufficient data",
        ),
        sa.Column("rule_version", sa.Integer(), nullable=False, comment="version of the rules"),
        sa.PrimaryKeyConstraint("measure_name", "organisation_code", "period_grain", "period_start", name=op.f("pk_spc_point")),
        schema="measurement",
        comment="A point of a measure's XmR chart for one organisation.",
    )


def _create_aim() -> None:
    op.create_table(
        "aim",
        sa.Column("aim_id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="number"),
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="whose aim"),
        sa.Column("target_value", sa.Double(), nullable=False, comment="value to reach, in the measure's unit"),
        sa.Column("target_on", sa.Date(), nullable=False, comment="by when"),
        sa.ForeignKeyConstraint(["measure_name"], ["measurement.measure.measure_name"], name=op.f("fk_aim_measure_name")),
        sa.ForeignKeyConstraint(["organisation_code"], ["pathway.organisation.organisation_code"], name=op.f("fk_aim_organisation_code")),
        sa.PrimaryKeyConstraint("aim_id", name=op.f("pk_aim")),
        sa.UniqueConstraint("measure_name", "organisation_code", "target_on", name=op.f("uq_aim_measure_name_organisation_code_target_on")),
        schema="measurement",
        comment="A target with a date.",
    )


def _create_improvement_action() -> None:
    op.create_table(
        "improvement_action",
        sa.Column("improvement_action_id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="number"),
        sa.Column("pathway_name", sa.Text(), nullable=False, comment="the pathway"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="who acts"),
        sa.Column("title", sa.Text(), nullable=False, comment="what changes"),
        sa.Column("measure_names", sa.ARRAY(sa.Text()), nullable=False, comment="measures it should move"),
        sa.Column("change_idea", sa.Text(), nullable=True, comment="kind of change, shared across the network"),
        sa.Column("started_on", sa.Date(), nullable=False, comment="first day"),
        sa.Column("ended_on", sa.Date(), nullable=True, comment="last day"),
        sa.ForeignKeyConstraint(
            ["organisation_code"], ["pathway.organisation.organisation_code"], name=op.f("fk_improvement_action_organisation_code")
        ),
        sa.PrimaryKeyConstraint("improvement_action_id", name=op.f("pk_improvement_action")),
        schema="measurement",
        comment="A dated change that a lead registers.",
    )


def _create_release() -> None:
    op.create_table(
        "release",
        sa.Column("release_id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="number"),
        sa.Column("release_name", sa.Text(), nullable=False, comment="its name, such as 2026-Q1"),
        sa.Column("title", sa.Text(), nullable=False, comment="title for readers"),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False, comment="when it was frozen"),
        sa.Column("released_by", sa.Text(), nullable=False, comment="who froze it"),
        sa.Column("policy_version", sa.Integer(), nullable=False, comment="small-numbers policy"),
        sa.Column("as_of_submission", sa.Text(), nullable=True, comment="latest submission that had been loaded"),
        sa.Column(
            "selection",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="measures, kinds of organisation, grains and periods that were chosen",
        ),
        sa.Column(
            "content_sha256",
            sa.Text(),
            nullable=False,
            comment="SHA-256 over its results in order, hexadecimal: proves that they are as they were",
        ),
        sa.ForeignKeyConstraint(["policy_version"], ["house.small_numbers_policy.policy_version"], name=op.f("fk_release_policy_version")),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_release")),
        sa.UniqueConstraint("release_name", name=op.f("uq_release_release_name")),
        schema="measurement",
        comment="One row a release: a frozen, named set of results.",
    )


def _create_signal_event() -> None:
    op.create_table(
        "signal_event",
        sa.Column("signal_event_id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="order of events"),
        sa.Column("signal_id", sa.BigInteger(), nullable=False, comment="the signal"),
        sa.Column("event", sa.Text(), nullable=False, comment="raised, extended, acknowledged, closed, raised again, pushed"),
        sa.Column("happened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="when"),
        sa.Column("actor", sa.Text(), nullable=False, comment="who or what did it"),
        sa.Column("note", sa.Text(), nullable=True, comment="why"),
        sa.ForeignKeyConstraint(["signal_id"], ["measurement.signal.signal_id"], name=op.f("fk_signal_event_signal_id")),
        sa.PrimaryKeyConstraint("signal_event_id", name=op.f("pk_signal_event")),
        schema="measurement",
        comment="The history of a signal.",
    )
    op.create_index(op.f("ix_signal_event_signal_id"), "signal_event", ["signal_id"], unique=False, schema="measurement")


def _create_submitted_result() -> None:
    op.create_table(
        "submitted_result",
        sa.Column("submission_id", sa.Text(), nullable=False, comment="the submission"),
        sa.Column("row_number", sa.BigInteger(), nullable=False, comment="record number within the submission after its reshape"),
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("arrival_number", sa.BigInteger(), nullable=False, comment="order of arrival"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the organisation"),
        sa.Column("period_grain", sa.Text(), nullable=False, comment="month, quarter or year"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the period"),
        sa.Column("numerator", sa.Double(), nullable=True, comment="as submitted"),
        sa.Column("denominator", sa.Double(), nullable=True, comment="as submitted"),
        sa.Column("value", sa.Double(), nullable=True, comment="as submitted"),
        sa.Column("reason", sa.Text(), nullable=True, comment="why there is no value, as submitted"),
        sa.Column("level_code", sa.Text(), nullable=True, comment="letter or band, where the value is one"),
        sa.Column("is_reference", sa.Boolean(), server_default="false", nullable=False, comment="whether it is a published national value"),
        sa.Column("source", sa.Text(), nullable=True, comment="where a published value was published"),
        sa.Column("is_withdrawal", sa.Boolean(), server_default="false", nullable=False, comment="whether the row withdraws the cell"),
        sa.ForeignKeyConstraint(["submission_id"], ["intake.submission.submission_id"], name=op.f("fk_submitted_result_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "row_number", "measure_name", name=op.f("pk_submitted_result")),
        schema="measurement",
        comment="A result as it was submitted. The latest effective one of a cell counts.",
    )
    op.create_index(
        op.f("ix_submitted_result_measure_name_organisation_code_period_grain_period_start_arrival_number"),
        "submitted_result",
        ["measure_name", "organisation_code", "period_grain", "period_start", "arrival_number"],
        unique=False,
        schema="measurement",
    )


def _create_release_result() -> None:
    op.create_table(
        "release_result",
        sa.Column("release_id", sa.BigInteger(), nullable=False, comment="the release"),
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the organisation"),
        sa.Column("period_grain", sa.Text(), nullable=False, comment="month, quarter or year"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the period"),
        sa.Column("measure_title", sa.Text(), nullable=False, comment="title of the measure then"),
        sa.Column("measure_kind", sa.Text(), nullable=False, comment="kind of the measure then"),
        sa.Column("measure_version", sa.Integer(), nullable=False, comment="version of its definition then"),
        sa.Column("unit", sa.Text(), nullable=False, comment="unit of the value"),
        sa.Column("decimals", sa.Integer(), nullable=False, comment="decimals to show"),
        sa.Column("organisation_name", sa.Text(), nullable=False, comment="name of the organisation then"),
        sa.Column("organisation_kind", sa.Text(), nullable=False, comment="kind of the organisation"),
        sa.Column(
            "numerator", sa.Double(), nullable=True, comment="as shown under the policy; null where suppressed or the measure has none"
        ),
        sa.Column("denominator", sa.Double(), nullable=True, comment="as shown under the policy"),
        sa.Column("value", sa.Double(), nullable=True, comment="as shown under the policy, in the measure's unit"),
        sa.Column("lower_95", sa.Double(), nullable=True, comment="lower limit of the 95 % interval, from what is shown"),
        sa.Column("upper_95", sa.Double(), nullable=True, comment="upper limit of the 95 % interval, from what is shown"),
        sa.Column("national_value", sa.Double(), nullable=True, comment="published by a national body and imported"),
        sa.Column("national_source", sa.Text(), nullable=True, comment="its source"),
        sa.Column("is_provisional", sa.Boolean(), nullable=False, comment="whether the result could still change"),
        sa.Column("is_suppressed", sa.Boolean(), nullable=False, comment="whether the policy hides it"),
        sa.ForeignKeyConstraint(["release_id"], ["measurement.release.release_id"], name=op.f("fk_release_result_release_id")),
        sa.PrimaryKeyConstraint(
            "release_id", "measure_name", "organisation_code", "period_grain", "period_start", name=op.f("pk_release_result")
        ),
        sa.UniqueConstraint(
            "release_id",
            "organisation_code",
            "measure_name",
            "period_grain",
            "period_start",
            name=op.f("uq_release_result_release_id_organisation_code_measure_name_period_grain_period_start"),
        ),
        schema="measurement",
        comment="One row a result of a release, frozen as it was shown. Never updated.",
    )
