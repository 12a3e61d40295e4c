"""The board pack as a PDF, for a provider's own people and the office.

Belongs here: who may have it, and its address. Does not belong here: the pack (``dashboard.pack``).
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.asked import Asked
from dashboard.pack import NoPack, board_pack

NOT_YOURS = (
    "A board pack is for the provider's own people and for the network's office. What the network sees of others stands on their pages."
)


def show(request: Request) -> Response:
    """``/pack/<provider>.pdf``: all its pathways; ``/pack/<provider>/<pathway>.pdf``: one."""
    asked = Asked.of(request)
    slug, *pathway = request.path_params["address"].split("/")
    organisation = asked.organisation(slug)
    code = organisation.organisation_code
    if organisation.organisation_kind != "provider" or len(pathway) > 1:
        raise HTTPException(404, "There are packs of providers alone.")
    if not asked.reader.is_office and code != asked.provider:
        raise HTTPException(403, NOT_YOURS)
    try:
        made = board_pack(asked, code, pathway)
    except NoPack as error:
        raise HTTPException(404, f"{error}."[:1].upper() + f"{error}."[1:]) from None
    return Response(made.document.pdf, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{made.name}"'})


ROUTES = [Route("/pack/{address:path}.pdf", show)]
