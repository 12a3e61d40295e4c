"""From a dropped file to fresh results through Dagster itself: web server, daemon, sensors, queue, launcher, worker.

The house is brought up once. Nothing is mocked; what is killed is killed from outside.
"""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from dagster import AssetKey, DagsterInstance, DagsterRunStatus, RunsFilter
from sqlalchemy import select, text

from assets.definitions import SENDER_TAG, SUBMISSION_TAG
from assets.dropping import drop
from pipelines import services
from pipelines.processes import ProcessRecord, wait_until
from pipelines.worker import worker_record
from tests.conftest import DEMO_NETWORK, PATHWAYS
from warehouse.database import make_engine
from warehouse.intake_tables import submission
from warehouse.organisations import load_network
from warehouse.settings import Settings

pytestmark = pytest.mark.slow
HEADER = (
    "Clinic code",
    "NHS number",
    "Hospital number",
    "Surname",
    "Date of birth",
    "Arrival date",
    "Arrival time",
    "Side",
    "Manipulated",
    "Manipulation date",
    "Manipulation time",
)
SURNAME = "Quillfeather"


def wrists(clinic: str, first: int, count: int = 12) -> bytes:
    """Records of the invented pathway, all of them right; patients are numbered from ``first``."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(HEADER)
    for number in range(first, first + count):
        rows.writerow(
            (
                clinic,
                nhs_number(number),
                f"H{number}",
                SURNAME,
                "01/02/1950",
                f"{1 + number % 27:02d}/03/2026",
                "10:00",
                "1",
                "1",
                f"{1 + number % 27:02d}/03/2026",
                "12:30",
            )
        )
    return out.getvalue().encode()


def nhs_number(number: int) -> str:
    """The first number of the test range from 999 000 0000 + 10 x ``number`` on whose check digit is right."""
    for nine in range(999_000_000 + number * 3, 1_000_000_000):
        rest = 11 - sum(int(digit) * weight for digit, weight in zip(str(nine), range(10, 1, -1), strict=True)) % 11
        if rest != 10:
            return f"{nine}{rest % 11}"
    raise AssertionError("the range is used up")


class House:
    """A house that is up, its database and Dagster's instance."""

    def __init__(self, settings: Settings):
        self.settings = settings
        try:
            services.up(settings)
        except BaseException:
            services.down(settings)
            raise
        self.engine = make_engine(settings)
        self.instance = DagsterInstance.from_config(str(settings.dagster_home))
        with self.engine.begin() as connection:
            load_network(connection, DEMO_NETWORK)

    def close(self) -> None:
        self.engine.dispose()
        self.instance.dispose()
        services.down(self.settings)

    def drop(self, sender: str, content: bytes, folder: Path) -> str:
        """Drops a file and waits for its row in the ledger; returns the submission."""
        path = folder / "records.csv"
        path.write_bytes(content)
        before = self.latest()
        drop(path, self.settings.landing / sender)
        assert wait_until(lambda: self.latest() != before, 30)
        return self.latest()

    def latest(self) -> str | None:
        return self.scalar("select max(submission_id) from intake.submission where submission_id like 'S%'")

    def scalar(self, sql: str, **parameters):
        with self.engine.connect() as connection:
            return connection.scalar(text(sql), parameters)

    def row(self, submission_id: str):
        with self.engine.connect() as connection:
            return connection.execute(select(submission).where(submission.c.submission_id == submission_id)).one()

    def finishes(self, submission_id: str, seconds: float = 90) -> bool:
        return wait_until(lambda: self.row(submission_id).refreshed_at is not None or self.row(submission_id).state == "rejected", seconds)

    def runs(self, submission_id: str):
        return self.instance.get_runs(RunsFilter(tags={SUBMISSION_TAG: submission_id}))


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    opened = House(Settings(home=tmp_path_factory.mktemp("whole way"), pathway_folders=(PATHWAYS,), stable_file_seconds=0.3))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def taken(house, tmp_path_factory) -> str:
    """A file that was dropped and worked off."""
    found = house.drop("ZX1", wrists("ZX1A1", 1), tmp_path_factory.mktemp("files"))
    assert house.finishes(found)
    assert wait_until(lambda: all(run.is_finished for run in house.runs(found)), 30)
    return found


def test_a_dropped_file_becomes_results_and_a_receipt(house, taken):
    row = house.row(taken)
    assert (row.state, row.received_count, row.accepted_count) in {("accepted", 12, 12), ("accepted with warnings", 12, 12)}
    cells = house.scalar(
        "select count(*) from measurement.measure_result where as_of_submission = :id and organisation_code = 'ZX1A1'", id=taken
    )
    assert cells > 0 and house.scalar("select count(*) from intake.stale_cell") == 0
    assert (house.settings.outbox / "ZX1" / taken / "receipt.html").is_file()


