"""Servers that are broken or mean: each ends in a precise error, in bounded time and memory."""

from __future__ import annotations

import asyncio
import json
import resource

import pytest
from akuvox_door import Door, record
from akuvox_wire import Request, always, http, ok, serve

from backend.devices.address import DeviceAddress, Endpoint
from backend.devices.client import DeviceClient, UserBody
from backend.devices.envelope import device_text, read_envelope, whole
from backend.devices.errors import (
    ApiUnsupported,
    BadAnswer,
    ConnectFailed,
    ConnectionLost,
    DeviceError,
    DeviceRefused,
    DeviceTimeout,
    NotAkuvox,
    RedirectRefused,
    TooLarge,
)
from backend.devices.profiles import Profile
from backend.domain.errors import Unreachable

pytestmark = pytest.mark.feature("AGT-01")
ANN = UserBody("u1", "Ann", "4711", (), (("1001", (1,)),))
DEEP = b'{"retcode":0,"data":' + b'{"a":' * 20 + b"1" + b"}" * 20 + b"}"


async def failing(answer: bytes, profile: Profile, *, act: bool = False) -> DeviceError:
    """The error that an answer leads to, for a read or for an opening."""
    async with serve(always(answer)) as server, DeviceClient(Endpoint(server.address()), profile, timeout=3) as client:
        with pytest.raises(DeviceError) as error:
            await (client.trigger_relay(1) if act else client.users())
        return error.value


BROKEN: dict[str, tuple[bytes, type[DeviceError]]] = {
    "foreign bytes": (b"\x00\x01\x02 garbage\r\n\r\n", NotAkuvox),
    "another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n", ConnectionLost),
    "a web page": (http(200, "<html>Welcome to my router</html>"), NotAkuvox),
    "an empty page": (http(200, ""), NotAkuvox),
    "a JSON list": (http(200, "[1, 2]"), NotAkuvox),
    "foreign JSON": (http(200, '{"hello": "world"}'), NotAkuvox),
    "no such page": (http(404, "not found"), NotAkuvox),
    "packed": (http(200, b"\x1f\x8b\x08compressed", Content_Encoding="gzip"), NotAkuvox),
    "endless header": (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000, NotAkuvox),
    "cut JSON": (http(200, '{"retcode": 0, "data": {"item": ['), BadAnswer),
    "not a number": (http(200, '{"retcode": NaN}'), BadAnswer),
    "a list that is a text": (http(200, '{"retcode": 0, "data": {"item": "none"}}'), BadAnswer),
    "records that are numbers": (http(200, '{"retcode": 0, "data": {"item": [1]}}'), BadAnswer),
    "deep": (http(200, DEEP), BadAnswer),
    "very deep": (http(200, b'{"retcode":0,"data":' + b"[" * 200_000), BadAnswer),
    "a huge number": (http(200, b'{"retcode":' + b"9" * 100_000 + b"}"), BadAnswer),
    "an error page": (http(500, "<h1>Internal error</h1>"), BadAnswer),
    "an empty error": (http(503, ""), BadAnswer),
    "an error that says success": (http(500, '{"retcode": 0}'), BadAnswer),
    "a refusal": (http(200, '{"retcode": -1, "message": "Error param"}'), DeviceRefused),
    "a refusal as an error": (http(400, '{"retcode": -1, "message": "Error"}'), DeviceRefused),
    "unsupported": (http(200, '{"retcode": -1, "message": "Api unsupported"}'), ApiUnsupported),
    "an unknown action": (http(200, '{"retcode": -1, "action": "unknow", "message": "?"}'), ApiUnsupported),
    "another host": (http(302, "", Location="http://evil.example/"), RedirectRefused),
    "another secure host": (http(308, "", Location="https://evil.example/api/user/get"), RedirectRefused),
    "a login page": (http(302, "", Location="/login.html"), RedirectRefused),
    "a redirect to nowhere": (http(302, ""), RedirectRefused),
    "a short body": (b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{", ConnectionLost),
    "a short chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{", ConnectionLost),
    "nothing": (b"", ConnectionLost),
}


