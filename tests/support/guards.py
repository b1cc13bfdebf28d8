"""Guards over every test: no network inside a transaction, and none beyond this machine."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import pytest

from backend.store.store import in_transaction


def install(patch: pytest.MonkeyPatch) -> None:
    """Make every connect of a socket check first; raises AssertionError where it must not be."""
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))


def _guarded(connect: Callable[[socket.socket, Any], Any]) -> Callable[[socket.socket, Any], Any]:
    def checked(self: socket.socket, address: Any) -> Any:
        assert not in_transaction.get(), "a network call while the write lock is held"
        assert self.family == socket.AF_UNIX or is_loopback(str(address[0])), f"a test calls {address[0]}"
        return connect(self, address)

    return checked


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine; names other than localhost count as elsewhere."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"
