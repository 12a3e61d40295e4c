"""What had been taken is recognised as of another dataset when it is judged again: what it had said counts no more, and a rebuild agrees."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assets import submissions
from assets.rebuild import RebuildError, rebuild
from assets.submissions import retry, withdraw
from schemas.layouts import Column, Layout
from tests.world import HEADERS, World, csv_bytes, snapshot, with_pathway, wrist

WARD_LIST = {header: f"Ward list {number}" for number, header in enumerate(HEADERS)}
AS_DEATHS = {"NHS number": "nhs_number", "Discharge date": "date_of_death"}
RECORDS, DEATHS = "select count(*) from pathway.wrist_fracture_record", "select count(*) from pathway.person_death"
GREW = ("cases", "submissions", "quarantine", "findings")


def reading(world: World, **layout) -> World:
    """The same house where a list of the ward is read by this layout."""
    registry = world.context.registry
    pathway = registry.pathway("wrist_fracture")
    own = replace(pathway, layouts=(*pathway.layouts, Layout("ward_list", **layout)))
    return World(replace(world.context, registry=with_pathway(registry, own)))


@pytest.fixture
def wrists(context, demo_organisations) -> World:
    """A list of the ward is of wrist fractures."""
    fields = {field.header: field.name for field in context.registry.dataset("wrist_fracture").fields}
    columns = tuple(Column(WARD_LIST[header], fields[header]) for header in HEADERS)
    return reading(World(context), dataset="wrist_fracture", columns=columns)


@pytest.fixture
def deaths(wrists, context) -> World:
    """The same house later: a list of the ward is of deaths."""
    columns = tuple(Column(WARD_LIST[header], field) for header, field in AS_DEATHS.items())
    return reading(World(context), dataset="deaths", columns=columns)


def ward_list(*rows: dict) -> bytes:
    return csv_bytes([{WARD_LIST[header]: row[header] for header in HEADERS} for row in rows], WARD_LIST.values())


def counted(world: World) -> tuple[int, int]:
    """Records, deaths."""
    return world.query(RECORDS)[0]["count"], world.query(DEATHS)[0]["count"]


@pytest.fixture
def taken(wrists) -> str:
    """A list that was taken as wrist fractures, of one of whom another file tells too."""
    wrists.submit([wrist(1)], name="before.csv")
    outcome = wrists.submit(ward_list(wrist(1, minutes=40), wrist(2)), name="list.csv")
    assert (outcome.dataset_name, outcome.counts.accepted, counted(wrists)) == ("wrist_fracture", 2, (3, 0)), outcome.reason
    wrists.submit([wrist(3, "ZX2A1")], sender="ZX2", name="after.csv")
    return outcome.submission_id


def test_what_it_had_said_as_the_first_counts_no_more(deaths, taken):
    retry(deaths.context, taken)
    [outcome] = deaths.work_off()
    assert (outcome.dataset_name, outcome.state, counted(deaths)) == ("deaths", "accepted with warnings", (2, 2)), outcome.reason


def test_nor_where_the_machine_stopped_between_reading_and_taking(deaths, taken, monkeypatch):
    def stops(*given):
        raise KeyboardInterrupt

    retry(deaths.context, taken)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(submissions, "take", stops)
        deaths.work_off()
    assert counted(deaths) == (4, 0)
    deaths.work_off()
    assert counted(deaths) == (2, 2)


def test_a_rebuild_agrees_and_so_does_a_withdrawal(deaths, taken):
    retry(deaths.context, taken)
    deaths.work_off()
    grown = snapshot(deaths.context.engine, *GREW)
    rebuild(deaths.context)
    assert (snapshot(deaths.context.engine, *GREW), counted(deaths)) == (grown, (2, 2))
    withdraw(deaths.context, taken, "a tester")
    grown = snapshot(deaths.context.engine, *GREW)
    rebuild(deaths.context)
    assert snapshot(deaths.context.engine, *GREW) == grown


def test_a_rebuild_does_not_take_it_as_another_by_itself(wrists, deaths, taken):
    grown = snapshot(wrists.context.engine, *GREW)
    with pytest.raises(RebuildError, match=rf"{taken} took effect .* of the dataset deaths now.* `common-cause retry {taken}`"):
        rebuild(deaths.context)
    assert snapshot(wrists.context.engine, *GREW) == grown
    rebuild(wrists.context)
    assert snapshot(wrists.context.engine, *GREW) == grown
