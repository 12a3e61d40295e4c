"""``dagster.yaml``: what Dagster is told, and what it is not."""

from __future__ import annotations

import yaml
from dagster import DagsterInstance
from sqlalchemy import make_url

from pipelines import instance as instances
from warehouse.settings import Settings


def test_the_password_stands_in_no_configuration(dagster_home, server):
    password = make_url(server.admin_url).password
    for file in dagster_home.glob("*.yaml"):
        assert password not in file.read_text()
    assert (dagster_home / "pgpass").stat().st_mode & 0o077 == 0
    assert password in (dagster_home / "pgpass").read_text()


def test_dagster_opens_it_with_postgres_the_queue_and_our_launcher(instance):
    assert type(instance.run_launcher).__name__ == "WarmRunLauncher"
    assert type(instance.run_coordinator).__name__ == "RunQueue"
    assert type(instance.event_log_storage).__name__ == "PostgresEventLogStorage"
    assert type(instance.event_log_storage._engine.pool).__name__ == "QueuePool"
    assert not instance.telemetry_enabled and not instance.nux_enabled and instance.run_monitoring_enabled


def test_at_most_so_many_runs_and_one_a_sender(tmp_path):
    written = instances.configuration(Settings(home=tmp_path, parallel_runs=3), "postgresql://somewhere")
    queue = written["run_coordinator"]["config"]
    assert queue["max_concurrent_runs"] == 3
    assert queue["tag_concurrency_limits"] == [{"key": "sender", "value": {"applyLimitPerUniqueValue": True}, "limit": 1}]


def test_preparing_twice_changes_nothing(tmp_path, server, monkeypatch):
    monkeypatch.setattr(instances, "DATABASE", "dagster_prepared_twice")
    settings = Settings(home=tmp_path)
    first = instances.prepare(settings, server.admin_url)
    before = (first / "dagster.yaml").stat().st_mtime_ns
    assert instances.prepare(settings, server.admin_url) == first
    assert (first / "dagster.yaml").stat().st_mtime_ns == before


def test_a_colon_in_a_password_is_kept(tmp_path):
    path = instances.write_passfile(tmp_path / "pgpass", make_url("postgresql://u:a%3Ab%5Cc@127.0.0.1:1/x"))
    assert path.read_text() == f"127.0.0.1:1:{instances.DATABASE}:u:a\\:b\\\\c\n"


def test_the_yaml_is_what_dagster_accepts(dagster_home):
    assert yaml.safe_load((dagster_home / "dagster.yaml").read_text())["telemetry"] == {"enabled": False}
    with DagsterInstance.from_config(str(dagster_home)) as opened:
        opened.run_coordinator.get_run_queue_config()
