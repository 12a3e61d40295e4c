"""A house that looks at its landing area in quick succession."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conftest import DEMO_NETWORK
from tests.spec.acute_stroke.journeys import TEAMS
from tests.world import World


@pytest.fixture
def world(context, database):
    from warehouse.organisations import load_network

    with database.begin() as connection:
        load_network(connection, [*DEMO_NETWORK, *TEAMS])
    return World(replace(context, settings=replace(context.settings, stable_file_seconds=0.02)))
