"""Mail server and SMS gateway of a site as typed values, and what is right for each setting (feature SET-05)."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field

from backend.domain.enums import MailSecurity, SmsFormat, SmsMethod
from backend.domain.errors import Invalid
from backend.domain.frozen import Frozen
from backend.domain.names import check_email

PORTS = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}
"""Port of a mail server where none is named."""
SECONDS = 30
"""Limit of one step of sending where none is named."""
MOST_SECONDS = 300

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,39}")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
_PLACES = ("{to}", "{text}")


class MailServer(Frozen):
    """Where mail is handed over; `sender` is the address that it comes from, `timeout` seconds for each step."""

    host: str
    port: int
    security: MailSecurity
    user: str = ""
    password: str = Field(default="", repr=False)
    sender: str
    sender_name: str = ""
    ca_file: str = ""
    timeout: float = SECONDS


class SmsGateway(Frozen):
    """Where text messages are handed over: one HTTP request each.

    `body` has {to} and {text}: a JSON document, or fields as in "to={to}&text={text}". `header` carries `token`.
    `success` has to stand in the answer; "" takes every answer of 2xx.
    """

    url: str
    method: SmsMethod
    header: str = ""
    token: str = Field(default="", repr=False)
    format: SmsFormat
    body: str
    success: str = ""
    timeout: float = SECONDS


class SettingRecord(Frozen):
    """A setting as it is shown; of a secret only whether it is set."""

    name: str
    label: str
    section: str
    value: str
    secret: bool
    is_set: bool


class SiteFacts(Frozen):
    """What is so and cannot be set: where the key comes from, the database, where devices reach the agent."""

    key_from: str
    database: str
    database_bytes: int
    agent_url: str
    agent_alive: bool


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_mail(values: Mapping[str, str]) -> MailServer | None:
    """The mail server from all its settings, None without a host; raises Invalid naming every bad setting.

    Without encryption only this machine is talked to: passwords and codes stand in the mails.
    """
    bad: dict[str, str] = {}
    host = values["mail.host"].strip()
    if not host:
        return None
    if not _HOST.fullmatch(host):
        bad["mail.host"] = "Write the name or address of the server alone, as in mail.example.com."
    security = MailSecurity(values["mail.security"])
    if security is MailSecurity.NONE and not is_loopback(host):
        bad["mail.security"] = "Without encryption only a server on this machine can be used: mails hold passwords."
    if bool(values["mail.user"]) != bool(values["mail.password"]):
        bad["mail.password" if values["mail.user"] else "mail.user"] = "User and password belong together."
    port = _number(values, "mail.port", PORTS[security], 65535, bad)
    timeout = _number(values, "mail.timeout", SECONDS, MOST_SECONDS, bad)
    sender = _sender(values, bad)
    _raise(bad)
    return MailServer(
        host=host,
        port=port,
        security=security,
        user=values["mail.user"].strip(),
        password=values["mail.password"],
        sender=sender,
        sender_name=values["mail.sender_name"].strip(),
        ca_file=values["mail.ca_file"].strip(),
        timeout=timeout,
    )


def check_sms(values: Mapping[str, str]) -> SmsGateway | None:
    """The gateway from all its settings, None without a URL; raises Invalid naming every bad setting."""
    bad: dict[str, str] = {}
    url = values["sms.url"].strip()
    if not url:
        return None
    if sentence := _wrong_url(url):
        bad["sms.url"] = sentence
    method, form = SmsMethod(values["sms.method"]), SmsFormat(values["sms.format"])
    if method is SmsMethod.GET and form is SmsFormat.JSON:
        bad["sms.format"] = "A GET request has no body: choose form."
    header, token = values["sms.header"].strip(), values["sms.token"]
    if header and not _HEADER.fullmatch(header):
        bad["sms.header"] = "The name of a header has letters, digits and hyphens, as in Authorization."
    if token and not header:
        bad["sms.header"] = "Name the header that carries the token, as in Authorization."
    if sentence := _wrong_body(values["sms.body"], form):
        bad["sms.body"] = sentence
    timeout = _number(values, "sms.timeout", SECONDS, MOST_SECONDS, bad)
    _raise(bad)
    return SmsGateway(
        url=url,
        method=method,
        header=header,
        token=token,
        format=form,
        body=values["sms.body"],
        success=values["sms.success"].strip(),
        timeout=timeout,
    )


def _number(values: Mapping[str, str], name: str, default: int, most: int, bad: dict[str, str]) -> int:
    text = values[name].strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        bad[name] = f"A whole number from 1 to {most}."
        return default
    return int(text)


def _sender(values: Mapping[str, str], bad: dict[str, str]) -> str:
    try:
        return check_email(values["mail.sender"])
    except Invalid as error:
        bad["mail.sender"] = str(error)
        return ""


def _wrong_url(url: str) -> str:
    """What is wrong with the address of a gateway, "" for nothing."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or any(letter.isspace() for letter in url):
        return "Write the whole address of the gateway, as in https://sms.example.com/send."
    if parts.username is not None or parts.password is not None:
        return "A password does not belong into the address: put it into the token."
    if parts.scheme == "http" and not _is_near(host):
        return "Without encryption (http) only an address of the own network can be used: texts hold passwords."
    return ""


def _is_near(host: str) -> bool:
    try:
        return is_loopback(host) or ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def _wrong_body(body: str, form: SmsFormat) -> str:
    missing = [place for place in _PLACES if place not in body]
    if missing:
        return f"{' and '.join(missing)} must stand in it: number and text go there."
    try:
        fill(body, form, "", "")
    except (ValueError, RecursionError):
        return 'This is no JSON document. One looks like {"to": "{to}", "text": "{text}"}.'
    return ""


def fill(body: str, form: SmsFormat, to: str, text: str) -> Any:
    """The body with number and text in their places: a JSON value, or (name, value) of each field.

    It is taken apart before they are put in, so that nothing in a text can become part of the form. Raises ValueError
    for a body that is no JSON.
    """
    if form is SmsFormat.JSON:
        return _filled(json.loads(body), to, text)
    return [(_put(name, to, text), _put(value, to, text)) for name, value in parse_qsl(body, keep_blank_values=True)]


def _filled(value: Any, to: str, text: str) -> Any:
    if isinstance(value, str):
        return _put(value, to, text)
    if isinstance(value, list):
        return [_filled(one, to, text) for one in value]
    if isinstance(value, dict):
        return {name: _filled(one, to, text) for name, one in value.items()}
    return value


def _put(template: str, to: str, text: str) -> str:
    """Both places filled at once: a text that holds "{to}" keeps it."""
    return re.sub(r"\{to\}|\{text\}", lambda found: to if found[0] == "{to}" else text, template)


def _raise(bad: dict[str, str]) -> None:
    if bad:
        raise Invalid(bad)
