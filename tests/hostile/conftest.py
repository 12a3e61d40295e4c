"""A house that looks at its landing area in quick succession."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.world import World


@pytest.fixture
def world(context, demo_organisations):
    return World(replace(context, settings=replace(context.settings, stable_file_seconds=0.02)))
