"""The tables of a board pack: whom they place, and how roughly they tell of others."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace as Row

import pytest

from dashboard import words
from dashboard.pack import tables
from dashboard.standing import Place

IN_TIME = {
    "measure_name": "in_time",
    "title": "Surgery in time",
    "unit": "share",
    "decimals": 1,
    "direction": "higher is better",
    "kind": "proportion",
    "measure_version": 1,
}
HOURS = {**IN_TIME, "measure_name": "hours", "title": "Hours to surgery", "unit": "hours", "direction": "lower is better", "kind": "median"}
DEAD = {**IN_TIME, "measure_name": "dead", "title": "Dead within 30 days", "direction": "lower is better"}
RESULT = {
    "value": 0.706, "lower_95": 0.612, "upper_95": 0.81, "is_own": True, "is_suppressed": False, "is_stale": False, "rank": 4, "peer_count": 12, "quartile": 2, "funnel_position": "inside",
    "national_value": None, "national_source": None, "completeness_share": 1.0, "period_start": date(2026, 7, 1), "period_grain": "quarter",
}  # fmt: skip
RATIO = {
    "ratio": 1.681,
    "is_own": True,
    "is_suppressed": False,
    "is_provisional": False,
    "period_start": date(2025, 1, 1),
    "period_grain": "year",
}
VALUE, INTERVAL, RANK = 1, 2, 5
BEST = slice(2, 4)


def place(measure=IN_TIME, best=None, is_rank_shared=False, **result) -> Place:
    return Place(Row(**measure), Row(**{**RESULT, **result}), 0.7, best, "common", "no signal", is_rank_shared)


def placed(*places: Place, adjusted=None):
    return tables.place(places, adjusted or {})


# ------------------------------------------------------------------------------------------------ the best that is shown
def test_the_best_of_others_is_told_roughly():
    table = placed(place(best=0.833333))
    assert table.rows[0][BEST] == ("≈ 83 %", "≈ −13 points")
    assert "≈: of another provider, rounded." in table.note


def test_hours_keep_their_decimals():
    assert placed(place(HOURS, best=16.7, value=19.6)).rows[0][BEST] == ("≈ 16.7 hours", "≈ +2.9 hours")


@pytest.mark.parametrize("measure, best, value", [(IN_TIME, 0.6, 0.645), (IN_TIME, 0.708, 0.706), (HOURS, 20.0, 19.6)])
def test_what_is_no_better_than_ones_own_is_not_called_the_best(measure, best, value):
    assert placed(place(measure, best, value=value)).rows[0][BEST] == ("–", "–")


def test_the_first_is_the_best_itself():
    assert placed(place(best=0.6, rank=1)).rows[0][BEST] == ("this one", "–")


@pytest.mark.parametrize("make", [tables.headline, tables.place])
def test_a_shared_rank_is_marked_and_the_mark_explained(make):
    table, alone = (make([place(is_rank_shared=is_shared)], {}) for is_shared in (True, False))
    assert "=4 of 12" in table.rows[0] and words.SHARED in table.note
    assert "4 of 12" in alone.rows[0] and words.SHARED not in alone.note
    crude = make([place(DEAD, is_rank_shared=True)], {"dead": Row(**RATIO)})
    assert "=4 of 12" not in crude.rows[0] and words.SHARED not in crude.note


# ------------------------------------------------------------------------------------------------ numbers of others
def test_ones_own_value_is_told_whole_and_that_of_others_roughly():
    own, other = (tables.headline([place(is_own=is_own)], {}) for is_own in (True, False))
    assert (own.rows[0][VALUE], own.rows[0][INTERVAL], own.note) == ("70.6 %", "61.2 to 81.0", "")
    assert (other.rows[0][VALUE], other.rows[0][INTERVAL], other.note) == ("≈ 71 %", "61 to 81", "≈: of another provider, rounded.")


def test_a_published_score_of_others_is_not_rough():
    assert (
        tables.headline([place({**IN_TIME, "unit": "points", "kind": "score"}, value=72.5, is_own=False)], {}).rows[0][VALUE]
        == "72.5 points"
    )


def test_what_is_hidden():
    assert tables.headline([place(is_own=False, is_suppressed=True, value=None, lower_95=None)], {}).rows[0][VALUE] == "hidden"


# ------------------------------------------------------------------------------------------------ measures with a case-mix model
def test_a_crude_value_of_a_measure_with_a_model_has_no_place_but_the_ratio_to_what_is_expected():
    table = placed(place(DEAD, best=0.02, rank=12, quartile=4, funnel_position="above 95 %"), adjusted={"dead": Row(**RATIO)})
    assert table.rows == [("Dead within 30 days", "70.6 %", "–", "–", "–", "–", "O / E 1.68 (2025)")]
    assert "crude value is not for comparing" in table.note


def test_nor_has_it_a_rank_among_the_headline_measures():
    table = tables.headline([place(DEAD, rank=12), place(rank=3)], {"dead": None})
    assert [row[RANK] for row in table.rows] == ["–", "3 of 12"]
    assert table.note == "Dead within 30 days: crude, not adjusted for the mix of patients, so no rank."


def test_the_ratio_of_others_is_told_roughly():
    assert (
        placed(place(DEAD, is_own=False), adjusted={"dead": Row(**{**RATIO, "ratio": 1.6, "is_own": False})}).rows[0][-1]
        == "O / E ≈ 1.60 (2025)"
    )


@pytest.mark.parametrize("result", [None, Row(**{**RATIO, "is_suppressed": True, "ratio": None}), Row(**{**RATIO, "ratio": None})])
def test_without_a_ratio_that_may_be_shown_it_stands_in_no_place(result):
    assert placed(place(DEAD), adjusted={"dead": result}).rows == []
