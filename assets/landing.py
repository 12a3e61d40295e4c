"""The landing area: which files are complete, and claiming them so that nothing is lost and nothing taken twice.

Belongs here: everything between a file appearing and its row in the ledger. Does not belong here: what is in the file.

A claim is: write the envelope (name, folder, manifest) beside, rename the file to ``.claimed/<token>``, put both into the archive,
write the ledger row, delete last. Cut short at any line, the next scan finishes it under the same token.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import insert, select, update

from assets.context import Context
from warehouse.database import try_advisory_lock
from warehouse.tables import submission

UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".partial")
MANIFEST = ".manifest.json"
DONE = ".done"
CLAIMED = ".claimed"


@dataclass(frozen=True)
class Drop:
    """A file in a sender's folder, with the site or team folder it lies in."""

    path: Path
    sender_code: str
    site_code: str | None


@dataclass
class Watch:
    """What the last look saw, so that the next can tell whether a file still grows. One for each watcher; not shared."""

    seen: dict[Path, tuple[int, int, float]] = field(default_factory=dict)

    def is_stable(self, path: Path, stable_seconds: float) -> bool:
        """Whether size and time of change were the same at a look at least ``stable_seconds`` ago."""
        try:
            status = path.stat()
        except FileNotFoundError:
            return False
        size, changed, first = self.seen.get(path, (-1, -1, 0.0))
        if (size, changed) != (status.st_size, status.st_mtime_ns):
            self.seen[path] = (status.st_size, status.st_mtime_ns, time.monotonic())
            return False
        return time.monotonic() - first >= stable_seconds

    def forget_missing(self) -> None:
        self.seen = {path: look for path, look in self.seen.items() if path.exists()}


def sibling(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def find_drops(landing: Path) -> Iterator[Drop]:
    """Files that could be submissions, oldest first in each folder. Dotfiles, links and unfinished names are passed over."""
    for sender in _folders(landing):
        yield from (Drop(p, sender.name, None) for p in _files(sender))
        for site in _folders(sender):
            yield from (Drop(p, sender.name, site.name) for p in _files(site))


def _folders(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    return sorted(p for p in parent.iterdir() if p.is_dir() and not p.is_symlink() and not p.name.startswith("."))


def _files(folder: Path) -> list[Path]:
    def is_candidate(path: Path) -> bool:
        name = path.name.lower()
        passed_over = name.startswith(".") or name.endswith((*UNFINISHED, DONE, MANIFEST))
        return not passed_over and not path.is_symlink() and path.is_file()

    found = [(p.stat().st_mtime_ns, p.name, p) for p in folder.iterdir() if is_candidate(p)]
    return [path for *_, path in sorted(found)]


def is_complete(drop: Drop, watch: Watch, stable_seconds: float) -> bool:
    announced = sibling(drop.path, DONE).exists() or sibling(drop.path, MANIFEST).exists()
    return announced or watch.is_stable(drop.path, stable_seconds)


def claim_drops(context: Context, watch: Watch | None = None, limit: int = 200, seconds: float = 10.0) -> list[str]:
    """Claim what is complete, at most ``limit`` files or about ``seconds``; return the new submissions' ids in order of arrival.

    Only one scanner works at a time; another gets an empty list. Without a ``watch`` two looks are taken here.
    """
    settings = context.settings
    if watch is None:
        watch = Watch()
        if any(not is_complete(d, watch, settings.stable_file_seconds) for d in find_drops(settings.landing)):
            time.sleep(settings.stable_file_seconds)
    until = time.monotonic() + seconds
    with context.engine.connect() as connection, try_advisory_lock(connection, "claim") as is_mine:
        if not is_mine:
            return []
        claimed = finish_claims(context)
        for drop in find_drops(settings.landing):
            if len(claimed) >= limit or time.monotonic() > until:
                break
            if is_complete(drop, watch, settings.stable_file_seconds):
                claimed.append(_claim(context, drop))
    watch.forget_missing()
    return [submission_id for submission_id in claimed if submission_id]


def _claim(context: Context, drop: Drop) -> str | None:
    folder = context.settings.landing / drop.sender_code / CLAIMED
    folder.mkdir(exist_ok=True)
    token = secrets.token_hex(12)
    manifest = sibling(drop.path, MANIFEST)
    envelope = {
        "file_name": drop.path.name,
        "site_code": drop.site_code,
        "manifest": manifest.read_text("utf-8", errors="replace") if manifest.is_file() and not manifest.is_symlink() else None,
    }
    _write_durably(folder / f"{token}.envelope", json.dumps(envelope).encode())
    try:
        drop.path.rename(folder / token)
    except FileNotFoundError:  # the sender took it back between the look and the claim
        (folder / f"{token}.envelope").unlink()
        return None
    submission_id = _register(context, drop.sender_code, folder / token)
    manifest.unlink(missing_ok=True)
    sibling(drop.path, DONE).unlink(missing_ok=True)
    return submission_id


def finish_claims(context: Context) -> list[str]:
    """Register what an earlier scan had claimed and not registered."""
    unfinished: list[str] = []
    for sender in _folders(context.settings.landing):
        folder = sender / CLAIMED
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.suffix == ".envelope" and not path.with_suffix("").exists():
                path.unlink(missing_ok=True)
            elif not path.suffix:
                unfinished.append(_register(context, sender.name, path))
    return unfinished


def _register(context: Context, sender_code: str, claimed: Path) -> str:
    """Archive, ledger row, delete: each step can be repeated."""
    envelope_path = claimed.with_name(claimed.name + ".envelope")
    envelope = envelope_path.read_bytes()
    stored = context.archive.put(claimed)
    values = {
        "claim_token": claimed.name,
        "sender_code": sender_code,
        "site_code": json.loads(envelope)["site_code"],
        "file_sha256": stored.sha256,
        "file_size_bytes": stored.size_bytes,
        "envelope_sha256": context.archive.put_bytes(envelope).sha256,
        "received_at": context.now(),
        "state": "received",
    }
    with context.engine.begin() as connection:
        submission_id = _ledger_row(connection, values)
    claimed.unlink(missing_ok=True)
    envelope_path.unlink(missing_ok=True)
    return submission_id


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
