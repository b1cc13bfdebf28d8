"""HTTPS with a pinned certificate instead of an authority."""

from __future__ import annotations

import asyncio
import ssl

import pytest
from akuvox_door import Door
from akuvox_wire import Certificate, Request, always, http, serve

from backend.devices.address import Auth, DeviceAddress, Endpoint, Secret
from backend.devices.client import DeviceClient
from backend.devices.errors import (
    ConnectionLost,
    DeviceError,
    DeviceTimeout,
    PinMismatch,
    PinUnknown,
    RedirectRefused,
    TlsRefused,
)
from backend.devices.profiles import Profile
from backend.devices.wire import _Attempt

pytestmark = pytest.mark.feature("AGT-01")
PASSWORD = Secret("httpapi")


async def test_a_pinned_device_is_talked_to_with_digest(quick: Profile, certificate: Certificate) -> None:
    door = Door(auth="digest")
    async with serve(door, certificate.server_context()) as server:
        endpoint = Endpoint(server.address("https"), Auth.DIGEST, "admin", PASSWORD, certificate.pin.upper())
        async with DeviceClient(endpoint, quick) as client:
            assert (await client.info()).model == "X916"
            await client.trigger_relay(1)
    assert len(door.relays) == 1


async def test_another_certificate_gets_not_one_byte_of_the_request(
    quick: Profile, certificate: Certificate, other_certificate: Certificate
) -> None:
    for auth in (Auth.BASIC, Auth.DIGEST):
        async with serve(Door(auth=auth.value), other_certificate.server_context()) as server:
            endpoint = Endpoint(server.address("https"), auth, "admin", PASSWORD, certificate.pin)
            async with DeviceClient(endpoint, quick) as client:
                with pytest.raises(PinMismatch) as error:
                    await client.trigger_relay(1)
            await asyncio.wait_for(server.ended.wait(), 5)
        assert error.value.fingerprint == other_certificate.pin
        assert not error.value.ambiguous
        assert (server.connections, server.received, server.requests) == (1, 0, [])


async def test_a_certificate_changed_between_two_requests_is_noticed(
    quick: Profile, certificate: Certificate, other_certificate: Certificate
) -> None:
    context = certificate.server_context()
    async with serve(Door(auth="basic"), context) as server:
        endpoint = Endpoint(server.address("https"), Auth.BASIC, "admin", PASSWORD, certificate.pin)
        async with DeviceClient(endpoint, quick) as client:
            await client.info()
            received = server.received
            server.ended.clear()
            context.load_cert_chain(other_certificate.path)
            with pytest.raises(PinMismatch):
                await client.info()
            await asyncio.wait_for(server.ended.wait(), 5)
            assert server.received == received
            context.load_cert_chain(certificate.path)
            assert (await client.info()).model == "X916", "the device itself is welcome again"


async def test_without_a_pin_the_fingerprint_is_told_and_nothing_sent(quick: Profile, certificate: Certificate) -> None:
    async with serve(Door(), certificate.server_context()) as server:
        async with DeviceClient(Endpoint(server.address("https")), quick) as client:
            with pytest.raises(PinUnknown) as error:
                await client.info()
        await asyncio.wait_for(server.ended.wait(), 5)
        assert error.value.fingerprint == certificate.pin
        assert server.received == 0


