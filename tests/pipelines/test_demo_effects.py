"""The demo's actions have true effects in the made-up patients: what works is found to work, what does nothing is not claimed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipelines.demo.improvement import improvement_files
from pipelines.demo.network import make_network
from pipelines.demo.show import STORIES
from pipelines.demo.summary import QUESTIONS
from pipelines.demo.true_effects import HIP, SURGERY, registered
from tests.world import World, drop
from warehouse.organisations import load_network

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# The patients are drawn anew for each day, and a test at 95 % claims something of nothing on some of them: told days, so that a red test is
# a change of ours and never of the calendar. How often it happens is measured by the bench `effects`.
DAYS = ((2026, 11, 24), (2027, 1, 31), (2028, 2, 29))


@pytest.mark.parametrize("day", DAYS, ids=lambda day: "-".join(map(str, day)))
def test_what_works_is_found_and_what_does_nothing_is_not_claimed(context, day):
    context = replace(context, settings=replace(context.settings, clock=lambda: datetime(*day, 9, 30, tzinfo=UTC)))
    world, today = World(context), context.now().date()
    network = make_network(today)
    with context.engine.begin() as connection:
        load_network(connection, network.organisations)
    story = STORIES[HIP](network, context.registry.pathway(HIP), today)
    for number, file in enumerate(story.back_loads()):
        drop(context.settings.landing, file.sender, file.content, f"{number}.csv")
    world.work_off()
    world.refresh()
    for file in improvement_files(network, today):
        drop(context.settings.landing, file.sender, file.content, file.name, file.manifest or None)
    assert {outcome.state for outcome in world.work_off()} <= {"accepted", "accepted with warnings", "accepted in part"}
    world.refresh()
    told = world.query(
        "select organisation_code, measure_name, verdict from dashboard.action_effect_v1 where pathway_name = :pathway", pathway=HIP
    )
    verdicts = {(row["organisation_code"], row["measure_name"]): row["verdict"] for row in told}
    true = {
        (network.providers[action.provider], measure): action
        for action in registered()
        if action.pathway == HIP
        for measure in action.measures
    }
    claimed = {cell: verdicts.get(cell) for cell in true}
    assert not any(verdict == "improved" for cell, verdict in claimed.items() if true[cell].by <= 0), claimed
    assert not any(verdict == "worse" for cell, verdict in claimed.items() if true[cell].by >= 0), claimed
    assert sum(verdict == "improved" for cell, verdict in claimed.items() if true[cell].by > 0) >= 4, claimed
    assert "too early" in claimed.values() and any(verdict == "worse" for verdict in claimed.values()), claimed
    states = {row["state"] for row in world.query("select state from dashboard.aim_progress_v1")}
    assert states & {"reached", "on track"} and "behind" in states
    [idea] = world.query(
        "select * from dashboard.change_idea_effect_v1 where change_idea = 'trauma_list_at_weekends' and measure_name = :name", name=SURGERY
    )
    assert (idea["provider_count"], idea["told_count"]) == (3, 3) and idea["providers"][0] == network.providers[2]
    [question] = [sql for title, _, sql in QUESTIONS if title == "What improvement actions did"]
    assert {"too early to say", "improved", "worse"} <= {
        row["verdict"].partition(",")[0]
        for row in world.query(f"select verdict from ({question}) as told (organisation, action, measure, verdict, beyond, cautions)")
    }
