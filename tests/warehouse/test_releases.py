"""A release is what the public saw on a day, and stays so."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError

from tests.warehouse.results import PERIOD, add_benchmark, add_measures, add_result, add_tree
from warehouse.house_tables import release_result
from warehouse.intake_tables import stale_cell
from warehouse.measurement_tables import measure_result
from warehouse.releases import ReleaseError, Selection, freeze, verify

BY = {"actor": "test", "at": datetime(2026, 4, 2, tzinfo=UTC)}
JANUARY = Selection(PERIOD, PERIOD, grains=("month",))


@pytest.fixture
def released(demo_organisations):
    with demo_organisations.begin() as connection:
        add_measures(connection)
        add_tree(connection, {"ZX1A1": (38, 93), "ZX2A1": (3, 52), "ZX3A1": (77, 88)})
        add_benchmark(connection, "ZX1")
        assert freeze(connection, "2026-01", "January", JANUARY, **BY) == 6
    return demo_organisations


def _public(engine, release: str = "2026-01") -> dict:
    with engine.connect() as connection:
        rows = connection.execute(text("select * from publication.result_v1 where release_name = :name"), {"name": release})
        return {row.organisation_code: row for row in rows}


def test_the_public_sees_the_release_through_the_policy(released, as_role):
    seen = _public(as_role("cc_public"))
    assert sorted(seen) == ["NET", "REG1", "REG2", "ZX1", "ZX2", "ZX3"]
    assert (seen["ZX1"].numerator, seen["ZX1"].denominator, seen["ZX1"].national_value) == (40, 95, 0.7)
    assert (seen["ZX2"].numerator, seen["ZX2"].value, seen["ZX2"].is_suppressed) == (None, None, True)
    assert seen["ZX1"].policy_version == 1 and seen["ZX1"].organisation_name == "Exemplar 1 Hospitals"


def test_providers_have_no_other_release_than_the_public(released, as_role):
    public = {code: tuple(row) for code, row in _public(as_role("cc_public")).items()}
    assert {code: tuple(row) for code, row in _public(as_role("cc_provider", "ZX2")).items()} == public


def test_what_happens_later_does_not_reach_it(released, as_role):
    before = {code: tuple(row) for code, row in _public(as_role("cc_public")).items()}
    with released.begin() as connection:
        connection.execute(update(measure_result).values(numerator=50, value=0.5))
        connection.execute(text("update pathway.organisation set organisation_name = 'Renamed'"))
        connection.execute(text("update house.small_numbers_policy set suppress_to = 0, round_to = 1"))
    assert {code: tuple(row) for code, row in _public(as_role("cc_public")).items()} == before
    with released.connect() as connection:
        assert verify(connection, "2026-01")


@pytest.mark.parametrize(
    "statement",
    [
        "update measurement.release_result set value = 1",
        "delete from measurement.release_result",
        "truncate measurement.release_result",
        "update measurement.release set title = 'other'",
        "update measurement.release set content_sha256 = 'other'",
        "delete from measurement.release",
        "truncate measurement.release cascade",
    ],
)
def test_not_even_the_pipeline_changes_it(released, statement):
    with pytest.raises(DBAPIError, match="never changed"), released.begin() as connection:
        connection.execute(text(statement))


def test_no_result_is_added_later(released):
    row = {"release_id": 1, "measure_name": "x", "organisation_code": "ZX9", "period_grain": "month", "period_start": PERIOD}
    more = {"measure_title": "x", "measure_kind": "x", "measure_version": 1, "unit": "x", "decimals": 1, "organisation_name": "x"}
    with pytest.raises(DBAPIError, match="complete"), released.begin() as connection:
        connection.execute(insert(release_result).values(**row, **more, organisation_kind="x", is_provisional=False, is_suppressed=False))


def test_a_change_behind_its_back_is_proved(released, admin):
    with admin.begin() as connection:
        connection.execute(text("set session_replication_role = replica"))
        connection.execute(text("update measurement.release_result set numerator = 45 where organisation_code = 'ZX1'"))
    with released.connect() as connection:
        assert not verify(connection, "2026-01")


def test_a_name_is_taken_once(released):
    with pytest.raises(ReleaseError, match="choose another name"), released.begin() as connection:
        freeze(connection, "2026-01", "January again", JANUARY, **BY)


def test_stale_results_are_not_released(released):
    with released.begin() as connection:
        connection.execute(
            insert(stale_cell).values(pathway_name="wrist_fracture", organisation_code="ZX1", period_grain="month", period_start=PERIOD)
        )
        with pytest.raises(ReleaseError, match="1 of the results are stale"):
            freeze(connection, "other", "Other", JANUARY, **BY)


def test_an_empty_selection_is_no_release(released):
    with pytest.raises(ReleaseError, match="no result is selected"), released.begin() as connection:
        freeze(connection, "other", "Other", Selection(date(2020, 1, 1), date(2020, 1, 1)), **BY)
    with released.connect() as connection, pytest.raises(ReleaseError, match="there is no release"):
        verify(connection, "other")


def test_a_correction_between_two_releases_leaves_a_choice(demo_organisations, as_role):
    """Of a corrected small count the two releases show no more than that it was small, and now is not."""
    with demo_organisations.begin() as connection:
        add_measures(connection)
        add_result(connection, "ZX1", 7, 100)
        freeze(connection, "first", "First", JANUARY, **BY)
        connection.execute(update(measure_result).values(numerator=8, value=0.08))
        freeze(connection, "second", "Second", JANUARY, **BY)
    reader = as_role("cc_public")
    assert (_public(reader, "first")["ZX1"].numerator, _public(reader, "second")["ZX1"].numerator) == (None, 10)
