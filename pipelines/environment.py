"""What every process of the product is given: the settings as variables, and the switches that keep dependencies silent.

Belongs here: settings -> environment. Does not belong here: environment -> settings (``warehouse.settings``).
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from warehouse.settings import Settings

# the dashboard reads more variables than settings hold (``dashboard.configuration``): they go on as they are
PASSED_ON = "COMMON_CAUSE_DASHBOARD_"
SILENCE = {
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "ANONYMIZED_TELEMETRY": "false",
    "PYTHONWARNINGS": "ignore",
}


def environment_of(settings: Settings, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """``base`` (the present environment) with the settings, Dagster's home and the silence; what is unset is left out."""
    given = {
        "COMMON_CAUSE_HOME": str(settings.home),
        "COMMON_CAUSE_DATABASE_URL": settings.database_url,
        "COMMON_CAUSE_LANDING": str(settings.landing),
        "COMMON_CAUSE_OUTBOX": str(settings.outbox),
        "COMMON_CAUSE_PATHWAYS": os.pathsep.join(map(str, settings.pathway_folders)) or None,
        "COMMON_CAUSE_WEBHOOK_URL": settings.webhook_url,
        "COMMON_CAUSE_MAIL_URL": settings.mail_url,
        "COMMON_CAUSE_DASHBOARD_URL": settings.dashboard_url,
        "COMMON_CAUSE_DASHBOARD_DATABASE_URL": settings.dashboard_database_url,
        "COMMON_CAUSE_ALARM_AGAIN_DAYS": str(settings.alarm_again_days),
        "COMMON_CAUSE_KEEP_RUNS_DAYS": str(settings.keep_runs_days),
        "COMMON_CAUSE_PARALLEL_RUNS": str(settings.parallel_runs),
        "COMMON_CAUSE_NETWORK_CODE": settings.network_code,
        "COMMON_CAUSE_NETWORK_NAME": settings.network_name,
        "DAGSTER_HOME": str(settings.dagster_home),
    }
    present = os.environ if base is None else base
    kept = {
        k: v for k, v in present.items() if not k.startswith(("COMMON_CAUSE_", "DAGSTER_")) or (k.startswith(PASSED_ON) and k not in given)
    }
    return {**kept, **SILENCE, **{name: value for name, value in given.items() if value}}


def silence() -> None:
    """Sets the same switches in this process."""
    os.environ.update({name: value for name, value in SILENCE.items() if name != "PYTHONWARNINGS"})
