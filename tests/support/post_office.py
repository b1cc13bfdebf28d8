"""A real mail server and a real SMS gateway on loopback, each in a thread of its own, with faults to switch on."""

from __future__ import annotations

import asyncio
import datetime
import email
import email.policy
import ipaddress
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "smartplus", "letters go out"


def make_certificate(folder: Path, name: str) -> Path:
    """A certificate for this machine, its own authority, with its key in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2020, 1, 1)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@dataclass
class PostOffice:
    """What the mail server took, and what it does to the next mails.

    `at_rcpt` and `at_data` are answers given in turn before mails are taken; "hang" never answers, "250 slow" waits for
    `go_on`, "drop" closes the connection, "keep and drop" takes the mail and closes without a word.
    """

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    at_rcpt: list[str] = field(default_factory=list)
    at_data: list[str] = field(default_factory=list)
    tries: int = 0
    users: list[str] = field(default_factory=list)
    hanging: threading.Event = field(default_factory=threading.Event)
    """Set once an answer hangs."""
    go_on: threading.Event = field(default_factory=threading.Event)
    """Lets what is "slow" be answered as usual."""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A receiver is named."""
        self.tries += 1
        answer = self.at_rcpt.pop(0) if self.at_rcpt else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return await self._done(server, answer)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """A mail is here whole."""
        answer = self.at_data.pop(0) if self.at_data else "250 Kept as 4711"
        if answer.startswith(("250", "keep")):
            content = envelope.content
            assert isinstance(content, bytes)
            made = email.message_from_bytes(content, policy=email.policy.default)
            assert isinstance(made, EmailMessage)
            self.mails.append(made)
            self.receivers += envelope.rcpt_tos
        return await self._done(server, answer)

    async def _done(self, server: SMTP, answer: str) -> str:
        if answer == "hang":
            self.hanging.set()
            await asyncio.sleep(3600)
        if answer == "250 slow":
            self.hanging.set()
            await asyncio.to_thread(self.go_on.wait, 30)
        if answer.endswith("drop"):
            assert server.transport is not None
            server.transport.abort()
            await asyncio.sleep(3600)
        return answer

    def login(self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: Any) -> AuthResult:
        """Take one user with one password."""
        assert isinstance(data, LoginPassword)
        self.users.append(data.login.decode())
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)


@contextmanager
def mail_server(
    *, tls: Path | None = None, starttls: Path | None = None, login: bool = False, size: int = 1_000_000, port: int = 0
) -> Iterator[PostOffice]:
    """A mail server on a free port of 127.0.0.1 with TLS from the start, STARTTLS or neither."""
    office = PostOffice()

    def serve() -> SMTP:
        return SMTP(
            office,
            data_size_limit=size,
            hostname="post.example",
            tls_context=_context(starttls),
            require_starttls=starttls is not None,
            authenticator=office.login if login else None,
            auth_required=login,
        )

    with _loop_in_a_thread() as loop:
        made = asyncio.run_coroutine_threadsafe(
            loop.create_server(serve, "127.0.0.1", port, ssl=_context(tls)), loop
        ).result(10)
        office.port = made.sockets[0].getsockname()[1]
        yield office
        loop.call_soon_threadsafe(made.close)


def _context(path: Path | None) -> ssl.SSLContext | None:
    if path is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@contextmanager
def _loop_in_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(_cancel_all(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _cancel_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@dataclass
class Gateway:
    """What the SMS gateway was asked, and how it answers next: (status, body) in turn, then 200."""

    url: str = ""
    asked: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    """Method, path, headers, body."""
    answers: list[tuple[int, str]] = field(default_factory=list)
    slow: float = 0.0
    location: str = ""

    def json(self, number: int = -1) -> Any:
        """The body of a request."""
        return json.loads(self.asked[number][3])


@contextmanager
def sms_gateway() -> Iterator[Gateway]:
    """A gateway on a free port of 127.0.0.1."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            gateway.asked.append((self.command, self.path, headers, body))
            if gateway.slow:
                time.sleep(gateway.slow)
            status, text = gateway.answers.pop(0) if gateway.answers else (200, "OK queued 17")
            self.send_response(status)
            if gateway.location:
                self.send_header("Location", gateway.location)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_PUT = _answer

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway.url = f"http://127.0.0.1:{server.server_address[1]}/send"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
