"""What is at an address, in words, without giving secrets to strangers."""

from __future__ import annotations

import asyncio
import socket

import pytest
from akuvox_door import INFO, Door
from akuvox_wire import Certificate, Handler, Request, Server, always, http, ok, serve

from backend.devices.address import Auth, DeviceAddress, Endpoint, Secret
from backend.devices.client import DeviceClient
from backend.devices.identify import Finding, State, identify
from backend.devices.profiles import X916

pytestmark = pytest.mark.feature("AGT-01")
PASSWORD = Secret("httpapi")


async def found(server: Server, scheme: str = "http", password: Secret = PASSWORD) -> Finding:
    return await identify(server.address(scheme), username="admin", password=password, seconds=3)


async def test_a_device_with_digest_is_ready() -> None:
    door = Door(auth="digest")
    async with serve(door) as server:
        finding = await found(server)
    assert (finding.state, finding.auth, finding.scheme) == (State.OK, Auth.DIGEST, "http")
    assert (finding.model, finding.mac, finding.firmware) == ("X916", "0C11050A0B0C", "916.30.10.114")
    assert (finding.profile_name, finding.menu_path) == ("X916", "")
    assert door.authorizations[0] == ""


async def test_digest_is_taken_where_both_are_offered() -> None:
    door = Door(auth="digest")

    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        answer = await door(request, writer)
        return answer.replace(b"WWW-Authenticate: ", b'WWW-Authenticate: Basic realm="HTTPAPI", ')

    async with serve(handler) as server:
        finding = await found(server)
    assert (finding.state, finding.auth) == (State.OK, Auth.DIGEST)
    assert not any(header.startswith("Basic") for header in door.authorizations)


async def test_a_device_with_basic_only_is_usable_with_a_warning() -> None:
    async with serve(Door(auth="basic")) as server:
        finding = await found(server)
    assert (finding.state, finding.auth) == (State.OK, Auth.BASIC)
    assert "travels readably" in finding.sentence
    assert finding.menu_path == "Setting > HTTP API"


async def test_an_open_device_is_usable_with_a_warning() -> None:
    async with serve(Door()) as server:
        finding = await found(server)
    assert (finding.state, finding.auth) == (State.OK, Auth.NONE)
    assert "open to everybody" in finding.sentence


async def test_no_password_is_asked_for_and_a_wrong_one_told() -> None:
    door = Door(auth="digest")
    async with serve(door) as server:
        needed = await identify(server.address(), seconds=3)
        assert (needed.state, door.authorizations) == (State.PASSWORD_NEEDED, [""])
        wrong = await found(server, password=Secret("hunter2"))
    assert wrong.state is State.WRONG_PASSWORD
    assert "HTTP API" in wrong.menu_path
    assert "hunter2" not in repr(wrong)


@pytest.mark.parametrize(
    ("leak", "model"),
    [
        (("/web/status/get", {"data": {"ProductName": "E18C"}}), "E18C"),
        (("/api/web/system/info", {"retcode": 0, "data": {"Status": {**INFO, "Model": "R20A"}}}), "R20A"),
        (None, ""),
    ],
)
async def test_an_empty_allowlist_is_told_with_the_model_where_it_leaks(
    leak: tuple[str, dict[str, object]] | None, model: str
) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        assert "authorization" not in request.headers
        return http(200, leak[1]) if leak and request.path == leak[0] else http(403, "Forbidden")

    async with serve(handler) as server:
        finding = await found(server)
    assert (finding.state, finding.model) == (State.ALLOWLIST_EMPTY, model)
    expected = "Device Management > Setting > HTTP API" if model == "R20A" else "Setting > HTTP API"
    assert finding.menu_path == expected


@pytest.mark.parametrize(
    "first", [http(302, "", Location="/index.html"), http(200, "<html>"), http(404), http(503)], ids=range(4)
)
async def test_a_device_whose_web_page_tells_its_model_has_its_api_off(first: bytes) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        return ok({"Status": INFO}) if request.path == "/api/web/system/info" else first

    async with serve(handler) as server:
        finding = await found(server)
    assert (finding.state, finding.model, finding.profile_name) == (State.API_OFF, "X916", "X916")


async def test_a_device_that_knows_no_api_call_has_its_api_off() -> None:
    async with serve(always(ok(retcode=-1, message="No hanlders for this request", action="unknow"))) as server:
        assert (await found(server)).state is State.API_OFF


