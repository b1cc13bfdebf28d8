"""One HTTP exchange with a device: pinned TLS, login, and limits on time and size (protocol 1.1, 1.2, 9)."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, Literal

import httpx

from backend.devices.address import DeviceAddress, Endpoint, upgrade_of
from backend.devices.errors import (
    AccessDenied,
    ConnectFailed,
    ConnectionLost,
    DeviceError,
    DeviceTimeout,
    NotAkuvox,
    PinMismatch,
    PinUnknown,
    PortClosed,
    RedirectRefused,
    TlsRefused,
    TooLarge,
    UnknownHost,
    WrongPassword,
)
from backend.devices.login import Login

MAX_ANSWER = 4 * 1024 * 1024
_MAX_ATTEMPTS = 4  # without login, with login, with a fresh nonce, and one more for the step to HTTPS
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LEGACY_RENEGOTIATION = 0x4  # OP_LEGACY_SERVER_CONNECT, which the ssl module names only from Python 3.12 on
_NO_TIMEOUTS = {"connect": None, "read": None, "write": None, "pool": None}  # one clock over all of it instead


class _Stage(Enum):
    TCP = "tcp"
    TLS = "tls"
    SENT = "sent"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer, at most `MAX_ANSWER` bytes long."""

    status: int
    headers: httpx.Headers
    body: bytes


class _Attempt:
    """How far one attempt has come; the transport reports each step before it takes it.

    The certificate is compared here: after the handshake and before the first byte of the request, which does not
    leave without that.
    """

    def __init__(self, *, pin: str | None, secure: bool, effect: bool) -> None:
        self._pin = pin
        self._compared = not secure
        self._effect = effect
        self.stage = _Stage.TCP

    @property
    def ambiguous(self) -> bool:
        """Whether the device may have carried out what was asked."""
        return self._effect and self.stage in (_Stage.SENT, _Stage.ANSWERED)

    async def trace(self, event: str, info: dict[str, Any]) -> None:
        """Called by the transport (httpx's "trace" request extension)."""
        if event == "connection.start_tls.started":
            self.stage = _Stage.TLS
        elif event == "connection.start_tls.complete":
            await self._compare(info["return_value"])
        elif event == "http11.send_request_headers.started":
            if not self._compared:
                raise TlsRefused
            self.stage = _Stage.SENT
        elif event == "http11.receive_response_headers.complete":
            self.stage = _Stage.ANSWERED

    async def _compare(self, stream: Any) -> None:
        certificate = stream.get_extra_info("ssl_object").getpeercert(binary_form=True)
        seen = hashlib.sha256(certificate or b"").hexdigest()
        if seen != self._pin:
            await stream.aclose()
            raise PinMismatch(seen) if self._pin else PinUnknown(seen)
        self._compared = True


