"""The forms: who gets them, what they ask, what they refuse and why, what they send; and the receipt that comes back."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from hashlib import sha256
from html import unescape
from types import SimpleNamespace

import pytest

from assets.context import Context
from dashboard.forms import measured
from dashboard.forms.asking import HINTS
from dashboard.forms.sending import _receipt
from schemas.improvement import NAMES
from schemas.registry import load_registry
from tests.conftest import DEMO_NETWORK
from tests.dashboard.network import EMERGENCY, IMPROVES, WORSENS
from tests.dashboard.test_actions import number_of, words_of
from tests.world import World, csv_bytes, wrist
from warehouse.organisations import load_network

TODAY, LATER = date.today(), date.today() + timedelta(days=200)
AHEAD = {"start_date": LATER.isoformat()}
LEAD, STAY = f"lead:{WORSENS}", "hip_acute_stay_mean"
ACTION = {
    "organisation": WORSENS, "reference": "triage-2", "cycle_number": "", "pathway": "emergency_care", "title": "A nurse at the door", "what_changes": "Two nurses\r\nsee everybody.",
    "change_ideas": [], "change_ideas_added": "Nurse at the door", "measures_to_raise": [EMERGENCY], "start_date": "2026-01-10", "end_date": "", "status": "active",
}  # fmt: skip
AIM = {"organisation": WORSENS, "measure": EMERGENCY, "baseline": "70", "target": "80 %", "target_date": LATER.isoformat(), "set_date": "", "note": ""}
ADDRESS = "somebody.in.particular@zya.example"
WHO = {"organisation": WORSENS, "pathway": "emergency_care", "role": "Ward manager", "contact_address": ADDRESS, "signals": ["concern"], "frequency": "weekly"}


def errors_of(page: str) -> dict[str, str]:
    """Field -> sentence beside it."""
    return {name: unescape(said) for name, said in re.findall(r'<span class="error" id="e-(\w+)">(.*?)</span>', page, re.DOTALL)}


def dropped(house, sender: str = WORSENS) -> list:
    folder = house.settings.landing / sender
    return sorted(folder.glob("*.csv")) if folder.is_dir() else []


# ------------------------------------------------------------------------------------------------ who
@pytest.mark.parametrize("address", ["/actions/new", "/aims/new", "/leads/new"])
@pytest.mark.parametrize("groups", ["office", f"reader:{WORSENS}"])
def test_who_may_not_act_gets_no_form_and_sends_none(client, address, groups):
    for answer in (client(groups).get(address), client(groups).post(address, data=ACTION)):
        assert answer.status_code == 403 and "<form method=\"post\" action=\"" + address not in answer.text and "Leads of a provider" in answer.text
    assert f'href="{address}"' not in client(groups).get(f"/{address.split('/')[1].replace('leads', 'aims')}").text


def test_a_form_of_another_site_is_refused(client):
    browser = client(LEAD)
    browser.headers["Sec-Fetch-Site"] = "cross-site"
    assert browser.post("/actions/new", data=ACTION).status_code == 403


# ------------------------------------------------------------------------------------------------ what is asked
FORMS_OF = {"action": "/actions/new?pathway=emergency_care", "aim": f"/aims/new?measure={EMERGENCY}", "lead": "/leads/new?pathway=emergency_care"}


@pytest.mark.parametrize("kind", FORMS_OF)
def test_every_field_is_asked_as_it_is_declared(client, network, kind):
    page = client(LEAD).get(FORMS_OF[kind]).text
    said, dataset = words_of(page), load_registry(network.settings.pathway_folders).dataset(NAMES[kind])
    for field in dataset.fields:
        assert field.header in said and HINTS.get((dataset.name, field.name), field.description) in said and f'name="{field.name}"' in page, field.name
        if field.codes and field.name not in ("pathway", "measure", "measures_to_raise", "measures_to_lower"):
            assert all(f'value="{code}"' in page and label in said for code, label in field.codes.labels), field.name


def test_only_own_places_and_measures_with_a_denominator_can_be_chosen(client):
    page = client(LEAD).get("/actions/new?pathway=wrist_fracture").text
    assert re.findall(r'value="(Z[XY]\w+)"', page) == [WORSENS, f"{WORSENS}A1"]
    measures = set(re.findall(r'name="measures_to_\w+" value="(\w+)"', page))
    assert "wrist_manipulated_4h" in measures and EMERGENCY not in measures and "wrist_cases" not in measures


@pytest.mark.parametrize("kind", FORMS_OF)
def test_no_hint_speaks_of_a_file_where_there_is_a_list_a_calendar_or_a_tick(client, kind):
    hints = [unescape(said) for said in re.findall(r'<span class="hint" id="h-\w+">(.*?)</span>', client(LEAD).get(FORMS_OF[kind]).text)]
    assert len(hints) > 5 and not [said for said in hints if re.search(r"joined by|Name of the|Code or name|between 0 and 1|DD/MM|\brow\b", said)]


def test_every_hint_of_a_form_is_of_a_field_that_there_is(network):
    registry = load_registry(network.settings.pathway_folders)
    assert [key for key in HINTS if key[1] not in registry.dataset(key[0]).field_by_name] == []


@pytest.mark.parametrize("about", ["actions", "leads"])
def test_the_pathway_is_chosen_before_anything_is_typed(client, network, about):
    first = client(LEAD).get(f"/{about}/new").text
    declared = load_registry(network.settings.pathway_folders).dataset(NAMES["lead"]).field_by_name["pathway"].codes.values
    assert f'action="/{about}/new"' not in first and "Which pathway" in first
    assert set(re.findall(rf'href="/{about}/new\?pathway=(\w+)"', first)) == set(declared)


def test_the_measure_of_an_aim_is_chosen_before_anything_is_typed(client):
    first = client(LEAD).get("/aims/new?pathway=emergency_care").text
    assert 'action="/aims/new"' not in first and f'href="/aims/new?measure={EMERGENCY}"' in first and 'href="/aims/new?pathway=wrist_fracture"' in first
    form = client(LEAD).get(f"/aims/new?measure={STAY}").text
    assert re.findall(r'<option value="(\w+)"', form.partition('name="measure"')[2].partition("</select>")[0]) == [STAY], "its unit stands beside the fields"


@pytest.mark.parametrize("kind", FORMS_OF)
def test_no_link_of_a_form_that_was_begun_leads_to_another_pathway(client, kind):
    about = FORMS_OF[kind].partition("?")[0]
    for page in (client(LEAD).get(FORMS_OF[kind]).text, client(LEAD).post(about, data=SOUND[about.split("/")[1]] | {"organisation": "nowhere"}).text):
        assert f'action="{about}"' in page and f'href="{about}' not in page


def test_a_measure_an_aim_and_an_action_begin_a_form(client, network):
    aim = client(LEAD).get(f"/aims/new?measure={EMERGENCY}").text
    assert f'<option value="{EMERGENCY}" selected>' in aim and 'name="baseline" value="70 %"' in aim and 'name="target" value="85 %"' in aim, "the aim that there is, to revise"
    other = client("lead:ZYE").get(f"/aims/new?measure={EMERGENCY}").text
    assert re.search(r'name="baseline" value="\d\d(\.\d)? %"', other) and 'name="target" value=""' in other, "what it was in the latest year"
    of = number_of(network, "B1")
    following = client(f"lead:{IMPROVES}").get(f"/actions/new?from={of}").text
    assert 'name="cycle_number" value="2"' in following and 'name="reference" value="B1"' in following and '<option value="planned" selected>' in following
    ending = client(f"lead:{IMPROVES}").get(f"/actions/new?from={of}&end=yes").text
    assert 'name="cycle_number" value="1"' in ending and f'name="end_date" value="{TODAY}"' in ending and '<option value="adopted" selected>' in ending
    assert "B1" not in client(LEAD).get(f"/actions/new?from={of}").text, "not another provider's"
    assert client(LEAD).get("/actions/new?pathway=nothing").status_code == 404


DAYS = SimpleNamespace(unit="days", decimals=1, direction="lower is better")
SHARE = SimpleNamespace(unit="share", decimals=1, direction="higher is better")


@pytest.mark.parametrize(
    ("typed", "share"), [("80", "0.8"), ("80 %", "0.8"), ("82.5%", "0.825"), ("100", "1"), (" 71.04  % ", "0.7104"), ("0", "0"), ("0.4 %", "0.004"), ("1%", "0.01"), ("101", "1.01")]
)
def test_per_cent_are_a_share_in_the_file(typed, share):
    read = measured.read({"target": [typed]}, SHARE)
    assert read.values["target"] == [share] and not read.errors


def test_numbers_of_other_units_are_as_they_are():
    read = measured.read({"baseline": ["14.5 days"], "target": ["0.5"], "note": ["x"]}, DAYS)
    assert dict(read.values) == {"baseline": ["14.5"], "target": ["0.5"], "note": ["x"]} and not read.errors
    assert (measured.unit(DAYS), measured.hint(DAYS), measured.write(14.26, DAYS, 1), measured.write(1234567.0, DAYS)) == ("days", "", "14.3", "1234567")


@pytest.mark.parametrize("value", [0.0, 0.004, 0.01, 0.243, 0.8295, 1.0])
def test_what_stands_in_a_form_is_read_as_what_it_was(value):
    written = measured.write(value, SHARE)
    read = measured.read({"baseline": [written]}, SHARE)
    assert float(read.values["baseline"][0]) == value and not read.errors, written


# ------------------------------------------------------------------------------------------------ what is refused
NAUGHTY = '<script>alert(1)</script>" onload="x'
BAD = [
    # what, form, typed, field, part of the sentence beside it
    ("without measures", "actions", {"measures_to_raise": []}, "measures_to_raise", "Name at least one measure"),
    ("in the future", "actions", AHEAD, "start_date", "The start lies ahead. Say 'Planned, not begun', or"),
    ("a measure with no denominator", "actions", {"pathway": "wrist_fracture", "measures_to_raise": ["wrist_cases"]}, "measures_to_raise", "no denominator"),
    ("a measure of another pathway", "actions", {"measures_to_raise": ["wrist_manipulated_4h"]}, "measures_to_raise", "another pathway"),
    ("raised and lowered", "actions", {"measures_to_lower": [EMERGENCY]}, "measures_to_raise", "to be raised and to be lowered"),
    ("ends before it starts", "actions", {"end_date": "2026-01-01"}, "end_date", "before the start"),
    ("given up without an end", "actions", {"status": "abandoned"}, "end_date", "when it was given up"),
    ("no reference", "actions", {"reference": " "}, "reference", "Fill this in"),
    ("a title that is too long", "actions", {"title": "long " * 30}, "title", "120"),
    ("a day that is none", "actions", {"start_date": "2026-02-31"}, "start_date", "There is no such day"),
    ("no day", "actions", {"start_date": ""}, "start_date", "Choose a day"),
    ("no status", "actions", {"status": ""}, "status", "Choose one of the list"),
    ("a status of its own", "actions", {"status": "splendid"}, "status", "Choose one of the list"),
    ("somebody else's place", "actions", {"organisation": IMPROVES}, "organisation", "Choose one of your own"),
    ("text that a spreadsheet runs", "actions", {"title": "=HYPERLINK(1)"}, "title", "Begin with a letter"),
    ("the wrong direction", "aims", {"target": "60"}, "target", "higher is better: from 70 % to 60 %"),
    ("a share above all", "aims", {"target": "101"}, "target", "between 0 and 100"),
    ("a share for per cent", "aims", {"target": "0.8"}, "target", "80 % or 0.8 %?"),
    ("a share for per cent, where it starts", "aims", {"baseline": "0.70"}, "baseline", "70 % or 0.7 %?"),
    ("all or one per cent", "aims", {"target": "1"}, "target", "100 % or 1 %?"),
    ("the unit of another measure", "aims", {"target": "80 days"}, "target", "Write it as a number"),
    ("a share without its nought", "aims", {"target": ".8"}, "target", "80 % or 0.8 %?"),
    ("a number that only files may have", "aims", {"target": "0.8000000000000"}, "target", "Write it as a number"),
    ("no measure", "aims", {"measure": ""}, "measure", "Choose one of the list"),
    ("no number", "aims", {"target": "much"}, "target", "Write it as a number"),
    ("a lead without an address", "leads", {"contact_address": ""}, "contact_address", "cannot be sent without it"),
    ("an impossible address", "leads", {"contact_address": "nobody at all"}, "contact_address", "nothing can be sent without it"),
    ("an unknown signal", "leads", {"signals": ["concern", "gossip"]}, "signals", "Tick only what is listed"),
]  # fmt: skip
SOUND = {"actions": ACTION, "aims": AIM, "leads": WHO}


@pytest.mark.parametrize(("about", "typed", "field", "part"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_what_cannot_be_right_is_told_beside_its_field_and_nothing_is_sent(client, network, about, typed, field, part):
    answer = client(LEAD).post(f"/{about}/new", data={**SOUND[about], **typed}, follow_redirects=False)
    assert answer.status_code == 422
    errors = errors_of(answer.text)
    assert part in errors.get(field, ""), errors
    assert dropped(network) == [] and not re.search(r"DD/MM|joined by|\b(planned|active|adopted|abandoned)\b", "".join(errors.values()))


def test_an_aim_in_days_is_asked_for_and_taken_in_days(client):
    page = client(LEAD).get(f"/aims/new?measure={STAY}").text
    assert "Target <small>(days)</small>" in page and "per cent" not in page
    wrong = client(LEAD).post("/aims/new", data={**AIM, "measure": STAY, "baseline": "12", "target": "0.9 days", "target_date": ""}).text
    assert list(errors_of(wrong)) == ["target_date"] and 'value="0.9 days"' in wrong


def test_what_may_be_a_share_or_per_cent_is_asked_alone(client):
    errors = errors_of(client(LEAD).post("/aims/new", data={**AIM, "measure": "hip_mortality_30_days", "baseline": "0.09", "target": "7"}).text)
    assert list(errors) == ["baseline"], "whether 7 % is better is known when the baseline is"


def test_per_cent_come_back_as_they_were_typed(client):
    page = client(LEAD).post("/aims/new", data={**AIM, "baseline": "70.50 %", "target": "12"}).text
    assert 'name="baseline" value="70.50 %"' in page and 'name="target" value="12"' in page and "Target <small>(%)</small>" in page


def test_what_was_typed_is_kept_and_markup_is_text(client):
    typed = {**ACTION, "title": NAUGHTY, "what_changes": "</textarea><script>", "reference": "", "status": "adopted", "change_ideas": ["Trauma list at weekends"]}
    page = client(LEAD).post("/actions/new", data=typed).text
    assert "<script>" not in page.replace('<script src="/static/page.js" defer></script>', "")
    assert f'name="title" value="{NAUGHTY}"'.replace("<", "&lt;").replace(">", "&gt;").replace('" onload="x', "&#34; onload=&#34;x") in page
    assert "&lt;/textarea&gt;&lt;script&gt;</textarea>" in page and '<option value="adopted" selected>' in page and 'value="Nurse at the door"' in page
    assert re.search(rf'name="measures_to_raise" value="{EMERGENCY}" checked', page)


def test_a_lead_s_address_typed_in_a_form_comes_back_to_the_form_alone(client, network):
    page = client(LEAD).post("/leads/new", data={**WHO, "role": ""}).text
    assert f'name="contact_address" value="{ADDRESS}"' in page and page.count(ADDRESS) == 1


# ------------------------------------------------------------------------------------------------ what is sent
@pytest.fixture
def house(new_house):
    with new_house.engine.begin() as connection:
        load_network(connection, [*DEMO_NETWORK, {"organisation_code": WORSENS, "organisation_name": "Department A", "organisation_kind": "provider", "parent_code": "REG1", "is_member": True}])
    World(Context.open(new_house.settings, new_house.engine)).refresh()  # the measures
    return new_house


def post(house, about: str, **typed) -> str:
    """The address to which a form that was sent leads."""
    answer = house.client(LEAD).post(f"/{about}/new", data={**SOUND[about], **typed}, follow_redirects=False)
    assert answer.status_code == 303, errors_of(answer.text)
    return answer.headers["location"]


def test_a_form_makes_a_whole_file_of_its_dataset_in_the_own_folder(house):
    post(house, "actions")
    [file] = dropped(house)
    [row] = csv.DictReader(io.StringIO(file.read_text()))
    assert row["Start date"] == "10/01/2026" and row["What changes"] == "Two nurses see everybody." and row["Change ideas"] == "Nurse at the door" and row["Organisation"] == WORSENS
    declared = load_registry(house.settings.pathway_folders).dataset(NAMES["action"])
    assert list(row) == [field.header for field in declared.fields]
    beside = {path.name.removeprefix(file.name) for path in file.parent.iterdir()}
    assert beside == {"", ".done", ".manifest.json"} and json.loads(file.with_name(f"{file.name}.manifest.json").read_text()) == {"dataset": "improvement_action"}
    assert {path.name for path in house.settings.landing.iterdir()} == {WORSENS}


def test_a_folder_that_cannot_be_written_is_told(house):
    house.settings.landing.parent.mkdir(parents=True, exist_ok=True)
    house.settings.landing.write_text("in the way")
    answer = house.client(LEAD).post("/aims/new", data=AIM)
    assert answer.status_code == 422 and "could not be put into your landing folder" in answer.text and 'value="80 %"' in answer.text


def test_from_form_to_receipt(house):
    """The form's file goes the product's own way; the page waits, then tells the result, the findings and the advice."""
    world = World(Context.open(house.settings, house.engine))
    sent = {about: post(house, about) for about in SOUND}
    browser = house.client(LEAD)
    waiting = browser.get(sent["actions"])
    assert '<meta http-equiv="refresh"' in waiting.text and "It lies in your landing folder" in waiting.text
    assert {outcome.state for outcome in world.work_off()} == {"accepted", "accepted with warnings"}
    action = browser.get(sent["actions"])
    said = words_of(action.text)
    assert "http-equiv" not in action.text and "Accepted, with warnings" in said and "A change idea is new to the network" in said and "Change ideas taken, with a warning" in said
    assert "no results of these measures yet" in said, "before the first data"
    assert 'href="/actions/new"' in action.text and 'href="/actions"' in action.text
    for about in ("aims", "leads"):
        page = browser.get(sent[about]).text
        assert "Accepted" in words_of(page) and ADDRESS not in page
    assert [row["title"] for row in world.query("select title from improvement.action")] == ["A nurse at the door"]
    assert [row["contact_address"] for row in world.query("select contact_address from improvement.lead_contact")] == [ADDRESS]
    assert [tuple(row.values()) for row in world.query("select baseline_value, target_value from improvement.aim")] == [(0.7, 0.8)], "of 70 and of 80 %"
    nobody_else_sees_it(house, sent["actions"])


def test_who_reads_on_after_the_receipt_finds_what_was_sent_though_nothing_is_computed_yet(house):
    world, browser = World(Context.open(house.settings, house.engine)), house.client(LEAD)
    assert "A nurse at the door" not in browser.get("/actions").text
    address = post(house, "actions")
    world.work_off()
    assert world.query("select 1 from intake.submission where refreshed_at is null"), "the refresh comes later"
    assert 'href="/actions"' in browser.get(address).text
    assert "A nurse at the door" in browser.get("/actions").text


def nobody_else_sees_it(house, address: str) -> None:
    for groups in ("lead:ZX1", "office"):
        assert house.client(groups).get(address).status_code in (200, 404) and "Accepted" not in house.client(groups).get(address).text, groups
    other = "/sent/" + re.sub(r"[0-9a-f]{64}", "0" * 64, address.removeprefix("/sent/"))
    assert "It lies in your landing folder" in house.client(LEAD).get(other).text, "nothing of the kind has come"


TRICKS = ["..%2f..%2fetc%2fpasswd", "1-1", f"1700000000-{'G' * 64}", f"1700000000-{'a' * 64}%0a", f"١٧٠٠٠٠٠٠٠٠-{'a' * 64}", f"99999999999-{'a' * 63}", "receipt.json", f"1700000000-{'a' * 64}.json"]


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
