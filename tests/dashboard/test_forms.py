"""The forms: who gets them, what they ask, what they refuse and why. What they send is told in ``test_forms_sent``."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from types import SimpleNamespace

import pytest

from dashboard.forms import measured
from dashboard.forms.asking import HINTS
from schemas.improvement import NAMES
from schemas.registry import load_registry
from tests.dashboard.forms import ACTION, ADDRESS, AIM, LATER, LEAD, SOUND, WHO, dropped, errors_of
from tests.dashboard.network import EMERGENCY, IMPROVES, WORSENS
from tests.dashboard.test_actions import number_of, words_of

TODAY = date.today()
AHEAD = {"start_date": LATER.isoformat()}
STAY = "hip_acute_stay_mean"


# ------------------------------------------------------------------------------------------------ who
@pytest.mark.parametrize("address", ["/actions/new", "/aims/new", "/leads/new"])
@pytest.mark.parametrize("groups", ["office", f"reader:{WORSENS}"])
def test_who_may_not_act_gets_no_form_and_sends_none(client, address, groups):
    for answer in (client(groups).get(address), client(groups).post(address, data=ACTION)):
        assert (
            answer.status_code == 403
            and '<form method="post" action="' + address not in answer.text
            and "Leads of a provider" in answer.text
        )
    assert f'href="{address}"' not in client(groups).get(f"/{address.split('/')[1].replace('leads', 'aims')}").text


def test_a_form_of_another_site_is_refused(client):
    browser = client(LEAD)
    browser.headers["Sec-Fetch-Site"] = "cross-site"
    assert browser.post("/actions/new", data=ACTION).status_code == 403


# ------------------------------------------------------------------------------------------------ what is asked
FORMS_OF = {
    "action": "/actions/new?pathway=emergency_care",
    "aim": f"/aims/new?measure={EMERGENCY}",
    "lead": "/leads/new?pathway=emergency_care",
}


@pytest.mark.parametrize("kind", FORMS_OF)
def test_every_field_is_asked_as_it_is_declared(client, network, kind):
    page = client(LEAD).get(FORMS_OF[kind]).text
    said, dataset = words_of(page), load_registry(network.settings.pathway_folders).dataset(NAMES[kind])
    for field in dataset.fields:
        assert (
            field.header in said and HINTS.get((dataset.name, field.name), field.description) in said and f'name="{field.name}"' in page
        ), field.name
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
    assert len(hints) > 5 and not [
        said for said in hints if re.search(r"joined by|Name of the|Code or name|between 0 and 1|DD/MM|\brow\b", said)
    ]


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
    assert (
        'action="/aims/new"' not in first
        and f'href="/aims/new?measure={EMERGENCY}"' in first
        and 'href="/aims/new?pathway=wrist_fracture"' in first
    )
    form = client(LEAD).get(f"/aims/new?measure={STAY}").text
    assert re.findall(r'<option value="(\w+)"', form.partition('name="measure"')[2].partition("</select>")[0]) == [STAY], (
        "its unit stands beside the fields"
    )


@pytest.mark.parametrize("kind", FORMS_OF)
def test_no_link_of_a_form_that_was_begun_leads_to_another_pathway(client, kind):
    about = FORMS_OF[kind].partition("?")[0]
    for page in (
        client(LEAD).get(FORMS_OF[kind]).text,
        client(LEAD).post(about, data=SOUND[about.split("/")[1]] | {"organisation": "nowhere"}).text,
    ):
        assert f'action="{about}"' in page and f'href="{about}' not in page


def test_a_measure_an_aim_and_an_action_begin_a_form(client, network):
    aim = client(LEAD).get(f"/aims/new?measure={EMERGENCY}").text
    assert (
        f'<option value="{EMERGENCY}" selected>' in aim and 'name="baseline" value="70 %"' in aim and 'name="target" value="85 %"' in aim
    ), "the aim that there is, to revise"
    other = client("lead:ZYE").get(f"/aims/new?measure={EMERGENCY}").text
    assert re.search(r'name="baseline" value="\d\d(\.\d)? %"', other) and 'name="target" value=""' in other, (
        "what it was in the latest year"
    )
    of = number_of(network, "B1")
    following = client(f"lead:{IMPROVES}").get(f"/actions/new?from={of}").text
    assert (
        'name="cycle_number" value="2"' in following
        and 'name="reference" value="B1"' in following
        and '<option value="planned" selected>' in following
    )
    ending = client(f"lead:{IMPROVES}").get(f"/actions/new?from={of}&end=yes").text
    assert (
        'name="cycle_number" value="1"' in ending
        and f'name="end_date" value="{TODAY}"' in ending
        and '<option value="adopted" selected>' in ending
    )
    assert "B1" not in client(LEAD).get(f"/actions/new?from={of}").text, "not another provider's"
    assert client(LEAD).get("/actions/new?pathway=nothing").status_code == 404


DAYS = SimpleNamespace(unit="days", decimals=1, direction="lower is better")
SHARE = SimpleNamespace(unit="share", decimals=1, direction="higher is better")


@pytest.mark.parametrize(
    ("typed", "share"),
    [
        ("80", "0.8"),
        ("80 %", "0.8"),
        ("82.5%", "0.825"),
        ("100", "1"),
        (" 71.04  % ", "0.7104"),
        ("0", "0"),
        ("0.4 %", "0.004"),
        ("1%", "0.01"),
        ("101", "1.01"),
    ],
)
def test_per_cent_are_a_share_in_the_file(typed, share):
    read = measured.read({"target": [typed]}, SHARE)
    assert read.values["target"] == [share] and not read.errors


def test_numbers_of_other_units_are_as_they_are():
    read = measured.read({"baseline": ["14.5 days"], "target": ["0.5"], "note": ["x"]}, DAYS)
    assert dict(read.values) == {"baseline": ["14.5"], "target": ["0.5"], "note": ["x"]} and not read.errors
    assert (measured.unit(DAYS), measured.hint(DAYS), measured.write(14.26, DAYS, 1), measured.write(1234567.0, DAYS)) == (
        "days",
        "",
        "14.3",
        "1234567",
    )


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
    errors = errors_of(
        client(LEAD).post("/aims/new", data={**AIM, "measure": "hip_mortality_30_days", "baseline": "0.09", "target": "7"}).text
    )
    assert list(errors) == ["baseline"], "whether 7 % is better is known when the baseline is"


def test_per_cent_come_back_as_they_were_typed(client):
    page = client(LEAD).post("/aims/new", data={**AIM, "baseline": "70.50 %", "target": "12"}).text
    assert 'name="baseline" value="70.50 %"' in page and 'name="target" value="12"' in page and "Target <small>(%)</small>" in page


def test_what_was_typed_is_kept_and_markup_is_text(client):
    typed = {
        **ACTION,
        "title": NAUGHTY,
        "what_changes": "</textarea><script>",
        "reference": "",
        "status": "adopted",
        "change_ideas": ["Trauma list at weekends"],
    }
    page = client(LEAD).post("/actions/new", data=typed).text
    assert "<script>" not in page.replace('<script src="/static/page.js" defer></script>', "")
    assert f'name="title" value="{NAUGHTY}"'.replace("<", "&lt;").replace(">", "&gt;").replace('" onload="x', "&#34; onload=&#34;x") in page
    assert (
        "&lt;/textarea&gt;&lt;script&gt;</textarea>" in page
        and '<option value="adopted" selected>' in page
        and 'value="Nurse at the door"' in page
    )
    assert re.search(rf'name="measures_to_raise" value="{EMERGENCY}" checked', page)


def test_a_lead_s_address_typed_in_a_form_comes_back_to_the_form_alone(client, network):
    page = client(LEAD).post("/leads/new", data={**WHO, "role": ""}).text
    assert f'name="contact_address" value="{ADDRESS}"' in page and page.count(ADDRESS) == 1
