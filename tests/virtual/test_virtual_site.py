"""The site file, the control plane, what survives the process, and the process itself."""

from __future__ import annotations

import ast
import asyncio
import hashlib
import json
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

import backend.virtual
from backend.virtual.config import SiteConfig, load_site
from backend.virtual.site import VirtualSite
from backend.virtual.tls import new_identity

pytestmark = pytest.mark.feature("AGT-08")

ALLOWED = {"backend", "pydantic", "starlette", "uvicorn", "httpx", "cryptography"} | set(sys.stdlib_module_names)


def test_nothing_of_the_product_is_imported():
    for path in Path(backend.virtual.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert name.split(".")[0] in ALLOWED, path
                assert not name.startswith("backend") or name.startswith("backend.virtual"), path


SITE = """
control_port = 0
state = "kept.json"
ready_file = "ready.json"

[[device]]
name = "gate"
model = "X916"
address = "127.0.0.12"
timezone = "Europe/Berlin"
mac = "0C-11-05-00-00-01"
seed = "seed.json"
password = "pass-word-1"
[device.faults]
drop_before = 1

[[device]]
name = "garage"
model = "R20A"
address = "127.0.0.13"
auth = "none"
"""

SEED = {
    "config": {"Config.DoorSetting.DEVICENODE.Location": "Main gate"},
    "schedules": [{"Type": "2", "Name": "Day", "Daily": "00:00-23:59"}],
    "users": [
        {
            "Name": "A",
            "UserID": "1",
            "WebRelay": "0",
            "LiftFloorNum": "0",
            "ScheduleRelay": "1003-4;",
            "PrivatePIN": "1234",
        }
    ],
}


@pytest.fixture
def site_file(tmp_path):
    (tmp_path / "seed.json").write_text(json.dumps(SEED))
    path = tmp_path / "site.toml"
    path.write_text(SITE)
    return path


def test_a_site_file_is_read_with_paths_beside_it(site_file):
    config = load_site(site_file)
    gate, garage = config.device
    assert config.state == site_file.parent / "kept.json"
    assert (gate.seed, gate.secure, gate.auth_name) == (site_file.parent / "seed.json", True, "digest")
    assert (garage.secure, garage.auth_name, gate.faults.drop_before) == (False, "none", 1)
    assert "pass-word-1" not in repr(config)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": "X999"}, "known models are A08S, E18C, R20A, X916"),
        ({"address": "192.168.0.1"}, "127.0.0.0/8 only"),
        ({"address": "localhost"}, "address"),
        ({"port": 70000}, "port"),
        ({"model": "R20A", "auth": "digest"}, "R20A does not offer digest"),
        ({"timezone": "Mars/Base"}, "no time zone is called Mars/Base"),
        ({"timezone": "../../etc/passwd"}, "no time zone"),
        ({"mac": "12"}, "twelve hex digits"),
        ({"faults": {"sluggish": 1}}, "sluggish"),
        ({"faults": {"slow": -1}}, "slow"),
        ({"allowlist": ["127.0.0.1"] * 6}, "allowlist"),
        ({"name": "a b"}, "name"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_site_file_says_what_is_wrong(change, words):
    device = {"name": "door", "model": "X916", "password": "hush-hush"}
    with pytest.raises(ValidationError) as caught:
        SiteConfig.model_validate({"device": [device | change]})
    assert words in str(caught.value)
    assert "hush-hush" not in str(caught.value)


def test_two_devices_never_share_a_name():
    with pytest.raises(ValidationError, match="same name"):
        SiteConfig.model_validate({"device": [{"name": "a", "model": "X916"}] * 2})


async def test_a_seed_the_device_refuses_stops_the_start(tmp_path):
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"users": [SEED["users"][0], {"Name": "B"}]}))
    config = SiteConfig.model_validate({"device": [{"name": "door", "model": "X916", "seed": str(seed)}]})
    with pytest.raises(ValueError, match="seed of door: number 2 of users: Error param"):
        async with VirtualSite(config):
            pass


