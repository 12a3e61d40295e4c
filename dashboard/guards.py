"""What stands before every page: who is let in, that a form is our own, and what browsers are told.

Belongs here: one middleware. Does not belong here: who a person is (``dashboard.readers``).
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.configuration import LOCAL, Configuration
from dashboard.readers import reader_of

OPEN = ("/health", "/static/", "/sign-in")
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
LONGEST = 4000  # bytes of an address; ours have some hundreds
LARGEST_FORM = 1_000_000  # bytes; what people type in has some thousands
NOT_BY_PROXY = (
    "Common Cause's dashboard is reached through the network's sign-in page. If you are setting it up: docs/dashboard.md tells which headers "
    "the reverse proxy sends (user, groups, secret); for a trial on one machine type `common-cause down`, set COMMON_CAUSE_DASHBOARD_SIGN_IN=local and type `common-cause up`.\n"
)


class Guards:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, configuration: Configuration):
        self.app, self.configuration = app, configuration

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        reader = reader_of(request, self.configuration)
        scope.setdefault("state", {})["reader"] = reader
        answer = self._refusal(request, is_known=reader is not None)
        await (answer or self.app)(scope, receive, _with_headers(send, scope["path"]))

    def _refusal(self, request: Request, is_known: bool) -> Response | None:
        if refused := _is_none_of_ours(request):
            return refused
        if request.method not in ("GET", "HEAD") and not is_own_form(request.headers):
            return PlainTextResponse("This form was not sent from the dashboard itself.\n", 403)
        if is_known or request.scope["path"].startswith(OPEN):
            return None
        if self.configuration.sign_in == LOCAL:
            query = request.scope["query_string"].decode("latin-1")
            wanted = request.scope["path"] + (f"?{query}" if query else "")
            return RedirectResponse(f"/sign-in?then={quote(wanted)}", 303)
        return PlainTextResponse(NOT_BY_PROXY, 401)


def _is_none_of_ours(request: Request) -> Response | None:
    """What no page of ours asks for, whoever asks: nothing of it reaches a page, or the database, which holds no text with a zero character."""
    path, query = request.scope["path"], request.scope["query_string"]
    if len(path) + len(query) > LONGEST:
        return PlainTextResponse("This address is too long to be one of ours.\n", 414)
    if "\0" in path or b"%00" in query or b"\0" in query:
        return PlainTextResponse("There is no such page.\n", 404)
    if _is_too_large(request.headers):
        return PlainTextResponse("This is too large to be one of our forms.\n", 413)
    return None


def _is_too_large(headers: Headers) -> bool:
    """Also what does not say how large it is: browsers do."""
    size = headers.get("content-length", "0")
    return "transfer-encoding" in headers or not size.isascii() or not size.isdigit() or len(size) > 9 or int(size) > LARGEST_FORM


def is_own_form(headers: Headers) -> bool:
    """Whether what is posted comes from a page of ours, as the browser says: another site's form cannot act for whoever is signed in."""
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return bool(origin) and urlsplit(origin).netloc in (headers.get("x-forwarded-host"), headers.get("host"))


def _with_headers(send: Send, path: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, said in HEADERS.items():
                headers[name] = said
            if not path.startswith("/static/"):
                headers.setdefault("Cache-Control", "private, no-cache")
            else:
                headers["Cache-Control"] = "public, max-age=86400"
        await send(message)

    return sending
