"""What was typed, kept until its receipt is there, so that the way back to the form brings all of it: by the browser, sealed for who typed it.

Belongs here: sealing, opening, the cookie. Does not belong here: the page that shows it again (``dashboard.pages.sent``).

Three ways were weighed. *A*: showing it again from the file that was sent. That lies in the archive, so whoever serves pages would need the key that opens
patients' files; it knows no person, only a provider; and it has shares for per cent and one line for several. *B*: hidden fields that go from page to page.
The page that waits looks again by an address, which carries none: each look would be a form to be sent by a click or a script. *C*, taken: a cookie of the
one address under which what became of it is told. Nothing is kept by us, it works without a script, and what is sent in the end is the form as ever.
"""

from __future__ import annotations

import base64
import json
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.requests import Request
from starlette.responses import Response

from dashboard.asked import Asked
from dashboard.forms.measured import Values

COOKIE = "common-cause-typed"
SECONDS = 12 * 3600
NONCE_BYTES = 12
LONGEST = 3000  # characters: proxies allow an answer 4096 for all that stands before its page (nginx, as it comes)


@dataclass(frozen=True)
class Typed:
    """``about``: which form; ``values``: all that stood in it."""

    about: str
    values: Values


def keep(answer: Response, asked: Asked, token: str, typed: Typed) -> None:
    """Gives it to the browser with the answer; nothing where it is longer than any proxy lets through."""
    sealed = _seal(asked, token, typed)
    if len(sealed) <= LONGEST:
        # not marked as secure: behind the proxy we speak plain HTTP and cannot tell, and sealed it tells nobody anything
        answer.set_cookie(COOKIE, sealed, max_age=SECONDS, path=f"/sent/{token}", httponly=True, samesite="strict")


def forget(answer: Response, token: str) -> None:
    answer.delete_cookie(COOKIE, path=f"/sent/{token}", httponly=True, samesite="strict")


def kept(request: Request, asked: Asked, token: str) -> Typed | None:
    """What the browser has kept of what this reader sent under the token; None of anybody else, or where it is gone."""
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(COOKIE, "").encode("ascii") + b"==")
        opened = _box(asked).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _whose(asked, token))
    except (ValueError, InvalidTag):
        return None
    return Typed(**json.loads(zlib.decompress(opened)))


def _seal(asked: Asked, token: str, typed: Typed) -> str:
    packed = zlib.compress(
        json.dumps({"about": typed.about, "values": _given(typed.values)}, ensure_ascii=False, separators=(",", ":")).encode(), 9
    )
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.urlsafe_b64encode(nonce + _box(asked).encrypt(nonce, packed, _whose(asked, token))).decode().rstrip("=")


def _given(values: Values) -> Mapping[str, list[str]]:
    return {name: list(given) for name, given in values.items() if any(given)}


def _box(asked: Asked) -> AESGCM:
    return AESGCM(sha256(asked.configuration.key("forms").encode()).digest())


def _whose(asked: Asked, token: str) -> bytes:
    """What the seal is bound to: it opens for this person, of this provider, at this address."""
    return json.dumps([asked.reader.name, asked.provider, token]).encode()
