"""Tables of improvement: what leads have said of themselves, their aims and their actions, and what was computed of it.

Belongs here: the schema ``improvement``. Does not belong here: which of what was said counts (``warehouse.improvement_current``).
What was said is kept by submission and row, as results are; effects and progress are computed by a refresh, and made anew at will.
"""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, Double, ForeignKey, ForeignKeyConstraint, Index, Integer, Table, Text

from warehouse.tables import SystemTime, metadata, one_of, submission_reference

SCHEMA = "improvement"
STATUSES = ("planned", "active", "adopted", "abandoned")
VERDICTS = ("improved", "no change", "worse", "too early", "cannot be told")


def _told() -> tuple[Column, ...]:
    """What every table of rows that were said begins with."""
    return (
        submission_reference(primary_key=True),
        Column("row_number", BigInteger, primary_key=True, comment="row of the file"),
        Column("arrival_number", BigInteger, nullable=False, comment="order of arrival"),
        Column("is_withdrawal", Boolean, nullable=False, comment="whether the row ends what it names"),
        Column("provider_code", Text, nullable=False, comment="the provider of the organisation"),
        Column(
            "organisation_code",
            Text,
            ForeignKey("pathway.organisation.organisation_code"),
            nullable=False,
            comment="the provider, site or team",
        ),
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
    one_of("frequency", ("immediately", "weekly")),
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
        ["submission_id", "row_number"],
        ["improvement.lead_version.submission_id", "improvement.lead_version.row_number"],
        ondelete="CASCADE",
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
    Column("set_on", Date, comment="day from which it counts; null: the day on which the row was received"),
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
    one_of("status", STATUSES),
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


def _estimate(name: str, meaning: str) -> tuple[Column, ...]:
    """A number with the limits of its 95 % interval."""
    return (
        Column(name, Double, comment=f"{meaning}; in the measure's unit"),
        Column(f"{name}_lower", Double, comment="lower limit of its 95 % interval"),
        Column(f"{name}_upper", Double, comment="upper limit of its 95 % interval"),
    )


def _phase(name: str, when: str) -> tuple[Column, ...]:
    """What is told of the months of one phase."""
    return (
        Column(f"{name}_from", Date, nullable=False, comment=f"first month that may be compared, {when}"),
        Column(f"{name}_to", Date, nullable=False, comment=f"last month that may be compared, {when}"),
        Column(f"{name}_points", Integer, nullable=False, comment="months of these with a final result"),
        Column(f"{name}_numerator", Double, comment="cases that count in them; null where the measure has none"),
        Column(f"{name}_denominator", Double, nullable=False, comment="cases in them"),
        Column(f"{name}_value", Double, comment="value over them, weighted by cases"),
        Column(f"{name}_mean", Double, comment="centre of the XmR chart of the phase"),
        Column(f"{name}_lower_limit", Double, comment="lower process limit of the phase; null for fewer than 13 points"),
        Column(f"{name}_upper_limit", Double, comment="upper process limit of the phase"),
    )


action_effect = Table(
    "action_effect",
    metadata,
    Column("action_number", BigInteger, primary_key=True, comment="number of the action"),
    Column("measure_name", Text, primary_key=True, comment="the measure"),
    Column("pathway_name", Text, nullable=False, comment="the pathway"),
    Column("provider_code", Text, nullable=False, comment="provider of the organisation that acts"),
    Column("organisation_code", Text, nullable=False, comment="the organisation whose results are compared"),
    Column("wanted_direction", Text, nullable=False, comment="rise or fall"),
    Column(
        "verdict", Text, nullable=False, comment="improved, no change (that can be told from chance), worse, too early or cannot be told"
    ),
    Column("reason", Text, comment="why it is too early or cannot be told"),
    Column("enough_on", Date, comment="first day on which there can be enough final months; null where there are"),
    *_phase("before", "before the action"),
    *_phase("after", "after it"),
    *_estimate("difference", "after less before, by this organisation's results alone"),
    *_estimate("controlled_difference", "the same beyond what the rest of the network did over the same months: what the verdict rests on"),
    Column("controlled_error", Double, comment="its standard error"),
    Column(
        "dispersion",
        Double,
        comment="how many times as much the same comparison varies for others as by chance of single months; at least 1",
    ),
    Column("degrees", Double, comment="degrees of freedom of its t interval"),
    Column(
        "compared_count",
        Integer,
        nullable=False,
        comment="providers that it is compared with; 0: nobody, the verdict rests on its own months alone",
    ),
    *_estimate("step", "segmented regression, Newey-West: jump at the change beyond its own trend"),
    *_estimate("slope", "the same: change of trend a month"),
    *_estimate("controlled_step", "jump at the change beyond the trend beside the rest of the network"),
    *_estimate("controlled_slope", "change of trend a month beside the rest of the network"),
    Column("special_cause", Text, comment="first rule that a month after the action breaks on the chart of the months before"),
    Column("special_cause_is_favourable", Boolean, comment="whether that is on the better side"),
    Column(
        "follows_extreme",
        Boolean,
        nullable=False,
        comment="whether the action followed an extreme on the worse side: some return to the mean is to be expected",
    ),
    Column(
        "overlaps_with", ARRAY(BigInteger), nullable=False, comment="numbers of the actions on the same measure that shorten its months"
    ),
    Column("measure_version", Integer, nullable=False, comment="version of the measure's definition"),
    Column("as_of_submission", Text, comment="latest submission that had been loaded"),
    Column("computed_at", SystemTime, nullable=False, comment="when it was computed"),
    one_of("verdict", VERDICTS),
    Index(None, "measure_name", "organisation_code"),
    schema=SCHEMA,
    comment="What an action did to a measure. One row an action that has begun and a measure that it names.",
)

change_idea_effect = Table(
    "change_idea_effect",
    metadata,
    Column("change_idea", Text, primary_key=True, comment="the idea"),
    Column("measure_name", Text, primary_key=True, comment="the measure"),
    Column("provider_count", Integer, nullable=False, comment="providers that have tried it for the measure"),
    Column("told_count", Integer, nullable=False, comment="providers of these with an effect that can be told"),
    Column("alone_count", Integer, nullable=False, comment="providers of these that changed nothing else with it"),
    Column("improved_count", Integer, nullable=False, comment="providers with an action that improved it"),
    Column("worse_count", Integer, nullable=False, comment="providers with an action after which it was worse"),
    *_estimate("effect", "pooled controlled difference of the providers, by random effects"),
    Column("between_deviation", Double, comment="standard deviation of the effect between providers; null for one provider"),
    Column("i_squared", Double, comment="share of the variance between effects that is not chance, 0 to 1"),
    Column("expected_lower", Double, comment="lower limit of where another provider's effect would lie; null for fewer than three"),
    Column("expected_upper", Double, comment="upper limit of it"),
    Column("providers", ARRAY(Text), nullable=False, comment="who has tried it, the best effect first"),
    Column("computed_at", SystemTime, nullable=False, comment="when it was computed"),
    schema=SCHEMA,
    comment="What a change idea does to a measure over all providers that tried it. One row an idea and measure.",
)

aim_progress = Table(
    "aim_progress",
    metadata,
    Column("aim_number", BigInteger, primary_key=True, comment="number of the aim"),
    Column("measure_name", Text, nullable=False, comment="the measure"),
    Column("provider_code", Text, nullable=False, comment="provider of the organisation"),
    Column("organisation_code", Text, nullable=False, comment="the organisation"),
    Column("state", Text, nullable=False, comment="reached, on track, behind or too early (no final result since it was set)"),
    Column("actual_on", Date, comment="first day of the latest final month"),
    Column("actual_value", Double, comment="value over the latest three final months, weighted by cases"),
    Column("actual_denominator", Double, comment="cases in these months"),
    Column("trajectory_value", Double, comment="value on a straight line from baseline to target at that time"),
    Column(
        "assurance", Text, nullable=False, comment="whether the process as it is meets the target: always, sometimes, never or not known"
    ),
    Column("lower_limit", Double, comment="lower process limit of the latest chart"),
    Column("upper_limit", Double, comment="upper process limit of it"),
    Column("forecast_value", Double, comment="value of a month at the target's day if the process stays as it is"),
    Column("forecast_lower", Double, comment="lower limit of the 95 % forecast interval"),
    Column("forecast_upper", Double, comment="upper limit of it"),
    Column("as_of_submission", Text, comment="latest submission that had been loaded"),
    Column("computed_at", SystemTime, nullable=False, comment="when it was computed"),
    one_of("state", ("reached", "on track", "behind", "too early")),
    one_of("assurance", ("always", "sometimes", "never", "not known")),
    schema=SCHEMA,
    comment="How an aim stands. One row an aim.",
)
