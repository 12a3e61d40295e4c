"""Ports: a taken one is passed over, also when it is taken in the moment between looking and listening."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

import pytest

from pipelines.ports import Listeners, free_port, listeners
from pipelines.processes import ProcessRecord, wait_until
from pipelines.service_processes import WEB, ServiceError, until_it_serves
from warehouse.settings import Settings

SERVER = """
import socket, sys, time
listener = socket.socket()
if "shares" in sys.argv:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
time.sleep(60)
"""


@pytest.fixture
def start():
    """Starts a process that listens on a port, and dies if it cannot."""
    begun = []

    def starts(port: int, *how: str) -> ProcessRecord:
        begun.append(subprocess.Popen([sys.executable, "-c", SERVER, str(port), *how], stderr=subprocess.DEVNULL))
        return ProcessRecord.of(begun[-1].pid, port=port)

    yield starts
    for process in begun:
        process.kill()
        process.wait()


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_passed_over(taken):
    assert free_port(taken) not in (taken, None)


def test_any_port_is_chosen_by_the_system():
    assert len({free_port(0) for _ in range(20)}) > 1


def test_beyond_the_last_port_there_is_none():
    with socket.create_server(("127.0.0.1", 65535)):
        assert free_port(65535) is None


def test_who_listens(taken, start):
    assert listeners(taken, os.getpid()) == Listeners(is_ours=True, is_others=False)
    assert listeners(taken, os.getppid()) == Listeners(is_ours=False, is_others=True)
    record = start(taken, "shares")
    assert wait_until(lambda: listeners(taken, record.pid) == Listeners(is_ours=True, is_others=True), 20)


@pytest.mark.parametrize("how", [(), ("shares",)], ids=["dies of it", "shares it"])
def test_who_lost_the_race_for_a_port_tries_another(taken, start, tmp_path, how):
    ports = iter((taken, free_port(0)))
    begun = []

    def again() -> ProcessRecord:
        begun.append(start(next(ports), *how))
        return begun[-1]

    record = until_it_serves(Settings(home=tmp_path), WEB, again, lambda port: True)
    assert record is begun[1] and record.is_alive and record.detail["port"] != taken
    assert not begun[0].is_alive


def test_who_dies_of_something_else_is_not_started_again(start, tmp_path):
    begun = []

    def fails() -> ProcessRecord:
        begun.append(start(99999))
        return begun[-1]

    before = time.monotonic()
    with pytest.raises(ServiceError, match=r"the web server does not start; see .*web-server\.log"):
        until_it_serves(Settings(home=tmp_path), WEB, fails, lambda port: True)
    assert len(begun) == 1 and time.monotonic() - before < 60
