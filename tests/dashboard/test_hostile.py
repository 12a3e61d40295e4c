"""Whoever means harm, or types nonsense: what a reader's pages must not tell, what no address and no form may break."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, unquote

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from starlette.testclient import TestClient

from dashboard.app import create_app
from dashboard.names import _called
from dashboard.views import TooLong, Views
from tests.dashboard.conftest import SECRET
from tests.dashboard.network import EMERGENCY, IMPROVES, PROVIDERS, TINY, WORSENS, WRIST, months

QUARTERS = sorted({month.replace(month=(month.month - 1) // 3 * 3 + 1) for month in months()})
QUARTER = max(start for start in QUARTERS if start <= months()[-4])
ACTIONS = range(1, 8)  # wherever two actions may be among the numbers
NAMED_ACTION = f"Like Department B, {IMPROVES} and <script>alert(1)</script>"


def numbers_of(network) -> dict[str, int]:
    return network.asked(f"reader:{WORSENS}", False).names.numbers


def peer(network, code: str) -> str:
    return f"peer-{numbers_of(network)[code]}"


def figures(organisation: str) -> list[str]:
    period = f"quarter/{QUARTER}"
    return [f"/figure/{name}{end}" for end in ("", ".csv", ".svg") for name in (
        f"series/{EMERGENCY}/{organisation}", f"aim/{EMERGENCY}/{organisation}", f"timeline/wrist_fracture/{organisation}", f"funnel/{EMERGENCY}/{period}",
        f"caterpillar/{WRIST}/{period}", f"trend/{EMERGENCY}", *(f"effect/{number}/{EMERGENCY}" for number in ACTIONS), f"idea/trauma_list_at_weekends/{EMERGENCY}",
    )]  # fmt: skip


def pages(organisation: str) -> list[str]:
    return [
        "/network/emergency_care", f"/network/wrist_fracture?by={WRIST}", "/measures", f"/measure/{EMERGENCY}", f"/provider/{organisation}/emergency_care",
        f"/provider/{organisation}/wrist_fracture?all=yes", "/signals?whose=everybody", "/signals/1", "/signals/2", "/actions", *(f"/actions/{number}" for number in ACTIONS), "/aims?who=everybody", "/ideas",
        "/ideas/trauma_list_at_weekends", "/learn/emergency_care", "/data", "/actions/new?pathway=emergency_care", f"/pack/{WORSENS}.pdf", f"/pack/{organisation}.pdf", "/no such page", f"/provider/{organisation}",
    ]  # fmt: skip


def told_by(answer) -> str:
    """All that an answer tells: its body (the text of a PDF) and its headers."""
    if answer.headers.get("content-type") == "application/pdf":
        body = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.content)).pages)
    else:
        body = answer.text
    return unquote(f"{body} {answer.headers}")


# ------------------------------------------------------------------------------------------------ who sees what
@pytest.fixture
def told_titles(network):
    """Every action's title names peers and brings markup; dashboards over it remember nothing of before.

    For a test at a time: what others ask of ``network`` meanwhile would be remembered after the titles are put back.
    """
    with network.engine.begin() as connection:
        before = connection.execute(text("select submission_id, row_number, title from improvement.action_version")).all()
        connection.execute(text("update improvement.action_version set title = :title"), {"title": NAMED_ACTION})
    yield lambda groups, is_named: TestClient(
        create_app(network.configuration(is_named), network.dashboard), headers=network.client(groups).headers, follow_redirects=False
    )
    with network.engine.begin() as connection:
        restored = "update improvement.action_version set title = :title where submission_id = :submission_id and row_number = :row_number"
        connection.execute(text(restored), [row._asdict() for row in before])


def test_a_numbered_peers_name_and_code_stand_nowhere_that_its_number_stands(network, told_titles):
    names = network.asked(f"reader:{WORSENS}", False).names
    closed = [
        row for code, row in names.organisations.items() if row.organisation_kind in ("provider", "site", "team") and code not in names.own
    ]
    of_peers = re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(word) for row in closed for word in _called(row))})(?!\w)", re.IGNORECASE)
    client, slug = told_titles(f"lead:{WORSENS}", False), peer(network, IMPROVES)
    found = {address: set(of_peers.findall(told_by(client.get(address)))) for address in (*pages(slug), *figures(slug))}
    assert {address: words for address, words in found.items() if words} == {}


def test_markup_in_an_actions_title_is_text_on_every_page_and_figure(told_titles):
    client = told_titles(f"lead:{WORSENS}", True)
    answers = {address: client.get(address) for address in (*pages(IMPROVES), *figures(IMPROVES)) if not address.endswith((".pdf", ".csv"))}
    assert sum("&lt;script&gt;alert(1)" in answer.text for answer in answers.values()) >= 8
    assert [address for address, answer in answers.items() if "<script>alert" in answer.text] == []


@pytest.mark.parametrize("code", [IMPROVES, f"{IMPROVES}A1", "ZZZ", "no such", "", " "])
def test_a_peers_code_is_answered_as_an_unknown_one(network, code):
    client = network.client(f"reader:{WORSENS}", False)
    for address in (
        f"/provider/{quote(code)}",
        f"/pack/{quote(code)}.pdf",
        f"/figure/series/{EMERGENCY}/{quote(code)}",
        f"/provider/{quote(code)}/emergency_care",
    ):
        answer, unknown = (
            client.get(address, follow_redirects=False),
            client.get(address.replace(quote(code) or "//", "XXX"), follow_redirects=False),
        )
        assert (answer.status_code, answer.text) == (unknown.status_code, unknown.text) or code in ("", " ")
        assert answer.status_code == 404


def test_signals_raised_together_are_numbered_in_no_order_of_organisations(new_house):
    """In the order of codes their numbers would tell whose number is whose."""
    from tests.dashboard import signals

    signals.furnish(new_house)
    from assets.signals import Event, settle

    orders = set()
    for round_ in range(6):
        events = [
            Event(
                ("special cause", signals.PATHWAY, signals.MEASURE, code, None),
                "7 points below mean",
                1,
                signals.NOW.date().replace(day=1 + round_ * 3),
                signals.NOW.date().replace(day=2 + round_ * 3),
                {},
                False,
            )
            for code in ("ZX1", "ZX2", "ZX3")
        ]
        with new_house.engine.begin() as connection:
            settle(connection, set(), events, signals.NOW, "over")
            rows = (
                connection.execute(text("select organisation_code from measurement.signal order by signal_id desc limit 3")).scalars().all()
            )
        orders.add(tuple(rows))
    assert len(orders) > 1


@pytest.mark.parametrize("code", [IMPROVES, TINY])
def test_a_pack_is_for_its_own_people(network, code):
    assert network.client(f"lead:{WORSENS}").get(f"/pack/{code}.pdf").status_code == 403


# ------------------------------------------------------------------------------------------------ small numbers
def rows_of(client, address: str) -> list[dict]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


COUNTS = ("Numerator", "Denominator", "Cases", "Reached", "Of cases", "Observed")


@pytest.mark.parametrize("code", [IMPROVES, "ZYC", TINY])
def test_counts_of_others_are_none_or_rounded_and_eight_or_more(network, code):
    others, own = network.client(f"reader:{WORSENS}"), network.client(f"reader:{code}")
    timelines = [f"timeline/wrist_fracture/{code}/{start}" for start in QUARTERS]  # on some days one quarter has multiples of five alone
    for names in ([f"series/{WRIST}/{code}"], [f"series/{EMERGENCY}/{code}"], timelines):
        for name in names:
            assert are_rounded(counts_of(rows_of(others, f"/figure/{name}.csv"))), name
        whole = [count for name in names for count in counts_of(rows_of(own, f"/figure/{name}.csv"))]
        assert any(count % 5 for count in whole), "its own people see them whole"


def counts_of(rows: list[dict]) -> list[float]:
    return [float(row[column]) for row in rows for column in COUNTS if row.get(column)]


def are_rounded(counts: list[float]) -> bool:
    return all(count == 0 or (count >= 8 and count % 5 == 0) for count in counts)


@pytest.mark.parametrize(
    "name", [f"funnel/{WRIST}/quarter/{QUARTER}", f"caterpillar/{WRIST}/quarter/{QUARTER}", f"caterpillar/{WRIST}/month/{months()[-3]}"]
)
def test_of_peers_beside_each_other_nothing_is_exact_but_ones_own(network, name):
    rows = rows_of(network.client(f"reader:{WORSENS}"), f"/figure/{name}.csv")
    others = [row for row in rows if "Department A" not in row["Provider"]]
    assert len(others) == len(PROVIDERS) - 1
    assert are_rounded(counts_of(others))
    shown = [row for row in others if row["Value"]]
    assert shown and all(
        float(row["Value"]) == pytest.approx(float(row["Numerator"]) / float(row["Denominator"]), abs=1e-6) for row in shown
    ), "values are those of rounded counts"
    assert all(len(row.get(column, "").partition(".")[2]) <= 3 for row in others for column in ("Completeness", "z"))


# ------------------------------------------------------------------------------------------------ nonsense
NONSENSE = (
    "",
    "%00",
    "%C3%28",
    "..%2f..%2fetc%2fpasswd",
    "..",
    "<script>alert(1)</script>",
    "' or 1=1 --",
    "9" * 30,
    "-1",
    "0x10",
    "NaN",
    "2026-02-30",
    "\u202e\u8f6e",
    "x" * 3000,
    "a/b/c/d/e",
    "{{7*7}}",
    "peer-0",
    "%0d%0aX-Evil:%201",
)
ROUTES = (
    "/network/{}", "/measure/{}", "/provider/{}", "/provider/ZYB/{}", "/signals/{}", "/actions/{}", "/ideas/{}", "/learn/{}", "/sent/{}", "/sent/{}/again", "/pack/{}.pdf", "/pack/ZYA/{}.pdf",
    "/figure/{}", "/figure/{}.csv", f"/figure/series/{EMERGENCY}/{{}}.svg", "/figure/series/{}/ZYB.csv", f"/figure/funnel/{EMERGENCY}/quarter/{{}}", f"/figure/funnel/{EMERGENCY}/{{}}/2026-07-01",
    "/figure/caterpillar/{}/month/2026-07-01", f"/figure/standardised/{EMERGENCY}/year/{{}}", "/figure/timeline/wrist_fracture/ZYB/{}", "/figure/timeline/{}/ZYB", "/figure/trend/{}",
    f"/figure/idea/{{}}/{EMERGENCY}", "/figure/idea/trauma_list_at_weekends/{}", f"/figure/effect/{{}}/{EMERGENCY}", "/figure/effect/1/{}", f"/figure/cusum/{WRIST}/ZYA/{{}}",
    f"/figure/aim/{EMERGENCY}/{{}}", "/static/{}", "/{}",
)  # fmt: skip
QUERIES = (
    "/network/emergency_care?all={0}&by={0}&rows={0}", "/measures?pathway={}", f"/measure/{EMERGENCY}?grain={{0}}&period={{0}}", f"/measure/{EMERGENCY}?grain=quarter&period={{}}",
    "/provider/ZYA/wrist_fracture?quarter={0}&all={0}", "/signals?whose={0}&state={0}&pathway={0}&kind={0}&tone={0}", "/actions?pathway={0}&who={0}&verdict={0}&idea={0}",
    "/aims?pathway={0}&who={0}", "/ideas?pathway={}", "/learn/emergency_care?provider={}", "/actions/new?from={0}&measure={0}&pathway={0}&end={0}", "/aims/new?measure={0}&pathway={0}",
    "/leads/new?pathway={0}", f"/aims/new?measure={EMERGENCY}&{{}}={{0}}",
)  # fmt: skip


@pytest.mark.parametrize("address", [*ROUTES, *QUERIES])
@pytest.mark.parametrize(("groups", "is_named"), [("lead:ZYA", False), ("office", True)])
def test_no_nonsense_in_an_address_breaks_a_page(network, address, groups, is_named):
    client = TestClient(
        network.app(is_named), headers=network.client(groups).headers, raise_server_exceptions=False, follow_redirects=False
    )
    for nonsense in NONSENSE:
        said = nonsense if "%" in nonsense else quote(nonsense, safe="/")
        answer = client.get(address.replace("{}", said).replace("{0}", said))
        assert answer.status_code in (200, 303, 307, 400, 403, 404, 414), (nonsense[:50], answer.status_code)
        assert "<script>alert" not in answer.text and "Traceback" not in answer.text and "root:" not in answer.text
        assert "x-evil" not in answer.headers


def test_what_is_longer_than_any_address_of_ours_is_refused(network):
    client = TestClient(network.app(), headers=network.client("office").headers, raise_server_exceptions=False)
    assert client.get(f"/signals/{'9' * 5000}").status_code == 414
    assert client.get("/signals", params={"state": "x" * 9000}).status_code == 414


async def _raw(app, scope: dict) -> int:
    """Status of a request that no client would send."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    base = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/signals",
        "raw_path": b"/signals",
        "query_string": b"",
        "root_path": "",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(base | scope, receive, send)
    return sent[0]["status"]


