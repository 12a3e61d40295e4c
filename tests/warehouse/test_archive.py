"""The archive gives back what it got, whole and unread by others, or says that it cannot."""

from __future__ import annotations

import hashlib
import os
import tracemalloc

import pytest

from warehouse import archive as module
from warehouse.archive import CHUNK_BYTES, Archive, ArchiveError
from warehouse.keys import Keys, KeysError

SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES]


@pytest.fixture
def archive(tmp_path) -> Archive:
    return Archive.open(tmp_path / "archive", Keys.open(tmp_path / "keys.json"))


def _sealed_path(archive: Archive, name: str):
    return archive.store.folder / name[:2] / name


@pytest.mark.parametrize("size", SIZES)
def test_what_was_put_comes_back(archive, tmp_path, size):
    content = os.urandom(size)
    (tmp_path / "file").write_bytes(content)
    stored = archive.put(tmp_path / "file")
    assert (stored.sha256, stored.size_bytes, stored.is_new) == (hashlib.sha256(content).hexdigest(), size, True)
    assert archive.get(stored.sha256) == content
    assert archive.verify(stored.sha256).size_bytes == size
    assert list(archive.names()) == [stored.sha256] and stored.sha256 in archive


def test_the_same_bytes_are_stored_once(archive):
    first = archive.put_bytes(b"row", {"file_name": "a.csv"})
    before = _sealed_path(archive, first.sha256).stat()
    again = archive.put_bytes(b"row", {"file_name": "b.csv"})
    assert not again.is_new and again.sha256 == first.sha256
    assert _sealed_path(archive, first.sha256).stat().st_mtime_ns == before.st_mtime_ns
    assert archive.metadata(first.sha256) == {"file_name": "a.csv"}


def test_nothing_of_content_or_metadata_is_readable_on_disk(archive):
    stored = archive.put_bytes(b"NHS number 9990000018, SMITH", {"file_name": "9990000018.csv", "manifest": "for SMITH"})
    for path in archive.store.folder.rglob("*"):
        assert b"9990000018" not in (path.read_bytes() if path.is_file() else str(path).encode())
    assert b"SMITH" not in _sealed_path(archive, stored.sha256).read_bytes()
    assert _sealed_path(archive, stored.sha256).stat().st_mode & 0o777 == 0o600
    assert archive.metadata(stored.sha256)["manifest"] == "for SMITH"


def test_equal_contents_under_two_archives_look_different(tmp_path):
    one = Archive.open(tmp_path / "1", Keys.open(tmp_path / "k1.json"))
    two = Archive.open(tmp_path / "2", Keys.open(tmp_path / "k2.json"))
    name = one.put_bytes(b"x" * 100).sha256
    two.put_bytes(b"x" * 100)
    assert _sealed_path(one, name).read_bytes()[-100:] != _sealed_path(two, name).read_bytes()[-100:]


@pytest.mark.parametrize("where", ["magic", "length", "header", "wrapped key", "first chunk", "last byte"])
def test_a_changed_byte_is_noticed(archive, where):
    stored = archive.put_bytes(os.urandom(CHUNK_BYTES + 10), {"a": 1})
    path = _sealed_path(archive, stored.sha256)
    raw = bytearray(path.read_bytes())
    header_end = 8 + int.from_bytes(raw[4:8], "big")
    position = {
        "magic": 0,
        "length": 5,
        "header": 12,
        "wrapped key": raw.index(b"wrapped_key") + 20,
        "first chunk": header_end + 5,
        "last byte": -1,
    }
    raw[position[where]] ^= 1
    path.write_bytes(raw)
    with pytest.raises((ArchiveError, KeysError)):
        archive.get(stored.sha256)


@pytest.mark.parametrize("cut", [1, 16, 26, CHUNK_BYTES + 16, None])
def test_a_file_cut_short_is_noticed_and_put_mends_it(archive, cut):
    content = os.urandom(CHUNK_BYTES + 10)
    stored = archive.put_bytes(content)
    path = _sealed_path(archive, stored.sha256)
    path.write_bytes(path.read_bytes()[: -cut if cut else 0])
    with pytest.raises(ArchiveError, match="damaged or cut short"):
        archive.get(stored.sha256)
    assert archive.put_bytes(content).is_new
    assert archive.get(stored.sha256) == content


def test_bytes_at_the_end_are_noticed(archive):
    stored = archive.put_bytes(b"abc")
    with _sealed_path(archive, stored.sha256).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ArchiveError):
        archive.verify(stored.sha256)


def test_chunks_cannot_change_places(archive, monkeypatch):
    monkeypatch.setattr(module, "CHUNK_BYTES", 64)
    stored = archive.put_bytes(os.urandom(256))
    path = _sealed_path(archive, stored.sha256)
    raw = path.read_bytes()
    start = 8 + int.from_bytes(raw[4:8], "big")
    one, two = raw[start : start + 80], raw[start + 80 : start + 160]
    path.write_bytes(raw[:start] + two + one + raw[start + 160 :])
    with pytest.raises(ArchiveError):
        archive.get(stored.sha256)


def test_a_file_under_another_name_is_refused(archive):
    one, two = archive.put_bytes(b"one").sha256, archive.put_bytes(b"two").sha256
    _sealed_path(archive, one).write_bytes(_sealed_path(archive, two).read_bytes())
    with pytest.raises(ArchiveError):
        archive.get(one)


def test_another_archives_key_does_not_open_it(archive, tmp_path):
    name = archive.put_bytes(b"abc").sha256
    stranger = Archive(archive.store, Keys.open(tmp_path / "elsewhere" / "keys.json"))
    with pytest.raises(KeysError, match="has no key"):
        stranger.get(name)


def test_after_a_rotation_old_files_open_and_new_ones_use_the_new_key(archive):
    old = archive.put_bytes(b"old").sha256
    rotated = Archive(archive.store, archive.keys.rotate("archive"))
    new = rotated.put_bytes(b"new").sha256
    assert rotated.get(old) == b"old" and rotated.get(new) == b"new"
    newer = archive.put_bytes(b"newer").sha256
    assert archive.get(new) == b"new" and rotated.get(newer) == b"newer", "whoever has not seen the rotation looks into the keys file"
    keys = rotated.keys.archive
    assert rotated.count_by_key() == {keys.older[0]: 1, keys.current: 2}


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "ABC"])
def test_what_is_not_there_is_said_so(archive, name):
    with pytest.raises(ArchiveError, match="has no file"):
        archive.get(name)


def test_a_file_that_changes_meanwhile_is_not_archived(archive, tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"before")
    measure = module._measure

    def measure_then_change(source):
        measured = measure(source)
        path.write_bytes(b"after!")
        return measured

    monkeypatch.setattr(module, "_measure", measure_then_change)
    with pytest.raises(ArchiveError, match="changed while"):
        archive.put(path)
    assert list(archive.names()) == []
    assert [p for p in archive.store.folder.rglob("*") if p.is_file()] == []


def test_memory_does_not_grow_with_the_file(archive, tmp_path):
    (tmp_path / "file").write_bytes(bytes(24 * CHUNK_BYTES))
    tracemalloc.start()
    stored = archive.put(tmp_path / "file")
    archive.verify(stored.sha256)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * CHUNK_BYTES
