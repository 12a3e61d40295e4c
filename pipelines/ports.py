"""Ports of loopback: which one is free, and who listens on it.

Belongs here: looking. Does not belong here: what listens (``pipelines.service_processes``), the database's port (``warehouse.embedded``).

Between looking and listening somebody else may take a port, another house that comes up at the same moment for one. Then the late
process dies, or, where servers share ports (gRPC does), lives and gets half of the other's callers. So a port counts only
when the very process that was started listens on it, and nobody else.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

LAST_PORT = 65535
LISTEN = "0A"
TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


def free_port(first: int, tries: int = 100) -> int | None:
    """``first``, or the next port that nobody listens on, None if there is none; for 0 one that the system chooses at random."""
    for port in range(first, min(first + tries, LAST_PORT + 1)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    return None


@dataclass(frozen=True)
class Listeners:
    """Who listens on a port: the process that was asked for, anybody else."""

    is_ours: bool
    is_others: bool


def listeners(port: int, pid: int) -> Listeners:
    """Who listens on ``port``. Where the system does not tell, a living process is believed to be the one that answers."""
    if not TABLES[0].exists():
        return Listeners(_answers(port), False)
    found, own = _listening(port), _sockets(pid)
    return Listeners(bool(found & own), bool(found - own))


def _listening(port: int) -> set[str]:
    """The sockets (inodes) that listen on the port, whatever the address."""
    rows = [line.split() for table in TABLES if table.exists() for line in table.read_text().splitlines()[1:]]
    return {row[9] for row in rows if row[3] == LISTEN and int(row[1].rpartition(":")[2], 16) == port}


def _sockets(pid: int) -> set[str]:
    """The sockets (inodes) that a process holds; none if it has gone."""
    found = set()
    try:
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            try:
                kind, _, rest = str(handle.readlink()).partition(":[")
            except OSError:  # closed meanwhile
                continue
            if kind == "socket":
                found.add(rest.rstrip("]"))
    except OSError:
        return set()
    return found


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0
