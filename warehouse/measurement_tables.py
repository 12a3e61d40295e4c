"""Tables of the schema ``measurement``: measures, results, benchmarks, limits, charts of periods, signals.

Belongs here: their columns with meaning and unit. Does not belong here: what exists because patients differ (``warehouse.case_mix_tables``),
milestones, rare events, outliers (modules of their own).
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from warehouse.tables import GRAINS, SystemTime, cell_columns, metadata, one_of, submission_reference

measure = Table(
    "measure",
    metadata,
    Column("measure_name", Text, primary_key=True, comment="name of the measure"),
    Column("measure_version", Integer, nullable=False, comment="version of its definition"),
    Column("pathway_name", Text, nullable=False, comment="the pathway"),
    Column("title", Text, nullable=False, comment="title for readers"),
    Column("description", Text, nullable=False, comment="what counts and what does not"),
    Column("kind", Text, nullable=False, comment="proportion, median, mean, count, rate, score or derived"),
    Column("direction", Text, nullable=False, comment="higher is better, lower is better or neutral"),
    Column("credit", Text, nullable=False, server_default="case", comment="what is counted, and for whom: case, every team or team record"),
    Column("charts", ARRAY(Text), nullable=False, server_default="{xmr}", comment="charts of its series: xmr, p_prime, u_prime, g or t"),
    Column("signals_from", Text, nullable=False, server_default="xmr", comment="the one of them whose special causes are signals"),
    Column("unit", Text, nullable=False, comment="unit of the value"),
    Column("decimals", SmallInteger, nullable=False, comment="decimals to show"),
    Column("target", Double, comment="target value"),
    Column("is_headline", Boolean, nullable=False, comment="whether it is among the first to show"),
    Column("definition_text", Text, nullable=False, comment="the definition in words, made from the declaration"),
    Column("definition_sql", Text, nullable=False, comment="the definition in SQL, made from the declaration"),
    schema="measurement",
    comment="One row a measure, as declared.",
)


measure_result = Table(
    "measure_result",
    metadata,
    *cell_columns(),
    Column("numerator", Double, comment="cases that count; null where the measure has none"),
    Column("denominator", Double, comment="cases that could count"),
    Column("value", Double, comment="the value, in the measure's unit; a proportion lies between 0 and 1"),
    Column("lower_95", Double, comment="lower limit of the 95 % interval"),
    Column("upper_95", Double, comment="upper limit of the 95 % interval"),
    Column("reason", Text, comment="why there is no value"),
    Column("completeness_share", Double, comment="share of needed and due fields that are filled, 0 to 1"),
    Column("is_provisional", Boolean, nullable=False, comment="whether it can still change by time alone or by late data"),
    Column("matures_on", Date, nullable=False, comment="first day on which it is final"),
    Column("measure_version", Integer, nullable=False, comment="version of the definition"),
    Column("as_of_submission", Text, comment="latest submission that had been loaded when it was computed"),
    Column("computed_at", SystemTime, nullable=False, server_default=text("now()"), comment="when it was computed"),
    one_of("period_grain", GRAINS),
    Index(None, "organisation_code", "period_grain", "period_start"),
    Index(None, "period_grain", "period_start"),
    schema="measurement",
    comment="A measure for one organisation and period.",
)


def _part(*key: Column) -> list[Column]:
    return [
        *key,
        Column("case_count", BigInteger, nullable=False, comment="valid and incomplete cases of the month"),
        Column("cohort_count", BigInteger, nullable=False, comment="those of them in the cohort"),
        Column("denominator", BigInteger, nullable=False, comment="those of the cohort that are not excluded"),
        Column("waiting_count", BigInteger, nullable=False, comment="those of the cohort that are left out only until deaths are known"),
        Column("numerator", BigInteger, nullable=False, comment="those of the denominator that count"),
        Column("value_count", BigInteger, nullable=False, comment="those of the denominator that have a value"),
        Column("value_sum", Numeric, comment="sum of the values, exact"),
        Column("value_square_sum", Numeric, comment="sum of the squared values, exact"),
        Column("sorted_values", ARRAY(Double), comment="the values of a median in ascending order"),
        Column("needed_count", BigInteger, nullable=False, comment="values of needed fields that are due in the denominator"),
        Column("filled_count", BigInteger, nullable=False, comment="those of them that are there"),
    ]


measure_part = Table(
    "measure_part",
    metadata,
    *_part(
        Column("site_code", Text, primary_key=True, comment="site of the cases"),
        Column("period_start", Date, primary_key=True, comment="first day of the month in which the cases count"),
        Column("measure_name", Text, primary_key=True, comment="the measure"),
        Column("provider_code", Text, primary_key=True, comment="provider of the cases"),
    ),
    Index(None, "period_start", "provider_code"),
    schema="measurement",
    comment="What a month of a site adds to a measure. Results of every organisation and period are put together from these parts.",
)

shared_part = Table(
    "shared_part",
    metadata,
    *_part(
        Column("period_start", Date, primary_key=True, comment="first day of the month in which the cases count"),
        Column("measure_name", Text, primary_key=True, comment="the measure"),
        Column("site_codes", ARRAY(Text), primary_key=True, comment="sites or teams that had a part in the cases, in order of their codes"),
        Column("provider_codes", ARRAY(Text), primary_key=True, comment="their providers, in order of their codes"),
    ),
    schema="measurement",
    comment="What the cases of a month that the same teams had a part in add to a measure that credits every team. An organisation has each part once.",
)

submitted_result = Table(
    "submitted_result",
    metadata,
    submission_reference(primary_key=True),
    Column("row_number", BigInteger, primary_key=True, comment="record number within the submission after its reshape"),
    Column("measure_name", Text, primary_key=True, comment="the measure"),
    Column("arrival_number", BigInteger, nullable=False, comment="order of arrival"),
    Column("organisation_code", Text, nullable=False, comment="the organisation"),
    Column("period_grain", Text, nullable=False, comment="month, quarter or year"),
    Column("period_start", Date, nullable=False, comment="first day of the period"),
    Column("numerator", Double, comment="as submitted"),
    Column("denominator", Double, comment="as submitted"),
    Column("value", Double, comment="as submitted"),
    Column("reason", Text, comment="why there is no value, as submitted"),
    Column("level_code", Text, comment="letter or band, where the value is one"),
    Column("is_reference", Boolean, nullable=False, server_default="false", comment="whether it is a published national value"),
    Column("source", Text, comment="where a published value was published"),
    Column("is_withdrawal", Boolean, nullable=False, server_default="false", comment="whether the row withdraws the cell"),
    Index(None, "measure_name", "organisation_code", "period_grain", "period_start", "arrival_number"),
    schema="measurement",
    comment="A result as it was submitted. The latest effective one of a cell counts.",
)

benchmark = Table(
    "benchmark",
    metadata,
    *cell_columns(),
    Column("peer_kind", Text, nullable=False, comment="kind of organisation it is compared with"),
    Column("peer_count", Integer, nullable=False, comment="peers with a value"),
    Column("rank", Integer, comment="1 is best; ties share the better rank; null for a neutral measure"),
    Column("quartile", SmallInteger, comment="1 is best"),
    Column("network_value", Double, comment="pooled over our members"),
    Column("national_value", Double, comment="published by a national body and imported"),
    Column("national_source", Text, comment="its source"),
    Column("z_score", Double, comment="distance from the network value in standard deviations"),
    Column("funnel_position", Text, comment="below 99.8 %, below 95 %, inside, above 95 % or above 99.8 %"),
    Column("is_favourable", Boolean, comment="whether a position outside the funnel is on the better side"),
    Column("best_value", Double, comment="best value among the peers"),
    Column("from_best", Double, comment="value less the best value"),
    Column("as_of_submission", Text, comment="latest submission that had been loaded"),
    Column(
        "adjusted_z_score",
        Double,
        comment="distance from the network value, allowing for over-dispersion; null where there are too few peers",
    ),
    Column("adjusted_position", Text, comment="position among the limits that allow for over-dispersion"),
    PrimaryKeyConstraint("period_grain", "period_start", "measure_name", "organisation_code"),  # a refresh makes periods anew
    schema="measurement",
    comment="A measure result beside its peers.",
)

funnel_limit = Table(
    "funnel_limit",
    metadata,
    Column("measure_name", Text, primary_key=True, comment="the measure"),
    Column("peer_kind", Text, primary_key=True, comment="kind of organisation"),
    Column("period_grain", Text, primary_key=True, comment="month, quarter or year"),
    Column("period_start", Date, primary_key=True, comment="first day of the period"),
    Column("denominator", Double, primary_key=True, comment="denominator for which the limits hold"),
    Column("centre", Double, nullable=False, comment="network value"),
    Column("lower_998", Double, comment="lower 99.8 % limit"),
    Column("lower_95", Double, comment="lower 95 % limit"),
    Column("upper_95", Double, comment="upper 95 % limit"),
    Column("upper_998", Double, comment="upper 99.8 % limit"),
    Column("adjusted_lower_998", Double, comment="lower 99.8 % limit that allows for over-dispersion; null where there are too few peers"),
    Column("adjusted_lower_95", Double, comment="lower 95 % limit that allows for over-dispersion"),
    Column("adjusted_upper_95", Double, comment="upper 95 % limit that allows for over-dispersion"),
    Column("adjusted_upper_998", Double, comment="upper 99.8 % limit that allows for over-dispersion"),
    PrimaryKeyConstraint("period_grain", "period_start", "measure_name", "peer_kind", "denominator"),
    schema="measurement",
    comment="Funnel limits of a measure and period for one denominator.",
)

spc_point = Table(
    "spc_point",
    metadata,
    *cell_columns(),
    Column("chart", Text, primary_key=True, comment="kind of chart: xmr, p_prime or u_prime"),
    Column("point_number", Integer, nullable=False, comment="1 is the first point of the series"),
    Column("value", Double, comment="the value"),
    Column("mean", Double, comment="centre line"),
    Column("lower_limit", Double, comment="lower process limit, of a P' or U' chart for the point's own denominator"),
    Column("upper_limit", Double, comment="upper process limit"),
    Column("rule_name", Text, comment="first rule that the point breaks; null for common cause"),
    Column(
        "point_type",
        Text,
        nullable=False,
        comment="common cause, special cause improvement, concern, neutral high or neutral low, insufficient data",
    ),
    Column("rule_version", Integer, nullable=False, comment="version of the rules"),
    Column(
        "final_rule_name",
        Text,
        comment="first rule that the point breaks when final points alone are judged, as signals are; null for common cause and where provisional",
    ),
    Column(
        "final_point_type",
        Text,
        nullable=False,
        comment="what point_type is when final points alone are judged; not judged yet where provisional",
    ),
    schema="measurement",
    comment="A point of a measure's chart for one organisation. One row a chart, so where one chart is meant it has to be said which.",
)

signal = Table(
    "signal",
    metadata,
    Column("signal_id", BigInteger, Identity(), primary_key=True, comment="number of the signal"),
    Column("signal_key", Text, nullable=False, comment="what makes the event one event: kind, subject, direction or rule, and since when"),
    Column(
        "kind",
        Text,
        nullable=False,
        comment="special cause, cusum, submission late, submission missing, completeness falling or submission stuck",
    ),
    Column("pathway_name", Text, comment="the pathway"),
    Column("measure_name", Text, comment="the measure"),
    Column("organisation_code", Text, comment="the organisation"),
    Column("submission_id", Text, comment="the submission"),
    Column("rule_name", Text, nullable=False, comment="rule that fired"),
    Column("rule_version", Integer, nullable=False, comment="version of the rule"),
    Column("parameters", JSONB, nullable=False, comment="parameters of the rule and the points that made it fire"),
    Column("is_favourable", Boolean, comment="whether it is an improvement"),
    Column("since_on", Date, nullable=False, comment="first day of the event"),
    Column("until_on", Date, comment="last period of the event so far"),
    Column("state", Text, nullable=False, comment="raised, acknowledged or closed"),
    Column("raised_at", SystemTime, nullable=False, server_default=text("now()"), comment="when it was raised"),
    Column("closed_at", SystemTime, comment="when it was closed"),
    Column("closed_because", Text, comment="why it was closed"),
    Column("assigned_to", Text, comment="who looks into it: a role or a name, as given"),
    Column("closed_by", Text, comment="who closed it; null: it closed by itself"),
    one_of("state", ("raised", "acknowledged", "closed")),
    Index("uq_signal_one_open", "signal_key", unique=True, postgresql_where=text("state <> 'closed'")),
    Index(None, "organisation_code"),
    schema="measurement",
    comment="Something worth a human's attention. One row an event, not one a refresh.",
)

signal_event = Table(
    "signal_event",
    metadata,
    Column("signal_event_id", BigInteger, Identity(), primary_key=True, comment="order of events"),
    Column("signal_id", BigInteger, ForeignKey("measurement.signal.signal_id"), nullable=False, comment="the signal"),
    Column(
        "event",
        Text,
        nullable=False,
        comment="raised, extended, raised again, pushed (to a lead), acknowledged, assigned, commented or closed",
    ),
    Column("happened_at", SystemTime, nullable=False, server_default=text("now()"), comment="when"),
    Column("actor", Text, nullable=False, comment="who or what did it"),
    Column("note", Text, comment="why"),
    Index(None, "signal_id"),
    schema="measurement",
    comment="The history of a signal.",
)
