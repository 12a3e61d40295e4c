"""What the warehouse found, in sentences for a board.

Belongs here: wording of signals, outliers, effects, aims, standardised ratios. Does not belong here: which of them are told (``dashboard.pack.chapters``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from dashboard import words
from dashboard.pack.content import Statement
from dashboard.views import Row
from schemas.outlier_workflow import STATES

CUSUM = "cusum"
RULES = {
    "above upper limit": "above the upper limit of its process",
    "below lower limit": "below the lower limit of its process",
    "longer between events than upper limit": "longer between two events than the upper limit",
    "2 in 3 above mean, close to limit": "2 of 3 points close to the upper limit",
    "2 in 3 below mean, close to limit": "2 of 3 points close to the lower limit",
}
SHIFT = re.compile(r"(\d+) points (above|below) mean")
TREND = re.compile(r"(\d+) point trend (in|de)creasing")
ICONS = {"improved": "improvement", "worse": "concern"}
AIM_ICONS = {"reached": "improvement", "behind": "change"}
INSIDE = "inside"


def capital(said: str) -> str:
    return said[:1].upper() + said[1:]


def rule(signal: Row) -> str:
    """What broke the rule, in words; as the rule is called where we have none."""
    if signal.kind == CUSUM:
        return f"the risk-adjusted CUSUM crossed its limit ({signal.rule_name})"
    if found := SHIFT.fullmatch(signal.rule_name):
        return f"{found[1]} points in a row {found[2]} the mean"
    if found := TREND.fullmatch(signal.rule_name):
        return f"{found[1]} points in a row {'rising' if found[2] == 'in' else 'falling'}"
    return RULES.get(signal.rule_name, signal.rule_name)


def since(signal: Row) -> str:
    if not isinstance(signal.since_on, date):
        return ""
    is_one = signal.until_on == signal.since_on
    return f", {'in' if is_one else 'since'} {words.period(signal.since_on)}"


def taken_up(signal: Row) -> str:
    """Whether somebody acts on it."""
    if signal.state == "raised":
        return f"Raised {words.day(signal.raised_at)}; nobody has taken it up yet."
    by = f"; {signal.assigned_to} works on it" if signal.assigned_to else ""
    return f"{capital(signal.state)}{by}."


def signal_text(signal: Row, actions: Sequence[Row]) -> str:
    """``actions``: those of the provider that name the measure."""
    under_way = [a for a in actions if a.status in ("planned", "active")]
    said = [f"{capital(rule(signal))}{since(signal)}.", taken_up(signal)]
    said += [f"A change is {'under way' if a.status == 'active' else 'planned'}: {a.title}, from {words.day(a.started_on)}." for a in under_way]
    return " ".join(said)


def better_text(signal: Row, actions: Sequence[Row]) -> str:
    """A signal for the better; whether it has a cause that is known."""
    cause = "The verdict on the change that was made for it stands under improvement actions." if actions else "No change has been registered that would explain it."
    return f"{capital(rule(signal))}{since(signal)}. {cause}"


def outlier(row: Row) -> Statement:
    """A period outlier, with what the workflow wants next."""
    when = words.period(row.period_start, row.period_grain)
    counted = f" ({words.count(row.observed)} observed, {row.expected:,.1f} expected)" if row.observed is not None and row.expected is not None else ""
    state = STATES[row.state]
    due = f" by {words.day(row.due_on)}" if row.due_on else ""
    is_better = row.direction == "better"
    text = f"Outlier ({row.level}) in {when}{counted}, beside {row.basis}. State: {row.state}" + ("." if is_better else f"; next, {state.who}: {state.does}{due}.")
    return Statement("improvement" if is_better else "concern", row.measure_title, text)


def effect_text(effect: Row) -> str:
    """The verdict with the numbers behind it."""
    if effect.is_suppressed:
        return f"{capital(effect.verdict_text)}. The numbers are hidden: they rest on few cases."
    said = f"{capital(effect.verdict_text)}: {effect.reason}." if effect.reason else f"{capital(effect.verdict_text)}."
    if effect.enough_on:
        return f"{said} There can be enough on {words.day(effect.enough_on)}."
    if effect.before_value is not None and effect.after_value is not None:
        said += f" From {words.value(effect.before_value, effect)} to {words.value(effect.after_value, effect)}"
        said += _beyond(effect)
    return said + _cautions(effect)


def _beyond(effect: Row) -> str:
    if effect.controlled_difference is None:
        return "."
    between = " to ".join(words.points(end, effect).split()[0] for end in (effect.controlled_difference_lower, effect.controlled_difference_upper))
    beside = "beyond the rest of the network" if effect.compared_count else "with nobody to compare with"
    return f": {words.points(effect.controlled_difference, effect)} {beside} (95 % interval {between})."


def _cautions(effect: Row) -> str:
    said = " It followed an extreme value, so some return to the mean is to be expected." if effect.follows_extreme else ""
    return said + (" Another action on this measure overlaps it." if effect.overlaps_with else "")


def effect(row: Row) -> Statement:
    return Statement(ICONS.get(row.verdict, "common"), row.measure_title, effect_text(row))


def aim(row: Row, where: str) -> Statement:
    """``where``: the site or team, empty for the provider."""
    lead = f"{row.measure_title}{where}"
    wanted = f"aim {words.value(row.target_value, row)} by {words.day(row.target_on)}"
    if row.is_suppressed or row.actual_value is None or row.state is None:
        return Statement("none", lead, f"Not known yet: {wanted}." if not row.is_suppressed else f"Hidden, it rests on few cases: {wanted}.")
    said = f"{capital(row.state)}: {words.value(row.actual_value, row)} in {words.period(row.actual_on)}, {wanted}."
    said += f" As it is, the process {row.assurance} meets the aim." if row.assurance else ""
    if row.forecast_value is not None and not row.is_over:
        said += f" Forecast for that day {words.value(row.forecast_value, row)} (95 % interval {words.bare(row.forecast_lower, row)} to {words.bare(row.forecast_upper, row)})."
    return Statement(AIM_ICONS.get(row.state, "common"), lead, said)


def standardised(row: Row) -> Statement:
    """Observed beside expected for the provider's own mix of patients."""
    when = f"{words.period(row.period_start, row.period_grain)}{', provisional' if row.is_provisional else ''}"
    if row.is_suppressed or row.ratio is None:
        return Statement("none", row.measure_title, f"{when}: hidden, it rests on few cases." if row.is_suppressed else f"{when}: no ratio can be told.")
    said = f"{when}: {words.count(row.observed)} observed among {words.count(row.case_count)} cases, {row.expected:,.1f} expected for its mix of patients. "
    said += f"Ratio {row.ratio:.2f} (95 % interval {row.lower_95:.2f} to {row.upper_95:.2f}); "
    if row.funnel_position == INSIDE:
        said += "inside the funnel: chance explains the difference."
    else:
        said += f"{row.funnel_position or 'no place'} of the funnel."
    return Statement("common" if row.funnel_position in (INSIDE, None) else "change", row.measure_title, said)


def counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
