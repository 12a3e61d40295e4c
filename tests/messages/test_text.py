"""What a message says of each kind of signal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from assets.message_text import Told, compose
from assets.messages import prepare
from pipelines.messages import send_due
from tests.messages.conftest import NOW
from tests.messages.test_sending import SOON, at

SHARE = Told("special cause", 17, "Exemplar 1 Hospitals", "Surgery on time", "shift below mean", False, date(2026, 3, 17), "raised", False)


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (SHARE, "- Exemplar 1 Hospitals: Surgery on time: concern; rule: shift below mean; since March 2026"),
        (replace(SHARE, is_favourable=True), "- Exemplar 1 Hospitals: Surgery on time: improvement; rule: shift below mean; since March 2026"),
        (replace(SHARE, is_favourable=None), "- Exemplar 1 Hospitals: Surgery on time: change; rule: shift below mean; since March 2026"),
        (replace(SHARE, is_again=True), "- not acknowledged yet: Exemplar 1 Hospitals: Surgery on time: concern; rule: shift below mean; since March 2026"),
        (replace(SHARE, is_again=True, state="closed"), "- Exemplar 1 Hospitals: Surgery on time: concern; rule: shift below mean; since March 2026 (closed)"),
        (replace(SHARE, kind="cusum", rule="cusum_above_limit"), "- Exemplar 1 Hospitals: Surgery on time: concern, risk-adjusted CUSUM; rule: cusum above limit; since March 2026"),
        (replace(SHARE, kind="completeness falling", measure=None, rule="completeness_within_10_points"), "- Exemplar 1 Hospitals: completeness falling; rule: completeness within 10 points; since March 2026"),
        (replace(SHARE, kind="submission stuck", measure=None, rule="submission_is_final_in_time", submission="S00000007"),
         "- Exemplar 1 Hospitals: submission stuck, submission S00000007; rule: submission is final in time; since 17 March 2026"),
        (replace(SHARE, kind="period outlier", is_favourable=None, rule="beyond a policy limit", state="detected"),
         "- Exemplar 1 Hospitals: Surgery on time: period outlier; rule: beyond a policy limit; since March 2026"),
    ],
)  # fmt: skip
def test_an_item_in_a_line(told, line):
    assert told.line(None).splitlines()[0] == line


def test_where_to_look():
    assert SHARE.line(None).endswith("Look at signal 17: common-cause signals show 17")
    assert SHARE.line("https://improve.network.example").endswith("Look at signal 17 in https://improve.network.example")
    assert replace(SHARE, kind="period outlier").line(None).endswith("Look at outlier 17: common-cause outliers show 17")


def test_concerns_come_before_improvements():
    subject, body = compose([replace(SHARE, is_favourable=True), SHARE], "Exemplar 1 Hospitals", None)
    assert subject == "Common Cause: 2 signals, Exemplar 1 Hospitals" and body.index("concern") < body.index("improvement")


def test_what_was_raised_again_while_it_waited_is_told_once(network, receivers):
    mailboxes, _ = receivers
    network.register(SOON)
    network.raise_signal("ZX1")
    for days in (0, 14, 28):
        prepare(network.context.engine, NOW + timedelta(days=days), 14, has_mail=False)
    at(network, NOW + timedelta(days=29))
    [mail] = mailboxes.mails
    assert mail.get_content().count("Look at signal") == 1 and "not acknowledged yet" in mail.get_content()


def test_an_alarm_that_nobody_acknowledges_arrives_again(network, receivers):
    mailboxes, _ = receivers
    network.register(SOON)
    network.raise_signal("ZX1")
    for days in (0, 13, 14, 15):
        at(network, NOW + timedelta(days=days))
    first, second = (mail.get_content() for mail in mailboxes.mails)
    assert "not acknowledged yet" not in first and "not acknowledged yet" in second


def test_a_stuck_submission_is_told_to_the_leads_of_its_sender(network, receivers):
    mailboxes, _ = receivers
    network.register({**SOON, "Signals": "submission"})
    network.raise_signal("ZX1", kind="submission stuck", pathway=None)
    send_due(network.context, 6)
    assert [mail["Subject"] for mail in mailboxes.mails] == ["Common Cause: submission stuck, Exemplar 1 Hospitals"]
