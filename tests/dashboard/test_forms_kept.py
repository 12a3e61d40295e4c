"""The way back to a form that was sent: all that was typed, with what its receipt says beside it, for who typed it, without a trace on our side."""

from __future__ import annotations

import random
import re
import string
from html import unescape

import pytest
from playwright.sync_api import expect

from dashboard.forms import keeping, told
from dashboard.pages.sent import NOT_TAKEN, _beside
from tests.dashboard.browser import DESK, PHONE, chromium, grave_findings, served, sideways
from tests.dashboard.conftest import SECRET
from tests.dashboard.forms import ACTION, ADDRESS, LEAD, SOUND, WHO, errors_of, post, site_of, work_off
from tests.dashboard.network import EMERGENCY, IMPROVES, WORSENS

SECOND_LINE = "Two nurses\r\nsee everybody, \u00e9 & <b>"
SEND = {"what_changes": SECOND_LINE, "change_ideas": ["Trauma list at weekends"], "status": "planned"}  # begun and planned: a warning


def typed_in(page: str) -> dict[str, list[str]]:
    """What stands in the form of a page, as a browser would send it."""
    form = page.partition('class="form"')[2].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input (?:id="[^"]*" )?(?:type="date" )?name="(\w+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(unescape(value))
    for name, value in re.findall(r'<input type="checkbox" name="(\w+)" value="([^"]*)" checked', form):
        found.setdefault(name, []).append(unescape(value))
    for name, options in re.findall(r'<select [^>]*name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        found[name] = [unescape(value) for value in re.findall(r'<option value="([^"]*)" selected', options)]
    return found | {
        name: [unescape(value)] for name, value in re.findall(r'<textarea [^>]*name="(\w+)".*?>(.*?)</textarea>', form, re.DOTALL)
    }


def given(typed: dict) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [value] for name, value in typed.items() if value not in ([], "")}


def filled(found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: values for name, values in found.items() if any(values)}


# ------------------------------------------------------------------------------------------------ what comes back
def test_after_a_warning_the_form_comes_back_as_it_was_typed_and_can_be_sent_again(taking):
    browser = taking.client(LEAD)
    address = post(browser, "actions", **SEND)
    work_off(taking)
    assert f'href="{address}/again">Back to the form' in browser.get(address).text
    page = browser.get(f"{address}/again")
    assert page.status_code == 200 and filled(typed_in(page.text)) == given(ACTION | SEND)
    assert errors_of(page.text) == {} and "This was taken, with a warning" in page.text
    assert "Say &#39;Under way&#39; if it has begun" in re.search(r'id="n-status">(.*?)</span>', page.text)[1]
    assert re.search(r'id="f-status"[^>]*aria-describedby="h-status n-status"', page.text) and 'aria-invalid="true"' not in page.text
    corrected = browser.post("/actions/new", data=typed_in(page.text) | {"status": "active"}, follow_redirects=False)
    assert corrected.status_code == 303 and corrected.headers["location"] != address


def test_after_a_rejection_what_is_wrong_stands_beside_its_field(taking):
    """The site went to another provider between the form and the taking."""
    browser = taking.client(LEAD)
    address = post(browser, "leads", organisation=site_of(taking, WORSENS))
    site_of(taking, "ZX1")
    work_off(taking)
    assert "Not accepted" in browser.get(address).text
    page = browser.get(f"{address}/again").text
    assert list(errors_of(page)) == ["organisation"] and "This was not taken" in page and 'aria-invalid="true"' in page
    kept = {name: values for name, values in filled(typed_in(page)).items() if name != "organisation"}
    assert kept == given({name: value for name, value in WHO.items() if name != "organisation"})


def test_what_two_rules_say_of_one_field_stands_there_together():
    said = [
        told.Said(field, "Label", "", is_warning, (sentence,))
        for field, is_warning, sentence in (("start_date", True, "A."), ("start_date", True, "B."), ("status", False, "C."))
    ]
    beside = _beside(said)
    assert (beside.notes, beside.errors, beside.heading) == ({"start_date": ["A.", "B."]}, {"status": ["C."]}, NOT_TAKEN)


