"""Houses beside: one for the undisturbed run, one whose server may be killed."""

from dataclasses import replace

import pytest

from assets.context import Context
from tests.conftest import DEMO_NETWORK, PATHWAYS, new_database
from warehouse import embedded
from warehouse.archive import Archive
from warehouse.database import make_engine
from warehouse.migrate import migrate
from warehouse.organisations import load_network
from warehouse.settings import Settings


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


@pytest.fixture
def house(context, tmp_path):
    """A house with a durable server of its own that may be killed; the keys are those of ``context``."""
    settings = Settings(home=tmp_path / "house", pathway_folders=(PATHWAYS,))
    migrate(settings)
    engine = make_engine(settings)
    with engine.begin() as connection:
        load_network(connection, DEMO_NETWORK)
    yield Context(settings, context.registry, engine, Archive.open(settings.archive, context.keys), context.keys)
    engine.dispose()
    embedded.ensure(settings).stop()
