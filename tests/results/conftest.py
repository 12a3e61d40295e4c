"""The world of the results' tests."""

from __future__ import annotations

import pytest

from tests.results.world import World


@pytest.fixture
def world(demo_organisations, registry) -> World:
    return World(demo_organisations, registry)
