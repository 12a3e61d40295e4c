"""What all pages have in common: templates, navigation, the line that says how old the data are.

Belongs here: ``render``. Does not belong here: what one page shows.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from dashboard import words
from dashboard.asked import Asked
from dashboard.views import Away, TooLong

TEMPLATES = Path(__file__).parents[1] / "templates"
WAITING = "select count(*) as waiting from dashboard.signal_v1 where state = 'raised' and is_favourable is not true and is_own"


@cache
def templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(words.FILTERS)
    return environment


def render(request: Request, template: str, *, status: int = 200, **given) -> HTMLResponse:
    """A page. ``given`` has at least ``title``."""
    reader = getattr(request.state, "reader", None)
    page = {
        "reader": reader,
        "path": request.scope["path"],
        "again_after": None,
        "configuration": request.app.state.configuration,
        **_around(request, reader),
        **given,
    }
    return HTMLResponse(templates().get_template(template).render(page), status)


def _around(request: Request, reader) -> dict:
    """What frames a page: pathways, the reader's provider, signals that wait, the time of the data; nothing of it if the database is away."""
    empty = {"pathways": (), "provider_name": None, "data_at": None, "waiting": 0}
    if reader is None:
        return empty
    asked = Asked.of(request)
    try:
        waiting = asked.rows(WAITING)[0].waiting if asked.provider else 0
        name = asked.names.name(asked.provider) if asked.provider else None
        return {"pathways": asked.pathways, "provider_name": name, "data_at": asked.data_at, "waiting": waiting}
    except (Away, TooLong):
        return empty
