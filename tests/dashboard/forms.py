"""What the tests of the forms share: sound content of each form, what a page says is wrong with it, what lies in a landing folder, sending one.

Belongs here: these. Does not belong here: a house in which a form may be sent (``conftest.house``).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

from tests.dashboard.network import EMERGENCY, WORSENS

LATER = date.today() + timedelta(days=200)
LEAD = f"lead:{WORSENS}"
ACTION = {
    "organisation": WORSENS, "reference": "triage-2", "cycle_number": "", "pathway": "emergency_care", "title": "A nurse at the door", "what_changes": "Two nurses\r\nsee everybody.",
    "change_ideas": [], "change_ideas_added": "Nurse at the door", "measures_to_raise": [EMERGENCY], "start_date": "2026-01-10", "end_date": "", "status": "active",
}  # fmt: skip
AIM = {"organisation": WORSENS, "measure": EMERGENCY, "baseline": "70", "target": "80 %", "target_date": LATER.isoformat(), "set_date": "", "note": ""}
ADDRESS = "somebody.in.particular@zya.example"
WHO = {"organisation": WORSENS, "pathway": "emergency_care", "role": "Ward manager", "contact_address": ADDRESS, "signals": ["concern"], "frequency": "weekly"}
SOUND = {"actions": ACTION, "aims": AIM, "leads": WHO}


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
