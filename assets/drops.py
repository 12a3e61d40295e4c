"""What lies in the landing area: which files are drops, and which of them are complete.

Belongs here: looking, without changing anything. Does not belong here: taking files (``assets.landing``), what is in them.
The folders are the senders' own, so everything in them is hostile until it is proved to be an ordinary file.
"""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".partial")
MANIFEST = ".manifest.json"
DONE = ".done"
FOLDER_NAME_LIMIT = 100


@dataclass(frozen=True)
class Drop:
    """A file in a sender's folder. ``site_code``: the folder below the sender's that it lies in, as it is named; None for none."""

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
        except OSError:
            return False
        size, changed, first = self.seen.get(path, (-1, -1, 0.0))
        if (size, changed) != (status.st_size, status.st_mtime_ns):
            self.seen[path] = (status.st_size, status.st_mtime_ns, time.monotonic())
            return False
        return time.monotonic() - first >= stable_seconds

    def forget_missing(self) -> None:
        self.seen = {path: look for path, look in self.seen.items() if is_there(path)}


def sibling(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def find_drops(landing: Path) -> Iterator[Drop]:
    """Files that could be submissions, oldest first in each folder. Dotfiles, links and unfinished names are passed over."""
    for sender in sender_folders(landing):
        yield from (Drop(path, sender.name, None) for path in _files(sender))
        for folder in _folders_below(sender):
            yield from (Drop(path, sender.name, str(folder.relative_to(sender))) for path in _files(folder))


def strays(landing: Path) -> int:
    """How many files lie in the landing area itself, where nobody's folder is: they are taken by nobody."""
    return len(_files(landing))


def sender_folders(landing: Path) -> list[Path]:
    """One a sender. A name that can be nobody's code, nor be shown, is passed over."""
    return [folder for folder in _folders(landing) if _is_presentable(folder.name)]


def _is_presentable(name: str) -> bool:
    # three dots mark a range of partitions in Dagster
    return name.isprintable() and name == name.strip() and len(name) <= FOLDER_NAME_LIMIT and "..." not in name


def _folders_below(folder: Path) -> Iterator[Path]:
    for below in _folders(folder):
        yield below
        yield from _folders_below(below)


def _folders(parent: Path) -> list[Path]:
    return sorted(path for path in _entries(parent) if not path.name.startswith(".") and is_folder(path))


def _files(folder: Path) -> list[Path]:
    found = [(_changed_at(path), path.name, path) for path in _entries(folder) if _is_candidate(path)]
    return [path for *_, path in sorted(found)]


def _changed_at(path: Path) -> int:
    try:
        return os.lstat(path).st_mtime_ns
    except OSError:  # it has just gone
        return 0


def _is_candidate(path: Path) -> bool:
    name = path.name.lower()
    return not name.startswith(".") and not name.endswith((*UNFINISHED, DONE, MANIFEST)) and is_ordinary(path)


def _entries(folder: Path) -> list[Path]:
    """What a folder holds; nothing where it may not be looked into or has just gone."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def is_ordinary(path: Path) -> bool:
    """Whether it is a file: no link, no pipe, no device, no folder."""
    return _has_kind(path, stat.S_ISREG)


def is_folder(path: Path) -> bool:
    """Whether it is a folder itself, not a link to one."""
    return _has_kind(path, stat.S_ISDIR)


def is_there(path: Path) -> bool:
    """Whether something bears the name; no, where the name is longer than a name may be."""
    return _has_kind(path, lambda mode: True)


def _has_kind(path: Path, is_kind) -> bool:
    try:
        return is_kind(os.lstat(path).st_mode)
    except OSError:
        return False


def is_complete(drop: Drop, watch: Watch, stable_seconds: float) -> bool:
    """Whether the sender says so (``.done``), or nothing tells that it is still being written."""
    if is_there(sibling(drop.path, DONE)):
        return True
    is_announced = is_there(sibling(drop.path, MANIFEST))
    return (is_announced or watch.is_stable(drop.path, stable_seconds)) and not is_open_for_writing(drop.path)


def is_open_for_writing(path: Path) -> bool:
    """Whether a program has the file open for writing, as far as the system can tell: Linux, on a disk of this machine."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        with open(path, "rb", opener=_without_following) as file:
            # somebody who opens it meanwhile breaks the lease: the signal for that must be one that ends no process
            fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _without_following(path, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
