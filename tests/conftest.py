"""What all tests share: the registry, one embedded server a session, a migrated database of its own for each test.

A test asks for ``database`` (an engine as ``cc_pipeline``); ``admin`` is an administrator's engine on the same database;
``database_settings`` are settings that point at it, for the dashboard's login too; ``demo_organisations`` fills in a small fictional network.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL, make_url

from schemas.registry import Registry, load_registry
from tests.golden_count import pytest_terminal_summary  # noqa: F401  (pytest finds the hook here, wherever the tests run)
from warehouse import embedded
from warehouse.dashboard_login import dashboard_url
from warehouse.database import make_engine
from warehouse.migrate import migrate_database, prepare_server
from warehouse.roles import GROUPS
from warehouse.settings import Settings

# where a change is judged the examples are always the same; on a developer's machine every run looks at others
hypothesis.settings.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("house")

PATHWAYS = Path(__file__).parent / "pathways"
# a folder with those of another Postgres: only tests of the database run, and on it
OTHER_BINARIES = os.environ.get("COMMON_CAUSE_TEST_BINARIES")
TEMPLATE = "test_template"
UNSAFE_BUT_QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
}
_numbers = itertools.count(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On another Postgres only what asks for the server is worth running again."""
    if OTHER_BINARIES:
        asks = {True: [], False: []}
        for item in items:
            asks["server" in getattr(item, "fixturenames", ())].append(item)
        config.hook.pytest_deselected(items=asks[False])
        items[:] = asks[True]


@pytest.fixture(scope="session")
def registry() -> Registry:
    """All pathways of the tree and the invented one beside the tests."""
    return load_registry((PATHWAYS,))


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[embedded.Server]:
    """An embedded server for the session, without durability."""
    home = Settings(home=tmp_path_factory.mktemp("server"))
    started = embedded.ensure(home, binaries=Path(OTHER_BINARIES) if OTHER_BINARIES else None, parameters=UNSAFE_BUT_QUICK)
    yield started
    started.stop()


@pytest.fixture(scope="session")
def admin_url(server) -> URL:
    return make_url(server.admin_url)


@pytest.fixture(scope="session")
def template(server, registry) -> str:
    """A migrated database that is copied for each test."""
    prepare_server(server)
    with _admin(server).connect() as connection:
        connection.execute(text(f"create database {TEMPLATE} owner cc_pipeline template template0"))
        connection.execute(text(f"revoke all on database {TEMPLATE} from public"))
    engine = make_engine(server.url(TEMPLATE))
    with engine.begin() as connection:
        migrate_database(connection, registry)
    engine.dispose()
    return TEMPLATE


@pytest.fixture
def settings(tmp_path) -> Settings:
    """Settings with a home of its own; no server is started until something asks for one."""
    return Settings(home=tmp_path / "home", pathway_folders=(PATHWAYS,))


@contextmanager
def new_database(server: embedded.Server) -> Iterator[str]:
    """The name of another migrated database, for as long as the block lasts; the fixture ``template`` must have been asked for."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with _admin(server).connect() as connection:
        connection.execute(text(f"create database {name} template {TEMPLATE} owner cc_pipeline"))
        # the rights of a database are not copied with it
        connection.execute(text(f"revoke all on database {name} from public"))
        connection.execute(text(f"grant connect on database {name} to {', '.join(GROUPS)}"))
    yield name
    with _admin(server).connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))


@pytest.fixture
def database_name(server, template) -> Iterator[str]:
    """The name of a migrated database for this test alone."""
    with new_database(server) as name:
        yield name


@pytest.fixture
def database(server, database_name) -> Iterator[Engine]:
    """An engine on the test's database as ``cc_pipeline``."""
    engine = make_engine(server.url(database_name))
    yield engine
    engine.dispose()


@pytest.fixture
def admin(server, database_name) -> Iterator[Engine]:
    """An engine on the test's database as the server's administrator."""
    engine = make_engine(make_url(server.admin_url).set(database=database_name))
    yield engine
    engine.dispose()


@pytest.fixture
def database_settings(settings, server, database_name) -> Settings:
    """Settings that point at the test's database, for what makes its own engine."""
    login = dashboard_url(server, database_name).render_as_string(hide_password=False)
    return replace(settings, database_url=server.url(database_name), dashboard_database_url=login)


@pytest.fixture
def demo_organisations(database) -> Engine:
    """Network NET; regions REG1, REG2; members ZX1, ZX2 (REG1) and ZX3 (REG2), each with the sites <code>A1 and <code>A2."""
    from warehouse.organisations import load_network

    with database.begin() as connection:
        load_network(connection, DEMO_NETWORK)
    return database


def _organisation(code: str, name: str, kind: str, parent: str | None = None) -> dict:
    return {"organisation_code": code, "organisation_name": name, "organisation_kind": kind, "parent_code": parent, "is_member": True}


DEMO_NETWORK = [
    _organisation("NET", "The network", "network"),
    _organisation("REG1", "Northern region", "region", "NET"),
    _organisation("REG2", "Southern region", "region", "NET"),
    *(_organisation(f"ZX{n}", f"Exemplar {n} Hospitals", "provider", "REG2" if n == 3 else "REG1") for n in (1, 2, 3)),
    *(_organisation(f"ZX{n}A{m}", f"Exemplar {n} Infirmary {m}", "site", f"ZX{n}") for n in (1, 2, 3) for m in (1, 2)),
]

_admins: dict[str, Engine] = {}


def _admin(server: embedded.Server) -> Engine:
    if server.admin_url not in _admins:
        _admins[server.admin_url] = make_engine(server.admin_url, autocommit=True)
    return _admins[server.admin_url]


@pytest.fixture
def context(database_settings, database):
    """What the stages need, on the test's database."""
    from assets.context import Context

    return Context.open(database_settings, database)
