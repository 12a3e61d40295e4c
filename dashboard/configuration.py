"""How the dashboard is run: who signs people in, whether peers are named.

Belongs here: ``COMMON_CAUSE_DASHBOARD_*``. Does not belong here: everything else (``warehouse.settings``).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.settings import Settings

PREFIX = "COMMON_CAUSE_DASHBOARD_"
LOCAL, PROXY = "local", "proxy"
YES, NO = ("yes", "true", "1"), ("", "no", "false", "0")
SHORTEST_SECRET = 16


class ConfigurationError(ValueError):
    """A setting cannot be used; the message names it and the remedy."""


@dataclass(frozen=True)
class Configuration:
    """``sign_in``: *proxy*: a reverse proxy tells who it is, in headers, and proves itself by a secret; *local*: whoever reaches the page chooses (demo).

    ``has_named_peers``: a trust's users see the names of other providers, else numbers.
    """

    settings: Settings
    sign_in: str = PROXY
    has_named_peers: bool = False
    proxy_secret: str | None = field(default=None, repr=False)
    user_header: str = "x-forwarded-user"
    groups_header: str = "x-forwarded-groups"
    secret_header: str = "x-common-cause-secret"

    @classmethod
    def from_environment(cls, settings: Settings, environment: Mapping[str, str] | None = None) -> Configuration:
        """From ``COMMON_CAUSE_DASHBOARD_*``. Raises ``ConfigurationError``."""
        env = os.environ if environment is None else environment
        sign_in = env.get(f"{PREFIX}SIGN_IN") or PROXY
        if sign_in not in (LOCAL, PROXY):
            raise ConfigurationError(f"{PREFIX}SIGN_IN is {LOCAL} or {PROXY}, not {sign_in!r}")
        return cls(
            settings, sign_in, _yes_or_no(env, "NAMED_PEERS"), _secret_in(env.get(f"{PREFIX}PROXY_SECRET_FILE")),
            (env.get(f"{PREFIX}USER_HEADER") or cls.user_header).lower(), (env.get(f"{PREFIX}GROUPS_HEADER") or cls.groups_header).lower(),
        )  # fmt: skip

    @property
    def is_closed(self) -> bool:
        """Whether nobody can get in: a proxy is waited for that has no secret to prove itself by."""
        return self.sign_in == PROXY and self.proxy_secret is None

    def key(self, name: str) -> str:
        """A secret of this house's own, made once and kept in its home (mode 0600): for sessions, and for the numbers of peers."""
        path = self.settings.home / f"dashboard-{name}.key"
        try:
            with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(32))
        except FileExistsError:
            pass
        return path.read_text("ascii")


def _yes_or_no(env: Mapping[str, str], name: str) -> bool:
    said = env.get(PREFIX + name, "").lower()
    if said not in (*YES, *NO):
        raise ConfigurationError(f"{PREFIX}{name} is yes or no, not {said!r}")
    return said in YES


def _secret_in(path: str | None) -> str | None:
    if not path:
        return None
    try:
        secret = Path(path).read_text("utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"{PREFIX}PROXY_SECRET_FILE cannot be read: {error.strerror}") from None
    if len(secret) < SHORTEST_SECRET:
        raise ConfigurationError(f"the file of {PREFIX}PROXY_SECRET_FILE holds a secret of {SHORTEST_SECRET} characters or more")
    return secret
