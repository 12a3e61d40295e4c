"""A small network, and files of leads, aims and actions put into its landing area."""

from __future__ import annotations

import pytest

from tests.world import World


@pytest.fixture
def world(context, demo_organisations) -> World:
    return World(context)
