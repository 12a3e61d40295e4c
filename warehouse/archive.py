"""The encrypted archive: every file that was ever received, under the SHA-256 of its plain bytes.

Belongs here: sealing and opening. Does not belong here: where sealed files lie (``warehouse.archive_store``), keys (``warehouse.keys``).

A sealed file is ``CCA1``, the header's length (4 bytes), the header (JSON: key id, wrapped data key, sizes, sealed metadata), then
chunks. Each file has a data key of its own, wrapped by an archive key (AES-256-GCM, bound to the file's SHA-256 and size). A chunk's
nonce is its number and whether it is the last, so chunks cannot be dropped, repeated or moved. Opening checks the SHA-256 as well.
"""

from __future__ import annotations

import base64
import io
import json
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from warehouse.archive_store import FolderStore, Store
from warehouse.keys import Keys

MAGIC = b"CCA1"
CHUNK_BYTES = 1 << 20
TAG_BYTES = 16
NONCE_BYTES = 12
HEADER_LIMIT_BYTES = 1 << 20


class ArchiveError(RuntimeError):
    """A file cannot be archived or given back whole; the message names it by its SHA-256, never by its name or content."""


@dataclass(frozen=True)
class Stored:
    """``sha256``: hexadecimal, of the plain bytes; the file's name in the archive. ``is_new``: False if it was there already."""

    sha256: str
    size_bytes: int
    is_new: bool


