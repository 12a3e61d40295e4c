"""The inbox, a signal's page, and acting on it: who may, what is said when it cannot be done, and what a peer's page never tells."""

from __future__ import annotations

import re
import threading
from datetime import date, timedelta
from itertools import count

import pytest

from tests.dashboard.conftest import a_house
from tests.dashboard.signals import MEASURE, OWN, PEER, PEER_SITE, SITE, furnish, life, raised, state

LEAD, READER = f"lead:{OWN}", f"reader:{OWN}"


@pytest.fixture(scope="module")
def house(server, template, tmp_path_factory):
    with a_house(server, tmp_path_factory.mktemp("signals")) as made:
        furnish(made)
        yield made


@pytest.fixture
def lead(house):
    return house.client(LEAD)


@pytest.fixture
def concern(house):
    """A fresh one of the reader's own provider."""
    return raised(house, since=_a_day())


def _a_day(taken=count(1)) -> str:
    """Another one each time: a signal is known by its day."""
    return (date(2024, 1, 1) + timedelta(days=next(taken))).isoformat()


def act(client, number: int, what: str, **form):
    return client.post(f"/signals/{number}/{what}", data=form, follow_redirects=False)


def groups(page) -> dict[str, str]:
    """Title of a group to its part of the page."""
    parts = re.split(r'<h2 id="g\d+">', page.text)[1:]
    return {part.split(" <span")[0]: part for part in parts}


# ------------------------------------------------------------------------------------------------ the inbox
def test_nothing_at_all_is_said_as_such(empty):
    assert "Nothing has been raised in the network." in empty.client().get("/signals").text


def test_a_signal_is_a_sentence(house, lead):
    number = raised(house, since="2026-03-01")
    assert re.search(rf'<a href="/signals/{number}">[^<]+: seven months below the mean, since March 2026</a>', lead.get("/signals").text)


def test_what_nobody_has_acknowledged_comes_first_and_what_is_closed_last(house, lead):
    waits, taken, good, over = (raised(house, since=_a_day(), favourable=favourable) for favourable in (False, False, True, False))
    act(lead, taken, "assign", assignee="Sam Ward")
    act(lead, over, "close", note="Counted twice")
    found = groups(lead.get("/signals"))
    assert list(found) == ["Wants attention", "Being looked into", "Worth telling", "Closed"]
    for number, part in zip((waits, taken, good, over), found.values(), strict=True):
        assert f'/signals/{number}"' in part
    assert "acknowledged: Sam Ward" in found["Being looked into"]


def test_ones_own_are_shown_with_sites_and_others_only_when_asked_for(house, lead):
    site, peer = raised(house, SITE, since=_a_day()), raised(house, PEER, since=_a_day())
    own, everybody = lead.get("/signals").text, lead.get("/signals?whose=everybody").text
    assert f'/signals/{site}"' in own and f'/signals/{peer}"' not in own
    assert everybody.index(f'/signals/{site}"') < everybody.index(f'/signals/{peer}"')
    assert f'/signals/{peer}"' in house.client("office").get("/signals").text


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("state=open", True),
        ("state=closed", False),
        ("kind=cusum", False),
        ("tone=concern", True),
        ("tone=improvement", False),
        ("kind=nonsense", True),
        ("pathway=nowhere", True),
    ],
)
def test_filters_are_in_the_address_and_an_unknown_one_filters_nothing(lead, concern, query, is_there):
    assert (f'/signals/{concern}"' in lead.get(f"/signals?{query}").text) == is_there


# ------------------------------------------------------------------------------------------------ one signal
def test_the_page_tells_rule_parameters_points_and_life(lead, concern):
    text = lead.get(f"/signals/{concern}").text
    for said in (
        "Seven months in a row lie below the mean",
        "<dd>Seven months below the mean, version 1</dd>",
        "71",
        "43",
        "Raised</strong> by the warehouse",
        f"/actions/new?measure={MEASURE}",
        f"/aims/new?measure={MEASURE}",
    ):
        assert said in text, said


def test_of_a_peers_signal_the_points_are_not_told_and_nothing_can_be_done(house, lead):
    number = raised(house, PEER, since=_a_day())
    text = lead.get(f"/signals/{number}").text
    assert (
        "the provider itself sees them" in text
        and "43.21" not in text
        and '<form method="post" action="/signals' not in text
        and 'class="acts"' not in text
    )
    answer = act(lead, number, "acknowledge")
    assert answer.status_code == 403 and "another provider" in answer.text and state(house, number) == "raised"


@pytest.mark.parametrize(
    ("kind", "rule", "more", "said"),
    [
        (
            "submission late",
            "in_time",
            {"period_start": "2026-09-01", "period_end": "2026-09-30", "due_on": "2026-11-04"},
            "the file for Sep 2026 is late",
        ),
        ("submission missing", "in_time", {}, "a file that was due is missing"),
        ("submission stuck", "submission_is_final_in_time", {"stuck_after_minutes": 15}, "stands still"),
        (
            "completeness falling",
            "completeness",
            {"drop": 0.1, "points": [{"period_start": "2026-08-01", "share": 0.6}]},
            "fewer fields are filled",
        ),
    ],
)
def test_a_signal_without_a_measure_has_a_page_without_a_chart(house, lead, kind, rule, more, said):
    number = raised(house, kind=kind, rule=rule, since=_a_day(), more=more)
    text = lead.get(f"/signals/{number}").text
    assert said in text and 'class="chart"' not in text and "/data" in text and "/actions/new" not in text


