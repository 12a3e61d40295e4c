"""Records and deaths as files, and what is then observed and expected: the six variables, worked by hand."""

from __future__ import annotations

import math

import pytest

from schemas.registry import load_registry
from tests.spec.hip_fracture import SPECIFICATION
from tests.world import World, csv_bytes, nhs_number

FIELDS = load_registry().dataset("hip_fracture").fields
# a woman of 85 to 89 who walks outside with one aid, lives at home, ASA 2, intracapsular
MODEST = {
    "date_of_birth": "01/06/1938",
    "sex": "2",
    "asa_grade": "2",
    "mobility_pre_fracture": "2",
    "residence_before_admission": "1",
    "fracture_type": "11",
}
# a man of 95 to 99 who does not go out, from a nursing home, ASA 4, trochanteric
GRAVE = {
    "date_of_birth": "01/06/1928",
    "sex": "1",
    "asa_grade": "4",
    "mobility_pre_fracture": "4",
    "residence_before_admission": "3",
    "fracture_type": "13",
}
UNSAID = {**MODEST, "asa_grade": "U", "mobility_pre_fracture": "U"}
ETA = {
    "modest": -4.33 + 1.10 - 0.70 + 0.10,
    "grave": -4.33 + 1.39 + 1.37 + 0.30 + 0.72 + 0.15,
    "unsaid": -4.33 + 1.10 - 0.70 + 0.62 + 0.11,
}


@pytest.fixture
def world(context, demo_organisations) -> World:
    return World(context)


def _send(world: World, *patients: dict) -> None:
    changed = [{**SPECIFICATION.patient, "operating_hospital_code": "ZX1A1", "nhs_number": nhs_number(k), "hospital_number": f"H{k}", **more}
               for k, more in enumerate(patients, start=1)]  # fmt: skip
    rows = [{f.header: row.get(f.name) or "" for f in FIELDS} for row in changed]
    assert world.submit(csv_bytes(rows, rows[0]), "ZX1", "records.csv").state.startswith("accepted")


def _send_deaths(world: World, **deaths: str) -> None:
    rows = [{"NHS number": nhs_number(int(k[1:])), "Date of death": day} for k, day in deaths.items()]
    manifest = {"dataset": "deaths", "period_start": "2025-01-01", "period_end": "2025-12-31"}
    world.submit(csv_bytes(rows, rows[0]), "NET", "deaths.csv", manifest)


def _result(world: World) -> dict:
    world.refresh()
    (row,) = world.query(
        "select * from measurement.standardised_result where measure_name = 'hip_mortality_30_days' and organisation_code = 'ZX1' and period_grain = 'year'"
    )
    return row


def test_observed_and_expected_deaths_of_three_patients(world):
    _send(world, MODEST, GRAVE, UNSAID)
    _send_deaths(world, p1="02/08/2025", p2="25/03/2025")  # day 152, and day 22 after presentation on 3 March
    row = _result(world)
    expected = sum(1 / (1 + math.exp(-eta)) for eta in ETA.values())
    assert (row["case_count"], row["observed"], row["model_version"]) == (3, 1, "hip_mortality_case_mix 1")
    assert row["expected"] == pytest.approx(expected, abs=1e-9)
    assert row["ratio"] == pytest.approx(1 / expected)


def test_a_death_that_is_taken_back_is_no_longer_observed(world):
    _send(world, MODEST, GRAVE)
    _send_deaths(world, p1="25/03/2025", p2="25/03/2025")
    assert _result(world)["observed"] == 2
    _send_deaths(world, p1="02/08/2025")
    assert _result(world)["observed"] == 1