async def test_a_taken_port_stops_the_start_and_frees_the_others():
    with socket.create_server(("127.0.0.14", 0)) as taken:
        first = socket.create_server(("127.0.0.15", 0))
        port = first.getsockname()[1]
        first.close()
        devices = [
            {"name": "a", "model": "R20A", "address": "127.0.0.15", "port": port},
            {"name": "b", "model": "R20A", "address": "127.0.0.14", "port": taken.getsockname()[1]},
        ]
        with pytest.raises(OSError, match="in use"):
            async with VirtualSite(SiteConfig.model_validate({"device": devices})):
                pass
    socket.create_server(("127.0.0.15", port)).close()


async def test_the_certificate_is_the_one_announced(site_file):
    async with VirtualSite(load_site(site_file)) as site:
        told = site.ready["devices"]["gate"]
        assert told["url"].startswith("https://127.0.0.12:")
        port = int(told["url"].rpartition(":")[2])

        def served() -> bytes:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with (
                socket.create_connection(("127.0.0.12", port), 5) as plain,
                context.wrap_socket(plain) as secured,
            ):
                return secured.getpeercert(binary_form=True) or b""

        certificate = await asyncio.to_thread(served)
        assert hashlib.sha256(certificate).hexdigest() == told["fingerprint"]
        assert site.ready["devices"]["garage"]["fingerprint"] is None
        assert json.loads((site_file.parent / "ready.json").read_text()) == site.ready
        assert "pass-word-1" not in json.dumps(site.ready)


def test_every_device_has_a_key_of_its_own():
    one, other = new_identity("a", "127.0.0.1"), new_identity("a", "127.0.0.1")
    assert one.fingerprint != other.fingerprint
    assert "PRIVATE" not in repr(one)


async def test_the_control_plane(serve, person):
    door = await serve(mac="0C1105000001")
    await door.add(**person("1", PrivatePIN="1234", CardCode="AB", grant="1001-13;"))
    at = f"{door.control}/devices"
    listed = (await door.client.get(at)).json()
    assert listed["door"]["url"] == door.url
    assert listed["door"]["powered"] is True
    reply = await door.client.post(f"{at}/door/keypad", json={"pin": "1234"})
    assert reply.json() == {"opened": [1, 3], "refused": False, "reason": "opened"}
    reply = await door.client.post(f"{at}/door/card", json={"card": "CD"})
    assert reply.json() == {"opened": [], "refused": True, "reason": "unknown"}
    state = (await door.client.get(f"{at}/door")).json()
    assert state["relays"] == {"1": True, "2": False, "3": True, "4": False}
    assert [line["Type"] for line in state["doorlog"]] == ["Card", "PIN"]
    assert state["users"][0]["PrivatePIN"] == "1234"
    assert state["counts"] == {"total": 1, "user/add": 1}
    assert state["requests"][0]["target"] == "user"
    reply = await door.client.post(f"{at}/door/faults", json={"drop_before": 1, "slow": 0.0})
    assert reply.json()["drop_before"] == 1
    with pytest.raises(httpx.TransportError):
        await door.get("/api/system/info")
    await door.client.post(f"{at}/door/reset", json={})
    state = (await door.client.get(f"{at}/door")).json()
    assert (state["users"], state["doorlog"], state["faults"]["drop_before"]) == ([], [], 0)
    assert (await door.client.post(f"{at}/door/reboot", json={})).json() == {"reboot": True}
    assert (await door.client.get(at)).json()["door"]["powered"] is False


async def test_the_control_plane_refuses_nonsense_and_browsers(serve):
    door = await serve()
    at = f"{door.control}/devices/door"
    assert (await door.client.get(f"{door.control}/devices/none")).status_code == 404
    for path, body, status in (
        ("keypad", {"pin": 1234}, 422),
        ("keypad", {}, 422),
        ("keypad", {"pin": "1", "more": 1}, 422),
        ("keypad", {"pin": "1" * 65}, 422),
        ("faults", {"nonsense": 1}, 422),
        ("faults", {"self": 1}, 422),
        ("faults", [1], 422),
        ("reset", {"x": 1}, 422),
        ("explode", {}, 404),
    ):
        assert (await door.client.post(f"{at}/{path}", json=body)).status_code == status
    assert (await door.client.post(f"{at}/faults", content=b"x" * 70000)).status_code == 415
    big = await door.client.post(f"{at}/faults", content=b"x" * 500_000, headers={"Content-Type": "application/json"})
    assert big.status_code == 413
    form = await door.client.post(f"{at}/keypad", content=b'{"pin":"1"}', headers={"Content-Type": "text/plain"})
    assert form.status_code == 415
    assert (await door.client.get(at, headers={"Host": "evil.example:80"})).status_code == 403


