"""What people do with a signal: by the function, as a provider's login and as a dashboard's; by the command line; and what a refresh makes of it."""

from __future__ import annotations

import re

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from pipelines.cli.main import CANNOT, USAGE
from tests.cli.conftest import typed  # noqa: F401  (a fixture)
from tests.messages.conftest import NOW
from tests.warehouse.conftest import as_role  # noqa: F401  (a fixture)


@pytest.fixture
def number(network) -> int:
    return network.raise_signal("ZX1A1")


@pytest.fixture
def act(request, admin):
    """``act(engine, ...)``: calls the function as that login; its answer, or the sentence with which it refuses."""

    def call(
        engine,
        number: int,
        what: str,
        actor: str | None = "A. Lead",
        provider: str | None = None,
        note: str | None = None,
        assignee: str | None = None,
    ) -> str:
        given = {"number": number, "act": what, "actor": actor, "provider": provider, "note": note, "assignee": assignee}
        try:
            with engine.begin() as connection:
                return connection.scalar(text("select dashboard.act_on_signal(:number, :act, :actor, :provider, :note, :assignee)"), given)
        except DatabaseError as error:
            assert isinstance(error.orig, psycopg.Error)
            return str(error.orig).partition("]: ")[2]

    return call


def history(network, number: int) -> list[tuple]:
    rows = network.query(
        "select event, actor, note from measurement.signal_event where signal_id = :number and event not in ('raised', 'extended') order by signal_event_id",
        number=number,
    )
    return [tuple(row.values()) for row in rows]


def state(network, number: int) -> dict:
    [row] = network.query(
        "select state, assigned_to, closed_because, closed_by from measurement.signal where signal_id = :number", number=number
    )
    return row


@pytest.fixture
def dashboard(as_role):  # noqa: F811
    return as_role("cc_lead")


@pytest.fixture
def provider(as_role, admin):  # noqa: F811
    """A provider's login that may act: in both groups."""

    def of(*codes: str):
        engine = as_role("cc_provider", *codes)
        with admin.begin() as connection:
            connection.execute(text(f"grant cc_lead to {engine.url.username}"))
        return engine

    return of


# ------------------------------------------------------------------------------------------------ the function
def test_the_life_of_a_signal_with_its_history(network, number, dashboard, act):
    login = dashboard.url.username
    assert act(dashboard, number, "acknowledge", provider="ZX1") == "acknowledged"
    assert act(dashboard, number, "assign", provider="ZX1", assignee="Ward manager", note="theatre times") == "acknowledged"
    assert act(dashboard, number, "comment", provider="ZX1", note="a list was cancelled") == "acknowledged"
    assert act(dashboard, number, "close", provider="ZX1", note="explained") == "closed"
    assert act(dashboard, number, "comment", provider="ZX1", note="seen again at the board") == "closed"
    who = f"A. Lead by {login}"
    assert history(network, number) == [
        ("acknowledged", who, ""), ("assigned", who, "to Ward manager: theatre times"), ("commented", who, "a list was cancelled"), ("closed", who, "explained"), ("commented", who, "seen again at the board"),
    ]  # fmt: skip
    assert state(network, number) == {"state": "closed", "assigned_to": "Ward manager", "closed_because": "explained", "closed_by": who}


def test_a_mistake_is_told_and_changes_nothing(network, number, dashboard, act):
    mistakes = [
        ({"what": "delete"}, "can be acknowledged, assigned, commented or closed"), ({"what": "close"}, "a note says why"), ({"what": "comment", "note": " "}, "a note says why"),
        ({"what": "assign"}, "to whom"), ({"what": "acknowledge", "actor": " "}, "say who does it"), ({"what": "comment", "note": "x" * 1001}, "at most 1000 characters"),
    ]  # fmt: skip
    for given, says in mistakes:
        assert says in act(dashboard, number, provider="ZX1", **given)
    assert history(network, number) == [] and state(network, number)["state"] == "raised"


def test_a_provider_acts_on_its_own_signals_and_those_of_its_sites_only(network, number, provider, act):
    mine, other = provider("ZX1"), provider("ZX2")
    assert act(mine, number, "acknowledge") == "acknowledged"
    refused = f"there is no signal {number} that can be acted on here"
    assert act(other, number, "close", note="why") == refused
    assert act(other, number, "close", provider="ZX1", note="why") == refused, "whomever it says it acts for"
    assert act(mine, 9999, "acknowledge") == "there is no signal 9999 that can be acted on here", "and tells nobody which there are"


def test_a_dashboard_acts_for_the_provider_that_it_names(network, number, dashboard, act):
    refused = f"there is no signal {number} that can be acted on here"
    assert act(dashboard, number, "acknowledge") == refused
    assert act(dashboard, number, "acknowledge", provider="ZX2") == refused
    assert act(dashboard, number, "acknowledge", provider="REG1") == refused, "a region is no provider"
    assert act(dashboard, number, "acknowledge", provider="ZX1") == "acknowledged"


