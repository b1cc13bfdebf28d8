"""Settings of the site: checked, sealed where they are secret, never shown again (feature SET-05)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from backend.domain.enums import MailSecurity, OutgoingKind, SmsFormat
from backend.domain.errors import Conflict, Invalid, Unreachable
from backend.domain.site_settings import fill
from backend.services.setting_values import mail_server, sms_gateway
from backend.services.settings import Settings
from backend.store import tables as t
from backend.store.seal import Sealer
from tests.services.things.conftest import Park

pytestmark = pytest.mark.feature("SET-05")
MAIL = {"mail.host": "mail.example.com", "mail.sender": "office@example.com"}
SMS = {"sms.url": "https://sms.example.com/send"}


@pytest.fixture
def settings(park: Park) -> Settings:
    """The settings of the park."""
    return Settings(park.store)


def refused(park: Park, settings: Settings, **changes: str) -> dict[str, str]:
    """Why changes are refused, by setting: `refused(mail_port="x")`."""
    named = {name.replace("_", ".", 1): value for name, value in changes.items()}
    with pytest.raises(Invalid) as error:
        settings.edit(park.installer.again(), {**MAIL, **SMS, **named})
    return error.value.fields


def shown(park: Park, settings: Settings) -> dict[str, str]:
    return {one.name: one.value for one in settings.all(park.viewer)}


def test_what_is_set_is_shown_and_empty_takes_it_back(park: Park, settings: Settings) -> None:
    assert shown(park, settings)["mail.security"] == "starttls"
    settings.edit(park.installer.again(), {**MAIL, "mail.security": "tls", "mail.port": "2465"})
    assert shown(park, settings)["mail.port"] == "2465"
    with park.store.read() as connection:
        found = mail_server(connection, park.store.sealer)
    assert found is not None
    assert (found.host, found.port, found.security) == ("mail.example.com", 2465, MailSecurity.TLS)
    settings.edit(park.installer.again(), {"mail.port": "", "mail.security": "starttls"})
    with park.store.read() as connection:
        found = mail_server(connection, park.store.sealer)
        assert found is not None
        assert found.port == 587
        assert sms_gateway(connection, park.store.sealer) is None
    settings.edit(park.installer.again(), {"mail.host": ""})
    with park.store.read() as connection:
        assert mail_server(connection, park.store.sealer) is None


def test_a_secret_is_sealed_and_only_said_to_be_there(park: Park, settings: Settings) -> None:
    settings.edit(park.installer.again(), {**MAIL, "mail.user": "u", "mail.password": "letters 5150"})
    (password,) = [one for one in settings.all(park.viewer) if one.name == "mail.password"]
    assert (password.value, password.is_set, password.secret) == ("", True, True)
    with park.store.read() as connection:
        stored = connection.execute(select(t.setting.c.value).where(t.setting.c.name == "mail.password")).scalar_one()
        assert "5150" not in stored
        found = mail_server(connection, park.store.sealer)
        assert found is not None
        assert found.password == "letters 5150"
        assert "5150" not in repr(found)
        with pytest.raises(Unreachable):
            mail_server(connection, Sealer(bytes(32)))
        told = connection.execute(select(t.operation.c.action).where(t.operation.c.type == "setting.edit")).scalars()
        assert "5150" not in " ".join(told)
    settings.edit(park.installer.again(), {"mail.user": "", "mail.password": ""})
    assert not any(one.is_set for one in settings.all(park.viewer) if one.secret)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mail_host": "mail example"}, "mail.host"),
        ({"mail_host": "https://mail.example.com"}, "mail.host"),
        ({"mail_host": "x" * 254}, "mail.host"),
        ({"mail_security": "none"}, "mail.security"),
        ({"mail_security": "ssl"}, "mail.security"),
        ({"mail_port": "0"}, "mail.port"),
        ({"mail_port": "65536"}, "mail.port"),
        ({"mail_port": "²"}, "mail.port"),
        ({"mail_timeout": "301"}, "mail.timeout"),
        ({"mail_sender": ""}, "mail.sender"),
        ({"mail_sender": "office"}, "mail.sender"),
        ({"mail_user": "u"}, "mail.password"),
        ({"mail_password": "x"}, "mail.user"),
        ({"mail_sender_name": "A\r\nBcc: x"}, "mail.sender_name"),
        ({"mail_ca_file": "relative.pem"}, "mail.ca_file"),
        ({"mail_ca_file": "/etc/hostname"}, "mail.ca_file"),
        ({"sms_url": "sms.example.com"}, "sms.url"),
        ({"sms_url": "ftp://sms.example.com"}, "sms.url"),
        ({"sms_url": "http://sms.example.com"}, "sms.url"),
        ({"sms_url": "http://8.8.8.8/send"}, "sms.url"),
        ({"sms_url": "https://user:word@sms.example.com"}, "sms.url"),
        ({"sms_url": "https://sms.example.com:x"}, "sms.url"),
        ({"sms_method": "get"}, "sms.format"),
        ({"sms_header": "X Y"}, "sms.header"),
        ({"sms_header": "", "sms_token": "x"}, "sms.header"),
        ({"sms_body": "no json {to} {text}"}, "sms.body"),
        ({"sms_body": '{"to": "{to}"}'}, "sms.body"),
        ({"sms_body": "[" * 1900 + "{to}{text}"}, "sms.body"),
        ({"sms_colour": "red"}, "sms.colour"),
    ],
)
def test_what_is_refused_and_where(park: Park, settings: Settings, changes: dict[str, str], field: str) -> None:
    assert list(refused(park, settings, **changes)) == [field]
    assert shown(park, settings)["mail.host"] == ""


def test_the_own_network_needs_no_encryption_to_a_gateway(park: Park, settings: Settings) -> None:
    for url in ("http://127.0.0.1:8080/send", "http://192.168.1.20/send", "http://localhost/send"):
        settings.edit(park.installer.again(), {"sms.url": url})
        assert shown(park, settings)["sms.url"] == url


def test_nothing_in_a_text_becomes_part_of_the_form() -> None:
    text = '", "to": "+1'
    assert fill('{"to": "{to}", "text": "{text}"}', SmsFormat.JSON, "+48", text) == {"to": "+48", "text": text}
    assert fill("to={to}&text={text}", SmsFormat.FORM, "+48", "a&to=+1 {to}") == [
        ("to", "+48"), ("text", "a&to=+1 {to}"),
    ]  # fmt: skip


def test_a_test_is_posted_to_the_outbox(park: Park, settings: Settings) -> None:
    with pytest.raises(Conflict, match="No mail server"):
        settings.test(park.installer.again(), OutgoingKind.MAIL, "ines@example.com")
    settings.edit(park.installer.again(), {**MAIL, **SMS})
    for kind, bad in ((OutgoingKind.MAIL, "ines"), (OutgoingKind.SMS, "ines")):
        with pytest.raises(Invalid) as error:
            settings.test(park.installer.again(), kind, bad)
        assert list(error.value.fields) == ["to"]
    context = park.installer.again()
    posted = settings.test(context, OutgoingKind.MAIL, "ines@example.com")
    assert settings.test(context, OutgoingKind.MAIL, "ines@example.com") == posted, "the same request is the same test"
    other = settings.test(park.installer.again(), OutgoingKind.SMS, "+48 600 700 800")
    with park.store.read() as connection:
        rows = connection.execute(select(t.outgoing.c.id, t.outgoing.c.kind, t.outgoing.c.address)).all()
    assert rows == [(posted, "mail", "ines@example.com"), (other, "sms", "+48600700800")]


def test_facts_say_where_things_are(park: Park, settings: Settings, site_root: Path) -> None:
    park.beat(base_url="http://192.0.2.5:8700")
    facts = settings.facts(park.viewer)
    assert facts.key_from == f"key file {site_root / 'key'}"
    assert facts.database == str(site_root / "smartplus.db")
    assert facts.database_bytes > 10_000
    assert (facts.agent_url, facts.agent_alive) == ("http://192.0.2.5:8700", True)


@pytest.fixture
def site_root(park: Park) -> Path:
    """The directory of the site."""
    return park.store.path.parent
