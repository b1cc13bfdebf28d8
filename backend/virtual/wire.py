"""A device's web server as an ASGI application: dialects, authentication, faults (device protocol 1.1 to 1.3)."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from typing import Any, cast
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from backend.virtual import fcgi
from backend.virtual.api import Api, Call
from backend.virtual.auth import Attempt, Credentials, Denial, Digest, Gate
from backend.virtual.core import VirtualDevice
from backend.virtual.envelope import ERROR_PARAM, Record, reply
from backend.virtual.faces import file_of
from backend.virtual.listener import cut
from backend.virtual.settings import API

MAX_BODY = 16 * 1024 * 1024
BODY_SECONDS = 30.0
HUGE = 10 * 1024 * 1024
JSON_TYPES = frozenset({"", "application/json", "text/plain"})
KEPT_REQUESTS = 500
ELSEWHERE = "127.0.0.2"
"""The other host that the fault `redirect` names."""


@dataclass
class Seen:
    """A request as it is remembered: never a query, a header or a body, for they carry secrets."""

    at: str
    client: str
    method: str
    path: str
    target: str = ""
    action: str = ""
    status: int = 0
    """0 when the connection was cut instead of an answer."""


class _Cut(Exception):
    """The connection ends here without an answer."""


class DeviceApp:
    """The web server of one device."""

    def __init__(self, device: VirtualDevice) -> None:
        self._device = device
        profile = device.profile
        self._api = Api(device)
        self._digest = Digest(profile.realm, device.config.nonce_seconds, time.monotonic)
        self._gate = Gate(profile.realm, self._digest, profile.auth_offered)
        self._door = fcgi.OpenDoor(device, self._digest)
        self.seen: deque[Seen] = deque(maxlen=KEPT_REQUESTS)
        self.counts: Counter[str] = Counter()
        """Requests by `target/action`, by path where there is none, and by `total`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; uvicorn calls this."""
        request = Request(scope, receive)
        client = request.client.host if request.client else ""
        seen = Seen(self._device.instant().isoformat(), client, request.method, _path(request)[:200])
        self.seen.append(seen)
        try:
            response = await self._serve(request, seen)
            seen.status = response.status_code
            response.headers["date"] = format_datetime(self._device.instant().astimezone(UTC), usegmt=True)
            await response(scope, receive, send)
        except (_Cut, ClientDisconnect, TimeoutError, asyncio.CancelledError):
            await cut(scope, receive)

    async def _serve(self, request: Request, seen: Seen) -> Response:
        if self._device.faults.slow:
            await asyncio.sleep(self._device.faults.slow)
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        call = self._call(request, body)
        if isinstance(call, Call):
            seen.target, seen.action = call.target[:40], call.action[:40]
        self._count(f"{seen.target}/{seen.action}" if seen.target else seen.path)
        return self._broken(request) or self._answer(request, body, call)

    def _count(self, what: str) -> None:
        self.counts["total"] += 1
        self.counts[what if what in self.counts or len(self.counts) < KEPT_REQUESTS else "other"] += 1

    def _broken(self, request: Request) -> Response | None:
        """The answer a fault puts in place of the true one."""
        faults = self._device.faults
        if faults.not_found:
            return Response("Not Found", 404)
        if faults.unauthorized:
            return _denied(self._gate.refusal(self._device.settings[f"{API}AuthMode"]))
        if faults.redirect:
            scheme, (_, port) = request.scope["scheme"], request.scope["server"]
            return Response(status_code=302, headers={"Location": f"{scheme}://{ELSEWHERE}:{port}{_path(request)}"})
        if faults.garbage:
            return Response("<html><body>\x00 502 {oops", media_type=self._device.profile.content_type)
        if faults.huge:
            chunks = (b" " * 65536 for _ in range(HUGE // 65536))
            return StreamingResponse(chunks, media_type=self._device.profile.content_type)
        return None

    def _answer(self, request: Request, body: bytes, call: Call | Record | None) -> Response:
        path, profile = _path(request), self._device.profile
        attempt = _attempt(request, body)
        if path in (fcgi.IN_ADDRESS, fcgi.IN_HEADER):
            return self._effect(lambda: self._door_answer(request, attempt))
        if path == profile.open_page:
            return self._told(reply("get", {"Model": profile.model, "Firmware": profile.firmware}))
        if call is None:
            return Response("Not Found", 404)
        denied = self._denied(request, attempt)
        if denied is not None:
            return denied
        return self._effect(lambda: self._told(self._api.answer(call) if isinstance(call, Call) else call))

    def _effect(self, act: Callable[[], Response]) -> Response:
        """Do what a request that was let in asks for, unless a fault cuts it short before or after."""
        faults = self._device.faults
        if faults.take("reboot"):
            self._device.reboot()
            raise _Cut
        if faults.take("drop_before"):
            raise _Cut
        response = act()
        if faults.take("drop_after"):
            raise _Cut
        return response

    def _door_answer(self, request: Request, attempt: Attempt) -> Response:
        status, told, headers = self._door.answer(_path(request), _query(request), attempt)
        return JSONResponse(told, status, dict(headers))

    def _denied(self, request: Request, attempt: Attempt) -> Response | None:
        settings = self._device.settings
        if settings[f"{API}Enable"] != "1":
            return Response(status_code=403)
        slots = (settings[f"{API}WhiteListIP0{slot}"] for slot in range(1, 6))
        denial = self._gate.denial(
            settings[f"{API}AuthMode"],
            attempt,
            Credentials(settings[f"{API}UserName"], settings[f"{API}Password"]),
            source=request.client.host if request.client else "",
            allowed=frozenset(filter(None, slots)),
        )
        return None if denial is None else _denied(denial)

    def _call(self, request: Request, body: bytes) -> Call | Record | None:
        """Read whichever dialect it is: a call, the answer to one that cannot be read, None for another page."""
        head, _, rest = _path(request).lstrip("/").partition("/")
        if head != "api":
            return None
        target, _, action = rest.strip("/").partition("/")
        if request.method == "GET":
            return Call(target, action, _query(request), by_get=True)
        malformed = reply("unknow", retcode=-1, message=ERROR_PARAM)
        if request.method == "POST" and _media_type(request) == "multipart/form-data":
            uploaded = file_of(request.headers["content-type"], body)
            return malformed if uploaded is None else Call(target, action, _query(request) | uploaded)
        if request.method != "POST" or _media_type(request) not in JSON_TYPES:
            return malformed
        given = _parsed(body)
        if given is None:
            return malformed
        named = isinstance(given.get("target"), str) and isinstance(given.get("action"), str)
        if not named and self._device.profile.body_target_required:
            return malformed
        data = _query(request) | given.get("data", {})
        return Call(str(given.get("target") or target), str(given.get("action") or action), data)

    def _told(self, answer: Record) -> Response:
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        return Response(text, media_type=self._device.profile.content_type)


def _denied(denial: Denial) -> Response:
    headers = {"WWW-Authenticate": denial.challenge} if denial.challenge else None
    return Response(status_code=denial.status, headers=headers)


def _path(request: Request) -> str:
    return cast(str, request.scope["path"])


def _query(request: Request) -> dict[str, Any]:
    text = cast(bytes, request.scope["query_string"]).decode("latin-1")
    return dict(parse_qsl(text, keep_blank_values=True))


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _attempt(request: Request, body: bytes) -> Attempt:
    raw, query = cast(bytes, request.scope["raw_path"]), cast(bytes, request.scope["query_string"])
    target = (raw + b"?" + query if query else raw).decode("latin-1")
    return Attempt(request.method, target, body, request.headers.get("authorization", ""))


def _parsed(body: bytes) -> Record | None:
    """The object a body holds, an empty one for an empty body; None when it holds something else."""
    try:
        given = json.loads(body, parse_constant=_no_number) if body.strip() else {}
        if rb"\ud" in body.lower():
            json.dumps(given, ensure_ascii=False).encode()  # refuses half of a surrogate pair, which no reply can carry
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) and isinstance(given.get("data", {}), dict) else None


def _no_number(text: str) -> None:
    raise ValueError(text)


async def _body(request: Request) -> bytes | None:
    """The whole body, None when it is larger than any a device takes; raises TimeoutError when it stalls."""
    body = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                return None
    return bytes(body)
