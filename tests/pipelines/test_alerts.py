"""Word to the engineers, received by a real local server."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from dagster import DagsterInstance, build_run_status_sensor_context, build_sensor_context
from sqlalchemy import insert, text

from assets.definitions import SENDER_TAG, SUBMISSION_TAG
from pipelines.alerts import failure_sensor, push, stuck_sensor, stuck_submissions
from pipelines.resources import House
from tests.pipelines.small_jobs import breaking
from warehouse.intake_tables import submission


class Receiver(HTTPServer):
    """Keeps what is posted; answers with ``status``."""

    def __init__(self):
        self.messages, self.status = [], 200
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def test_a_message_arrives_as_json(receiver):
    assert push(receiver.url, {"event": "run failed"})
    assert receiver.messages == [{"event": "run failed"}]


def test_nobody_there_is_no_error(receiver):
    assert not push(None, {})
    assert not push("http://127.0.0.1:9/hook", {})
    assert not push("not a url", {})
    receiver.status = 500
    assert not push(receiver.url, {})


@pytest.fixture
def stuck_house(database, database_settings, receiver):
    """A submission that was received an hour ago and is not finished, and one that is."""
    house = House(replace(database_settings, webhook_url=receiver.url, stuck_after_minutes=15))
    now = house.settings.clock()
    values = {"sender_code": "ZX1", "file_sha256": "0" * 64, "file_size_bytes": 1, "received_at": now.replace(year=now.year - 1)}
    with database.begin() as connection:
        for number, state in ((1, "reading"), (2, "rejected")):
            row = {**values, "submission_id": f"S{number:08d}", "claim_token": str(number), "envelope_sha256": "0" * 64, "state": state}
            connection.execute(insert(submission).values(row))
    return house


def test_only_what_is_stuck_is_told(stuck_house):
    [message] = stuck_submissions(stuck_house)
    assert message["submission"] == "S00000001" and message["state"] == "reading"


def test_a_stuck_submission_is_a_signal_too(stuck_house, database):
    [message] = stuck_submissions(stuck_house)
    with database.connect() as connection:
        raised = connection.execute(text("select submission_id, state from measurement.signal where kind = 'submission stuck'")).all()
    assert raised == [(message["submission"], "raised")]


def test_a_stuck_submission_is_pushed_once(stuck_house, receiver, instance):
    sensor = stuck_sensor(stuck_house)
    context = build_sensor_context(instance=instance)
    sensor(context)
    again = build_sensor_context(instance=instance, cursor=context.cursor)
    sensor(again)
    assert [message["submission"] for message in receiver.messages] == ["S00000001"]


def test_what_could_not_be_pushed_is_tried_again(stuck_house, receiver, instance):
    receiver.status = 503
    context = build_sensor_context(instance=instance)
    stuck_sensor(stuck_house)(context)
    receiver.status = 200
    stuck_sensor(stuck_house)(build_sensor_context(instance=instance, cursor=context.cursor))
    assert len(receiver.messages) == 2


def test_a_failed_run_is_pushed_without_the_text_of_its_error(settings, receiver):
    sensor = failure_sensor(House(replace(settings, webhook_url=receiver.url)))
    tags = {SUBMISSION_TAG: "S00000007", SENDER_TAG: "ZX1", "attempt": "2"}
    with DagsterInstance.ephemeral() as instance:
        failed = breaking.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
        [event] = [event for event in failed.all_events if event.event_type_value == "PIPELINE_FAILURE"]
        context = build_run_status_sensor_context(sensor.name, event, instance, failed.dagster_run)
        sensor(context.for_run_failure())
    [message] = receiver.messages
    text = message.pop("text")
    assert message == {
        "event": "run failed",
        "run_id": failed.run_id,
        "job": "breaking",
        "submission": "S00000007",
        "sender": "ZX1",
        "attempt": "2",
    }
    assert "breaking" in text and "as the test wants it" not in text
