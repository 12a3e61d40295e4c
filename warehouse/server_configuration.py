"""What the embedded server is told and what we keep of it: configuration, port, passwords. Does not belong here: starting it."""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from warehouse.server_account import Account

ADMIN = "cc_admin"
PIPELINE = "cc_pipeline"

# An error's text may hold a value, and its detail the statement or the row: none of it is written. What is left are the
# server's own messages (LOG and worse; ERROR ranks below LOG here), without their details.
SILENT = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_lock_waits": "off",
    "log_temp_files": "-1",
    "log_connections": "off",
    "log_disconnections": "off",
    "debug_print_plan": "off",
}
STANDARD = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "datestyle": "ISO, YMD",
    "password_encryption": "scram-sha-256",
    "logging_collector": "off",
    "log_destination": "stderr",
}
FILE_NAME = "common_cause.conf"


@dataclass(frozen=True)
class Secrets:
    """What a private file (mode 0600) beside the data directory holds: the preferred port and two passwords."""

    port: int
    admin: str
    pipeline: str

    @staticmethod
    def path(data: Path) -> Path:
        return data.with_name(f"{data.name}.json")

    @classmethod
    def fresh(cls) -> Secrets:
        return cls(free_port(), secrets.token_urlsafe(24), secrets.token_urlsafe(24))

    def with_port(self, port: int) -> Secrets:
        return replace(self, port=port)

    def write(self, data: Path) -> None:
        """Whole or not at all, readable by us alone."""
        unfinished = self.path(data).with_suffix(".json.new")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self), file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.path(data))


def read_secrets(data: Path) -> Secrets:
    return Secrets(**json.loads(Secrets.path(data).read_text()))


def free_port(preferred: int | None = None) -> int:
    """``preferred`` if nobody listens there on loopback, else one that is free now."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise OSError("no free port on loopback")


def write_configuration(data: Path, port: int, more: Mapping[str, str], account: Account) -> None:
    """Our settings in a file of their own, which the server's main file includes last."""
    lines = [f"{name} = '{value}'\n" for name, value in {**STANDARD, **more, **SILENT, "port": str(port)}.items()]
    ours = data / FILE_NAME
    ours.write_text("".join(lines))
    account.own(ours)
    main = data / "postgresql.conf"
    if FILE_NAME not in main.read_text():
        with main.open("a") as file:
            file.write(f"include_if_exists = '{FILE_NAME}'\n")
