"""The whole loop in the whole demo, in a real browser: a signal, an aim, a change, its verdict, what others learnt; by mouse, by keys, and while the database is away.

``COMMON_CAUSE_PICTURES`` names a folder into which the pictures of the README are put on the way (``make pictures``).
"""

from __future__ import annotations

import csv
import io
import re
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from dashboard.views import LOOK_SECONDS
from tests.dashboard.browser import DESK, PHONE, Complaints, chromium, grave_findings, sideways
from tests.dashboard.demo_house import TO_WALK, demo_house, picture
from warehouse.embedded import Server, _locked
from warehouse.server_account import find_binaries

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
WHO, CHANGE, SENSOR_SECONDS, REVIVED_SECONDS = "Jo Carter", "A huddle at eight in the morning", 180, 180
VERDICTS = """select improvement_action_id as number, provider_code as provider, measure_name, controlled_difference as value, controlled_difference_lower as lower, controlled_difference_upper as upper
from dashboard.action_effect_v1 where verdict = :verdict and unit = 'share' and controlled_difference is not null order by improvement_action_id"""
NUMBER = r"([+−-]?[\d.]+)"
SIZE = rf"{NUMBER} points \(95 % interval {NUMBER} to {NUMBER}\)"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with demo_house(tmp_path_factory.mktemp("demo")) as house:
        yield house


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def signed_in(demo, browser):
    """Pages on a desk of somebody who signed in locally, as ``lead:CODE`` or ``office``."""
    opened = []

    def sign_in(group: str) -> Page:
        page = browser.new_page(base_url=demo.address, viewport=DESK, accept_downloads=True)
        opened.append(page)
        page.goto("/")
        page.fill("input[name=name]", WHO)
        page.select_option("select[name=group]", group)
        page.click("button:has-text('Sign in')")
        expect(page.locator(".who")).to_contain_text(WHO)
        return page

    yield sign_in
    for page in opened:
        page.close()


@pytest.fixture(scope="module")
def to_walk(demo):
    """Signals to walk through, the newest first, asked once: acting on one changes what would be found."""
    return demo.rows(TO_WALK)


# ------------------------------------------------------------------------------------------------ signal, aim, change, verdict
def test_from_a_signal_to_an_aim_and_a_change_of_which_it_is_too_early_to_say(signed_in, to_walk):
    fired = to_walk[0]
    page = signed_in(f"lead:{fired.provider}")
    complaints = Complaints(page)
    picture(page, "provider", "figure.figure")
    acknowledged(page, fired)
    target = aimed(page)
    registered(page, fired)
    too_early(page)
    drawn(page, fired, target)
    assert complaints.heard == []


def acknowledged(page: Page, fired) -> None:
    """From the inbox to the signal with its chart; it is acknowledged, and its life says by whom."""
    page.click("nav a:has-text('Signals')")
    page.click(f".letter a[href='/signals/{fired.signal_id}']")
    expect(page.locator("h1")).to_contain_text(fired.title)
    expect(page.locator("figure svg.chart title").nth(12)).to_be_attached()  # each month is told to who cannot see it
    picture(page, "signal", "figure.figure")
    page.click("button:has-text('Acknowledge')")
    expect(page.locator("[role=status]")).to_contain_text("Acknowledged")
    expect(page.locator(".life li", has_text="Acknowledged")).to_contain_text(WHO)


def aimed(page: Page) -> float:
    """From the signal to the form, which knows the measure and where we are; in per cent; accepted by the house. Returns the target as a share."""
    signal_page = page.url
    page.click("a:has-text('Set an aim')")
    baseline = float(page.input_value("[name=baseline]").removesuffix(" %"))
    target = round(baseline + (100 - baseline) / 2)
    page.fill("[name=target]", str(target))
    page.fill("[name=target_date]", (date.today() + timedelta(days=300)).isoformat())
    sent(page)
    page.goto(signal_page)
    return target / 100


def registered(page: Page, fired) -> None:
    """From the signal to the form, which names the measure already; accepted by the house."""
    page.click("a:has-text('Register a change')")
    expect(page.locator(f"input[value={fired.measure_name}]:checked")).to_have_count(1)
    for name, text in (
        ("reference", "huddle-1"),
        ("title", CHANGE),
        ("what_changes", "Everybody who waits is spoken of."),
        ("start_date", date.today().isoformat()),
    ):
        page.fill(f"[name={name}]", text)
    page.locator("input[name=change_ideas]").first.check()
    page.select_option("[name=status]", "active")
    sent(page)