@pytest.mark.parametrize(
    "handler",
    [
        always(http(200, "<html>My router</html>")),
        always(http(404)),
        always(b"\x01\x02\x03\r\n\r\n"),
        always(b""),
        always(http(200, '{"success": true}')),
        always(ok({"Status": {"Firmware": "1"}})),
        always(http(401, "", WWW_Authenticate="Negotiate")),
        always(http(500)),
    ],
)
async def test_strangers_are_told_apart_and_get_no_password(handler: Handler) -> None:
    async with serve(handler) as server:
        finding = await found(server)
        assert (finding.state, finding.profile_name) == (State.NOT_AKUVOX, None)
        assert not any("authorization" in request.headers for request in server.requests)


async def test_another_address_is_not_followed() -> None:
    async with serve(always(http(301, "", Location="http://evil.example/"))) as server:
        finding = await found(server)
        assert finding.state is State.REDIRECT
        assert "enter that address" in finding.sentence


async def test_nothing_there_is_no_answer_quickly() -> None:
    async with serve(always(b"")) as server:
        pass
    finding = await found(server)
    assert (finding.state, finding.auth, finding.tls_pin) == (State.NO_ANSWER, Auth.NONE, None)
    assert finding.sentence.startswith("The address answers, but nothing listens at this port")


async def test_a_name_that_nobody_knows_is_told_from_a_port_where_nobody_listens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    finding = await identify(DeviceAddress("http", "gate.invalid", 8080), seconds=1)
    assert finding.state is State.NO_ANSWER
    assert finding.sentence.startswith("Nobody knows this host name")


async def test_silence_is_no_answer() -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with serve(handler) as server:
        finding = await identify(server.address(), seconds=0.2)
    assert finding.state is State.NO_ANSWER


async def test_a_certificate_is_pinned_before_anything_is_sent(certificate: Certificate) -> None:
    door = Door(auth="digest")
    async with serve(door, certificate.server_context()) as server:
        finding = await found(server, "https")
        assert (finding.state, finding.tls_pin, finding.legacy_tls) == (State.OK, certificate.pin, False)
        assert len(server.requests) == server.connections - 1, "the first connection only shows the certificate"
        endpoint = Endpoint(finding.address, finding.auth, "admin", PASSWORD, finding.tls_pin)
        async with DeviceClient(endpoint, X916) as client:
            assert (await client.info()).model == "X916"


async def test_a_certificate_that_changes_during_the_probe_never_sees_the_password(
    certificate: Certificate, other_certificate: Certificate
) -> None:
    door = Door(auth="basic")
    context = certificate.server_context()

    async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
        context.load_cert_chain(other_certificate.path)
        return await door(request, writer)

    async with serve(handler, context) as server:
        finding = await found(server, "https")
    assert finding.state is State.NOT_AKUVOX
    assert door.authorizations == [""]


async def test_a_device_that_insists_on_https_is_found_there(certificate: Certificate) -> None:
    door = Door(auth="digest")
    async with serve(door, certificate.server_context()) as secure:

        async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
            return http(308, "", Location=f"https://127.0.0.1:{secure.port}{request.target}")

        async with serve(handler) as plain:
            finding = await found(plain)
            assert not any("authorization" in request.headers for request in plain.requests)
        assert (finding.state, finding.scheme, finding.tls_pin) == (State.OK, "https", certificate.pin)
        assert finding.address == secure.address("https")


async def test_an_encrypted_port_typed_without_https_is_found_all_the_same(certificate: Certificate) -> None:
    async with serve(Door(auth="digest"), certificate.server_context()) as server:
        finding = await found(server)
    assert (finding.state, finding.scheme, finding.tls_pin) == (State.OK, "https", certificate.pin)
    assert finding.address == server.address("https")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_outdated_encryption_is_used_and_said(certificate: Certificate) -> None:
    async with serve(Door(auth="digest"), certificate.server_context(legacy=True)) as server:
        finding = await found(server, "https")
    assert (finding.state, finding.legacy_tls, finding.model) == (State.LEGACY_TLS, True, "X916")
    assert finding.menu_path == "Security > Advanced > Web Server Certificate"


async def test_no_common_encryption_is_told() -> None:
    async def odd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(odd, "127.0.0.1", 0)
    seen = Server(port=server.sockets[0].getsockname()[1])
    async with server:
        finding = await found(seen, "https")
    assert finding.state is State.TLS_REFUSED
