"""A database that does not answer, told in a sentence.

Belongs here: telling such errors from others, and what to do. Does not belong here: reaching a database (``warehouse.database``).
No password is told, and nothing of the error's own text.
"""

from __future__ import annotations

import socket

import psycopg
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InterfaceError, OperationalError

from warehouse.settings import Settings

LOST = ("08", "57P0")  # beginnings of what a server calls the end of a session
VARIABLE = "COMMON_CAUSE_DATABASE_URL"
LOOK_SECONDS = 2.0


def told_of_database(error: BaseException) -> str | None:
    """What to say if a database could not be reached, or went away; None for every other error."""
    if not is_lost(error):
        return None
    settings = Settings.from_environment()
    if not settings.database_url:
        return "the database went away before this was done; `common-cause status` tells whether it is back, `common-cause up` starts it"
    url = make_url(settings.database_url)
    where = f"{url.host or url.query.get('host') or 'localhost'}:{url.port or 5432}"
    if not _answers(url):
        return f"no server answers at {where} ({VARIABLE})"
    return f"the server at {where} does not let {url.username or 'us'} into {url.database or 'its database'}, or ended the session; its log tells why ({VARIABLE}, docs/warehouse.md)"


def is_lost(error: BaseException) -> bool:
    """Whether there was no session, or there is none any more: not one that was refused something."""
    original = error.orig if isinstance(error, (OperationalError, InterfaceError)) else error
    if not isinstance(original, (psycopg.OperationalError, psycopg.InterfaceError)):
        return False
    return original.sqlstate is None or original.sqlstate.startswith(LOST)


def _answers(url: URL) -> bool:
    """Whether anybody listens there; of a server behind a socket of the file system that is not asked."""
    if not url.host:
        return True
    try:
        socket.create_connection((url.host, url.port or 5432), LOOK_SECONDS).close()
    except OSError:
        return False
    return True
