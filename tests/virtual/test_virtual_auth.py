"""Authentication as a client written from the RFCs and the protocol sees it."""

from __future__ import annotations

import asyncio
import hashlib
import re

import httpx
import pytest

pytestmark = pytest.mark.feature("AGT-08")

INFO = "/api/system/info"
MODE = "Config.DoorSetting.APIFCGI.AuthMode"


def md5(text: str | bytes) -> str:
    return hashlib.md5(text.encode() if isinstance(text, str) else text).hexdigest()


class RawDigest:
    """A digest client with every step in the open, on a raw socket."""

    def __init__(self, url: str, user: str = "admin", password: str = "httpapi") -> None:
        self.host, _, port = url.removeprefix("http://").partition(":")
        self.port = int(port)
        self.user, self.password = user, password
        self.challenge: dict[str, str] = {}

    async def send(self, target: str = INFO, *, method: str = "GET", body: bytes = b"", header: str = "") -> tuple:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.host}", f"Content-Length: {len(body)}"]
        lines += ["Connection: close", *([f"Authorization: {header}"] if header else [])]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        answer = await asyncio.wait_for(reader.read(1_000_000), 5)
        writer.close()
        head, _, content = answer.decode().partition("\r\n\r\n")
        status = int(head.split(" ")[1])
        found = re.search(r"(?mi)^www-authenticate: (.*)$", head)
        if found:
            self.challenge = dict(re.findall(r'(\w+)="?([^",]+(?:,[^",=]+)?)"?(?:,|$)', found[1].strip()))
        return status, head, content

    def header(self, target: str = INFO, *, method: str = "GET", body: bytes = b"", qop: str = "auth", **lies) -> str:
        nonce = lies.pop("nonce", self.challenge["nonce"])
        first = md5(f"{self.user}:{self.challenge['realm']}:{self.password}")
        second = md5(f"{method}:{target}" + (f":{md5(body)}" if qop == "auth-int" else ""))
        middle = f"{nonce}:00000001:abc:{qop}" if qop else nonce
        fields = {
            "username": self.user,
            "realm": self.challenge["realm"],
            "nonce": nonce,
            "uri": target,
            "opaque": self.challenge["opaque"],
            "response": md5(f"{first}:{middle}:{second}"),
        } | lies
        text = ", ".join(f'{name}="{value}"' for name, value in fields.items())
        return f"Digest {text}" + (f', qop={qop}, nc=00000001, cnonce="abc"' if qop else "")


async def test_the_digest_challenge_is_the_documented_one(serve):
    door = await serve(auth="digest")
    client = RawDigest(door.url)
    status, head, _ = await client.send()
    assert status == 401
    assert re.search(r'(?mi)^www-authenticate: Digest realm="HTTPAPI", qop="auth,auth-int", nonce="', head)
    assert "algorithm=MD5" in head
    assert "stale" not in head
    assert client.challenge["opaque"]
    other = await serve("E18C", auth="digest")
    assert 'realm="HTTP API"' in (await other.get(INFO)).headers["www-authenticate"]


@pytest.mark.parametrize("qop", ["auth", "auth-int", ""])
async def test_right_digests_pass_in_every_form(serve, qop):
    door = await serve(auth="digest")
    client = RawDigest(door.url)
    await client.send()
    assert (await client.send(header=client.header(qop=qop)))[0] == 200
    body = b'{"target":"relay","action":"trig","data":{"num":1}}'
    header = client.header("/api", method="POST", body=body, qop=qop)
    assert (await client.send("/api", method="POST", body=body, header=header))[0] == 200
    changed = body.replace(b'"num":1', b'"num":2')
    status = (await client.send("/api", method="POST", body=changed, header=header))[0]
    assert status == (401 if qop == "auth-int" else 200)


async def test_wrong_digests_are_refused(serve):
    door = await serve(auth="digest")
    client = RawDigest(door.url)
    await client.send()
    for header in (
        client.header(nonce="bm9uc2Vuc2U="),
        client.header(nonce="%%%"),
        client.header(nonce="a"),
        client.header(opaque="x"),
        client.header(realm="other"),
        client.header(response="0" * 32),
        client.header("/api/system/status"),
        client.header(method="POST"),
        client.header(algorithm="SHA-256"),
        "Digest",
        "Digest nonce=",
        "Basic YWRtaW46aHR0cGFwaQ==",
        "Bearer x",
    ):
        assert (await client.send(header=header))[0] == 401
    stranger = RawDigest(door.url, user="root")
    await stranger.send()
    assert (await stranger.send(header=stranger.header()))[0] == 401


