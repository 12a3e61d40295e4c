"""What became of what a form sent: waits for the receipt, then tells it in words.

Belongs here: the page. Does not belong here: finding the submission and its receipt (``dashboard.forms.sending``).
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.asked import Asked
from dashboard.forms import told
from dashboard.forms.sending import Sent, find
from dashboard.pages.forms import FORMS, registry_of
from dashboard.pages.page import render
from schemas.improvement import NAMES

SOON, LATER = 2, 20  # seconds between looks
LONG = 120  # seconds after which it is told that it takes long
BADGES = {"accepted": "improvement", "accepted with warnings": "change", "accepted in part": "change"}


def show(request: Request) -> Response:
    asked = Asked.of(request)
    sent = find(asked, request.path_params["token"])
    if sent is None:
        raise HTTPException(404, "Nothing of yours was sent under this address.")
    if sent.is_done:
        asked.views.memory.look_again()
    waited = (asked.configuration.settings.clock() - sent.sent_at).total_seconds()
    again = None if sent.is_done else SOON if waited < LONG else LATER
    return render(
        request, "sent.html", title="Sent", sent=sent, again_after=again, is_long=waited >= LONG, look=BADGES.get(sent.state or "", "concern"), back=_back(sent),
        state=told.STATES.get(sent.state or "", ""), result=told.result(sent.receipt), summary=told.summary(sent.receipt) if sent.receipt else "", findings=_findings(asked, sent),
    )  # fmt: skip


def _back(sent: Sent) -> tuple[str, str] | None:
    """The form's address, and where to read on."""
    about = next((name for name, (kind, _, _) in FORMS.items() if NAMES[kind] == sent.dataset_name), None)
    return (f"/{about}/new", FORMS[about][2]) if about else None


def _findings(asked: Asked, sent: Sent) -> list[told.Said]:
    if not sent.receipt or sent.dataset_name is None:
        return []
    return told.findings(registry_of(asked).dataset(sent.dataset_name), sent.receipt, asked.names.told)


ROUTES = [Route("/sent/{token}", show)]
