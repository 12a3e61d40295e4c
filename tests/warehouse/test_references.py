"""A case never refers to a person or an organisation that is not there: the database sees to it, a statement at a time."""

from __future__ import annotations

import time
import uuid

import pandas as pd
import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from warehouse.loading import Copies, LoadRefused, copy_frame
from warehouse.pathway_tables import organisation, pathway_case, person

CASE = {
    "pathway_name": "wrist_fracture", "site_code": "ZX1A1", "provider_code": "ZX1", "started_on": "2026-01-05", "record_status": "valid",
    "first_arrival_number": 1, "first_row_number": 2, "last_arrival_number": 1,
}  # fmt: skip


@pytest.fixture
def engine(demo_organisations):
    """Two persons, one of them with a case."""
    with demo_organisations.begin() as connection:
        connection.execute(text("delete from pathway.organisation_alias"))  # they have keys of their own
        connection.execute(insert(person), [{"person_id": known(n)} for n in (1, 2)])
        connection.execute(insert(pathway_case).values(CASE | {"case_id": known(11), "person_id": known(1)}))
    return demo_organisations


def known(number: int) -> str:
    return str(uuid.UUID(int=number))


def frame(**other) -> pd.DataFrame:
    """Two cases, the second one as told."""
    first = CASE | {"case_id": known(21), "person_id": known(1)}
    cases = pd.DataFrame([first, first | {"case_id": known(22)} | other])
    return cases.assign(started_on=pd.to_datetime(cases["started_on"]))


@pytest.mark.parametrize(
    "wrong", [{"person_id": known(99)}, {"site_code": "ZX1A9"}, {"provider_code": "ZX9"}], ids=lambda wrong: next(iter(wrong))
)
def test_a_case_of_nobody_or_nowhere_is_refused(engine, wrong):
    with pytest.raises(IntegrityError, match="is not known"), engine.begin() as connection:
        connection.execute(insert(pathway_case).values(CASE | {"case_id": known(12), "person_id": known(1)} | wrong))
    with pytest.raises(IntegrityError, match="is not known"), engine.begin() as connection:
        connection.execute(update(pathway_case).values(wrong))
    with pytest.raises(LoadRefused, match=r"pathway_case was refused \(SQLSTATE 23503"), engine.begin() as connection:
        copy_frame(connection, pathway_case, frame(**wrong))
    with engine.begin() as connection:
        assert copy_frame(connection, pathway_case, frame()) == 2


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (f"delete from pathway.person where person_id = '{known(1)}'", True),
        (f"update pathway.person set person_id = '{known(3)}' where person_id = '{known(1)}'", True),
        (f"delete from pathway.person where person_id = '{known(2)}'", False),
        ("update pathway.person set birth_month = '1950-01-01'", False),
        ("update pathway.organisation set organisation_code = 'ZX1A9' where organisation_code = 'ZX1A1'", True),
        ("delete from pathway.organisation where organisation_code = 'ZX1A1'", True),
        ("delete from pathway.organisation where organisation_code = 'ZX3A1'", False),
        ("update pathway.organisation set organisation_name = 'Another name'", False),
    ],
)
def test_what_a_case_refers_to_cannot_go(engine, change, refused):
    if not refused:
        with engine.begin() as connection:
            assert connection.execute(text(change)).rowcount > 0
        return
    with pytest.raises(IntegrityError, match="a case refers to this"), engine.begin() as connection:
        connection.execute(text(change))


def test_copies_come_in_their_order_and_the_connection_serves_again(engine):
    with engine.begin() as connection, Copies(connection) as copies:
        copies.add(person, pd.DataFrame({"person_id": [known(31)]}))
        copies.add(pathway_case, frame(person_id=known(31)))
        copies.wait()
        assert connection.scalar(text("select count(*) from pathway.pathway_case")) == 3
        copies.add(organisation, pd.DataFrame())
        copies.add(pathway_case, frame(person_id=known(31)).assign(case_id=[known(41), known(42)]))
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from pathway.pathway_case")) == 5


def test_a_refused_copy_is_told_when_it_is_waited_for_and_leaves_nothing(engine):
    with pytest.raises(LoadRefused, match="pathway_case"), engine.begin() as connection, Copies(connection) as copies:
        copies.add(person, pd.DataFrame({"person_id": [known(31)]}))
        copies.add(pathway_case, frame(person_id=known(99)))
        copies.add(pathway_case, frame(person_id=known(31)))
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from pathway.person")) == 2


def test_an_error_of_the_caller_ends_the_copies_and_is_the_one_that_is_told(engine):
    with pytest.raises(ZeroDivisionError), engine.begin() as connection, Copies(connection) as copies:
        copies.add(pathway_case, frame(person_id=known(99)))
        1 / 0  # noqa: B018
    with engine.connect() as connection:
        assert connection.scalar(text("select count(*) from pathway.pathway_case")) == 1


def test_a_load_after_one_that_was_broken_off_is_not_compared_row_by_row(engine):
    """A killed load leaves dead rows; once they are vacuumed the server takes the table for nearly empty, and the next load for nothing to look at."""
    count = 20_000
    with engine.connect() as connection:
        broken_off = connection.begin()
        load(connection, count)
        broken_off.rollback()
    with engine.begin() as connection:
        connection.execute(insert(person), {"person_id": known(3)})  # behind the dead rows, which then keep their place
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze pathway.person"))
    with engine.begin() as connection:
        of_persons, of_cases = load(connection, count)
    assert of_cases < 30 * of_persons, (of_persons, of_cases)


def load(connection, count: int) -> tuple[float, float]:
    """Seconds that the server takes for new persons, and for a case of each."""
    ids = [known(1000 + n) for n in range(count)]
    cases = pd.DataFrame({**CASE, "started_on": pd.Timestamp("2026-01-05"), "case_id": ids, "person_id": ids})
    return clocked(connection, person, cases), clocked(connection, pathway_case, cases)


def clocked(connection, table, frame: pd.DataFrame) -> float:
    begun = time.perf_counter()
    assert copy_frame(connection, table, frame) == len(frame)
    return time.perf_counter() - begun
