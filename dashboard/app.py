"""The web application: its routes, who is let in, and what people see when something is wrong.

Belongs here: putting the parts together. Does not belong here: pages (``dashboard.pages``), charts (``dashboard.figures``).
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from dashboard import pages
from dashboard.configuration import LOCAL, Configuration
from dashboard.guards import Guards
from dashboard.pages.page import render
from dashboard.views import Away, TooLong, Views
from dashboard.warming import warm_beside

STATIC = Path(__file__).parent / "static"
SESSION_SECONDS = 12 * 3600
log = logging.getLogger("common_cause.dashboard")


def create_app(configuration: Configuration, engine: Engine) -> Starlette:
    """The dashboard over the database of ``engine``, which is the dashboard's own login."""
    middleware = [Middleware(GZipMiddleware, minimum_size=2000, compresslevel=4)]
    if configuration.sign_in == LOCAL:
        session = {"session_cookie": "common-cause", "max_age": SESSION_SECONDS, "same_site": "lax"}
        middleware.append(Middleware(SessionMiddleware, secret_key=configuration.key("session"), **session))
    middleware.append(Middleware(Guards, configuration=configuration))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        warm_beside(app.state.views, configuration)
        yield

    app = Starlette(
        lifespan=lifespan,
        routes=[Route("/health", health), Route("/", home), *pages.ROUTES, Mount("/static", StaticFiles(directory=STATIC), name="static")],
        middleware=middleware,
        exception_handlers={HTTPException: _refused, Away: _away, TooLong: _too_long, Exception: _broken},
    )
    app.state.configuration, app.state.views = configuration, Views(engine)
    return app


async def health(request: Request) -> Response:
    """Whether it is up, whether the database answers, and whether sign-in is still to be set up."""
    try:
        await run_in_threadpool(request.app.state.views.rows, "select 1")
        database = "up"
    except (Away, TooLong):
        database = "away"
    return JSONResponse(
        {"status": "up", "database": database, **({"sign_in": "closed"} if request.app.state.configuration.is_closed else {})}
    )


def home(request: Request) -> Response:
    """A provider's people begin with their provider, the office with the network."""
    reader = request.state.reader
    return RedirectResponse(f"/provider/{reader.provider_code}" if reader.provider_code else "/network", 303)


# ------------------------------------------------------------------------------------------------ what is wrong
def _refused(request: Request, error: HTTPException) -> Response:
    titles = {400: "That cannot be done", 403: "That is not yours to do", 404: "There is no such page"}
    if error.status_code == 405:
        return PlainTextResponse("method not allowed", 405, error.headers)
    said = error.detail if error.detail not in ("Not Found", "Forbidden", "Bad Request") else ""
    return render(request, "wrong.html", status=error.status_code, title=titles.get(error.status_code, "Something is wrong"), said=said)


def _away(request: Request, error: Exception) -> Response:
    said = "The database is not answering. Nothing is lost; this page comes back by itself as soon as it does."
    answer = render(request, "wrong.html", status=503, title="The warehouse is away", said=said, again_after=5)
    answer.headers["Retry-After"] = "5"
    return answer


def _too_long(request: Request, error: Exception) -> Response:
    """Not tried again by itself: many who wait would make it slower still."""
    said = "The warehouse took too long to answer, perhaps because much is being computed. Try again in a minute; if it stays, tell the network's office."
    return render(request, "wrong.html", status=503, title="That took too long", said=said)


def _broken(request: Request, error: Exception) -> Response:
    """The kind and the place go to the log; a message could hold a value."""
    trace, place = error.__traceback__, ""
    while trace:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    log.error("%s at %s on %s", type(error).__name__, place, request.scope["path"])
    return render(
        request,
        "wrong.html",
        status=500,
        title="Something of ours broke",
        said="It has been noted. Try the page again; if it stays, tell the network's office.",
    )
