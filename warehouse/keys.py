"""The keys of pseudonyms and of the archive, and the pseudonyms themselves.

Belongs here: the private keys file and what is made with a pseudonym key. Does not belong here: encryption of files
(``warehouse.archive``), persons (``assets.persons``). Without this file neither can be read again: it is backed up apart.
"""

from __future__ import annotations

import base64
import fcntl
import hmac
import json
import os
import secrets
import stat
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from schemas.formats import normalise_nhs_number

PURPOSES = ("pseudonym", "archive")
KEY_BYTES = 32


class KeysError(RuntimeError):
    """The keys cannot be used; the message names the file and the remedy, never a key."""


@dataclass(frozen=True)
class KeyRing:
    """Keys of one purpose by id; new work uses ``current``, the others are kept for what was made with them."""

    current: str
    keys: Mapping[str, bytes]
    made_at: Mapping[str, str] = field(default_factory=dict)  # ISO, UTC, by id; nothing of a key older than this note

    def __repr__(self) -> str:
        return f"KeyRing(current={self.current!r}, {len(self.keys)} keys)"

    def key(self, key_id: str) -> bytes:
        if key_id not in self.keys:
            raise KeysError(f"the keys file has no key {key_id}; restore the backup that has it")
        return self.keys[key_id]

    @property
    def older(self) -> tuple[str, ...]:
        """Ids that are not current, the latest first."""
        return tuple(key_id for key_id in reversed(self.keys) if key_id != self.current)

    def with_new(self) -> KeyRing:
        fresh = _fresh_ring()
        return KeyRing(fresh.current, {**self.keys, **fresh.keys}, {**self.made_at, **fresh.made_at})


@dataclass(frozen=True)
class Keys:
    """The keys file, opened. ``pseudonym`` and ``pseudonyms`` give the id of the key beside what was made with it."""

    path: Path
    rings: Mapping[str, KeyRing]

    @classmethod
    def open(cls, path: Path) -> Keys:
        """Reads the keys; makes them on first use. Raises ``KeysError`` if others may read the file, or if it is lost."""
        path = Path(path)
        if not path.exists():
            _make(path)
        return cls(path, _read(path))

    def renewed(self) -> Keys:
        """The keys as the file has them now: others may have rotated them. Raises ``KeysError``; makes nothing."""
        rings = _read(self.path)
        return self if rings == self.rings else Keys(self.path, rings)

    @property
    def archive(self) -> KeyRing:
        return self.rings["archive"]

    @property
    def pseudonym_key_id(self) -> str:
        return self.rings["pseudonym"].current

    @property
    def older_pseudonym_key_ids(self) -> tuple[str, ...]:
        return self.rings["pseudonym"].older

    def pseudonym(self, text: str, key_id: str | None = None) -> tuple[str, bytes]:
        """(key id, HMAC-SHA-256 of the normalised identifier: 32 bytes)."""
        key_id, digests = self.pseudonyms([text], key_id)
        return key_id, digests[0]

    def pseudonyms(self, texts: Sequence[str], key_id: str | None = None) -> tuple[str, list[bytes]]:
        """The same for many, in their order, with the current key or the one named."""
        key_id = key_id or self.pseudonym_key_id
        key = self.rings["pseudonym"].key(key_id)
        return key_id, [hmac.digest(key, normalise_identifier(text).encode(), "sha256") for text in texts]

    def rotate(self, purpose: str) -> Keys:
        """A new current key for ``purpose``, written to the file; the older ones stay, those of another rotation meanwhile too.

        Returns the keys as they are now. On disk before it returns, with the owner that the file had.
        """
        with _alone_in(self.path.parent) as folder:
            there = self.renewed().rings
            rings = {**there, purpose: there[purpose].with_new()}
            unfinished = _write_beside(self.path, rings)
            _give_to_owner_of(self.path, unfinished)
            unfinished.replace(self.path)
            os.fsync(folder)
        return Keys(self.path, rings)


def normalise_identifier(text: str) -> str:
    """One spelling of one identifier: compatible characters folded, outer spaces off, the 3-3-4 groups of an NHS number joined."""
    return normalise_nhs_number(unicodedata.normalize("NFKC", text))


def _fresh_ring() -> KeyRing:
    key = secrets.token_bytes(KEY_BYTES)
    # the id follows from the key, so that no two keys ever bear the same
    key_id = sha256(b"common cause key id\0" + key).hexdigest()[:12]
    return KeyRing(key_id, {key_id: key}, {key_id: datetime.now(UTC).isoformat(timespec="seconds")})


def _read(path: Path) -> dict[str, KeyRing]:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeysError(f"others may read {path}; run: chmod 600 '{path}', and consider the keys known")
        return {purpose: _ring_from(told) for purpose, told in json.loads(path.read_text()).items()}
    except FileNotFoundError:
        raise KeysError(f"{path} is lost; restore its backup") from None
    except (ValueError, KeyError, AttributeError, TypeError):
        raise KeysError(f"{path} is not a keys file, or damaged; restore its backup") from None


def _ring_from(told: Mapping) -> KeyRing:
    keys = {key_id: base64.b64decode(text, validate=True) for key_id, text in told["keys"].items()}
    if told["current"] not in keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise ValueError
    return KeyRing(told["current"], keys, dict(told.get("made_at", {})))


def _make(path: Path) -> None:
    """Whole or not at all; of two processes at once, the first makes them."""
    archive = path.with_name("archive")
    if archive.is_dir() and any(archive.iterdir()):
        raise KeysError(f"{path} is lost, but {archive} holds files made with it; restore its backup")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = _write_beside(path, {purpose: _fresh_ring() for purpose in PURPOSES})
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()


@contextmanager
def _alone_in(folder: Path) -> Iterator[int]:
    """Nobody else rotates meanwhile, or a key that has been used already would be lost. Gives the open folder."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield opened
    finally:
        os.close(opened)


def _give_to_owner_of(path: Path, new: Path) -> None:
    """Root may rotate the keys of another account, which must be able to read them."""
    owner = path.stat()
    if (owner.st_uid, owner.st_gid) != (new.stat().st_uid, new.stat().st_gid):
        os.chown(new, owner.st_uid, owner.st_gid)


def _write_beside(path: Path, rings: Mapping[str, KeyRing]) -> Path:
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    told = {
        purpose: {
            "current": ring.current,
            "keys": {key_id: base64.b64encode(key).decode() for key_id, key in ring.keys.items()},
            "made_at": dict(ring.made_at),
        }
        for purpose, ring in rings.items()
    }
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(told, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return unfinished