@dataclass(frozen=True)
class _Header:
    sha256: str
    size_bytes: int
    key_id: str
    wrapped_key: str
    chunk_bytes: int
    metadata: str | None = None

    @property
    def binding(self) -> bytes:
        """What sealed parts are tied to: they open for this file alone."""
        return f"{self.sha256}|{self.size_bytes}|{self.chunk_bytes}".encode()

    @property
    def chunk_count(self) -> int:
        return max(1, -(-self.size_bytes // self.chunk_bytes))

    def encode(self) -> bytes:
        text = json.dumps({name: value for name, value in vars(self).items() if value is not None}).encode()
        return MAGIC + len(text).to_bytes(4, "big") + text


@dataclass(frozen=True)
class Archive:
    """Idempotent: the same bytes are stored once. Memory is constant, whatever the file's size (but ``get`` and ``put_bytes``)."""

    store: Store
    keys: Keys

    @classmethod
    def open(cls, folder: Path, keys: Keys) -> Archive:
        return cls(FolderStore(folder), keys)

    def put(self, path: Path, metadata: Mapping | None = None) -> Stored:
        """Seals the file at ``path``. ``metadata`` (small, JSON) is sealed with it; the first ``put`` of some bytes decides.

        Raises ``ArchiveError`` if the file changes meanwhile.
        """
        with Path(path).open("rb") as source:
            return self._put(source, metadata)

    def put_bytes(self, content: bytes, metadata: Mapping | None = None) -> Stored:
        return self._put(io.BytesIO(content), metadata)

    def get(self, name: str) -> bytes:
        return b"".join(self.stream(name))

    def stream(self, name: str) -> Iterator[bytes]:
        """The plain bytes in chunks. Each chunk is authentic; only after the last is the whole known to be right."""
        with self._open(name) as sealed:
            header = _read_header(sealed, name)
            seen, key = sha256(), self._data_key(header)
            for number in range(header.chunk_count):
                chunk = _open_chunk(sealed, header, key, number)
                seen.update(chunk)
                yield chunk
            if sealed.read(1) or seen.hexdigest() != name:
                raise _damaged(name)

    def verify(self, name: str) -> Stored:
        """Reads the whole file; raises ``ArchiveError`` if it is missing, damaged, cut short or sealed with a key we lack."""
        return Stored(name, sum(len(chunk) for chunk in self.stream(name)), is_new=False)

    def metadata(self, name: str) -> dict:
        with self._open(name) as sealed:
            header = _read_header(sealed, name)
        if header.metadata is None:
            return {}
        return json.loads(_unseal(self._data_key(header), header.metadata, b"metadata|" + header.binding, name))

    def names(self) -> Iterator[str]:
        return self.store.names()

    def count_by_key(self) -> Counter[str]:
        """How many files each archive key wraps, by its id: reads every file's header."""
        return Counter(self._key_id(name) for name in self.names())

    def _key_id(self, name: str) -> str:
        with self._open(name) as sealed:
            return _read_header(sealed, name).key_id

    def __contains__(self, name: str) -> bool:
        return self.store.size(name) is not None

    def _put(self, source: BinaryIO, metadata: Mapping | None) -> Stored:
        name, size = _measure(source)
        header, key = self._new_header(name, size, metadata)
        if self._is_whole(name, size):
            return Stored(name, size, is_new=False)
        source.seek(0)
        self.store.write(name, _sealed(source, header, key))
        return Stored(name, size, is_new=True)

    def _is_whole(self, name: str, size: int) -> bool:
        """Whether the file is there with the length it must have; one that is cut short is written again."""
        if self.store.size(name) is None:
            return False
        try:
            with self._open(name) as sealed:
                header = _read_header(sealed, name)
                self._data_key(header)
                expected = sealed.tell() + size + header.chunk_count * TAG_BYTES
        except ArchiveError:
            return False
        return header.size_bytes == size and self.store.size(name) == expected

    def _new_header(self, name: str, size: int, metadata: Mapping | None) -> tuple[_Header, AESGCM]:
        # read anew: a sensor that has been looking for files since before a rotation seals by the new key
        ring, data_key = self.keys.renewed().archive, AESGCM.generate_key(256)
        bare = _Header(name, size, ring.current, "", CHUNK_BYTES)
        wrapped = _seal(AESGCM(ring.key(ring.current)), data_key, b"key|" + ring.current.encode() + b"|" + bare.binding)
        sealed = None
        if metadata is not None:
            sealed = _seal(AESGCM(data_key), json.dumps(dict(metadata)).encode(), b"metadata|" + bare.binding)
        return _Header(name, size, ring.current, wrapped, CHUNK_BYTES, sealed), AESGCM(data_key)

    def _data_key(self, header: _Header) -> AESGCM:
        ring = self.keys.archive
        if header.key_id not in ring.keys:  # sealed by somebody who has seen a rotation that we have not
            ring = self.keys.renewed().archive
        wrapping = AESGCM(ring.key(header.key_id))
        bound = b"key|" + header.key_id.encode() + b"|" + header.binding
        return AESGCM(_unseal(wrapping, header.wrapped_key, bound, header.sha256))

    def _open(self, name: str) -> BinaryIO:
        try:
            return self.store.open(name)
        except (KeyError, ValueError):
            raise ArchiveError(f"the archive has no file {name}") from None


def open_archive(settings, keys: Keys | None = None) -> Archive:
    """The archive of the settings' home."""
    return Archive.open(settings.archive, keys or Keys.open(settings.keys))


def _measure(source: BinaryIO) -> tuple[str, int]:
    digest, size = sha256(), 0
    while part := source.read(CHUNK_BYTES):
        digest.update(part)
        size += len(part)
    return digest.hexdigest(), size


def _sealed(source: BinaryIO, header: _Header, key: AESGCM) -> Iterator[bytes]:
    yield header.encode()
    seen = sha256()
    for number in range(header.chunk_count):
        chunk = source.read(header.chunk_bytes)
        seen.update(chunk)
        yield key.encrypt(_nonce(header, number), chunk, header.binding)
    if source.read(1) or seen.hexdigest() != header.sha256:
        raise ArchiveError(f"the file {header.sha256} changed while it was archived; it is tried again")


def _open_chunk(sealed: BinaryIO, header: _Header, key: AESGCM, number: int) -> bytes:
    length = min(header.chunk_bytes, header.size_bytes - number * header.chunk_bytes) + TAG_BYTES
    try:
        return key.decrypt(_nonce(header, number), sealed.read(length), header.binding)
    except (InvalidTag, ValueError):
        raise _damaged(header.sha256) from None


def _nonce(header: _Header, number: int) -> bytes:
    # unique: a data key seals one file only
    is_last = number == header.chunk_count - 1
    return b"c" + number.to_bytes(NONCE_BYTES - 2, "big") + bytes([is_last])


def _read_header(sealed: BinaryIO, name: str) -> _Header:
    start = sealed.read(8)
    length = int.from_bytes(start[4:], "big")
    if start[:4] != MAGIC or len(start) != 8 or length > HEADER_LIMIT_BYTES:
        raise _damaged(name)
    try:
        header = _Header(**json.loads(sealed.read(length)))
        is_sane = header.sha256 == name and 0 < header.chunk_bytes <= 1 << 26 and header.size_bytes >= 0
    except (ValueError, TypeError):
        raise _damaged(name) from None
    if not is_sane:
        raise _damaged(name)
    return header


def _seal(key: AESGCM, plain: bytes, bound: bytes) -> str:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.b64encode(nonce + key.encrypt(nonce, plain, bound)).decode()


def _unseal(key: AESGCM, sealed: str, bound: bytes, name: str) -> bytes:
    try:
        raw = base64.b64decode(sealed, validate=True)
        return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        raise _damaged(name) from None


def _damaged(name: str) -> ArchiveError:
    return ArchiveError(f"the archived file {name} is damaged or cut short; restore it from a backup")
