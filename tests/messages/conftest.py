"""A small network with leads, and signals raised on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from assets.signals import Event, settle
from tests.improvement.files import leads
from tests.messages.servers import mail_server, web_server
from tests.world import World
from warehouse.measure_definitions import sync_measures

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday
MEASURE = "wrist_manipulated_4h"


class Network(World):
    """Registers leads the way they register themselves, and raises signals the way a refresh does."""

    def register(self, *rows: dict, sender: str = "NET") -> None:
        outcome = self.submit(leads(*rows), sender=sender, name="leads.csv")
        assert outcome.counts.quarantined == 0, self.query("select * from intake.finding")

    def raise_signal(
        self,
        organisation: str = "ZX1",
        kind: str = "special cause",
        favourable: bool | None = False,
        pathway: str | None = "wrist_fracture",
        now: datetime = NOW,
        since: str = "2026-03-01",
    ) -> int:
        """Makes the event the only one of its subject, and returns the number of its signal."""
        measure = MEASURE if kind in ("special cause", "cusum") else None
        subject = (kind, pathway, measure, organisation, None)
        day = date.fromisoformat(since)
        event = Event(
            subject,
            "shift above mean" if favourable else "point below lower limit",
            1,
            day,
            day,
            {"points": [{"period_start": since, "value": 0.4321}]},
            favourable,
        )
        with self.context.engine.begin() as connection:
            settle(connection, {subject}, [event], now, "over")
        [row] = self.query("select max(signal_id) as number from measurement.signal")
        return row["number"]

    def told(self) -> list[tuple]:
        """(organisation of the lead, role, signal) of all that was queued, in order."""
        rows = self.query(
            "select l.organisation_code, l.role, i.signal_id from improvement.message_item i join improvement.lead l on l.number = i.lead_number order by i.message_item_id"
        )
        return [tuple(row.values()) for row in rows]


@pytest.fixture
def network(context, demo_organisations) -> Network:
    with demo_organisations.begin() as connection:
        sync_measures(connection, context.registry)
    return Network(context)


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """A web server whose certificate this process trusts."""
    folder = tmp_path_factory.mktemp("web")
    with web_server(folder) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(folder / "server.pem"))
        yield server


@pytest.fixture
def receivers(network, web):
    """(mailboxes, web server), and a network whose settings name the mail server and whose clock stands at ``NOW``."""
    web.posts.clear()
    with mail_server() as (mailboxes, url):
        network.context = replace(network.context, settings=replace(network.context.settings, mail_url=url, clock=lambda: NOW))
        yield mailboxes, web
