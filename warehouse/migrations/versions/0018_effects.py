"""What actions did, how aims stand, what ideas do across the network."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_action_effect()
    _create_change_idea_effect()
    _create_aim_progress()


def _create_action_effect() -> None:
    op.create_table(
        "action_effect",
        sa.Column("action_number", sa.BigInteger(), nullable=False, comment="number of the action"),
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("pathway_name", sa.Text(), nullable=False, comment="the pathway"),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="provider of the organisation that acts"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the organisation whose results are compared"),
        sa.Column("wanted_direction", sa.Text(), nullable=False, comment="rise or fall"),
        sa.Column(
            "verdict",
            sa.Text(),
            nullable=False,
            comment="improved, no change (that can be told from chance), worse, too early or cannot be told",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it is too early or cannot be told"),
        sa.Column(
            "enough_on", sa.Date(), nullable=True, comment="first day on which there can be enough final months; null where there are"
        ),
        sa.Column("before_from", sa.Date(), nullable=False, comment="first month that may be compared, before the action"),
        sa.Column("before_to", sa.Date(), nullable=False, comment="last month that may be compared, before the action"),
        sa.Column("before_points", sa.Integer(), nullable=False, comment="months of these with a final result"),
        sa.Column("before_numerator", sa.Double(), nullable=True, comment="cases that count in them; null where the measure has none"),
        sa.Column("before_denominator", sa.Double(), nullable=False, comment="cases in them"),
        sa.Column("before_value", sa.Double(), nullable=True, comment="value over them, weighted by cases"),
        sa.Column("before_mean", sa.Double(), nullable=True, comment="centre of the XmR chart of the phase"),
        sa.Column(
            "before_lower_limit", sa.Double(), nullable=True, comment="lower process limit of the phase; null for fewer than 13 points"
        ),
        sa.Column("before_upper_limit", sa.Double(), nullable=True, comment="upper process limit of the phase"),
        sa.Column("after_from", sa.Date(), nullable=False, comment="first month that may be compared, after it"),
        sa.Column("after_to", sa.Date(), nullable=False, comment="last month that may be compared, after it"),
        sa.Column("after_points", sa.Integer(), nullable=False, comment="months of these with a final result"),
        sa.Column("after_numerator", sa.Double(), nullable=True, comment="cases that count in them; null where the measure has none"),
        sa.Column("after_denominator", sa.Double(), nullable=False, comment="cases in them"),
        sa.Column("after_value", sa.Double(), nullable=True, comment="value over them, weighted by cases"),
        sa.Column("after_mean", sa.Double(), nullable=True, comment="centre of the XmR chart of the phase"),
        sa.Column(
            "after_lower_limit", sa.Double(), nullable=True, comment="lower process limit of the phase; null for fewer than 13 points"
        ),
        sa.Column("after_upper_limit", sa.Double(), nullable=True, comment="upper process limit of the phase"),
        sa.Column(
            "difference",
            sa.Double(),
            nullable=True,
            comment="after less before, by this organisation's results alone; in the measure's unit",
        ),
        sa.Column("difference_lower", sa.Double(), nullable=True, comment="lower limit of its 95 % interval"),
        sa.Column("difference_upper", sa.Double(), nullable=True, comment="upper limit of its 95 % interval"),
        sa.Column(
            "controlled_difference",
            sa.Double(),
            nullable=True,
            comment="the same beyond what the rest of the network did over the same months: what the verdict rests on; in the measure's unit",
        ),
        sa.Column("controlled_difference_lower", sa.Double(), nullable=True, comment="lower limit of its 95 % interval"),
        sa.Column("controlled_difference_upper", sa.Double(), nullable=True, comment="upper limit of its 95 % interval"),
        sa.Column("controlled_error", sa.Double(), nullable=True, comment="its standard error"),
        sa.Column(
            "dispersion",
            sa.Double(),
            nullable=True,
            comment="how many times as much the same comparison varies for others as by chance of single months; at least 1",
        ),
        sa.Column("degrees", sa.Double(), nullable=True, comment="degrees of freedom of its t interval"),
        sa.Column(
            "compared_count",
            sa.Integer(),
            nullable=False,
            comment="providers that it is compared with; 0: nobody, the verdict rests on its own months alone",
        ),
        sa.Column(
            "step",
            sa.Double(),
            nullable=True,
            comment="segmented regression, Newey-West: jump at the change beyond its own trend; in the measure's unit",
        ),
        sa.Column("step_lower", sa.Double(), nullable=True, comment="lower limit of its 95 % interval"),
        sa.Column("step_upper", sa.Double(), nullable=True, comment="upper limit of its 95 % interval"),
        sa.Column("slope", sa.Double(), nullable=True, comment="the same: change of trend a month; in the measure's unit"),
        sa.Column("slope_lower", sa.Double(), nullable=True, comment="lower limit of its 95 % interval"),
        sa.Column("slope_upper", sa.Double(), nullable=True, comment="upper limit of its 95 % interval"),
        sa.Column(
            "controlled_step",
            sa.Double(),
            nullable=True,
            comment="jump at the change beyond the trend beside the rest of the network; in the measure's unit",
        ),
        sa.Column("controlled_step_lower", sa.Double(), nullable=True, comment="lower limit of its 95 % interval"),
        sa.Column("controlled_step_upper", sa.Double(), nullable=True, comment="upper limit of its 95 % interval"),
        sa.Column(
            "controlled_slope",
            sa.Double(),
            nullable=True,
            comment="change of trend a month beside the rest of the network; in the measure's unit",
        ),
        sa.Column("controlled_slope_lower", sa.Double(), nullable=True, comment="lower limit of its 95 % interval"),
        sa.Column("controlled_slope_upper", sa.Double(), nullable=True, comment="upper limit of its 95 % interval"),
        sa.Column(
            "special_cause",
            sa.Text(),
            nullable=True,
            comment="first rule that a month after the action breaks on the chart of the months before",
        ),
        sa.Column("special_cause_is_favourable", sa.Boolean(), nullable=True, comment="whether that is on the better side"),
        sa.Column(
            "follows_extreme",
            sa.Boolean(),
            nullable=False,
            comment="whether the action followed an extreme on the worse side: some return to the mean is to be expected",
        ),
        sa.Column(
            "overlaps_with",
            sa.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="numbers of the actions on the same measure that shorten its months",
        ),
        sa.Column("measure_version", sa.Integer(), nullable=False, comment="version of the measure's definition"),
        sa.Column("as_of_submission", sa.Text(), nullable=True, comment="latest submission that had been loaded"),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False, comment="when it was computed"),
        sa.CheckConstraint(
            "verdict in ('improved', 'no change', 'worse', 'too early', 'cannot be told')", name=op.f("ck_action_effect_verdict")
        ),
        sa.PrimaryKeyConstraint("action_number", "measure_name", name=op.f("pk_action_effect")),
        schema="improvement",
        comment="What an action did to a measure. One row an action that has begun and a measure that it names.",
    )
    op.create_index(
        op.f("ix_action_effect_measure_name_organisation_code"),
        "action_effect",
        ["measure_name", "organisation_code"],
        unique=False,
        schema="improvement",
    )


def _create_change_idea_effect() -> None:
    op.create_table(
        "change_idea_effect",
        sa.Column("change_idea", sa.Text(), nullable=False, comment="the idea"),
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("provider_count", sa.Integer(), nullable=False, comment="providers that have tried it for the measure"),
        sa.Column("told_count", sa.Integer(), nullable=False, comment="providers of these with an effect that can be told"),
        sa.Column("alone_count", sa.Integer(), nullable=False, comment="providers of these that changed nothing else with it"),
        sa.Column("improved_count", sa.Integer(), nullable=False, comment="providers with an action that improved it"),
        sa.Column("worse_count", sa.Integer(), nullable=False, comment="providers with an action after which it was worse"),
        sa.Column(
            "effect",
            sa.Double(),
            nullable=True,
            comment="pooled controlled difference of the providers, by random effects; in the measure's unit",
        ),
        sa.Column("effect_lower", sa.Double(), nullable=True, comment="lower limit of its 95 % interval"),
        sa.Column("effect_upper", sa.Double(), nullable=True, comment="upper limit of its 95 % interval"),
        sa.Column(
            "between_deviation",
            sa.Double(),
            nullable=True,
            comment="standard deviation of the effect between providers; null for one provider",
        ),
        sa.Column("i_squared", sa.Double(), nullable=True, comment="share of the variance between effects that is not chance, 0 to 1"),
        sa.Column(
            "expected_lower",
            sa.Double(),
            nullable=True,
            comment="lower limit of where another provider's effect would lie; null for fewer than three",
        ),
        sa.Column("expected_upper", sa.Double(), nullable=True, comment="upper limit of it"),
        sa.Column("providers", sa.ARRAY(sa.Text()), nullable=False, comment="who has tried it, the best effect first"),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False, comment="when it was computed"),
        sa.PrimaryKeyConstraint("change_idea", "measure_name", name=op.f("pk_change_idea_effect")),
        schema="improvement",
        comment="What a change idea does to a measure over all providers that tried it. One row an idea and measure.",
    )


def _create_aim_progress() -> None:
    op.create_table(
        "aim_progress",
        sa.Column("aim_number", sa.BigInteger(), nullable=False, comment="number of the aim"),
        sa.Column("measure_name", sa.Text(), nullable=False, comment="the measure"),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="provider of the organisation"),
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="the organisation"),
        sa.Column("state", sa.Text(), nullable=False, comment="reached, on track, behind or too early (no final result since it was set)"),
        sa.Column("actual_on", sa.Date(), nullable=True, comment="first day of the latest final month"),
        sa.Column("actual_value", sa.Double(), nullable=True, comment="value over the latest three final months, weighted by cases"),
        sa.Column("actual_denominator", sa.Double(), nullable=True, comment="cases in these months"),
        sa.Column("trajectory_value", sa.Double(), nullable=True, comment="value on a straight line from baseline to target at that time"),
        sa.Column(
            "assurance",
            sa.Text(),
            nullable=False,
            comment="whether the process as it is meets the target: always, sometimes, never or not known",
        ),
        sa.Column("lower_limit", sa.Double(), nullable=True, comment="lower process limit of the latest chart"),
        sa.Column("upper_limit", sa.Double(), nullable=True, comment="upper process limit of it"),
        sa.Column(
            "forecast_value", sa.Double(), nullable=True, comment="value of a month at the target's day if the process stays as it is"
        ),
        sa.Column("forecast_lower", sa.Double(), nullable=True, comment="lower limit of the 95 % forecast interval"),
        sa.Column("forecast_upper", sa.Double(), nullable=True, comment="upper limit of it"),
        sa.Column("as_of_submission", sa.Text(), nullable=True, comment="latest submission that had been loaded"),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False, comment="when it was computed"),
        sa.CheckConstraint("assurance in ('always', 'sometimes', 'never', 'not known')", name=op.f("ck_aim_progress_assurance")),
        sa.CheckConstraint("state in ('reached', 'on track', 'behind', 'too early')", name=op.f("ck_aim_progress_state")),
        sa.PrimaryKeyConstraint("aim_number", name=op.f("pk_aim_progress")),
        schema="improvement",
        comment="How an aim stands. One row an aim.",
    )


def downgrade() -> None:
    raise NotImplementedError("the warehouse only goes forward; restore a backup instead")
