"""The landing area: claiming files so that nothing is lost and nothing taken twice.

Belongs here: everything between a complete file and its row in the ledger. Does not belong here: which files are complete
(``assets.drops``), what is in them.

A claim is: write the envelope (name, folder, manifest) beside, rename the file to ``.claimed/<token>``, put both into the archive,
write the ledger row, delete last. Cut short at any line, the next scan finishes it under the same token. What one sender does in
a folder must not keep the files of others waiting, so a claim that cannot be made is passed over and tried at the next look.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import insert, select, update

from assets.context import Context
from assets.drops import DONE, MANIFEST, Drop, Watch, find_drops, is_complete, is_folder, is_ordinary, is_there, sender_folders, sibling
from assets.reading.manifest import SIZE_LIMIT_BYTES
from warehouse.archive import ArchiveError, Stored
from warehouse.database import try_advisory_lock
from warehouse.intake_tables import submission

__all__ = ["CLAIMED", "Drop", "Watch", "claim_drops", "find_drops", "finish_claims", "is_complete"]

CLAIMED = ".claimed"
_TOKEN = re.compile(r"[0-9a-f]{24}")
OUR_TROUBLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE})
log = logging.getLogger(__name__)


class ClaimFailed(RuntimeError):
    """Files cannot be claimed because something of ours is in trouble. Says what, and names no file."""


def claim_drops(context: Context, watch: Watch | None = None, limit: int = 200, seconds: float = 10.0) -> list[str]:
    """Claim what is complete, at most ``limit`` files or about ``seconds``; return the new submissions' ids in order of arrival.

    Only one scanner works at a time; another gets an empty list. Without a ``watch`` two looks are taken here.
    """
    settings = context.settings
    if watch is None:
        watch = Watch()
        # every file is looked at, for one that is passed over now would need a look more
        complete = [is_complete(drop, watch, settings.stable_file_seconds) for drop in find_drops(settings.landing)]
        if not all(complete):
            time.sleep(settings.stable_file_seconds)
    until = time.monotonic() + seconds
    with context.engine.connect() as connection, try_advisory_lock(connection, "claim") as is_mine:
        if not is_mine:
            return []
        claimed = finish_claims(context)
        for drop in find_drops(settings.landing):
            if len(claimed) >= limit or time.monotonic() > until:
                break
            with _passed_over(drop.sender_code):
                if is_complete(drop, watch, settings.stable_file_seconds):
                    claimed.append(_claim(context, drop))
    watch.forget_missing()
    return [submission_id for submission_id in claimed if submission_id]


@contextmanager
def _passed_over(sender_code: str) -> Iterator[None]:
    """Leaves a file that cannot be claimed now for the next look. The error's text may hold its name, so it is told by kind."""
    try:
        yield
    except (OSError, ArchiveError) as error:
        number = getattr(error, "errno", None)
        if number in OUR_TROUBLE:
            raise ClaimFailed(f"files cannot be claimed: {os.strerror(number).lower()}") from None
        log.warning("a file of %s cannot be claimed now (%s)", sender_code, type(error).__name__)


def _claim(context: Context, drop: Drop) -> str | None:
    folder = _claims_folder(context.settings.landing / drop.sender_code)
    token = secrets.token_hex(12)
    envelope = folder / f"{token}.envelope"
    told = {"file_name": _shown(drop.path.name), "site_code": drop.site_code, "manifest": _manifest_text(drop.path)}
    _write_durably(envelope, json.dumps(told).encode())
    try:
        drop.path.rename(folder / token)
    except OSError:  # the sender took it back between the look and the claim
        envelope.unlink()
        return None
    for suffix in (MANIFEST, DONE):
        with suppress(OSError):
            sibling(drop.path, suffix).unlink()
    return _register(context, drop.sender_code, folder / token)


def _shown(name: str) -> str:
    """A file's name as text, whatever bytes it is made of."""
    return os.fsencode(name).decode("utf-8", errors="replace")


