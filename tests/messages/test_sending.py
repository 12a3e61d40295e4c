"""What is queued arrives, once as a rule and again after a crash under the same id; a bad address holds up nobody."""

from __future__ import annotations

import logging
import mailbox
import os
import re
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from assets.messages import Letter, claim, last_digest, prepare
from pipelines.delivery import HEADER, NotTaken, deliver
from pipelines.messages import messages_sensor, send_due
from pipelines.resources import House
from tests.messages.conftest import NOW
from tests.messages.servers import certificate, mail_server
from tests.messages.test_routes import EVERY
from warehouse.setting_forms import mail_parts

SOON = {"Signals": "", "How often": "immediately"}


def at(network, moment: datetime, seconds: float = 6):
    """What a tick at that moment does."""
    return send_due(replace(network.context, settings=replace(network.context.settings, clock=lambda: moment)), seconds)


def states(network) -> list[tuple]:
    return [
        tuple(row.values())
        for row in network.query("select role, state, attempt_count, last_problem from improvement.message order by formed_at, role")
    ]


# ------------------------------------------------------------------------------------------------ what arrives
def test_an_e_mail_arrives_and_says_where_to_look(network, receivers):
    mailboxes, _ = receivers
    network.register(SOON)
    number = network.raise_signal("ZX1A1")
    at(network, NOW)
    [mail] = mailboxes.to("lead@zx1.example")
    assert (
        mail["Subject"] == "Common Cause: Manipulated within 4 hours, Exemplar 1 Infirmary 1" and mail["From"] == "signals@network.example"
    )
    said = mail.get_content()
    assert "Exemplar 1 Infirmary 1: Manipulated within 4 hours: concern; rule: point below lower limit; since March 2026" in said
    assert f"common-cause signals show {number}" in said
    [row] = network.query("select message_id from improvement.message")
    assert mail["Message-ID"] == f"<{row['message_id']}@network.example>" and mail[HEADER] == row["message_id"]
    history = network.query("select event, note from measurement.signal_event order by signal_event_id")
    assert history[-1] == {"event": "pushed", "note": f"to Clinical lead of ZX1, message {row['message_id']}"}


def test_a_webhook_gets_an_object_over_tls(network, receivers):
    _, web = receivers
    network.register({**SOON, "Contact address": f"{web.url}/hook?token=a"})
    network.raise_signal("ZX1")
    at(network, NOW)
    [(path, headers, said)] = web.posts
    [row] = network.query("select message_id from improvement.message where state = 'sent'")
    assert path == "/hook?token=a" and headers[HEADER] == said["message_id"] == row["message_id"]
    assert said["title"] == "Common Cause: Manipulated within 4 hours, Exemplar 1 Hospitals" and "since March 2026" in said["message"]


def test_a_webhook_whose_certificate_nobody_vouches_for_gets_nothing(network, receivers, monkeypatch):
    _, web = receivers
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    network.register({**SOON, "Contact address": f"{web.url}/hook"})
    network.raise_signal("ZX1")
    at(network, NOW)
    assert web.posts == [] and states(network) == [("Clinical lead", "waiting", 1, "the webhook does not take it")]


def test_no_value_no_count_and_no_day_of_a_case_is_in_a_message(network, receivers):
    mailboxes, _ = receivers
    network.register(SOON)
    network.raise_signal("ZX1", since="2026-03-17")
    at(network, NOW)
    said = mailboxes.mails[0].get_content()
    assert "0.4321" not in said and "0.4" not in said and "17" not in re.sub(r"[0-9a-f-]{36}", "", said)


def test_signals_raised_together_are_one_message(network, receivers):
    mailboxes, _ = receivers
    network.register(SOON)
    for organisation in ("ZX1", "ZX1A1", "ZX1A2"):
        network.raise_signal(organisation)
    at(network, NOW)
    assert [mail["Subject"] for mail in mailboxes.mails] == ["Common Cause: 3 signals, Exemplar 1 Hospitals"]
    assert at(network, NOW + timedelta(hours=1)).sent == 0


def test_a_weekly_lead_gets_its_digest_on_monday_morning(network, receivers):
    mailboxes, _ = receivers
    network.register({"Signals": "", "How often": "weekly"})
    network.raise_signal("ZX1")
    network.raise_signal("ZX1A1")
    monday = datetime(2026, 11, 23, 7, 0, tzinfo=ZoneInfo("Europe/London"))
    at(network, monday - timedelta(seconds=1))
    assert mailboxes.mails == []
    at(network, monday)
    assert [mail["Subject"] for mail in mailboxes.mails] == ["Common Cause: 2 signals, Exemplar 1 Hospitals"]


def test_the_digest_is_due_at_the_same_local_hour_in_summer_and_winter():
    local = [last_digest(datetime(2026, month, 20, 12, tzinfo=ZoneInfo("UTC"))) for month in (1, 7)]
    assert [(day.weekday(), day.hour, day.utcoffset()) for day in local] == [(0, 7, timedelta(0)), (0, 7, timedelta(hours=1))]


