"""Actions, ideas, aims, learning and forms in a real browser: for everybody, on a desk and on a phone, without a complaint."""

from __future__ import annotations

import pytest

from tests.dashboard.browser import DESK, PHONE, Complaints, chromium, grave_findings, served, sideways
from tests.dashboard.conftest import SECRET
from tests.dashboard.network import EMERGENCY, IMPROVES
from tests.dashboard.test_actions import number_of

PAGES = (
    "/actions", "/ideas", "/ideas/trauma_list_at_weekends", "/aims", "/aims?who=everybody", "/learn/emergency_care", "/learn/wrist_fracture",
    "/actions/new?pathway=emergency_care", f"/aims/new?measure={EMERGENCY}", "/leads/new", "/leads/new?pathway=emergency_care", "/aims/new", f"/figure/aim/{EMERGENCY}/{IMPROVES}",
)  # fmt: skip
HEADERS = {"X-Forwarded-User": "Jo Carter", "X-Forwarded-Groups": f"lead:{IMPROVES}", "X-Common-Cause-Secret": SECRET}


@pytest.mark.slow
def test_pages_are_for_everybody(network):
    action = f"/actions/{number_of(network, 'B1')}"
    with served(network.app()) as address, chromium() as browser:
        found = {}
        for size in (DESK, PHONE):
            page = browser.new_page(viewport=size, extra_http_headers=HEADERS)
            complaints = Complaints(page)
            for path in (*PAGES, action):
                assert page.goto(address + path).status == 200, path
                found[path, size["width"]] = [
                    *grave_findings(page),
                    *complaints.heard,
                    *(["wider than its window"] if sideways(page) else []),
                ]
                complaints.heard.clear()
            page.close()
        assert {where: told for where, told in found.items() if told} == {}


@pytest.mark.slow
def test_a_form_that_is_wrong_is_told_to_whoever_does_not_see(network):
    with served(network.app()) as address, chromium() as browser:
        page = browser.new_page(viewport=DESK, extra_http_headers=HEADERS)
        page.goto(f"{address}/actions/new?pathway=emergency_care")
        page.fill("input[name=title]", "Kept as it was typed")
        page.click("button:has-text('Send')")
        page.wait_for_selector(".wrongs")
        assert (
            page.input_value("input[name=title]") == "Kept as it was typed" and page.get_attribute("#f-reference", "aria-invalid") == "true"
        )
        assert page.locator(".wrongs a[href='#f-reference']").count() == 1 and grave_findings(page) == []
