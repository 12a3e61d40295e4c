"""What the warehouse found, in sentences for a board.

Belongs here: wording of signals, outliers, effects, aims, standardised ratios. Does not belong here: which of them are told (``dashboard.pack.chapters``).
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import words
from dashboard.pack import written
from dashboard.pack.content import Statement
from dashboard.signal_words import Said
from dashboard.views import Row
from schemas.outlier_workflow import DETECTED, STATES

ICONS = {"improved": "improvement", "worse": "concern"}
AIM_ICONS = {"reached": "improvement", "behind": "change"}
INSIDE = "inside"
LEVELS = {
    "alarm": "alarm",
    "alert": "alert",
    "positive": "better than expected",
    INSIDE: "inside its limits, as judged last",
    "not judged": "not judged for now",
}
BASES = {
    "standardised": "case-mix standardised", "network value": "against the network value",
    "network value, over-dispersed": "against the network value, with room for how much providers differ anyway",
}  # fmt: skip


def capital(said: str) -> str:
    return said[:1].upper() + said[1:]


def seen(said: Said) -> str:
    """What a signal shows and since when, in the words of the dashboard's page of signals."""
    return f"{capital(said.what)}{said.since}."


def taken_up(signal: Row) -> str:
    """Whether somebody acts on it."""
    if signal.state == "raised":
        return f"Raised {words.day(signal.raised_at)}; nobody has taken it up yet."
    by = f"; {signal.assigned_to} works on it" if signal.assigned_to else ""
    return f"{capital(signal.state)}{by}."


def signal_text(signal: Row, said: Said, actions: Sequence[Row]) -> str:
    """``actions``: those of the provider that name the measure."""
    under_way = [a for a in actions if a.status in ("planned", "active")]
    told = [seen(said), taken_up(signal)]
    told += [
        f"A change is {'under way' if a.status == 'active' else 'planned'}: {a.title}, from {words.day(a.started_on)}." for a in under_way
    ]
    return " ".join(told)


def better_text(said: Said, actions: Sequence[Row]) -> str:
    """A signal for the better; whether a change was made for it."""
    cause = (
        "The verdict on the change that was made for it stands under improvement actions."
        if actions
        else "No change that was registered names this measure."
    )
    return f"{seen(said)} {cause}"


def is_taken_up(row: Row) -> bool:
    """Whether somebody has begun to work on an outlier."""
    return row.state != DETECTED


def outlier(row: Row) -> Statement:
    """A period outlier, with what the workflow wants next."""
    when = words.period(row.period_start, row.period_grain)
    judged = capital(f"{LEVELS.get(row.level, row.level)}, {BASES.get(row.basis, row.basis)}")
    is_better = row.direction == "better"
    text = f"{judged}, in {when}{_observed(row)}." + ("" if is_better else f" {_next(row)}")
    return Statement("improvement" if is_better else "concern", row.measure_title, text)


def _observed(row: Row) -> str:
    if row.observed is None or row.expected is None:
        return ""
    expected = f"{row.expected:,.1f}" if row.is_own else words.count(row.expected)
    return f": {written.rounded(words.count(row.observed), row.is_own)} observed and {written.rounded(expected, row.is_own)} expected"


def _next(row: Row) -> str:
    state = STATES[row.state]
    stands = f"State: {row.state}." if is_taken_up(row) else "Nobody has taken it up yet."
    due = f", by {words.day(row.due_on)}" if row.due_on else ""
    return f"{stands} Next, {state.who}: {state.does}{due}."


def effect_text(effect: Row) -> str:
    """The verdict with the numbers behind it."""
    if effect.is_suppressed:
        return f"{capital(effect.verdict_text)}. The numbers are hidden: {words.SMALL}."
    said = f"{capital(effect.verdict_text)}: {effect.reason}." if effect.reason else f"{capital(effect.verdict_text)}."
    if effect.enough_on:
        return f"{said} There can be enough on {words.day(effect.enough_on)}."
    if effect.before_value is not None and effect.after_value is not None:
        said += f" {_size(effect)}"
    return said + _cautions(effect)


def _size(effect: Row) -> str:
    """Before, after, their difference, and how much of it the network did not do: all of months weighted by their cases, so that they fit together."""
    before, after = (written.value(number, effect, effect.is_own) for number in (effect.before_value, effect.after_value))
    said = f"From {before} to {after} ({written.points(effect.after_value - effect.before_value, effect, effect.is_own)})"
    if effect.controlled_difference is None:
        return f"{said}."
    interval = f"95 % interval {written.between_points(effect.controlled_difference_lower, effect.controlled_difference_upper, effect, effect.is_own)}"
    if not effect.compared_count:
        return f"{said[:-1]}, {interval}); there was nobody to compare with."
    return f"{said}; beyond the rest of the network {written.points(effect.controlled_difference, effect, effect.is_own)} ({interval})."


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
        return Statement("none", lead, f"Hidden ({words.SMALL}); {wanted}." if row.is_suppressed else f"Not known yet: {wanted}.")
    said = f"{capital(row.state)}: {written.value(row.actual_value, row, row.is_own)} over the latest three final months to {words.period(row.actual_on)}; {wanted}."
    said += f" As it is, the process {row.assurance} meets the aim." if row.assurance in ("always", "sometimes", "never") else ""
    return Statement(AIM_ICONS.get(row.state, "common"), lead, said + _forecast(row))


def _forecast(row: Row) -> str:
    if row.forecast_value is None or row.is_over:
        return ""
    said = f" Forecast for a month around that day {written.value(row.forecast_value, row, row.is_own)}"
    if row.forecast_lower is None or row.forecast_upper is None:
        return f"{said}."
    ends = (words.possible(end, row) for end in (row.forecast_lower, row.forecast_upper))
    return f"{said} (95 % interval {written.between(*ends, row, row.is_own)})."


def standardised(row: Row) -> Statement:
    """Observed beside expected for the provider's own mix of patients; of others rounded, and without the interval, which would tell more."""
    when = f"{words.period(row.period_start, row.period_grain)}{', provisional' if row.is_provisional else ''}"
    if row.is_suppressed or row.ratio is None:
        return Statement(
            "none", row.measure_title, f"{when}: hidden, {words.SMALL}." if row.is_suppressed else f"{when}: no ratio can be told."
        )
    expected = f"{row.expected:,.1f}" if row.is_own else words.count(row.expected)
    observed, cases, expected = (
        written.rounded(number, row.is_own) for number in (words.count(row.observed), words.count(row.case_count), expected)
    )
    said = f"{when}: {observed} observed among {cases} cases, {expected} expected for its mix of patients. {_ratio(row)}; {_in_funnel(row.funnel_position)}."
    return Statement("common" if row.funnel_position in (INSIDE, None) else "change", row.measure_title, said)


def _ratio(row: Row) -> str:
    said = f"Ratio {written.rounded(f'{row.ratio:.2f}', row.is_own)}"
    return said if row.lower_95 is None else f"{said} (95 % interval {row.lower_95:.2f} to {row.upper_95:.2f})"


def _in_funnel(position: str | None) -> str:
    """``position``: inside, or *above 95 %* and the like."""
    if position == INSIDE:
        return "inside the funnel: chance alone can explain the difference"
    return f"{position.replace(' ', ' the ', 1)} limit of the funnel" if position else "it has no place in the funnel"


def counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