def _as(groups: str, *more: tuple[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    return [
        (b"x-forwarded-user", b"Jo"),
        (b"x-forwarded-groups", groups.encode()),
        (b"x-common-cause-secret", SECRET.encode()),
        (b"host", b"x"),
        *more,
    ]


def test_bytes_that_are_no_text_in_a_query_are_no_error(network):
    assert asyncio.run(_raw(network.app(), {"query_string": b"state=\xff\xfe", "headers": _as("office")})) == 200


def test_a_host_that_is_no_host_opens_nothing(network):
    headers = [(b"host", b"x/static/"), (b"x-forwarded-user", b"Jo")]
    assert asyncio.run(_raw(network.app(), {"headers": headers})) == 401


# ------------------------------------------------------------------------------------------------ who it is
@pytest.mark.parametrize(
    ("header", "value"),
    [
        (b"x-forwarded-groups", b"office"),
        (b"x-forwarded-groups", b"lead:ZYB"),
        (b"x-forwarded-user", b"Another"),
        (b"x-common-cause-secret", SECRET.encode()),
    ],
)
def test_a_header_that_came_twice_lets_nobody_in(network, header, value):
    """A proxy that adds its header leaves the one that the browser made up before it."""
    assert asyncio.run(_raw(network.app(), {"headers": _as("reader:ZYA")})) == 200
    assert asyncio.run(_raw(network.app(), {"headers": [(header, value), *_as("reader:ZYA")]})) == 401


def test_a_change_idea_of_any_script_can_be_downloaded():
    from dashboard.pages.figure import _file

    answer = _file("x", "text/csv", 'idea-\u8f6e\u73ed"\r\nX-Evil: 1-ae.csv')
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''idea-%E8%BD%AE%E7%8F%AD%22%0D%0AX-Evil%3A%201-ae.csv"


# ------------------------------------------------------------------------------------------------ answers remembered, answers that do not come
def test_two_who_read_at_once_never_see_each_others_cells(network):
    app = create_app(network.configuration(True), network.dashboard)
    address = f"/figure/series/{WRIST}/ZYC.csv"

    def read(groups: str) -> str:
        return TestClient(app, headers=network.client(groups).headers).get(address).text

    whole, hidden = read("reader:ZYC"), read("reader:ZYA")
    assert whole != hidden
    for _ in range(4):
        app.state.views.memory._held.clear()
        with ThreadPoolExecutor(2) as both:
            answers = list(both.map(read, ["reader:ZYC", "reader:ZYA", "office"] * 4))
        assert set(answers[0::3]) == {whole} and set(answers[1::3]) == {hidden} == set(answers[2::3])


def test_what_everybody_sees_holds_no_own_cell(network):
    from dashboard.matrix import OF_PROVIDERS

    asked = network.asked(f"reader:{TINY}")
    rows = asked.latest_for_everybody(OF_PROVIDERS, grain="quarter", measures=[WRIST])
    mine = next(row for row in rows if row.organisation_code == TINY)
    assert mine.is_suppressed and mine.value is None
    own = asked.rows(f"select * from ({OF_PROVIDERS}) as shown where organisation_code = '{TINY}'", grain="quarter", measures=[WRIST])
    assert own[0].value is not None


def test_a_question_that_takes_too_long_is_said_to_and_not_asked_again_by_itself(network, monkeypatch):
    views = Views(network.dashboard)
    with pytest.raises(TooLong):
        views.rows("select set_config('statement_timeout', '50', true); select pg_sleep(5)")
    app = create_app(network.configuration(True), network.dashboard)
    monkeypatch.setattr("dashboard.pages.signals.LISTED", "select set_config('statement_timeout', '50', true); select pg_sleep(5)")
    answer = TestClient(app, headers=network.client("office").headers, raise_server_exceptions=False).get("/signals")
    assert answer.status_code == 503 and "took too long" in answer.text and "http-equiv" not in answer.text


@pytest.mark.parametrize(
    ("about", "chosen"), [("actions", "pathway=emergency_care"), ("aims", f"measure={EMERGENCY}"), ("leads", "pathway=emergency_care")]
)
def test_a_form_full_of_nonsense_is_told_what_is_wrong_and_sends_nothing(network, about, chosen):
    client = TestClient(
        network.app(), headers=network.client(f"lead:{WORSENS}").headers, raise_server_exceptions=False, follow_redirects=False
    )
    fields = set(re.findall(r'name="([a-z_]+)"', client.get(f"/{about}/new?{chosen}").text)) - {"viewport"}
    assert {"organisation", "pathway"} & fields
    for nonsense in (
        "",
        "\0",
        'a\r\nb,"c',
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "9" * 400,
        "0001-01-01",
        "\u202e" * 50,
        "x" * 20_000,
        "-" * 30,
        "1e999",
        "NaN",
    ):
        form = dict.fromkeys(fields, nonsense) | {"organisation": IMPROVES, "extra": nonsense, "sender": IMPROVES}
        answer = client.post(f"/{about}/new", data=form)
        assert answer.status_code in (404, 422), (nonsense[:20], answer.status_code)
        assert "<script>alert" not in answer.text
    assert not list(network.settings.landing.rglob("*-form*"))


def test_what_is_larger_than_any_form_is_not_read(network):
    client = network.client(f"lead:{WORSENS}")
    assert client.post("/actions/new", data={"title": "x" * 1_100_000}).status_code == 413
    assert (
        client.post(
            "/actions/new", content=(b"x" for _ in range(3)), headers={"Content-Type": "application/x-www-form-urlencoded"}
        ).status_code
        == 413
    )


@pytest.mark.parametrize("groups", ["office", "reader:ZYA", "lead:ZYC"])
@pytest.mark.parametrize("act", ["acknowledge", "close", "assign", "comment", "drop", "%00"])
def test_nobody_else_acts_on_a_providers_signal(network, groups, act):
    rows = network.asked().rows("select signal_id from dashboard.signal_v1 where organisation_code = 'ZYA' order by 1")
    client = TestClient(network.app(), headers=network.client(groups).headers, raise_server_exceptions=False)
    assert client.post(f"/signals/{rows[0].signal_id}/{act}", data={"note": "n", "assignee": "a"}).status_code in (403, 404)
    assert client.get(f"/signals/{rows[0].signal_id}/{act}").status_code in (404, 405)
