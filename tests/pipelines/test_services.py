"""Up and down: everything of one home starts, is found again, and goes; a taken port and old records do no harm."""

from __future__ import annotations

import json
import os
import socket
import urllib.request
from pathlib import Path

import psutil
import pytest

from pipelines import services
from pipelines.ports import free_port
from pipelines.processes import ProcessRecord
from warehouse.settings import Settings


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
    for name in (services.WEB, services.DAEMON, services.CODE):
        ProcessRecord(os.getpid(), "another boot 1", {"port": taken_port}).write(services.record_path(settings, name))
    addresses = services.up(settings, port=taken_port)
    yield settings, addresses
    services.down(settings)


def pids(settings):
    return {name: ProcessRecord.read(services.record_path(settings, name)).pid for name in (services.WEB, services.DAEMON, services.CODE)}


def test_the_web_server_answers_on_the_next_free_port(house, taken_port):
    _, addresses = house
    port = int(addresses.web.rpartition(":")[2])
    assert port > taken_port
    with urllib.request.urlopen(f"{addresses.web}/server_info", timeout=5) as answer:
        assert "dagster_version" in json.load(answer)


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
    listening = [c for p in leaders for q in (p, *p.children(recursive=True)) for c in q.net_connections() if c.status == psutil.CONN_LISTEN]
    assert listening and {c.laddr.ip.removeprefix("::ffff:") for c in listening} == {"127.0.0.1"}


def test_down_stops_what_it_started_and_a_second_down_finds_nothing(tmp_path, house):
    settings, _ = house
    started = [psutil.Process(pid) for pid in pids(settings).values()]
    everything = [*started, *(child for process in started for child in process.children(recursive=True))]
    stopped = services.down(settings)
    assert {services.WEB, services.DAEMON, "database server"} <= set(stopped)
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
