"""``roles``: a provider's or a dashboard's login is made with its password told once, sees its own records, and goes; elsewhere the administrator is told what to type."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from pipelines.cli.main import CANNOT, USAGE, run
from tests.conftest import DEMO_NETWORK
from warehouse import embedded
from warehouse.database import make_engine
from warehouse.migrate import migrate
from warehouse.organisations import load_network
from warehouse.settings import Settings

OWN = "select array_agg(organisation order by organisation) from unnest(house.my_organisations()) as organisation"


@pytest.fixture
def login() -> str:
    """A name that no other test of the server uses."""
    return f"ward_{uuid.uuid4().hex[:10]}"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A home with an embedded server of its own, as `up` leaves it, with the small fictional network."""
    settings = Settings(home=tmp_path_factory.mktemp("roles") / "a home")
    server = embedded.ensure(settings)
    migrate(settings)
    engine = make_engine(settings)
    with engine.begin() as connection:
        load_network(connection, DEMO_NETWORK)
    engine.dispose()
    administrator = make_engine(server.admin_url)
    with administrator.begin() as connection:
        connection.execute(text("create role somebody login"))
        connection.execute(text("create role mighty superuser in role cc_provider"))
    administrator.dispose()
    yield settings
    server.stop()


@pytest.fixture
def at_home(house, monkeypatch, capsys):
    monkeypatch.setenv("COMMON_CAUSE_HOME", str(house.home))
    monkeypatch.delenv("COMMON_CAUSE_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "250")

    def command(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = run(list(words))
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return command


def sees(settings: Settings, login: str, password: str) -> list[str]:
    """The organisations whose records the login sees."""
    engine = make_engine(make_url(embedded.ensure(settings).url()).set(username=login, password=password))
    try:
        with engine.connect() as connection:
            return connection.scalar(text(OWN))
    finally:
        engine.dispose()


def test_a_login_from_its_creation_to_its_end(house, at_home, login):
    code, said = at_home("roles", "create", login, "--provider", "ZX1")
    password = re.search(r"told only now: (\S+)", said)[1]
    assert code == 0 and len(password) >= 24
    assert "ZX1" in sees(house, login, password) and "ZX2" not in sees(house, login, password)
    with pytest.raises(OperationalError):
        sees(house, login, "another password")
    code, said = at_home("roles", "list")
    assert code == 0 and re.search(rf"{login}\s+ZX1\s+Exemplar 1 Hospitals", said) and password not in said and "no such login" not in said

    engine = make_engine(make_url(embedded.ensure(house).url()).set(username=login, password=password))
    with engine.connect() as session:
        session.execute(text("select 1"))
        assert at_home("roles", "drop", login) == (0, f"{login} is gone\n")
        with pytest.raises(OperationalError):
            session.execute(text("select 1"))
    engine.dispose()
    with pytest.raises(OperationalError):
        sees(house, login, password)
    assert login not in at_home("roles", "list")[1]


def test_a_password_from_a_file_is_not_told_and_a_second_call_adds_a_provider(house, at_home, login, tmp_path):
    (tmp_path / "password").write_text("correct horse battery\nnever read\n")
    words = ("roles", "create", login, "--password-file", str(tmp_path / "password"), "--provider")
    code, said = at_home(*words, "ZX1")
    assert code == 0 and "horse" not in said and "told only now" not in said
    assert at_home(*words, "ZX3")[0] == 0
    assert {"ZX1", "ZX3"} <= set(sees(house, login, "correct horse battery"))
    assert "ZX2" not in sees(house, login, "correct horse battery")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("create", "{login}", "--provider", "ZZZ"), "no provider has the code ZZZ"),
        (("create", "cc_mine", "--provider", "ZX1"), "no name for a provider's role"),
        (("create", "somebody", "--provider", "ZX1"), "exists and is not a provider's"),
        (("create", "mighty", "--provider", "ZX1"), "exists and is not a provider's"),
        (("create", "{login}", "--provider", "ZX1", "--provider", "ZX1A1"), "no provider has the code ZX1A1"),
        (("create", "{login}", "--provider", "ZX1", "--password-file", "{short}"), "has 12 characters or more"),
        (("drop", "{login}"), "there is no login"),
        (("drop", "cc_pipeline"), "it is left alone"),
        (("drop", "cc_provider"), "it is left alone"),
        (("create", "cc_mine", "--dashboard"), "no name for a dashboard's role"),
        (("create", "somebody", "--dashboard"), "exists and is not a dashboard's"),
        (("create", "mighty", "--dashboard"), "exists and is not a dashboard's"),
        (("drop", "cc_dashboard_login"), "there is no login|it is left alone"),
        (("drop", "somebody"), "it is left alone"),
        (("drop", "mighty"), "it is left alone"),
    ],
)
def test_a_mistake_makes_and_drops_nothing(house, at_home, login, tmp_path, words, says):
    (tmp_path / "short").write_text("short\n")
    code, said = at_home("roles", *(word.format(login=login, short=tmp_path / "short") for word in words))
    assert code == CANNOT and re.search(says, said) and said.count("\n") == 1
    assert login not in at_home("roles", "list")[1]
    assert _names(house) >= {"cc_pipeline", "cc_provider", "somebody", "mighty"} and login not in _names(house)


