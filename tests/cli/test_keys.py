"""``keys``: a new key is used at once by whoever works, the older ones still join, and no key is ever shown."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from pipelines.cli.main import CANNOT, USAGE
from pipelines.resources import House
from tests.world import csv_bytes, drop, wrist
from warehouse.keys import Keys

PERSONS = (
    "select count(distinct person_id) as persons, count(*) as pseudonyms, count(distinct key_id) as keys from pathway.person_identifier"
)


def persons(world) -> tuple[int, int, int]:
    [row] = world.query(PERSONS)
    return row["persons"], row["pseudonyms"], row["keys"]


@pytest.mark.parametrize("is_long_open", [True, False], ids=["by a house that was open before", "by a house opened after"])
def test_after_a_rotation_old_pseudonyms_still_join(world, typed, is_long_open):
    """Also where the worker opened the house before the rotation and has not noticed."""
    world.submit([wrist(1), wrist(2)])
    code, said = typed("keys", "rotate", "pseudonym")
    assert code == 0 and "older ones that stay: 1" in said and "back up" in said
    if not is_long_open:
        world.context = world.context.renewed()
    world.submit([wrist(1, arrived=datetime(2024, 3, 1, 9, 0)), wrist(3)], name="later.csv")
    assert persons(world) == (3, 4, 2)
    current = Keys.open(world.context.settings.keys).pseudonym_key_id
    assert [row["n"] for row in world.query("select count(*) as n from pathway.person_identifier where key_id = :k", k=current)] == [2]


def test_two_workers_of_whom_one_has_not_seen_the_rotation_make_one_person(world, typed):
    typed("keys", "rotate", "pseudonym")
    old, world.context = world.context, world.context.renewed()
    world.submit([wrist(1)])
    world.context = old
    world.submit([wrist(1, arrived=datetime(2024, 3, 1, 9, 0))], name="later.csv")
    assert persons(world) == (1, 1, 1)


def test_a_sensor_that_is_looking_seals_with_the_new_archive_key(world, typed, database_settings):
    from assets.landing import claim_drops

    house = House(database_settings)
    looking = house.open()
    assert typed("keys", "rotate", "archive")[0] == 0
    drop(database_settings.landing, "ZX1", csv_bytes([wrist(1)]))
    claim_drops(looking)
    assert house.open().keys.archive.older == (looking.keys.archive.current,), "whoever opens the house anew sees the rotation"
    assert set(house.open().archive.count_by_key()) == {house.open().keys.archive.current} and house.open().engine is looking.engine
    [outcome] = world.work_off()
    assert outcome.state.startswith("accepted"), "read by a worker that has only the old key in memory"


def test_show_tells_ids_and_counts_and_no_key(world, typed):
    world.submit([wrist(1), wrist(2)])
    typed("keys", "rotate", "archive")
    keys = Keys.open(world.context.settings.keys)
    code, said = typed("keys", "show")
    lines = {line.split()[1]: line for line in said.splitlines() if line.startswith(("pseudonym", "archive"))}
    assert code == 0 and set(lines) == {*keys.rings["pseudonym"].keys, *keys.archive.keys}
    assert "2 pseudonyms" in lines[keys.pseudonym_key_id] and "current" in lines[keys.pseudonym_key_id]
    assert (
        f"{len(list(world.context.archive.names()))} files" in lines[keys.archive.older[0]]
        and "current" not in lines[keys.archive.older[0]]
    )
    assert "0 files" in lines[keys.archive.current] and "T" in keys.archive.made_at[keys.archive.current]
    told = json.loads(keys.path.read_text())
    assert not [key for ring in told.values() for key in ring["keys"].values() if key in said or key[:8] in said]


def test_a_key_that_is_lost_is_named(world, typed):
    world.submit([wrist(1)])
    path = world.context.settings.keys
    told = json.loads(path.read_text())
    was = told["pseudonym"]["current"]
    Keys.open(path).rotate("pseudonym")
    left = json.loads(path.read_text())
    del left["pseudonym"]["keys"][was]
    path.write_text(json.dumps(left))
    said = typed("keys", "show")[1]
    [line] = [line for line in said.splitlines() if was in line]
    assert "lost: restore the backup" in line and "1 pseudonyms" in line


def test_mistakes_are_told_in_a_sentence(typed):
    code, said = typed("keys", "rotate", "pseudonym")
    assert code == CANNOT and "no keys in" in said and said.count("\n") == 1
    assert typed("keys", "rotate", "everything")[0] == USAGE
