"""A planted patient in every place of a submission is found nowhere but in the landing area, the archive and the outbox."""

from __future__ import annotations

import base64

import pytest
from sqlalchemy import text

from tests.privacy.faults import FAULTS
from tests.privacy.planted import GROUPED, NUMBER, SURNAME, in_database, in_files, in_text
from tests.privacy.submissions import submissions
from warehouse.database import make_engine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
DATABASES = ("common_cause", "dagster")


@pytest.fixture
def engines(server):
    made = {name: make_engine(server.url(name)) for name in DATABASES}
    yield made
    for engine in made.values():
        engine.dispose()


def test_every_submission_was_taken_and_every_fault_was_met(house, engines):
    """Otherwise there would be nothing to find."""
    count = len(list(submissions()))
    with engines["common_cause"].connect() as connection:
        states = connection.execute(text("select state, count(*) from intake.submission group by 1")).all()
        failed = connection.execute(text("select count(*) from intake.submission where state = 'failed'")).scalar()
        people = connection.execute(text("select count(*) from pathway.hip_fracture_record")).scalar()
    told = dict(map(tuple, states))
    assert failed == len(FAULTS) == list(house.runs.values()).count(False), told
    assert sum(told.values()) == count + len(FAULTS)
    assert told["rejected"] > 10 and sum(n for state, n in told.items() if state.startswith("accepted")) >= 8 and people > 10, told


def test_the_outbox_does_tell_the_sender(house):
    """The search finds what is there, and receipts name the sender's own reference."""
    assert in_files([house.settings.outbox])


def test_nothing_is_found_on_the_disk(house):
    """Data directory with its log of changes, the server's log, Dagster's home, logs, whatever else is written."""
    assert (house.home / "postgres" / "pg_wal").is_dir() and (house.home / "postgres.log").exists()
    assert in_files([house.home, house.scratch], left_out=house.patients_places) == []


def test_nothing_is_found_in_what_was_printed(house):
    assert "Failure" in house.output
    assert in_text(house.output) == []


@pytest.mark.parametrize("name", DATABASES)
def test_nothing_is_found_by_a_query(engines, name):
    """Long texts are packed on the disk, so that only a query sees them; and no column holds the date of birth."""
    assert in_database(engines[name]) == []


# ------------------------------------------------------------------------------------------------ the search itself
WRITTEN = {
    "text": f"a {GROUPED} b".encode(),
    "UTF-16": SURNAME.encode("utf-16-le"),
    "base64": base64.b64encode(f"one more byte {NUMBER} and more".encode()),
    "hexadecimal": SURNAME.encode().hex().encode(),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_the_search_finds_what_lies_in_a_file(tmp_path, way):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(bytes(100_000) + WRITTEN[way] + bytes(100_000))
    assert in_files([tmp_path])
    assert in_files([tmp_path], left_out=[tmp_path / "deep"]) == []


def test_the_search_finds_a_name_of_a_file_and_a_line_of_output(tmp_path):
    (tmp_path / f"{SURNAME}.txt").touch()
    assert in_files([tmp_path])
    assert in_text(f"INFO: {NUMBER}")


def test_the_search_finds_what_the_database_holds(house, server, engines):
    """Last, because it plants: in a table, on the disk once it is written, and in the log of changes."""
    with engines["common_cause"].begin() as connection:
        connection.execute(text("create table pathway.planted (note text, long_note text, packed bytea, born date)"))
        connection.execute(text("insert into pathway.planted (note) values (:words)"), {"words": f"seen by {SURNAME}"})
        connection.execute(text("insert into pathway.planted (long_note) values (:words)"), {"words": f"{GROUPED} " * 2000})
        connection.execute(text("insert into pathway.planted (born) values ('1931-08-17')"))
    admin = make_engine(server.admin_url, autocommit=True)
    with admin.connect() as connection:
        connection.execute(text("checkpoint"))
    admin.dispose()
    seen = in_database(engines["common_cause"])
    assert {find.where.rpartition(".")[2] for find in seen if '."planted".' in find.where} == {'"note"', '"long_note"', '"born"'}
    found = {find.where for find in in_files([house.home / "postgres"])}
    assert any("/base/" in where for where in found) and any("/pg_wal/" in where for where in found)
