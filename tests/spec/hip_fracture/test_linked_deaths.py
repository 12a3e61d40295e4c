"""H20 in the warehouse: a death before the last event of a record makes the case an error, whichever of the two comes first."""

from __future__ import annotations

import pytest

from schemas.registry import load_registry
from tests.spec.hip_fracture import SPECIFICATION
from tests.world import World, csv_bytes

FIELDS = load_registry().dataset("hip_fracture").fields
PATIENT = SPECIFICATION.patient  # left the trust on 24 March 2025


@pytest.fixture
def world(context, demo_organisations) -> World:
    return World(context)


def _send_record(world: World, **changes: str) -> str:
    row = {f.header: ({**PATIENT, "operating_hospital_code": "ZX1A1", **changes}).get(f.name) or "" for f in FIELDS}
    return world.submit(csv_bytes([row], row), "ZX1", "record.csv").state


def _send_death(world: World, day: str) -> None:
    row = {"NHS number": PATIENT["nhs_number"], "Date of death": day}
    manifest = {"dataset": "deaths", "period_start": "2025-01-01", "period_end": "2025-12-31"}
    world.submit(csv_bytes([row], row), "NET", "deaths.csv", manifest)


def _status(world: World) -> str:
    (case,) = world.query("select record_status from pathway.pathway_case")
    return case["record_status"]


def _counted(world: World) -> float | None:
    world.refresh()
    found = world.query(
        "select denominator from measurement.measure_result where measure_name = 'hip_cases' and organisation_code = 'NET' "
        "and period_grain = 'year' and period_start = '2025-01-01'"
    )
    return found[0]["denominator"] if found else None


def test_a_death_that_comes_later_and_is_corrected(world):
    _send_record(world)
    assert (_status(world), _counted(world)) == ("valid", 1)
    _send_death(world, "23/03/2025")
    assert (_status(world), _counted(world) or 0) == ("error", 0)
    _send_death(world, "24/03/2025")
    assert (_status(world), _counted(world)) == ("valid", 1)


def test_a_record_that_comes_later_and_is_corrected(world):
    _send_death(world, "20/03/2025")
    assert _send_record(world) == "accepted with warnings"
    assert _status(world) == "error"
    assert world.query("select rule_id, field_name from intake.finding where rule_id = 'H20'") == [
        {"rule_id": "H20", "field_name": "presentation_date"}
    ]
    dead_on_the_ward = {"ward_discharge_date": "20/03/2025", "ward_discharge_destination": "8", "trust_discharge_date": "20/03/2025"}
    _send_record(world, **dead_on_the_ward, trust_discharge_destination="8b")
    assert _status(world) == "valid"