def test_per_cent_come_back_in_per_cent(taking):
    browser = taking.client(LEAD)
    address = post(browser, "aims", baseline="70.50 %")
    page = browser.get(f"{address}/again").text
    assert typed_in(page)["baseline"] == ["70.50 %"] and typed_in(page)["measure"] == [EMERGENCY] and "wrongs" not in page, (
        "nothing is said of it yet"
    )


def test_what_was_accepted_is_forgotten_and_a_new_form_is_empty(taking):
    browser = taking.client(LEAD)
    address = post(browser, "leads", role="Matron")
    work_off(taking)
    assert 'href="/leads/new">A new form' in browser.get(address).text and ADDRESS not in str(dict(browser.cookies))
    assert browser.get(f"{address}/again").status_code == 404 and not browser.cookies


# ------------------------------------------------------------------------------------------------ whose
OTHERS = [
    ("another person", "Sam Ward", LEAD),
    ("a reader", "Jo Carter", f"reader:{WORSENS}"),
    ("another provider", "Jo Carter", f"lead:{IMPROVES}"),
    ("the office", "Jo Carter", "office"),
]


@pytest.mark.parametrize(("name", "groups"), [case[1:] for case in OTHERS], ids=[case[0] for case in OTHERS])
def test_in_the_same_browser_nobody_else_reads_what_was_typed(network, name, groups):
    browser = network.client(LEAD)
    token, cookie = "1700000000-" + "a" * 64, sealed(network, WHO)
    browser.cookies.set(keeping.COOKIE, cookie)
    assert ADDRESS in browser.get(f"/sent/{token}/again").text, "who typed it does"
    answer = browser.get(f"/sent/{token}/again", headers={"X-Forwarded-User": name, "X-Forwarded-Groups": groups})
    assert answer.status_code in (403, 404) and ADDRESS not in answer.text


def sealed(network, typed: dict, token: str = "1700000000-" + "a" * 64) -> str:
    return keeping._seal(network.asked(LEAD), token, keeping.Typed("leads", given(typed)))


def test_it_opens_at_its_own_address_alone(network):
    browser = network.client(LEAD)
    browser.cookies.set(keeping.COOKIE, sealed(network, WHO))
    assert browser.get("/sent/1700000000-" + "b" * 64 + "/again").status_code == 404


@pytest.mark.parametrize("cookie", ["", "x", "*" * 40, "A" * 200, "\u00e9", "=" * 9])
def test_what_is_no_seal_of_ours_opens_nothing(network, cookie):
    answer = network.client(LEAD).get(
        "/sent/1700000000-" + "a" * 64 + "/again", headers={"Cookie": f"{keeping.COOKIE}={cookie}".encode("latin-1")}
    )
    assert answer.status_code == 404


