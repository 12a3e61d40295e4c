"""One typed settings object. Nothing else in the house reads the environment, and nothing reads it at import."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path


def _now() -> datetime:
    return datetime.now(UTC)


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
        """Settings from ``COMMON_CAUSE_*`` variables; keyword arguments win."""
        env = os.environ if environment is None else environment

        def path(name: str) -> Path | None:
            return Path(env[name]) if env.get(name) else None

        found = {
            "home": path("COMMON_CAUSE_HOME") or Path.cwd() / ".common-cause",
            "database_url": env.get("COMMON_CAUSE_DATABASE_URL") or None,
            "landing": path("COMMON_CAUSE_LANDING"),
            "outbox": path("COMMON_CAUSE_OUTBOX"),
            "pathway_folders": tuple(Path(p) for p in env.get("COMMON_CAUSE_PATHWAYS", "").split(os.pathsep) if p),
            "webhook_url": env.get("COMMON_CAUSE_WEBHOOK_URL") or None,
            "mail_url": env.get("COMMON_CAUSE_MAIL_URL") or None,
            "dashboard_url": env.get("COMMON_CAUSE_DASHBOARD_URL") or None,
            "dashboard_database_url": env.get("COMMON_CAUSE_DASHBOARD_DATABASE_URL") or None,
            "alarm_again_days": int(env.get("COMMON_CAUSE_ALARM_AGAIN_DAYS") or 14),
            "keep_runs_days": int(env.get("COMMON_CAUSE_KEEP_RUNS_DAYS", "90")),
            "parallel_runs": int(env.get("COMMON_CAUSE_PARALLEL_RUNS", "2")),
            "network_code": env.get("COMMON_CAUSE_NETWORK_CODE", "NET"),
            "network_name": env.get("COMMON_CAUSE_NETWORK_NAME", "The network"),
        }
        return cls(**{**found, **given})
