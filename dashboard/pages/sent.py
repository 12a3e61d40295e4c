"""What became of what a form sent: waits for the receipt, then tells it in words; the way back to the form as it was sent.

Belongs here: these pages. Does not belong here: finding the submission and its receipt (``dashboard.forms.sending``), words for them (``dashboard.forms.told``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.asked import Asked
from dashboard.forms import keeping, told
from dashboard.forms.inputs import Beside
from dashboard.forms.sending import Sent, find
from dashboard.pages.forms import FORMS, acting, registry_of
from dashboard.pages.forms import again as form_again
from dashboard.pages.page import render
from schemas.improvement import NAMES

SOON, LATER = 2, 20  # seconds between looks
LONG = 120  # seconds after which it is told that it takes long
ACCEPTED = "accepted"
NOT_TAKEN, TAKEN = "This was not taken", "This was taken, with a warning"
BADGES = {"accepted": "improvement", "accepted with warnings": "change", "accepted in part": "change"}


class Back(NamedTuple):
    """The form's address, whether it brings back what was typed, and where to read on."""

    address: str
    is_kept: bool
    read_on: str


def show(request: Request) -> Response:
    asked, token = Asked.of(request), request.path_params["token"]
    sent = _found(asked, token)
    if sent.is_done:
        asked.views.memory.look_again()
    waited = (asked.configuration.settings.clock() - sent.sent_at).total_seconds()
    again_after = None if sent.is_done else SOON if waited < LONG else LATER
    answer = render(
        request, "sent.html", title="Sent", sent=sent, again_after=again_after, is_long=waited >= LONG, look=BADGES.get(sent.state or "", "concern"),
        back=_back(sent, token, keeping.kept(request, asked, token)), state=told.STATES.get(sent.state or "", ""), result=told.result(sent.receipt),
        summary=told.summary(sent.receipt) if sent.receipt else "", findings=_findings(asked, sent),
    )  # fmt: skip
    if sent.state == ACCEPTED:
        keeping.forget(answer, token)
    return answer


def again(request: Request) -> Response:
    """The form with all that was typed, for who typed it, and what the receipt says beside its fields. Raises 404 where it is not kept."""
    asked, token = acting(request), request.path_params["token"]
    sent, typed = _found(asked, token), keeping.kept(request, asked, token)
    if typed is None:
        raise HTTPException(
            404,
            "What you typed is no longer kept here. It is kept for half a day, in the browser in which it was typed, for whoever typed it.",
        )
    answer = form_again(request, asked, typed, _beside(_findings(asked, sent)))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _found(asked: Asked, token: str) -> Sent:
    """Raises 404."""
    sent = find(asked, token)
    if sent is None:
        raise HTTPException(404, "Nothing of yours was sent under this address.")
    return sent


def _back(sent: Sent, token: str, typed: keeping.Typed | None) -> Back | None:
    """Where nothing more is to be done to what was sent, or it is no longer kept, a form without it."""
    of_dataset = next((name for name, (kind, _, _) in FORMS.items() if NAMES[kind] == sent.dataset_name), None)
    about = typed.about if typed and sent.is_done else of_dataset
    if about is None:
        return None
    return (
        Back(f"/sent/{token}/again", True, FORMS[about][2])
        if typed and sent.state != ACCEPTED
        else Back(f"/{about}/new", False, FORMS[about][2])
    )


def _beside(findings: Sequence[told.Said]) -> Beside:
    errors: dict[str, list[str]] = {}
    notes: dict[str, list[str]] = {}
    for said in findings:
        (notes if said.is_warning else errors).setdefault(said.field, []).extend(said.sentences)
    return Beside(errors, notes, NOT_TAKEN if errors else TAKEN)


def _findings(asked: Asked, sent: Sent) -> list[told.Said]:
    if not sent.receipt or sent.dataset_name is None:
        return []
    return told.findings(registry_of(asked).dataset(sent.dataset_name), sent.receipt, asked.names.told)


ROUTES = [Route("/sent/{token}", show), Route("/sent/{token}/again", again)]
