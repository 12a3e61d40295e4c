"""Whether a process tried to reach another machine: told by Python's own audit, and by a network in which there is none.

``python -m tests.privacy.outside MODULE ARGUMENTS...`` runs a module under this watch and ends with a line of JSON: how often.
"""

from __future__ import annotations

import ipaddress
import json
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ATTEMPTS = "attempts to leave the machine"


def without_network(command: Sequence[str]) -> list[str]:
    """The command in a network namespace that has a loopback and nothing else; as it is where that may not be had."""
    return [*_PREFIX, *command] if can_isolate() else list(command)


_PREFIX = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")


def can_isolate() -> bool:
    if not (shutil.which("unshare") and shutil.which("ip")):
        return False
    return subprocess.run([*_PREFIX, "true"], capture_output=True).returncode == 0


def watch() -> list[str]:
    """Forbids connections and look-ups of names to Python code from now on; gives the list in which attempts are noted."""
    tried: list[str] = []

    def judge(event: str, given: tuple) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
            host = given[0] if event == "socket.getaddrinfo" else given[1][0] if isinstance(given[1], tuple) else None
            if host and not _is_here(str(host)):
                tried.append(event)
                raise PermissionError("no connection may leave the machine")

    sys.addaudithook(judge)
    return tried


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "")


def unroutable() -> int:
    """How many packets of this network namespace had nowhere to go, whoever wanted to send them."""
    lines = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:")]
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines()) if Path("/proc/net/snmp6").exists() else {}
    return int(dict(zip(*lines, strict=True))["OutNoRoutes"]) + int(six.get("Ip6OutNoRoutes", 0))


def main(module: str, arguments: list[str]) -> None:
    before, tried = unroutable(), watch()
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        packets = unroutable() - before if os.environ.get("ISOLATED") else 0
        print(json.dumps({ATTEMPTS: len(tried) + packets}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
