"""The inbox, a signal and the data page in a real browser: on a desk and on a phone, nothing that axe-core calls serious; a signal is worked through."""

from __future__ import annotations

import pytest

from dashboard.app import create_app
from dashboard.configuration import LOCAL, Configuration
from tests.dashboard.browser import DESK, PHONE, chromium, grave_findings, served, sideways
from tests.dashboard.conftest import a_house
from tests.dashboard.signals import OWN, furnish, raised, state

pytestmark = pytest.mark.slow
CONCERN, LATE = 1, 2


@pytest.fixture(scope="module")
def house(server, template, tmp_path_factory):
    with a_house(server, tmp_path_factory.mktemp("inbox")) as made:
        furnish(made)
        assert (raised(made, since="2025-05-01"), raised(made, kind="submission late", rule="in_time", since="2026-03-02")) == (
            CONCERN,
            LATE,
        )
        yield made


@pytest.fixture(scope="module")
def page(house):
    """A lead of ``OWN``, signed in."""
    with served(create_app(Configuration(house.settings, LOCAL, True), house.dashboard)) as address, chromium() as browser:
        page = browser.new_page(base_url=address, viewport=DESK)
        page.goto("/sign-in")
        page.fill("input[name=name]", "Jo Carter")
        page.select_option("select[name=group]", f"lead:{OWN}")
        page.click("button:has-text('Sign in')")
        yield page


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(
    "address", ["/signals", "/signals?whose=everybody&tone=concern", f"/signals/{CONCERN}", f"/signals/{LATE}", "/data"]
)
def test_a_page_is_open_to_everybody_and_no_wider_than_its_window(page, address, size):
    page.set_viewport_size(size)
    assert page.goto(address).status == 200
    assert grave_findings(page) == [] and sideways(page) == 0


def test_a_signal_is_worked_through_from_the_inbox_to_its_close(house, page):
    page.set_viewport_size(DESK)
    page.goto("/signals")
    page.click(f"a[href='/signals/{CONCERN}']")
    page.click("button:has-text('Acknowledge')")
    assert "Acknowledged" in page.inner_text("[role=status]") and state(house, CONCERN) == "acknowledged"
    page.click("summary:has-text('Assign')")
    page.fill("input[name=assignee]", "Sam Ward")
    page.click("button:has-text('Assign')")
    page.click("summary:has-text('Close')")
    page.fill("form[action$=close] textarea", "   ")
    page.click("button:has-text('Close the signal')")
    assert "A note says why" in page.inner_text("[role=alert]") and grave_findings(page) == []
    page.fill("form[action$=close] textarea", "The rota was changed")
    page.click("button:has-text('Close the signal')")
    assert "Closed, with your reason." in page.inner_text("[role=status]") and state(house, CONCERN) == "closed"
    assert "The rota was changed" in page.inner_text(".life")
