"""The way of a file through all stages, on the invented pathway: what is taken, set aside, corrected, withdrawn."""

from datetime import datetime

import pytest

from tests.world import World, csv_bytes, drop, wrist


@pytest.fixture
def world(context, demo_organisations):
    return World(context)


def test_a_good_file_becomes_cases(world):
    outcome = world.submit([wrist(1), wrist(2, site="ZX1A2")])
    assert outcome.state == "accepted"
    assert (outcome.counts.received, outcome.counts.accepted, outcome.counts.quarantined) == (2, 2, 0)
    cases = world.query("select site_code, provider_code, started_at, record_status from pathway.pathway_case order by first_row_number")
    assert [(c["site_code"], c["provider_code"]) for c in cases] == [("ZX1A1", "ZX1"), ("ZX1A2", "ZX1")]
    assert cases[0]["started_at"] == datetime(2024, 1, 10, 9, 0)
    detail = world.query("select age_years, analgesia, manipulation_at, pain_score from pathway.wrist_fracture_detail order by pain_score")
    assert detail[0] == {"age_years": 82, "analgesia": ["1", "3"], "manipulation_at": datetime(2024, 1, 10, 11, 0), "pain_score": 1}
    milestones = world.query(
        "select milestone_name, from_start_minutes from pathway.milestone join pathway.pathway_case using (case_id) where first_row_number = 2 order by 1"
    )
    assert [tuple(m.values()) for m in milestones] == [("arrival", 0), ("discharge", None), ("manipulation", 120), ("xray", 20)]


def test_a_bad_record_is_set_aside_and_the_rest_goes_on(world):
    outcome = world.submit([wrist(1), wrist(2, minutes=-30)])
    assert outcome.state == "accepted in part"
    assert world.query("select row_number, rule_ids from intake.quarantined_row") == [{"row_number": 3, "rule_ids": ["W02"]}]
    assert len(world.query("select 1 from pathway.pathway_case")) == 1


def test_a_corrected_record_is_the_same_case(world):
    world.submit([wrist(1)])
    outcome = world.submit([wrist(1, minutes=60)])
    assert (outcome.counts.accepted, outcome.counts.unchanged) == (1, 0)
    assert world.query("select count(*) as cases from pathway.pathway_case") == [{"cases": 1}]
    assert world.query("select manipulation_at from pathway.wrist_fracture_detail")[0]["manipulation_at"] == datetime(2024, 1, 10, 10, 0)
    assert world.query("select count(*) as versions from pathway.wrist_fracture_record") == [{"versions": 2}]


def test_x_then_y_then_x_gives_x(world):
    for minutes, counted in ((60, "accepted"), (90, "accepted"), (60, "accepted")):
        outcome = world.submit([wrist(1, minutes=minutes)])
        assert getattr(outcome.counts, counted) == 1
    assert world.query("select manipulation_at from pathway.wrist_fracture_detail")[0]["manipulation_at"] == datetime(2024, 1, 10, 10, 0)


def test_the_same_file_again_changes_nothing(world):
    world.submit([wrist(1)])
    outcome = world.submit([wrist(1)])
    assert outcome.counts.unchanged == 1
    assert world.query("select repeats_submission_id from intake.submission order by 1")[0]["repeats_submission_id"] == "S00000001"


def test_a_withdrawn_submission_gives_back_what_was_before(world, context):
    from assets.submissions import withdraw

    world.submit([wrist(1, minutes=60)])
    world.submit([wrist(1, minutes=90), wrist(2)])
    withdraw(context, "S00000002", "a tester")
    assert world.query("select manipulation_at from pathway.wrist_fracture_detail") == [{"manipulation_at": datetime(2024, 1, 10, 10, 0)}]


def test_a_blank_keeps_a_token_clears(world):
    world.submit([wrist(1)])
    world.submit([wrist(1) | {"Pain score": "", "Analgesia": "[CLEAR]"}])
    assert world.query("select pain_score, analgesia from pathway.wrist_fracture_detail") == [{"pain_score": 1, "analgesia": None}]


def replace_january(world, rows, approve_it=False):
    from assets.submissions import approve

    manifest = {"mode": "replace period", "organisation": "ZX1", "period_start": "2024-01-01", "period_end": "2024-01-31"}
    outcome = world.submit(rows, manifest=manifest)
    if approve_it:
        approve(world.context, outcome.submission_id, "a tester")
        outcome = world.work_off()[-1]
    return outcome


def test_a_replaced_period_withdraws_what_is_absent(world):
    world.submit([wrist(n) for n in range(1, 11)] + [wrist(50, arrived=datetime(2024, 2, 5, 9, 0))])
    outcome = replace_january(world, [wrist(n) for n in range(1, 10)])
    assert (outcome.state, outcome.counts.withdrawn, outcome.counts.unchanged) == ("accepted", 1, 9)
    assert world.query("select count(*) as cases from pathway.pathway_case") == [{"cases": 10}]


def test_a_replacement_that_withdraws_much_is_held_until_approved(world):
    world.submit([wrist(n) for n in range(1, 11)])
    outcome = replace_january(world, [wrist(1)])
    assert outcome.state == "held"
    assert "9 of 10" in outcome.reason
    assert world.query("select count(*) as cases from pathway.pathway_case") == [{"cases": 10}]
    outcome = replace_january(world, [wrist(1)], approve_it=True)
    assert (outcome.state, outcome.counts.withdrawn) == ("accepted", 9)
    assert world.query("select count(*) as cases from pathway.pathway_case") == [{"cases": 1}]


