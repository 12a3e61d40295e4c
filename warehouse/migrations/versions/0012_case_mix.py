"""Case-mix adjustment: models, parts, standardised results, risk-adjusted CUSUM charts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None

SIGNAL_KINDS = "special cause, cusum, submission late, submission missing, completeness falling or submission stuck"


def upgrade() -> None:
    _create_case_mix_model()
    _create_case_mix_coefficient()
    _create_case_mix_calibration()
    _create_case_mix_part()
    _create_standardised_result()
    _create_cusum_month()
    op.alter_column("signal", "kind", comment=SIGNAL_KINDS, schema="measurement")


def _how_good_it_is() -> list[sa.Column]:
    return [
        sa.Column(
            "judged_from",
            sa.Date(),
            nullable=True,
            comment="first day of the cases that it was fitted and judged on; null while there were none",
        ),
        sa.Column("judged_to", sa.Date(), nullable=True, comment="last day of these cases"),
        sa.Column("case_count", sa.BigInteger(), nullable=True, comment="these cases"),
        sa.Column("event_count", sa.BigInteger(), nullable=True, comment="those of them with the outcome"),
        sa.Column(
            "c_statistic",
            sa.Double(),
            nullable=True,
            comment="chance that of two of these cases the one with the outcome had the higher risk, 0 to 1",
        ),
        sa.Column("brier_score", sa.Double(), nullable=True, comment="mean squared difference of outcome and risk, 0 is best"),
        sa.Column("calibration_intercept", sa.Double(), nullable=True, comment="of the outcome's log odds on those of the risk; 0 is best"),
        sa.Column(
            "calibration_slope", sa.Double(), nullable=True, comment="of the same; 1 is best, less says that the risks are too extreme"
        ),
    ]


def _create_case_mix_model() -> None:
    op.create_table(
        "case_mix_model",
        sa.Column("model_name", sa.Text(), nullable=False, comment="the case-mix model"),
        sa.Column("model_version", sa.Integer(), autoincrement=False, nullable=False, comment="version of its coefficients"),
        sa.Column("pathway_name", sa.Text(), nullable=False, comment="the pathway"),
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure whose numerator is the outcome"),
        sa.Column("measure_version", sa.Integer(), nullable=False, comment="version of the measure's definition"),
        sa.Column("declared_version", sa.Integer(), nullable=False, comment="version of the model's definition: its factors and levels"),
        sa.Column("origin", sa.Text(), nullable=False, comment="published coefficients, or fitted on the network's own cases"),
        sa.Column("source", sa.Text(), nullable=False, comment="where the coefficients come from"),
        sa.Column("is_current", sa.Boolean(), nullable=False, comment="whether it predicts the risks now"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, comment="when it was made"),
        sa.Column("as_of_submission", sa.Text(), nullable=True, comment="latest submission that had been loaded"),
        *_how_good_it_is(),
        sa.Column(
            "is_sound",
            sa.Boolean(),
            nullable=False,
            comment="whether the fit converged on finite coefficients; else it is kept and not used",
        ),
        sa.CheckConstraint("origin in ('published', 'fitted')", name=op.f("ck_case_mix_model_origin")),
        sa.PrimaryKeyConstraint("model_name", "model_version", name=op.f("pk_case_mix_model")),
        schema="measurement",
        comment="One row a version of a case-mix model.",
    )
    op.create_index(
        "uq_case_mix_model_one_current",
        "case_mix_model",
        ["model_name"],
        unique=True,
        schema="measurement",
        postgresql_where=sa.text("is_current"),
    )


def _create_case_mix_coefficient() -> None:
    op.create_table(
        "case_mix_coefficient",
        sa.Column("model_name", sa.Text(), nullable=False, comment="the case-mix model"),
        sa.Column("model_version", sa.Integer(), autoincrement=False, nullable=False, comment="version of its coefficients"),
        sa.Column("label", sa.Text(), nullable=False, comment="intercept, or factor and level, such as age=70-79"),
        sa.Column("place", sa.Integer(), nullable=False, comment="order within the model"),
        sa.Column("is_reference", sa.Boolean(), nullable=False, comment="whether it is the reference of its factor, 0 by definition"),
        sa.Column(
            "coefficient",
            sa.Double(),
            nullable=True,
            comment="log odds beside the reference; null where too few patients tell: such a patient counts as an average one",
        ),
        sa.Column("standard_error", sa.Double(), nullable=True, comment="of the coefficient; null where published without one"),
        sa.Column("p_value", sa.Double(), nullable=True, comment="of the coefficient being 0 (Wald)"),
        sa.Column(
            "case_share",
            sa.Double(),
            nullable=True,
            comment="share of the fit's cases of this level, 0 to 1; 0 where too few patients tell; null where published",
        ),
        sa.ForeignKeyConstraint(
            ["model_name", "model_version"],
            ["measurement.case_mix_model.model_name", "measurement.case_mix_model.model_version"],
            name=op.f("fk_case_mix_coefficient_model_name_model_version"),
        ),
        sa.PrimaryKeyConstraint("model_name", "model_version", "label", name=op.f("pk_case_mix_coefficient")),
        schema="measurement",
        comment="One row a coefficient of a version of a case-mix model.",
    )


def _create_case_mix_calibration() -> None:
    op.create_table(
        "case_mix_calibration",
        sa.Column("model_name", sa.Text(), nullable=False, comment="the case-mix model"),
        sa.Column("model_version", sa.Integer(), autoincrement=False, nullable=False, comment="version of its coefficients"),
        sa.Column(
            "group_number",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="groups of about equally many cases, 1 has the lowest risks",
        ),
        sa.Column("case_count", sa.BigInteger(), nullable=False, comment="cases of the group"),
        sa.Column("mean_risk", sa.Double(), nullable=False, comment="mean predicted risk, 0 to 1"),
        sa.Column("observed_share", sa.Double(), nullable=False, comment="share with the outcome, 0 to 1"),
        sa.ForeignKeyConstraint(
            ["model_name", "model_version"],
            ["measurement.case_mix_model.model_name", "measurement.case_mix_model.model_version"],
            name=op.f("fk_case_mix_calibration_model_name_model_version"),
        ),
        sa.PrimaryKeyConstraint("model_name", "model_version", "group_number", name=op.f("pk_case_mix_calibration")),
        schema="measurement",
        comment="What the calibration plot of a version of a case-mix model shows: one row a group of risk.",
    )


def _create_case_mix_part() -> None:
    op.create_table(
        "case_mix_part",
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("model_name", sa.Text(), nullable=False, comment="the model that predicts these cases"),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="provider of the cases"),
        sa.Column("site_code", sa.Text(), nullable=False, comment="site of the cases"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the month in which the cases count"),
        sa.Column("case_count", sa.BigInteger(), nullable=False, comment="cases whose outcome is known"),
        sa.Column("observed", sa.BigInteger(), nullable=False, comment="those of them with the outcome"),
        sa.Column("expected", sa.Double(), nullable=False, comment="sum of their risks"),
        sa.Column("variance", sa.Double(), nullable=False, comment="sum of risk times 1 less risk"),
        sa.PrimaryKeyConstraint("measure_name", "model_name", "provider_code", "site_code", "period_start", name=op.f("pk_case_mix_part")),
        schema="measurement",
        comment="What a month of a site adds to observed and expected outcomes. Standardised results are put together from these parts.",
    )
    op.create_index(
        op.f("ix_case_mix_part_measure_name_period_start"),
        "case_mix_part",
        ["measure_name", "period_start"],
        unique=False,
        schema="measurement",
    )


def _create_standardised_result() -> None:
    op.create_table(
        "standardised_result",
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the organisation"),
        sa.Column("period_grain", sa.Text(), nullable=False, comment="month, quarter or year"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the period"),
        sa.Column("case_count", sa.BigInteger(), nullable=False, comment="cases whose outcome is known"),
        sa.Column("observed", sa.BigInteger(), nullable=False, comment="those of them with the outcome"),
        sa.Column("expected", sa.Double(), nullable=False, comment="outcomes expected of such patients: the sum of their risks"),
        sa.Column("ratio", sa.Double(), nullable=True, comment="observed / expected; 1 is as expected"),
        sa.Column("lower_95", sa.Double(), nullable=True, comment="lower limit of the 95 % interval of the ratio"),
        sa.Column("upper_95", sa.Double(), nullable=True, comment="upper limit of the 95 % interval of the ratio"),
        sa.Column("lower_998", sa.Double(), nullable=True, comment="lower limit of the 99.8 % interval of the ratio"),
        sa.Column("upper_998", sa.Double(), nullable=True, comment="upper limit of the 99.8 % interval of the ratio"),
        sa.Column(
            "z_score", sa.Double(), nullable=True, comment="observed less expected, in standard deviations of the observed given the risks"
        ),
        sa.Column("crude_rate", sa.Double(), nullable=True, comment="observed / cases, 0 to 1"),
        sa.Column("standardised_rate", sa.Double(), nullable=True, comment="ratio times the network's crude rate of the period"),
        sa.Column("is_provisional", sa.Boolean(), nullable=False, comment="whether it can still change by time alone or by late data"),
        sa.Column("matures_on", sa.Date(), nullable=False, comment="first day on which it is final"),
        sa.Column("measure_version", sa.Integer(), nullable=False, comment="version of the measure's definition"),
        sa.Column("model_version", sa.Text(), nullable=False, comment="models that predicted the risks, each with its version"),
        sa.Column("as_of_submission", sa.Text(), nullable=True, comment="latest submission that had been loaded when it was computed"),
        sa.Column(
            "computed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="when it was computed"
        ),
        sa.CheckConstraint("period_grain in ('quarter', 'year')", name=op.f("ck_standardised_result_period_grain")),
        sa.PrimaryKeyConstraint("measure_name", "organisation_code", "period_grain", "period_start", name=op.f("pk_standardised_result")),
        schema="measurement",
        comment="Observed outcomes of an organisation and period against what is expected of such patients.",
    )
    op.create_index(
        op.f("ix_standardised_result_period_grain_period_start"),
        "standardised_result",
        ["period_grain", "period_start"],
        unique=False,
        schema="measurement",
    )


def _create_cusum_month() -> None:
    op.create_table(
        "cusum_month",
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the provider"),
        sa.Column("direction", sa.Text(), nullable=False, comment="which change the chart looks for: worse or better"),
        sa.Column("period_start", sa.Date(), nullable=False, comment="first day of the month"),
        sa.Column("case_count", sa.BigInteger(), nullable=False, comment="cases of the month whose outcome is known"),
        sa.Column("observed", sa.BigInteger(), nullable=False, comment="those of them with the outcome"),
        sa.Column("expected", sa.Double(), nullable=False, comment="sum of their risks"),
        sa.Column(
            "last_value",
            sa.Double(),
            nullable=False,
            comment="value of the chart after the month's last case; at least 0 in both directions",
        ),
        sa.Column("highest_value", sa.Double(), nullable=False, comment="highest value within the month, before any new start"),
        sa.Column(
            "limit_value",
            sa.Double(),
            nullable=True,
            comment="value at which the chart signals and starts anew from 0; null where there are too few cases for one",
        ),
        sa.Column("crossing_count", sa.Integer(), nullable=False, comment="how often it reached the limit within the month"),
        sa.Column("odds_ratio", sa.Double(), nullable=False, comment="the change it looks for: odds of the outcome times this"),
        sa.Column(
            "run_length", sa.Double(), nullable=True, comment="cases between two false alarms on average, for which the limit is made"
        ),
        sa.Column(
            "is_provisional", sa.Boolean(), nullable=False, comment="whether the month can still change; only final months raise signals"
        ),
        sa.Column("model_version", sa.Text(), nullable=False, comment="models that predicted the risks, each with its version"),
        sa.Column("rule_version", sa.Integer(), nullable=False, comment="version of the rule"),
        sa.CheckConstraint("direction in ('worse', 'better')", name=op.f("ck_cusum_month_direction")),
        sa.PrimaryKeyConstraint("measure_name", "organisation_code", "direction", "period_start", name=op.f("pk_cusum_month")),
        schema="measurement",
        comment="A month of a provider's risk-adjusted CUSUM chart, which takes its cases one by one in order of their date.",
    )


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")
