"""A second house, for the undisturbed run."""

from dataclasses import replace

import pytest

from assets.context import Context
from tests.conftest import DEMO_NETWORK, new_database
from warehouse.archive import Archive
from warehouse.database import make_engine
from warehouse.organisations import load_network


@pytest.fixture
def other_context(context, server, template, tmp_path):
    """Another database and home with the same keys, so that pseudonyms are the same."""
    with new_database(server) as name:
        engine = make_engine(server.url(name))
        with engine.begin() as connection:
            load_network(connection, DEMO_NETWORK)
        settings = replace(context.settings, home=tmp_path / "other", landing=None, outbox=None, database_url=server.url(name))
        yield Context(settings, context.registry, engine, Archive.open(settings.archive, context.keys), context.keys)
        engine.dispose()