@pytest.mark.parametrize(
    ("first_words", "kind"), [(b"HTTP/1.1 400 Bad Request\r\n\r\n", TlsRefused), (b"", DeviceTimeout)]
)
async def test_a_port_that_speaks_no_tls_is_told_without_effect(
    quick: Profile, first_words: bytes, kind: type[DeviceError]
) -> None:
    async def odd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first_words)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(odd, "127.0.0.1", 0)
    address = DeviceAddress.parse(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with server, DeviceClient(Endpoint(address, tls_pin="ab" * 32), quick, timeout=0.3) as client:
        with pytest.raises(kind) as error:
            await client.trigger_relay(1)
    assert not error.value.ambiguous


async def test_a_get_follows_to_https_on_the_same_host_and_tells_where(
    quick: Profile, certificate: Certificate
) -> None:
    door = Door(auth="digest")
    async with serve(door, certificate.server_context()) as secure:

        async def handler(request: Request, writer: asyncio.StreamWriter) -> bytes:
            return http(308, "", Location=f"https://127.0.0.1:{secure.port}{request.target}")

        async with serve(handler) as plain:
            endpoint = Endpoint(plain.address(), Auth.DIGEST, "admin", PASSWORD, certificate.pin)
            async with DeviceClient(endpoint, quick) as client:
                with pytest.raises(RedirectRefused) as error:
                    await client.trigger_relay(1)
                assert str(error.value.upgrade) == f"https://127.0.0.1:{secure.port}"
                assert (await client.info()).model == "X916"
                assert client.moved_to == error.value.upgrade
                await client.trigger_relay(1)
            assert len(door.relays) == 1
            assert len(plain.requests) == 2, "from then on the secure address is used at once"
            assert not any("authorization" in request.headers for request in plain.requests)


async def test_the_step_to_https_does_not_skip_the_pin(quick: Profile, certificate: Certificate) -> None:
    async with serve(Door(auth="basic"), certificate.server_context()) as secure:
        location = f"https://127.0.0.1:{secure.port}/api/system/info"
        async with (
            serve(always(http(302, "", Location=location))) as plain,
            DeviceClient(Endpoint(plain.address(), Auth.BASIC, "admin", PASSWORD), quick) as client,
        ):
            with pytest.raises(PinUnknown) as error:
                await client.info()
        await asyncio.wait_for(secure.ended.wait(), 5)
        assert error.value.fingerprint == certificate.pin
        assert secure.received == 0


async def test_https_that_redirects_again_is_refused(quick: Profile, certificate: Certificate) -> None:
    async with (
        serve(always(http(302, "", Location="http://127.0.0.1/")), certificate.server_context()) as server,
        DeviceClient(Endpoint(server.address("https"), tls_pin=certificate.pin), quick) as client,
    ):
        with pytest.raises(RedirectRefused):
            await client.info()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_outdated_tls_needs_the_switch_of_its_endpoint(quick: Profile, certificate: Certificate) -> None:
    try:
        context = certificate.server_context(legacy=True)
    except ssl.SSLError:
        pytest.skip("this OpenSSL has no outdated TLS at all")
    async with serve(Door(), context) as server:
        modern = Endpoint(server.address("https"), tls_pin=certificate.pin)
        async with DeviceClient(modern, quick, timeout=3) as client:
            with pytest.raises(TlsRefused):
                await client.info()
        legacy = Endpoint(server.address("https"), tls_pin=certificate.pin, legacy_tls=True)
        async with DeviceClient(legacy, quick, timeout=3) as client:
            assert (await client.info()).model == "X916"
        wrong = Endpoint(server.address("https"), tls_pin="ab" * 32, legacy_tls=True)
        async with DeviceClient(wrong, quick, timeout=3) as client:
            with pytest.raises(PinMismatch):
                await client.info()


async def test_a_request_does_not_leave_before_the_certificate_was_compared() -> None:
    attempt = _Attempt(pin="ab" * 32, secure=True, effect=True)
    with pytest.raises(TlsRefused):
        await attempt.trace("http11.send_request_headers.started", {})
    assert not attempt.ambiguous


async def test_a_drop_behind_tls_is_in_doubt_too(quick: Profile, certificate: Certificate) -> None:
    async with (
        serve(always(b""), certificate.server_context()) as server,
        DeviceClient(Endpoint(server.address("https"), tls_pin=certificate.pin), quick, timeout=3) as client,
    ):
        with pytest.raises(ConnectionLost) as error:
            await client.trigger_relay(1)
        assert error.value.ambiguous


async def test_no_error_shows_the_password(quick: Profile, certificate: Certificate) -> None:
    answers = [b"", http(500), http(403), http(200, "{"), http(302, "", Location="http://x/"), http(404)]
    for answer in answers:
        async with serve(always(answer)) as server:
            endpoint = Endpoint(server.address(), Auth.BASIC, "admin", Secret("hunter2"))
            async with DeviceClient(endpoint, quick, timeout=3) as client:
                with pytest.raises(DeviceError) as error:
                    await client.info()
                assert "hunter2" not in repr(error.value) + str(error.value) + repr(client.__dict__)
