"""Special causes on a chart are those of final points alone, as signals are; and told in words that agree with what is drawn."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard import signal_words, words
from dashboard.charts import canvas
from dashboard.figures import effect
from dashboard.figures.series import SCREEN, _cells, _draw, _notes, _said, _shown, _summary
from dashboard.views import Row

SHARE = Row(measure_name="m", title="Seen", unit="share", decimals=1, kind="proportion", direction="higher is better", target=None)
COMMON, CONCERN, BETTER, NOT_YET = "common cause", "special cause concern", "special cause improvement", "not judged yet"
BELOW, LIMIT = "7 points below mean", "below lower limit"


def point(place: int, value: float | None, rule: str | None = None, is_open: bool = False, **more) -> Row:
    """``rule``: what it breaks, provisional points included; a provisional one breaks none of those that final points alone do."""
    final = None if is_open else rule
    kinds = [COMMON if broken is None else CONCERN if "below" in broken else BETTER for broken in (rule, final)]
    start = date(2025 + place // 12, place % 12 + 1, 1)
    return Row(**{
        "period_start": start, "period_grain": "month", "value": value, "mean": 0.6, "lower_limit": 0.2, "upper_limit": 0.95, "rule_name": rule, "point_type": kinds[0],
        "final_rule_name": final, "final_point_type": NOT_YET if is_open else kinds[1], "is_provisional": is_open, "is_suppressed": False, "is_own": True, "direction": SHARE.direction, "numerator": None, "denominator": None, "completeness_share": None, **more,
    })  # fmt: skip


def chart(*runs: tuple[int, float, str | None, bool]) -> list[Row]:
    """Runs of alike points: so many, value, rule, whether provisional."""
    alike = [one for count, *one in runs for _ in range(count)]
    return [point(place, value, rule, is_open) for place, (value, rule, is_open) in enumerate(alike)]


# ------------------------------------------------------------------------------------------------ in words
def test_chart_words_table_and_badge_say_nothing_of_a_rule_that_needs_provisional_months():
    """As the warehouse tells a run of seven whose last six are provisional: its first month breaks the rule with them, and none without."""
    points = _shown(
        SHARE,
        [
            *chart((13, 0.7, None, False)),
            point(13, 0.5, BELOW, final_rule_name=None, final_point_type=COMMON),
            *[point(14 + k, 0.5, BELOW, True) for k in range(6)],
        ],
    )
    summary, badge = _summary(SHARE, points)
    assert summary == "50.0 % in Feb 2026, mean 60.0 %. No special cause: months differ as by chance." and badge == ("common", COMMON)
    assert [_cells(SHARE, p)[7].shown for p in points[-7:]] == [COMMON] + [NOT_YET] * 6
    assert [_said(SHARE, p) for p in (points[13], points[-1])] == ["Feb 2026: 50.0 %", "Aug 2026: 50.0 %; provisional"]
    drawn = str(_draw(SHARE, "Here", summary, points, [], [], [], SCREEN))
    assert canvas.CONCERN not in drawn and drawn.count("provisional") >= 6


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
    points = _shown(SHARE, [point(i, 0.5, final_point_type="insufficient data") for i in range(3)])
    assert _summary(SHARE, points) == ("50.0 % in Mar 2025, mean 60.0 %; too few months for limits.", None)


def test_where_lines_are_hidden_it_is_not_for_too_few_months():
    hidden = {"mean": None, "lower_limit": None, "upper_limit": None, "final_point_type": "suppressed"}
    points = _shown(SHARE, [point(0, 0.5, **hidden), point(1, None, is_suppressed=True, **hidden)])
    assert _summary(SHARE, points) == ("50.0 % in Jan 2025, the latest that is shown; hidden months hide the lines.", None)


def test_why_months_are_hidden_is_told_in_the_words_that_are_used_everywhere():
    points = _shown(SHARE, [point(0, None, is_suppressed=True, is_stale=False, mean=None, final_point_type="suppressed")])
    assert _summary(SHARE, points) == ("No final month can be shown.", None)
    assert _notes(SHARE, points, [], []) == (f"Months are hidden: {words.SMALL}. With them the lines of the chart are hidden.",)
    of_effect = effect._notes(Row(effect=None), {points[0].period_start: points[0]})
    assert of_effect == (f"Months are hidden: {words.SMALL}.",)


def test_limits_lie_within_what_a_share_can_be_in_chart_and_table():
    [shown] = _shown(SHARE, [point(0, 0.9, lower_limit=-0.159, upper_limit=1.166)])
    assert (shown.lower_limit, shown.upper_limit) == (0.0, 1.0)
    assert [cell.shown for cell in _cells(SHARE, shown)[5:7]] == ["0.0", "100.0"]
    days = Row(**{**vars(SHARE), "unit": "days"})
    assert _shown(days, [point(0, 9.0, upper_limit=21.5)])[0].upper_limit == 21.5


# ------------------------------------------------------------------------------------------------ signals in words
def meaning(kind: str, rule: str, is_favourable: bool | None) -> str:
    signal = Row(
        kind=kind,
        rule_name=rule,
        is_favourable=is_favourable,
        since_on=date(2025, 4, 9),
        until_on=date(2026, 9, 1),
        parameters={},
        pathway_name="p",
        submission_id=None,
    )
    return signal_words.said(signal, SHARE)


@pytest.mark.parametrize("is_favourable", [True, False])
def test_a_cusum_says_what_is_more_than_expected_not_that_something_has_changed(is_favourable):
    said = meaning("cusum", "odds halved" if is_favourable else "odds doubled", is_favourable)
    assert "changed" not in said.meaning and "always" in said.meaning and "expected of such patients, since April 2025" in said.sentence


def test_a_chart_says_that_something_has_changed():
    assert "Something has changed" in meaning("special cause", BELOW, False).meaning
