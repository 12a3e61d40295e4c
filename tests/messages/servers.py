"""Real receivers on loopback: a mail server, and a web server that speaks TLS."""

from __future__ import annotations

import json
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Mailboxes:
    """What a mail server's handler keeps; addresses that begin with ``nobody`` bounce."""

    def __init__(self):
        self.mails, self.is_away = [], False

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.is_away:
            return "451 try again later"
        if address.startswith("nobody"):
            return f"550 no such user: {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 taken"

    def to(self, address: str) -> list:
        return [mail for mail in self.mails if mail["To"] == address]


class _Server(Controller):
    """aiosmtpd's own controller looks its port up before the system has chosen one."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _knows(server, session, envelope, mechanism, data) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"user", b"sec/ret"))


@contextmanager
def mail_server(certified: Path | None = None):
    """(mailboxes, url of the server); with a certificate it takes only who speaks TLS and logs in as user with the password secret."""
    kept, more = Mailboxes(), {}
    if certified:
        speaking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        speaking.load_cert_chain(certified)
        more = {"tls_context": speaking, "require_starttls": True, "auth_required": True, "authenticator": _knows}
    server = _Server(kept, hostname="127.0.0.1", port=0, **more)
    server.start()
    try:
        yield kept, f"smtp://127.0.0.1:{server.port}?from=signals@network.example"
    finally:
        server.stop()


class WebServer(ThreadingHTTPServer):
    """Keeps what is posted: (path, headers, object). What is posted to ``/hang`` is never answered, to ``/drip`` byte by byte, to ``/broken`` with 500."""

    daemon_threads = True

    def __init__(self, certificate: Path):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posts, self.until = [], threading.Event()
        speaking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        speaking.load_cert_chain(certificate)
        self.socket = speaking.wrap_socket(self.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server_port}"

    def to(self, path: str) -> list[dict]:
        return [said for at, _, said in self.posts if at == path]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.posts.append((self.path, dict(self.headers), said))
        if self.path.startswith("/hang"):
            self.server.until.wait(60)
            return
        self.send_response(500 if self.path.startswith("/broken") else 200)
        if self.path.startswith("/drip"):
            self.send_header("Content-Length", "1000")
        self.end_headers()
        while self.path.startswith("/drip") and not self.server.until.is_set():
            self.wfile.write(b".")
            self.wfile.flush()
            time.sleep(0.2)

    def log_message(self, *_):
        pass


@contextmanager
def web_server(folder: Path):
    server = WebServer(certificate(folder / "server.pem"))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.until.set()
        server.shutdown()
        server.server_close()


def certificate(path: Path) -> Path:
    """A key and a certificate for 127.0.0.1 that is its own authority."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1)
    )
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    signed = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    plain = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(plain + signed.public_bytes(serialization.Encoding.PEM))
    return path
