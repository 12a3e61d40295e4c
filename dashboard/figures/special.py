"""What the points of a chart tell when provisional ones are left out, as signals are raised: of final points alone.

Belongs here: which of the rules that a chart's points break still hold without those whose results can change. Does not belong here: rules over whole
series (``assets.statistics.house_charts``), their words (``dashboard.signal_words``).
Limits rest on final points already, so a point beyond one stays beyond it; runs and trends are sought anew, in the house's order of rules. No point can
break a rule without the provisional points that it does not break with them, so only points that have a rule are looked at. Of others, values are
those of rounded counts, which can fall where the true ones rise: there the rules that points break with the provisional ones say how they lie.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from dashboard.standing import BETTER
from dashboard.views import Row

BEYOND = ("above upper limit", "below lower limit")
SHIFT = re.compile(r"(\d+) points (above|below) mean")
TREND = re.compile(r"(\d+) point trend (increasing|decreasing)")
NEAR = re.compile(r"(2) in (3) (above|below) mean, close to limit")
RUN = 7
COMMON = "common cause"


def of_final(points: Sequence[Row]) -> list[Row]:
    """The points of one chart, in order of time, with ``rule_name`` and ``point_type`` as if the provisional ones were not there."""
    return [_as(point, _rule(points, place)) for place, point in enumerate(points)]


def _as(point: Row, rule: str | None) -> Row:
    if rule == point.rule_name:
        return point
    return Row(**{**vars(point), "rule_name": rule, "point_type": _type(rule, point.direction)})


def _type(rule: str | None, direction: str) -> str:
    if rule is None:
        return COMMON
    sign, better = (1 if _is_upward(rule) else -1), BETTER.get(direction)
    if better is None:
        return f"special cause neutral {'high' if sign > 0 else 'low'}"
    return f"special cause {'improvement' if sign == better else 'concern'}"


def _is_upward(rule: str) -> bool:
    return "above" in rule or "increasing" in rule


def _rule(points: Sequence[Row], place: int) -> str | None:
    point = points[place]
    if point.rule_name is None or point.is_provisional:
        return None
    if point.rule_name in BEYOND or _holds(points, place, point.rule_name):
        return point.rule_name
    others = (rule.format(side=side) for rule in ("2 in 3 {side} mean, close to limit", f"{RUN} points {{side}} mean") for side in ("above", "below"))
    return next((rule for rule in others if _is_on(point, rule) and _holds(points, place, rule)), None)


def _holds(points: Sequence[Row], place: int, rule: str) -> bool:
    """Whether final points alone break the rule at a place; one that is not known here is left as it is."""
    if found := SHIFT.fullmatch(rule):
        return any(all(p.rule_name and _is_on(p, rule) for p in window) for window in _windows(points, place, int(found[1])))
    if found := TREND.fullmatch(rule):
        return any(_is_trend(window, rule) for window in _windows(points, place, int(found[1])))
    if NEAR.fullmatch(rule):
        windows = _windows(points, place, 3) if _is_near(points[place], rule) else []
        return any(all(_is_on(p, rule) for p in window) and sum(_is_near(p, rule) for p in window) >= 2 for window in windows)
    return True


def _windows(points: Sequence[Row], place: int, length: int) -> list[Sequence[Row]]:
    """So many consecutive points, all of them known and final, that hold the place."""
    starts = range(max(place - length + 1, 0), min(place, len(points) - length) + 1)
    windows = (points[start : start + length] for start in starts)
    return [window for window in windows if not any(p.is_provisional or p.value is None for p in window)]


def _is_on(point: Row, rule: str) -> bool:
    """Whether a point lies on the rule's side of the mean, as far as it is known."""
    sign, known = (1 if _is_upward(rule) else -1), point.rule_name or ""
    if "above" in known or "below" in known:
        return _is_upward(known) == (sign > 0)
    return sign * (point.value - point.mean) > 0 if point.is_own else True


def _is_near(point: Row, rule: str) -> bool:
    """In the outer third towards a limit: who breaks the rule is; of one told for a trend, which comes before it, the lines say it."""
    if point.rule_name == rule or not TREND.fullmatch(point.rule_name or ""):
        return point.rule_name == rule
    limit = point.upper_limit if _is_upward(rule) else point.lower_limit
    return limit is not None and point.mean != limit and 2 / 3 < (point.value - point.mean) / (limit - point.mean) <= 1


def _is_trend(window: Sequence[Row], rule: str) -> bool:
    if not window[0].is_own:
        return all(p.rule_name == rule or p.rule_name in BEYOND for p in window)
    sign = 1 if _is_upward(rule) else -1
    return all(sign * (later.value - earlier.value) > 0 for earlier, later in pairwise(window))
