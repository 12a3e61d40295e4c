"""SIGKILL in the middle of a COPY, of a run and of Postgres: a trigger makes the rows of one table slow, and the kill comes when the server says that some are in."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from assets.context import Context
from pipelines.processes import wait_until
from tests.failure.killing import assert_as_undisturbed, batches, fork, undisturbed, what_is_left, work
from tests.world import drop
from warehouse import embedded
from warehouse.database import make_engine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
IMPORTING = 2  # files that are worked off here first, so that everything is imported before anything is killed
# what a load writes, then what a refresh writes; each in the middle of another file
TABLES = (
    "pathway.wrist_fracture_record", "pathway.pathway_case", "pathway.person_identifier", "intake.quarantined_row",
    "measurement.measure_result", "measurement.benchmark", "measurement.spc_point",
)  # fmt: skip
SLOW = """create function pathway.slow_row() returns trigger language plpgsql as $$ begin perform pg_sleep(0.05); return new; end $$;
    create trigger slow_row before insert on {table} for each row execute function pathway.slow_row()"""
COPYING = "select coalesce(max(tuples_processed), 0) from pg_stat_progress_copy where relid = cast(:table as regclass)"


@contextmanager
def slow_rows(admin: Engine, table: str) -> Iterator[None]:
    """Rows come into the table one by one, each after a twentieth of a second. The server may be another one at the end."""
    with admin.begin() as connection:
        connection.exec_driver_sql(SLOW.format(table=table))
    yield
    admin.dispose()
    with admin.begin() as connection:
        connection.exec_driver_sql("drop function pathway.slow_row() cascade")


def is_copying(admin: Engine, table: str) -> bool:
    """Whether the server is in the middle of a COPY into the table: some rows are in."""
    with admin.connect() as connection:
        return connection.scalar(text(COPYING), {"table": table}) >= 1


def killed_in_copies(context: Context, admin: Engine, kill: Callable[[int], None]) -> int:
    """One kill in a COPY into each of the tables, of a file each; then it is worked off. Files dropped."""
    for table, (sender, name, content) in zip(TABLES, batches(), strict=False):
        drop(context.settings.landing, sender, content, name)
        with slow_rows(admin, table):
            pid = fork(lambda: work(context))
            assert wait_until(partial(is_copying, admin, table), 60, every=0.01), f"nothing is copied into {table}"
            kill(pid)
        assert os.waitpid(fork(lambda: work(context)), 0)[1] == 0
    return len(TABLES)


def test_a_run_killed_in_a_copy_leaves_no_trace(context, demo_organisations, admin, other_context):
    def kill(pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(pid, 0)[1])

    undisturbed(other_context, IMPORTING)
    dropped = killed_in_copies(context, admin, kill)
    assert what_is_left(context) == []
    assert_as_undisturbed(context, other_context, dropped, IMPORTING)


def test_a_server_killed_in_a_copy_leaves_no_trace(house, other_context):
    def kill(pid: int) -> None:
        os.kill(embedded.ensure(house.settings).pid, signal.SIGKILL)
        assert os.waitpid(pid, 0)[1] != 0, "the run did not notice"
        embedded.ensure(house.settings)

    admin = make_engine(make_url(embedded.ensure(house.settings).admin_url).set(database=house.engine.url.database))
    undisturbed(other_context, IMPORTING)
    dropped = killed_in_copies(house, admin, kill)
    admin.dispose()
    house.engine.dispose()
    assert what_is_left(house) == []
    assert_as_undisturbed(house, other_context, dropped, IMPORTING)