def _claims_folder(sender: Path) -> Path:
    """Ours, inside the sender's; what else bears the name is moved out of the way."""
    folder = sender / CLAIMED
    if is_there(folder) and not is_folder(folder):
        folder.rename(folder.with_name(f"{CLAIMED}-{secrets.token_hex(6)}"))
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _manifest_text(path: Path) -> str | None:
    """The manifest's text, None without one. Of one that is too long no more than shows it; of one that we may not read, nothing."""
    manifest = sibling(path, MANIFEST)
    if not is_ordinary(manifest):
        return None
    try:
        with manifest.open("rb") as file:
            return file.read(SIZE_LIMIT_BYTES + 1).decode("utf-8", errors="replace")
    except OSError:
        return ""


def finish_claims(context: Context) -> list[str]:
    """Register what an earlier scan had claimed and not registered."""
    unfinished: list[str] = []
    for sender in sender_folders(context.settings.landing):
        folder = sender / CLAIMED
        if not is_folder(folder):
            continue
        with _passed_over(sender.name):
            _drop_unused_envelopes(folder)
        for path in _claimed_files(folder):
            with _passed_over(sender.name):
                unfinished.append(_register(context, sender.name, path))
    return unfinished


def _claimed_files(folder: Path) -> list[Path]:
    with suppress(OSError):
        return sorted(p for p in folder.iterdir() if _TOKEN.fullmatch(p.name) and is_ordinary(p.with_name(f"{p.name}.envelope")))
    return []


def _drop_unused_envelopes(folder: Path) -> None:
    for path in folder.glob("*.envelope"):
        if not os.path.lexists(path.with_suffix("")):
            path.unlink(missing_ok=True)


def _register(context: Context, sender_code: str, claimed: Path) -> str | None:
    """Archive, ledger row, delete: each step can be repeated. None where a link was put in the file's place."""
    envelope_path = claimed.with_name(claimed.name + ".envelope")
    if not is_ordinary(claimed):
        claimed.unlink(missing_ok=True)
        envelope_path.unlink(missing_ok=True)
        return None
    envelope = envelope_path.read_bytes()
    stored = _archived(context, claimed)
    if stored is None:
        envelope = json.dumps({**json.loads(envelope), "is_unreadable": True}).encode()
    seen = stored or context.archive.put_bytes(b"")
    values = {
        "claim_token": claimed.name,
        "sender_code": sender_code,
        "file_sha256": seen.sha256,
        "file_size_bytes": seen.size_bytes,
        "envelope_sha256": context.archive.put_bytes(envelope).sha256,
        "received_at": context.now(),
        "state": "received",
    }
    with context.engine.begin() as connection:
        submission_id = _ledger_row(connection, values)
    _let_go(claimed, submission_id, is_archived=stored is not None)
    envelope_path.unlink(missing_ok=True)
    return submission_id


def _archived(context: Context, claimed: Path) -> Stored | None:
    """None for a file that we may not read."""
    try:
        return context.archive.put(claimed)
    except PermissionError:
        if os.access(claimed, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
            raise  # it is the archive that does not let us
        return None


def _let_go(claimed: Path, submission_id: str, is_archived: bool) -> None:
    """Delete what is in the archive; give back, under a name that is not looked at, what could not be read."""
    if is_archived:
        claimed.unlink(missing_ok=True)
    else:
        claimed.rename(claimed.parents[1] / f".unreadable-{submission_id}")


def _ledger_row(connection, values: dict) -> str:
    known = connection.scalar(select(submission.c.submission_id).where(submission.c.claim_token == values["claim_token"]))
    if known:
        return known
    provisional = {**values, "submission_id": f"claim {values['claim_token']}"}
    number = connection.scalar(insert(submission).values(**provisional).returning(submission.c.arrival_number))
    named = update(submission).where(submission.c.arrival_number == number).values(submission_id=f"S{number:08d}")
    return connection.scalar(named.returning(submission.c.submission_id))


def _write_durably(path: Path, content: bytes) -> None:
    with open(path, "xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
