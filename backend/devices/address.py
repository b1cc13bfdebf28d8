"""Where a device is and how to log in there; no secret of it can be printed."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from backend.domain.device_address import DEFAULT_PORTS, DeviceAddress, Scheme
from backend.domain.errors import Invalid

__all__ = ["NO_SECRET", "Auth", "DeviceAddress", "Endpoint", "Scheme", "Secret", "upgrade_of"]

_PIN = re.compile(r"[0-9a-f]{64}")


class Auth(StrEnum):
    """How the device's HTTP API is set to recognise us (protocol 1.2)."""

    NONE = "none"
    BASIC = "basic"
    DIGEST = "digest"
    ALLOWLIST = "allowlist"


class Secret:
    """A password that shows as three stars wherever it is printed, logged or part of an exception."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The password itself, for the one place that needs it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(***)"


NO_SECRET = Secret("")
"""For endpoints without a login."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A device's address with all that is needed to talk to it.

    `tls_pin` is the SHA-256 of the DER certificate in hex (colons and capitals are accepted). `legacy_tls` admits
    outdated protocol versions and keys, for this device only. Raises `Invalid` for a malformed pin or user name.
    """

    address: DeviceAddress
    auth: Auth = Auth.NONE
    username: str = ""
    password: Secret = field(default=NO_SECRET, repr=False)
    tls_pin: str | None = None
    legacy_tls: bool = False

    def __post_init__(self) -> None:
        if not self.username.isprintable() or '"' in self.username or "\\" in self.username:
            raise Invalid({"username": "The user name has a character that a device cannot read."})
        if self.tls_pin is not None:
            pin = self.tls_pin.replace(":", "").strip().lower()
            if not _PIN.fullmatch(pin):
                raise Invalid({"tls_pin": "A certificate fingerprint has 64 hexadecimal digits (SHA-256)."})
            object.__setattr__(self, "tls_pin", pin)


def upgrade_of(address: DeviceAddress, location: str) -> DeviceAddress | None:
    """HTTPS on the same host, if that is all a redirect asks for (protocol 1.1); else None."""
    try:
        parts = urlsplit(location.strip())
        port = parts.port or DEFAULT_PORTS["https"]
    except ValueError:
        return None
    same_host = (parts.hostname or "").lower() == address.host.lower()
    if address.scheme != "http" or parts.scheme != "https" or not same_host or parts.username is not None:
        return None
    return DeviceAddress("https", address.host, port)