async def test_codes_and_passwords_are_in_no_log(serve, person, caplog):
    caplog.set_level("DEBUG", logger="")
    door = await serve(auth="digest", password="sesame-42")
    login = httpx.DigestAuth("admin", "sesame-42")
    body = {"target": "user", "action": "add", "data": {"item": [person("1", PrivatePIN="86753091")]}}
    await door.client.post(f"{door.url}/api", json=body, auth=login)
    secret = "Config.DoorSetting.APIFCGI.Password=sesame-42"
    await door.client.get(f"{door.url}/api/config/set?{secret}", auth=login)
    await door.client.post(f"{door.control}/devices/door/keypad", json={"pin": "86753091"})
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert not [record for record in ours if "sesame" in record.getMessage() or "86753091" in record.getMessage()]
    requests = json.dumps((await door.client.get(f"{door.control}/devices/door")).json()["requests"])
    assert "sesame" not in requests
    assert "86753091" not in requests


async def test_a_stopped_site_comes_back_as_it_was(site_file):
    config = load_site(site_file)
    async with VirtualSite(config) as site:
        gate = site.device("gate")
        assert gate.settings["Config.DoorSetting.DEVICENODE.Location"] == "Main gate"
        assert gate.press_pin("1234").opened == (4,)
        gate.users.add(SEED["users"][0] | {"UserID": "2", "PrivatePIN": "5678"})
        gate.users.delete({"ID": "1"})
        gate.settings.write("Config.", {"Config.Features.ACTIONURL.Enable": "1"})
        fingerprint = site.ready["devices"]["gate"]["fingerprint"]
    assert (site_file.parent / "kept.json").stat().st_mode & 0o777 == 0o600
    async with VirtualSite(config) as site:
        gate = site.device("gate")
        assert gate.press_pin("1234").reason == "unknown"
        assert gate.press_pin("5678").opened == (4,)
        assert [line["ID"] for line in gate.log] == ["3", "2", "1"]
        assert gate.settings["Config.Features.ACTIONURL.Enable"] == "1"
        assert site.ready["devices"]["gate"]["fingerprint"] == fingerprint


async def test_changes_are_saved_while_it_runs(site_file, until, monkeypatch):
    monkeypatch.setattr("backend.virtual.site.SAVE_AFTER", 0.01)
    kept = site_file.parent / "kept.json"
    async with VirtualSite(load_site(site_file)) as site:
        body = {"target": "user", "action": "add", "data": {"item": [{"UserID": "42", "ScheduleRelay": "1001-1;"}]}}
        async with httpx.AsyncClient() as client:
            await client.post(site.ready["devices"]["garage"]["url"] + "/api", json=body)
        await until(lambda: kept.exists() and '"42"' in kept.read_text())


async def test_a_strange_state_file_is_not_overwritten(site_file):
    kept = site_file.parent / "kept.json"
    kept.write_text('{"version": 99}')
    with pytest.raises(ValueError, match=r"kept\.json is not a state file"):
        async with VirtualSite(load_site(site_file)):
            pass
    assert kept.read_text() == '{"version": 99}'


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_process_serves_until_it_is_told_to_end(site_file, ending):
    code = "import sys, pathlib; from backend.virtual.site import run; run(pathlib.Path(sys.argv[1]))"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(site_file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            reply = httpx.get(ready["devices"]["garage"]["url"] + "/api/system/info", timeout=5)
            assert reply.json()["retcode"] == 0
        finally:
            process.send_signal(ending)
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output, errors) == (0, "", "")
    assert (site_file.parent / "kept.json").exists()
