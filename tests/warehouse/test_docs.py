"""What docs/warehouse.md tells an administrator to run makes a server on which the warehouse comes up."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from warehouse.database import make_engine
from warehouse.embedded import ensure
from warehouse.migrate import migrate

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "warehouse.md").read_text()


def _statements() -> list[str]:
    blocks = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    return [statement.strip() for block in blocks for statement in block.split(";") if statement.strip()]


@pytest.mark.slow
def test_the_statements_of_the_page_are_all_that_a_server_needs(settings):
    server = ensure(settings, parameters={"fsync": "off"})
    try:
        with make_engine(server.admin_url, autocommit=True).connect() as connection:
            for statement in _statements():
                connection.execute(text(statement))
            rights = connection.execute(
                text("select rolcanlogin, rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = 'cc_dashboard_login'")
            )
            assert rights.one() == (True, False, False, False)
        url = server.admin_url.replace(f"cc_admin:{server.secrets.admin}", "cc_pipeline:...").replace("/postgres", "/common_cause")
        assert migrate(replace(settings, database_url=url))
        with make_engine(url).connect() as connection:
            assert connection.scalar(text("show log_error_verbosity")) == "terse"
    finally:
        server.stop()


def test_the_page_tells_of_every_role_and_schema():
    from warehouse.roles import GROUPS
    from warehouse.views.apply import SCHEMAS

    assert all(f"create role {role} nologin" in PAGE for role in GROUPS)
    assert all(f"`{schema}`" in PAGE for schema in SCHEMAS)
