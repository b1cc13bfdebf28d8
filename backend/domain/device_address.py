"""The address of a device as a person writes it: scheme, host and port."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from backend.domain.errors import Invalid

Scheme = Literal["http", "https"]
DEFAULT_PORTS: dict[Scheme, int] = {"http": 80, "https": 443}
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


@dataclass(frozen=True, slots=True)
class DeviceAddress:
    """Scheme, host and port of a device; `str()` gives the origin without a port that is the default one."""

    scheme: Scheme
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> DeviceAddress:
        """Read what a person typed: "10.0.0.5", "door.lan:8080", "https://[fe80::1]/"; http where no scheme is given.

        Raises `Invalid` with the field "address" for other schemes, a login, a path, a bad host or port.
        """
        parts = _split(text.strip())
        scheme: Scheme = "https" if parts.scheme == "https" else "http"
        if parts.scheme not in DEFAULT_PORTS:
            raise _wrong("Only http:// and https:// addresses can be used.")
        if parts.username is not None or parts.password is not None:
            raise _wrong("Leave the user name and password out of the address; they have fields of their own.")
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise _wrong("Give the address only, without a page behind it.")
        host = parts.hostname or ""
        if not _host_is_usable(host):
            raise _wrong("This is not an IP address or host name, such as 192.168.1.20.")
        return cls(scheme, host, _port(parts) or DEFAULT_PORTS[scheme])

    @property
    def default_port(self) -> bool:
        """Whether the port is the usual one of the scheme."""
        return self.port == DEFAULT_PORTS[self.scheme]

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" if self.default_port else f"{self.scheme}://{host}:{self.port}"


def typed_address(text: str) -> tuple[DeviceAddress, dict[str, str]]:
    """What was typed, and what is wrong with it by field; an address that cannot be read is one without a host."""
    try:
        return DeviceAddress.parse(text), {}
    except Invalid as error:
        return DeviceAddress("http", "", DEFAULT_PORTS["http"]), error.fields


def _split(text: str) -> SplitResult:
    if len(text) > 300 or not text.isprintable():
        raise _wrong("This is not an address.")
    try:
        bare_ipv6 = ipaddress.ip_address(text).version == 6
    except ValueError:
        bare_ipv6 = False
    if bare_ipv6:
        text = f"[{text}]"
    try:
        return urlsplit(text if "://" in text else f"http://{text}")
    except ValueError:
        raise _wrong("This is not an address.") from None


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        raise _wrong("A port is a number from 1 to 65535.") from None
    if port == 0 or parts.netloc.endswith(":"):
        raise _wrong("A port is a number from 1 to 65535.")
    return port


def _host_is_usable(host: str) -> bool:
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        labels = host.removesuffix(".").split(".")
        # "10.1" and "2130706433" are addresses to the resolver, and never the one that was meant
        return len(host) <= 253 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    return not (ip.is_multicast or ip.is_unspecified or str(ip) == "255.255.255.255")


def _wrong(sentence: str) -> Invalid:
    return Invalid({"address": sentence})