@pytest.mark.parametrize(("answer", "kind"), BROKEN.values(), ids=BROKEN)
async def test_each_broken_answer_has_its_error(quick: Profile, answer: bytes, kind: type[DeviceError]) -> None:
    error = await failing(answer, quick)
    assert type(error) is kind
    assert isinstance(error, Unreachable)
    assert not error.ambiguous, "a read changes nothing"
    assert str(error).endswith(".")


DOUBTFUL: dict[str, tuple[bytes, bool]] = {
    "nothing": (b"", True),
    "foreign bytes": (b"garbage\r\n\r\n", True),
    "a web page": (http(200, "<html></html>"), True),
    "cut JSON": (http(200, "{"), True),
    "an error page": (http(500, ""), True),
    "a short body": (b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{", True),
    "a refusal": (http(200, '{"retcode": -2, "message": "Failed"}'), False),
    "unsupported": (http(200, '{"retcode": -1, "message": "unsupport action"}'), False),
    "no such page": (http(404, ""), False),
    "denied": (http(403, ""), False),
    "sent to HTTPS": (http(308, "", Location="https://127.0.0.1/api"), False),
}


@pytest.mark.parametrize(("answer", "ambiguous"), DOUBTFUL.values(), ids=DOUBTFUL)
async def test_an_opening_is_in_doubt_exactly_when_it_may_have_happened(
    quick: Profile, answer: bytes, ambiguous: bool
) -> None:
    error = await failing(answer, quick, act=True)
    assert error.ambiguous is ambiguous
    assert ("may have been carried out" in str(error)) is ambiguous


async def test_an_opening_in_doubt_is_never_sent_twice(quick: Profile) -> None:
    door = Door()

    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        await door(request, writer)
        writer.transport.abort()
        return b""

    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick, timeout=3) as client:
        with pytest.raises(ConnectionLost) as error:
            await client.trigger_relay(1)
        assert error.value.ambiguous
        assert len(door.relays) == len(server.requests) == 1


async def test_a_bulk_that_breaks_off_tells_done_from_doubtful(quick: Profile) -> None:
    door = Door()

    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        answer = await door(request, writer)
        return answer if len(server.requests) == 1 else b""

    bodies = [UserBody(f"u{n}", f"Name {n}", None, (), (("1001", (1,)),)) for n in range(20)]
    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick, timeout=3) as client:
        with pytest.raises(ConnectionLost) as error:
            await client.add_users(bodies)
        assert [result.index for result in error.value.done] == list(range(8))
        assert error.value.in_doubt == tuple(range(8, 16))
        assert len(door.users) == 16


async def test_a_change_that_breaks_off_counts_in_the_callers_indexes(quick: Profile) -> None:
    door = Door(users=[record(n) for n in range(2)])

    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        return b"" if request.method == "POST" else await door(request, writer)

    bodies = [UserBody("u", "Nobody", None, (), (("1001", (1,)),), remote_id=n) for n in ("99", "1")]
    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick, timeout=3) as client:
        with pytest.raises(ConnectionLost) as error:
            await client.set_users(bodies)
        assert error.value.in_doubt == (1,)


async def test_ten_megabytes_are_cut_off_at_the_limit(quick: Profile) -> None:
    sent = 0

    async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b'HTTP/1.1 200 OK\r\n\r\n{"retcode":0,"data":{"x":"')
        for _ in range(640):
            writer.write(b"y" * 16_384)
            sent += 16_384
            await writer.drain()

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick, timeout=5) as client:
        with pytest.raises(TooLarge, match="4 MiB"):
            await client.info()
    assert sent < 10 * 1024 * 1024, "the connection is closed, not drained"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


@pytest.mark.parametrize("act", [True, False])
@pytest.mark.parametrize("where", ["head", "body"])
async def test_a_slow_drip_does_not_outlast_the_limit(quick: Profile, act: bool, where: str) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
        if where == "body":
            writer.write(b'HTTP/1.1 200 OK\r\n\r\n{"retcode":0')
        for _ in range(400):
            writer.write(b"H" if where == "head" else b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick, timeout=0.3) as client:
        start = asyncio.get_running_loop().time()
        with pytest.raises(DeviceTimeout) as error:
            await (client.trigger_relay(1) if act else client.info())
        assert error.value.ambiguous is act
        assert asyncio.get_running_loop().time() - start < 1.5


