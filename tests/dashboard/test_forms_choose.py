"""Which measure an aim is for: chosen of all that the pathway has, in groups, with a search for whoever has a script, with the keyboard and by ear."""

from __future__ import annotations

import re
from html import unescape

import pytest
from playwright.sync_api import expect

from dashboard.forms.choices import HEADLINES, KINDS, by_kind
from schemas.measures import MeasureKind
from tests.dashboard.browser import DESK, PHONE, Complaints, chromium, grave_findings, served, sideways
from tests.dashboard.conftest import SECRET
from tests.dashboard.forms import LEAD

MANY = "/aims/new?pathway=acute_stroke"
HEADERS = {"X-Forwarded-User": "Jo Carter", "X-Forwarded-Groups": LEAD, "X-Common-Cause-Secret": SECRET}


def groups_of(page: str) -> dict[str, list[str]]:
    """Heading -> names of the measures under it."""
    parts = re.findall(r"<section [^>]*><h3[^>]*>(.*?)</h3>(.*?)</section>", page, re.DOTALL)
    return {unescape(heading): re.findall(r'href="/aims/new\?measure=(\w+)"', listed) for heading, listed in parts}


# ------------------------------------------------------------------------------------------------ without a script
def test_all_measures_of_the_pathway_stand_there_in_groups_each_once(client, network):
    measures = {m.measure_name: m for m in network.asked(LEAD).measures.values() if m.pathway_name == "acute_stroke"}
    page = client(LEAD).get(MANY).text
    groups = groups_of(page)
    assert len(measures) > 100 and sorted(name for listed in groups.values() for name in listed) == sorted(measures)
    assert list(groups)[:2] == [HEADLINES, "Shares of cases"] and {measures[name].is_headline for name in groups[HEADLINES]} == {True}
    assert all(KINDS[measures[name].kind] == heading for heading, listed in groups.items() if heading != HEADLINES for name in listed)
    assert "<details" not in page, "nothing folds away"


def test_the_search_is_hidden_where_no_script_makes_it_work(client):
    assert re.search(r'<div class="find" role="search" hidden>', client(LEAD).get(MANY).text)


def test_every_kind_of_measure_has_a_heading():
    assert list(KINDS) and set(KINDS) == set(MeasureKind)


def test_no_measures_are_no_groups():
    assert by_kind([]) == []


# ------------------------------------------------------------------------------------------------ with one
@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(network):
    with served(network.app()) as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_what_is_typed_leaves_the_lines_that_have_all_its_words(browser, address, size):
    page = browser.new_page(viewport=size, extra_http_headers=HEADERS)
    complaints = Complaints(page)
    page.goto(address + MANY)
    lines, search, count = (
        page.locator("[data-find] li:visible"),
        page.get_by_role("searchbox", name="Find a measure"),
        page.get_by_role("status"),
    )
    every = lines.count()
    expect(count).to_have_text(f"{every} of {every} measures")
    search.fill("hour BRAIN")
    assert lines.all_inner_texts() and all("Brain" in said and "hour" in said for said in lines.all_inner_texts())
    expect(count).to_have_text(f"{lines.count()} of {every} measures")
    assert page.locator("[data-find] h3:visible").count() == 2, "groups without a line are away"
    search.fill("1 hour")
    assert all(re.search(r"\b1\d* hour|\b1 .*hour", said) for said in lines.all_inner_texts()), (
        "numbers of indicators are not those of hours"
    )
    search.fill("3.3")
    assert "Thrombolysis within 1 hour" in lines.first.inner_text(), "the audit's own number of it"
    search.fill("nothing of the kind")
    expect(count).to_contain_text("No measure has these words")
    assert lines.count() == 0 and grave_findings(page) == [] and sideways(page) == 0
    search.press("Escape")
    assert lines.count() == every and grave_findings(page) == [] and complaints.heard == []
    page.close()


@pytest.mark.slow
def test_with_the_keyboard_alone_one_comes_from_a_word_to_the_form(browser, address):
    page = browser.new_page(viewport=DESK, extra_http_headers=HEADERS)
    page.goto(address + MANY)
    page.get_by_role("searchbox").focus()
    page.keyboard.type("swallow 72")
    first = page.locator("[data-find] li:visible a").first
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    wanted = first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{wanted}")
    assert page.locator("input[name=target]").count() == 1
    page.go_back()
    is_kept = page.get_by_role("searchbox").input_value() != ""
    assert (page.locator("[data-find] li:visible").count() < 10) is is_kept, "what stands in the search is what is shown"
    page.close()


@pytest.mark.slow
def test_without_a_script_all_of_them_can_be_reached(browser, address):
    context = browser.new_context(viewport=PHONE, extra_http_headers=HEADERS, java_script_enabled=False)
    page = context.new_page()
    page.goto(address + MANY)
    assert page.locator("[data-find] li:visible").count() > 100 and not page.get_by_role("searchbox").is_visible()
    context.close()
