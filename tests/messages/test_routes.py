"""Each signal is queued for the leads that it concerns, in the transaction that raises it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assets.refresh import refresh
from assets.signal_routes import raise_again
from assets.signals import settle
from schemas.improvement import SIGNALS
from tests.messages.conftest import NOW
from tests.results.world import NOW as RESULTS_NOW
from tests.results.world import World as Results
from tests.results.world import wrist

EVERY = {"Signals": "", "How often": "immediately"}


def test_the_leads_of_the_provider_are_told_of_its_signals_and_of_those_of_its_sites(network):
    network.register(
        {"Organisation": "ZX1", "Role": "Clinical lead", **EVERY},
        {"Organisation": "ZX1A1", "Role": "Ward manager", **EVERY},
        {"Organisation": "ZX2", "Role": "Clinical lead", **EVERY},
    )
    of_the_provider, of_the_site = network.raise_signal("ZX1"), network.raise_signal("ZX1A1")
    assert sorted(network.told()) == [
        ("ZX1", "Clinical lead", of_the_provider),
        ("ZX1", "Clinical lead", of_the_site),
        ("ZX1A1", "Ward manager", of_the_site),
    ]


def test_leads_of_another_pathway_are_not_told(network):
    network.register({"Organisation": "ZX1", "Pathway": "emergency_care", **EVERY})
    network.raise_signal("ZX1")
    assert network.told() == []
    network.raise_signal("ZX1", kind="submission stuck", pathway=None)
    assert len(network.told()) == 1, "what belongs to no pathway concerns every lead of the organisation"


def test_a_lead_gets_the_kinds_of_signals_that_it_asked_for(network):
    wanted = {
        ("special cause", False): {"concern"}, ("special cause", True): {"improvement"}, ("special cause", None): {"concern", "improvement"}, ("cusum", False): {"cusum"},
        ("completeness falling", False): {"completeness"}, ("submission late", False): {"submission"}, ("submission missing", False): {"submission"}, ("submission stuck", False): {"submission"},
    }  # fmt: skip
    network.register(*({"Role": name, "Signals": name} for name in SIGNALS.values))
    raised = {network.raise_signal("ZX1", *kind, since=f"2026-0{place}-01"): kind for place, kind in enumerate(wanted, start=1)}
    told = {kind: set() for kind in wanted}
    for _, role, number in network.told():
        told[raised[number]].add(role)
    assert told == wanted


def test_a_lead_that_has_left_is_told_nothing(network):
    network.register({"Role": "Clinical lead", **EVERY})
    network.submit(
        b"Organisation,Pathway,Role,Contact address,Signals,How often\r\nZX1,wrist_fracture,Clinical lead,lead@zx1.example,,weekly\r\n",
        sender="ZX1",
        name="gone.csv",
        manifest={"mode": "withdraw", "dataset": "lead"},
    )
    network.raise_signal("ZX1")
    assert network.query("select * from improvement.message_item") == []


def test_nothing_is_queued_unless_the_signal_is_raised(network):
    """One transaction: what rolls back raises nothing and tells nobody."""
    network.register(EVERY)
    with pytest.raises(RuntimeError), network.context.engine.begin() as connection:
        from tests.messages.conftest import MEASURE, Event, date

        subject = ("special cause", "wrist_fracture", MEASURE, "ZX1", None)
        settle(connection, {subject}, [Event(subject, "shift", 1, date(2026, 3, 1), date(2026, 3, 1), {}, False)], NOW, "over")
        raise RuntimeError
    assert network.query("select * from improvement.message_item") == [] and network.query("select * from measurement.signal") == []


def test_an_event_that_lasts_is_told_once(network):
    network.register(EVERY)
    for _ in range(3):
        network.raise_signal("ZX1")
    assert len(network.told()) == 1


def test_a_period_outlier_that_a_refresh_detects_is_told(network, registry):
    network.register(
        {"Organisation": "ZX2", "Signals": "outlier", "How often": "immediately"},
        {"Organisation": "ZX2", "Role": "Other", "Signals": "concern"},
        {"Organisation": "ZX1", **EVERY},
    )
    world = Results(network.context.engine, registry, count=10)
    shares = {"ZX1": (80, 100), "ZX2": (40, 100), "ZX3": (75, 100)}
    world.add(*[wrist(minutes=10 if k < met else 500, site=f"{code}A1") for code, (met, of) in shares.items() for k in range(of)])
    refresh(network.context.engine, registry, RESULTS_NOW)
    rows = network.query(
        "select l.organisation_code, l.role, o.organisation_code as outlier from improvement.message_item i join improvement.lead l on l.number = i.lead_number join measurement.period_outlier o using (period_outlier_id)"
    )
    assert {tuple(row.values()) for row in rows} == {("ZX2", "Clinical lead", "ZX2")}


# ------------------------------------------------------------------------------------------------ raised again
def again(network, days: int, after_days: int = 7) -> int:
    with network.context.engine.begin() as connection:
        return raise_again(connection, NOW + timedelta(days=days), after_days)


def test_an_alarm_that_nobody_acknowledges_is_raised_again_after_the_set_time_and_again(network):
    network.register(EVERY)
    number = network.raise_signal("ZX1")
    assert [again(network, days) for days in (6, 7, 8, 13, 14)] == [0, 1, 0, 0, 1]
    history = network.query(
        "select event, note from measurement.signal_event where signal_id = :number order by signal_event_id", number=number
    )
    assert [(row["event"], row["note"]) for row in history] == [("raised", None), *[("raised again", "not acknowledged within 7 days")] * 2]
    assert [row["occasion"] for row in network.query("select occasion from improvement.message_item order by 1")] == [0, 1, 2]


def test_an_improvement_and_what_is_acknowledged_or_closed_is_not_raised_again(network):
    network.register(EVERY)
    network.raise_signal("ZX1", favourable=True)
    for organisation, state in (("ZX1A1", "acknowledged"), ("ZX1A2", "closed")):
        number = network.raise_signal(organisation)
        with network.context.engine.begin() as connection:
            connection.exec_driver_sql(f"update measurement.signal set state = '{state}' where signal_id = {number}")
    assert again(network, 30) == 0


def test_a_lead_that_comes_later_is_told_of_the_alarms_that_are_overdue(network):
    network.raise_signal("ZX1")
    assert again(network, 30) == 0, "nobody is there to be told"
    network.register(EVERY)
    assert again(network, 31) == 1 and len(network.told()) == 1
