"""Who reads: the signed-in person, and how we know.

Belongs here: the proxy's headers, the local sign-in's session. Does not belong here: what a reader may see (the warehouse's policy), the sign-in page
(``dashboard.pages.sign_in``).
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

from starlette.requests import Request

from dashboard.configuration import LOCAL, Configuration

_GROUP = re.compile(r"(reader|lead):([A-Za-z0-9]{2,12})|(office)")
LONGEST_NAME = 100


@dataclass(frozen=True)
class Reader:
    """A person at a provider, or of the network's office (no provider). ``may_act``: acknowledge and close signals, register actions."""

    name: str
    provider_code: str | None = None
    may_act: bool = False

    @property
    def is_office(self) -> bool:
        return self.provider_code is None


def reader_of(request: Request, configuration: Configuration) -> Reader | None:
    """Who it is; None if nobody is signed in, or the proxy has not proved itself."""
    if configuration.sign_in == LOCAL:
        said = request.session.get("reader")
        return Reader(*said) if said else None
    if not _is_proxy(request, configuration):
        return None
    return from_groups(_only(request, configuration.user_header), _only(request, configuration.groups_header))


def from_groups(user: str, groups: str) -> Reader | None:
    """The reader of a name and its groups: ``lead:CODE`` or ``reader:CODE`` (a provider), or ``office``; the most that they allow, of one provider."""
    name = "".join(letter for letter in user if letter.isprintable()).strip()[:LONGEST_NAME]
    found = [match for group in groups.split(",") if (match := _GROUP.fullmatch(group.strip()))]
    if not name or not found:
        return None
    of_providers = {match[2].upper() for match in found if match[2]}
    if not of_providers:
        return Reader(name)
    if len(of_providers) > 1:
        return None  # one person acts for one provider: the proxy has to say for which
    return Reader(name, of_providers.pop(), any(match[1] == "lead" for match in found))


def _is_proxy(request: Request, configuration: Configuration) -> bool:
    told = _only(request, configuration.secret_header)
    return bool(configuration.proxy_secret) and hmac.compare_digest(told.encode(), configuration.proxy_secret.encode())


def _only(request: Request, name: str) -> str:
    """A header that came once; one that came twice counts for nothing: a proxy may have added its own after what the browser had sent."""
    found = request.headers.getlist(name)
    return found[0] if len(found) == 1 else ""
