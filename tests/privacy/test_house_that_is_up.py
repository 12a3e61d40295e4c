"""The planted patient in a whole house as ``common-cause up`` brings it up, where processes die and stages break: found nowhere outside
the landing area, the archive and the outbox, and not told by the web server either.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from dagster import DagsterRunStatus, RunsFilter
from sqlalchemy import text

from assets import ledger
from pipelines import services
from pipelines.processes import wait_until
from tests.privacy.answers import answers
from tests.privacy.faults import FAULTS, a_run_that_tells_everything
from tests.privacy.planted import Find, in_database, in_files, in_text
from tests.privacy.submissions import faulty, lay, submissions
from tests.stack import Stack, house_that_is_up
from warehouse.database import database_url, make_engine
from warehouse.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
PATIENCE_SECONDS = 600.0
DATABASES = ("common_cause", "dagster")
SABOTAGE = Path(__file__).with_name("sabotage")


@dataclass(frozen=True)
class Told:
    """A house that has taken everything and is down; what was found while it was up, and how its runs ended."""

    stack: Stack
    scratch: Path
    sabotage: Path
    in_database: list[Find]
    answers: str
    states: dict[str, int]
    failures: int

    def on_disk(self) -> list[Find]:
        settings = self.stack.settings
        return in_files([settings.home, self.scratch], left_out=(settings.landing, settings.archive, settings.outbox))


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Iterator[Told]:
    """Everything is dropped; a worker and the database server are killed at it; each fault is met by a submission of its own."""
    folder = tmp_path_factory.mktemp("up")
    scratch, sabotage = folder / "scratch", folder / "sabotage"
    scratch.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("TMPDIR", scratch), ("SABOTAGE", sabotage), ("PYTHONPATH", SABOTAGE)):
            patch.setenv(name, str(value))
        with house_that_is_up(Settings(home=folder / "home", stable_file_seconds=0.3)) as stack:
            work_through(stack, sabotage)
            found = look(stack)
            services.down(stack.settings)
            yield Told(stack, scratch, sabotage, *found)


def work_through(stack: Stack, sabotage: Path) -> None:
    for planted in submissions():
        lay(stack.settings.landing, planted)
    kill_a_worker(stack)
    assert wait_until(stack.workers, 120, every=0.01)
    assert stack.kill(services.DATABASE) and wait_until(lambda: stack.waiting() is not None, 90)
    assert wait_until(lambda: is_done(stack), PATIENCE_SECONDS, every=0.5), (stack.waiting(), stack.unfinished_runs())
    for number, fault in enumerate(FAULTS, start=1):
        sabotage.write_text(fault.__name__)
        lay(stack.settings.landing, faulty(number))
        assert wait_until(partial(has_failed, stack, number), 120), f"{fault.__name__} was not met"
    sabotage.unlink()
    assert wait_until(lambda: is_done(stack), PATIENCE_SECONDS, every=0.5), (stack.waiting(), stack.unfinished_runs())


def kill_a_worker(stack: Stack) -> None:
    """In the middle of a run, so that it fails; where runs are over so soon, earlier."""
    delay = 0.4
    while True:
        assert wait_until(stack.workers, 120, every=0.01)
        time.sleep(delay)
        if stack.kill_a_worker() and wait_until(lambda: failure_count(stack), 20):
            return
        delay /= 2


def failure_count(stack: Stack) -> int:
    return stack.instance.get_runs_count(RunsFilter(statuses=[DagsterRunStatus.FAILURE]))


def is_done(stack: Stack) -> bool:
    """Whether nothing is left to do; what has failed too often waits for a hand."""
    if stack.landed() or stack.unfinished_runs() != 0:
        return False
    with stack.engine.connect() as connection:
        return not ledger.outstanding(connection) and not connection.scalar(text("select count(*) from intake.stale_cell"))


def has_failed(stack: Stack, number: int) -> bool:
    """Whether so many submissions have come beyond the planted ones, and the last has failed."""
    query = text("select count(*) over (), state from intake.submission order by arrival_number desc limit 1")
    with stack.engine.connect() as connection:
        return tuple(connection.execute(query).one()) == (len(list(submissions())) + number, "failed")


def look(stack: Stack) -> tuple[list[Find], str, dict[str, int], int]:
    """What only a running house shows: the tables of both databases, and what the web server answers."""
    with stack.engine.connect() as connection:
        states = dict(map(tuple, connection.execute(text("select state, count(*) from intake.submission group by 1"))))
    failures = failure_count(stack)
    told = "\n".join(json.dumps(answer, ensure_ascii=False) for answer in answers(services.addresses(stack.settings).web))
    return in_databases(stack), told, states, failures


def in_databases(stack: Stack) -> list[Find]:
    """All tables of both databases; what they hold is on the disk afterwards."""
    found = []
    for name in DATABASES:
        engine = make_engine(database_url(stack.settings, name))
        found += in_database(engine)
        engine.dispose()
    admin = make_engine(services._server(stack.settings).admin_url, autocommit=True)
    with admin.connect() as connection:
        connection.execute(text("checkpoint"))
    admin.dispose()
    return found


def test_every_submission_was_taken_and_every_fault_was_met(told):
    count = len(list(submissions())) + len(FAULTS)
    assert sum(told.states.values()) == count and told.states["rejected"] > 10, told.states
    assert sum(number for state, number in told.states.items() if state.startswith("accepted")) >= 8, told.states
    assert told.failures > len(FAULTS), "a killed worker is a failure too"


def test_nothing_is_found_on_the_disk(told):
    """Data directory with its log of changes, the server's log, Dagster's home, what all processes printed, temporary files."""
    home = told.stack.settings.home
    parts = {path.stem for path in (home / "logs").glob("*.log") if path.stat().st_size}
    assert {"daemon", "code-server", "web-server", "workers", "watchman"} <= parts and (home / "postgres" / "pg_wal").is_dir()
    assert told.on_disk() == []


def test_nothing_is_found_by_a_query(told):
    assert told.in_database == []


def test_the_web_server_tells_nothing(told):
    """It tells of deaths, of faults by the kind of error and the place, of checks and of what assets show."""
    expected = (
        "was killed by signal 9",
        "ValueError at ",
        "ExecutionStepFailureEvent",
        "AssetCheckEvaluationEvent",
        "MaterializationEvent",
        "landing_area_in_turn",
    )
    assert [words for words in expected if words not in told.answers] == []
    assert in_text(told.answers) == []


def test_the_search_finds_what_a_run_tells(told):
    """Last, because it plants: the same search of the same places, after a run that tells everything."""
    stack = told.stack
    stack.up()
    told.sabotage.write_text(a_run_that_tells_everything.__name__)
    lay(stack.settings.landing, faulty(len(FAULTS) + 1))
    assert wait_until(lambda: failure_count(stack) > told.failures, 120)
    told.sabotage.unlink()
    assert wait_until(lambda: is_done(stack), PATIENCE_SECONDS, every=0.5)
    seen, answered, *_ = look(stack)
    services.down(stack.settings)
    assert in_text(answered) and {find.where for find in seen} >= {'"pathway"."planted"."note"', '"public"."event_logs"."event"'}
    places = {Path(find.where).relative_to(told.scratch.parent).parts[:3] for find in told.on_disk()}
    assert {("home", "logs", "workers.log"), ("home", "postgres", "base"), ("home", "postgres", "pg_wal")} <= places
    assert any(place[0] == "scratch" for place in places)