def test_without_a_mail_server_e_mail_waits_and_comes_together_when_there_is_one(network, receivers):
    mailboxes, web = receivers
    network.register(SOON, {**SOON, "Role": "Hook", "Contact address": f"{web.url}/hook"})
    silent = replace(network.context, settings=replace(network.context.settings, mail_url=None))
    for organisation in ("ZX1", "ZX1A1"):
        network.raise_signal(organisation)
        send_due(silent)
    assert len(web.posts) == 2 and states(network) == [("Hook", "sent", 1, None)] * 2
    at(network, NOW)
    assert [mail["Subject"] for mail in mailboxes.mails] == ["Common Cause: 2 signals, Exemplar 1 Hospitals"]


def test_the_tick_of_the_sensor_sends(network, receivers, monkeypatch):
    mailboxes, _ = receivers
    network.register(SOON)
    network.raise_signal("ZX1")
    from dagster import DagsterInstance, build_sensor_context

    house = House(replace(network.context.settings, home=network.context.settings.home))
    with DagsterInstance.ephemeral() as instance:
        skipped = messages_sensor(house)(build_sensor_context(instance=instance))
    assert skipped.skip_message == "1 messages formed, 1 sent, 0 not taken, 0 still on their way" and len(mailboxes.mails) == 1


# ------------------------------------------------------------------------------------------------ what goes wrong
@pytest.mark.slow
def test_a_bounce_and_webhooks_that_hang_or_drip_or_break_hold_up_nobody(network, receivers):
    mailboxes, web = receivers
    bad = {"A bounce": "nobody@zx1.example", "B hang": f"{web.url}/hang", "C drip": f"{web.url}/drip", "D broken": f"{web.url}/broken"}
    good = {f"E{n}": f"lead{n}@zx1.example" for n in range(12)}
    network.register(*({**SOON, "Role": role, "Contact address": address} for role, address in {**bad, **good}.items()))
    network.raise_signal("ZX1")
    started = time.monotonic()
    done = at(network, NOW, seconds=3)
    assert time.monotonic() - started < 6
    assert (done.formed, done.sent, done.failed, done.hanging) == (16, 12, 2, 2)
    assert len(mailboxes.mails) == 12
    assert [row[:3] for row in states(network)[:4]] == [(role, "waiting", 1) for role in bad]
    assert states(network)[0][3] == "the mail server refuses the address", "and not which address"


def test_what_is_not_taken_is_tried_again_later_and_later_under_the_same_id(network, receivers):
    mailboxes, _ = receivers
    mailboxes.is_away = True
    network.register(SOON)
    network.raise_signal("ZX1")
    at(network, NOW)
    waits = []
    moment = NOW
    for _ in range(9):
        [row] = network.query("select message_id, next_attempt_at from improvement.message where state = 'waiting'")
        waits.append((row["next_attempt_at"] - moment) / timedelta(minutes=1))
        assert at(network, row["next_attempt_at"] - timedelta(seconds=1)).failed == 0, "not before its time"
        moment = row["next_attempt_at"]
        at(network, moment)
    assert waits == [2, 5, 15, 60, 240, 720, 1440, 1440, 1440]
    mailboxes.is_away = False
    at(network, moment + timedelta(days=1))
    assert mailboxes.mails[0][HEADER] == row["message_id"] and states(network)[0][1] == "sent"


def test_a_lead_that_corrects_its_address_gets_what_has_waited(network, receivers):
    mailboxes, _ = receivers
    network.register({**SOON, "Contact address": "nobody@zx1.example"})
    network.raise_signal("ZX1")
    at(network, NOW)
    network.register({**SOON, "Contact address": "somebody@zx1.example"})
    at(network, NOW + timedelta(minutes=3))
    assert len(mailboxes.to("somebody@zx1.example")) == 1


def test_a_message_to_a_lead_that_has_left_is_dropped(network, receivers):
    mailboxes, _ = receivers
    mailboxes.is_away = True
    network.register(SOON)
    network.raise_signal("ZX1")
    at(network, NOW)
    network.submit(
        b"Organisation,Pathway,Role,Contact address,Signals,How often\r\nZX1,wrist_fracture,Clinical lead,lead@zx1.example,,weekly\r\n",
        sender="ZX1",
        name="gone.csv",
        manifest={"mode": "withdraw", "dataset": "lead"},
    )
    mailboxes.is_away = False
    at(network, NOW + timedelta(hours=1))
    assert mailboxes.mails == [] and states(network) == [("Clinical lead", "dropped", 2, "nobody is this lead any more")]


# ------------------------------------------------------------------------------------------------ killed
def in_a_process(network, *arguments: str) -> subprocess.Popen:
    """Sends what is due with the real clock: everything that waits is due long since."""
    settings = network.context.settings
    environment = {
        **os.environ,
        "COMMON_CAUSE_HOME": str(settings.home),
        "COMMON_CAUSE_DATABASE_URL": settings.database_url,
        "COMMON_CAUSE_MAIL_URL": settings.mail_url,
    }
    return subprocess.Popen([sys.executable, "-m", "tests.messages.sender", *arguments], env=environment)


