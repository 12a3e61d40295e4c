"""Tables of case-mix adjustment: models, what months of a site add, standardised results, risk-adjusted CUSUM charts.

Belongs here: tables of the schema ``measurement`` that exist because patients differ. Does not belong here: other results (``warehouse.measurement_tables``).
No row is a patient's: the risk of each is computed when it is needed and kept nowhere.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Double, ForeignKeyConstraint, Index, Integer, Table, Text, text

from warehouse.tables import SystemTime, cell_columns, metadata, one_of

ORIGINS = ("published", "fitted")
DIRECTIONS = ("worse", "better")


def _of_model(*more: Column) -> list[Column]:
    return [
        Column("model_name", Text, primary_key=True, comment="the case-mix model"),
        Column("model_version", Integer, primary_key=True, autoincrement=False, comment="version of its coefficients"),
        *more,
    ]


def _reference() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["model_name", "model_version"],
        ["measurement.case_mix_model.model_name", "measurement.case_mix_model.model_version"],
    )


case_mix_model = Table(
    "case_mix_model",
    metadata,
    *_of_model(
        Column("pathway_name", Text, nullable=False, comment="the pathway"),
        Column("measure_name", Text, nullable=False, comment="the measure whose numerator is the outcome"),
        Column("measure_version", Integer, nullable=False, comment="version of the measure's definition"),
        Column("declared_version", Integer, nullable=False, comment="version of the model's definition: its factors and levels"),
    ),
    Column("origin", Text, nullable=False, comment="published coefficients, or fitted on the network's own cases"),
    Column("source", Text, nullable=False, comment="where the coefficients come from"),
    Column("is_current", Boolean, nullable=False, comment="whether it predicts the risks now"),
    Column("made_at", SystemTime, nullable=False, comment="when it was made"),
    Column("as_of_submission", Text, comment="latest submission that had been loaded"),
    Column("judged_from", Date, comment="first day of the cases that it was fitted and judged on; null while there were none"),
    Column("judged_to", Date, comment="last day of these cases"),
    Column("case_count", BigInteger, comment="these cases"),
    Column("event_count", BigInteger, comment="those of them with the outcome"),
    Column("c_statistic", Double, comment="chance that of two of these cases the one with the outcome had the higher risk, 0 to 1"),
    Column("brier_score", Double, comment="mean squared difference of outcome and risk, 0 is best"),
    Column("calibration_intercept", Double, comment="of the outcome's log odds on those of the risk; 0 is best"),
    Column("calibration_slope", Double, comment="of the same; 1 is best, less says that the risks are too extreme"),
    Column("is_sound", Boolean, nullable=False, comment="whether the fit converged on finite coefficients; else it is kept and not used"),
    one_of("origin", ORIGINS),
    Index("uq_case_mix_model_one_current", "model_name", unique=True, postgresql_where=text("is_current")),
    schema="measurement",
    comment="One row a version of a case-mix model.",
)

case_mix_coefficient = Table(
    "case_mix_coefficient",
    metadata,
    *_of_model(Column("label", Text, primary_key=True, comment="intercept, or factor and level, such as age=70-79")),
    Column("place", Integer, nullable=False, comment="order within the model"),
    Column("is_reference", Boolean, nullable=False, comment="whether it is the reference of its factor, 0 by definition"),
    Column(
        "coefficient",
        Double,
        comment="log odds beside the reference; null where too few patients tell: such a patient counts as an average one",
    ),
    Column("standard_error", Double, comment="of the coefficient; null where published without one"),
    Column("p_value", Double, comment="of the coefficient being 0 (Wald)"),
    Column(
        "case_share", Double, comment="share of the fit's cases of this level, 0 to 1; 0 where too few patients tell; null where published"
    ),
    _reference(),
    schema="measurement",
    comment="One row a coefficient of a version of a case-mix model.",
)

case_mix_calibration = Table(
    "case_mix_calibration",
    metadata,
    *_of_model(
        Column(
            "group_number",
            Integer,
            primary_key=True,
            autoincrement=False,
            comment="groups of about equally many cases, 1 has the lowest risks",
        )
    ),
    Column("case_count", BigInteger, nullable=False, comment="cases of the group"),
    Column("mean_risk", Double, nullable=False, comment="mean predicted risk, 0 to 1"),
    Column("observed_share", Double, nullable=False, comment="share with the outcome, 0 to 1"),
    _reference(),
    schema="measurement",
    comment="What the calibration plot of a version of a case-mix model shows: one row a group of risk.",
)

case_mix_part = Table(
    "case_mix_part",
    metadata,
    Column("measure_name", Text, primary_key=True, comment="the measure"),
    Column("model_name", Text, primary_key=True, comment="the model that predicts these cases"),
    Column("provider_code", Text, primary_key=True, comment="provider of the cases"),
    Column("site_code", Text, primary_key=True, comment="site of the cases"),
    Column("period_start", Date, primary_key=True, comment="first day of the month in which the cases count"),
    Column("case_count", BigInteger, nullable=False, comment="cases whose outcome is known"),
    Column("observed", BigInteger, nullable=False, comment="those of them with the outcome"),
    Column("expected", Double, nullable=False, comment="sum of their risks"),
    Column("variance", Double, nullable=False, comment="sum of risk times 1 less risk"),
    Index(None, "measure_name", "period_start"),
    schema="measurement",
    comment="What a month of a site adds to observed and expected outcomes. Standardised results are put together from these parts.",
)

standardised_result = Table(
    "standardised_result",
    metadata,
    *cell_columns(),
    Column("case_count", BigInteger, nullable=False, comment="cases whose outcome is known"),
    Column("observed", BigInteger, nullable=False, comment="those of them with the outcome"),
    Column("expected", Double, nullable=False, comment="outcomes expected of such patients: the sum of their risks"),
    Column("ratio", Double, comment="observed / expected; 1 is as expected"),
    Column("lower_95", Double, comment="lower limit of the 95 % interval of the ratio"),
    Column("upper_95", Double, comment="upper limit of the 95 % interval of the ratio"),
    Column("lower_998", Double, comment="lower limit of the 99.8 % interval of the ratio"),
    Column("upper_998", Double, comment="upper limit of the 99.8 % interval of the ratio"),
    Column("z_score", Double, comment="observed less expected, in standard deviations of the observed given the risks"),
    Column("crude_rate", Double, comment="observed / cases, 0 to 1"),
    Column("standardised_rate", Double, comment="ratio times the network's crude rate of the period"),
    Column("is_provisional", Boolean, nullable=False, comment="whether it can still change by time alone or by late data"),
    Column("matures_on", Date, nullable=False, comment="first day on which it is final"),
    Column("measure_version", Integer, nullable=False, comment="version of the measure's definition"),
    Column("model_version", Text, nullable=False, comment="models that predicted the risks, each with its version"),
    Column("as_of_submission", Text, comment="latest submission that had been loaded when it was computed"),
    Column("computed_at", SystemTime, nullable=False, server_default=text("now()"), comment="when it was computed"),
    Column(
        "funnel_position", Text, comment="among the limits for chance alone: below 99.8 %, below 95 %, inside, above 95 % or above 99.8 %"
    ),
    one_of("period_grain", ("quarter", "year")),
    Index(None, "period_grain", "period_start"),
    schema="measurement",
    comment="Observed outcomes of an organisation and period against what is expected of such patients.",
)

standardised_funnel_limit = Table(
    "standardised_funnel_limit",
    metadata,
    Column("measure_name", Text, primary_key=True, comment="the measure"),
    Column("period_grain", Text, primary_key=True, comment="quarter or year"),
    Column("period_start", Date, primary_key=True, comment="first day of the period"),
    Column("expected", Integer, primary_key=True, autoincrement=False, comment="expected events for which the limits hold: a whole number"),
    Column("lower_998", Double, nullable=False, comment="lower 99.8 % limit of the ratio, for display"),
    Column("lower_95", Double, nullable=False, comment="lower 95 % limit of the ratio, for display"),
    Column("upper_95", Double, nullable=False, comment="upper 95 % limit of the ratio, for display"),
    Column("upper_998", Double, nullable=False, comment="upper 99.8 % limit of the ratio, for display"),
    Column(
        "policy_positive_limit",
        Double,
        comment="ratio beyond which the outlier policy says positive; null without a policy, or below its least expected",
    ),
    Column("policy_alert_limit", Double, comment="ratio beyond which the outlier policy says alert"),
    Column("policy_alarm_limit", Double, comment="ratio beyond which the outlier policy says alarm"),
    Column("outlier_policy_version", Integer, comment="version of the outlier policy; null without one"),
    Column("model_version", Text, nullable=False, comment="models that predicted the risks, each with its version"),
    one_of("period_grain", ("quarter", "year")),
    schema="measurement",
    comment="The funnel of a period's standardised ratios around 1. Limits follow from the expected number alone, so they stand at whole numbers of it and tell of nobody.",
)

cusum_month = Table(
    "cusum_month",
    metadata,
    Column("measure_name", Text, primary_key=True, comment="the measure"),
    Column("organisation_code", Text, primary_key=True, comment="the provider"),
    Column("direction", Text, primary_key=True, comment="which change the chart looks for: worse or better"),
    Column("period_start", Date, primary_key=True, comment="first day of the month"),
    Column("case_count", BigInteger, nullable=False, comment="cases of the month whose outcome is known"),
    Column("observed", BigInteger, nullable=False, comment="those of them with the outcome"),
    Column("expected", Double, nullable=False, comment="sum of their risks"),
    Column("last_value", Double, nullable=False, comment="value of the chart after the month's last case; at least 0 in both directions"),
    Column("highest_value", Double, nullable=False, comment="highest value within the month, before any new start"),
    Column(
        "limit_value", Double, comment="value at which the chart signals and starts anew from 0; null where there are too few cases for one"
    ),
    Column("crossing_count", Integer, nullable=False, comment="how often it reached the limit within the month"),
    Column("odds_ratio", Double, nullable=False, comment="the change it looks for: odds of the outcome times this"),
    Column("run_length", Double, comment="cases between two false alarms on average, for which the limit is made"),
    Column("is_provisional", Boolean, nullable=False, comment="whether the month can still change; only final months raise signals"),
    Column("model_version", Text, nullable=False, comment="models that predicted the risks, each with its version"),
    Column("rule_version", Integer, nullable=False, comment="version of the rule"),
    one_of("direction", DIRECTIONS),
    schema="measurement",
    comment="A month of a provider's risk-adjusted CUSUM chart, which takes its cases one by one in order of their date.",
)
