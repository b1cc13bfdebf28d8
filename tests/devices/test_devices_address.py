"""Addresses, endpoints and secrets."""

from __future__ import annotations

import pytest

from backend.devices.address import Auth, DeviceAddress, Endpoint, Secret, upgrade_of
from backend.domain.errors import Invalid

pytestmark = pytest.mark.feature("AGT-01")


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("192.168.1.20", "http://192.168.1.20"),
        (" 192.168.1.20:8080 ", "http://192.168.1.20:8080"),
        ("http://192.168.1.20/", "http://192.168.1.20"),
        ("https://door.lan", "https://door.lan"),
        ("https://door.lan:443", "https://door.lan"),
        ("https://door.lan:8443", "https://door.lan:8443"),
        ("[fe80::1]:81", "http://[fe80::1]:81"),
        ("fe80::1", "http://[fe80::1]"),
        ("HTTP://Door.LAN", "http://door.lan"),
        ("front-door", "http://front-door"),
    ],
)
def test_addresses_are_read_as_people_type_them(typed: str, origin: str) -> None:
    assert str(DeviceAddress.parse(typed)) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "ftp://192.168.1.20",
        "http://admin:secret@192.168.1.20",
        "192.168.1.20/api",
        "192.168.1.20?x=1",
        "192.168.1.20:0",
        "192.168.1.20:70000",
        "192.168.1.20:",
        "192.168.1.20:abc",
        "192.168.1.256",
        "192.168.1",
        "3232235796",
        "0.0.0.0",
        "224.0.1.75",
        "255.255.255.255",
        "two words",
        "door\nlan",
        "http://[::1",
        "-door",
        "dö.example",
        "a" * 400,
    ],
    ids=lambda typed: typed[:30],
)
def test_what_is_no_address_is_refused_at_the_field(typed: str) -> None:
    with pytest.raises(Invalid) as error:
        DeviceAddress.parse(typed)
    assert list(error.value.fields) == ["address"]
    assert "secret" not in str(error.value)


def test_a_password_is_never_printed() -> None:
    endpoint = Endpoint(DeviceAddress.parse("10.0.0.1"), Auth.DIGEST, "admin", Secret("hunter2"))
    for text in (repr(endpoint), str(endpoint), repr(endpoint.password), f"{endpoint.password}", f"{endpoint!r}"):
        assert "hunter2" not in text
    assert endpoint.password.reveal() == "hunter2"
    assert endpoint.password == Secret("hunter2") != Secret("hunter3")
    assert not Secret("")


def test_a_pin_is_kept_in_one_spelling() -> None:
    digits = "AB" * 32
    colons = ":".join(["AB"] * 32)
    address = DeviceAddress.parse("https://10.0.0.1")
    assert Endpoint(address, tls_pin=digits).tls_pin == Endpoint(address, tls_pin=colons).tls_pin == "ab" * 32
    with pytest.raises(Invalid, match="64 hexadecimal"):
        Endpoint(address, tls_pin="ab")


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\r\nX-Evil: 1"])
def test_a_user_name_that_would_break_the_header_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        Endpoint(DeviceAddress.parse("10.0.0.1"), Auth.DIGEST, name)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://10.0.0.1/api/system/info", "https://10.0.0.1"),
        ("https://10.0.0.1:8443/", "https://10.0.0.1:8443"),
        ("http://10.0.0.1/login", None),
        ("https://10.0.0.2/", None),
        ("https://10.0.0.1@evil.example/", None),
        ("https://user:pw@10.0.0.1/", None),
        ("/login.html", None),
        ("https://[::1", None),
        ("https://10.0.0.1:99999/", None),
        ("", None),
    ],
)
def test_only_https_on_the_same_host_is_an_upgrade(location: str, expected: str | None) -> None:
    upgrade = upgrade_of(DeviceAddress.parse("10.0.0.1"), location)
    assert (str(upgrade) if upgrade else None) == expected


def test_https_is_not_upgraded_again() -> None:
    assert upgrade_of(DeviceAddress.parse("https://10.0.0.1"), "https://10.0.0.1:8443/") is None
