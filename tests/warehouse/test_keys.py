"""Keys: made once, private, several at a time; pseudonyms join spellings and nothing else."""

from __future__ import annotations

import hmac
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from warehouse.keys import Keys, KeysError


def test_keys_are_made_on_first_use_and_kept(tmp_path):
    first = Keys.open(tmp_path / "home" / "keys.json")
    again = Keys.open(tmp_path / "home" / "keys.json")
    assert first.rings == again.rings
    assert (tmp_path / "home" / "keys.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["keys.json"]


def test_purposes_have_keys_of_their_own(tmp_path):
    keys = Keys.open(tmp_path / "keys.json")
    assert keys.archive.current != keys.pseudonym_key_id
    assert set(keys.archive.keys.values()).isdisjoint(keys.rings["pseudonym"].keys.values())


def test_two_at_once_make_one_set(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: Keys.open(tmp_path / "keys.json").rings, range(16)))
    assert all(rings == opened[0] for rings in opened)


def test_pseudonym_is_the_hmac_of_the_normalised_number(tmp_path):
    keys = Keys.open(tmp_path / "keys.json")
    key_id, digest = keys.pseudonym("999 000 0018")
    assert digest == hmac.new(keys.rings["pseudonym"].keys[key_id], b"9990000018", "sha256").digest()


@pytest.mark.parametrize("spelling", ["9990000018", "999 000 0018", "999-000-0018", " 9990000018 ", "９９９００００018"])
def test_spellings_of_one_number_have_one_pseudonym(tmp_path, spelling):
    keys = Keys.open(tmp_path / "keys.json")
    assert keys.pseudonym(spelling) == keys.pseudonym("9990000018")


def test_other_identifiers_have_other_pseudonyms_and_order_is_kept(tmp_path):
    keys = Keys.open(tmp_path / "keys.json")
    texts = ["9990000018", "9990000026", "record|x|1", "record|x|2"]
    key_id, digests = keys.pseudonyms(texts)
    assert len(set(digests)) == 4
    assert [(key_id, digest) for digest in digests] == [keys.pseudonym(text) for text in texts]
    assert keys.pseudonyms([]) == (key_id, [])


def test_a_rotated_key_gives_new_pseudonyms_and_the_older_key_still_gives_the_old(tmp_path):
    before = Keys.open(tmp_path / "keys.json")
    old_id, old = before.pseudonym("9990000018")
    after = before.rotate("pseudonym")
    assert after.pseudonym_key_id != old_id
    assert after.older_pseudonym_key_ids == (old_id,)
    assert after.pseudonym("9990000018")[1] != old
    assert after.pseudonym("9990000018", old_id) == (old_id, old)
    assert Keys.open(tmp_path / "keys.json").rings == after.rings


def test_a_file_that_others_may_read_is_refused(tmp_path):
    Keys.open(tmp_path / "keys.json")
    (tmp_path / "keys.json").chmod(0o640)
    with pytest.raises(KeysError, match="chmod 600"):
        Keys.open(tmp_path / "keys.json")


def test_lost_keys_are_not_made_anew_beside_an_archive(tmp_path):
    (tmp_path / "archive" / "ab").mkdir(parents=True)
    with pytest.raises(KeysError, match="restore its backup"):
        Keys.open(tmp_path / "keys.json")
    assert not (tmp_path / "keys.json").exists()


@pytest.mark.parametrize("content", ["", "{}x", '{"pseudonym": {"current": "a", "keys": {"a": "short"}}}', '{"pseudonym": []}'])
def test_a_damaged_file_is_named(tmp_path, content):
    (tmp_path / "keys.json").write_text(content)
    (tmp_path / "keys.json").chmod(0o600)
    with pytest.raises(KeysError, match="damaged"):
        Keys.open(tmp_path / "keys.json")


def test_no_key_is_shown(tmp_path):
    keys = Keys.open(tmp_path / "keys.json")
    told = json.loads((tmp_path / "keys.json").read_text())
    for ring in told.values():
        for key in ring["keys"].values():
            assert key not in repr(keys)
    assert all(repr(key) not in repr(keys) for ring in keys.rings.values() for key in ring.keys.values())


def test_rotations_at_once_lose_no_key(tmp_path):
    keys = Keys.open(tmp_path / "keys.json")
    with ThreadPoolExecutor(8) as pool:
        rotated = list(pool.map(lambda _: keys.rotate("archive").archive.current, range(8)))
    there = Keys.open(tmp_path / "keys.json")
    assert set(there.archive.keys) == {keys.archive.current, *rotated} and len(set(rotated)) == 8
    assert there.rings["pseudonym"] == keys.rings["pseudonym"]
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]


def test_whoever_holds_keys_can_have_those_of_a_rotation_since(tmp_path):
    keys = Keys.open(tmp_path / "keys.json")
    assert keys.renewed() is keys
    rotated = Keys.open(tmp_path / "keys.json").rotate("pseudonym")
    assert keys.renewed().rings == rotated.rings != keys.rings
    (tmp_path / "keys.json").unlink()
    with pytest.raises(KeysError, match="lost"):
        keys.renewed()
    assert not (tmp_path / "keys.json").exists()


def test_a_file_without_dates_is_read_and_keeps_its_keys(tmp_path):
    Keys.open(tmp_path / "keys.json")
    told = json.loads((tmp_path / "keys.json").read_text())
    for ring in told.values():
        del ring["made_at"]
    (tmp_path / "keys.json").write_text(json.dumps(told))
    keys = Keys.open(tmp_path / "keys.json")
    rotated = keys.rotate("archive").archive
    assert keys.archive.made_at == {} and list(rotated.made_at) == [rotated.current] and keys.archive.current in rotated.keys