def test_a_providers_login_that_has_lost_its_providers_is_no_dashboard(network, number, provider, act, admin):
    engine = provider("ZX1")
    with admin.begin() as connection:
        connection.execute(text("delete from pathway.provider_role"))
    assert "there is no signal" in act(engine, number, "acknowledge", provider="ZX1")


def test_what_a_lead_wrote_is_read_by_its_own_provider_and_the_leads_dashboard(network, number, dashboard, act, as_role):  # noqa: F811
    act(dashboard, number, "assign", provider="ZX1", assignee="Ward manager", note="theatre times")

    def seen(engine) -> tuple:
        with engine.connect() as connection:
            [note] = connection.scalars(text("select note from dashboard.signal_event_v1 where event = 'assigned'"))
            return note, connection.scalar(text("select assigned_to from dashboard.signal_v1"))

    whole = ("to Ward manager: theatre times", "Ward manager")
    assert seen(as_role("cc_provider", "ZX1")) == seen(dashboard) == whole
    assert seen(as_role("cc_provider", "ZX2")) == seen(as_role("cc_dashboard")) == (None, None)


# ------------------------------------------------------------------------------------------------ what a refresh makes of it
def test_what_a_person_closed_is_not_raised_again_while_it_lasts_but_the_next_event_is(network, number, dashboard, act):
    act(dashboard, number, "close", provider="ZX1", note="explained")
    assert network.raise_signal("ZX1A1") == number, "the same event, seen again"
    assert network.raise_signal("ZX1A1", since="2026-06-01") > number


def test_an_acknowledged_signal_that_is_over_closes_by_itself(network, number, dashboard, act):
    from assets.signals import settle

    act(dashboard, number, "acknowledge", provider="ZX1")
    subject = ("special cause", "wrist_fracture", "wrist_manipulated_4h", "ZX1A1", None)
    with network.context.engine.begin() as connection:
        assert settle(connection, {subject}, [], NOW, "over").closed == 1
    assert state(network, number) == {"state": "closed", "assigned_to": None, "closed_because": "over", "closed_by": None}
    assert network.raise_signal("ZX1A1") > number, "if it comes again, it is raised again"


# ------------------------------------------------------------------------------------------------ the command line
def test_a_signal_is_listed_worked_on_and_shown(network, number, typed):  # noqa: F811
    code, said = typed("signals", "list", "--organisation", "ZX1")
    assert code == 0 and re.search(
        rf"{number}\s+ZX1A1\s+Manipulated within 4 hours\s+concern\s+point below lower limit\s+2026-03-01\s+raised", said
    )
    assert "none" in typed("signals", "list", "--organisation", "ZX2")[1]
    for words, became in (
        (("acknowledge", str(number)), "acknowledged"),
        (("assign", str(number), "Ward manager"), "acknowledged"),
        (("comment", str(number), "--note", "a list was cancelled"), "acknowledged"),
        (("close", str(number), "--note", "explained"), "closed"),
    ):
        assert typed("signals", *words) == (0, f"signal {number} is {became}\n")
    code, said = typed("signals", "show", str(number))
    assert code == 0 and "state: closed, assigned to Ward manager, because: explained" in said
    assert re.search(r"assigned\s+.* by the command line\s+to Ward manager", said) and re.search(
        r"commented\s+.*a list was cancelled", said
    )
    assert "none" in typed("signals", "list")[1] and str(number) in typed("signals", "list", "--all")[1]


def test_a_mistake_at_the_command_line_is_told_in_a_sentence(number, typed):  # noqa: F811
    mistakes = [
        (("acknowledge", "999"), CANNOT, "there is no signal 999"), (("show", "999"), CANNOT, "there is no signal 999"), (("close", str(number)), USAGE, "Missing option '--note'"),
        (("close", str(number), "--note", " "), CANNOT, "a note says why"),
    ]  # fmt: skip
    for words, code, says in mistakes:
        got, said = typed("signals", *words)
        assert got == code and says in said


def test_messages_that_nobody_takes_are_listed_without_an_address(network, receivers, typed):  # noqa: F811
    from datetime import timedelta

    from tests.messages.test_sending import SOON, at

    network.register({**SOON, "Contact address": "nobody@zx1.example"})
    network.raise_signal("ZX1")
    for hours in (0, 1, 2):
        at(network, NOW + timedelta(hours=hours))
    said = typed("signals", "list")[1]
    assert re.search(r"ZX1\s+Clinical lead\s+2026-11-18 12:00\s+3\s+.*the mail server refuses the address", said) and "nobody@" not in said
