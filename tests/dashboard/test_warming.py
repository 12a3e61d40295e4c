"""What is asked when the dashboard comes up, so that the first reader of the network's matrix does not wait for it."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.matrix import OF_PROVIDERS
from dashboard.views import Away
from dashboard.warming import warm_beside

LOOKED_AT = ("/network/emergency_care", "/network/wrist_fracture", "/network/wrist_fracture?all=yes")


@pytest.fixture
def app(network):
    """A dashboard that has just come up: it remembers nothing."""
    return create_app(network.configuration(), network.dashboard)


@pytest.fixture
def asked_of_database(app, monkeypatch):
    """The questions that reach the database."""
    views, sent = app.state.views, []
    ask = views.rows
    monkeypatch.setattr(views, "rows", lambda sql, *given, **more: sent.append(sql) or ask(sql, *given, **more))
    return sent


@pytest.mark.parametrize("groups", ["office", "lead:ZYA"])
def test_the_matrix_is_not_asked_for_again_when_somebody_comes(app, network, asked_of_database, groups):
    warm_beside(app.state.views, network.configuration()).join(60)
    assert OF_PROVIDERS in asked_of_database
    asked_of_database.clear()
    browser = TestClient(app, headers=network.client(groups).headers)
    assert all(browser.get(address).status_code == 200 for address in LOOKED_AT)
    assert asked_of_database
    assert OF_PROVIDERS not in asked_of_database


@pytest.mark.parametrize("trouble", [Away("the server is stopped"), RuntimeError("anything else")])
def test_trouble_is_left_to_whoever_asks(app, network, monkeypatch, trouble):
    def fail(*given, **more):
        raise trouble

    with monkeypatch.context() as troubled:
        troubled.setattr(app.state.views, "rows", fail)
        thread = warm_beside(app.state.views, network.configuration())
        thread.join(60)
    assert not thread.is_alive()
    assert TestClient(app, headers=network.client().headers).get(LOOKED_AT[0]).status_code == 200
