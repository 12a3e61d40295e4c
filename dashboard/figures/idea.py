"""What a change idea did to a measure at everybody who tried it: a forest plot.

Belongs here: reading and wording it. Does not belong here: how effects are pooled (``assets.change_ideas``).
"""

from __future__ import annotations

from starlette.exceptions import HTTPException

from dashboard import words
from dashboard.asked import Asked
from dashboard.charts.intervals import Estimate, intervals
from dashboard.figures.figure import Cell, Figure, number
from dashboard.improvement import TOLD, Action, Told, actions, interval
from dashboard.views import Row

POOLED = "select * from dashboard.change_idea_effect_v1 where change_idea = :idea and measure_name = :measure"
SIDES = {"higher is better": ("worse", "better"), "lower is better": ("better", "worse")}


def idea_figure(asked: Asked, idea: str, measure: str) -> Figure:
    """One idea and one measure. Raises 404."""
    tried = tried_by(asked, idea, measure)
    if not tried or measure not in asked.measures:
        raise HTTPException(404, "Nobody has tried this idea on this measure.")
    pooled = next(iter(asked.rows(POOLED, idea=idea, measure=measure)), None)
    title = dict(tried[0][0].ideas)[idea]
    return _figure(asked, idea, title, asked.measures[measure], tried, pooled)


def tried_by(asked: Asked, idea: str, measure: str) -> list[tuple[Action, Told]]:
    """Actions with the idea on the measure, those with an effect first, the best of them at the top."""
    found = [(one, told) for one in actions(asked) if idea in dict(one.ideas) for told in one.told if told.measure.measure_name == measure]
    better = -1 if found and found[0][1].measure.direction == "lower is better" else 1
    return sorted(found, key=lambda pair: (_value(pair[1]) is None, -better * (_value(pair[1]) or 0.0), pair[0].who))


def _value(told: Told) -> float | None:
    return told.effect.controlled_difference if told.effect and told.verdict in TOLD else None


def _figure(asked: Asked, idea: str, title: str, measure: Row, tried: list[tuple[Action, Told]], pooled: Row | None) -> Figure:
    estimates = [_estimate(asked, one, told) for one, told in tried if told.verdict in TOLD] + _together(pooled)
    summary = _summary(pooled, len({one.who for one, _ in tried}))
    rows = [_cells(one, told) for one, told in tried]
    svg = (
        intervals(
            f"{title}: {measure.title}", summary, estimates, words.unit_of(measure), SIDES.get(measure.direction, ("lower", "higher"))
        )
        if estimates
        else None
    )
    return Figure(
        "idea", (idea, measure.measure_name), measure.title, summary, svg, ("Provider", "Action", "Since", "Effect", "Lower limit", "Upper limit", "Verdict"), rows,
        subtitle=title, notes=_notes(pooled), source=f"random effects over providers (Paule-Mandel, Hartung-Knapp) · measure version {measure.measure_version}",
        data_at=pooled.computed_at if pooled else None, more=f"/measure/{measure.measure_name}",
    )  # fmt: skip


def _estimate(asked: Asked, one: Action, told: Told) -> Estimate:
    effect, who = told.effect, asked.names.short(one.row.provider_code)
    shown = "hidden" if effect.controlled_difference is None else words.points(effect.controlled_difference, effect)
    return Estimate(
        who, effect.controlled_difference, effect.controlled_difference_lower, effect.controlled_difference_upper, effect.verdict, shown,
        f"{one.title}, {who}: {told.size}", one.row.is_own,
    )  # fmt: skip


def _together(pooled: Row | None) -> list[Estimate]:
    if pooled is None or pooled.effect is None or pooled.told_count < 2:
        return []
    said = interval(pooled.effect, pooled.effect_lower, pooled.effect_upper, pooled)
    rows = [
        Estimate(
            "all together",
            pooled.effect,
            pooled.effect_lower,
            pooled.effect_upper,
            "pooled",
            words.points(pooled.effect, pooled),
            f"All together: {said}",
        )
    ]
    if _is_expected(pooled):
        middle = (pooled.expected_lower + pooled.expected_upper) / 2
        said = _expected(pooled)
        rows.append(Estimate("expected of the next one", middle, pooled.expected_lower, pooled.expected_upper, "expected", "", said))
    return rows


def _is_expected(pooled: Row) -> bool:
    """Whether the interval for another provider says anything: a share cannot change by more than all."""
    most = 1.0 if pooled.unit == words.SHARE else float("inf")
    return pooled.expected_lower is not None and -most < pooled.expected_lower and pooled.expected_upper < most


def _expected(pooled: Row) -> str:
    low, high = (words.points(limit, pooled) for limit in (pooled.expected_lower, pooled.expected_upper))
    return f"The effect at another provider is expected between {low.split(' ')[0]} and {high}"


def _summary(pooled: Row | None, count: int) -> str:
    tried = f"{count} provider{'s have' if count != 1 else ' has'} tried it on this measure"
    if pooled is not None and pooled.is_suppressed:
        return f"{tried}; what it did is hidden: it rests on small numbers of other providers."
    if pooled is None or pooled.told_count == 0:
        return f"{tried}; of none the effect can be told yet."
    if pooled.told_count == 1:
        return f"{tried}; of one the effect can be told: {interval(pooled.effect, pooled.effect_lower, pooled.effect_upper, pooled)}. One provider is no proof."
    said = f"{tried}; {pooled.told_count} effects together: {interval(pooled.effect, pooled.effect_lower, pooled.effect_upper, pooled)}."
    return f"{said} {_expected(pooled)}." if _is_expected(pooled) else f"{said} So few cannot tell what to expect at the next provider."


def _notes(pooled: Row | None) -> tuple[str, ...]:
    if pooled is None or not pooled.told_count:
        return ()
    notes = [f"{pooled.alone_count} of {pooled.provider_count} changed nothing else with it: only there it is this idea alone."]
    if pooled.i_squared is not None:
        notes.append(f"{words.share(pooled.i_squared)} of the differences between effects are not chance.")
    return tuple(notes)


def _cells(one: Action, told: Told) -> list[Cell]:
    effect, is_told = told.effect, told.verdict in TOLD
    ends = [getattr(effect, f"controlled_difference{end}") if is_told else None for end in ("", "_lower", "_upper")]
    blank = "hidden" if is_told and effect.is_suppressed else words.NONE
    shown = [number(value, blank if value is None else words.points(value, effect)) for value in ends]
    return [
        Cell(one.who),
        Cell(one.title, address=f"/actions/{one.number}"),
        Cell(words.day(one.row.started_on), one.row.started_on.isoformat()),
        *shown,
        Cell(told.badge[1]),
    ]
