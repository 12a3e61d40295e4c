"""A run that refreshes the results of other pathways too, because theirs were left to it, shows them on their pages."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from dagster import AssetKey, DagsterInstance, materialize
from sqlalchemy import insert

from assets.context import Context
from assets.definitions import REFRESHED_TAG, RESULT_STAGES, make_results, streams
from warehouse.intake_tables import stale_cell

WRISTS, OTHERS = "wrist_fracture", "emergency_care"


@dataclass
class Opened:
    """The house of the test's database."""

    context: Context

    def open(self) -> Context:
        return self.context


@pytest.fixture
def refreshed(context, demo_organisations):
    """Refreshes the results as a run of wrists does, with stale cells of the pathways given."""

    def run(*stale: str):
        with demo_organisations.begin() as connection:
            for name in stale:
                cell = {"pathway_name": name, "organisation_code": "ZX1", "period_grain": "month", "period_start": "2026-03-01"}
                connection.execute(insert(stale_cell).values(cell))
        registry = context.registry
        assert {WRISTS, OTHERS} <= {pathway.name for pathway in registry.pathways if pathway.measures}
        results = make_results([p for p in registry.pathways if p.measures], streams(registry))
        with DagsterInstance.ephemeral() as instance:
            wanted = [AssetKey([WRISTS, stage]) for stage in RESULT_STAGES]
            done = materialize([results], selection=wanted, resources={"house": Opened(context)}, instance=instance)
            keys = [event.asset_key for event in done.get_asset_materialization_events()]
            return {tuple(key.path) for key in keys}, instance.get_run_by_id(done.run_id).tags.get(REFRESHED_TAG)

    return run


def pages(*pathways: str) -> set[tuple[str, str]]:
    return {(name, stage) for name in pathways for stage in RESULT_STAGES}


def test_a_run_shows_its_own_pathway_alone_where_it_has_refreshed_no_other(refreshed):
    assert refreshed(WRISTS) == (pages(WRISTS), WRISTS)


def test_what_others_left_to_it_is_shown_on_their_pages_too(refreshed):
    assert refreshed(WRISTS, OTHERS) == (pages(WRISTS, OTHERS), f"{OTHERS} {WRISTS}")


def test_its_own_pages_are_shown_where_nothing_was_stale(refreshed):
    assert refreshed() == (pages(WRISTS), None)
