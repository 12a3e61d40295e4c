"""The command line typed at a warehouse of the test's own."""

from __future__ import annotations

import pytest

from pipelines.cli.main import run
from tests.conftest import PATHWAYS
from tests.world import World


@pytest.fixture
def typed(database_settings, demo_organisations, monkeypatch, capsys):
    """``typed("status")``: exit code and everything that was said, on the test's database, which has the small fictional network."""
    monkeypatch.setenv("COMMON_CAUSE_HOME", str(database_settings.home))
    monkeypatch.setenv("COMMON_CAUSE_DATABASE_URL", database_settings.database_url)
    monkeypatch.setenv("COMMON_CAUSE_PATHWAYS", str(PATHWAYS))
    monkeypatch.setenv("COLUMNS", "250")

    def command(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = run(list(words))
        shown = capsys.readouterr()
        assert "Traceback" not in shown.out + shown.err
        return code, shown.out + shown.err

    return command


@pytest.fixture
def world(context, demo_organisations) -> World:
    return World(context)
