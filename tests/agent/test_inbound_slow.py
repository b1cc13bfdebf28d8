"""Callers that are slow or say nothing cannot hold the inbound server up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from backend.agent import inbound
from backend.intake.action_url import ActionUrlIntake
from backend.services.devices import device_secrets
from tests.support.world import World, until

pytestmark = pytest.mark.feature("AGT-04")


@pytest.fixture
async def port(gate: World) -> AsyncIterator[int]:
    """The port of a server on the gate's community."""
    listener = inbound.bind("127.0.0.1", 0)
    app = inbound.make_app(ActionUrlIntake(gate.store, gate.agent), lambda _: None)
    server = inbound.make_server(app)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    yield listener.getsockname()[1]
    server.should_exit = True
    await serving


async def test_who_connects_and_says_nothing_is_let_go(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound, "CONNECTED_FOR", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read(1) == b""
    writer.close()


async def test_a_body_that_never_comes_is_not_waited_for(
    gate: World, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound, "BODY_WITHIN", 0.2)
    with gate.store.read() as connection:
        token = device_secrets(connection, gate.store.sealer, gate.device_ids["Gate"]).token
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"POST /a/{token}/RelayATriggered HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1".encode())
    async with asyncio.timeout(5):
        assert await reader.read(12) == b"HTTP/1.1 200"
    writer.close()
