"""Raw loopback servers: every byte in and out is ours, so that they can misbehave in any way."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from backend.devices.address import DeviceAddress


@dataclass
class Request:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass
class Server:
    """What a server saw: requests in order with start and end times, connections, and bytes read.

    `ended` is set when a connection has ended, hence nothing more can arrive on it.
    """

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    times: list[tuple[float, float]] = field(default_factory=list)
    connections: int = 0
    received: int = 0
    busy: int = 0
    most_busy: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def address(self, scheme: str = "http") -> DeviceAddress:
        return DeviceAddress.parse(f"{scheme}://127.0.0.1:{self.port}")


Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[bytes | None]]


def http(status: int = 200, body: bytes | str | dict[str, Any] | list[Any] = b"", **headers: str) -> bytes:
    """A complete HTTP answer; header names are given with "_" for "-"."""
    content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    lines = [f"HTTP/1.1 {status} X", "Content-Type: text/html", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + content


def ok(data: dict[str, Any] | None = None, retcode: int = 0, message: str = "OK", action: str = "get") -> bytes:
    """An answer in the device's wrapping."""
    return http(200, {"retcode": retcode, "action": action, "message": message, "data": data or {}})


async def read_request(reader: asyncio.StreamReader, seen: Server) -> Request:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        seen.received += len(error.partial)
        raise
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    seen.received += len(head) + len(body)
    return Request(method, target, headers, body)


@asynccontextmanager
async def serve(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Serve one request per connection; a handler that returns None has written what it wanted itself."""
    seen = Server()
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[Any]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        seen.connections += 1
        try:
            request = await read_request(reader, seen)
            seen.requests.append(request)
            start = loop.time()
            seen.busy += 1
            seen.most_busy = max(seen.most_busy, seen.busy)
            answer = await handler(request, writer)
            seen.busy -= 1
            if answer is not None:
                writer.write(answer)
                await writer.drain()
            seen.times.append((start, loop.time()))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.close()
            seen.ended.set()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    seen.port = server.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def always(answer: bytes) -> Handler:
    """A handler that gives one answer to everything."""

    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        return answer

    return handler


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate on disk with the pin that belongs to it."""

    path: Path
    pin: str

    def server_context(self, *, legacy: bool = False) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if legacy:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.load_cert_chain(self.path)
        return context


def make_certificate(folder: Path, name: str) -> Certificate:
    """A self-signed certificate with its key in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2020, 1, 1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    path = folder / f"{name}.pem"
    path.write_bytes(pem)
    der = certificate.public_bytes(serialization.Encoding.DER)
    return Certificate(path, hashlib.sha256(der).hexdigest())