def _names(house: Settings) -> set[str]:
    engine = make_engine(house)
    with engine.connect() as connection:
        names = set(connection.scalars(text("select rolname from pg_roles")))
    engine.dispose()
    return names


def may_act(settings: Settings, login: str) -> bool:
    engine = make_engine(settings)
    with engine.connect() as connection:
        answer = connection.scalar(
            text("select has_function_privilege(:login, 'dashboard.act_on_signal(bigint, text, text, text, text, text)', 'execute')"),
            {"login": login},
        )
    engine.dispose()
    return answer


def test_a_login_may_act_on_signals_once_it_is_said_and_until_it_is_unsaid(house, at_home, login):
    words = ("roles", "create", login, "--provider", "ZX1")
    assert at_home(*words)[0] == 0 and not may_act(house, login) and "may act" not in at_home("roles", "list")[1]
    code, said = at_home(*words, "--lead")
    assert code == 0 and "it may act on their signals" in said and may_act(house, login)
    assert re.search(rf"{login}\s+ZX1\s+Exemplar 1 Hospitals\s+may act on signals", at_home("roles", "list")[1])
    assert at_home(*words)[0] == 0 and may_act(house, login), "a new password takes no right away"
    assert "it may not act on their signals" in at_home(*words, "--no-lead")[1] and not may_act(house, login)
    assert "ZX1" in sees(house, login, re.search(r"told only now: (\S+)", at_home(*words, "--lead")[1])[1]), "who acts still sees its own"
    assert at_home("roles", "drop", login)[0] == 0


def test_a_password_is_no_argument(at_home, login):
    code, said = at_home("roles", "create", login, "--provider", "ZX1", "--password", "correct horse battery")
    assert code == USAGE and "No such option" in said


def test_a_dashboards_login_reads_the_views_and_nothing_else(house, at_home, login):
    code, said = at_home("roles", "create", login, "--dashboard")
    password = re.search(r"told only now: (\S+)", said)[1]
    assert code == 0 and sees(house, login, password) is None
    assert re.search(rf"{login}\s+a dashboard", at_home("roles", "list")[1])
    assert at_home("roles", "create", login, "--dashboard")[0] == 0, "again: another password"
    with pytest.raises(OperationalError):
        sees(house, login, password)
    assert at_home("roles", "create", login, "--provider", "ZX1")[1].endswith("choose another name\n")
    assert at_home("roles", "drop", login) == (0, f"{login} is gone\n") and login not in _names(house)


def test_a_providers_login_is_no_dashboards(house, at_home, login):
    assert at_home("roles", "create", login, "--provider", "ZX1")[0] == 0
    code, said = at_home("roles", "create", login, "--dashboard")
    assert code == CANNOT and "exists and is not a dashboard's" in said
    assert at_home("roles", "drop", login)[0] == 0


@pytest.mark.parametrize("words", [(), ("--dashboard", "--provider", "ZX1")])
def test_a_login_is_of_a_provider_or_of_a_dashboard(at_home, login, words):
    code, said = at_home("roles", "create", login, *words)
    assert code == USAGE and "--provider CODE or --dashboard, one of the two" in said


def test_on_somebody_elses_server_a_dashboards_login_is_typed_by_its_administrator(typed, admin, login):
    code, said = typed("roles", "create", login, "--dashboard")
    statements = [line.strip() for line in said.splitlines() if line.strip().endswith(";")]
    assert code == CANNOT and f'\\password "{login}"' in said and len(statements) == 1
    with admin.begin() as connection:
        connection.exec_driver_sql(statements[0])
    assert re.search(rf"{login}\s+a dashboard", typed("roles", "list")[1])
    _type_as(admin, typed("roles", "drop", login)[1])
    assert login not in typed("roles", "list")[1]


def test_on_somebody_elses_server_its_administrator_is_told_what_to_type_and_it_works(typed, admin, login):
    code, said = typed("roles", "create", login, "--provider", "ZX1", "--provider", "ZX2", "--lead")
    assert (
        code == CANNOT and "cc_pipeline may not make or drop logins" in said and f'\\password "{login}"' in said and "Traceback" not in said
    )
    assert login not in typed("roles", "list")[1]
    _type_as(admin, said)
    code, listed = typed("roles", "list")
    assert (
        re.search(rf"{login}\s+ZX1 ", listed)
        and re.search(rf"{login}\s+ZX2 ", listed)
        and "may act on signals" in listed
        and "no such login" not in listed
    )

    code, said = typed("roles", "drop", login)
    assert code == CANNOT and login in typed("roles", "list")[1]
    _type_as(admin, said)
    assert login not in typed("roles", "list")[1]


def _type_as(admin, said: str) -> None:
    statements = [line.strip() for line in said.splitlines() if line.strip().endswith(";")]
    assert len(statements) >= 2
    with admin.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
