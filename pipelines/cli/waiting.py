"""Finding out about senders and results, for ``submit``.

Belongs here: looking, and waiting for a receipt. Does not belong here: dropping files (``pipelines.cli.files``).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import click
from sqlalchemy import select

from pipelines.cli.shared import console
from warehouse.settings import Settings
from warehouse.tables import FINAL_STATES, organisation, submission

EXIT_CODES = {"accepted": 0, "accepted with warnings": 10, "accepted in part": 11, "held": 11, "rejected": 12, "failed": 20}
NOT_YET = 1


def known_sender(settings: Settings, code: str) -> None:
    """Refuses a sender that the network does not know, if the database can be asked."""
    if not is_reachable(settings):
        return
    with _connected(settings) as connection:
        found = connection.scalar(select(organisation.c.organisation_kind).where(organisation.c.organisation_code == code))
    if found is None:
        raise click.ClickException(f"the network knows no organisation {code}; `common-cause organisations import FILE` adds organisations")


def is_reachable(settings: Settings) -> bool:
    """Whether a database is up already; nothing is started to find out."""
    from warehouse import embedded

    if settings.database_url:
        return True
    if not settings.server_data.is_dir():
        return False
    server = embedded.Server(settings.server_data, embedded.find_binaries())
    return server.pid is not None


def results_of(settings: Settings, files: Sequence[Path], sender: str, since: datetime, seconds: float) -> int:
    """Prints each file's result as it comes; returns the gravest exit code."""
    if not is_reachable(settings):
        raise click.ClickException("nothing is running that could take the files; start it with: common-cause up")
    until, codes = time.monotonic() + seconds, []
    with _connected(settings, autocommit=True) as connection:
        for file in files:
            row = _wait(connection, sha256(file.read_bytes()).hexdigest(), sender, since, until)
            codes.append(_tell(settings, file, row))
    return max(codes, default=0)


def _wait(connection, digest: str, sender: str, since: datetime, until: float):
    query = select(submission).where(
        submission.c.file_sha256 == digest, submission.c.sender_code == sender, submission.c.received_at >= since
    )
    while True:
        row = connection.execute(query.order_by(submission.c.arrival_number.desc()).limit(1)).one_or_none()
        if (row is not None and row.state in FINAL_STATES and row.receipted_at is not None) or time.monotonic() > until:
            return row
        time.sleep(0.1)


def _tell(settings: Settings, file: Path, row) -> int:
    if row is None or row.state not in FINAL_STATES:
        console().print(f"{file.name}: no result yet; `common-cause status` shows where it stands", markup=False)
        return NOT_YET
    receipt = settings.outbox / row.sender_code / row.submission_id / "receipt.html"
    console().print(f"{file.name}: {row.submission_id} {row.state}; {receipt}", soft_wrap=True, markup=False)
    return EXIT_CODES.get(row.state, 0)


def _connected(settings: Settings, autocommit: bool = False):
    from warehouse.database import make_engine

    return make_engine(settings, autocommit=autocommit).connect()
