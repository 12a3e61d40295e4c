"""One typed settings object. Nothing else in the house reads the environment, and nothing reads it at import."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from warehouse import setting_forms as forms


def _now() -> datetime:
    return datetime.now(UTC)


PREFIX = "COMMON_CAUSE_"
LIKENESS = 0.85  # much is alike for the prefix alone
OF_TESTS = (f"{PREFIX}TEST_", f"{PREFIX}PICTURES")
VARIABLES: dict[str, tuple[str, Callable[[str], object]]] = {
    "COMMON_CAUSE_HOME": ("home", Path),
    "COMMON_CAUSE_DATABASE_URL": ("database_url", forms.postgres_url),
    "COMMON_CAUSE_LANDING": ("landing", Path),
    "COMMON_CAUSE_OUTBOX": ("outbox", Path),
    "COMMON_CAUSE_PATHWAYS": ("pathway_folders", forms.folders),
    "COMMON_CAUSE_WEBHOOK_URL": ("webhook_url", forms.web_address),
    "COMMON_CAUSE_MAIL_URL": ("mail_url", forms.mail_server),
    "COMMON_CAUSE_DASHBOARD_URL": ("dashboard_url", forms.web_address),
    "COMMON_CAUSE_DASHBOARD_DATABASE_URL": ("dashboard_database_url", forms.postgres_url),
    "COMMON_CAUSE_ALARM_AGAIN_DAYS": ("alarm_again_days", forms.whole_number(1, 365)),
    "COMMON_CAUSE_KEEP_RUNS_DAYS": ("keep_runs_days", forms.whole_number(0, 36500)),
    "COMMON_CAUSE_PARALLEL_RUNS": ("parallel_runs", forms.whole_number(1, 64)),
    "COMMON_CAUSE_NETWORK_CODE": ("network_code", forms.organisation_code),
    "COMMON_CAUSE_NETWORK_NAME": ("network_name", str),
}
# read by the dashboard alone (``dashboard.configuration``), handed on to it as they are (``pipelines.environment``)
OF_THE_DASHBOARD = (
    "COMMON_CAUSE_DASHBOARD_SIGN_IN",
    "COMMON_CAUSE_DASHBOARD_PROXY_SECRET_FILE",
    "COMMON_CAUSE_DASHBOARD_USER_HEADER",
    "COMMON_CAUSE_DASHBOARD_GROUPS_HEADER",
    "COMMON_CAUSE_DASHBOARD_NAMED_PEERS",
)


class SettingsError(ValueError):
    """A variable cannot be used; the message names it and what is wanted, and quotes nothing that may hold a password."""


@dataclass(frozen=True)
class Settings:
    """Where things are and how much is allowed. ``home`` holds all that the product writes unless a path says otherwise.

    ``database_url`` None means the embedded server under ``home``. ``keep_runs_days`` is how long Dagster's finished runs are kept, 0 for ever. ``dashboard_database_url`` is how the dashboard logs in to a server that somebody runs. It and ``mail_url`` may hold a password. ``alarm_again_days``: after so many an unacknowledged alarm is raised again. ``clock`` gives the time (UTC, with zone); tests move it.
    """

    home: Path
    database_url: str | None = None
    landing: Path = field(default=None)  # type: ignore[assignment]
    outbox: Path = field(default=None)  # type: ignore[assignment]
    pathway_folders: tuple[Path, ...] = ()
    network_code: str = "NET"
    network_name: str = "The network"
    parallel_runs: int = 2
    webhook_url: str | None = None
    mail_url: str | None = field(default=None, repr=False)
    dashboard_url: str | None = None
    dashboard_database_url: str | None = field(default=None, repr=False)
    alarm_again_days: int = 14
    keep_runs_days: int = 90
    stuck_after_minutes: int = 15
    stable_file_seconds: float = 1.0
    clock: Callable[[], datetime] = _now

    def __post_init__(self):
        home = Path(self.home).resolve()
        object.__setattr__(self, "home", home)
        object.__setattr__(self, "landing", Path(self.landing or home / "landing").resolve())
        object.__setattr__(self, "outbox", Path(self.outbox or home / "outbox").resolve())

    @property
    def archive(self) -> Path:
        return self.home / "archive"

    @property
    def keys(self) -> Path:
        return self.home / "keys.json"

    @property
    def server_data(self) -> Path:
        return self.home / "postgres"

    @property
    def dagster_home(self) -> Path:
        return self.home / "dagster"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **given) -> Settings:
        """Settings from ``COMMON_CAUSE_*`` variables; one that is empty is as if it were not there, keyword arguments win. Raises ``SettingsError``."""
        env = os.environ if environment is None else environment
        found = {name: _formed(variable, env[variable], form) for variable, (name, form) in VARIABLES.items() if env.get(variable)}
        return cls(**{"home": Path.cwd() / ".common-cause", **found, **given})


def _formed(variable: str, text: str, form: Callable[[str], object]) -> object:
    try:
        return form(text)
    except ValueError as error:
        raise SettingsError(f"{variable}: {error}") from None


def unknown_variables(environment: Mapping[str, str]) -> dict[str, str | None]:
    """Variables that look like settings and are none, each with the setting that is most like it (None: nothing is)."""
    known = [*VARIABLES, *OF_THE_DASHBOARD]
    strangers = [name for name in sorted(environment) if name.startswith(PREFIX) and name not in known and not name.startswith(OF_TESTS)]
    return {name: next(iter(get_close_matches(name, known, 1, LIKENESS)), None) for name in strangers}
