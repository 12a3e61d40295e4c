"""``status`` calls stuck what the signal and the webhook do."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from assets.expected_submissions import watch_stuck
from pipelines.alerts import stuck_submissions
from pipelines.cli.main import CANNOT
from pipelines.resources import House
from tests.integration.test_way_of_a_file import replace_january
from tests.world import wrist
from warehouse.intake_tables import submission

STATES = {"received": True, "reading": True, "failed": True, "held": False, "rejected": False}


@pytest.mark.parametrize("minutes", [14, 16])
def test_stuck_is_the_same_everywhere(typed, database, database_settings, minutes):
    received = database_settings.clock() - timedelta(minutes=minutes)
    common = {"sender_code": "ZX1", "file_sha256": "0" * 64, "envelope_sha256": "0" * 64, "file_size_bytes": 1, "received_at": received}
    with database.begin() as connection:
        for number, state in enumerate(STATES, start=1):
            connection.execute(
                insert(submission).values(common | {"submission_id": f"S{number:08d}", "claim_token": str(number), "state": state})
            )
    expected = {f"S{number:08d}" for number, is_stuck in enumerate(STATES.values(), start=1) if is_stuck and minutes > 15}
    code, said = typed("status")
    waiting = said.partition("Outstanding and held")[2]
    assert code == 0 and {line.split()[0] for line in waiting.splitlines() if " stuck" in line} == expected
    assert {message["submission"] for message in stuck_submissions(House(database_settings))} == expected
    with database.connect() as connection:
        signals = set(connection.exec_driver_sql("select submission_id from measurement.signal where kind = 'submission stuck'").scalars())
    assert signals == expected and watch_stuck(database, database_settings.clock()).raised == 0


def test_cases_that_measures_leave_out_are_counted_by_provider_as_soon_as_they_are(typed, world):
    world.submit([wrist(1, arrived=datetime(2024, 1, 20, 9)), wrist(2)])
    assert "leave out" not in typed("status")[1]
    world.submit([wrist(1, site="ZX2A1", arrived=datetime(2024, 1, 10, 9))], "ZX2")
    table = typed("status")[1].partition("Cases that measures leave out")[2]
    assert table.split()[:5] == ["pathway", "provider", "error", "duplicate", "conflict"]
    assert [line.split() for line in table.splitlines() if "wrist_fracture" in line] == [["wrist_fracture", "ZX1", "0", "1", "0"]]
    assert "leave out" not in typed("status", "--sender", "ZX2")[1]


def test_what_waits_for_somebody_is_told_with_what_to_type(typed, world):
    assert "approve" not in typed("status")[1]
    world.submit([wrist(n) for n in range(1, 11)])
    held = replace_january(world, [wrist(1)])
    code, said = typed("status")
    assert code == 0 and "`common-cause approve SUBMISSION` lets it through" in said and "retry" not in said
    receipt = (Path(held.receipt) / "receipt.html").read_text()
    assert "It would withdraw 9 of 10 known records of the period." in receipt and "common-cause" not in receipt, (
        "a clerk has no command line"
    )


def test_a_house_that_is_down_is_told_with_what_starts_it(typed):
    first = typed("status")[1].splitlines()[0]
    assert "daemon down" in first and first.endswith("; start it with `common-cause up`")


def test_a_sender_that_nobody_knows_is_told_and_one_that_was_refused_is_shown(typed, world):
    code, said = typed("status", "--sender", "ZZZ")
    assert code == CANNOT and "the network knows no organisation ZZZ, and nothing came from it" in said
    world.submit([wrist(1)], sender="ZZZ")
    code, said = typed("status", "--sender", "ZZZ")
    assert code == 0 and "rejected" in said
    assert "none yet" in typed("status", "--sender", "ZX2")[1]


def test_files_in_nobodys_folder_are_counted_without_their_names(typed, database_settings):
    assert "in no sender's folder" not in typed("status")[1]
    database_settings.landing.mkdir(parents=True)
    (database_settings.landing / "TESTPERSON.csv").touch()
    (database_settings.landing / ".hidden").touch()
    said = typed("status")[1]
    assert f"1 file lies in {database_settings.landing} itself, in no sender's folder, where nobody takes files: move them into" in said
    assert "TESTPERSON" not in said
