"""What stands before every page, and what is shown while the database is away. The database of these tests is one that nobody can reach."""

from __future__ import annotations

import stat

import pytest
from sqlalchemy import create_engine
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.configuration import LOCAL, Configuration, ConfigurationError
from warehouse.settings import Settings

SECRET = "a secret of the proxy's"
LEAD = {"X-Forwarded-User": "Jo Carter", "X-Forwarded-Groups": "lead:ZQA", "X-Common-Cause-Secret": SECRET}
NOBODY_THERE = "postgresql+psycopg://nobody:x@127.0.0.1:9/none?connect_timeout=1"


@pytest.fixture
def proxied(tmp_path):
    return _client(Configuration(Settings(home=tmp_path), proxy_secret=SECRET))


@pytest.fixture
def local(tmp_path):
    return _client(Configuration(Settings(home=tmp_path), sign_in=LOCAL))


def _client(configuration):
    app = create_app(configuration, create_engine(NOBODY_THERE))
    return TestClient(app, follow_redirects=False, base_url="http://dashboard.example", raise_server_exceptions=False)


def test_who_comes_past_the_proxy_is_refused_and_told_what_to_set(proxied):
    answer = proxied.get("/network")
    assert answer.status_code == 401
    assert "docs/dashboard.md" in answer.text


@pytest.mark.parametrize(
    "change",
    [{"X-Common-Cause-Secret": "a guess"}, {"X-Common-Cause-Secret": ""}, {"X-Forwarded-User": ""}, {"X-Forwarded-Groups": "staff"}],
)
def test_headers_count_only_with_the_proxys_secret_and_all_of_them(proxied, change):
    assert proxied.get("/network", headers={**LEAD, **change}).status_code == 401


def test_without_a_secret_of_its_own_no_proxy_is_believed(tmp_path):
    client = _client(Configuration(Settings(home=tmp_path)))
    assert client.get("/", headers={**LEAD, "X-Common-Cause-Secret": ""}).status_code == 401


def test_a_providers_people_begin_with_their_provider(proxied):
    assert proxied.get("/", headers=LEAD).headers["location"] == "/provider/ZQA"
    assert proxied.get("/", headers={**LEAD, "X-Forwarded-Groups": "office"}).headers["location"] == "/network"


def test_local_sign_in_leads_back_to_where_one_wanted_to_go(local):
    asked = local.get("/signals?state=raised")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?then=/signals%3Fstate%3Draised")
    entered = local.post(
        "/sign-in", data={"name": "Jo", "group": "lead:ZQA", "then": "/signals"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert entered.headers["location"] == "/signals"
    assert local.get("/").headers["location"] == "/provider/ZQA"
    local.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"})
    assert local.get("/").headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("then", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", ""])
def test_sign_in_never_leads_elsewhere(local, then):
    entered = local.post("/sign-in", data={"name": "Jo", "group": "office", "then": then}, headers={"Sec-Fetch-Site": "same-origin"})
    assert entered.headers["location"] == "/"


def test_there_is_no_local_sign_in_behind_a_proxy(proxied):
    assert proxied.post("/sign-in", data={"name": "Jo", "group": "office"}, headers={"Sec-Fetch-Site": "same-origin"}).status_code in (
        404,
        503,
    )
    assert proxied.get("/", headers={"Cookie": "common-cause=forged"}).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://dashboard.example"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_a_form_of_somebody_elses_page_is_refused(local, headers):
    assert local.post("/sign-in", data={"name": "Jo", "group": "office"}, headers=headers).status_code == 403


def test_an_older_browsers_own_form_is_taken_by_its_origin(local):
    assert local.post("/sign-in", data={"name": "Jo", "group": "office"}, headers={"Origin": "http://dashboard.example"}).status_code == 303


def test_while_the_database_is_away_a_page_says_so_and_comes_back_by_itself(proxied):
    answer = proxied.get("/provider/ZQA/hip_fracture", headers=LEAD)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert 'http-equiv="refresh"' in answer.text
    assert "Nothing is lost" in answer.text
    assert proxied.get("/health").json() == {"status": "up", "database": "away"}


def test_a_dashboard_that_nobody_can_sign_in_to_says_how_it_is_opened(tmp_path):
    closed = TestClient(
        create_app(Configuration(Settings(home=tmp_path)), create_engine("postgresql+psycopg://nobody@127.0.0.1:9/none")),
        base_url="http://dashboard.example",
    )
    said = closed.get("/").text
    assert "`common-cause down`, set COMMON_CAUSE_DASHBOARD_SIGN_IN=local and type `common-cause up`" in said
    assert closed.get("/health").json()["sign_in"] == "closed"


def test_nothing_from_elsewhere_and_no_script_in_the_page_is_allowed(proxied):
    policy = proxied.get("/health").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_keys_are_made_once_and_readable_by_the_owner_alone(tmp_path):
    configuration = Configuration(Settings(home=tmp_path))
    assert configuration.key("peers") == configuration.key("peers") != configuration.key("session")
    assert stat.S_IMODE((tmp_path / "dashboard-peers.key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"COMMON_CAUSE_DASHBOARD_SIGN_IN": "nobody"}, "SIGN_IN"),
        ({"COMMON_CAUSE_DASHBOARD_NAMED_PEERS": "perhaps"}, "NAMED_PEERS"),
        ({"COMMON_CAUSE_DASHBOARD_PROXY_SECRET_FILE": "/none/such"}, "PROXY_SECRET_FILE"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path, environment, named):
    with pytest.raises(ConfigurationError, match=named):
        Configuration.from_environment(Settings(home=tmp_path), environment)


def test_a_short_secret_is_refused(tmp_path):
    (tmp_path / "secret").write_text("short\n")
    with pytest.raises(ConfigurationError, match="16 characters"):
        Configuration.from_environment(Settings(home=tmp_path), {"COMMON_CAUSE_DASHBOARD_PROXY_SECRET_FILE": str(tmp_path / "secret")})