async def test_an_old_nonce_is_stale_and_a_wrong_password_is_not(serve):
    door = await serve(auth="digest", nonce_seconds=0.05)
    client = RawDigest(door.url)
    await client.send()
    old = client.header()
    await asyncio.sleep(0.06)  # the nonce's life is the thing tested
    status, head, _ = await client.send(header=old)
    assert (status, "stale=true" in head) == (401, True)
    await client.send()
    client.password = "wrong"
    wrong = client.header()
    await asyncio.sleep(0.06)
    status, head, _ = await client.send(header=wrong)
    assert (status, "stale" in head) == (401, False)


async def test_httpx_digest_over_a_self_signed_certificate(serve):
    door = await serve(auth="digest", https=True)
    right, wrong = httpx.DigestAuth("admin", "httpapi"), httpx.DigestAuth("admin", "no")
    assert (await door.client.get(door.url + INFO, auth=right)).status_code == 200
    assert (await door.client.get(door.url + INFO, auth=wrong)).status_code == 401
    async with httpx.AsyncClient() as strict:
        with pytest.raises(httpx.ConnectError):
            await strict.get(door.url + INFO)


async def test_basic(serve):
    door = await serve(auth="basic", user="api", password="pä:ss")
    reply = await door.get(INFO)
    assert (reply.status_code, reply.headers["www-authenticate"]) == (401, 'Basic realm="HTTPAPI"')
    assert (await door.client.get(door.url + INFO, auth=("api", "pä:ss"))).status_code == 200
    assert (await door.client.get(door.url + INFO, auth=("api", "pass"))).status_code == 401
    reply = await door.client.get(door.url + INFO, headers={"Authorization": "Basic !!!"})
    assert reply.status_code == 401


async def test_the_allowlist_is_a_bare_403_by_source_address(serve):
    empty = await serve(auth="allowlist")
    reply = await empty.get(INFO)
    assert (reply.status_code, "www-authenticate" in reply.headers) == (403, False)
    door = await serve(auth="allowlist", allowlist=["127.0.0.99", "127.0.0.1"])
    assert (await door.get(INFO)).status_code == 200
    transport = httpx.AsyncHTTPTransport(local_address="127.0.0.77")
    async with httpx.AsyncClient(transport=transport) as stranger:
        assert (await stranger.get(door.url + INFO)).status_code == 403


async def test_the_mode_can_be_changed_while_it_runs(serve):
    door = await serve("R20A")
    assert (await door.get(INFO)).status_code == 200
    await door.ask("config", "set", {MODE: "1", "Config.DoorSetting.APIFCGI.Password": "new"})
    assert (await door.get(INFO)).status_code == 401
    assert (await door.client.get(door.url + INFO, auth=("admin", "new"))).status_code == 200
    door.core.settings.write("Config.", {MODE: "4"})  # R20A has no digest: nobody gets in
    assert (await door.client.get(door.url + INFO, auth=httpx.DigestAuth("admin", "new"))).status_code == 401
    assert (await door.client.get(door.url + INFO, auth=("admin", "new"))).status_code == 401


async def test_a_disabled_api_is_403_for_everybody(serve):
    door = await serve()
    await door.ask("config", "set", {"Config.DoorSetting.APIFCGI.Enable": "0"})
    reply = await door.get(INFO)
    assert (reply.status_code, "www-authenticate" in reply.headers) == (403, False)


async def test_after_a_factory_reset_the_allowlist_is_empty(serve, person):
    door = await serve("X916", reboot_seconds=0)
    await door.add(**person("1", PrivatePIN="1234"))
    assert (await door.get("/api/config/reset_factory")).json()["retcode"] == 0
    async with asyncio.timeout(5):
        while True:
            try:
                reply = await door.get(INFO)
                break
            except httpx.TransportError:
                await asyncio.sleep(0.005)
    assert reply.status_code == 403
    assert len(door.core.users) == 0
