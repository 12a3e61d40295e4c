"""Tables of milestones: what a pathway declares of them, what months of a site add, how soon organisations reach them.

Belongs here: tables of the schema ``measurement`` about milestones. Does not belong here: a case's own milestones (``pathway.milestone``).
No row is a patient's, though a part holds the minutes of a month's cases, as parts of medians do.
"""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, Double, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from warehouse.tables import SystemTime, metadata, one_of

GRAINS = ("quarter", "year")

milestone_definition = Table(
    "milestone_definition",
    metadata,
    Column("pathway_name", Text, primary_key=True, comment="the pathway"),
    Column("milestone_name", Text, primary_key=True, comment="the event"),
    Column("place", Integer, nullable=False, comment="order in which the pathway declares its events, from 1"),
    Column("title", Text, nullable=False, comment="title for readers"),
    Column("field", Text, nullable=False, comment="field of the case that dates it"),
    Column("is_timed", Boolean, nullable=False, comment="whether the field is an instant; of a day alone no minutes are known"),
    Column("sooner_is_better", Boolean, nullable=False, comment="whether care aims at it, so that there is a best decile"),
    Column("due_days", Integer, nullable=False, comment="days after the clock start by which it should have been told"),
    Column("reference_measure", Text, comment="measure whose national value is that of the median; null without one"),
    schema="measurement",
    comment="One row an event of a pathway, as declared.",
)

milestone_part = Table(
    "milestone_part",
    metadata,
    Column("pathway_name", Text, primary_key=True, comment="the pathway"),
    Column("site_code", Text, primary_key=True, comment="site of the cases"),
    Column("period_start", Date, primary_key=True, comment="first day of the month of the clock start"),
    Column("milestone_name", Text, primary_key=True, comment="the event"),
    Column("provider_code", Text, primary_key=True, comment="provider of the cases"),
    Column("case_count", BigInteger, nullable=False, comment="valid and incomplete cases of the month"),
    Column("reached_count", BigInteger, nullable=False, comment="those of them that reached it: its day is known"),
    Column(
        "sorted_minutes", ARRAY(Integer), nullable=False, comment="minutes from the clock start of those whose time is known, ascending"
    ),
    Index(None, "pathway_name", "period_start"),
    schema="measurement",
    comment="What a month of a site adds to an event of the pathway. Results of every organisation and period are put together from these parts.",
)

milestone_result = Table(
    "milestone_result",
    metadata,
    Column("pathway_name", Text, comment="the pathway"),
    Column("milestone_name", Text, comment="the event"),
    Column("organisation_code", Text, comment="the organisation"),
    Column("period_grain", Text, comment="quarter or year"),
    Column("period_start", Date, comment="first day of the period of the clock start"),
    Column("case_count", BigInteger, nullable=False, comment="valid and incomplete cases of the period"),
    Column("reached_count", BigInteger, nullable=False, comment="those of them that reached it: its day is known"),
    Column("timed_count", BigInteger, nullable=False, comment="those of them whose minutes from the clock start are known"),
    Column(
        "lower_quartile_minutes",
        Double,
        comment="lower quartile of the minutes, negative before the clock start; null where no time is known",
    ),
    Column("median_minutes", Double, comment="median of the minutes; null where no time is known"),
    Column("upper_quartile_minutes", Double, comment="upper quartile of the minutes; null where no time is known"),
    Column("as_of_submission", Text, comment="latest submission that had been loaded when it was computed"),
    Column("computed_at", SystemTime, nullable=False, server_default=text("now()"), comment="when it was computed"),
    PrimaryKeyConstraint("pathway_name", "organisation_code", "period_grain", "period_start", "milestone_name"),
    one_of("period_grain", GRAINS),
    schema="measurement",
    comment="How many cases of an organisation and period reached an event of the pathway, and how soon.",
)
