"""What a setting may be: functions from the text of a variable to its value.

Belongs here: forms and bounds; each raises ``ValueError`` with a sentence that says what is wanted. Does not belong here: which setting has which
(``warehouse.settings``). Texts that may hold a password are never quoted.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

MAIL_SCHEMES = {"smtp": 587, "smtps": 465}
FOLDER = "maildir"
# the watchman is too small for SQLAlchemy
_POSTGRES = re.compile(r"postgres(ql)?(\+\w+)?://([^@]*@)?(\[[^\]]*\]|[^/:?]*)(:[0-9]+)?(/[^?]*)?(\?.*)?")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,19}")


def whole_number(least: int, most: int) -> Callable[[str], int]:
    def form(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", text.strip()) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most} is wanted, not {text!r}")
        return int(text)

    return form


def folders(text: str) -> tuple[Path, ...]:
    return tuple(Path(folder) for folder in text.split(os.pathsep) if folder)


def organisation_code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError(f"a code of capital letters and digits is wanted, such as NET, not {text!r}")
    return text


def web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ValueError("an address that begins with https:// or http:// and a host is wanted")
    return text


def postgres_url(text: str) -> str:
    if not _POSTGRES.fullmatch(text):
        raise ValueError("no address of a Postgres; it is written postgresql://user:password@host:5432/database")
    return text


def mail_server(text: str) -> str:
    mail_parts(text)
    return text


def mail_parts(url: str) -> SplitResult:
    """The parts of ``smtp://`` or ``smtps://user:password@host:port?from=address``, or of ``maildir:///folder?from=address``. Raises ValueError."""
    parts = urlsplit(url)
    is_whole = (parts.scheme in MAIL_SCHEMES and parts.hostname) or (
        parts.scheme == FOLDER and not parts.netloc and parts.path.startswith("/")
    )
    if not is_whole or "@" not in mail_sender(parts):
        raise ValueError(
            "the mail server is given as smtp://user:password@host:587?from=address, or smtps:// where it speaks TLS from the first byte; "
            "for a trial maildir:///folder?from=address keeps the messages in a folder"
        )
    return parts


def mail_sender(parts: SplitResult) -> str:
    """The address that messages come from."""
    return parse_qs(parts.query).get("from", [""])[0]
