"""The local sign-in of a trial or the demo: whoever reaches it chooses who to be. Behind a proxy there is none.

Belongs here: choosing. Does not belong here: the proxy's headers (``dashboard.readers``).
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard.configuration import LOCAL
from dashboard.pages.page import render
from dashboard.readers import from_groups

PROVIDERS = """select organisation_code, organisation_name from dashboard.organisation_v1
where organisation_kind = 'provider' and is_member and closed_on is null order by organisation_name"""


def choose(request: Request) -> Response:
    _must_be_local(request)
    return render(
        request,
        "sign_in.html",
        title="Sign in",
        providers=request.app.state.views.rows(PROVIDERS),
        then=_inside(request.query_params.get("then")),
    )


async def enter(request: Request) -> Response:
    _must_be_local(request)
    form = await request.form()
    reader = from_groups(str(form.get("name") or "A visitor"), str(form.get("group", "")))
    if reader is None:
        raise HTTPException(400, "Choose a provider, or the network's office.")
    request.session["reader"] = [reader.name, reader.provider_code, reader.may_act]
    return RedirectResponse(_inside(str(form.get("then", ""))), 303)


def leave(request: Request) -> Response:
    if request.app.state.configuration.sign_in == LOCAL:
        request.session.clear()
    return RedirectResponse("/sign-in", 303)


def _must_be_local(request: Request) -> None:
    if request.app.state.configuration.sign_in != LOCAL:
        raise HTTPException(404, "People are signed in by the network's own sign-in page.")


def _inside(address: str | None) -> str:
    """An address of ours, never somebody else's."""
    return address if address and address.startswith("/") and not address.startswith(("//", "/\\", "/sign-")) else "/"


ROUTES = [Route("/sign-in", choose), Route("/sign-in", enter, methods=["POST"]), Route("/sign-out", leave, methods=["POST"])]
