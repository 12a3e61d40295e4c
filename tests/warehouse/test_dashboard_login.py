"""The dashboard's own login: what it is, how it logs in, and that it sees as much as the provider of the user who is signed in."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import insert, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from tests.warehouse.results import add_measures, add_result, add_tree
from tests.warehouse.test_embedded import _bind_when_free
from warehouse import embedded
from warehouse.dashboard_login import LOGIN, DashboardLoginError, dashboard_engine, dashboard_url
from warehouse.migrate import migrate, prepare_server
from warehouse.organisations import load_network
from warehouse.pathway_tables import provider_role
from warehouse.settings import Settings

OWN = text("select array(select unnest(house.my_organisations()) order by 1)")
ABOVE = text("select array(select ancestor_code || ' ' || provider_code from house.my_ancestors() order by 1)")
ALL_OF_ZX1 = ["ZX1", "ZX1A1", "ZX1A2"]


@pytest.fixture
def dashboard(database_settings, demo_organisations):
    engine = dashboard_engine(database_settings, pool_size=1, max_overflow=0)
    yield engine
    engine.dispose()


@contextmanager
def reading_for(engine, reader: str | None):
    """A transaction of the login ``engine`` in which the user of ``reader`` is signed in."""
    with engine.begin() as connection:
        if reader is not None:
            connection.execute(text("select set_config('common_cause.reader', :reader, true)"), {"reader": reader})
        yield connection


def own(engine, reader: str | None) -> list[str]:
    with reading_for(engine, reader) as connection:
        return connection.scalar(OWN)


# ------------------------------------------------------------------------------------------------ the login
def test_the_login_is_in_two_groups_and_is_nothing_else(dashboard, database):
    with database.connect() as connection:
        groups = text(
            "select array_agg(g.rolname::text order by 1) from pg_auth_members m join pg_roles g on g.oid = m.roleid join pg_roles u on u.oid = m.member where u.rolname = :login"
        )
        assert connection.scalar(groups, {"login": LOGIN}) == ["cc_dashboard", "cc_lead"]
        rights = text("select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = :login")
        assert connection.execute(rights, {"login": LOGIN}).one() == (False,) * 5
    with dashboard.connect() as connection:
        assert connection.scalar(text("select session_user")) == LOGIN


def test_its_sessions_have_a_name_and_an_end(dashboard):
    with dashboard.connect() as connection:
        assert connection.scalar(text("show application_name")) == "common cause dashboard"
        assert connection.scalar(text("show statement_timeout")) == "30s"
        connection.execute(text("set statement_timeout = '50ms'"))
        with pytest.raises(OperationalError, match="QueryCanceled"):
            connection.execute(text("select pg_sleep(5)"))


def test_the_password_is_made_once_and_readable_by_us_alone(server, template):
    file = server.data.with_name("dashboard.json")
    before = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and len(json.loads(before)["password"]) >= 24
    prepare_server(server)
    assert file.read_text() == before


def test_only_the_password_lets_it_in(server, database_name):
    url = dashboard_url(server, database_name)
    with (
        pytest.raises(psycopg.OperationalError, match="password authentication failed"),
        psycopg.connect(url.set(drivername="postgresql", password="guess").render_as_string(hide_password=False)),
    ):
        pass
    assert "guess" not in repr(replace(Settings(home=server.data.parent), dashboard_database_url="postgresql://me:guess@h/d"))


@pytest.fixture
def server_of_its_own(tmp_path):
    """Settings of a home whose embedded server nobody has prepared."""
    server = embedded.ensure(settings := Settings(home=tmp_path / "home"), parameters={"fsync": "off"})
    yield settings, server
    server.stop()


def test_several_prepare_a_server_at_once_and_one_password_holds(server_of_its_own):
    settings, server = server_of_its_own
    with pytest.raises(DashboardLoginError, match="common-cause up"):
        dashboard_engine(settings)
    with ThreadPoolExecutor() as at_once:
        list(at_once.map(prepare_server, [server] * 4))
    assert _logs_in(server)
    server.data.with_name("dashboard.json").unlink()
    prepare_server(server)
    assert _logs_in(server), "a lost password is made anew"


def _logs_in(server) -> bool:
    address = dashboard_url(server, "postgres").set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as session:
        return session.execute("select session_user").fetchone() == (LOGIN,)


def test_its_engine_finds_a_server_that_came_back_elsewhere(server_of_its_own):
    settings, server = server_of_its_own
    migrate(settings)
    engine, old = dashboard_engine(settings), server.port
    os.kill(server.pid, signal.SIGKILL)
    with pytest.raises(OperationalError):
        engine.connect()
    assert server.pid is None, "who shows does not start what it shows"
    with socket.socket() as other:
        _bind_when_free(other, old)
        embedded.ensure(settings)
        assert server.port != old
        with engine.connect() as connection:
            assert connection.execute(text("select organisation_code from dashboard.organisation_v1")).all() == [], "it may read"
    engine.dispose()


def test_on_a_server_that_somebody_runs_the_login_must_be_named(database_settings, dashboard):
    with pytest.raises(DashboardLoginError, match=r"docs/warehouse\.md.*COMMON_CAUSE_DASHBOARD_DATABASE_URL"):
        dashboard_engine(replace(database_settings, dashboard_database_url=None))
    named = Settings.from_environment({"COMMON_CAUSE_DASHBOARD_DATABASE_URL": "postgresql://cc_dashboard_login@db.example/common_cause"})
    assert make_url(named.dashboard_database_url).host == "db.example"


# ------------------------------------------------------------------------------------------------ the reader
def test_it_sees_the_organisations_of_the_user_who_is_signed_in(dashboard):
    assert own(dashboard, "ZX1") == ALL_OF_ZX1
    assert own(dashboard, "ZX3") == ["ZX3", "ZX3A1", "ZX3A2"]
    with reading_for(dashboard, "ZX1") as connection:
        assert connection.scalar(ABOVE) == ["NET ZX1", "REG1 ZX1"]


@pytest.mark.parametrize("nobody", [None, "", "NOBODY", "REG1", "NET", "ZX1A1", "zx1", "ZX1,ZX2", "%"])
def test_whoever_is_no_provider_is_nobody(dashboard, nobody):
    with reading_for(dashboard, nobody) as connection:
        assert connection.scalar(OWN) == [] and connection.scalar(ABOVE) == []


def test_a_reader_is_forgotten_with_its_transaction(dashboard):
    """There is one connection, and the next user gets it from the pool."""
    with reading_for(dashboard, "ZX1") as connection:
        first = connection.scalar(text("select pg_backend_pid()"))
    with reading_for(dashboard, None) as connection:
        assert connection.scalar(text("select pg_backend_pid()")) == first and connection.scalar(OWN) == []


def test_a_successor_reads_for_those_it_took_over(dashboard, database):
    with database.begin() as connection:
        load_network(connection, [{"organisation_code": "ZX2", "successor_code": "ZX3", "closed_on": "2026-03-31"}])
    assert own(dashboard, "ZX3") == ["ZX2", "ZX2A1", "ZX2A2", "ZX3", "ZX3A1", "ZX3A2"]


@pytest.mark.parametrize("group", ["cc_engineer", "cc_analyst", "cc_dashboard", "cc_provider"])
def test_of_any_other_login_the_setting_is_not_read(as_role, group):
    engine = as_role(group, "ZX2") if group == "cc_provider" else as_role(group)
    before = own(engine, None)
    assert own(engine, "ZX1") == before == (["ZX2", "ZX2A1", "ZX2A2"] if group == "cc_provider" else [])


def test_a_providers_login_that_may_act_stays_its_own(as_role, admin, database):
    engine = as_role("cc_provider", "ZX2")
    with admin.begin() as connection:
        connection.execute(text(f"grant cc_lead to {engine.url.username}"))
    assert own(engine, "ZX1") == ["ZX2", "ZX2A1", "ZX2A2"]
    with admin.begin() as connection:
        connection.execute(provider_role.delete())
    assert own(engine, "ZX1") == [], "one that has lost its providers is no dashboard"


def test_a_login_with_a_provider_is_no_dashboard_even_outside_the_group_of_providers(as_role, database):
    engine = as_role("cc_lead")
    with database.begin() as connection:
        connection.execute(insert(provider_role).values(role_name=engine.url.username, provider_code="ZX3"))
    assert own(engine, "ZX1") == ["ZX3", "ZX3A1", "ZX3A2"]


# ------------------------------------------------------------------------------------------------ through the views
@pytest.fixture
def small_numbers(demo_organisations):
    """ZX1 has 3 of 40, ZX2 and ZX3 too."""
    with demo_organisations.begin() as connection:
        add_measures(connection)
        for provider in ("ZX1", "ZX2", "ZX3"):
            add_result(connection, provider, 3, 40)


def shown(engine, view: str, key: str, reader: str | None) -> dict[str, object]:
    with reading_for(engine, reader) as connection:
        return dict(
            connection.execute(text(f"select organisation_code, {key} from dashboard.{view} where organisation_code like 'ZX_'")).all()
        )


def test_ones_own_cells_are_whole_and_others_go_through_the_policy(dashboard, small_numbers):
    assert shown(dashboard, "measure_result_v1", "numerator", "ZX1") == {"ZX1": 3, "ZX2": None, "ZX3": None}
    assert shown(dashboard, "measure_result_v1", "numerator", "ZX2") == {"ZX1": None, "ZX2": 3, "ZX3": None}
    assert shown(dashboard, "measure_result_v1", "numerator", None) == {"ZX1": None, "ZX2": None, "ZX3": None}


def test_every_view_shows_a_signed_in_user_what_a_login_of_its_provider_is_shown(dashboard, as_role, database):
    """Totals above one's own too: the policy applies to the rest. But for who did what, which a dashboard of leads is shown."""
    with database.begin() as connection:
        add_measures(connection)
        add_tree(connection, {"ZX1A1": (3, 20), "ZX1A2": (4, 20), "ZX2A1": (11, 30), "ZX2A2": (2, 9), "ZX3A1": (5, 50), "ZX3A2": (30, 60)})
    provider = as_role("cc_provider", "ZX1")
    with reading_for(provider, None) as theirs, reading_for(dashboard, "ZX1") as ours:
        views = [
            name
            for name in theirs.scalars(text("select viewname from pg_views where schemaname = 'dashboard' order by 1"))
            if "case_v1" not in name and name != "milestone_v1"
        ]
        rows = {
            view: [sorted(map(repr, connection.execute(text(f"select * from dashboard.{view}")))) for connection in (theirs, ours)]
            for view in views
        }
    assert len(rows) > 15 and rows["measure_result_v1"][0]
    assert [view for view, (seen, shown_to_us) in rows.items() if seen != shown_to_us] == []
