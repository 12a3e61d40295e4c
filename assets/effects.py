"""What each improvement action did to each measure it names: made again in a refresh whenever its months, or those of the others, have changed.

Belongs here: which effects are stale, their values, the verdict, what is written. Does not belong here: windows (``assets.action_windows``),
the statistics (``assets.statistics.effects``), what ideas do over several providers (``assets.change_ideas``).
Only final months count. The verdict rests on the controlled comparison; everything else is there to be looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Connection, delete, select, text

from assets.action_windows import AFTER_POINTS, BEFORE_POINTS, Month, Plan, excluded, plans
from assets.change_ideas import compute_ideas
from assets.monthly import Months
from assets.result_frames import Moment, read
from assets.statistics import effects, spc
from assets.statistics.before_after import compare_means, compare_proportions
from schemas.datasets import Pathway
from schemas.measures import Measure, MeasureKind
from warehouse.improvement_tables import action_effect
from warehouse.loading import copy_frame

LAG = 3  # of Newey-West: months that may still know of each other
TOUCHED = """
select distinct s.organisation_code, s.period_start, o.organisation_kind = 'network' as is_network
from stale_now s join pathway.organisation o using (organisation_code)
where s.pathway_name = :pathway and s.period_grain = 'month' and (o.organisation_kind = 'network' or s.organisation_code = any(:codes))
"""
SERIES = """
select r.measure_name, r.organisation_code, r.period_start, r.value, r.numerator, r.denominator,
    o.organisation_kind = 'provider' and o.is_member as is_compared
from measurement.measure_result r join pathway.organisation o using (organisation_code)
where r.measure_name = any(:measures) and r.period_grain = 'month' and r.period_start between :first and :last and not r.is_provisional
  and r.value is not null and r.denominator > 0 and (o.organisation_kind = 'provider' and o.is_member or r.organisation_code = any(:codes))
