"""A real Dagster instance on Postgres for the tests of this room."""

from __future__ import annotations

import uuid
from pathlib import Path

import psutil
import pytest
import yaml

from pipelines import instance as instances
from pipelines.processes import ProcessRecord
from warehouse.settings import Settings

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def dagster_home(server, tmp_path_factory):
    """A Dagster home with a database of its own and ``dagster.yaml`` as the product writes it, but for what a host preloads."""
    root = tmp_path_factory.mktemp("home with a space")
    settings = Settings(home=root, pathway_folders=(root / "pathways",))
    (root / "pathways").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(instances, "DATABASE", f"dagster_{uuid.uuid4().hex[:8]}")
        home = instances.prepare(settings, server.admin_url)
        written = yaml.safe_load((home / "dagster.yaml").read_text())
        written["run_launcher"]["config"] |= {"preload": ["dagster._cli.api", "dagster_postgres"], "start_seconds": 60}
        (home / "dagster.yaml").write_text(yaml.safe_dump(written))
        patch.setenv("DAGSTER_HOME", str(home))
        yield home
    for path in [*home.glob("hosts/*.json"), *home.glob("workers/*.json")]:
        if record := ProcessRecord.read(path):
            record.stop(grace_seconds=1.0)


@pytest.fixture(scope="module")
def instance(dagster_home):
    from dagster import DagsterInstance

    with DagsterInstance.from_config(str(dagster_home)) as opened:
        yield opened


@pytest.fixture(scope="module")
def workspace(instance):
    """The code location of ``small_jobs``, served as the daemon serves it."""
    from dagster._core.workspace.context import WorkspaceProcessContext
    from dagster._core.workspace.load_target import PythonFileTarget

    target = PythonFileTarget(str(HERE / "small_jobs.py"), None, working_directory=str(HERE.parents[1]), location_name="small")
    with WorkspaceProcessContext(instance, target) as process_context:
        yield process_context.create_request_context()
    for child in psutil.Process().children():  # a code server would wait for its runs, and they for a database that is gone
        if child.status() != psutil.STATUS_ZOMBIE and "grpc" in child.cmdline():
            child.kill()