def test_a_seal_that_was_altered_opens_nothing(network):
    cookie = sealed(network, WHO)
    for place in (0, 20, len(cookie) // 2):
        altered = cookie[:place] + ("A" if cookie[place] != "A" else "B") + cookie[place + 1 :]
        assert (
            network.client(LEAD)
            .get("/sent/1700000000-" + "a" * 64 + "/again", headers={"Cookie": f"{keeping.COOKIE}={altered}"})
            .status_code
            == 404
        )


# ------------------------------------------------------------------------------------------------ no trace
def test_the_browser_keeps_it_sealed_for_its_one_address_and_no_cache_does(taking):
    browser = taking.client(LEAD)
    answer = browser.post("/leads/new", data=WHO, follow_redirects=False)
    said, address = answer.headers["set-cookie"], answer.headers["location"]
    assert f"Path={address};" in said and "HttpOnly" in said and "SameSite=strict" in said and f"Max-Age={keeping.SECONDS}" in said
    assert "zya.example" not in said and WHO["role"] not in said
    page = browser.get(f"{address}/again")
    assert page.headers["cache-control"] == "no-store" and page.text.count(ADDRESS) == 1


def test_the_house_holds_nothing_of_it_that_it_did_not_hold(taking):
    browser = taking.client(LEAD)
    address = post(browser, "leads", role="Sister")
    browser.get(f"{address}/again")
    holding = [path for path in taking.settings.home.rglob("*") if path.is_file() and ADDRESS.encode() in path.read_bytes()]
    assert holding and all(path.is_relative_to(taking.settings.landing) for path in holding), "the file that is sent, until it is taken"
    work_off(taking)
    browser.get(address)
    assert [path for path in taking.settings.home.rglob("*") if path.is_file() and ADDRESS.encode() in path.read_bytes()] == []


LATIN = string.ascii_letters + string.digits + "    "
CHINESE = "".join(map(chr, range(0x4E00, 0x9000)))
LENGTHS = {"title": 120, "what_changes": 1000, "change_ideas_added": 300, "reference": 40}
MOST_BEFORE_A_PAGE = 4096  # bytes that nginx, as it comes, takes of an answer before its page


def full_of(letters: str) -> dict:
    """Every text as long as it may be, of letters by chance, which cannot be packed."""
    chance = random.Random(1)
    return ACTION | {name: "".join(chance.choices(letters, k=length)).strip() for name, length in LENGTHS.items()}


def test_the_fullest_form_is_kept_and_its_answer_passes_a_proxy(taking):
    browser = taking.client(LEAD)
    answer = browser.post("/actions/new", data=full_of(LATIN), follow_redirects=False)
    assert (
        answer.status_code == 303 and sum(len(name) + len(value) + 4 for name, value in answer.headers.items()) < MOST_BEFORE_A_PAGE - 200
    )
    assert filled(typed_in(browser.get(f"{answer.headers['location']}/again").text)) == given(full_of(LATIN))


def test_a_form_too_long_to_be_kept_is_sent_all_the_same(taking):
    """One of twice as many bytes, in a script of thousands of letters."""
    browser = taking.client(LEAD)
    answer = browser.post("/actions/new", data=full_of(CHINESE), follow_redirects=False)
    assert answer.status_code == 303 and "set-cookie" not in answer.headers
    work_off(taking)
    assert 'href="/actions/new">A new form' in browser.get(answer.headers["location"]).text


def test_a_form_that_comes_back_is_sent_only_from_our_own_pages(taking):
    browser = taking.client(LEAD)
    address = post(browser, "actions")
    assert browser.post(f"{address}/again", data=SOUND["actions"]).status_code == 405
    assert browser.post("/actions/new", data=SOUND["actions"], headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


# ------------------------------------------------------------------------------------------------ in a real browser
@pytest.mark.slow
@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_from_the_form_to_its_receipt_and_back(taking, size, has_script):
    with served(taking.app()) as address, chromium() as browser:
        headers = {"X-Forwarded-User": "Jo Carter", "X-Forwarded-Groups": LEAD, "X-Common-Cause-Secret": SECRET}
        context = browser.new_context(viewport=size, extra_http_headers=headers, java_script_enabled=has_script)
        page = context.new_page()
        fill_in(page, address, reference=f"walk {has_script} {size['width']}")
        assert "Sent, and being looked at" in page.inner_text("h1")
        work_off(taking)
        expect(page.locator("h1")).to_contain_text("Accepted, with warnings")  # the page looks again by itself
        page.click("text=Back to the form")
        assert page.input_value("[name=what_changes]") == "Two nurses\nsee everybody." and page.is_checked(
            f"[name=measures_to_raise][value={EMERGENCY}]"
        )
        assert page.input_value("[name=status]") == "planned" and "Under way" in page.inner_text("#n-status") and sideways(page) == 0
        if has_script:
            assert grave_findings(page) == []
        page.select_option("[name=status]", "active")
        page.click("button:has-text('Send')")
        assert "Sent, and being looked at" in page.inner_text("h1")
        context.close()


def fill_in(page, address: str, reference: str) -> None:
    """A change that is planned and has begun: a warning."""
    page.goto(f"{address}/actions/new?pathway=emergency_care")
    typed = {
        "reference": reference,
        "title": ACTION["title"],
        "what_changes": "Two nurses\nsee everybody.",
        "change_ideas_added": "Nurse at the door",
        "start_date": "2026-01-10",
    }
    for name, value in typed.items():
        page.fill(f"[name={name}]", value)
    page.check(f"[name=measures_to_raise][value={EMERGENCY}]")
    page.select_option("[name=status]", "planned")
    page.click("button:has-text('Send')")