class Wire:
    """Exchanges with one endpoint, one at a time; the caller keeps the order.

    `last_date` is the HTTP Date of the last answer. `moved_to` is set when the device sent a GET to HTTPS on the same
    host: every later request goes there, and the caller should store it.
    """

    def __init__(self, endpoint: Endpoint, *, timeout: float) -> None:
        self.last_date: datetime | None = None
        self.moved_to: DeviceAddress | None = None
        self._endpoint = endpoint
        self._timeout = timeout
        self._login = Login(endpoint)
        self._transport = httpx.AsyncHTTPTransport(
            verify=_tls(legacy=endpoint.legacy_tls),
            trust_env=False,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
        )

    async def aclose(self) -> None:
        """Close what is open."""
        await self._transport.aclose()

    async def exchange(
        self,
        method: Literal["GET", "POST"],
        target: str,
        body: bytes = b"",
        *,
        effect: bool = False,
        content: str = "application/json",
    ) -> Answer:
        """Send one request and return the answer, whatever its status except 401, 403 and redirects.

        `target` is the path with its query; `effect` says that the request changes or opens something; `content` is
        the type of a body. Raises the errors of `backend.devices.errors`, each with `ambiguous` set. The time limit
        covers everything together.
        """
        attempt = self._attempt(effect)
        try:
            async with asyncio.timeout(self._timeout):
                for _ in range(_MAX_ATTEMPTS):
                    attempt = self._attempt(effect)
                    answer = await self._send(attempt, method, target, body, content)
                    if not self._again(answer, method):
                        return answer
        except TimeoutError:
            if attempt.stage is _Stage.TCP:
                raise ConnectFailed from None
            raise DeviceTimeout(self._timeout, ambiguous=attempt.ambiguous) from None
        self._login.forget()
        raise WrongPassword

    def _attempt(self, effect: bool) -> _Attempt:
        return _Attempt(pin=self._endpoint.tls_pin, secure=self._address.scheme == "https", effect=effect)

    def _again(self, answer: Answer, method: str) -> bool:
        if answer.status in _REDIRECTS:
            upgrade = upgrade_of(self._address, answer.headers.get("location", ""))
            if upgrade is None or method != "GET":
                raise RedirectRefused(upgrade)
            self.moved_to = upgrade
            return True
        if answer.status == 401:
            values = [
                value.decode("latin-1") for key, value in answer.headers.raw if key.lower() == b"www-authenticate"
            ]
            self._login.refused(values)
            return True
        self._login.accepted()
        if answer.status == 403:
            raise AccessDenied
        return False

    @property
    def _address(self) -> DeviceAddress:
        return self.moved_to or self._endpoint.address

    async def _send(self, attempt: _Attempt, method: str, target: str, body: bytes, content_type: str) -> Answer:
        try:
            request = self._request(attempt, method, target, body, content_type)
            response = await self._transport.handle_async_request(request)
            try:
                content = await _content(response, attempt)
            finally:
                await response.aclose()
        except (httpx.HTTPError, OSError) as error:
            raise _failure(error, attempt) from None
        self.last_date = _date(response.headers.get("date", ""))
        return Answer(response.status_code, response.headers, content)

    def _request(self, attempt: _Attempt, method: str, target: str, body: bytes, content_type: str) -> httpx.Request:
        headers = [
            (b"Accept", b"application/json"),
            (b"Accept-Encoding", b"identity"),
            (b"Connection", b"close"),
            (b"User-Agent", b"SmartPlus"),
        ]
        if body:
            headers.append((b"Content-Type", content_type.encode("ascii")))
        extensions = {"timeout": _NO_TIMEOUTS, "trace": attempt.trace}
        request = httpx.Request(
            method, f"{self._address}{target}", headers=headers, content=body or None, extensions=extensions
        )
        login = self._login.header(method, request.url.raw_path.decode("ascii"), body)
        if login:
            request.headers = httpx.Headers([*request.headers.raw, (b"Authorization", login)])
        return request


async def _content(response: httpx.Response, attempt: _Attempt) -> bytes:
    """The body as sent, counted while it arrives; a compressed one is not unpacked, so it cannot grow here."""
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_raw():
        size += len(part)
        if size > MAX_ANSWER:
            raise TooLarge("4 MiB", ambiguous=attempt.ambiguous)
        parts.append(part)
    return b"".join(parts)


def _failure(error: Exception, attempt: _Attempt) -> DeviceError:
    if attempt.stage is _Stage.TCP:
        return _unconnected(error)
    if attempt.stage is _Stage.TLS:
        return TlsRefused()
    # what is not HTTP at all is told apart from a connection that ended before its answer began
    garbage = isinstance(error, httpx.RemoteProtocolError) and "disconnected" not in str(error)
    if attempt.stage is _Stage.SENT and garbage:
        return NotAkuvox(ambiguous=attempt.ambiguous)
    return ConnectionLost(ambiguous=attempt.ambiguous)


def _unconnected(error: BaseException) -> ConnectFailed:
    """What kept a connection from coming about, by the errors that led to it."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, socket.gaierror):
            return UnknownHost()
        if isinstance(seen, ConnectionRefusedError):
            return PortClosed()
        seen = seen.__cause__ or seen.__context__
    return ConnectFailed()


def _tls(*, legacy: bool) -> ssl.SSLContext:
    """Without a certificate authority: device certificates are self-signed, the pin takes the CA's place."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if legacy:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.options |= _LEGACY_RENEGOTIATION
    return context


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
