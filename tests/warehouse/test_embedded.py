"""The embedded server comes up whatever happened to it, on loopback only, and writes no value into its log."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from warehouse import embedded, server_account
from warehouse.database import make_engine
from warehouse.server_account import Account, ServerError, find_account, find_binaries
from warehouse.server_configuration import free_port
from warehouse.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
QUICK = {"fsync": "off", "shared_buffers": "32MB"}


@pytest.fixture
def home(tmp_path):
    """A path with a space and a quote; whatever runs there is stopped afterwards."""
    settings = Settings(home=tmp_path / "a home, o'clock")
    yield settings
    server = embedded.Server(settings.server_data, find_binaries())
    if server.pid:
        server.stop()


def _ensure(settings: Settings, **more) -> embedded.Server:
    return embedded.ensure(settings, parameters=QUICK, **more)


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")


def _scalar(server: embedded.Server, statement: str):
    with psycopg.connect(_plain(server.admin_url), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def test_it_is_made_started_found_and_stopped(home):
    server = _ensure(home)
    assert _scalar(server, "show listen_addresses") == "127.0.0.1"
    assert _scalar(server, "show unix_socket_directories") == ""
    assert _ensure(home).pid == server.pid
    server.stop()
    assert server.pid is None
    server.stop()


def test_its_files_are_private(home):
    server = _ensure(home)
    for path in (server.data, server.secrets.path(server.data), server.log_file):
        assert path.stat().st_mode & 0o077 == 0, path
    assert not [path.name for path in server.data.parent.iterdir() if path.suffix in (".initdb", ".new")]


def test_without_the_password_nobody_comes_in(home):
    server = _ensure(home)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(_plain(server.admin_url).replace(server.secrets.admin, "wrong"))
    assert _scalar(server, "select count(*) from pg_hba_file_rules where auth_method <> 'scram-sha-256'") == 0


def test_a_taken_port_is_left_to_who_has_it(home):
    server = _ensure(home)
    old = server.port
    server.stop()
    with socket.socket() as other:
        _bind_when_free(other, old)
        assert _ensure(home).port != old
        assert _scalar(server, "select 1") == 1


def test_a_port_taken_between_choice_and_start_is_survived(home, monkeypatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        choices = iter([taken])
        monkeypatch.setattr(embedded, "free_port", lambda preferred=None: next(choices, None) or free_port())
        assert _ensure(home).port != taken


@pytest.mark.parametrize("times", [1, 3])
def test_a_killed_server_recovers_what_was_committed(home, times):
    server = embedded.ensure(home)  # durable, unlike the others
    _scalar(server, "create table kept as select 0 as n")
    for _ in range(times):
        _scalar(server, "insert into kept values (1)")
        os.kill(server.pid, signal.SIGKILL)
        server = embedded.ensure(home)
    assert _scalar(server, "select sum(n) from kept") == times


def test_the_whole_family_killed_at_once_recovers(home):
    server = _ensure(home)
    for pid in embedded._processes_in(server.data):
        os.kill(pid, signal.SIGKILL)
    assert _scalar(_ensure(home), "select 1") == 1


def test_an_engine_finds_a_server_that_came_back_elsewhere(home):
    _ensure(home)
    from warehouse.migrate import prepare_server

    server = _ensure(home)
    prepare_server(server)
    engine = make_engine(home)
    with engine.connect() as connection:
        assert connection.scalar(text("select current_user")) == "cc_pipeline"
    old = server.port
    os.kill(server.pid, signal.SIGKILL)
    with socket.socket() as other:
        _bind_when_free(other, old)
        _ensure(home)
        assert server.port != old
        with engine.connect() as connection:
            assert connection.scalar(text("select 1")) == 1
    engine.dispose()


def _bind_when_free(other: socket.socket, port: int) -> None:
    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for _ in range(200):
        try:
            other.bind(("127.0.0.1", port))
            other.listen()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError("the port of the killed server stays taken")


def test_half_a_server_is_made_anew(home):
    unfinished = home.server_data.with_name("postgres.new")
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    assert _scalar(_ensure(home), "select 1") == 1
    assert not unfinished.exists()


def test_a_stale_lock_file_of_another_program_is_cleared(home):
    server = _ensure(home)
    server.stop()
    # as after a reboot: the recycled id belongs to somebody else
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n0\n{server.port}\n\n127.0.0.1\n\nready\n")
    assert server.pid is None
    assert _scalar(_ensure(home), "select 1") == 1


def test_several_processes_at_once_make_one_server(home):
    program = (
        "import sys; from pathlib import Path; from warehouse.embedded import ensure; from warehouse.settings import Settings\n"
        "print(ensure(Settings(home=Path(sys.argv[1])), parameters={'fsync': 'off'}).pid)"
    )
    command = [sys.executable, "-c", program, str(home.home)]
    started = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [process.communicate(timeout=120) for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], said
    assert len({out for out, _ in said}) == 1


def test_a_database_url_starts_no_server(home):
    with pytest.raises(ServerError, match="COMMON_CAUSE_DATABASE_URL"):
        embedded.ensure(replace(home, database_url="postgresql://cc_pipeline@db.example/common_cause"))
    assert not home.home.exists()


def test_a_changed_password_file_is_named(home):
    server = _ensure(home)
    replace(server.secrets, admin="other").write(server.data)
    with pytest.raises(ServerError, match=r"postgres\.json; restore"):
        _ensure(home)


def test_a_server_that_cannot_start_says_why(home):
    with pytest.raises(ServerError, match=r"unrecognized configuration parameter \"no_such\""):
        embedded.ensure(home, parameters={"no_such": "1"})


def test_missing_binaries_are_named(monkeypatch):
    monkeypatch.setattr(server_account.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ServerError, match="COMMON_CAUSE_DATABASE_URL"):
        find_binaries()


# ------------------------------------------------------------------------------------------------ accounts
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@as_root
def test_root_without_any_way_down_is_told_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(server_account, "_succeeds", lambda command: False)
    with pytest.raises(ServerError, match="Run as an ordinary user, or set COMMON_CAUSE_DATABASE_URL"):
        find_account(tmp_path, find_binaries())


@as_root
def test_root_without_user_namespaces_drops_to_nobody(monkeypatch):
    folder = Path("/var/tmp") / f"common-cause-test-{os.getpid()}"
    folder.mkdir(mode=0o755)
    binaries = find_binaries()
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if not shutil.which("setpriv") or subprocess.run([*nobody, str(binaries / "postgres"), "--version"], capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("the account nobody cannot reach the binaries here")
    usual = server_account._succeeds
    monkeypatch.setattr(server_account, "_succeeds", lambda command: command[0] != "unshare" and usual(command))
    try:
        server = _ensure(Settings(home=folder / "home"))
        assert _scalar(server, "select 1") == 1
        assert server.data.stat().st_uid == 65534
        server.stop()
    finally:
        shutil.rmtree(folder)


@as_root
def test_as_an_ordinary_user(tmp_path):
    """The same in a process that is not root, with files of its own."""
    folder = Path("/var/tmp") / f"common-cause-user-{os.getpid()}"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    program = (
        "import os, sys; from pathlib import Path\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "from warehouse.embedded import ensure; from warehouse.settings import Settings\n"
        "server = ensure(Settings(home=Path(sys.argv[1]) / 'a home'), parameters={'fsync': 'off'}); print(server.pid); server.stop()"
    )
    try:
        command = [sys.executable, "-c", "import warehouse.embedded, warehouse.settings; " + program, str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if "Permission denied" in done.stderr and "pginstall" in done.stderr:
            pytest.skip("the account nobody cannot reach the binaries here")
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip().isdigit()
    finally:
        shutil.rmtree(folder)


def test_an_account_hands_on_no_postgres_variables(monkeypatch):
    monkeypatch.setenv("PGPORT", "1")
    assert "PGPORT" not in Account().environment
    assert Account().environment["LC_ALL"] == "C"


# ------------------------------------------------------------------------------------------------ silence
def test_no_value_reaches_the_log(home):
    server = _ensure(home)
    planted = "9990000018"
    engine = make_engine(server.admin_url)
    with engine.begin() as connection:
        connection.execute(text("create table t (n integer, d date, u text unique)"))
    for statement in (
        f"select '{planted} x'::date",
        f"insert into t (u) values ('{planted}'), ('{planted}')",
        f"selec {planted}",
        f"do $$ begin raise exception 'about {planted}'; end $$",
        f"do $$ begin raise warning 'about {planted}'; end $$",
        f"select {planted} / 0",
    ):
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql(statement)
        except DBAPIError:
            pass
    _kill_a_backend_at_work(server, planted)
    engine.dispose()
    server.stop()
    said = server.log_file.read_text()
    assert "terminated by signal 9" in said
    assert planted not in said


def _kill_a_backend_at_work(server: embedded.Server, planted: str) -> None:
    """Postgres tells in its log what a killed process was doing; here it must not."""
    with psycopg.connect(_plain(server.admin_url), autocommit=True) as connection:
        pid = connection.info.backend_pid
        watcher = subprocess.Popen([sys.executable, "-c", f"import os, time; time.sleep(0.5); os.kill({pid}, 9)"])
        with pytest.raises(psycopg.OperationalError):
            connection.execute(f"select pg_sleep(20), '{planted}'")
        watcher.wait()
    for _ in range(200):
        if embedded._answers(server):
            return
        time.sleep(0.05)
