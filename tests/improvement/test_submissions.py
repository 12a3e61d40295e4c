"""Leads, aims and actions that are sent: what is taken, what counts, what history stays, what goes stale."""

from __future__ import annotations

from datetime import date

from assets.rebuild import rebuild
from assets.submissions import withdraw
from tests.aggregate.test_submitted_results import clear_queue, stale
from tests.improvement.files import actions, aims, judged, leads

ACTIONS = "select * from improvement.action order by number"
AIMS = "select * from improvement.aim order by number"


def test_an_action_is_taken_and_tells_what_it_changes(world):
    outcome = world.submit(actions({"Measures to lower": "wrist_minutes_to_manipulation", "Organisation": "ZX1A2", "Cycle": ""}))
    assert outcome.counts.accepted == 1
    [action] = world.query(ACTIONS)
    told = (
        "provider_code",
        "organisation_code",
        "reference",
        "cycle_number",
        "pathway_name",
        "measures_to_raise",
        "measures_to_lower",
        "started_on",
        "status",
        "change_ideas",
    )
    assert {name: action[name] for name in told} == {
        "provider_code": "ZX1", "organisation_code": "ZX1A2", "reference": "A1", "cycle_number": 1, "pathway_name": "wrist_fracture",
        "measures_to_raise": ["wrist_manipulated_4h"], "measures_to_lower": ["wrist_minutes_to_manipulation"], "started_on": date(2024, 3, 1),
        "status": "active", "change_ideas": ["block_at_triage"],
    }  # fmt: skip


def test_a_later_row_revises_and_keeps_the_number_and_the_history(world):
    world.submit(actions({}))
    [first] = world.query(ACTIONS)
    outcome = world.submit(actions({"Reference": "a1", "Status": "adopted", "End date": "30/06/2024"}))
    [second] = world.query(ACTIONS)
    assert outcome.counts.accepted == 1
    assert (second["number"], second["status"], second["ended_on"]) == (first["number"], "adopted", date(2024, 6, 30))
    assert len(world.query("select * from improvement.action_version")) == 2


def test_another_cycle_is_another_action(world):
    world.submit(actions({}, {"Cycle": "2", "Start date": "01/06/2024"}))
    assert [(row["cycle_number"], row["started_on"].month) for row in world.query(ACTIONS)] == [(1, 3), (2, 6)]


def test_what_says_nothing_new_is_unchanged(world):
    world.submit(actions({}))
    clear_queue(world)
    outcome = world.submit(actions({}, {"Reference": "A2"}))
    assert (outcome.counts.unchanged, outcome.counts.accepted) == (1, 1)


def test_a_revision_that_is_withdrawn_gives_back_what_counted_before(world):
    world.submit(aims({}))
    revised = world.submit(aims({"Target": "0.70", "Note": "less than we hoped"}))
    assert [row["target_value"] for row in world.query(AIMS)] == [0.7]
    withdraw(world.context, revised.submission_id, "test")
    assert [row["target_value"] for row in world.query(AIMS)] == [0.8]


def test_the_revisions_of_an_aim_stay_as_its_history(world):
    for target in ("0.80", "0.70", "0.75"):
        world.submit(aims({"Target": target}))
    rows = world.query("select target_value from dashboard.aim_revision_v1 order by arrival_number")
    assert [row["target_value"] for row in rows] == [0.8, 0.7, 0.75]


def test_a_file_in_mode_withdraw_ends_what_it_names(world):
    world.submit(actions({}, {"Reference": "A2"}))
    outcome = world.submit(actions({}), manifest={"mode": "withdraw"})
    assert outcome.counts.accepted == 1
    assert [row["reference"] for row in world.query(ACTIONS)] == ["A2"]


def test_an_earlier_submission_that_is_judged_again_does_not_overwrite_a_later_one(world):
    from assets.submissions import retry

    first = world.submit(aims({}))
    world.submit(aims({"Target": "0.90"}))
    retry(world.context, first.submission_id)
    assert world.work_off()[-1].counts.unchanged == 1
    assert [row["target_value"] for row in world.query(AIMS)] == [0.9]


def test_an_action_makes_its_first_month_stale_and_a_moved_start_both(world):
    world.submit(actions({}))
    assert ("wrist_fracture", "ZX1", "month", "2024-03-01") in stale(world)
    assert ("wrist_fracture", "NET", "month", "2024-03-01") in stale(world)
    clear_queue(world)
    world.submit(actions({"Start date": "10/05/2024"}))
    assert {cell[3] for cell in stale(world) if cell[2] == "month"} == {"2024-03-01", "2024-05-01"}
    clear_queue(world)
    world.submit(leads({}))
    assert stale(world) == set()


def test_an_idea_nobody_has_named_is_added_and_the_one_that_is_spelt_alike_is_told(world):
    outcome = world.submit(actions({}))
    assert judged(world)[2]["IMP5"] == "warn" and outcome.counts.accepted == 1
    [idea] = world.query("select * from improvement.change_idea where change_idea = 'block_at_triage'")
    assert (idea["title"], idea["pathway_name"], idea["is_declared"], idea["added_by"]) == (
        "Block at triage",
        "wrist_fracture",
        False,
        "ZX1",
    )
    world.submit(actions({"Reference": "A2", "Change ideas": "BLOCK AT TRIAGE; Trauma list at weekends"}))
    assert "IMP5" not in judged(world).get(2, {})
    world.submit(actions({"Reference": "A3", "Change ideas": "Blocks at triage"}))
    assert (
        "'Block at triage'"
        in [row for row in world.query("select advice from intake.finding where rule_id = 'IMP5'") if "meant" in row["advice"]][-1][
            "advice"
        ]
    )


def test_declared_ideas_are_there_before_anybody_acts(world, registry):
    declared = {idea.name for pathway in registry.pathways for idea in pathway.change_ideas}
    assert declared <= {row["change_idea"] for row in world.query("select change_idea from dashboard.change_idea_v1 where is_declared")}
    assert len(declared) >= 14


def test_the_office_registers_for_all_and_a_provider_for_itself(world):
    outcome = world.submit(actions({}, {"Organisation": "ZX2"}, {"Organisation": "Exemplar 3 Hospitals"}), sender="NET")
    assert outcome.counts.accepted == 3
    assert [row["provider_code"] for row in world.query(ACTIONS)] == ["ZX1", "ZX2", "ZX3"]
    world.submit(actions({"Organisation": "ZX2", "Reference": "B"}), sender="ZX1")
    assert judged(world)[2]["IMP3"] == "quarantine record"


def test_a_rebuild_gives_the_same_actions_aims_and_leads(world):
    world.submit(actions({}, {"Reference": "A2"}))
    world.submit(aims({}))
    world.submit(leads({}))
    world.submit(actions({"Status": "abandoned", "End date": "01/05/2024"}))
    names = ("action", "aim", "lead", "lead_contact", "change_idea")
    before = {name: world.query(f"select to_jsonb(t) as row from improvement.{name} t order by 1") for name in names}
    rebuild(world.context)
    assert {name: world.query(f"select to_jsonb(t) as row from improvement.{name} t order by 1") for name in names} == before