def test_withdrawing_a_replacement_brings_back_what_it_replaced(world, context):
    from assets.submissions import withdraw

    world.submit([wrist(n) for n in range(1, 11)])
    outcome = replace_january(world, [wrist(1)], approve_it=True)
    withdraw(context, outcome.submission_id, "a tester")
    assert world.query("select count(*) as cases from pathway.pathway_case") == [{"cases": 10}]


def test_a_file_of_withdrawals_takes_records_out(world):
    world.submit([wrist(1), wrist(2)])
    outcome = world.submit([wrist(1), wrist(3)], manifest={"mode": "withdraw"})
    assert outcome.state == "accepted in part"
    assert (outcome.counts.withdrawn, outcome.counts.quarantined) == (1, 1)
    assert world.query("select count(*) as cases from pathway.pathway_case") == [{"cases": 1}]
    world.submit([wrist(1)])
    assert world.query("select count(*) as cases from pathway.pathway_case") == [{"cases": 2}]


def test_a_corrected_date_is_a_correction_with_a_warning(world):
    world.submit([wrist(1)])
    outcome = world.submit([wrist(1, arrived=datetime(2024, 1, 12, 9, 0))])
    assert outcome.state == "accepted with warnings"
    assert outcome.finding_counts == {"KEY1": 1}
    assert world.query("select started_at from pathway.pathway_case") == [{"started_at": datetime(2024, 1, 12, 9, 0)}]


def test_a_record_out_of_scope_is_counted_and_not_stored(world):
    outcome = world.submit([wrist(1), wrist(2) | {"Date of birth": "01/01/2015"}])
    assert (outcome.counts.accepted, outcome.counts.out_of_scope) == (1, 1)
    assert world.query("select count(*) as cases from pathway.pathway_case") == [{"cases": 1}]


def test_a_file_of_another_provider_is_refused_and_taken_in_the_right_folder(world):
    assert (world.submit([wrist(1)], sender="ZX2").state, world.outcomes[-1].reason is not None) == ("rejected", True)
    assert world.submit([wrist(1)], sender="ZX1").state == "accepted"


def test_a_folder_of_nobody_is_refused(world):
    assert world.submit([wrist(1)], sender="NOBODY").state == "rejected"


def test_the_office_may_send_for_all(world):
    assert world.submit([wrist(1), wrist(2, site="ZX2A1")], sender="NET").state == "accepted"


def test_somebody_without_a_number_is_a_person_of_their_own(world):
    world.submit([wrist(1) | {"NHS number": "0000000000"}, wrist(2) | {"NHS number": "0000000000"}])
    assert world.query("select count(distinct person_id) as persons from pathway.pathway_case") == [{"persons": 2}]


def test_a_replayed_quarantine_does_not_overwrite_a_later_correction(world, context):
    """January's bad row is mended by a rule; February's file had corrected the case meanwhile."""
    from assets.submissions import retry

    world.submit([wrist(1, minutes=-30), wrist(2)])
    world.submit([wrist(1, minutes=45)])
    retry(context, "S00000001")
    world.work_off()
    assert world.query(
        "select manipulation_at from pathway.wrist_fracture_detail d join pathway.pathway_case c using (case_id) where c.first_arrival_number = 2"
    )[0]["manipulation_at"] == datetime(2024, 1, 10, 9, 45)


def test_duplicates_get_a_status_and_a_finding(world):
    world.submit([wrist(1, site="ZX1A1")])
    outcome = world.submit([wrist(1, site="ZX1A2", arrived=datetime(2024, 1, 20, 9, 0))])
    assert outcome.finding_counts == {"W06": 1}
    [across] = [family for family in outcome.families if family.family == "across records"]
    assert {rule.rule_id: (rule.evaluated_count, rule.broken_count) for rule in across.rules} == {"W06": (1, 1), "W07": (1, 0)}
    assert not across.success
    assert [r["record_status"] for r in world.query("select record_status from pathway.pathway_case order by started_on")] == [
        "valid",
        "duplicate",
    ]


def test_a_file_in_the_folder_of_one_site_with_rows_of_another_is_told_once(world, context):
    drop(context.settings.landing, "ZX1", csv_bytes([wrist(1), wrist(2, site="ZX1A2")]), site="ZX1A2")
    [outcome] = world.work_off()
    assert (outcome.state, outcome.finding_counts) == ("accepted with warnings", {"ORG4": 1})
    [told] = world.query("select advice, row_number, field_name from intake.finding")
    assert (
        "came for ZX1A2" in told["advice"]
        and "1 of 2 rows names another site" in told["advice"]
        and "What counts is the column" in told["advice"]
    )
    assert (told["row_number"], told["field_name"]) == (None, "clinic_code")
    assert [case["site_code"] for case in world.query("select site_code from pathway.pathway_case order by first_row_number")] == [
        "ZX1A1",
        "ZX1A2",
    ]


@pytest.mark.parametrize("folder", ["ZX1", "ZX1A1"])
def test_a_folder_of_the_provider_or_of_the_rows_own_site_contradicts_nothing(world, context, folder):
    drop(context.settings.landing, "ZX1", csv_bytes([wrist(1), wrist(2)]), site=folder)
    [outcome] = world.work_off()
    assert (outcome.state, outcome.finding_counts) == ("accepted", {})
