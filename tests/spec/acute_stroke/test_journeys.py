"""What becomes of patients whose stroke takes them from team to team: exports in, cases, clocks and cohorts out.

Each journey lists its cases: whose it is, when the patient's clock started, the teams that had the patient; then each team's record in its
sequence with the team's own clock and the cohorts that it is in (D: discharging team, E: every team for its own part, after 72 hours).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest

from tests.conftest import DEMO_NETWORK
from tests.spec.acute_stroke import journeys
from tests.spec.acute_stroke.journeys import AT_HOME, CENTRE, HERE, THERE, Record, send
from tests.world import World


@dataclass(frozen=True)
class Expected:
    team: str
    clock_start: str
    records: tuple[tuple[str, str, str, str], ...]  # team, its clock start and stop, cohorts
    is_in_72h_cohort: bool = True


JOURNEYS: dict[str, tuple[tuple[Record, ...], tuple[Expected, ...]]] = {
    "straight to the stroke unit, and home": (
        journeys.DIRECT,
        (Expected(HERE, "03/03 09:00", ((HERE, "03/03 09:00", "14/03 14:00", "DE"),)),),
    ),
    "transferred on day 2: one stroke, the first team's; its clock never restarts": (
        journeys.ON_DAY_2,
        (Expected(HERE, "03/03 09:00", ((HERE, "03/03 09:00", "05/03 14:00", "E"), (THERE, "05/03 14:00", "14/03 14:00", "DE"))),),
    ),
    "thrombectomy elsewhere and back: two records of the first team, the last of which discharges": (
        journeys.ELSEWHERE_AND_BACK,
        (
            Expected(
                HERE,
                "03/03 09:00",
                (
                    (HERE, "03/03 09:00", "03/03 10:35", "E"),
                    (CENTRE, "03/03 10:35", "04/03 12:00", "E"),
                    (HERE, "04/03 12:00", "14/03 14:00", "DE"),
                ),
            ),
        ),
    ),
    "onset on a ward: the clock starts with the stroke, two days after arrival": (
        journeys.ON_THE_WARD,
        (Expected(HERE, "03/03 08:15", ((HERE, "03/03 08:15", "14/03 14:00", "DE"),)),),
    ),
    "died on the stroke unit on the day: the end of that day ends the stay": (
        journeys.DIED_THAT_DAY,
        (Expected(HERE, "03/03 09:00", ((HERE, "03/03 09:00", "03/03 23:59", "DE"),)),),
    ),
    "home with the community team, and readmitted: one stroke, discharged once; a community team has no clock": (
        journeys.CAME_BACK,
        (
            Expected(
                HERE,
                "03/03 09:00",
                ((HERE, "03/03 09:00", "14/03 14:00", "DE"), (AT_HOME, "", "20/03 08:00", ""), (HERE, "20/03 08:00", "28/03 10:00", "E")),
            ),
        ),
    ),
    "a second stroke a month later is a case of its own": (
        journeys.SECOND_STROKE,
        (
            Expected(HERE, "03/03 09:00", ((HERE, "03/03 09:00", "14/03 14:00", "DE"),)),
            Expected(HERE, "03/04 09:00", ((HERE, "03/04 09:00", "14/04 14:00", "DE"),)),
        ),
    ),
}
CASES = """
select c.case_id, c.site_code, d.patient_clock_start_at, d.is_in_72h_cohort, d.cohort_basis, d.site_codes, d.team_record_count, d.team_clock_stop_at, c.record_status
from pathway.pathway_case c join pathway.acute_stroke_detail d using (case_id) order by d.patient_clock_start_at
"""
RECORDS = """
select site_code, team_clock_start_at, team_clock_stop_at, is_in_discharge_cohort and not is_readmission as discharges, is_in_every_team_cohort, is_leading
from pathway.acute_stroke_team_record where case_id = :case_id order by record_number
"""


@pytest.fixture
def world(context, database):
    from warehouse.organisations import load_network

    with database.begin() as connection:
        load_network(connection, [*DEMO_NETWORK, *journeys.TEAMS])
    return World(context)


def _short(instant: datetime | None) -> str:
    return f"{instant:%d/%m %H:%M}" if instant else ""


def _found(world) -> tuple[Expected, ...]:
    return tuple(
        Expected(c["site_code"], _short(c["patient_clock_start_at"]), _records(world, c["case_id"]), c["is_in_72h_cohort"])
        for c in world.query(CASES)
    )


def _records(world, case_id) -> tuple:
    rows = world.query(RECORDS, case_id=case_id)
    cohorts = ["D" * r["discharges"] + "E" * r["is_in_every_team_cohort"] for r in rows]
    return tuple(
        (r["site_code"], _short(r["team_clock_start_at"]), _short(r["team_clock_stop_at"]), c) for r, c in zip(rows, cohorts, strict=True)
    )


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_journey(world, name):
    records, expected = JOURNEYS[name]
    outcomes = send(world, *records)
    assert [o.finding_counts for o in outcomes] == [{}] * len(records)
    assert _found(world) == expected
    assert {c["cohort_basis"] for c in world.query(CASES)} == {"locked"}


def test_what_the_case_says_comes_from_the_last_stay_and_from_the_shared_sections(world):
    """Discharge of the last team; the first three sections from whoever locked them; the earliest needle that any record tells."""
    first, second = journeys.ON_DAY_2
    early = Record(
        first.team,
        first.number,
        {**first.changes, "s2_thrombolysis_at": "03/03/2025 09:45", "s1_onset_time_type": "BE", "s1_onset_at": "03/03/2025 08:00"},
    )
    late = Record(second.team, second.number, {**second.changes, "locked_s2": None, "s2_com_hypertension": "N", "s7_rankin_discharge": "3"})
    send(world, late, early)
    (case,) = world.query("select d.* from pathway.acute_stroke_detail d")
    assert (case["s7_rankin_discharge"], case["s7_discharge_type"], case["team_code"]) == (3, "H", HERE)
    assert case["s2_com_hypertension"] == "Y", "from the record with section 2 locked"
    assert case["needle_at"] == datetime(2025, 3, 3, 9, 45)
    assert (case["s1_onset_time_type"], case["s1_onset_at"]) == ("P", datetime(2025, 3, 3, 8, 15)), "the precise time, not the estimate"
    assert case["locked_s2"] is True and case["site_codes"] == [HERE, THERE]


def test_an_export_counts_what_is_locked(world):
    send(world, *journeys.DIRECT, locked_s3=None)
    assert [(c["cohort_basis"], c["is_in_72h_cohort"]) for c in world.query(CASES)] == [("locked", False)]


@pytest.mark.parametrize(("changes", "is_in"), [({}, True), ({"s2_rankin_before_stroke": None}, False)])
def test_an_import_counts_what_is_complete(world, changes, is_in):
    from schemas.pathways.acute_stroke.columns import IMPORT_COLUMNS
    from tests.reading.files import csv_bytes
    from tests.spec.acute_stroke.files import row
    from tests.world import drop

    drop(world.context.settings.landing, "ZX1", csv_bytes([IMPORT_COLUMNS, row(**changes)]), "stroke.csv", None, HERE)
    world.work_off()
    assert [(c["cohort_basis"], c["is_in_72h_cohort"]) for c in world.query(CASES)] == [("complete", is_in)]


def test_of_two_strokes_on_a_day_the_second_is_kept(world):
    second = {"s1_first_arrival_at": "03/03/2025 20:00", "s4_arrival_at": "03/03/2025 20:00", "patient_id": "78", **journeys.evening()}
    send(world, *journeys.DIRECT, Record(HERE, 701, second))
    assert [(_short(c["patient_clock_start_at"]), c["record_status"]) for c in world.query(CASES)] == [
        ("03/03 09:00", "duplicate"),
        ("03/03 20:00", "valid"),
    ]
