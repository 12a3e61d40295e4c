"""What a form sends: a file in the own folder, and the receipt that comes back, to the own provider alone."""

from __future__ import annotations

import csv
import io
import json
import re
from hashlib import sha256

import pytest

from assets.context import Context
from dashboard.forms.sending import _receipt
from schemas.improvement import NAMES
from schemas.registry import load_registry
from tests.dashboard.forms import ADDRESS, AIM, LEAD, SOUND, dropped, post
from tests.dashboard.network import WORSENS
from tests.dashboard.test_actions import words_of
from tests.world import World, csv_bytes, wrist


def test_a_form_makes_a_whole_file_of_its_dataset_in_the_own_folder(house):
    post(house.client(LEAD), "actions")
    [file] = dropped(house)
    [row] = csv.DictReader(io.StringIO(file.read_text()))
    assert (
        row["Start date"] == "10/01/2026"
        and row["What changes"] == "Two nurses see everybody."
        and row["Change ideas"] == "Nurse at the door"
        and row["Organisation"] == WORSENS
    )
    declared = load_registry(house.settings.pathway_folders).dataset(NAMES["action"])
    assert list(row) == [field.header for field in declared.fields]
    beside = {path.name.removeprefix(file.name) for path in file.parent.iterdir()}
    assert beside == {"", ".done", ".manifest.json"} and json.loads(file.with_name(f"{file.name}.manifest.json").read_text()) == {
        "dataset": "improvement_action"
    }
    assert {path.name for path in house.settings.landing.iterdir()} == {WORSENS}


def test_a_folder_that_cannot_be_written_is_told(house):
    house.settings.landing.parent.mkdir(parents=True, exist_ok=True)
    house.settings.landing.write_text("in the way")
    answer = house.client(LEAD).post("/aims/new", data=AIM)
    assert answer.status_code == 422 and "could not be put into your landing folder" in answer.text and 'value="80 %"' in answer.text


def test_from_form_to_receipt(house):
    """The form's file goes the product's own way; the page waits, then tells the result, the findings and the advice."""
    world = World(Context.open(house.settings, house.engine))
    sent = {about: post(house.client(LEAD), about) for about in SOUND}
    browser = house.client(LEAD)
    waiting = browser.get(sent["actions"])
    assert '<meta http-equiv="refresh"' in waiting.text and "It lies in your landing folder" in waiting.text
    assert {outcome.state for outcome in world.work_off()} == {"accepted", "accepted with warnings"}
    action = browser.get(sent["actions"])
    said = words_of(action.text)
    assert (
        "http-equiv" not in action.text
        and "Accepted, with warnings" in said
        and "A change idea is new to the network" in said
        and "Change ideas taken, with a warning" in said
    )
    assert "no results of these measures yet" in said, "before the first data"
    assert 'href="/actions/new"' in action.text and 'href="/actions"' in action.text
    for about in ("aims", "leads"):
        page = browser.get(sent[about]).text
        assert "Accepted" in words_of(page) and ADDRESS not in page
    assert [row["title"] for row in world.query("select title from improvement.action")] == ["A nurse at the door"]
    assert [row["contact_address"] for row in world.query("select contact_address from improvement.lead_contact")] == [ADDRESS]
    assert [tuple(row.values()) for row in world.query("select baseline_value, target_value from improvement.aim")] == [(0.7, 0.8)], (
        "of 70 and of 80 %"
    )
    nobody_else_sees_it(house, sent["actions"])


def test_who_reads_on_after_the_receipt_finds_what_was_sent_though_nothing_is_computed_yet(house):
    world, browser = World(Context.open(house.settings, house.engine)), house.client(LEAD)
    assert "A nurse at the door" not in browser.get("/actions").text
    address = post(house.client(LEAD), "actions")
    world.work_off()
    assert world.query("select 1 from intake.submission where refreshed_at is null"), "the refresh comes later"
    assert 'href="/actions"' in browser.get(address).text
    assert "A nurse at the door" in browser.get("/actions").text


def nobody_else_sees_it(house, address: str) -> None:
    for groups in ("lead:ZX1", "office"):
        assert house.client(groups).get(address).status_code in (200, 404) and "Accepted" not in house.client(groups).get(address).text, (
            groups
        )
    other = "/sent/" + re.sub(r"[0-9a-f]{64}", "0" * 64, address.removeprefix("/sent/"))
    assert "It lies in your landing folder" in house.client(LEAD).get(other).text, "nothing of the kind has come"


TRICKS = [
    "..%2f..%2fetc%2fpasswd",
    "1-1",
    f"1700000000-{'G' * 64}",
    f"1700000000-{'a' * 64}%0a",
    f"١٧٠٠٠٠٠٠٠٠-{'a' * 64}",
    f"99999999999-{'a' * 63}",
    "receipt.json",
    f"1700000000-{'a' * 64}.json",
]


@pytest.mark.parametrize("token", TRICKS)
def test_tricks_with_the_address_find_nothing(client, token):
    assert client(LEAD).get(f"/sent/{token}").status_code == 404


def test_a_submission_of_patients_records_is_never_shown(house):
    """The token of another dataset's file, however it was learnt."""
    world, content = World(Context.open(house.settings, house.engine)), csv_bytes([wrist(1)])
    world.submit(content, sender="ZX1")
    token = f"{int(house.settings.clock().timestamp()) - 20}-{sha256(content).hexdigest()}"
    assert house.client("lead:ZX1").get(f"/sent/{token}").status_code == 404


def test_a_receipt_that_lies_behind_a_link_or_tells_of_another_is_not_shown(house, tmp_path):
    folder = house.settings.outbox / WORSENS / "S00000001"
    folder.mkdir(parents=True)
    (tmp_path / "secret").write_text('{"sender": "x"}')
    (folder / "receipt.json").symlink_to(tmp_path / "secret")
    assert _receipt(house.settings, WORSENS, "S00000001") is None
    assert _receipt(house.settings, WORSENS, "../S00000001") is None