def test_a_cusum_shows_its_own_chart_to_its_provider_alone(house, lead):
    own, peer = (raised(house, code, kind="cusum", rule="odds doubled", since=_a_day()) for code in (OWN, PEER))
    assert f"/figure/cusum/{MEASURE}/{OWN}/worse" in lead.get(f"/signals/{own}").text
    assert "/figure/cusum" not in lead.get(f"/signals/{peer}").text


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999"])
def test_a_number_that_nobody_has_is_not_found(lead, number):
    assert lead.get(f"/signals/{number}").status_code == 404


# ------------------------------------------------------------------------------------------------ acting
@pytest.mark.parametrize(
    ("what", "form", "after", "event"),
    [
        ("acknowledge", {}, "acknowledged", "acknowledged"),
        ("assign", {"assignee": "Sam Ward"}, "acknowledged", "assigned"),
        ("comment", {"note": "Looked at"}, "raised", "commented"),
        ("close", {"note": "A rota"}, "closed", "closed"),
    ],
)
def test_an_act_is_done_and_said_once(house, lead, concern, what, form, after, event):
    answer = act(lead, concern, what, **form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/signals/{concern}")
    assert state(house, concern) == after and life(house, concern)[-1][:2] == (event, "Jo Carter by cc_dashboard_login")
    first, second = lead.get(f"/signals/{concern}").text, lead.get(f"/signals/{concern}").text
    assert 'role="status"' in first and 'role="status"' not in second
    assert "by Jo Carter" in second and "cc_dashboard_login" not in second


def test_the_inbox_knows_at_once(lead, concern):
    assert f'/signals/{concern}"' in groups(lead.get("/signals"))["Wants attention"]
    act(lead, concern, "acknowledge")
    assert f'/signals/{concern}"' in groups(lead.get("/signals"))["Being looked into"]


@pytest.mark.parametrize(
    ("what", "form", "said"),
    [
        ("close", {"note": "  "}, "A note says why"), ("comment", {}, "A note says why"), ("assign", {"assignee": "", "note": "kept as typed"}, "Say to whom"),
        ("comment", {"note": "long " * 300}, "at most 1000 characters"), ("assign", {"assignee": "n" * 121, "note": "kept as typed"}, "at most 1000 characters"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_beside_the_form_and_what_was_typed_is_kept(house, lead, concern, what, form, said):
    answer = act(lead, concern, what, **form)
    assert answer.status_code == 422 and said in answer.text and 'role="alert"' in answer.text
    assert form.get("note", "") in answer.text and state(house, concern) == "raised" and len(life(house, concern)) == 1


def test_a_reader_looks_and_does_not_act(house, concern):
    reader = house.client(READER)
    assert "for the leads of your provider" in reader.get(f"/signals/{concern}").text
    answer = act(reader, concern, "close", note="mine")
    assert answer.status_code == 403 and state(house, concern) == "raised"


def test_the_office_reads_and_does_not_act(house, concern):
    assert act(house.client("office"), concern, "acknowledge").status_code == 403 and state(house, concern) == "raised"


def test_a_form_of_another_site_is_refused(house, lead, concern):
    answer = lead.post(f"/signals/{concern}/close", data={"note": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and state(house, concern) == "raised"


def test_an_act_that_there_is_not_is_not_found(lead, concern):
    assert act(lead, concern, "delete").status_code == 404


def test_two_at_once_both_stand_in_its_life_and_whoever_comes_after_the_close_is_told(house, concern):
    done = []
    people = [
        threading.Thread(target=lambda: done.append(act(house.client(LEAD), concern, "close", note="seen").status_code)) for _ in range(2)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(done) == [303, 422] and [event for event, *_ in life(house, concern)] == ["raised", "closed"]
    late = act(house.client(LEAD), concern, "acknowledge")
    assert late.status_code == 422 and f"Signal {concern} is closed; it can be commented." in late.text


def test_markup_in_a_note_is_text(lead, concern):
    act(lead, concern, "comment", note="<script>alert(1)</script> & <b>bold</b>")
    text = lead.get(f"/signals/{concern}").text
    assert "<script>alert" not in text and "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;bold&lt;/b&gt;" in text


def test_a_note_of_a_thousand_letters_over_several_lines_is_kept(house, lead, concern):
    note = "\r\n".join(["a" * 99] * 10)
    assert act(lead, concern, "comment", note=note + "\x00").status_code == 303
    assert life(house, concern)[-1][2] == note.replace("\r\n", "\n")


# ------------------------------------------------------------------------------------------------ peers
def test_what_people_of_a_peer_write_is_theirs(house, lead):
    number = raised(house, PEER, since=_a_day())
    act(house.client(f"lead:{PEER}"), number, "assign", assignee="Kit Marsh", note="our own words")
    seen = lead.get(f"/signals/{number}").text + lead.get("/signals?whose=everybody").text
    assert "Assigned" in seen and not any(said in seen for said in ("Kit Marsh", "our own words", "Jo Carter</div>"))
    assert "our own words" in house.client("office").get(f"/signals/{number}").text


def test_a_numbered_peer_has_neither_code_nor_name_on_any_page(house):
    peer, site = raised(house, PEER, since=_a_day()), raised(house, PEER_SITE, since=_a_day())
    client = house.client(LEAD, is_named=False)
    names = [
        row.organisation_name.removesuffix(" (made up)")
        for row in house.asked("office").names.organisations.values()
        if row.organisation_code.startswith(("ZX2", "ZX3"))
    ]
    pages = [client.get(address).text for address in ("/signals?whose=everybody", f"/signals/{peer}", "/data")]
    assert f'/signals/{peer}"' in pages[0] and f'/signals/{site}"' not in pages[0] and "Provider " in pages[1]
    assert client.get(f"/signals/{site}").status_code == 404
    for page in pages:
        assert not re.search("ZX[23]", page) and not any(name in page for name in names)
