"""What a board reads of signals, effects and aims."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace as Row

import pytest

from dashboard.pack import sentences

SIGNAL = {"kind": "special cause", "rule_name": "above upper limit", "since_on": date(2026, 9, 1), "until_on": date(2026, 9, 1), "state": "raised", "raised_at": datetime(2026, 11, 3, tzinfo=UTC), "assigned_to": None}
EFFECT = {
    "measure_title": "Surgery in time", "unit": "share", "decimals": 1, "verdict": "improved", "verdict_text": "improved", "reason": None, "enough_on": None, "is_suppressed": False, "before_value": 0.612,
    "after_value": 0.914, "controlled_difference": 0.308, "controlled_difference_lower": 0.168, "controlled_difference_upper": 0.447, "compared_count": 18, "follows_extreme": False, "overlaps_with": [],
}  # fmt: skip
AIM = {
    "measure_title": "Surgery in time", "unit": "share", "decimals": 0, "is_suppressed": False, "state": "behind", "actual_value": 0.6, "actual_on": date(2026, 9, 1), "target_value": 0.9, "target_on": date(2027, 6, 1),
    "assurance": "sometimes", "forecast_value": 0.7, "forecast_lower": 0.5, "forecast_upper": 0.9, "is_over": False,
}  # fmt: skip


@pytest.mark.parametrize(
    "kind, rule, said",
    [
        ("special cause", "7 points above mean", "7 points in a row above the mean"),
        ("special cause", "7 point trend decreasing", "7 points in a row falling"),
        ("special cause", "2 in 3 below mean, close to limit", "2 of 3 points close to the lower limit"),
        ("cusum", "odds doubled", "the risk-adjusted CUSUM crossed its limit (odds doubled)"),
        ("special cause", "a rule of later years", "a rule of later years"),
    ],
)
def test_rules_in_words(kind, rule, said):
    assert sentences.rule(Row(kind=kind, rule_name=rule)) == said


def test_a_signal_that_nobody_has_taken_up():
    assert sentences.signal_text(Row(**SIGNAL), []) == "Above the upper limit of its process, in Sep 2026. Raised 3 Nov 2026; nobody has taken it up yet."


def test_a_signal_on_which_somebody_acts():
    action = Row(title="Weekend lists", status="active", started_on=date(2026, 10, 1))
    over = Row(title="Posters", status="abandoned", started_on=date(2025, 10, 1))
    said = sentences.signal_text(Row(**{**SIGNAL, "state": "acknowledged", "assigned_to": "Jo Carter", "since_on": date(2026, 3, 1)}), [action, over])
    assert said == "Above the upper limit of its process, since Mar 2026. Acknowledged; Jo Carter works on it. A change is under way: Weekend lists, from 1 Oct 2026."


def test_an_effect_is_told_beyond_the_rest_of_the_network():
    assert sentences.effect_text(Row(**EFFECT)) == "Improved. From 61.2 % to 91.4 %: +30.8 points beyond the rest of the network (95 % interval +16.8 to +44.7)."


def test_too_early_says_when():
    early = {"verdict": "too early", "verdict_text": "too early to say", "reason": "1 of 6 months after it have final results", "enough_on": date(2027, 3, 31)}
    assert sentences.effect_text(Row(**{**EFFECT, **early})) == "Too early to say: 1 of 6 months after it have final results. There can be enough on 31 Mar 2027."


def test_a_hidden_effect_shows_no_number():
    assert not any(letter.isdigit() for letter in sentences.effect_text(Row(**{**EFFECT, "is_suppressed": True})))


def test_an_extreme_before_and_another_action_are_said():
    said = sentences.effect_text(Row(**{**EFFECT, "follows_extreme": True, "overlaps_with": [3]}))
    assert "return to the mean" in said
    assert "overlaps" in said


def test_an_aim():
    said = sentences.aim(Row(**AIM), "")
    assert said.icon == "change"
    assert said.text == "Behind: 60 % in Sep 2026, aim 90 % by 1 Jun 2027. As it is, the process sometimes meets the aim. Forecast for that day 70 % (95 % interval 50 to 90)."


def test_a_hidden_aim_shows_its_target_alone():
    assert sentences.aim(Row(**{**AIM, "is_suppressed": True, "actual_value": None}), "").text == "Hidden, it rests on few cases: aim 90 % by 1 Jun 2027."
