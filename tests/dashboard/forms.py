"""What the tests of the forms share: sound content of each form, what a page says is wrong with it, what lies in a landing folder, sending one, having it taken.

Belongs here: these. Does not belong here: houses (``conftest.house``, ``conftest.taking``).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

from sqlalchemy import text

from assets.context import Context
from tests.conftest import DEMO_NETWORK
from tests.dashboard.network import EMERGENCY, WORSENS
from tests.world import World
from warehouse.organisations import load_network

LATER = date.today() + timedelta(days=200)
LEAD = f"lead:{WORSENS}"
ACTION = {
    "organisation": WORSENS, "reference": "triage-2", "cycle_number": "", "pathway": "emergency_care", "title": "A nurse at the door", "what_changes": "Two nurses\r\nsee everybody.",
    "change_ideas": [], "change_ideas_added": "Nurse at the door", "measures_to_raise": [EMERGENCY], "start_date": "2026-01-10", "end_date": "", "status": "active",
}  # fmt: skip
AIM = {
    "organisation": WORSENS,
    "measure": EMERGENCY,
    "baseline": "70",
    "target": "80 %",
    "target_date": LATER.isoformat(),
    "set_date": "",
    "note": "",
}
ADDRESS = "somebody.in.particular@zya.example"
WHO = {
    "organisation": WORSENS,
    "pathway": "emergency_care",
    "role": "Ward manager",
    "contact_address": ADDRESS,
    "signals": ["concern"],
    "frequency": "weekly",
}
SOUND = {"actions": ACTION, "aims": AIM, "leads": WHO}

SITE = f"{WORSENS}A1"
PLACED = """insert into pathway.organisation (organisation_code, organisation_name, organisation_kind, parent_code, is_member) values (:code, 'Infirmary of A', 'site', :parent, true)
on conflict (organisation_code) do update set parent_code = excluded.parent_code"""


def furnish(house) -> None:
    """The measures, and the provider whose forms are sent."""
    provider = {
        "organisation_code": WORSENS,
        "organisation_name": "Department A",
        "organisation_kind": "provider",
        "parent_code": "REG1",
        "is_member": True,
    }
    with house.engine.begin() as connection:
        load_network(connection, [*DEMO_NETWORK, provider])
    World(Context.open(house.settings, house.engine)).refresh()


def site_of(house, provider: str) -> str:
    """A site that now belongs to the provider, and is seen to."""
    with house.engine.begin() as connection:
        connection.execute(text(PLACED), {"code": SITE, "parent": provider})
    house.app().state.views.memory._held.clear()
    return SITE


def work_off(house) -> None:
    """What lies in the landing folders goes the product's own way."""
    World(Context.open(house.settings, house.engine)).work_off()


def errors_of(page: str) -> dict[str, str]:
    """Field -> sentence beside it."""
    return {name: unescape(said) for name, said in re.findall(r'<span class="error" id="e-(\w+)">(.*?)</span>', page, re.DOTALL)}


def dropped(house, sender: str = WORSENS) -> list:
    folder = house.settings.landing / sender
    return sorted(folder.glob("*.csv")) if folder.is_dir() else []


def post(browser, about: str, **typed) -> str:
    """The address to which a form that was sent leads."""
    answer = browser.post(f"/{about}/new", data={**SOUND[about], **typed}, follow_redirects=False)
    assert answer.status_code == 303, errors_of(answer.text)
    return answer.headers["location"]
