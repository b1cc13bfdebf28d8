"""Action URLs: what we write into devices and what they send."""

from __future__ import annotations

import pytest

from backend.devices.action_url import EVENTS, read_action, redact_target, settings, template
from backend.domain.errors import Invalid

pytestmark = pytest.mark.feature("AGT-04")
TOKEN = "k7Jq9wYb2LmN4pRs6TuV8x"
BASE = "https://10.0.0.5:8443"


def test_both_ways_of_writing_say_the_same() -> None:
    path = read_action(f"/a/{TOKEN}/ValidCodeEntered/mac=0C11050A0B0C:code=4711:relay1=1")
    query = read_action(f"/a/{TOKEN}/ValidCodeEntered?mac=0C:11:05:0a:0b:0c&code=4711&relay1=1")
    for event in (path, query):
        assert (event.event, event.mac, event.token) == ("ValidCodeEntered", "0C11050A0B0C", TOKEN)
        assert (event.fields["code"], event.fields["relay1"]) == ("4711", "1")
        assert event.redacted["code"] == "***"
        assert event.redacted["relay1"] == "1"
        assert "4711" not in repr(event)
        assert TOKEN not in repr(event)


def test_the_vendors_own_example_is_understood() -> None:
    event = read_action("/mac=0C:11:05:0A:0B:0C:ip=192.168.1.5:model=X916:active_user=Ann%20Lee:relay1status=1")
    assert event.mac == "0C11050A0B0C"
    assert event.fields["ip"] == "192.168.1.5"
    assert event.fields["active_user"] == "Ann Lee"
    assert (event.event, event.token) == ("", "")
    assert read_action("/relaytrigger=1").fields == {"relaytrigger": "1"}


def test_variables_that_the_device_did_not_know_are_left_out() -> None:
    assert read_action(f"/a/{TOKEN}/MakeCall/mac=$mac:remote=sip:101@10.0.0.9").fields == {"remote": "sip:101@10.0.0.9"}


def test_an_ipv6_address_stays_whole() -> None:
    assert read_action("/ip=fe80::1:model=X916").fields == {"ip": "fe80::1", "model": "X916"}


@pytest.mark.parametrize("target", ["/", "", "/a", "/a/", "/a/short/x", "//", "/%", "/=", "/?=", "/a/b/c/d/e?f"])
def test_odd_targets_are_harmless(target: str) -> None:
    event = read_action(target)
    assert (event.mac, event.token) == ("", "")


def test_limits_hold() -> None:
    with pytest.raises(Invalid):
        read_action("/" + "x" * 3000)
    with pytest.raises(Invalid):
        read_action("/?" + "&".join(f"k{n}=v" for n in range(60)))
    assert len(read_action("/" + ":".join(f"k{n}=v" for n in range(60))).fields) == 40
    assert len(read_action("/k=" + "v" * 1500).fields["k"]) == 256


@pytest.mark.parametrize(
    "secret",
    ["code=4711", "card_sn=AB4711", "PIN=4711", "qrcode=x4711/y4711", "c%6Fde=4711", "code=12:4711"],
)
def test_a_log_line_shows_neither_token_nor_secret(secret: str) -> None:
    for line in (f"/a/{TOKEN}/E/mac=AA:{secret}:model=X916", f"/a/{TOKEN}/E?mac=AA&{secret}&model=X916"):
        shown = redact_target(line)
        assert "4711" not in shown
        assert TOKEN not in shown
        assert "model=X916" in shown
    assert "\n" not in redact_target("/a/x\ny")


def test_every_template_fits_and_comes_back() -> None:
    for event in EVENTS:
        url = template(BASE, TOKEN, event)
        assert len(url) <= 127
        sent = url.removeprefix(BASE).replace("$mac", "0C11050A0B0C")
        found = read_action(sent)
        assert (found.event, found.token, found.mac) == (event, TOKEN, "0C11050A0B0C")


def test_secrets_are_asked_for_over_https_only() -> None:
    assert "$code" in template(BASE, TOKEN, "ValidCodeEntered")
    assert "$code" not in template("http://10.0.0.5", TOKEN, "ValidCodeEntered")
    assert "$code" not in template(BASE, TOKEN, "InvalidCodeEntered")
    assert "$relay2status" in template("http://10.0.0.5", TOKEN, "RelayBTriggered")


@pytest.mark.parametrize(
    ("base", "token", "event", "field"),
    [
        ("10.0.0.5", TOKEN, "MakeCall", "base_url"),
        ("http://" + "long" * 30, TOKEN, "MakeCall", "base_url"),
        (BASE, "short", "MakeCall", "token"),
        (BASE, TOKEN, "NoSuchEvent", "event"),
    ],
)
def test_a_template_that_a_device_could_not_use_is_refused(base: str, token: str, event: str, field: str) -> None:
    with pytest.raises(Invalid) as error:
        template(base, token, event)
    assert list(error.value.fields) == [field]


def test_only_keys_that_the_device_has_are_written() -> None:
    prefix = "Config.Features.ACTIONURL."
    known = {f"{prefix}Enable", f"{prefix}MakeCall", f"{prefix}Method", "Config.Other"}
    assert dict(settings(known, BASE, TOKEN)) == {
        f"{prefix}Enable": "1",
        f"{prefix}MakeCall": template(BASE, TOKEN, "MakeCall"),
    }