def sent(page: Page) -> None:
    """The form goes, the sensor takes its file, and the page tells the receipt by itself."""
    page.click("button:has-text('Send')")
    expect(page).to_have_url(re.compile("/sent/"))
    page.wait_for_selector("a.button:has-text('Read on')", timeout=SENSOR_SECONDS * 1000)
    assert page.inner_text(".badge").strip() in ("taken", "taken, with a warning"), page.inner_text("main")
    assert grave_findings(page) == []


def too_early(page: Page) -> None:
    """The action's own page, once it was looked at: no verdict yet, and the day when there can be one."""
    page.click("a:has-text('Read on')")
    page.click(f"a:has-text('{CHANGE}')")
    told = page.locator("figure .summary").first
    deadline = time.monotonic() + SENSOR_SECONDS
    while "Too early to say" not in told.inner_text() and time.monotonic() < deadline:
        page.wait_for_timeout(1000)
        page.reload()
    expect(told).to_have_text(re.compile(r"Too early to say: .*there can be enough on \d{1,2} \w{3} 20\d\d"))


def drawn(page: Page, fired, target: float) -> None:
    """The measure's chart at the provider carries the action under its number, and the aim."""
    page.goto(f"/figure/series/{fired.measure_name}/{fired.provider}")
    marks = page.locator("svg.chart title").all_text_contents()
    assert any(CHANGE in mark for mark in marks) and any(re.match(rf"Aim: {target * 100:.1f} % by ", mark) for mark in marks), marks
    expect(page.locator(".numbered")).to_contain_text(CHANGE)
    expect(page.locator(".notes")).to_contain_text(f"Aim: {target * 100:.1f} %")


# ------------------------------------------------------------------------------------------------ what became of earlier changes
@pytest.mark.parametrize("verdict", ["improved", "no change"])
def test_a_verdict_is_told_with_its_interval(demo, signed_in, verdict):
    page, effect = signed_in("office"), demo.rows(VERDICTS, verdict=verdict)[0]
    page.goto(f"/actions/{effect.number}")
    figure = page.locator("figure", has=page.locator(f"a[href='/figure/effect/{effect.number}/{effect.measure_name}']")).first
    told = figure.locator(".summary").inner_text()
    value, lower, upper = (float(number.replace("−", "-")) for number in re.search(SIZE, told).groups())
    assert (value, lower, upper) == pytest.approx(tuple(100 * x for x in (effect.value, effect.lower, effect.upper)), abs=0.051)
    if verdict == "improved":
        assert told.startswith("Improved: ") and (lower > 0) == (upper > 0), told
        own = signed_in(f"lead:{effect.provider}")
        own.goto(f"/actions/{effect.number}")
        picture(own, "action", "section.effect")
    else:
        assert told.startswith("No change that can be told from chance: ") and lower < 0 < upper, told
    page.click("summary:has-text('The numbers behind it')")
    expect(page.locator(".behind table").first).to_be_visible()


def test_a_change_idea_is_told_over_all_who_tried_it(demo, signed_in):
    idea = demo.rows("select change_idea, title, provider_count from dashboard.change_idea_v1 order by provider_count desc, title limit 1")[
        0
    ]
    page = signed_in("office")
    page.goto("/ideas")
    page.click(f"a[href='/ideas/{idea.change_idea}']")
    expect(page.locator("h1")).to_contain_text(f"{idea.provider_count} providers tried it")
    forest = page.locator("figure", has_text="effects together").first  # of a measure that was named today nothing can be told yet
    expect(forest.locator("svg.chart")).to_be_visible()
    expect(forest.locator(".summary")).to_contain_text(re.compile(rf"effects together: {SIZE}"))
    expect(page.locator(".calls tbody tr")).to_have_count(idea.provider_count)


def test_the_network_at_a_glance_and_a_measure_in_it(demo, signed_in, to_walk):
    members = demo.rows(
        "select organisation_name from dashboard.organisation_v1 where organisation_kind = 'provider' and is_member and closed_on is null"
    )
    page = signed_in(f"lead:{to_walk[0].provider}")
    page.goto("/network/hip_fracture")
    assert page.locator("th.turned").count() == len(members) > 20
    expect(page.locator(".matrix tbody tr:nth-child(10)")).to_be_visible()
    picture(page, "network", ".matrix tbody tr:nth-child(10)", 0)
    page.goto("/measure/hip_kpi2_surgery_next_day")
    assert page.locator("figure svg.chart").count() >= 3
    picture(page, "measure", "figure.figure")