async def test_silence_after_the_request_is_in_doubt_and_the_next_request_goes_through(quick: Profile) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        if len(server.requests) == 1:
            await asyncio.sleep(30)
        return ok({"RelayA": 1})

    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick, timeout=0.2) as client:
        with pytest.raises(DeviceTimeout) as error:
            await client.trigger_relay(1)
        assert error.value.ambiguous
        assert await client.relay_status() == {1: True}


async def test_nobody_at_the_port_is_certain(quick: Profile) -> None:
    async with serve(always(b"")) as server:
        address = server.address()
    async with DeviceClient(Endpoint(address), quick, timeout=2) as client:
        with pytest.raises(ConnectFailed) as error:
            await client.trigger_relay(1)
        assert not error.value.ambiguous


async def test_a_name_that_does_not_resolve_is_certain(quick: Profile) -> None:
    async with DeviceClient(Endpoint(DeviceAddress.parse("no-such-door.invalid")), quick, timeout=5) as client:
        with pytest.raises(ConnectFailed):
            await client.trigger_relay(1)


async def test_a_call_that_is_cancelled_frees_its_turn(quick: Profile) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        if len(server.requests) == 1:
            arrived.set()
            await asyncio.sleep(30)
        return ok({"RelayA": 1})

    arrived = asyncio.Event()
    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick, timeout=5) as client:
        task = asyncio.create_task(client.relay_status())
        await asyncio.wait_for(arrived.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await client.relay_status() == {1: True}


async def test_endless_fresh_pages_end_at_the_limit(quick: Profile) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        page = int(request.query["page"])
        return ok({"num": 10**9, "item": [{"ID": f"{page}-{n}"} for n in range(9000)]})

    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick, timeout=5) as client:
        with pytest.raises(TooLarge, match="20000 records"):
            await client.users()
        assert len(server.requests) == 3


async def test_a_page_missing_on_a_known_device_is_its_firmware(quick: Profile) -> None:
    door = Door()

    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        return http(404) if "doorlog" in request.target else await door(request, writer)

    async with serve(handler) as server, DeviceClient(Endpoint(server.address()), quick) as client:
        await client.info()
        with pytest.raises(ApiUnsupported):
            await client.door_log()


@pytest.mark.parametrize(
    "header",
    [
        "Digest",
        "Digest nonce",
        'Digest realm="r", nonce="n", algorithm=TURBO',
        'Digest realm="r", nonce="n", qop="odd"',
        'Digest realm="' + "x" * 5000,
        "Negotiate",
        "Digest =,=,=",
        "",
    ],
    ids=lambda header: header[:40],
)
async def test_challenges_that_nobody_can_answer(quick: Profile, header: str) -> None:
    error = await failing(http(401, "", WWW_Authenticate=header), quick)
    assert "another login method" in str(error)


async def test_texts_of_devices_are_made_harmless() -> None:
    assert device_text("a\x1b[31m\r\nb \u202e c") == "a [**m b c"
    assert device_text("Card 00AB12 of PIN4711 exists, 77 added") == "Card ** of PIN** exists, ** added"
    assert len(device_text("x" * 10_000)) == 120
    assert device_text({"a": 1}) == device_text(None) == device_text(True) == ""
    assert [whole(value) for value in ("7", 7, "-7", " 7 ", "7.5", "x", None, True, "9" * 30)] == [
        7, 7, -7, 7, None, None, None, None, None,
    ]  # fmt: skip


def test_bytes_behind_the_answer_and_foreign_encodings_are_tolerated() -> None:
    body = "\ufeff".encode() + json.dumps({"retcode": "0", "data": {"Name": "x"}}).encode() + b"\x00\x00<!-- -->"
    assert read_envelope(body).data == {"Name": "x"}
    assert read_envelope(b'{"retcode":0,"message":"\xd6K"}').ok
    assert read_envelope(b'{"retcode":1,"data":[{"ID":"1"}]}').items == [{"ID": "1"}]
    assert read_envelope(b'{"retcode":0}').items == []
