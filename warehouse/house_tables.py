"""Tables of the house itself, and of releases, on the same metadata as the core.

Belongs here: the schema ``house`` (what was applied to the database, declared policies, which tables belong to which pathway) and
the frozen results of a release. Does not belong here: the core (``warehouse.intake_tables``, ``pathway_tables``, ``measurement_tables``).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Double, ForeignKey, Identity, Integer, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB

from warehouse.tables import SystemTime, metadata

applied_sync = Table(
    "applied_sync",
    metadata,
    Column("applied_sync_id", BigInteger, Identity(), primary_key=True, comment="order of the changes"),
    Column("object_name", Text, nullable=False, comment="table, view or other object, with its schema"),
    Column("change", Text, nullable=False, comment="create table, add column, change comment, create index or apply"),
    Column("detail", Text, comment="column or index concerned; for apply, the fingerprint of what was applied"),
    Column("applied_at", SystemTime, nullable=False, server_default=text("now()"), comment="when"),
    schema="house",
    comment="One row a change that was made beside the migrations: tables of pathways, views, policies. Nothing is ever dropped.",
)

pathway_table = Table(
    "pathway_table",
    metadata,
    Column("pathway_name", Text, primary_key=True, comment="the pathway"),
    Column("dataset_name", Text, nullable=False, unique=True, comment="dataset whose records become its cases"),
    Column("record_table", Text, nullable=False, comment="table of its record versions, in the schema pathway"),
    Column("detail_table", Text, nullable=False, comment="table of its cases' details, in the schema pathway"),
    schema="house",
    comment="One row a pathway that has cases: which tables are its own.",
)

small_numbers_policy = Table(
    "small_numbers_policy",
    metadata,
    Column("policy_version", Integer, primary_key=True, comment="version of the policy"),
    Column("suppress_to", Integer, nullable=False, comment="counts from 1 to this are suppressed"),
    Column("round_to", Integer, nullable=False, comment="other counts are rounded to the nearest multiple of this"),
    Column("share_decimals", Integer, nullable=False, comment="decimals of shares that come with a count, such as completeness"),
    Column("statistic_decimals", Integer, nullable=False, comment="decimals of z scores"),
    Column("is_current", Boolean, nullable=False, comment="whether the views apply it now; releases keep the version they were made under"),
    Column("source", Text, nullable=False, comment="where the policy comes from"),
    schema="house",
    comment="One row a version of the small-numbers policy, as declared.",
)

release = Table(
    "release",
    metadata,
    Column("release_id", BigInteger, Identity(), primary_key=True, comment="number"),
    Column("release_name", Text, nullable=False, unique=True, comment="its name, such as 2026-Q1"),
    Column("title", Text, nullable=False, comment="title for readers"),
    Column("released_at", SystemTime, nullable=False, comment="when it was frozen"),
    Column("released_by", Text, nullable=False, comment="who froze it"),
    Column(
        "policy_version", Integer, ForeignKey("house.small_numbers_policy.policy_version"), nullable=False, comment="small-numbers policy"
    ),
    Column("as_of_submission", Text, comment="latest submission that had been loaded"),
    Column("selection", JSONB, nullable=False, comment="measures, kinds of organisation, grains and periods that were chosen"),
    Column(
        "content_sha256", Text, nullable=False, comment="SHA-256 over its results in order, hexadecimal: proves that they are as they were"
    ),
    schema="measurement",
    comment="One row a release: a frozen, named set of results.",
)

release_result = Table(
    "release_result",
    metadata,
    Column("release_id", BigInteger, ForeignKey("measurement.release.release_id"), primary_key=True, comment="the release"),
    Column("measure_name", Text, primary_key=True, comment="the measure"),
    Column("organisation_code", Text, primary_key=True, comment="the organisation"),
    Column("period_grain", Text, primary_key=True, comment="month, quarter or year"),
    Column("period_start", Date, primary_key=True, comment="first day of the period"),
    Column("measure_title", Text, nullable=False, comment="title of the measure then"),
    Column("measure_kind", Text, nullable=False, comment="kind of the measure then"),
    Column("measure_version", Integer, nullable=False, comment="version of its definition then"),
    Column("unit", Text, nullable=False, comment="unit of the value"),
    Column("decimals", Integer, nullable=False, comment="decimals to show"),
    Column("organisation_name", Text, nullable=False, comment="name of the organisation then"),
    Column("organisation_kind", Text, nullable=False, comment="kind of the organisation"),
    Column("numerator", Double, comment="as shown under the policy; null where suppressed or the measure has none"),
    Column("denominator", Double, comment="as shown under the policy"),
    Column("value", Double, comment="as shown under the policy, in the measure's unit"),
    Column("lower_95", Double, comment="lower limit of the 95 % interval, from what is shown"),
    Column("upper_95", Double, comment="upper limit of the 95 % interval, from what is shown"),
    Column("national_value", Double, comment="published by a national body and imported"),
    Column("national_source", Text, comment="its source"),
    Column("is_provisional", Boolean, nullable=False, comment="whether the result could still change"),
    Column("is_suppressed", Boolean, nullable=False, comment="whether the policy hides it"),
    UniqueConstraint("release_id", "organisation_code", "measure_name", "period_grain", "period_start"),
    schema="measurement",
    comment="One row a result of a release, frozen as it was shown. Never updated.",
)
