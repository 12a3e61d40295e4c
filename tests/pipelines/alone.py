"""Brings a house up where there is no network but loopback, carries a file through, and counts attempts to reach anything else."""

from __future__ import annotations

import fcntl
import socket
import struct
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

IFF_UP, GET_FLAGS, SET_FLAGS = 0x1, 0x8913, 0x8914


def raise_loopback() -> None:
    """A new namespace's loopback is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh22x", b"lo", 0)
        flags = struct.unpack("16sh22x", fcntl.ioctl(probe, GET_FLAGS, request))[1]
        fcntl.ioctl(probe, SET_FLAGS, struct.pack("16sh22x", b"lo", flags | IFF_UP))


def refused_attempts() -> int:
    """How often this namespace had no route for what somebody wanted to send (IPv4 and IPv6)."""
    four = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:")]
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines() if line.startswith("Ip6Out"))
    return int(dict(zip(*four, strict=True))["OutNoRoutes"]) + int(six.get("Ip6OutNoRoutes", 0))


def main(home: str) -> None:
    raise_loopback()
    before = refused_attempts()
    with socket.socket() as probe, suppress(OSError):  # an attempt of our own shows that the counter counts
        probe.connect(("192.0.2.1", 80))
    counted = refused_attempts()
    assert counted > before, "the counter does not count"
    from tests.conftest import PATHWAYS
    from tests.pipelines.test_whole_way import House, wrists
    from warehouse.settings import Settings

    house = House(Settings(home=Path(home), pathway_folders=(PATHWAYS,)))
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = house.drop("ZX1", wrists("ZX1A1", 1), Path(folder))
        assert house.finishes(found, 120), house.row(found).state
    finally:
        house.close()
    print(f"refused attempts: {refused_attempts() - counted}")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main(sys.argv[1])
