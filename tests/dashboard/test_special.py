"""Special causes on a chart are told of final points alone, as signals are; and told in words that agree with what is drawn."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from assets.statistics import house_charts, spc
from dashboard import signal_words
from dashboard.figures.series import _cells, _said, _shown, _summary
from dashboard.figures.special import of_final
from dashboard.views import Row

SHARE = Row(measure_name="m", title="Seen", unit="share", decimals=1, kind="proportion", direction="higher is better", target=None)
COMMON, CONCERN, BETTER = "common cause", "special cause concern", "special cause improvement"
BELOW, LIMIT = "7 points below mean", "below lower limit"


def point(place: int, value: float | None, rule: str | None = None, is_open: bool = False, **more) -> Row:
    kind = COMMON if rule is None else CONCERN if "below" in rule or "decreasing" in rule else BETTER
    start = date(2025 + place // 12, place % 12 + 1, 1)
    return Row(**{
        "period_start": start, "period_grain": "month", "value": value, "mean": 0.6, "lower_limit": 0.2, "upper_limit": 0.95, "rule_name": rule, "point_type": kind,
        "is_provisional": is_open, "is_suppressed": False, "is_own": True, "direction": SHARE.direction, "numerator": None, "denominator": None, "completeness_share": None, **more,
    })  # fmt: skip


def chart(*runs: tuple[int, float, str | None, bool]) -> list[Row]:
    """Runs of alike points: so many, value, rule, whether provisional."""
    alike = [one for count, *one in runs for _ in range(count)]
    return [point(place, value, rule, is_open) for place, (value, rule, is_open) in enumerate(alike)]


def told(points: list[Row]) -> list[str | None]:
    return [p.rule_name for p in of_final(points)]


# ------------------------------------------------------------------------------------------------ which points
def test_a_run_that_needs_provisional_months_is_no_special_cause():
    found = of_final(chart((13, 0.7, None, False), (1, 0.5, BELOW, False), (6, 0.5, BELOW, True)))
    assert {(p.rule_name, p.point_type) for p in found} == {(None, COMMON)}


def test_a_run_of_final_months_stays_one_and_ends_with_them():
    assert told(chart((7, 0.5, BELOW, False), (3, 0.5, BELOW, True))) == [BELOW] * 7 + [None] * 3


def test_a_month_beyond_a_limit_is_told_by_itself_unless_it_is_provisional():
    assert told(chart((1, 0.1, LIMIT, False), (1, 0.1, LIMIT, True))) == [LIMIT, None]


def test_a_month_that_nobody_knows_parts_a_run():
    assert told(chart((6, 0.5, BELOW, False), (1, None, None, False), (1, 0.5, BELOW, False))) == [None] * 8


def test_what_is_known_too_little_of_or_hidden_stays_so():
    points = [point(0, None, point_type="suppressed"), point(1, 0.5, point_type="insufficient data", is_open=True)]
    assert [p.point_type for p in of_final(points)] == ["suppressed", "insufficient data"]


def test_without_a_trend_a_run_on_one_side_is_what_remains_and_says_whether_it_is_good():
    falling = "7 point trend decreasing"
    values = [0.70, 0.71, 0.72, 0.73, 0.80, 0.79, 0.78]
    points = [point(i, v, falling if i > 3 else "7 points above mean") for i, v in enumerate(values)] + [point(7 + i, 0.5 - i / 50, falling, True) for i in range(4)]
    assert [(p.rule_name, p.point_type) for p in of_final(points)] == [("7 points above mean", BETTER)] * 7 + [(None, COMMON)] * 4


@pytest.mark.parametrize(("is_own", "most"), [(True, 0), (False, 10)])
def test_it_agrees_with_the_signals_of_the_house(is_own, most):
    """A thousand series whose latest months, and now and then one between, are provisional. Others' values are rounded, here to quarters of a deviation."""
    random = np.random.default_rng(7)
    steps = random.normal(size=(1000, 30)) + np.repeat(random.normal(size=(1000, 6)), 5, axis=1)
    final = (np.arange(30) < random.integers(20, 31, 1000)[:, None]) & (random.random((1000, 30)) > 0.02)
    judged = house_charts.xmr(steps, final)
    shown, wrong = (steps if is_own else np.round(steps * 4) / 4), []
    for row in range(1000):
        lines = {name: float(line[row, 0]) for name, line in (("mean", judged.centre), ("lower_limit", judged.lower), ("upper_limit", judged.upper))}
        points = [point(k, float(shown[row, k]), _name(judged.rule, judged.sign, row, k), not final[row, k], is_own=is_own, **lines) for k in range(30)]
        wanted = [_name(judged.final_rule, judged.final_sign, row, k) if final[row, k] else None for k in range(30)]
        wrong += [(row, k, *both) for k, both in enumerate(zip(wanted, told(points), strict=True)) if both[0] != both[1]]
    assert len(wrong) <= most, wrong


