"""Finding out about senders and results, for ``submit``.

Belongs here: looking, and waiting for a receipt. Does not belong here: dropping files (``pipelines.cli.files``).
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import click
from sqlalchemy import Engine, select
from sqlalchemy.exc import InterfaceError, OperationalError

from pipelines.cli.shared import console
from warehouse.archive import open_archive
from warehouse.intake_tables import submission
from warehouse.keys import Keys
from warehouse.organisation_files import IMPORT_IT
from warehouse.pathway_tables import organisation
from warehouse.settings import Settings
from warehouse.tables import FINAL_STATES

EXIT_CODES = {"accepted": 0, "accepted with warnings": 10, "accepted in part": 11, "held": 11, "rejected": 12, "failed": 20}
NOT_YET = 1
PAUSE_SECONDS = 0.1
AWAY = "the database went away; your file is safe, and is taken when the database is back: `common-cause status` tells"


class NoServer(RuntimeError):
    """The embedded server is down just now."""


def known_sender(settings: Settings, code: str) -> None:
    """Refuses a sender that the network does not know, if the database can be asked."""
    from warehouse.database import make_engine

    if not is_reachable(settings):
        return
    with make_engine(settings).connect() as connection:
        found = connection.scalar(select(organisation.c.organisation_kind).where(organisation.c.organisation_code == code))
    if found is None:
        raise click.ClickException(f"the network knows no organisation {code}; {IMPORT_IT}")


def somebody_takes_it(settings: Settings) -> bool:
    """Whether files that are dropped now are taken now. Refuses where there is no house, whose landing area nobody would ever look at."""
    from pipelines.services import DAEMON, is_running

    if not settings.database_url and not settings.server_data.is_dir():
        raise click.ClickException(
            f"there is no warehouse in {settings.home}: nothing was dropped; `common-cause up` makes one, --home names another folder"
        )
    return is_running(settings, DAEMON)


def is_reachable(settings: Settings) -> bool:
    """Whether a database is up already; nothing is started to find out."""
    from warehouse import embedded

    if settings.database_url:
        return True
    if not settings.server_data.is_dir():
        return False
    server = embedded.Server(settings.server_data, embedded.find_binaries())
    return server.pid is not None


def results_of(settings: Settings, dropped: Sequence[tuple[Path, Path]], sender: str, since: datetime, seconds: float) -> int:
    """Prints each file's result as it comes; returns the gravest exit code. ``dropped``: (file as it was given, where it landed)."""
    if not is_reachable(settings) and not somebody_takes_it(settings):
        raise click.ClickException("nothing is running that could take the files; start it with: common-cause up")
    wait, codes = _Wait(settings, sender, since, time.monotonic() + seconds), []
    for file, landed in dropped:
        codes.append(_tell(settings, file, wait.for_result(sha256(file.read_bytes()).hexdigest(), landed.name)))
    return max(codes, default=0)


class _Wait:
    """For the results of what ``sender`` has dropped ``since`` then; a database that goes away is asked again until the time is over."""

    def __init__(self, settings: Settings, sender: str, since: datetime, until: float):
        self.settings, self.until, self.names, self.engine = settings, until, {}, None
        self.wanted = (
            select(submission)
            .where(submission.c.sender_code == sender, submission.c.received_at >= since)
            .order_by(submission.c.arrival_number.desc())
        )

    def for_result(self, digest: str, name: str):
        """The submission of these bytes that landed under this name, final or as far as it is when the time is over; None before it is known."""
        while True:
            try:
                row, is_away = self._look(digest, name), False
            except (OperationalError, InterfaceError, NoServer):
                row, is_away = None, True
            if row is not None and row.state in FINAL_STATES and row.receipted_at is not None:
                return row
            if time.monotonic() > self.until:
                if is_away:
                    raise click.ClickException(AWAY)
                return row
            time.sleep(PAUSE_SECONDS)

    def _look(self, digest: str, name: str):
        with self._reached().connect() as connection:
            rows = connection.execute(self.wanted.where(submission.c.file_sha256 == digest)).all()
        return next((row for row in rows if self._name_of(row) == name), None)

    def _reached(self) -> Engine:
        from warehouse.database import make_engine

        if self.engine is None:
            if not is_reachable(self.settings):
                raise NoServer  # the watchman starts it again; who asks starts nothing
            self.engine = make_engine(self.settings, autocommit=True)
        return self.engine

    def _name_of(self, row) -> str:
        """Files of equal bytes differ by it alone. It is asked of the archive, for the ledger keeps no file's name."""
        if row.submission_id not in self.names:
            archive = open_archive(self.settings, Keys.open(self.settings.keys))
            self.names[row.submission_id] = json.loads(archive.get(row.envelope_sha256))["file_name"]
        return self.names[row.submission_id]


def _tell(settings: Settings, file: Path, row) -> int:
    if row is None or row.state not in FINAL_STATES:
        console().print(f"{file.name}: no result yet; `common-cause status` shows where it stands", markup=False)
        return NOT_YET
    receipt = settings.outbox / row.sender_code / row.submission_id / "receipt.html"
    console().print(f"{file.name}: {row.submission_id} {row.state}; {receipt}", soft_wrap=True, markup=False)
    return EXIT_CODES.get(row.state, 0)
