"""What devices call: fast, empty answers; a right token is heard, a wrong one tells nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from backend.agent.inbound import BODY_WITHIN, MAX_BODY, bind, make_app, make_server
from backend.intake.action_url import ActionUrlIntake, Told
from backend.services.devices import device_secrets
from backend.store import tables as t
from tests.support.world import World, until

pytestmark = pytest.mark.feature("AGT-04")
PIN = "73519264"


@dataclass
class Inbound:
    """A server that devices call, and what it told the workers."""

    world: World
    port: int
    told: list[Told] = field(default_factory=list)

    @property
    def token(self) -> str:
        """The gate's."""
        with self.world.store.read() as connection:
            return device_secrets(connection, self.world.store.sealer, self.world.device_ids["Gate"]).token

    async def send(self, head: str, body: bytes = b"") -> bytes:
        """One request, raw; answers all that comes back until the server closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(f"{head}\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode())
            with contextlib.suppress(ConnectionError):
                writer.write(body)
                await writer.drain()
            async with asyncio.timeout(10):
                return await reader.read(65536)
        finally:
            writer.close()

    async def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a GET."""
        head, _, body = (await self.send(f"GET {path} HTTP/1.1")).partition(b"\r\n\r\n")
        return int(head.split()[1]), body


@pytest.fixture
async def inbound(gate: World) -> AsyncIterator[Inbound]:
    """The server on the gate's community."""
    listener = bind("127.0.0.1", 0)
    made = Inbound(gate, listener.getsockname()[1])
    server = make_server(make_app(ActionUrlIntake(gate.store, gate.agent), made.told.append))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    yield made
    server.should_exit = True
    await serving


@pytest.mark.parametrize("form", ["mac=0C:11:05:00:00:01:relay1=1", "?mac=0C1105000001&relay1=1"])
async def test_both_ways_of_writing_reach_the_worker(inbound: Inbound, form: str) -> None:
    slash = "" if form.startswith("?") else "/"
    assert await inbound.get(f"/a/{inbound.token}/RelayATriggered{slash}{form}") == (200, b"")
    assert inbound.told == [Told(inbound.world.device_ids["Gate"], "RelayATriggered", fresh=True)]
    (event,) = inbound.world.rows(t.event)
    assert (event.kind, '"relay1": "1"' in event.payload) == ("RelayATriggered", True)


async def test_a_wrong_token_gets_what_a_wrong_path_gets(inbound: Inbound) -> None:
    stranger = await inbound.send(f"GET /a/{'A' * 32}/RelayATriggered HTTP/1.1")
    elsewhere = await inbound.send(f"GET /a/{inbound.token} HTTP/1.1")
    assert stranger.startswith(b"HTTP/1.1 404")
    assert stranger.partition(b"\r\n\r\n")[2] == b""
    assert _without_date(stranger) == _without_date(elsewhere)
    assert (inbound.told, inbound.world.rows(t.event)) == ([], [])


async def test_a_path_that_we_do_not_have_is_not_found(inbound: Inbound) -> None:
    assert (await inbound.get("/"))[0] == 404
    assert (await inbound.get(f"/{inbound.token}/RelayATriggered"))[0] == 404
    assert inbound.told == []


async def test_a_repeated_call_is_heard_once(inbound: Inbound) -> None:
    path = f"/a/{inbound.token}/RelayATriggered/mac=0C1105000001:relay1=1"
    assert await asyncio.gather(*(inbound.get(path) for _ in range(5))) == [(200, b"")] * 5
    assert len(inbound.told) == len(inbound.world.rows(t.event)) == 1


async def test_a_body_over_the_limit_is_not_read_to_its_end(inbound: Inbound) -> None:
    answer = await inbound.send(f"POST /a/{inbound.token}/MotionDetect HTTP/1.1", bytes(MAX_BODY + 1))
    assert answer.startswith(b"HTTP/1.1 200") or answer == b""
    endless = f"POST /a/{inbound.token}/RelayATriggered HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", inbound.port)
    writer.write(endless.encode() + bytes(2 * MAX_BODY))
    async with asyncio.timeout(BODY_WITHIN - 1):
        assert (await reader.read(12)) == b"HTTP/1.1 200"
    writer.close()
    assert (await inbound.get(f"/a/{inbound.token}/HangUp"))[0] == 200


async def test_nothing_that_was_typed_is_kept(inbound: Inbound) -> None:
    status, _ = await inbound.get(f"/a/{inbound.token}/ValidCodeEntered/mac=0C1105000001:code={PIN}")
    assert status == 200
    (event,) = inbound.world.rows(t.event)
    assert event.kind == "ValidCodeEntered"
    assert PIN not in str(event)


async def test_a_call_makes_the_worker_read_the_log(gate: World) -> None:
    worker = gate.worker("Gate")
    await worker.work()
    gate.door("Gate").press_pin("4242")
    worker.event()
    await worker.work()
    assert [line.key for line in gate.rows(t.door_log)] == ["··42"]


def test_a_port_in_use_becomes_a_free_one() -> None:
    with contextlib.closing(bind("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        with contextlib.closing(bind("127.0.0.1", port)) as second:
            assert second.getsockname()[1] != port


def _without_date(answer: bytes) -> list[bytes]:
    return [line for line in answer.split(b"\r\n") if not line.lower().startswith(b"date:")]
