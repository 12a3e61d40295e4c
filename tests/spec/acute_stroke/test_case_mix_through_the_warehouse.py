"""Stroke records and deaths as files, and what is then observed and expected: by the NIHSS where it is known, else by the level of consciousness."""

from __future__ import annotations

import math

import pytest

from schemas.pathways.acute_stroke.columns import IMPORT_COLUMNS
from schemas.pathways.acute_stroke.fields_nihss import ARRIVAL, names
from tests.conftest import DEMO_NETWORK
from tests.reading.files import csv_bytes as table_bytes
from tests.reading.files import nhs_number
from tests.spec.acute_stroke.files import row
from tests.spec.acute_stroke.patient import HAEMORRHAGE
from tests.spec.acute_stroke.test_through_the_warehouse import TEAM
from tests.world import World, csv_bytes, drop

ITEM_UNKNOWN = {names(ARRIVAL)[4]: "-1"}
# she is 76, without fibrillation, with an infarct, NIHSS 8, alert
BY_NIHSS = -4.7 + 0.85 + 1.6
BLEEDS = BY_NIHSS + 0.75
BY_CONSCIOUSNESS = -3.9 + 1.085


@pytest.fixture
def world(context, database) -> World:
    from warehouse.organisations import load_network

    with database.begin() as connection:
        load_network(connection, [*DEMO_NETWORK, TEAM])
    return World(context)


def _submit(world: World, *records: list[str]) -> str:
    drop(world.context.settings.landing, "ZX1", table_bytes([IMPORT_COLUMNS, *records]), "stroke.csv", None, TEAM["organisation_code"])
    return world.work_off()[-1].state


def _submit_deaths(world: World, **deaths: str) -> None:
    rows = [{"NHS number": nhs_number(int(k[1:])), "Date of death": day} for k, day in deaths.items()]
    manifest = {"dataset": "deaths", "period_start": "2025-01-01", "period_end": "2025-12-31"}
    world.submit(csv_bytes(rows, rows[0]), "NET", "deaths.csv", manifest)


def test_observed_and_expected_deaths_of_three_strokes(world):
    assert _submit(world, row(serial=1), row(serial=2, **HAEMORRHAGE), row(serial=3, **ITEM_UNKNOWN)).startswith("accepted")
    _submit_deaths(world, p2="20/03/2025", p3="20/06/2025")
    world.refresh()
    found = world.query(
        "select organisation_code, case_count, observed, expected, model_version from measurement.standardised_result "
        "where measure_name = 'stroke_mortality_30_days' and period_grain = 'quarter' and organisation_code in ('SSNAP121', 'ZX1') order by 1"
    )
    expected = sum(1 / (1 + math.exp(-eta)) for eta in (BY_NIHSS, BLEEDS, BY_CONSCIOUSNESS))
    versions = "stroke_mortality_nihss 1, stroke_mortality_consciousness 1"
    told = {"case_count": 3, "observed": 1, "expected": pytest.approx(expected, abs=1e-9), "model_version": versions}
    assert found == [{"organisation_code": code, **told} for code in ("SSNAP121", "ZX1")]
    parts = world.query("select model_name, case_count, observed from measurement.case_mix_part order by 1")
    assert parts == [
        {"model_name": "stroke_mortality_consciousness", "case_count": 1, "observed": 0},
        {"model_name": "stroke_mortality_nihss", "case_count": 2, "observed": 1},
    ]