# ------------------------------------------------------------------------------------------------ what is taken away
def test_board_pack_table_and_picture_are_taken_away(signed_in, to_walk):
    fired = to_walk[0]
    page = signed_in(f"lead:{fired.provider}")
    page.goto(f"/provider/{fired.provider}/{fired.pathway_name}")
    pack = page.request.get(page.get_attribute("a:has-text('Board pack')", "href"))
    assert pack.headers["content-type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(pack.body())).pages
    assert 2 <= len(pages) <= 6 and fired.name.partition(" (")[0] in pages[0].extract_text()
    page.goto(f"/figure/series/{fired.measure_name}/{fired.provider}")
    rows = list(csv.reader(io.StringIO(taken(page, "a:text-is('CSV')").decode("utf-8-sig"))))
    assert len(rows) > 12 and any("Period" in row for row in rows)
    picture_ = taken(page, "a:text-is('PNG')")
    assert picture_.startswith(b"\x89PNG\r\n\x1a\n") and len(picture_) > 10_000


def taken(page: Page, link: str) -> bytes:
    """The file that a click brings."""
    with page.expect_download() as download:
        page.locator(link).first.click()
    return Path(download.value.path()).read_bytes()


# ------------------------------------------------------------------------------------------------ without a mouse, for everybody
def test_keys_alone_reach_the_content_the_matrix_and_acknowledge(signed_in, to_walk):
    fired = next(one for one in to_walk if one.provider != to_walk[0].provider)
    page = signed_in(f"lead:{fired.provider}")
    page.goto("/network/hip_fracture")
    page.keyboard.press("Tab")
    assert focused(page)["text"] == "To the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    tab_to(page, ".matrix td a")
    first = focused(page)["href"]
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
        assert (focused(page)["href"] == first) == (key == "ArrowUp"), key
    page.keyboard.press("Enter")
    page.wait_for_url("**/figure/series/**")
    page.goto(f"/signals/{fired.signal_id}")
    tab_to(page, "form[action$='/acknowledge'] button")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("Acknowledged")


def focused(page: Page) -> dict:
    return page.evaluate("({text: document.activeElement.textContent.trim(), href: document.activeElement.getAttribute('href')})")


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by {most} times the tab key")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_is_for_everybody(demo, signed_in, to_walk, size):
    page = signed_in(f"lead:{to_walk[0].provider}")
    page.set_viewport_size(size)
    complaints, found = Complaints(page), {}
    for address in addresses(demo, to_walk[0]):
        assert page.goto(address).status == 200, address
        found[address] = [*grave_findings(page), *complaints.heard, *(["wider than its window"] if sideways(page) else [])]
        complaints.heard.clear()
    assert {address: told for address, told in found.items() if told} == {}


def addresses(demo, fired) -> list[str]:
    effects = [demo.rows(VERDICTS, verdict=verdict)[0] for verdict in ("improved", "no change", "worse")]
    other = demo.rows(
        "select signal_id from dashboard.signal_v1 where state = 'raised' and kind <> 'special cause' order by signal_id limit 1"
    )
    plain = (
        "/signals",
        "/signals?whose=everybody",
        "/actions",
        "/actions?who=own",
        "/ideas",
        "/aims?who=everybody",
        "/data",
        "/measures",
        "/leads/new",
        "/leads/new?pathway=hip_fracture",
        "/aims/new",
    )
    of_pathways = [
        address.format(pathway)
        for pathway in ("hip_fracture", "acute_stroke")
        for address in (f"/provider/{fired.provider}/{{}}", "/network/{}?all=yes", "/learn/{}")
    ]
    of_measure = [
        address.format(fired.measure_name)
        for address in ("/measure/{}", "/aims/new?measure={}", "/actions/new?measure={}", f"/figure/series/{{}}/{fired.provider}")
    ]
    return [
        *plain, *of_pathways, *of_measure, "/ideas/trauma_list_at_weekends", f"/signals/{fired.signal_id}", *(f"/signals/{one.signal_id}" for one in other),
        *(f"/actions/{effect.number}" for effect in effects),
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------ when the database is away
def test_a_page_says_that_the_database_is_away_and_comes_back_by_itself(demo, signed_in, to_walk):
    page = signed_in(f"lead:{to_walk[0].provider}")
    stop_until_seen(page, Server(demo.settings.server_data, find_binaries()))
    expect(page.locator("h1")).to_have_text("The warehouse is away")
    assert grave_findings(page) == []
    page.wait_for_selector("h1:has-text('Signals')", timeout=REVIVED_SECONDS * 1000)
    expect(page.locator(".letters").first).to_be_visible()
    assert page.request.get("/health").json() == {"status": "up", "database": "up"}


def stop_until_seen(page: Page, server: Server, tries: int = 10) -> None:
    """Stops the database until a page finds it gone.

    Others in the house need it, so somebody may have started it again before it is held down; and what is remembered is shown until it is time
    to look whether data have changed.
    """
    for _ in range(tries):
        server.stop()
        with _locked(server.data):
            page.wait_for_timeout((LOOK_SECONDS + 1) * 1000)
            if page.goto("/signals").status == 503:
                return
    raise AssertionError("no page has seen that the database was stopped")
