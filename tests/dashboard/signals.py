"""A house with a handful of signals for tests of the inbox: who raised what is said by each name below."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import text

from assets.signals import Event, settle
from schemas.registry import load_registry
from tests.conftest import DEMO_NETWORK
from tests.dashboard.conftest import House
from warehouse.measure_definitions import sync_measures
from warehouse.organisations import load_network

MEASURE, PATHWAY = "wrist_manipulated_4h", "wrist_fracture"
OWN, SITE, PEER, PEER_SITE = "ZX1", "ZX1A1", "ZX2", "ZX2A1"
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


def furnish(house: House) -> None:
    with house.engine.begin() as connection:
        load_network(connection, DEMO_NETWORK)
        sync_measures(connection, load_registry(house.settings.pathway_folders))


def raised(
    house: House,
    organisation: str | None = OWN,
    kind: str = "special cause",
    rule: str = "7 points below mean",
    favourable: bool | None = False,
    since: str = "2026-03-01",
    more: dict | None = None,
) -> int:
    """Its number."""
    measure = MEASURE if kind in ("special cause", "cusum") else None
    subject = (kind, PATHWAY if kind != "submission stuck" else None, measure, organisation, None)
    parameters = {"chart": "xmr", "mean": 0.71, "points": [{"period_start": since, "value": 0.4321}]} if measure else {}
    event = Event(subject, rule, 1, date.fromisoformat(since), date(2026, 9, 1), parameters | (more or {}), favourable)
    with house.engine.begin() as connection:
        # a subject's other events go on as they are: only new ones are settled
        settle(connection, set(), [event], NOW, "over")
        number = connection.execute(text("select max(signal_id) from measurement.signal")).scalar_one()
    for is_named in (True, False):
        house.app(is_named).state.views.memory.look_again()  # what another process has done is seen two seconds later
    return number


def life(house: House, number: int) -> list[tuple]:
    with house.engine.begin() as connection:
        found = connection.execute(
            text("select event, actor, note from measurement.signal_event where signal_id = :number order by signal_event_id"),
            {"number": number},
        )
        return [tuple(row) for row in found]


def state(house: House, number: int) -> str:
    with house.engine.begin() as connection:
        return connection.execute(text("select state from measurement.signal where signal_id = :number"), {"number": number}).scalar_one()
