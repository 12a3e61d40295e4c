"""``submit``: each file's own result, a database that goes away meanwhile, and what is not worth dropping."""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import contextmanager

import click
import pytest

from pipelines.cli.main import CANNOT
from pipelines.cli.waiting import results_of
from tests.world import csv_bytes, query, wrist
from warehouse.settings import Settings


@contextmanager
def taken_meanwhile(world, before=lambda: None):
    """The house's work, beside the command that waits for it."""
    is_over = threading.Event()

    def work():
        before()
        while not is_over.wait(0.05):
            world.work_off()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        is_over.set()
        worker.join()


@pytest.fixture
def records(tmp_path):
    path = tmp_path / "book.csv"
    path.write_bytes(csv_bytes([wrist(1), wrist(2)]))
    return path


def test_files_of_equal_bytes_are_told_their_own_submissions(world, typed, records):
    others = [records.with_name(name) for name in ("macro.csv", "zip.csv")]
    for other in others:
        other.write_bytes(records.read_bytes())
    with taken_meanwhile(world):
        code, said = typed("submit", *map(str, (records, *others)), "--sender", "ZX1", "--wait", "60")
    told = dict(re.findall(r"^(\S+\.csv): (S\d+) ", said, flags=re.M))
    assert code == 0 and set(told) == {"book.csv", "macro.csv", "zip.csv"}, said
    rows = world.query("select submission_id, envelope_sha256 from intake.submission")
    assert told == {json.loads(world.context.archive.get(row["envelope_sha256"]))["file_name"]: row["submission_id"] for row in rows}


def test_a_name_that_was_taken_is_told_under_the_name_that_was_given(world, typed, records):
    landing = world.context.settings.landing / "ZX1"
    landing.mkdir(parents=True)
    (landing / "book.csv").write_text("still there, unfinished")  # it lies there first: what is dropped now lands as "book (2).csv"
    with taken_meanwhile(world):
        code, said = typed("submit", str(records), "--sender", "ZX1", "--wait", "60")
    assert code == 0 and "book (2).csv" in said and re.search(r"^book\.csv: S\d+ accepted", said, flags=re.M), said


def test_a_wait_outlives_its_session_with_the_database(world, typed, records):
    def cut_it():
        time.sleep(0.5)
        query(
            world.context.engine,
            "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()",
        )

    with taken_meanwhile(world, before=cut_it):
        code, said = typed("submit", str(records), "--sender", "ZX1", "--wait", "60")
    assert code == 0 and "book.csv: S" in said and "broke" not in said, said


def test_a_database_that_stays_away_is_told_and_that_the_file_is_safe(records, tmp_path):
    away = Settings(home=tmp_path / "home", database_url="postgresql://somebody:secret-word@127.0.0.1:1/x")
    with pytest.raises(click.ClickException, match="the database went away; your file is safe") as told:
        results_of(away, [(records, records)], "ZX1", away.clock(), 0.3)
    assert "secret-word" not in str(told.value)


def test_nothing_is_dropped_where_there_is_no_warehouse(typed, records, tmp_path, monkeypatch):
    monkeypatch.delenv("COMMON_CAUSE_DATABASE_URL")
    empty = tmp_path / "mistyped"
    code, said = typed("--home", str(empty), "submit", str(records), "--sender", "NOPE")
    assert code == CANNOT and f"there is no warehouse in {empty}: nothing was dropped; `common-cause up` makes one" in said
    assert not empty.exists()


def test_a_file_for_a_house_that_is_down_is_dropped_and_that_is_told(world, typed, records):
    code, said = typed("submit", str(records), "--sender", "ZX1")
    assert (
        code == 0 and "dropped " in said and "the house is down: what was dropped is taken when it is up again (`common-cause up`)" in said
    )
    assert [outcome.state for outcome in world.work_off()] == ["accepted"]


def test_a_sender_that_nobody_knows_gets_no_folder(world, typed, records):
    code, said = typed("submit", str(records), "--sender", "NOPE")
    assert code == CANNOT and "the network knows no organisation NOPE; `common-cause organisations import FILE` adds some" in said
    assert not (world.context.settings.landing / "NOPE").exists()
