"""What stands at an address, from the question of an installer to the answer in words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from backend.domain.device_drafts import FindingRecord
from backend.store import tables as t
from backend.store.site import Site
from backend.store.store import Store
from tests.agent.running import served
from tests.support.rows import ManagerContext
from tests.support.world import PASSWORD, World, small_world, until

pytestmark = pytest.mark.feature("AGT-01")


@pytest.fixture
async def house(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A gate with Digest, over plain HTTP."""
    async with small_world(store, manager_context, {"Gate": "X916"}, auth="digest", https=False) as made:
        yield made


async def ask(world: World, address: str, password: str = PASSWORD) -> FindingRecord:
    """Ask the agent and wait for its answer."""
    command_id = world.devices.identify(world.context.again(), address, "admin", password)
    await until(lambda: world.devices.finding(world.context, command_id) is not None, 30)
    finding = world.devices.finding(world.context, command_id)
    assert finding is not None
    assert password not in str(world.command(command_id))
    return finding


def url(world: World) -> str:
    """Where the gate answers."""
    return str(world.virtual.ready["devices"]["Gate"]["url"])


async def test_a_device_is_known_with_all_that_adding_it_needs(house: World, site: Site) -> None:
    async with served(house, site):
        found = await ask(house, url(house))
    facts, at = house.virtual.ready["devices"]["Gate"], urlsplit(url(house))
    assert (found.state, found.usable, found.auth) == ("ok", True, "digest")
    assert (found.model, found.mac, found.firmware) == (facts["model"], facts["mac"], facts["firmware"])
    assert (found.scheme, found.host, found.port) == (at.scheme, at.hostname, at.port)


async def test_a_wrong_password_is_told(house: World, site: Site) -> None:
    async with served(house, site):
        found = await ask(house, url(house), "wrong-8261")
    assert (found.state, found.usable) == ("wrong_password", False)
    assert "HTTP API" in found.menu_path


@asynccontextmanager
async def web_page(pages: dict[str, str], other: str = "") -> AsyncIterator[str]:
    """The address of a small server with these pages; all others are `other`, or not found where that is empty."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        text = pages.get(path, other)
        status = "200 OK" if text else "404 Not Found"
        writer.write(f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_device_with_its_api_off(house: World, site: Site) -> None:
    told = (
        '{"retcode": 0, "data": {"Status": {"Model": "E18C", "MAC": "0C1105000001", "FirmwareVersion": "18.30.11.21"}}}'
    )
    own_page = {"/api/web/system/info": told}
    async with web_page(own_page) as address, served(house, site):
        found = await ask(house, address)
    assert (found.state, found.usable, found.model) == ("api_off", False, "E18C")
    assert found.menu_path == "Setting > HTTP API"


async def test_what_is_no_akuvox(house: World, site: Site) -> None:
    async with web_page({}, other="<h1>Toner</h1>") as address, served(house, site):
        found = await ask(house, address)
    assert (found.state, found.usable) == ("not_akuvox", False)


async def test_an_address_that_is_none_is_said(house: World, site: Site) -> None:
    async with served(house, site):
        found = await ask(house, "ftp://192.0.2.7")
    assert (found.state, found.usable) == ("no_answer", False)
    assert "http" in found.sentence


async def test_a_question_without_an_agent_ends_by_itself(house: World, store: Store) -> None:
    command_id = house.devices.identify(house.context.again(), url(house), "admin", PASSWORD)
    assert house.devices.finding(house.context, command_id) is None
    sealed = house.rows(t.command, t.command.c.id == command_id)[0].args
    assert PASSWORD not in sealed
