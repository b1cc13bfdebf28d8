"""Action URLs: the templates we write into devices, and what comes back (protocol 3).

Devices know two ways of writing: "mac=$mac:ip=$ip" as the last part of the path, and a query. Ours is
`BASE/a/TOKEN/EVENT/mac=$mac:...`, with the token before anything that a device fills in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from backend.domain.doors import RELAY_LETTERS
from backend.domain.errors import Invalid

PREFIX = "a"
"""First part of the path of our own Action URLs."""

_KEYS = "Config.Features.ACTIONURL."
_MAX_TEMPLATE = 127
_MAX_TARGET = 2_048
_MAX_FIELDS = 40
_MAX_VALUE = 256
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")  # 128 bits and more
_EVENT = re.compile(r"[A-Za-z0-9_]{1,40}")
_NEXT_FIELD = re.compile(r":(?=[A-Za-z0-9_]{1,40}=)")  # a value may hold colons itself: MACs and IPv6 do
_PAIR = re.compile(r"([A-Za-z0-9_]*)=(?:(?!:[A-Za-z0-9_]{1,40}=)[^&?])*")
_SECRET_WORDS = re.compile(r"code|pin|card|passw|pwd|secret|token", re.IGNORECASE)
_STARS = "***"

_VARIABLES: dict[str, tuple[str, ...]] = {
    **{
        f"Relay{letter}{edge}": (f"relay{n}=$relay{n}status",)
        for n, letter in enumerate(RELAY_LETTERS, 1)
        for edge in ("Triggered", "Closed")
    },
    **{
        f"Input{letter}{edge}": (f"input{n}=$input{n}status",)
        for n, letter in enumerate(RELAY_LETTERS, 1)
        for edge in ("Triggered", "Closed")
    },
    "ValidCodeEntered": ("code=$code",),
    "ValidCardEntered": ("card=$card_sn",),
    "InvalidCardEntered": ("card=$card_sn",),
    "InvalidCodeEntered": (),
    "ValidFaceRecognition": (),
    "InvalidFaceRecognition": (),
    "ValidQRCodeEntered": (),
    "InvalidQRCodeEntered": (),
    "AlarmTriggered": ("alarm=$alarmstatus",),
    **{f"BreakInAlarm{letter}": () for letter in RELAY_LETTERS},
    "InputBreakIn": (),
    "InputAlarm": (),
    "AlarmDoorOpenedTimeoutA": (),
    "AlarmDoorOpenedTimeoutB": (),
    "MakeCall": ("remote=$remote",),
    "HangUp": ("remote=$remote",),
    "MotionDetect": (),
}
EVENTS = tuple(_VARIABLES)
"""The events we ask devices to report, by their configuration key."""


@dataclass(frozen=True, slots=True)
class ActionEvent:
    """One call of a device: `event` "" where the path names none, `mac` 12 upper-case hex digits or "".

    `fields` holds what the device filled in, secrets included; `redacted` is what may be shown, stored and logged.
    """

    event: str
    mac: str
    token: str = field(repr=False)
    fields: dict[str, str] = field(repr=False)

    @property
    def redacted(self) -> dict[str, str]:
        """A copy of the fields with PINs, cards and other secrets as stars."""
        return {key: _STARS if _SECRET_WORDS.search(key) else value for key, value in self.fields.items()}


def read_action(target: str) -> ActionEvent:
    """Parse the path and query of a request in either way of writing, or both. Raises `Invalid` when over limits.

    A variable that the device did not know comes as "$name" and is left out.
    """
    if len(target) > _MAX_TARGET:
        raise Invalid({"": "This Action URL is too long."})
    path, _, query = target.partition("?")
    parts = [part for part in path.split("/") if part]
    token = ""
    if len(parts) >= 2 and parts[0] == PREFIX:
        token, parts = parts[1], parts[2:]
    event = unquote(parts.pop(0)) if parts and "=" not in parts[0] else ""
    pairs = [pair for part in parts for pair in _path_fields(part)]
    try:
        pairs += parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise Invalid({"": "This Action URL has too many fields."}) from None
    fields = {key: value[:_MAX_VALUE] for key, value in pairs[:_MAX_FIELDS] if key and not value.startswith("$")}
    mac = re.sub("[^0-9A-F]", "", fields.get("mac", "").upper())
    known_event = event or fields.get("event", "")
    return ActionEvent(
        event=known_event if _EVENT.fullmatch(known_event) else "",
        mac=mac if len(mac) == 12 else "",
        token=token if _TOKEN.fullmatch(token) else "",
        fields=fields,
    )


def redact_target(target: str) -> str:
    """A request's path and query for a log: the token and every secret as stars, cut to a short line."""
    text = "".join(char if char.isprintable() else " " for char in unquote(target[:_MAX_TARGET]))
    text = re.sub(rf"^(/{PREFIX}/)[^/?]*", rf"\1{_STARS}", text)
    return _PAIR.sub(_redact_pair, text)[:200]


def template(base_url: str, token: str, event: str) -> str:
    """The URL to write into a device for one event. Raises `Invalid` over 127 characters, the devices' limit.

    PINs and card numbers are asked for over HTTPS only; the door log tells who it was all the same.
    """
    base = base_url.rstrip("/")
    if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).netloc:
        raise Invalid({"base_url": "Devices need an address that begins with http:// or https://."})
    if not _TOKEN.fullmatch(token):
        raise Invalid({"token": "A device's token has 22 to 64 letters and digits."})
    if event not in _VARIABLES:
        raise Invalid({"event": "Devices do not report such an event."})
    wanted = [part for part in _VARIABLES[event] if base.startswith("https://") or not _SECRET_WORDS.match(part)]
    url = f"{base}/{PREFIX}/{token}/{quote(event)}/{':'.join(['mac=$mac', *wanted])}"
    if len(url) > _MAX_TEMPLATE:
        raise Invalid({"base_url": f"The address is {len(url) - _MAX_TEMPLATE} characters too long for the devices."})
    return url


def settings(known_keys: Collection[str], base_url: str, token: str) -> Mapping[str, str]:
    """The configuration to write so that a device reports to us: only keys that it has, as `config_get` lists them.

    Raises `Invalid` as `template` does.
    """
    values = {
        f"{_KEYS}{event}": template(base_url, token, event) for event in EVENTS if f"{_KEYS}{event}" in known_keys
    }
    if f"{_KEYS}Enable" in known_keys:
        values[f"{_KEYS}Enable"] = "1"
    return values


def _path_fields(part: str) -> list[tuple[str, str]]:
    pairs = (piece.partition("=") for piece in _NEXT_FIELD.split(part))
    return [(unquote(key), unquote(value)) for key, equals, value in pairs if equals]


def _redact_pair(match: re.Match[str]) -> str:
    return f"{match[1]}={_STARS}" if _SECRET_WORDS.search(match[1]) else match[0]
