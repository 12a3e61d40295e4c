"""The datasets by which leads say who they are, what they aim at, and what they change: one row each, the latest counts.

Belongs here: their fields, rules and code lists. Does not belong here: change ideas (``schemas.change_ideas`` and the pathways' folders), how rows are stored (``assets.improvement``), what came of an action (``assets.effects``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from schemas.datasets import Dataset, DatasetKind, Pathway
from schemas.expressions import Expression, Includes, all_of, any_of, field
from schemas.field_rules import RECEIVED_ON
from schemas.fields import Codes, Field, Identifier, Kind, codes
from schemas.measures import Direction, Measure, MeasureKind
from schemas.rules import Rule, Severity

WITH_DENOMINATOR = (MeasureKind.PROPORTION, MeasureKind.MEDIAN, MeasureKind.MEAN, MeasureKind.RATE)
EARLIEST, LATEST = date(2000, 1, 1), date(2060, 12, 31)
STATUSES = codes(
    planned="Planned, not begun", active="Under way", adopted="Kept: it is how we work now", abandoned="Given up: we work as before"
)
SIGNALS = codes(
    concern="Special causes for the worse", improvement="Special causes for the better", cusum="Risk-adjusted CUSUM", outlier="Period outliers",
    completeness="Completeness falling", submission="Submissions late, missing or stuck",
)  # fmt: skip
FREQUENCIES = codes(immediately="At once", weekly="Once a week, together")
NAMES = {"lead": "lead", "aim": "aim", "action": "improvement_action"}


def improvement_datasets(pathways: Sequence[Pathway]) -> tuple[Dataset, ...]:
    """Leads, aims and actions, their code lists filled from ``pathways``; none where no pathway has measures."""
    measured = tuple(pathway for pathway in pathways if pathway.measures)
    return (_lead(measured), _aim(measured), _action(measured)) if measured else ()


# ------------------------------------------------------------------------------------------------ fields that several share
def _organisation(what: str) -> Field:
    return Field(
        "organisation", "Organisation", Kind.TEXT, f"Code or name of the provider, site or team {what}.", required=True, is_essential=True
    )


def _pathway(pathways: Sequence[Pathway]) -> Field:
    listed = Codes(tuple((pathway.name, pathway.title) for pathway in pathways))
    return Field("pathway", "Pathway", Kind.CODE, "Name of the pathway.", codes=listed, required=True, is_essential=True)


def _measures(measures: Iterable[Measure]) -> Codes:
    return Codes(tuple((measure.name, measure.title) for measure in sorted(measures, key=lambda measure: measure.name)))


def _day(name: str, header: str, description: str, is_essential: bool = True) -> Field:
    return Field(name, header, Kind.DATE, description, required=is_essential, is_essential=is_essential, earliest=EARLIEST, latest=LATEST)


def _rule(
    rule_id: str, name: str, requirement: Expression, fields: tuple[str, ...], advice: str, severity: Severity = Severity.QUARANTINE_RECORD
) -> Rule:
    return Rule(rule_id, name, requirement, severity, fields, advice)


def _all_measures(pathways: Sequence[Pathway]) -> tuple[Measure, ...]:
    return tuple(measure for pathway in pathways for measure in pathway.measures)


def _names(measures: Iterable[Measure], direction: Direction) -> tuple[str, ...]:
    return tuple(measure.name for measure in measures if measure.direction is direction)


# ------------------------------------------------------------------------------------------------ leads
def _lead(pathways: Sequence[Pathway]) -> Dataset:
    return Dataset(
        name=NAMES["lead"],
        version="1",
        title="Leads",
        description="One row a role at a provider for a pathway: whom the network writes to, about what, how often.",
        kind=DatasetKind.IMPROVEMENT,
        fields=(
            _organisation("that the lead speaks for"),
            _pathway(pathways),
            Field("role", "Role", Kind.TEXT, "The role, not the person's name: 'clinical lead', 'ward manager'.", required=True, is_essential=True, maximum_length=80),
            Field(
                "contact_address", "Contact address", Kind.TEXT, "An e-mail address, or the https address of a webhook.", required=True, is_essential=True,
                identifies=Identifier.STAFF, format="contact_address",
                advice="Write one e-mail address, or the https address of a webhook, without spaces: nothing can be sent without it.",
            ),
            Field("signals", "Signals", Kind.CODES, "Which signals are sent; empty: all of them.", codes=SIGNALS),
            Field("frequency", "How often", Kind.CODE, "At once, or once a week.", codes=FREQUENCIES, required=True, is_essential=True),
        ),
        record_key=("organisation", "pathway", "role"),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ aims
def _aim(pathways: Sequence[Pathway]) -> Dataset:
    measures = _all_measures(pathways)
    return Dataset(
        name=NAMES["aim"],
        version="1",
        title="Aims",
        description="One row a measure of a provider, site or team: from where to where, by when. A later row revises it.",
        kind=DatasetKind.IMPROVEMENT,
        fields=(
            _organisation("whose aim it is"),
            Field("measure", "Measure", Kind.CODE, "Name of the measure.", codes=_measures(measures), required=True, is_essential=True),
            Field(
                "baseline",
                "Baseline",
                Kind.DECIMAL,
                "The value from which it starts, in the measure's unit; a share lies between 0 and 1.",
                required=True,
                is_essential=True,
            ),
            Field("target", "Target", Kind.DECIMAL, "The value to reach, in the same unit.", required=True, is_essential=True),
            _day("target_date", "By when", "The day by which the target is to be reached."),
            _day("set_date", "Set on", "The day from which the aim counts; empty: the day on which it is sent.", is_essential=False),
            Field("note", "Note", Kind.TEXT, "Why, or what was revised.", maximum_length=300),
        ),
        rules=_aim_rules(measures),
        record_key=("organisation", "measure"),
    )


def _aim_rules(measures: Sequence[Measure]) -> tuple[Rule, ...]:
    measure, baseline, target = field("measure"), field("baseline"), field("target")
    up, down = (measure.is_in(*_names(measures, way)) for way in (Direction.HIGHER_IS_BETTER, Direction.LOWER_IS_BETTER))
    shares = tuple(item.name for item in measures if item.kind is MeasureKind.PROPORTION)
    within = all_of(baseline >= 0, baseline <= 1, target >= 0, target <= 1)
    return (
        _rule(
            "AI01", "target_is_better_than_the_baseline", all_of(up.implies(target > baseline), down.implies(target < baseline)), ("target", "baseline", "measure"),
            "The target is no better than the baseline: the measure's definition says which direction is better. Correct the target, the baseline or the measure.",
        ),
        _rule("AI02", "a_share_lies_between_0_and_1", measure.is_in(*shares).implies(within), ("target", "baseline"), "Give shares between 0 and 1: 0.62 for 62 %."),
        _rule("AI03", "target_differs_from_the_baseline", target.differs_from(baseline), ("target", "baseline"), "The target is the baseline. Give the value to reach."),
        _rule(
            "AI05", "is_set_before_it_is_due", all_of(field("set_date") <= field(RECEIVED_ON), field("set_date") < field("target_date")), ("set_date", "target_date"),
            "An aim is set today or earlier, and before the day by which it is to be reached. Correct the day, or leave it empty.",
        ),
        _rule("AI04", "there_is_time_left", field("target_date") >= field(RECEIVED_ON), ("target_date",), "The day has passed. Revise the aim, or leave it as a record.", Severity.WARN),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ actions
def _action(pathways: Sequence[Pathway]) -> Dataset:
    listed = _measures(_all_measures(pathways))
    return Dataset(
        name=NAMES["action"],
        version="1",
        title="Improvement actions",
        description="One row a dated change at a provider, site or team, and the measures that it should move.",
        kind=DatasetKind.IMPROVEMENT,
        fields=(
            _organisation("that acts"),
            Field("reference", "Reference", Kind.TEXT, "Your own short name for the action, by which it is found again.", required=True, is_essential=True, maximum_length=40),
            Field("cycle_number", "Cycle", Kind.INTEGER, "Number of the plan-do-study-act cycle; empty: the first.", minimum=1, maximum=99),
            _pathway(pathways),
            Field("title", "Title", Kind.TEXT, "What it is called.", required=True, is_essential=True, maximum_length=120),
            Field("what_changes", "What changes", Kind.TEXT, "What is done differently, for colleagues elsewhere; nothing about a patient.", required=True, maximum_length=1000),
            Field("change_ideas", "Change ideas", Kind.TEXT, "Kinds of change, of the network's list or new, joined by ';'.", required=True, maximum_length=300),
            Field("measures_to_raise", "Measures to raise", Kind.CODES, "Measures whose value should rise.", codes=listed),
            Field("measures_to_lower", "Measures to lower", Kind.CODES, "Measures whose value should fall.", codes=listed),
            _day("start_date", "Start date", "First day of the change."),
            _day("end_date", "End date", "Last day of the trial, if it has ended.", is_essential=False),
            Field("status", "Status", Kind.CODE, "How it stands.", codes=STATUSES, required=True, is_essential=True),
        ),
        rules=(*_measure_rules(pathways), *_date_rules()),
        record_key=("organisation", "reference"),
    )  # fmt: skip


def _measure_rules(pathways: Sequence[Pathway]) -> tuple[Rule, ...]:
    measures, both = _all_measures(pathways), ("measures_to_raise", "measures_to_lower")
    up, down = field(both[0]), field(both[1])
    uncounted = tuple(item.name for item in measures if item.kind not in WITH_DENOMINATOR)
    wrong_way = all_of(
        _names_none(up, _names(measures, Direction.LOWER_IS_BETTER)), _names_none(down, _names(measures, Direction.HIGHER_IS_BETTER))
    )
    return (
        _rule("IA01", "names_a_measure", any_of(up.is_present(), down.is_present()), both, "Name at least one measure that the change should raise or lower: else nobody can tell what it did."),
        _rule("IA02", "a_measure_is_raised_or_lowered", all_of(*(_in_one_only(item.name) for item in measures)), both, "The same measure is to be raised and to be lowered. Keep one of the two."),
        _rule(
            "IA03", "measures_have_a_denominator", all_of(_names_none(up, uncounted), _names_none(down, uncounted)), both,
            "Scores, counts of cases and measures derived from others have no denominator, so an effect on them cannot be told. Name the measures behind them.",
        ),
        _rule("IA04", "measures_are_of_the_pathway", all_of(*(_of_pathway(pathway, measures) for pathway in pathways)), both, "A measure belongs to another pathway. Correct the measure or the pathway."),
        _rule(
            "IA05", "measures_move_in_their_better_direction", wrong_way, both,
            "By its definition the measure would become worse. Taken as it is; if it is a slip, move the measure to the other column.", Severity.WARN,
        ),
    )  # fmt: skip


def _names_none(listed: Expression, names: tuple[str, ...]) -> Expression:
    return ~Includes(listed, names)


def _in_one_only(name: str) -> Expression:
    return any_of(*(_names_none(field(column), (name,)) for column in ("measures_to_raise", "measures_to_lower")))


def _of_pathway(pathway: Pathway, measures: Iterable[Measure]) -> Expression:
    own = {measure.name for measure in pathway.measures}
    others = tuple(measure.name for measure in measures if measure.name not in own)
    named = all_of(*(_names_none(field(column), others) for column in ("measures_to_raise", "measures_to_lower")))
    return field("pathway").equals(pathway.name).implies(named)


def _date_rules() -> tuple[Rule, ...]:
    start, end, status, today = field("start_date"), field("end_date"), field("status"), field(RECEIVED_ON)
    return (
        _rule("IA06", "what_has_begun_has_a_start_in_the_past", status.differs_from("planned").implies(start <= today), ("start_date", "status"), "The start lies ahead. Say 'planned', or correct the start."),
        _rule("IA07", "what_is_planned_lies_ahead", status.equals("planned").implies(start >= today), ("status", "start_date"), "The start has passed. Say 'active' if it has begun, or give the new start.", Severity.WARN),
        _rule("IA08", "ends_after_it_starts", end >= start, ("end_date", "start_date"), "The end lies before the start. Correct one of the two."),
        _rule("IA09", "what_was_given_up_has_an_end", status.equals("abandoned").implies(end.is_present()), ("end_date", "status"), "Say when it was given up: from then on it can have no effect."),
        _rule("IA10", "has_not_ended_before_it_ended", any_of(end.is_missing(), end <= today, status.is_in("planned", "active")), ("end_date", "status"), "The end lies ahead, but the status says that it is over. Correct one of the two."),
    )  # fmt: skip
