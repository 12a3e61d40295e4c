"""Up and down: everything of one home starts, is found again, and goes; a taken port and old records do no harm."""

from __future__ import annotations

import json
import os
import signal
import socket
import urllib.request
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from pipelines import services
from pipelines.environment import environment_of
from pipelines.ports import free_port
from pipelines.processes import ProcessRecord, wait_until
from pipelines.service_processes import dashboard_answers, ensure, until_it_serves
from warehouse.database import make_engine
from warehouse.settings import Settings

LED = (services.WEB, services.DAEMON, services.CODE, services.DASHBOARD)


@pytest.fixture(scope="module")
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture(scope="module")
def house(tmp_path_factory, taken_port):
    """A house that was brought up with records of processes that are long gone, on a port that somebody has."""
    from tests.conftest import PATHWAYS

    home = tmp_path_factory.mktemp("a home with a space")
    settings = Settings(home=home, pathway_folders=(PATHWAYS,))
    for name in LED:
        ProcessRecord(os.getpid(), "another boot 1", {"port": taken_port}).write(services.record_path(settings, name))
    addresses = services.up(settings, port=taken_port, dashboard_port=taken_port, more={"COMMON_CAUSE_DASHBOARD_SIGN_IN": "local"})
    yield settings, addresses
    services.down(settings)


def pids(settings):
    return {name: ProcessRecord.read(services.record_path(settings, name)).pid for name in LED}


def test_the_web_server_answers_on_the_next_free_port(house, taken_port):
    _, addresses = house
    port = int(addresses.web.rpartition(":")[2])
    assert port > taken_port
    with urllib.request.urlopen(f"{addresses.web}/server_info", timeout=5) as answer:
        assert "dagster_version" in json.load(answer)


def test_the_dashboard_answers_beside_it_by_its_own_login(house, taken_port):
    settings, addresses = house
    assert int(addresses.dashboard.rpartition(":")[2]) > taken_port and addresses.dashboard != addresses.web
    assert _page(f"{addresses.dashboard}/health") == {"status": "up", "database": "up"}
    engine = make_engine(settings)
    with engine.connect() as connection:
        logins = text("select usename::text from pg_stat_activity where application_name = 'common cause dashboard'")
        assert set(connection.scalars(logins)) == {"cc_dashboard_login"}
    engine.dispose()


def test_a_dashboard_that_has_died_comes_back_where_it_was_and_as_it_was(house):
    """What it was told beyond the settings, such as who signs people in, the watchman passes on."""
    settings, addresses = house
    died = pids(settings)[services.DASHBOARD]
    os.kill(died, signal.SIGKILL)
    assert wait_until(
        lambda: pids(settings)[services.DASHBOARD] != died and dashboard_answers(int(addresses.dashboard.rpartition(":")[2])), 60
    )
    assert services.addresses(settings).dashboard == addresses.dashboard
    assert psutil.Process(pids(settings)[services.DASHBOARD]).environ()["COMMON_CAUSE_DASHBOARD_SIGN_IN"] == "local"


def test_a_server_that_somebody_runs_has_a_dashboard_once_it_is_said_how_it_logs_in(tmp_path):
    settings = Settings(home=tmp_path, database_url="postgresql://db.example/common_cause")
    assert services.DASHBOARD not in services.parts(settings)
    assert services.DASHBOARD in services.parts(replace(settings, dashboard_database_url="postgresql://db.example/common_cause"))


def test_what_does_not_start_is_told_with_the_last_line_of_its_log(tmp_path):
    settings = Settings(home=tmp_path)
    log = services.logs(settings) / "dashboard.log"
    log.parent.mkdir()
    log.write_text("an older line\n")
    environment = {**os.environ, "COMMON_CAUSE_DASHBOARD_SIGN_IN": "maybe"}
    with pytest.raises(services.ServiceError) as told:
        until_it_serves(settings, services.DASHBOARD, lambda: ensure(settings, services.DASHBOARD, environment, port=0), dashboard_answers)
    assert "the dashboard does not start; it says: " in str(told.value) and "SIGN_IN is local or proxy, not 'maybe'; see " in str(
        told.value
    )


def test_processes_are_given_the_dashboards_variables_and_the_settings_win(tmp_path):
    base = {
        "COMMON_CAUSE_DASHBOARD_SIGN_IN": "local",
        "COMMON_CAUSE_DASHBOARD_DATABASE_URL": "postgresql://old",
        "COMMON_CAUSE_MAIL_URL": "smtp://old",
        "PATH": "/bin",
    }
    given = environment_of(Settings(home=tmp_path), base)
    assert given["COMMON_CAUSE_DASHBOARD_SIGN_IN"] == "local" and given["PATH"] == "/bin"
    assert not {"COMMON_CAUSE_DASHBOARD_DATABASE_URL", "COMMON_CAUSE_MAIL_URL"} & set(given)


def _page(address: str) -> dict:
    with urllib.request.urlopen(address, timeout=5) as answer:
        return json.load(answer)


def test_up_a_second_time_starts_nothing(house):
    settings, addresses = house
    before = pids(settings)
    assert services.up(settings) == addresses
    assert pids(settings) == before


def test_addresses_tell_no_password(house):
    _, addresses = house
    assert "***" in addresses.database


def test_everything_listens_on_loopback_alone(house):
    settings, _ = house
    leaders = [psutil.Process(pid) for pid in pids(settings).values()]
    listening = [
        c for p in leaders for q in (p, *p.children(recursive=True)) for c in q.net_connections() if c.status == psutil.CONN_LISTEN
    ]
    assert listening and {c.laddr.ip.removeprefix("::ffff:") for c in listening} == {"127.0.0.1"}


def test_down_stops_what_it_started_and_a_second_down_finds_nothing(tmp_path, house):
    settings, _ = house
    started = [psutil.Process(pid) for pid in pids(settings).values()]
    everything = [*started, *(child for process in started for child in process.children(recursive=True))]
    stopped = services.down(settings)
    assert {services.WEB, services.DAEMON, services.DASHBOARD, "database server"} <= set(stopped)
    assert not [process for process in everything if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    assert services.down(settings) == []
    with pytest.raises(services.ServiceError, match="common-cause up"):
        services.addresses(settings)


def test_a_port_that_is_free_is_taken_as_it_is():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert free_port(port) == port


def test_the_code_location_of_the_checkout_is_the_one_that_is_served():
    assert "pipelines.definitions" in (Path(services.ROOT) / "workspace.yaml").read_text()
