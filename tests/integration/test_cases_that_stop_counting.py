"""A case that leaves the measures by somebody else's record: its sender learns it with the next receipt, and not whose record it was."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from assets.submissions import withdraw
from tests.aggregate.test_deaths import deaths
from tests.hostile.samples import HIP_SAMPLE, hip
from tests.world import World, nhs_number, wrist

OURS = datetime(2024, 1, 20, 9, 0)
EARLIER = datetime(2024, 1, 10, 9, 0)


@pytest.fixture
def world(context, demo_organisations):
    return World(context)


def told(outcome) -> dict[str, list[tuple[str, int]]]:
    """Status -> submission and row of each case that the receipt says does not count; the page must say as many."""
    folder = Path(outcome.receipt)
    parts = json.loads((folder / "receipt.json").read_text())["earlier_cases_not_counting"]
    page = (folder / "receipt.html").read_text()
    assert ("Cases sent earlier that do not count now" in page) == bool(parts)
    assert [part["meaning"] for part in parts if part["meaning"].replace("'", "&#39;") not in page] == []
    return {part["status"]: [(case["submission"], case["row"]) for case in part["cases"]] for part in parts}


def next_receipt(world, sender: str = "ZX1", serial: int = 90):
    return world.submit([wrist(serial, site=f"{sender}A1")], sender, f"{serial}.csv")


def test_a_case_that_becomes_another_hospitals_duplicate_is_told_to_its_sender(world):
    first = world.submit([wrist(1, arrived=OURS), wrist(2, arrived=OURS)])
    assert told(first) == {}
    second = world.submit([wrist(2, site="ZX2A1", arrived=EARLIER)], "ZX2")
    assert (second.state, second.finding_counts, told(second)) == ("accepted", {}, {})
    outcome = next_receipt(world)
    assert told(outcome) == {"duplicate": [(first.submission_id, 3)]}
    everything = "".join((Path(outcome.receipt) / name).read_text() for name in ("receipt.html", "receipt.json"))
    assert [word for word in ("ZX2", "Exemplar 2", second.submission_id, nhs_number(2), "H000002") if word in everything] == []
    assert told(next_receipt(world, "ZX2", 91)) == {}


def test_of_two_cases_in_conflict_both_senders_are_told(world):
    first = world.submit([wrist(1, arrived=OURS, Side="1")])
    second = world.submit([wrist(1, site="ZX2A1", arrived=OURS, Side="2")], "ZX2")
    assert second.finding_counts == {"W07": 1}
    assert told(next_receipt(world)) == {"conflict": [(first.submission_id, 2)]}
    assert told(next_receipt(world, "ZX2", 91)) == {"conflict": [(second.submission_id, 2)]}


@pytest.mark.slow
def test_a_case_against_which_a_death_speaks_is_told(world):
    first = world.submit(HIP_SAMPLE.csv([hip(5), hip(6)]), name="hip.csv")
    assert (first.state, told(first)) == ("accepted", {})
    world.submit(deaths((5, "01/03/2025")), sender="NET", name="deaths.csv")
    outcome = world.submit(HIP_SAMPLE.csv([hip(7)]), name="hip2.csv")
    assert told(outcome) == {"error": [(first.submission_id, 2)]}


@pytest.mark.slow
def test_what_this_file_tells_of_is_told_by_its_findings_and_not_twice(world):
    world.submit([wrist(1, arrived=OURS)])
    world.submit([wrist(1, site="ZX2A1", arrived=EARLIER)], "ZX2")
    again = world.submit([wrist(1, arrived=OURS, minutes=45)])
    assert (again.finding_counts, told(again)) == ({"W06": 1}, {})
    assert told(next_receipt(world)) == {"duplicate": [(again.submission_id, 2)]}


@pytest.mark.slow
def test_it_is_told_as_long_as_it_is_so_whatever_becomes_of_the_file(world, context):
    first = world.submit([wrist(1, arrived=OURS)])
    second = world.submit([wrist(1, site="ZX2A1", arrived=EARLIER)], "ZX2")
    rejected = world.submit([wrist(5) | {"Side": "9"}])
    assert (rejected.state, told(rejected)) == ("rejected", {"duplicate": [(first.submission_id, 2)]})
    repeated = world.submit([wrist(1, arrived=OURS)])
    assert (repeated.counts.unchanged, told(repeated)) == (1, {"duplicate": [(first.submission_id, 2)]})
    withdraw(context, second.submission_id, "a tester")
    assert told(next_receipt(world)) == {}


@pytest.mark.slow
def test_the_office_is_told_of_what_it_sent_for_others_and_they_of_what_they_sent(world):
    office = world.submit([wrist(1, arrived=OURS), wrist(2, arrived=OURS)], "NET")
    world.submit([wrist(1, site="ZX2A1", arrived=EARLIER)], "ZX2")
    assert told(next_receipt(world)) == {}
    assert told(world.submit([wrist(3)], "NET", "3.csv")) == {"duplicate": [(office.submission_id, 2)]}
