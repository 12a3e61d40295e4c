"""A drop of stroke records, the whole way: from the landing folder of a team to its records in the warehouse, and the receipt."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from schemas.pathways.acute_stroke.columns import IMPORT_COLUMNS
from tests.conftest import DEMO_NETWORK
from tests.reading.files import csv_bytes, nhs_number
from tests.spec.acute_stroke.files import row
from tests.spec.acute_stroke.patient import REFUSED
from tests.world import World, drop

TEAM = {
    "organisation_code": "SSNAP121",
    "organisation_name": "Exemplar 1 stroke team",
    "organisation_kind": "team",
    "parent_code": "ZX1",
    "is_member": True,
}
IDENTIFYING = ("Example", "Ada", "H1", "3VZ", "01/06/1948", "123456", "2025-0001")


@pytest.fixture
def world(context, database):
    from warehouse.organisations import load_network

    with database.begin() as connection:
        load_network(connection, [*DEMO_NETWORK, TEAM])
    return World(context)


def submit(world, rows, folder: str | None = "SSNAP121", manifest: dict | None = None):
    drop(world.context.settings.landing, "ZX1", csv_bytes([IMPORT_COLUMNS, *rows]), "stroke.csv", manifest, folder)
    return world.work_off()[-1]


def test_the_team_comes_from_the_folder_and_everything_is_stored_but_what_identifies(world):
    outcome = submit(world, [row(serial=1), row(serial=2, s8_living="at home")])
    assert (outcome.state, outcome.counts.accepted) == ("accepted", 2)
    records = world.query(
        "select r.*, c.started_at from pathway.acute_stroke_record r join pathway.pathway_case c using (case_id) order by row_number"
    )
    assert [r["site_code"] for r in records] == ["SSNAP121"] * 2 and [r["s8_living"] for r in records] == [None, "at home"]
    (case,) = world.query(
        "select d.*, c.started_on from pathway.acute_stroke_detail d join pathway.pathway_case c using (case_id) where s8_living is null"
    )
    assert case["clock_start_at"] == records[0]["started_at"] == datetime(2025, 3, 3, 9, 0) and case["started_on"] == date(2025, 3, 3)
    assert case["age_years"] == 76 and case["nihss_arrival_total"] == 8 and case["death_at"] is None
    assert records[0]["s2_brain_imaging_not_performed"] is False and records[0]["locked_s1"] is None
    told = json.dumps(records, default=str)
    assert not [text for text in (*IDENTIFYING, nhs_number(1)) if f'"{text}"' in told]
    minutes = world.query("select milestone_name, from_start_minutes from pathway.milestone order by 1, 2")
    assert {m["milestone_name"]: m["from_start_minutes"] for m in minutes}["needle"] == 50


def test_the_team_comes_from_the_manifest(world):
    outcome = submit(world, [row()], folder=None, manifest={"team": "SSNAP121"})
    assert outcome.counts.accepted == 1
    assert world.query("select site_code from pathway.pathway_case") == [{"site_code": "SSNAP121"}]


def test_errors_set_a_record_aside_and_warnings_do_not(world):
    rows = [row(serial=1), row(serial=2, s1_ambulance_trust=None, s1_arrive_by_ambulance="N"), row(serial=3, s1_ethnicity=None)]
    outcome = submit(world, rows)
    assert (outcome.counts.accepted, outcome.counts.quarantined) == (2, 1)  # the incident's number is still there
    found = world.query("select rule_id, row_number from intake.finding order by 1")
    assert ("V07.s1_cad_number", 3) in [(f["rule_id"], f["row_number"]) for f in found]
    assert ("REQ.s1_ethnicity", 4) in [(f["rule_id"], f["row_number"]) for f in found]


def test_who_refused_consent_is_a_person_by_the_senders_own_key(world):
    submit(world, [row(serial=1, **REFUSED), row(serial=2, **REFUSED)])
    again = submit(world, [row(serial=1, **{**REFUSED, "s7_rankin_discharge": "3"})])
    assert (again.counts.accepted, again.counts.quarantined) == (1, 0)
    cases = world.query("select count(*) as cases, count(distinct person_id) as persons from pathway.pathway_case")
    assert cases == [{"cases": 2, "persons": 2}]


def test_a_box_that_is_no_longer_ticked_is_taken_back(world):
    """A blank bit says no, so a correction needs no word for it."""
    told = {"s2_swallow_screening_4hrs_at": None, "s2_swallow_screening_4hrs_not_performed": "TRUE", "s2_swallow_screening_4hrs_not_performed_reason": "OR",
            "s3_swallow_screening_72hrs_at": "04/03/2025 10:00"}  # fmt: skip
    submit(world, [row(**told)])
    submit(world, [row(s2_swallow_screening_4hrs_not_performed_reason="[CLEAR]", s3_swallow_screening_72hrs_at="[CLEAR]")])
    (detail,) = world.query("select s2_swallow_screening_4hrs_at, s2_swallow_screening_4hrs_not_performed from pathway.acute_stroke_detail")
    assert detail["s2_swallow_screening_4hrs_not_performed"] is False and detail["s2_swallow_screening_4hrs_at"] is not None


def test_a_record_whose_time_of_arrival_was_not_entered_has_a_day_and_no_interval(world):
    unentered = {
        "s1_first_arrival_at": "03/03/2025",
        "s1_first_arrival_time_not_entered": "TRUE",
        "s4_arrival_at": "03/03/2025",
        "s4_arrival_time_not_entered": "TRUE",
    }
    assert submit(world, [row(**unentered)]).counts.accepted == 1
    (case,) = world.query("select started_at, started_on from pathway.pathway_case")
    assert (case["started_at"], case["started_on"]) == (None, date(2025, 3, 3))
    assert world.query("select from_start_minutes from pathway.milestone where milestone_name = 'needle'") == [{"from_start_minutes": None}]


@pytest.mark.filterwarnings("error::pandas.errors.PerformanceWarning")
def test_the_same_file_again_changes_nothing(world):
    rows = [row(serial=1), row(serial=2)]
    submit(world, rows)
    submit(world, [*rows, row(serial=3)])
    assert world.query("select count(*) as cases from pathway.pathway_case") == [{"cases": 3}]
