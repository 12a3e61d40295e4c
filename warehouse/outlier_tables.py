"""Tables of over-dispersion and of period outliers: who is one, by which evaluations, and what became of it.

Belongs here: tables of the schema ``measurement`` for these. Does not belong here: benchmarks and limits (``warehouse.measurement_tables``), signals
of early warning, which are never mixed with outliers.
Evaluations and events are a history: the database refuses to change or delete them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Double, ForeignKey, Identity, Index, Integer, Table, Text, UniqueConstraint

from warehouse.tables import SystemTime, metadata, one_of

LEVELS = ("alarm", "alert", "inside", "positive", "not judged")
DIRECTIONS = ("worse", "better")

funnel_dispersion = Table(
    "funnel_dispersion",
    metadata,
    Column("measure_name", Text, primary_key=True, comment="the measure"),
    Column("peer_kind", Text, primary_key=True, comment="kind of organisation"),
    Column("period_grain", Text, primary_key=True, comment="month, quarter or year"),
    Column("period_start", Date, primary_key=True, comment="first day of the period"),
    Column("scale", Text, nullable=False, comment="on which the variance was estimated: arcsine, or square root of observed by expected"),
    Column("peer_count", Integer, nullable=False, comment="peers that it rests on"),
    Column("phi", Double, nullable=False, comment="mean squared z of the peers, the extremes drawn in; 1 by chance alone"),
    Column("tau_squared", Double, nullable=False, comment="variance between the peers on the scale, beyond chance; 0 if there is none"),
    schema="measurement",
    comment="How much more the peers of a measure and period differ than by chance. One row where there are enough peers.",
)


def _outlier_reference() -> Column:
    return Column(
        "period_outlier_id", BigInteger, ForeignKey("measurement.period_outlier.period_outlier_id"), nullable=False, comment="the outlier"
    )


period_outlier = Table(
    "period_outlier",
    metadata,
    Column("period_outlier_id", BigInteger, Identity(), primary_key=True, comment="number of the outlier"),
    Column("pathway_name", Text, nullable=False, comment="the pathway"),
    Column("measure_name", Text, nullable=False, comment="the measure"),
    Column("organisation_code", Text, ForeignKey("pathway.organisation.organisation_code"), nullable=False, comment="the organisation"),
    Column("period_grain", Text, nullable=False, comment="quarter or year"),
    Column("period_start", Date, nullable=False, comment="first day of the period"),
    Column("state", Text, nullable=False, comment="state of the workflow, as declared; noted for a positive outlier"),
    Column("due_on", Date, comment="last day for what is to be done in this state, in working days of England; null where none is set"),
    Column("state_since", SystemTime, nullable=False, comment="when it entered the state"),
    Column("detected_at", SystemTime, nullable=False, comment="when it was detected first"),
    UniqueConstraint("measure_name", "organisation_code", "period_grain", "period_start", name="uq_period_outlier_cell"),
    Index(None, "organisation_code"),
    one_of("period_grain", ("quarter", "year")),
    schema="measurement",
    comment="A closed period of an organisation that lay beyond a policy limit. One row a measure, organisation and period, for good.",
)

period_outlier_basis = Table(
    "period_outlier_basis",
    metadata,
    Column("measure_name", Text, primary_key=True, comment="the measure"),
    Column("policy_version", Integer, nullable=False, comment="version of the measure's outlier policy"),
    Column("model_version", Text, comment="case-mix models that predicted what is expected; null where none does"),
    Column("judged_at", SystemTime, nullable=False, comment="when all closed periods were judged by these for the first time"),
    schema="measurement",
    comment="By which policy and models the closed periods of a measure are judged. When either is another one, all of them are judged anew.",
)

period_outlier_evaluation = Table(
    "period_outlier_evaluation",
    metadata,
    Column("period_outlier_evaluation_id", BigInteger, Identity(), primary_key=True, comment="order of evaluations; the latest counts"),
    _outlier_reference(),
    Column("evaluated_at", SystemTime, nullable=False, comment="when"),
    Column("as_of_submission", Text, comment="latest submission that had been loaded: the data that were judged"),
    Column("basis", Text, nullable=False, comment="what is expected: standardised, network value, or network value, over-dispersed"),
    Column("policy_version", Integer, nullable=False, comment="version of the measure's outlier policy"),
    Column("measure_version", Integer, comment="version of the measure's definition"),
    Column("model_version", Text, comment="case-mix models that predicted what is expected, each with its version"),
    Column("observed", Double, comment="events observed"),
    Column("denominator", Double, comment="cases, or exposure"),
    Column("expected", Double, comment="events expected"),
    Column("centre", Double, comment="what the value is compared with: 1 for a standardised ratio, else the network value"),
    Column("value", Double, comment="observed by expected for a standardised ratio, else observed by denominator"),
    Column("statistic", Double, comment="distance from what is expected in standard deviations, positive in the worse direction"),
    Column("tau_squared", Double, comment="variance between peers that was allowed for; null where none was"),
    Column("policy_alert_limit", Double, comment="value beyond which it is an alert"),
    Column("policy_alarm_limit", Double, comment="value beyond which it is an alarm"),
    Column("policy_positive_limit", Double, comment="value beyond which it is a positive outlier"),
    Column("limit_crossed", Double, comment="that of these which was crossed; null inside"),
    Column("level", Text, nullable=False, comment="alarm, alert, inside, positive or not judged"),
    Column("direction", Text, comment="worse or better than expected; null inside"),
    Index(None, "period_outlier_id"),
    one_of("level", LEVELS),
    one_of("direction", DIRECTIONS),
    schema="measurement",
    comment="One judgement of a period outlier on the data of its day. Corrected data add another, none is overwritten.",
)

period_outlier_event = Table(
    "period_outlier_event",
    metadata,
    Column("period_outlier_event_id", BigInteger, Identity(), primary_key=True, comment="order of events"),
    _outlier_reference(),
    Column("event", Text, nullable=False, comment="detected, detected again, noted, evaluated again, moved or fell due"),
    Column("from_state", Text, comment="state before; null at first"),
    Column("to_state", Text, nullable=False, comment="state after"),
    Column("due_on", Date, comment="last day for what is to be done in that state"),
    Column("happened_at", SystemTime, nullable=False, comment="when"),
    Column("actor", Text, nullable=False, comment="who or what did it"),
    Column("note", Text, comment="why"),
    Index(None, "period_outlier_id"),
    schema="measurement",
    comment="The history of a period outlier.",
)
