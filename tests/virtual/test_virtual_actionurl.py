"""Action URLs: what the device calls, from where, and that the door never waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import perf_counter

import pytest

from backend.virtual.actionurl import filled_in

pytestmark = pytest.mark.feature("AGT-08")

PREFIX = "Config.Features.ACTIONURL."


class Receiver:
    """A bare TCP server that notes each request and answers when it is told to."""

    def __init__(self) -> None:
        self.calls: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self.heads: list[str] = []
        self.silent = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        await self.calls.put((head.split(" ")[1], writer.get_extra_info("peername")[0]))
        if self.silent:
            await reader.read()
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async def next(self) -> tuple[str, str]:
        return await asyncio.wait_for(self.calls.get(), 5)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    one = Receiver()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    yield one
    server.close()


def test_variables_are_filled_in_path_and_query_alike():
    values = {"mac": "0C1105AABBCC", "code": "12 3", "relay1status": "1"}
    assert filled_in("http://s/relaytrigger=$relay1status", values) == "http://s/relaytrigger=1"
    assert (
        filled_in("http://s/mac=$mac:x=$nothing?c=$code&$", values) == "http://s/mac=0C1105AABBCC:x=$nothing?c=12%203&$"
    )


async def test_events_reach_the_receiver_from_the_devices_own_address(serve, person, receiver):
    base = f"http://127.0.0.1:{receiver.port}/"
    door = await serve(
        mac="0C1105AABBCC",
        settings={
            f"{PREFIX}Enable": "1",
            f"{PREFIX}ValidCodeEntered": base + "ok/mac=$mac:ip=$ip:code=$code:r=$relay1status:u=$userid",
            f"{PREFIX}InvalidCodeEntered": base + "no?code=$code&model=$model&what=$wat",
            f"{PREFIX}ValidCardEntered": base + "card?sn=$card_sn&t=$unlocktype&fw=$firmware",
            f"{PREFIX}InvalidCardEntered": base + "nocard",
            f"{PREFIX}RelayATriggered": base + "open/$relay1status$relay2status",
            f"{PREFIX}RelayAClosed": base + "shut/$relay1status",
            "Config.DoorSetting.RELAY.HoldDelayA": "1",
        },
    )
    await door.add(**person("7", PrivatePIN="1234", CardCode="AB"))
    door.core.press_pin("1234")
    calls = {await receiver.next(), await receiver.next()}
    assert calls == {
        ("/ok/mac=0C1105AABBCC:ip=127.0.0.11:code=1234:r=1:u=7", "127.0.0.11"),
        ("/open/10", "127.0.0.11"),
    }
    assert (await receiver.next())[0] == "/shut/0"  # by the device's own timer
    door.core.press_pin("0000")
    assert (await receiver.next())[0] == "/no?code=0000&model=X916&what=$wat"
    door.core.present_card("ab")
    calls = {(await receiver.next())[0], (await receiver.next())[0]}
    assert calls == {"/card?sn=ab&t=Card&fw=916.30.10.216", "/open/10"}
    door.core.present_card("cd")
    assert (await receiver.next())[0] in ("/nocard", "/shut/0")


async def test_nothing_is_called_unless_it_is_switched_on(serve, person, receiver):
    url = f"http://127.0.0.1:{receiver.port}/"
    door = await serve(settings={f"{PREFIX}InvalidCodeEntered": url + "first"})
    door.core.press_pin("0000")
    await door.ask("config", "set", {f"{PREFIX}Enable": "1", f"{PREFIX}InvalidCodeEntered": url + "second"})
    door.core.press_pin("0000")
    assert (await receiver.next())[0] == "/second"


async def test_e18_calls_no_relay_url_when_a_pin_opened_it(serve, person, receiver):
    url = f"http://127.0.0.1:{receiver.port}/"
    settings = {
        f"{PREFIX}Enable": "1",
        f"{PREFIX}RelayATriggered": url + "relay",
        f"{PREFIX}ValidCodeEntered": url + "code",
    }
    door = await serve("E18C", settings=settings)
    await door.add(**person("1", PrivatePIN="1234"))
    door.core.press_pin("1234")
    assert (await receiver.next())[0] == "/code"
    door.core.reboot()
    door.core.open_relay(1)
    assert (await receiver.next())[0] == "/relay"


async def test_credentials_in_the_address_become_basic(serve, receiver):
    url = f"http://us%40er:pw@127.0.0.1:{receiver.port}/x"
    door = await serve(settings={f"{PREFIX}Enable": "1", f"{PREFIX}InvalidCodeEntered": url})
    door.core.press_pin("0000")
    await receiver.next()
    assert "Authorization: Basic dXNAZXI6cHc=\r\n" in receiver.heads[0]


async def test_a_receiver_that_says_nothing_never_holds_the_door(serve, person, receiver, caplog):
    caplog.set_level("DEBUG")
    receiver.silent = True
    url = f"http://127.0.0.1:{receiver.port}/$code"
    door = await serve(settings={f"{PREFIX}Enable": "1", f"{PREFIX}ValidCodeEntered": url})
    await door.add(**person("1", PrivatePIN="471147"))
    began = perf_counter()
    for _ in range(100):
        assert door.core.press_pin("471147").opened == (1,)
    assert perf_counter() - began < 1.0
    await receiver.next()
    assert (await door.get("/api/system/info")).status_code == 200
    began = perf_counter()
    await door.site.running["door"].stop()
    assert perf_counter() - began < 1.0
    assert "471147" not in caplog.text


async def test_a_call_is_given_up_after_its_time(serve, until, receiver, monkeypatch):
    monkeypatch.setattr("backend.virtual.actionurl.TIMEOUT", 0.05)
    receiver.silent = True
    url = f"http://127.0.0.1:{receiver.port}/"
    door = await serve(settings={f"{PREFIX}Enable": "1", f"{PREFIX}InvalidCodeEntered": url})
    door.core.press_pin("0000")
    await until(failed(door))


def failed(door):
    return lambda: door.site.running["door"].state()["action_urls"] == {"sent": 0, "failed": 1}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "http://[", "http://127.0.0.1:99999/", "nonsense", "http:///x"]
)
async def test_addresses_that_lead_nowhere_are_counted(serve, until, url):
    door = await serve(settings={f"{PREFIX}Enable": "1", f"{PREFIX}InvalidCodeEntered": url})
    door.core.press_pin("0000")
    await until(failed(door))
