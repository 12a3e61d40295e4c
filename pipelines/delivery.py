"""One message to one address: by the network's mail server, or to a webhook.

Belongs here: the protocols. Does not belong here: which message, when, and what became of it (``assets.messages``).
Webhooks go through Apprise, which knows how the addresses of Teams, Slack and many others want to be spoken to; any other gets a JSON object.
E-mail goes through the standard library: Apprise makes a new Message-ID for each attempt, and by that header a mailbox knows what it already has.
Answers and errors are never shown: they may hold the address.
"""

from __future__ import annotations

import logging
import mailbox
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from assets.messages import Letter
from warehouse.setting_forms import FOLDER, MAIL_SCHEMES, mail_parts, mail_sender

if TYPE_CHECKING:
    from apprise import NotifyBase

TIMEOUT_SECONDS = 8.0
HEADER = "X-Common-Cause-Message-Id"


class NotTaken(Exception):
    """A message was not taken; the text says what kind of trouble it was, and never an address."""


def deliver(letter: Letter, mail_url: str | None) -> None:
    """Hand one message over. Raises ``NotTaken``; whatever else goes wrong becomes one too."""
    try:
        if letter.address.lower().startswith("https:"):
            _to_webhook(letter)
        else:
            _by_mail(letter, mail_url)
    except NotTaken:
        raise
    except smtplib.SMTPRecipientsRefused:
        raise NotTaken("the mail server refuses the address") from None
    except smtplib.SMTPException as error:
        raise NotTaken(f"the mail server does not take it ({type(error).__name__})") from None
    except Exception as error:
        raise NotTaken(f"nobody takes it ({type(error).__name__})") from None


# ------------------------------------------------------------------------------------------------ e-mail
def _by_mail(letter: Letter, mail_url: str | None) -> None:
    if not mail_url:
        raise NotTaken("no mail server is set (COMMON_CAUSE_MAIL_URL)")
    try:
        parts = mail_parts(mail_url)
    except ValueError as mistake:
        raise NotTaken(str(mistake)) from None
    mail = written(letter, mail_sender(parts))
    if parts.scheme == FOLDER:
        mailbox.Maildir(unquote(parts.path), create=True).add(mail)
        return
    with _connected(parts) as server:
        if parts.username:
            _log_in(server, parts)
        server.send_message(mail)


def _connected(parts: SplitResult) -> smtplib.SMTP:
    """A session with the mail server, over TLS wherever the server offers it."""
    port, trusted = parts.port or MAIL_SCHEMES[parts.scheme], ssl.create_default_context()
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(parts.hostname, port, timeout=TIMEOUT_SECONDS, context=trusted)
    server = smtplib.SMTP(parts.hostname, port, timeout=TIMEOUT_SECONDS)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=trusted)
    return server


def _log_in(server: smtplib.SMTP, parts: SplitResult) -> None:
    """A password goes over TLS only."""
    if not isinstance(server.sock, ssl.SSLSocket):
        raise NotTaken("the mail server offers no TLS, so the password is not sent")
    server.login(unquote(parts.username), unquote(parts.password or ""))


def written(letter: Letter, sender: str) -> EmailMessage:
    """The e-mail: plain text, its Message-ID the same at each attempt; no answering machine answers it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, letter.address, letter.subject
    mail["Message-ID"] = f"<{letter.message_id}@{sender.rpartition('@')[2]}>"
    mail["Date"] = formatdate(localtime=False)
    mail["Auto-Submitted"], mail[HEADER] = "auto-generated", letter.message_id
    mail.set_content(letter.body)
    return mail


# ------------------------------------------------------------------------------------------------ webhooks
def _to_webhook(letter: Letter) -> None:
    target = _target(letter)
    target.socket_connect_timeout = target.socket_read_timeout = TIMEOUT_SECONDS
    target.redirects = False  # whoever was named is told, nobody else
    if not target.notify(title=letter.subject, body=f"{letter.body}\nMessage {letter.message_id}"):
        raise NotTaken("the webhook does not take it")


def _target(letter: Letter) -> NotifyBase:
    """What Apprise makes of the address: a service that it knows, or JSON to any other."""
    from apprise import Apprise
    from apprise.plugins.custom_json import NotifyJSON

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its warnings name hosts and addresses
    known = Apprise.instantiate(letter.address, suppress_exceptions=True)
    if known is not None:
        return known
    parts = urlsplit(letter.address)
    return NotifyJSON(
        secure=True, host=parts.hostname, port=parts.port, fullpath=parts.path or "/", params=dict(parse_qsl(parts.query)),
        headers={HEADER: letter.message_id}, payload={"message_id": letter.message_id, "event": "signals"},
    )  # fmt: skip
