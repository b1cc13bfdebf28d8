"""A listening socket whose owner can lose power: uvicorn's protocol without uvicorn's process management."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

_CONNECTION = "virtual.connection"


def _bound(address: str, port: int) -> socket.socket:
    # The protocol is named because asyncio sets TCP_NODELAY only then; without it each answer takes 40 ms longer.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address, port))
    except OSError:
        bound.close()
        raise
    return bound


async def cut(scope: Scope, receive: Receive) -> None:
    """End the connection of a running request at once, without an answer, and wait until it is gone."""
    connection: H11Protocol = scope["state"][_CONNECTION]
    connection.transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


class Listener:
    """Serves one ASGI application on one address, on and off.

    A second socket that never listens keeps the port: while the listener is off, connections are refused and nobody
    else gets the port. Nothing polls, no signal is handled and nothing is logged.
    """

    def __init__(self, app: ASGIApp, address: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._placeholder = _bound(address, port)
        self.address, self.port = address, int(self._placeholder.getsockname()[1])
        self._tls = tls
        self._config = uvicorn.Config(
            app, http=H11Protocol, ws="none", lifespan="off", log_config=None, access_log=False, proxy_headers=False
        )
        self._config.load()
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """`http(s)://address:port`."""
        return f"{'https' if self._tls else 'http'}://{self.address}:{self.port}"

    async def on(self) -> None:
        """Begin to accept connections."""
        self._server = await asyncio.get_running_loop().create_server(
            self._connection, sock=_bound(self.address, self.port), ssl=self._tls, backlog=512
        )

    def off(self) -> None:
        """Refuse new connections and end the present ones, each after the answer it is about to give."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in list(self._state.connections):
            connection.shutdown()

    async def close(self) -> None:
        """Stop for good: cut every connection and give the port back."""
        self.off()
        for connection in list(self._state.connections):
            connection.transport.abort()
        tasks = list(self._state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._placeholder.close()

    def _connection(self) -> asyncio.Protocol:
        state: dict[str, Any] = {}
        connection = H11Protocol(config=self._config, server_state=self._state, app_state=state)
        state[_CONNECTION] = connection
        return connection
