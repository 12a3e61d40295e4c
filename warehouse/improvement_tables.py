"""Tables of improvement: what leads have said of themselves, their aims and their actions, and what was computed of it.

Belongs here: the schema ``improvement``. Does not belong here: which of what was said counts (``warehouse.improvement_current``).
What was said is kept by submission and row, as results are; effects and progress are computed by a refresh, and made anew at will.
"""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, Double, ForeignKey, ForeignKeyConstraint, Index, Integer, Table, Text

from warehouse.tables import _one_of, _submission_reference, metadata

SCHEMA = "improvement"
STATUSES = ("planned", "active", "adopted", "abandoned")
VERDICTS = ("improved", "no change", "worse", "too early", "cannot be told")


def _told() -> tuple[Column, ...]:
    """What every table of rows that were said begins with."""
    return (
        _submission_reference(primary_key=True),
        Column("row_number", BigInteger, primary_key=True, comment="row of the file"),
        Column("arrival_number", BigInteger, nullable=False, comment="order of arrival"),
        Column("is_withdrawal", Boolean, nullable=False, comment="whether the row ends what it names"),
        Column("provider_code", Text, nullable=False, comment="the provider of the organisation"),
        Column("organisation_code", Text, ForeignKey("pathway.organisation.organisation_code"), nullable=False, comment="the provider, site or team"),
    )


lead_version = Table(
    "lead_version",
    metadata,
    *_told(),
    Column("pathway_name", Text, nullable=False, comment="the pathway"),
    Column("role", Text, nullable=False, comment="the role, as written"),
    Column("signals", ARRAY(Text), nullable=False, comment="kinds of signals that are wanted; none: all"),
    Column("frequency", Text, nullable=False, comment="immediately or weekly"),
    Index(None, "organisation_code", "pathway_name"),
    _one_of("frequency", ("immediately", "weekly")),
    schema=SCHEMA,
    comment="What was said of a lead. One row a row of a submission; the latest effective one of organisation, pathway and role counts.",
)

lead_contact = Table(
    "lead_contact",
    metadata,
    Column("submission_id", Text, primary_key=True, comment="the submission"),
    Column("row_number", BigInteger, primary_key=True, comment="row of the file"),
    Column("contact_address", Text, nullable=False, comment="an e-mail address, or the https address of a webhook"),
    ForeignKeyConstraint(
        ["submission_id", "row_number"], ["improvement.lead_version.submission_id", "improvement.lead_version.row_number"], ondelete="CASCADE"
    ),
    schema=SCHEMA,
    comment="Where a lead is reached: personal data of staff, read by the pipeline alone. One row a row of lead_version.",
)

aim_version = Table(
    "aim_version",
    metadata,
    *_told(),
    Column("measure_name", Text, nullable=False, comment="the measure"),
    Column("baseline_value", Double, nullable=False, comment="value from which it starts, in the measure's unit"),
    Column("target_value", Double, nullable=False, comment="value to reach, in the measure's unit"),
    Column("target_on", Date, nullable=False, comment="by when"),
    Column("note", Text, comment="why, or what was revised"),
    Index(None, "organisation_code", "measure_name"),
    schema=SCHEMA,
    comment="What was said of an aim: each row revises the one before. The latest effective one of organisation and measure counts.",
)

action_version = Table(
    "action_version",
    metadata,
    *_told(),
    Column("reference", Text, nullable=False, comment="the provider's own short name for the action"),
    Column("cycle_number", Integer, nullable=False, comment="plan-do-study-act cycle, from 1"),
    Column("pathway_name", Text, nullable=False, comment="the pathway"),
    Column("title", Text, nullable=False, comment="what it is called"),
    Column("what_changes", Text, comment="what is done differently"),
    Column("change_ideas", ARRAY(Text), nullable=False, comment="kinds of change, names of the shared vocabulary"),
    Column("measures_to_raise", ARRAY(Text), nullable=False, comment="measures whose value should rise"),
    Column("measures_to_lower", ARRAY(Text), nullable=False, comment="measures whose value should fall"),
    Column("started_on", Date, nullable=False, comment="first day"),
    Column("ended_on", Date, comment="last day of the trial"),
    Column("status", Text, nullable=False, comment="planned, active, adopted or abandoned"),
    Index(None, "organisation_code", "reference"),
    _one_of("status", STATUSES),
    schema=SCHEMA,
    comment="What was said of an improvement action. The latest effective row of organisation, reference and cycle counts.",
)

change_idea = Table(
    "change_idea",
    metadata,
    Column("change_idea", Text, primary_key=True, comment="name of the idea"),
    Column("title", Text, nullable=False, comment="how people write it"),
    Column("description", Text, comment="what it means, where a pathway declares it"),
    Column("pathway_name", Text, nullable=False, comment="the pathway that declares it, or whose lead first named it"),
    Column("is_declared", Boolean, nullable=False, comment="whether the pathway declares it; else a lead added it"),
    Column("added_by", Text, comment="the provider whose lead added it"),
    schema=SCHEMA,
    comment="The vocabulary of changes that leads try, shared across the network. One row an idea.",
)
