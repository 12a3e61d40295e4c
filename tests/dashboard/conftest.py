"""What the dashboard's tests share: a network with content, and people who look at it.

``network`` is made once a session and only read (whoever changes something takes ``new_house``); ``client(groups)`` is a browser of a
signed-in person without the browser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.asked import Asked
from dashboard.configuration import PROXY, Configuration
from dashboard.readers import from_groups
from tests.conftest import PATHWAYS, new_database
from tests.dashboard import forms
from tests.dashboard import network as content
from warehouse import embedded
from warehouse.dashboard_login import dashboard_engine, dashboard_url
from warehouse.database import make_engine
from warehouse.settings import Settings

SECRET = "a secret of the proxy's"


@dataclass
class House:
    """A warehouse and dashboards over it. ``engine`` is the pipeline's, ``dashboard`` that of the dashboard's login."""

    settings: Settings
    engine: Engine
    dashboard: Engine
    _apps: dict = field(default_factory=dict)

    def configuration(self, is_named: bool = True) -> Configuration:
        return Configuration(self.settings, PROXY, is_named, SECRET)

    def app(self, is_named: bool = True):
        if is_named not in self._apps:
            self._apps[is_named] = create_app(self.configuration(is_named), self.dashboard)
        return self._apps[is_named]

    def client(self, groups: str = "office", is_named: bool = True) -> TestClient:
        """Whoever is of ``groups``, as the proxy tells it: ``lead:ZYA``, ``reader:ZYA``, ``office``."""
        headers = {
            "X-Forwarded-User": "Jo Carter",
            "X-Forwarded-Groups": groups,
            "X-Common-Cause-Secret": SECRET,
            "Sec-Fetch-Site": "same-origin",
        }
        return TestClient(self.app(is_named), headers=headers, raise_server_exceptions=True)

    def asked(self, groups: str = "office", is_named: bool = True) -> Asked:
        """A request of theirs, for figures and pages without HTTP."""
        return Asked(self.app(is_named).state.views, self.configuration(is_named), from_groups("Jo Carter", groups))


@contextmanager
def a_house(server: embedded.Server, home) -> Iterator[House]:
    """A house over a migrated database of its own; the fixture ``template`` must have been asked for."""
    with new_database(server) as name:
        login = dashboard_url(server, name).render_as_string(hide_password=False)
        settings = Settings(home=home, pathway_folders=(PATHWAYS,), database_url=server.url(name), dashboard_database_url=login)
        engine, dashboard = make_engine(server.url(name)), dashboard_engine(settings)
        yield House(settings, engine, dashboard)
        dashboard.dispose()
        engine.dispose()


@pytest.fixture(scope="session")
def network(server, template, tmp_path_factory) -> Iterator[House]:
    """The network of ``tests.dashboard.network``: read only."""
    from assets.context import Context

    with a_house(server, tmp_path_factory.mktemp("dashboard")) as house:
        content.build(Context.open(house.settings, house.engine))
        yield house


@pytest.fixture(scope="session")
def empty(server, template, tmp_path_factory) -> Iterator[House]:
    """A house in which nothing has happened yet: read only."""
    with a_house(server, tmp_path_factory.mktemp("empty")) as house:
        yield house


@pytest.fixture
def new_house(server, template, tmp_path) -> Iterator[House]:
    """An empty one for a test of its own, which may write."""
    with a_house(server, tmp_path) as house:
        yield house


@pytest.fixture
def house(new_house) -> House:
    """An empty one for a test of its own, in which forms may be sent."""
    forms.furnish(new_house)
    return new_house


@pytest.fixture(scope="session")
def taking(server, template, tmp_path_factory) -> Iterator[House]:
    """One for all who send forms and have them taken: each sends what is its own, and relies on nothing that others sent."""
    with a_house(server, tmp_path_factory.mktemp("taking")) as house:
        forms.furnish(house)
        yield house


@pytest.fixture(scope="session")
def client(network) -> Callable[..., TestClient]:
    """``client("lead:ZYA")``, ``client("reader:ZYA", is_named=False)``: somebody who looks at ``network``."""
    return network.client