"""
IMPROVED, NO_CHANGE, WORSE, TOO_EARLY, UNTOLD = "improved", "no change", "worse", "too early", "cannot be told"


def compute_effects(connection: Connection, pathway: Pathway, moment: Moment) -> int:
    """Make the pathway's stale effects again, in the caller's transaction; return how many. Without actions this is one query."""
    every = plans(connection, pathway)
    there = _there(connection, pathway)
    gone = _forget(connection, there - {(plan.number, plan.measure) for plan in every})
    stale = _stale(connection, pathway, every, there) if every else []
    if stale:
        rows = _effects(connection, pathway, stale, every, moment)
        _forget(connection, [(plan.number, plan.measure) for plan in stale])
        copy_frame(connection, action_effect, pd.DataFrame(rows))
    if stale or gone:
        compute_ideas(connection, {*gone, *(plan.measure for plan in stale)}, moment)
    return len(stale)


def _there(connection: Connection, pathway: Pathway) -> set[tuple[int, str]]:
    query = select(action_effect.c.action_number, action_effect.c.measure_name).where(action_effect.c.pathway_name == pathway.name)
    return set(map(tuple, connection.execute(query)))


def _forget(connection: Connection, gone: Iterable[tuple[int, str]]) -> set[str]:
    """Delete the effects of what is no action any more; return their measures."""
    for number, measure in gone:
        connection.execute(delete(action_effect).where(action_effect.c.action_number == number, action_effect.c.measure_name == measure))
    return {measure for _, measure in gone}


def _stale(connection: Connection, pathway: Pathway, every: Sequence[Plan], there: Collection[tuple[int, str]]) -> list[Plan]:
    """The plans in whose reach lies a stale month of their own place, or of the network, which is stale whenever a member is; and those without an effect."""
    given = {"pathway": pathway.name, "codes": sorted({plan.organisation for plan in every})}
    touched = [(row.organisation_code, Month(row.period_start, "M"), row.is_network) for row in connection.execute(text(TOUCHED), given)]
    return [
        plan for plan in every
        if (plan.number, plan.measure) not in there
        or any((is_network or code == plan.organisation) and plan.reach[0] <= month <= plan.reach[1] for code, month, is_network in touched)
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------ values
def _effects(connection: Connection, pathway: Pathway, stale: Sequence[Plan], every: Sequence[Plan], moment: Moment) -> list[dict]:
    measures = {measure.name: measure for measure in pathway.measures}
    months = _months(connection, stale)
    found = []
    for plan in stale:
        measure = measures[plan.measure]
        numbers = _numbers(plan, months[plan.measure], excluded(plan, every), measure, pathway.matures_after_days(measure))
        found.append(
            {
                **_named(plan, pathway, measure),
                **numbers,
                "as_of_submission": moment.as_of_submission,
                "computed_at": pd.Timestamp(moment.now),
            }
        )
    return found


def _months(connection: Connection, stale: Sequence[Plan]) -> dict[str, Months]:
    """The final months of each measure, over all that its plans look at."""
    first, last = min(plan.before_from for plan in stale), max(max(plan.after_to, plan.before_to) for plan in stale)
    names = sorted({plan.measure for plan in stale})
    given = {"measures": names, "codes": sorted({plan.organisation for plan in stale}), "first": _day(first), "last": _day(last)}
    results = read(connection, SERIES, given)
    return {name: Months.of(results[results["measure_name"] == name], first, last) for name in names}


def _named(plan: Plan, pathway: Pathway, measure: Measure) -> dict:
    window = {"before_from": plan.before_from, "before_to": plan.before_to, "after_from": plan.after_from, "after_to": plan.after_to}
    return {
        "action_number": plan.number, "measure_name": plan.measure, "pathway_name": pathway.name, "provider_code": plan.provider,
        "organisation_code": plan.organisation, "wanted_direction": "rise" if plan.wanted > 0 else "fall", "overlaps_with": list(plan.overlaps),
        "measure_version": measure.version, **{name: pd.Timestamp(_day(month)) for name, month in window.items()},
    }  # fmt: skip


def _numbers(plan: Plan, of_measure: Months, left_out: set[str], measure: Measure, matures_after_days: int) -> dict:
    """All that is computed of one plan from the final months of its measure."""
    months = np.arange(plan.before_from, max(plan.after_to, plan.before_to) + 1)
    values, weights, counted = of_measure.take(plan.organisation, left_out, months)
    before, after = months <= plan.before_to, (months >= plan.after_from) & (months <= plan.after_to)
    own, cases = values[0], weights[0]
    known = ~np.isnan(own)
    points = int((known & before).sum()), int((known & after).sum())
    found = effects.controlled_difference(values, weights, before, after)
    latest = months[known & after].max(initial=plan.after_from - 1)
    verdict = _verdict(plan, points, found, latest, matures_after_days)
    phases = {name: _phase(own, cases, counted[0], mask) for name, mask in (("before", before), ("after", after))}
    return {
        **verdict, **{f"{phase}_{name}": value for phase, told in phases.items() for name, value in told.items()},
        **_plain(own, cases, counted[0], before, after, measure), **_controlled(found), **_segments(values, weights, before, after),
        **_chart(own, before, after, plan.better), "follows_extreme": effects.followed_extreme(own[before & known], plan.better),
    }  # fmt: skip


def _day(month: Month) -> date:
    return month.astype("datetime64[D]").astype(date)


# ------------------------------------------------------------------------------------------------ the verdict
def _verdict(plan: Plan, points: tuple[int, int], found: effects.Difference, latest: Month, matures_after_days: int) -> dict:
    """``verdict``, ``reason`` and ``enough_on``; the rules are told in docs/improvement.md."""
    before, after = points
    to_come = int((plan.after_to - plan.after_from).astype(int)) + 1
    if before < BEFORE_POINTS:
        return _untold(f"{before} of {BEFORE_POINTS} months before it have final results" + _since_another(plan.cut_before))
    if after < AFTER_POINTS and to_come < AFTER_POINTS:
        return _untold("another action on the measure began, or this one was given up, before there were six whole months")
    if after < AFTER_POINTS:
        due = _day(latest + AFTER_POINTS - after + 1) + timedelta(days=matures_after_days)
        return {
            "verdict": TOO_EARLY,
            "reason": f"{after} of {AFTER_POINTS} months after it have final results",
            "enough_on": pd.Timestamp(due),
        }
    better = np.sort([plan.better * found.lower, plan.better * found.upper])
    if np.isnan(better).any():
        return _untold("the months do not differ among themselves, so chance cannot be told")
    return {"verdict": IMPROVED if better[0] > 0 else WORSE if better[1] < 0 else NO_CHANGE, "reason": None, "enough_on": pd.NaT}


def _since_another(is_cut: bool) -> str:
    return ", counted from another action on the measure" if is_cut else ""


def _untold(reason: str) -> dict:
    return {"verdict": UNTOLD, "reason": reason, "enough_on": pd.NaT}


# ------------------------------------------------------------------------------------------------ numbers behind it
def _phase(own: np.ndarray, cases: np.ndarray, counted: np.ndarray, mask: np.ndarray) -> dict:
    inside = mask & ~np.isnan(own)
    total = cases[inside].sum()
    chart, _ = spc.house_chart(own[None, inside]) if inside.any() else (None, None)
    limits = (chart.mean[0], chart.lower[0], chart.upper[0]) if chart else (np.nan,) * 3
    return {
        "points": int(inside.sum()), "numerator": counted[inside].sum() if inside.any() else np.nan, "denominator": total,
        "value": (own * cases)[inside].sum() / total if total else np.nan, **dict(zip(("mean", "lower_limit", "upper_limit"), limits, strict=True)),
    }  # fmt: skip


def _plain(own: np.ndarray, cases: np.ndarray, counted: np.ndarray, before: np.ndarray, after: np.ndarray, measure: Measure) -> dict:
    """After less before without any control, as two samples."""
    known = ~np.isnan(own)
    one, two = known & before, known & after
    if measure.kind is MeasureKind.PROPORTION and one.any() and two.any():
        found = compare_proportions(counted[one].sum(), cases[one].sum(), counted[two].sum(), cases[two].sum(), correct=False)
    else:
        found = compare_means(np.where(one, own, np.nan), np.where(two, own, np.nan))
    effect, lower, upper = (float(np.ravel(number)[0]) for number in (found.effect, found.lower, found.upper))
    return {"difference": -effect, "difference_lower": -upper, "difference_upper": -lower}


def _controlled(found: effects.Difference) -> dict:
    return {
        "controlled_difference": found.estimate, "controlled_difference_lower": found.lower, "controlled_difference_upper": found.upper,
        "controlled_error": found.error, "dispersion": found.dispersion, "degrees": found.degrees, "compared_count": found.compared,
    }  # fmt: skip


def _segments(values: np.ndarray, weights: np.ndarray, before: np.ndarray, after: np.ndarray) -> dict:
    """Level and slope, by the place's own months and beside the others; a month that is in no phase is a gap."""
    used = np.where(before | after, values, np.nan)
    change = int(before.sum())
    if not len(used[0]) or change == 0 or not after.any():
        return {}
    alone, beside = effects.segments(used[0], change, LAG), effects.controlled_segments(used, weights, change, LAG)
    return {**asdict(alone), **{f"controlled_{name}": value for name, value in asdict(beside).items()}}


def _chart(own: np.ndarray, before: np.ndarray, after: np.ndarray, better: int) -> dict:
    """The first rule that a month after the change breaks on the chart whose limits are those of the months before."""
    chart, enough = spc.house_chart(own[None], before[None]) if len(own) else (None, [False])
    nothing = {"special_cause": None, "special_cause_is_favourable": None}
    if not enough[0]:
        return nothing
    rule, sign = (found[0] for found in chart.first_rule())
    broken = np.flatnonzero(after & (sign != 0))
    if not len(broken):
        return nothing
    first = broken[0]
    return {
        "special_cause": spc.RULE_NAMES[spc.RULES[rule[first]], int(sign[first])],
        "special_cause_is_favourable": bool(sign[first] == better),
    }