@pytest.mark.slow
def test_killed_between_sending_and_marking_it_is_sent_again_under_the_same_id(network, receivers, tmp_path):
    mailboxes, _ = receivers
    network.register(SOON)
    network.raise_signal("ZX1")
    process, sent = in_a_process(network, str(tmp_path / "sent")), tmp_path / "sent"
    while not sent.exists() and process.poll() is None:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert len(mailboxes.mails) == 1 and states(network)[0][:3] == ("Clinical lead", "waiting", 1)
    [row] = network.query("select next_attempt_at from improvement.message")
    at(network, row["next_attempt_at"])
    first, second = mailboxes.mails
    assert first["Message-ID"] == second["Message-ID"] and first.get_content() == second.get_content()
    assert states(network) == [("Clinical lead", "sent", 2, None)]


def test_killed_between_claiming_and_sending_it_is_sent_when_it_is_due_again(network, receivers):
    mailboxes, _ = receivers
    network.register(SOON)
    network.raise_signal("ZX1")
    prepare(network.context.engine, NOW, 7, has_mail=True)
    assert len(claim(network.context.engine, NOW, 10)) == 1, "and then nothing more is heard of the process"
    assert at(network, NOW + timedelta(minutes=1)).sent == 0
    assert at(network, NOW + timedelta(minutes=2)).sent == 1 and len(mailboxes.mails) == 1


@pytest.mark.slow
def test_several_that_send_at_once_send_each_message_once(network, receivers):
    mailboxes, _ = receivers
    network.register(*({**SOON, "Role": f"R{n:02d}", "Contact address": f"r{n}@zx1.example"} for n in range(30)))
    network.raise_signal("ZX1")
    senders = [in_a_process(network) for _ in range(3)]
    assert [sender.wait(60) for sender in senders] == [0, 0, 0]
    assert sorted(mail["To"] for mail in mailboxes.mails) == sorted(f"r{n}@zx1.example" for n in range(30))


# ------------------------------------------------------------------------------------------------ secrets
def test_a_password_is_not_sent_without_tls(receivers, network):
    network.register(EVERY)
    network.raise_signal("ZX1")
    prepare(network.context.engine, NOW, 7, has_mail=True)
    [letter] = claim(network.context.engine, NOW, 1)
    with pytest.raises(NotTaken, match="offers no TLS"):
        deliver(letter, network.context.settings.mail_url.replace("smtp://", "smtp://user:secret@"))
    assert "lead@zx1.example" not in repr(letter) and "secret" not in repr(
        replace(network.context.settings, mail_url="smtp://user:secret@h?from=a@b")
    )


def test_a_mail_server_that_asks_for_tls_and_a_password_gets_both(network, tmp_path, monkeypatch):
    network.register(SOON)
    number = network.raise_signal("ZX1")
    pem = certificate(tmp_path / "mail.pem")
    with mail_server(pem) as (mailboxes, url):
        known = replace(
            network.context,
            settings=replace(network.context.settings, mail_url=url.replace("smtp://", "smtp://user:sec%2Fret@"), clock=lambda: NOW),
        )
        assert send_due(known, 6).failed == 1 and mailboxes.mails == [], "nobody vouches for its certificate yet"
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        assert at(replace(network, context=known), NOW + timedelta(minutes=2)).sent == 1
    assert f"signals show {number}" in mailboxes.mails[0].get_content()


def test_for_a_trial_messages_are_kept_in_a_folder_that_any_mail_program_reads(network, tmp_path):
    network.register(SOON)
    number = network.raise_signal("ZX1")
    folder = tmp_path / "what leads get"
    settings = replace(network.context.settings, mail_url=f"maildir://{quote(str(folder))}?from=signals@network.example", clock=lambda: NOW)
    assert send_due(replace(network.context, settings=settings), 6).sent == 1
    [mail] = mailbox.Maildir(folder, create=False)
    assert mail["To"] == "lead@zx1.example" and f"signals show {number}" in mail.get_payload(decode=True).decode()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700, "addresses are the owner's alone"


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "maildir://host/folder?from=a@b.example",
        "maildir:///folder",
        "http://mail.example?from=a@b.example",
        "smtp://mail.example",
        "smtp://mail.example?from=nobody",
    ],
)
def test_a_mail_server_that_cannot_be_used_is_told(url):
    with pytest.raises(ValueError, match="smtp://user:password@host:587"):
        mail_parts(url)
    with pytest.raises(NotTaken, match="smtp://user:password@host:587"):
        deliver(Letter("m", "subject", "body", 1, "lead@zx1.example"), url)


def test_addresses_are_in_no_log(network, receivers, caplog):
    caplog.set_level("INFO")
    logging.getLogger("mail.log").setLevel("ERROR")  # the mail server's own
    _, web = receivers
    network.register(
        {**SOON, "Contact address": "nobody@zx1.example"}, {**SOON, "Role": "Hook", "Contact address": f"{web.url}/broken/token"}
    )
    network.raise_signal("ZX1")
    at(network, NOW)
    assert "nobody@zx1" not in caplog.text and "/broken/token" not in caplog.text
