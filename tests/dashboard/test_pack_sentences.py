"""What a board reads of signals, outliers, effects, aims and standardised ratios."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace as Row

import pytest

from dashboard import words
from dashboard.pack import sentences
from dashboard.signal_words import Said
from schemas.outliers import Basis, Level

SIGNAL = {
    "kind": "special cause",
    "rule_name": "above upper limit",
    "since_on": date(2026, 9, 1),
    "until_on": date(2026, 9, 1),
    "state": "raised",
    "raised_at": datetime(2026, 11, 3, tzinfo=UTC),
    "assigned_to": None,
}
EFFECT = {
    "measure_title": "Surgery in time", "unit": "share", "decimals": 1, "verdict": "improved", "verdict_text": "improved", "reason": None, "enough_on": None, "is_suppressed": False, "before_value": 0.612,
    "after_value": 0.914, "controlled_difference": 0.308, "controlled_difference_lower": 0.168, "controlled_difference_upper": 0.447, "compared_count": 18, "follows_extreme": False, "overlaps_with": [], "is_own": True,
}  # fmt: skip
AIM = {
    "measure_title": "Surgery in time", "unit": "share", "decimals": 0, "is_suppressed": False, "state": "behind", "actual_value": 0.6, "actual_on": date(2026, 9, 1), "target_value": 0.9, "target_on": date(2027, 6, 1),
    "assurance": "sometimes", "forecast_value": 0.7, "forecast_lower": 0.5, "forecast_upper": 1.04, "is_over": False, "is_own": True,
}  # fmt: skip


SAID = Said("Surgery in time", "a month above the upper limit", ", in September 2026", "", "", "")
OUTLIER = {
    "measure_title": "Dead within 30 days", "period_start": date(2025, 1, 1), "period_grain": "year", "state": "detected", "level": "alarm", "basis": "standardised", "direction": "worse", "observed": 41.0,
    "expected": 24.39, "due_on": date(2026, 12, 7), "is_own": True,
}  # fmt: skip
STANDARDISED = {
    "measure_title": "Dead within 30 days", "period_start": date(2025, 1, 1), "period_grain": "year", "is_provisional": False, "is_suppressed": False, "is_own": True, "observed": 41.0, "case_count": 197.0,
    "expected": 24.39, "ratio": 1.681, "lower_95": 1.206, "upper_95": 2.28, "funnel_position": "above 95 %",
}  # fmt: skip
OF_OTHERS = {"is_own": False, "observed": 40.0, "case_count": 195.0, "expected": 25.0, "ratio": 1.6, "lower_95": None, "upper_95": None}


def test_a_signal_that_nobody_has_taken_up():
    assert (
        sentences.signal_text(Row(**SIGNAL), SAID, [])
        == "A month above the upper limit, in September 2026. Raised 3 Nov 2026; nobody has taken it up yet."
    )


def test_a_signal_on_which_somebody_acts():
    action = Row(title="Weekend lists", status="active", started_on=date(2026, 10, 1))
    over = Row(title="Posters", status="abandoned", started_on=date(2025, 10, 1))
    said = sentences.signal_text(Row(**{**SIGNAL, "state": "acknowledged", "assigned_to": "Jo Carter"}), SAID, [action, over])
    assert (
        said
        == "A month above the upper limit, in September 2026. Acknowledged; Jo Carter works on it. A change is under way: Weekend lists, from 1 Oct 2026."
    )


def test_a_signal_for_the_better_that_no_change_is_known_for():
    assert (
        sentences.better_text(SAID, [])
        == "A month above the upper limit, in September 2026. No change that was registered names this measure."
    )


# ------------------------------------------------------------------------------------------------ outliers
def test_an_outlier_that_was_detected_has_not_been_taken_up():
    assert sentences.outlier(Row(**OUTLIER)).text == (
        "Alarm, case-mix standardised, in 2025: 41 observed and 24.4 expected. Nobody has taken it up yet. "
        "Next, network office: take up the check of data handling and analysis, by 7 Dec 2026."
    )  # fmt: skip


def test_an_outlier_that_is_worked_on_says_where_it_stands():
    assert (
        "State: notified. Next, provider: correct data or explain, in writing"
        in sentences.outlier(Row(**{**OUTLIER, "state": "notified"})).text
    )


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("basis", Basis)
def test_every_level_and_basis_has_words(level, basis):
    text = sentences.outlier(Row(**{**OUTLIER, "level": level.value, "basis": basis.value})).text
    assert text.startswith(f"{sentences.capital(sentences.LEVELS[level.value])}, {sentences.BASES[basis.value]}, in 2025: 41 observed")


def test_an_outlier_of_others_is_told_roughly_or_without_numbers():
    better = {**OUTLIER, "level": "positive", "direction": "better", "state": "noted", "is_own": False, "observed": 10.0, "expected": 25.0}
    assert (
        sentences.outlier(Row(**better)).text
        == "Better than expected, case-mix standardised, in 2025: about 10 observed and about 25 expected."
    )
    assert (
        sentences.outlier(Row(**{**better, "observed": None, "expected": None})).text
        == "Better than expected, case-mix standardised, in 2025."
    )


# ------------------------------------------------------------------------------------------------ standardised ratios
def test_ones_own_ratio_has_its_interval():
    said = "2025: 41 observed among 197 cases, 24.4 expected for its mix of patients. Ratio 1.68 (95 % interval 1.21 to 2.28); above the 95 % limit of the funnel."
    assert sentences.standardised(Row(**STANDARDISED)).text == said


def test_the_ratio_of_another_provider_is_shown_without_an_interval():
    said = "2025: about 40 observed among about 195 cases, about 25 expected for its mix of patients. Ratio about 1.60; above the 95 % limit of the funnel."
    assert sentences.standardised(Row(**{**STANDARDISED, **OF_OTHERS})).text == said


def test_a_ratio_that_is_hidden():
    hidden = sentences.standardised(Row(**{**STANDARDISED, **OF_OTHERS, "is_suppressed": True, "ratio": None, "observed": None}))
    assert (hidden.icon, hidden.text) == ("none", f"2025: hidden, {words.SMALL}.")


# ------------------------------------------------------------------------------------------------ effects
def test_an_effect_is_told_with_its_own_difference_and_that_beyond_the_rest_of_the_network():
    said = "Improved. From 61.2 % to 91.4 % (+30.2 points); beyond the rest of the network +30.8 points (95 % interval +16.8 to +44.7)."
    assert sentences.effect_text(Row(**EFFECT)) == said


def test_the_difference_is_that_of_the_values_beside_it_and_not_of_means_of_months():
    hours = {
        "unit": "hours",
        "before_value": 29.3563,
        "after_value": 17.1484,
        "difference": -11.5457,
        "controlled_difference": -11.8235,
        "controlled_difference_lower": -17.9,
        "controlled_difference_upper": -5.7,
    }
    assert "From 29.4 hours to 17.1 hours (−12.2 hours); beyond the rest of the network −11.8 hours" in sentences.effect_text(
        Row(**{**EFFECT, **hours})
    )


def test_an_effect_that_could_be_compared_with_nobody():
    said = sentences.effect_text(Row(**{**EFFECT, "compared_count": 0, "controlled_difference": 0.302}))
    assert said == "Improved. From 61.2 % to 91.4 % (+30.2 points, 95 % interval +16.8 to +44.7); there was nobody to compare with."


def test_an_effect_at_others_is_told_roughly():
    rounded = {
        "is_own": False,
        "before_value": 0.61,
        "after_value": 0.91,
        "controlled_difference": 0.31,
        "controlled_difference_lower": 0.17,
        "controlled_difference_upper": 0.45,
    }
    said = "Improved. From about 61 % to about 91 % (about +30 points); beyond the rest of the network about +31 points (95 % interval +17 to +45)."
    assert sentences.effect_text(Row(**{**EFFECT, **rounded})) == said


def test_too_early_says_when():
    early = {
        "verdict": "too early",
        "verdict_text": "too early to say",
        "reason": "1 of 6 months after it have final results",
        "enough_on": date(2027, 3, 31),
    }
    assert (
        sentences.effect_text(Row(**{**EFFECT, **early}))
        == "Too early to say: 1 of 6 months after it have final results. There can be enough on 31 Mar 2027."
    )


def test_a_hidden_effect_shows_no_number():
    assert sentences.effect_text(Row(**{**EFFECT, "is_suppressed": True})) == f"Improved. The numbers are hidden: {words.SMALL}."


def test_an_extreme_before_and_another_action_are_said():
    said = sentences.effect_text(Row(**{**EFFECT, "follows_extreme": True, "overlaps_with": [3]}))
    assert "return to the mean" in said
    assert "overlaps" in said


# ------------------------------------------------------------------------------------------------ aims
def test_an_aim_names_the_period_of_its_value_and_no_forecast_that_cannot_be():
    said = sentences.aim(Row(**AIM), "")
    assert said.icon == "change"
    assert said.text == (
        "Behind: 60 % over the latest three final months to Sep 2026; aim 90 % by 1 Jun 2027. As it is, the process sometimes meets the aim. "
        "Forecast for a month around that day 70 % (95 % interval 50 to 100)."
    )  # fmt: skip


def test_an_aim_of_a_process_of_which_too_little_is_known():
    said = sentences.aim(Row(**{**AIM, "assurance": "not known", "forecast_value": None}), "").text
    assert said == "Behind: 60 % over the latest three final months to Sep 2026; aim 90 % by 1 Jun 2027."


def test_an_aim_of_others_is_told_roughly_beside_a_target_that_is_not_rounded():
    said = sentences.aim(Row(**{**AIM, "decimals": 1, "is_own": False, "is_over": True}), "").text
    assert "about 60 % over the latest three final months to Sep 2026; aim 90.0 % by" in said


def test_a_hidden_aim_shows_its_target_alone():
    assert (
        sentences.aim(Row(**{**AIM, "is_suppressed": True, "actual_value": None}), "").text
        == f"Hidden ({words.SMALL}); aim 90 % by 1 Jun 2027."
    )
