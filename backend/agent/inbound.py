"""What devices call: a small HTTP server that answers fast and empty, whoever asks."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from backend.devices.action_url import PREFIX, redact_target
from backend.domain.errors import SmartPlusError
from backend.intake.action_url import ActionUrlIntake, Told

log = structlog.get_logger()
MAX_BODY = 64 * 1024
BODY_WITHIN = 5.0
"""Seconds for a body to arrive."""
CONNECTED_FOR = 15.0
"""Seconds that a connection lasts at most: a device says what it has to say in one."""


def make_app(intake: ActionUrlIntake, told: Callable[[Told], None]) -> Starlette:
    """The application: any method on `/a/TOKEN/...`; a wrong token gets the same empty 404 as a wrong path."""

    async def action(request: Request) -> Response:
        await _drain(request)
        query = request.scope["query_string"].decode("latin-1")
        raw = request.scope.get("raw_path", b"").decode("latin-1").partition("?")[0]
        target = f"{raw}?{query}" if query else raw
        try:
            event = await asyncio.to_thread(intake.take, target)
        except SmartPlusError as error:
            log.warning("action URL not kept", target=redact_target(target), error=str(error))
            return Response(status_code=503)
        if event is None:
            log.info(
                "action URL of nobody", target=redact_target(target), client=request.client and request.client.host
            )
            return Response(status_code=404)
        if event.fresh:
            told(event)
        return Response(status_code=200)

    return Starlette(routes=[Route(f"/{PREFIX}/{{rest:path}}", action, methods=["GET", "POST", "PUT"])])


async def _drain(request: Request) -> None:
    """Read and drop a body up to a limit in size and time: what counts stands in the URL."""
    size = 0
    with contextlib.suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(BODY_WITHIN):
            async for chunk in request.stream():
                size += len(chunk)
                if size > MAX_BODY:
                    return


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. A port in use by another program also becomes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # named as TCP, or asyncio leaves Nagle's delay on and each answer takes 40 ms longer
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.bind((host, 0))
    listener.listen(128)
    return listener


class BriefConnection(H11Protocol):
    """A connection that ends after some seconds whatever its caller does, so that idle ones cannot lock others out."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock."""
        super().connection_made(transport)
        self._end = self.loop.call_later(CONNECTED_FOR, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._end.cancel()
        super().connection_lost(exc)


class QuietServer(uvicorn.Server):
    """A uvicorn that leaves the signals of its process alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def make_server(app: Starlette) -> QuietServer:
    """A server for `app` with bounds on what one caller can ask of it; it logs through ours."""
    return QuietServer(
        uvicorn.Config(
            app,
            http=BriefConnection,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_keep_alive=5,
            timeout_graceful_shutdown=1,
            limit_concurrency=256,
            h11_max_incomplete_event_size=16 * 1024,
        )
    )
