"""Where sealed files lie: a store of named byte strings, written whole or not at all.

Belongs here: the interface that remote stores follow, and the folder. Does not belong here: what is in the files (``warehouse.archive``).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol


class Store(Protocol):
    """What the archive needs of a place. Names are hexadecimal; a name, once written, is never changed, but may be written again."""

    def size(self, name: str) -> int | None:
        """Size in bytes, None if there is no such name."""

    def write(self, name: str, parts: Iterable[bytes]) -> None:
        """Durable and visible when it returns; if ``parts`` raises, nothing is visible."""

    def open(self, name: str) -> BinaryIO:
        """For reading; ``KeyError`` if there is no such name."""

    def names(self) -> Iterator[str]:
        """All names, in order."""


class FolderStore:
    """A folder, with one folder for each first two characters. Files are readable by us alone."""

    def __init__(self, folder: Path):
        self.folder = Path(folder)

    def size(self, name: str) -> int | None:
        try:
            return self._path(name).stat().st_size
        except FileNotFoundError:
            return None

    def write(self, name: str, parts: Iterable[bytes]) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f".{secrets.token_hex(8)}.new")
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                for part in parts:
                    file.write(part)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
            _sync_folder(path.parent)
            _sync_folder(self.folder)
        finally:
            unfinished.unlink(missing_ok=True)

    def open(self, name: str) -> BinaryIO:
        try:
            return self._path(name).open("rb")
        except FileNotFoundError:
            raise KeyError(name) from None

    def names(self) -> Iterator[str]:
        for path in sorted(self.folder.glob("??/*")):
            if not path.name.startswith("."):
                yield path.name

    def _path(self, name: str) -> Path:
        if not name or not all(character in "0123456789abcdef" for character in name):
            raise ValueError("a name in the archive is hexadecimal")
        return self.folder / name[:2] / name


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
