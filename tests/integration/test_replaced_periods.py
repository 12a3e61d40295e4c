"""A replaced period withdraws what is absent from the file; a row that is set aside is not absent."""

import json
from pathlib import Path

import pytest

from assets.rebuild import rebuild
from assets.submissions import approve, retry, withdraw
from tests.conftest import DEMO_NETWORK
from tests.hostile.samples import STROKE_SAMPLE
from tests.integration.test_rebuild import GREW
from tests.integration.test_way_of_a_file import replace_january
from tests.spec.acute_stroke.journeys import TEAMS
from tests.world import World, snapshot, wrist
from warehouse.organisations import load_network

PEOPLE = range(1, 51)
CASES = "select count(*) as cases from pathway.pathway_case"
UNREADABLE = {"Side": "9"}  # a part of the record's key: the row names its patient, but no record


@pytest.fixture
def world(context, demo_organisations):
    return World(context)


def rows(spoilt=(), without=(), **with_):
    """The records of January, some of them such that they are set aside, some left out."""
    return [wrist(n) | (with_ if n in spoilt else {}) for n in PEOPLE if n not in without]


def cases(world) -> int:
    return world.query(CASES)[0]["cases"]


def receipt(outcome, name: str = "receipt.json") -> str:
    return (Path(outcome.receipt) / name).read_text()


def advice(world, rule_id: str) -> list[str]:
    return [
        f["advice"] for f in world.query("select advice from intake.finding where rule_id = :rule order by submission_id", rule=rule_id)
    ]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(UNREADABLE, id="its side"),
        pytest.param({"Manipulation time": "25:99"}, id="a time beside the key", marks=pytest.mark.slow),
        pytest.param({"Arrival date": "31/02/2024"}, id="its clock date", marks=pytest.mark.slow),
        pytest.param({"Clinic code": "ZX9Z9"}, id="its site", marks=pytest.mark.slow),
    ],
)
def test_a_row_that_is_set_aside_withdraws_nothing(world, fault):
    world.submit(rows())
    outcome = replace_january(world, rows(spoilt=(3, 17, 31), **fault))
    assert (outcome.state, outcome.counts.quarantined, outcome.counts.withdrawn) == ("accepted in part", 3, 0)
    assert cases(world) == 50
    assert advice(world, "PER2") == []


def test_what_is_absent_is_withdrawn_beside_it(world):
    world.submit(rows())
    outcome = replace_january(world, rows(spoilt=(3, 17, 31), without=(4,), **UNREADABLE))
    assert (outcome.counts.quarantined, outcome.counts.withdrawn, cases(world)) == (3, 1, 49)
    assert (outcome.state, world.query("select count(*) as kept from pathway.wrist_fracture_spared")) == ("accepted in part", [{"kept": 3}])
    assert "stays as it was" in receipt(outcome, "receipt.html")


def test_a_row_of_nobody_we_know_is_told_with_what_was_withdrawn(world):
    """Whose record it was cannot be seen: the file does not name the patient, so the rule holds and is said."""
    world.submit(rows())
    outcome = replace_january(world, rows(spoilt=(3, 17), **{"NHS number": "9990000000"}))
    assert (outcome.counts.quarantined, outcome.counts.withdrawn, cases(world)) == (2, 2, 48)
    [told] = advice(world, "PER2")
    assert "4, 18" in told and "2 earlier records" in told
    assert told in [line for group in json.loads(receipt(outcome))["findings"] for line in group["advice"]]


def test_a_file_all_of_whose_rows_are_set_aside_withdraws_nothing(world):
    world.submit([wrist(1), wrist(2)])
    outcome = replace_january(world, [wrist(n) | {"NHS number": "9990000000"} for n in (1, 2)])
    assert (outcome.state, outcome.counts.withdrawn, cases(world)) == ("rejected", 0, 2)


@pytest.mark.slow
def test_it_stays_whatever_is_sent_withdrawn_or_tried_again_later(world, context):
    first = world.submit(rows())
    second = replace_january(world, rows(spoilt=(3, 17), without=(4,), **UNREADABLE))
    world.submit([wrist(60)])
    assert cases(world) == 50
    retry(context, first.submission_id)  # its rows are said again, with their old place in the order
    world.work_off()
    assert cases(world) == 50
    third = replace_january(world, [*rows(spoilt=(17,), without=(4, 5), **UNREADABLE), wrist(60)])
    assert (third.counts.withdrawn, cases(world)) == (1, 49)
    withdraw(context, third.submission_id, "a tester")
    assert cases(world) == 50
    retry(context, second.submission_id)
    world.work_off()
    assert cases(world) == 50
    withdraw(context, second.submission_id, "a tester")
    assert cases(world) == 51
    withdraw(context, first.submission_id, "a tester")
    assert cases(world) == 1


@pytest.mark.slow
def test_a_withdrawn_submission_takes_what_was_spared_with_it(world, context):
    """Sparing copies nothing: what stays is what was sent, and goes when that is withdrawn."""
    first = world.submit(rows())
    replace_january(world, rows(spoilt=(3, 17, 31), **UNREADABLE))
    withdraw(context, first.submission_id, "a tester")
    assert cases(world) == 47


@pytest.mark.slow
def test_a_rebuild_spares_the_same(world, context):
    world.submit(rows())
    replace_january(world, rows(spoilt=(3, 17), without=(4,), **UNREADABLE))
    world.submit([wrist(3, minutes=60), wrist(60)])
    third = replace_january(world, [*rows(spoilt=(3, 17), without=(6,), **UNREADABLE), wrist(60)])
    world.submit([wrist(61)])
    withdraw(context, third.submission_id, "a tester")
    before = snapshot(context.engine, *GREW)
    rebuild(context)
    assert snapshot(context.engine, *GREW) == before
    assert cases(world) == 51


@pytest.mark.slow
def test_it_holds_for_what_is_let_through_by_hand(world, context):
    world.submit(rows())
    outcome = replace_january(world, rows(spoilt=(3,), without=range(20, 51), **UNREADABLE))
    assert (outcome.state, outcome.counts.withdrawn) == ("held", 31)
    approve(context, outcome.submission_id, "a tester")
    outcome = world.work_off()[-1]
    assert (outcome.state, outcome.counts.withdrawn, cases(world)) == ("accepted in part", 31, 19)


@pytest.mark.slow
def test_it_holds_where_cases_have_the_records_of_several_teams(context, database):
    with database.begin() as connection:
        load_network(connection, [*DEMO_NETWORK, *TEAMS])
    world, manifest = World(context), {"mode": "replace period", "period_start": "2025-03-01", "period_end": "2025-03-31"}
    world.submit(STROKE_SAMPLE.csv(), name="stroke.csv")
    spoilt = STROKE_SAMPLE.spoilt("S2ThrombolysisDateTime", "03/03/2025 08:20")  # before the arrival
    outcome = world.submit(spoilt, name="stroke.csv", manifest=manifest)
    assert (outcome.state, outcome.counts.quarantined, outcome.counts.withdrawn, cases(world)) == ("accepted in part", 1, 0, 12)
    world.submit(STROKE_SAMPLE.csv([STROKE_SAMPLE.row(40)]), name="stroke.csv")
    outcome = world.submit(STROKE_SAMPLE.csv(STROKE_SAMPLE.rows()[1:]), name="stroke.csv", manifest=manifest)
    assert (outcome.counts.withdrawn, cases(world)) == (2, 11)
    withdraw(context, outcome.submission_id, "a tester")
    assert cases(world) == 13