def _name(rule: np.ndarray, sign: np.ndarray, row: int, place: int) -> str | None:
    return spc.RULE_NAMES[spc.RULES[rule[row, place]], int(sign[row, place])] if sign[row, place] else None


# ------------------------------------------------------------------------------------------------ in words
def test_chart_words_table_and_badge_say_the_same_of_a_run_that_needs_provisional_months():
    points = _shown(SHARE, chart((13, 0.7, None, False), (1, 0.5, BELOW, False), (6, 0.5, BELOW, True)))
    summary, badge = _summary(SHARE, points)
    assert summary == "50.0 % in Feb 2026, mean 60.0 %. No special cause: months differ as by chance." and badge == ("common", COMMON)
    assert [_cells(SHARE, p)[7].shown for p in points[-7:]] == [COMMON] + ["not judged yet"] * 6
    assert _said(SHARE, points[-1]) == "Aug 2026: 50.0 %; provisional"


def test_a_special_cause_is_told_in_words_not_as_points_which_are_per_cent_elsewhere():
    points = _shown(SHARE, chart((13, 0.7, None, False), (7, 0.5, BELOW, False)))
    summary, badge = _summary(SHARE, points)
    assert summary == "50.0 % in Aug 2026, mean 60.0 %. Special cause: seven months below the mean." and badge == ("concern", "concern")
    assert _said(SHARE, points[-1]) == "Aug 2026: 50.0 %; seven months below the mean"
    assert _cells(SHARE, points[-1])[7].shown == "seven months below the mean"


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        (((7, 0.5, BELOW, False), (2, 0.7, None, False)), "No special cause in Sep 2025; seven months below the mean until Jul 2025."),
        (((3, 0.7, None, False), (1, 0.1, LIMIT, False), (2, 0.7, None, False)), "No special cause in Jun 2025; a month below the lower limit in Apr 2025."),
        (((3, 0.7, None, False), (2, 0.1, LIMIT, True)), "No special cause: months differ as by chance."),
    ],
)  # fmt: skip
def test_no_special_cause_by_itself_is_said_only_where_no_point_is_coloured(runs, said):
    assert _summary(SHARE, _shown(SHARE, chart(*runs)))[0].endswith(f"mean 60.0 %. {said}")


def test_quarters_are_called_quarters():
    points = _shown(SHARE, [Row(**{**vars(p), "period_grain": "quarter"}) for p in chart((7, 0.5, BELOW, False))])
    assert _summary(SHARE, points)[0].endswith("Special cause: seven quarters below the mean.")


def test_where_months_are_too_few_nothing_is_said_of_chance():
    points = _shown(SHARE, [point(i, 0.5, point_type="insufficient data") for i in range(3)])
    assert _summary(SHARE, points) == ("50.0 % in Mar 2025, mean 60.0 %; too few months for limits.", None)


def test_where_lines_are_hidden_it_is_not_for_too_few_months():
    hidden = {"mean": None, "lower_limit": None, "upper_limit": None, "point_type": "suppressed"}
    points = _shown(SHARE, [point(0, 0.5, **hidden), point(1, None, is_suppressed=True, **hidden)])
    assert _summary(SHARE, points) == ("50.0 % in Jan 2025, the latest that is shown; hidden months hide the lines.", None)


def test_limits_lie_within_what_a_share_can_be_in_chart_and_table():
    [shown] = _shown(SHARE, [point(0, 0.9, lower_limit=-0.159, upper_limit=1.166)])
    assert (shown.lower_limit, shown.upper_limit) == (0.0, 1.0)
    assert [cell.shown for cell in _cells(SHARE, shown)[5:7]] == ["0.0", "100.0"]
    days = Row(**{**vars(SHARE), "unit": "days"})
    assert _shown(days, [point(0, 9.0, upper_limit=21.5)])[0].upper_limit == 21.5


# ------------------------------------------------------------------------------------------------ signals in words
def meaning(kind: str, rule: str, is_favourable: bool | None) -> str:
    signal = Row(kind=kind, rule_name=rule, is_favourable=is_favourable, since_on=date(2025, 4, 9), until_on=date(2026, 9, 1), parameters={}, pathway_name="p", submission_id=None)
    return signal_words.said(signal, SHARE)


@pytest.mark.parametrize("is_favourable", [True, False])
def test_a_cusum_says_what_is_more_than_expected_not_that_something_has_changed(is_favourable):
    said = meaning("cusum", "odds halved" if is_favourable else "odds doubled", is_favourable)
    assert "changed" not in said.meaning and "always" in said.meaning and "expected of such patients, since April 2025" in said.sentence


def test_a_chart_says_that_something_has_changed():
    assert "Something has changed" in meaning("special cause", BELOW, False).meaning
