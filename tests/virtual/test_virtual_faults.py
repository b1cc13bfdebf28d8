"""Everything that can go wrong between a client and a device, switched on and off while it runs."""

from __future__ import annotations

import asyncio
from time import perf_counter

import httpx
import pytest

pytestmark = pytest.mark.feature("AGT-08")

INFO = "/api/system/info"


async def back(door) -> httpx.Response:
    """Wait until the device answers again."""
    async with asyncio.timeout(5):
        while True:
            try:
                return await door.get(INFO)
            except httpx.TransportError:
                await asyncio.sleep(0.005)


async def test_slow(serve):
    door = await serve(faults={"slow": 0.15})
    began = perf_counter()
    assert (await door.get(INFO)).status_code == 200
    assert perf_counter() - began >= 0.15
    with pytest.raises(httpx.ReadTimeout):
        await door.client.get(door.url + INFO, timeout=0.05)


async def test_a_slow_device_can_be_stopped_at_once(serve, until, caplog):
    door = await serve(faults={"slow": 60})
    asking = asyncio.create_task(door.get(INFO))
    await until(lambda: len(door.site.running["door"].app.seen) == 1)
    await door.site.running["door"].stop()
    with pytest.raises(httpx.TransportError):
        await asking
    assert not caplog.records


@pytest.mark.parametrize("https", [False, True])
async def test_drop_before_does_nothing_and_drop_after_does_it(serve, person, https):
    door = await serve(https=https, faults={"drop_before": 2})
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            await door.add(**person("1"))
    assert len(door.core.users) == 0
    door.core.faults.drop_after = 1
    with pytest.raises(httpx.TransportError):
        await door.add(**person("1"))
    assert len(door.core.users) == 1
    assert (await door.add(**person("2")))["retcode"] == 0
    assert [seen.status for seen in door.site.running["door"].app.seen] == [0, 0, 0, 200]


async def test_a_challenge_uses_no_drop_up(serve):
    door = await serve(auth="digest", faults={"drop_after": 1})
    assert (await door.get(INFO)).status_code == 401
    assert door.core.faults.drop_after == 1
    with pytest.raises(httpx.TransportError):
        await door.client.get(door.url + INFO, auth=httpx.DigestAuth("admin", "httpapi"))
    assert door.core.faults.drop_after == 0


async def test_a_restart_refuses_connections_and_comes_back_on_the_same_port(serve, person):
    door = await serve(reboot_seconds=1.0)
    await door.add(**person("1"))
    reply = await door.get("/api/system/reboot")
    assert reply.json()["retcode"] == 0
    with pytest.raises(httpx.ConnectError):
        await door.get(INFO)
    assert not door.core.powered
    assert (await back(door)).json()["data"]["Status"]["Uptime"] == "0"
    assert [user["UserID"] for user in await door.listed("user")] == ["1"]


async def test_a_restart_instead_of_an_answer(serve, person):
    door = await serve(reboot_seconds=0.05, faults={"reboot": 1})
    with pytest.raises(httpx.TransportError):
        await door.add(**person("1"))
    assert (await back(door)).status_code == 200
    assert len(door.core.users) == 0


async def test_a_second_restart_during_the_first_begins_it_anew(serve):
    door = await serve(reboot_seconds=0.5)
    door.core.reboot()
    door.core.reboot()
    with pytest.raises(httpx.ConnectError):
        await door.get(INFO)
    assert (await back(door)).status_code == 200


async def test_unauthorized_whatever_is_sent(serve):
    door = await serve(auth="basic", faults={"unauthorized": True})
    reply = await door.client.get(door.url + INFO, auth=("admin", "httpapi"))
    assert (reply.status_code, reply.headers["www-authenticate"]) == (401, 'Basic realm="HTTPAPI"')
    door = await serve(auth="digest", faults={"unauthorized": True})
    reply = await door.client.get(door.url + INFO, auth=httpx.DigestAuth("admin", "httpapi"))
    assert reply.status_code == 401


async def test_full(serve, person):
    door = await serve(faults={"full": True})
    reply = await door.add(**person("1"))
    assert (reply["retcode"], len(door.core.users)) == (-1, 0)
    assert (await door.ask("schedule", "add", {"item": [{"Type": "2"}]}))["retcode"] == 0


async def test_ignored_writes_are_answered_with_ok(serve, person):
    door = await serve(faults={"ignore_writes": True})
    key = "Config.DoorSetting.DEVICENODE.Location"
    assert (await door.add(**person("1")))["data"]["item"] == [{"Ret": 0}]
    assert (await door.ask("schedule", "add", {"item": [{"Type": "2"}]}))["retcode"] == 0
    assert (await door.ask("config", "set", {key: "x"}))["retcode"] == 0
    assert (len(door.core.users), len(door.core.schedules), door.core.settings[key]) == (0, 2, "")


async def test_ignored_deletes_leave_the_door_open(serve, person):
    door = await serve(faults={"ignore_deletes": True})
    await door.add(**person("1", PrivatePIN="1234"))
    assert (await door.ask("user", "del", {"item": [{"ID": "1"}]}))["retcode"] == 0
    assert (await door.ask("user", "clear"))["retcode"] == 0
    assert door.core.press_pin("1234").opened == (1,)


async def test_answers_that_are_none(serve):
    door = await serve()
    door.core.faults.garbage = True
    with pytest.raises(ValueError, match="Expecting value"):
        (await door.get(INFO)).json()
    door.core.faults.garbage = False
    door.core.faults.huge = True
    size = 0
    async with door.client.stream("GET", door.url + INFO) as reply:
        async for chunk in reply.aiter_bytes():
            size += len(chunk)
    assert size == 10 * 1024 * 1024
    door.core.faults.huge = False
    door.core.faults.not_found = True
    assert (await door.get(INFO)).status_code == 404
    door.core.faults.not_found = False
    door.core.faults.redirect = True
    reply = await door.get(INFO)
    port = door.url.rpartition(":")[2]
    assert (reply.status_code, reply.headers["location"]) == (302, f"http://127.0.0.2:{port}{INFO}")


async def test_a_huge_answer_may_be_left_unread(serve, caplog):
    door = await serve(faults={"huge": True})
    async with door.client.stream("GET", door.url + INFO) as reply:
        await anext(reply.aiter_raw())
    door.core.faults.huge = False
    assert (await door.get(INFO)).status_code == 200
    assert not [record for record in caplog.records if record.name.startswith("uvicorn")]


async def test_a_body_beyond_all_measure_is_refused(serve):
    door = await serve()
    reply = await door.client.post(door.url + "/api", content=b" " * (16 * 1024 * 1024 + 1))
    assert reply.status_code == 413


async def test_noise_instead_of_http_ends_the_connection_only(serve):
    door = await serve()
    host, port = door.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"\x16\x03\x01 not http\r\n\r\n")
    assert (await asyncio.wait_for(reader.read(100), 5)).startswith(b"HTTP/1.1 400")
    writer.close()
    assert (await door.get(INFO)).status_code == 200