def test_a_submission_is_one_run_with_its_tags(house, taken):
    [run] = house.runs(taken)
    assert run.status == DagsterRunStatus.SUCCESS and run.job_name == "wrist_fracture_submission"
    assert run.tags[SENDER_TAG] == "ZX1" and run.tags["dagster/partition"] == "ZX1"


def test_every_stage_is_materialized_with_counts_a_table_and_a_picture(house, taken):
    for stage in ("submissions", "records", "cases", "receipts", "measure_results", "benchmarks", "signals"):
        event = house.instance.get_latest_materialization_event(AssetKey(["wrist_fracture", stage]))
        assert event is not None, stage
        metadata = event.asset_materialization.metadata
        if stage in ("submissions", "cases", "receipts", "measure_results"):
            assert metadata["picture"].value.startswith("![") and "data:image/" in metadata["picture"].value
    assert event.asset_materialization.partition is None


def test_checks_are_told_per_family_and_partition(house, taken):
    [run] = house.runs(taken)
    events = [entry.dagster_event for entry in house.instance.all_logs(run.run_id) if entry.dagster_event]
    results = [event.asset_check_evaluation_data for event in events if event.event_type_value == "ASSET_CHECK_EVALUATION"]
    assert {"reading", "fields", "times", "across_records"} <= {result.check_name for result in results}
    assert all(result.passed and result.partition == "ZX1" for result in results)
    assert all(result.metadata["rules"].value > 0 for result in results)


def test_few_events_tell_of_a_run(house, taken):
    [run] = house.runs(taken)
    assert len(house.instance.all_logs(run.run_id)) < 75


def test_a_refused_file_is_a_successful_run_without_cases(house, tmp_path):
    refused = house.drop("ZX2", b"name,department\r\nnobody,nowhere\r\n", tmp_path)
    assert house.finishes(refused) and house.row(refused).state == "rejected"
    assert wait_until(lambda: [run.status for run in house.runs(refused)] == [DagsterRunStatus.SUCCESS], 30)
    [run] = house.runs(refused)
    assert run.job_name == "network_submission"


def test_no_value_of_a_patient_is_in_dagsters_storage(house, taken):
    [run] = house.runs(taken)
    told = " ".join(str(entry.to_json() if hasattr(entry, "to_json") else entry) for entry in house.instance.all_logs(run.run_id)) + str(
        run.tags
    )
    assert SURNAME not in told and nhs_number(1) not in told


def test_a_killed_worker_is_a_failed_run_and_the_submission_is_done_again(house, tmp_path):
    found = house.drop("ZX3", wrists("ZX3A1", 500, 400), tmp_path)
    assert wait_until(
        lambda: house.runs(found) and worker_record(house.settings.dagster_home, house.runs(found)[0].run_id).exists(), 60, every=0.01
    )
    first = house.runs(found)[0].run_id
    worker = ProcessRecord.read(worker_record(house.settings.dagster_home, first))
    assert worker and worker.signal(signal.SIGKILL)
    assert wait_until(lambda: house.instance.get_run_by_id(first).status == DagsterRunStatus.FAILURE, 20)
    assert house.finishes(found) and house.row(found).accepted_count == 400
    assert len(house.runs(found)) == 2
    assert house.scalar("select count(*) from pathway.wrist_fracture_record where submission_id = :id", id=found) == 400


def test_a_killed_daemon_comes_back_and_nothing_is_lost(house, tmp_path):
    ProcessRecord.read(services.record_path(house.settings, services.DAEMON)).signal(signal.SIGKILL)
    path = tmp_path / "records.csv"
    path.write_bytes(wrists("ZX2A1", 2000))
    before = house.latest()
    drop(path, house.settings.landing / "ZX2")
    services.up(house.settings)
    assert wait_until(lambda: house.latest() != before, 60)
    assert house.finishes(house.latest()) and house.row(house.latest()).accepted_count == 12


def test_no_connection_leaves_the_machine(tmp_path):
    """The whole way in a network namespace that holds nothing but loopback: it works, and nobody even tried to get out."""
    script = Path(__file__).parent / "alone.py"
    command = ["unshare", "--user", "--map-root-user", "--net", sys.executable, str(script), str(tmp_path / "home")]
    if subprocess.run([*command[:4], "true"], capture_output=True).returncode:
        pytest.skip("this machine does not allow network namespaces")
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONWARNINGS": "ignore"}
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "refused attempts: 0" in done.stdout
