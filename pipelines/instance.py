"""Dagster's own instance: its database beside ours, and ``dagster.yaml``.

Belongs here: what Dagster is told about storage, queue, launcher, monitoring and retention. Does not belong here: starting
its processes (``pipelines.services``).
"""

from __future__ import annotations

import os
from pathlib import Path

import yaml
from sqlalchemy import URL, create_engine, make_url, text

from warehouse.settings import Settings

DATABASE = "dagster"
SENDER_TAG = "sender"


def prepare(settings: Settings, warehouse_url: str, admin_url: str | None = None) -> Path:
    """Makes Dagster's database and writes ``dagster.yaml``; returns Dagster's home. Can be repeated.

    ``warehouse_url`` names server, user and password; ``admin_url`` somebody who may create a database, if that user may not.
    """
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    url = make_url(warehouse_url)
    create_database(make_url(admin_url) if admin_url else url, owner=url.username)
    passfile = write_passfile(home / "pgpass", url)
    content = yaml.safe_dump(configuration(settings, storage_url(url, passfile)), sort_keys=False)
    target = home / "dagster.yaml"
    if not target.exists() or target.read_text() != content:
        new = home / ".dagster.yaml.new"
        new.write_text(content)
        new.replace(target)
    return home


def create_database(url: URL, owner: str | None) -> None:
    """``create database dagster`` on the warehouse's server, unless it is there."""
    engine = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        with engine.connect() as connection:
            if not connection.scalar(text("select 1 from pg_database where datname = :name"), {"name": DATABASE}):
                connection.execute(text(f'create database "{DATABASE}"' + (f' owner "{owner}"' if owner else "")))
    finally:
        engine.dispose()


def write_passfile(path: Path, url: URL) -> Path:
    """libpq's password file, so that the password stands neither in ``dagster.yaml`` nor on a command line."""
    parts = [url.host or "", str(url.port or 5432), DATABASE, url.username or "", url.password or ""]
    line = ":".join(part.replace("\\", r"\\").replace(":", r"\:") for part in parts)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(line + "\n")
    return path


def storage_url(url: URL, passfile: Path) -> str:
    """The URL of Dagster's storage, without the password."""
    bare = URL.create("postgresql", url.username, None, url.host, url.port, DATABASE, {**url.query, "passfile": str(passfile)})
    return bare.render_as_string(hide_password=False)


def configuration(settings: Settings, url: str) -> dict:
    """The content of ``dagster.yaml``."""
    return {
        "storage": {"custom": {"module": "pipelines.storage", "class": "PooledPostgresStorage", "config": {"postgres_url": url}}},
        "run_coordinator": {"module": "pipelines.run_queue", "class": "RunQueue", "config": queue(settings)},
        "run_launcher": {
            "module": "pipelines.launcher",
            "class": "WarmRunLauncher",
            "config": {"pathway_folders": [str(folder) for folder in settings.pathway_folders]},
        },
        "run_monitoring": {"enabled": True, "poll_interval_seconds": 5, "start_timeout_seconds": 180, "cancel_timeout_seconds": 60},
        "sensors": {"use_threads": True, "num_workers": 6, "num_submit_workers": 2},
        "schedules": {"use_threads": True, "num_workers": 2},
        "retention": {
            "sensor": {"purge_after_days": {"skipped": 1, "failure": 30, "success": 7}},
            "schedule": {"purge_after_days": 90},
            "auto_materialize": {"purge_after_days": {"skipped": 1, "failure": 30, "success": 7}},
        },
        # what a run prints goes to the workers' log: no file a run
        "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"},
        "code_servers": {"local_startup_timeout": 180},
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
    }


def queue(settings: Settings) -> dict:
    """At most ``parallel_runs`` at once, and one a sender: a later file of a sender never overtakes an earlier one."""
    return {
        "max_concurrent_runs": settings.parallel_runs,
        "tag_concurrency_limits": [{"key": SENDER_TAG, "value": {"applyLimitPerUniqueValue": True}, "limit": 1}],
        # a run that comes while the code server is being started again waits for it
        "max_user_code_failure_retries": 30,
        "user_code_failure_retry_delay": 5,
        "dequeue_use_threads": True,
        "dequeue_num_workers": 2,
    }
