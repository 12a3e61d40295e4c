"""From counts and actions in the warehouse to verdicts: what is claimed, what is not, and what is made again when."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event

from assets.refresh import full_recompute
from assets.submissions import withdraw
from tests.improvement.network import NOW, Departments

VERDICTS = [
    # reference, provider, action, what really changed there (since, by), verdict
    ("works", "ZYA", {"Start date": "01/01/2025"}, ("2025-01", 0.10), "improved"),
    ("does nothing", "ZYB", {"Start date": "01/01/2025"}, None, "no change"),
    ("does harm", "ZYC", {"Start date": "01/01/2025"}, ("2025-01", -0.10), "worse"),
    ("works since autumn", "ZYD", {"Start date": "10/09/2025"}, ("2025-09", 0.15), "too early"),
    ("was there before the data", "ZYE", {"Start date": "01/06/2023"}, None, "cannot be told"),
    ("first of two", "ZYF", {"Start date": "01/11/2024"}, ("2025-06", 0.10), "no change"),
    ("second of two", "ZYF", {"Start date": "01/06/2025"}, None, "cannot be told"),
    ("given up soon", "ZYG", {"Start date": "01/01/2025", "Status": "abandoned", "End date": "15/03/2025"}, None, "cannot be told"),
    *((f"begun together {number}", "ZYE", {"Start date": "15/07/2023"}, None, "cannot be told") for number in (1, 2, 3)),
]


@pytest.fixture
def departments(world) -> Departments:
    """The whole network gets better by half a point a month; eleven actions, seven providers that did nothing."""
    made = Departments(world, drift=0.005)
    for _, provider, _, change, _ in VERDICTS:
        if change:
            made.change(provider, *change)
    made.load().register(*({"Reference": name, "Organisation": provider, **given} for name, provider, given, _, _ in VERDICTS))
    return made.refresh()


def test_verdicts(departments):
    found = departments.effects()
    assert {name: row["verdict"] for name, row in found.items()} == {name: verdict for name, *_, verdict in VERDICTS}
    works, nothing = found["works"], found["does nothing"]
    assert works["controlled_difference_lower"] < 0.10 < works["controlled_difference_upper"]
    assert nothing["difference_lower"] > 0, "before and after alone would claim the drift"
    assert works["compared_count"] == 14 - 7, "all with counts but itself and the six others that began something meanwhile"
    assert works["special_cause_is_favourable"] and works["before_points"] == 24 and works["after_points"] == 12
    early = found["works since autumn"]
    assert (early["enough_on"], early["after_from"], early["reason"]) == (
        date(2026, 4, 1),
        date(2025, 10, 1),
        "3 of 6 months after it have final results",
    )
    first, second = found["first of two"], found["second of two"]
    assert first["overlaps_with"] == [second["action_number"]] and second["overlaps_with"] == [first["action_number"]]
    assert first["after_to"] == date(2025, 5, 1) and second["before_from"] == date(2024, 11, 1)
    ideas_are_pooled_over_those_who_tried_them(departments)


def ideas_are_pooled_over_those_who_tried_them(departments) -> None:
    [idea] = departments.world.query("select * from improvement.change_idea_effect where change_idea = 'trauma_list_at_weekends'")
    told = {row["provider_code"] for row in departments.effects().values() if row["verdict"] in ("improved", "no change", "worse")}
    assert (idea["provider_count"], idea["told_count"], idea["improved_count"], idea["worse_count"]) == (7, len(told), 1, 1)
    assert idea["providers"][0] == "ZYA" and idea["providers"][len(told) - 1] == "ZYC"
    assert idea["effect_lower"] < 0 < idea["effect_upper"] and idea["between_deviation"] > 0.03 and idea["i_squared"] > 0.5


def test_incremental_equals_full_whatever_happens(departments):
    """Corrections at the place that acts, elsewhere in the network, an action that moves, one that is withdrawn, one that comes."""
    departments.correct("ZYA", "2025-03", 390)
    departments.correct("ZYN", "2025-07", 100)
    moved = departments.world.query("select submission_id from improvement.action limit 1")[0]["submission_id"]
    departments.register(
        {"Reference": "works", "Organisation": "ZYA", "Start date": "01/02/2025"},
        {"Reference": "late", "Organisation": "ZYM", "Start date": "01/03/2025", "Change ideas": "Trauma list at weekends;Huddle at eight"},
    )
    departments.refresh()
    assert_equals_full(departments)
    an_idea_tried_once_says_what_its_action_says(departments, "late")
    withdraw(departments.world.context, moved, "test")
    departments.refresh()
    assert set(departments.effects()) == {"works", "late"}
    assert_equals_full(departments)


def an_idea_tried_once_says_what_its_action_says(departments, name: str) -> None:
    [idea] = departments.world.query("select * from improvement.change_idea_effect where told_count = 1")
    action = departments.effects()[name]
    assert [idea[f"effect{end}"] for end in ("", "_lower", "_upper")] == pytest.approx(
        [action[f"controlled_difference{end}"] for end in ("", "_lower", "_upper")], rel=1e-12
    )


def assert_equals_full(departments, *names: str) -> None:
    names = names or ("action_effect", "change_idea_effect")
    told = {
        name: departments.world.query(
            f"select to_jsonb(t) - 'computed_at' - 'as_of_submission' as row from improvement.{name} t order by 1"
        )
        for name in names
    }
    full_recompute(departments.engine, departments.world.context.registry, NOW)
    for name in names:
        rows = departments.world.query(
            f"select to_jsonb(t) - 'computed_at' - 'as_of_submission' as row from improvement.{name} t order by 1"
        )
        assert rows == told[name] and rows


def test_only_what_a_change_can_touch_is_made_again(departments):
    later = datetime(2026, 1, 21, 12, tzinfo=UTC)
    departments.correct("ZYN", "2023-07", 280)  # more than two years before the latest action
    departments.refresh(later)
    made_again = {name for name, row in departments.effects().items() if row["computed_at"] >= later}
    assert made_again == {name for name, *_ in VERDICTS if name != "works since autumn"}
    departments.register(
        {"Reference": "stroke", "Organisation": "ZX1", "Pathway": "wrist_fracture", "Measures to raise": "wrist_manipulated_4h"}
    )
    departments.refresh(datetime(2026, 1, 22, 12, tzinfo=UTC))
    assert {row["computed_at"].day for name, row in departments.effects().items() if name != "stroke"} == {20, 21}


def test_a_refresh_without_actions_asks_four_questions_a_pathway(world):
    asked = []
    departments = Departments(world).load()
    departments.correct("ZYA", "2025-03", 390)
    event.listen(departments.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    departments.refresh()
    about_actions = [statement for statement in asked if "improvement." in statement]
    assert len(about_actions) == 4, about_actions
