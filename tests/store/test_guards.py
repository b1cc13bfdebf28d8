"""The guards over the tests themselves: they must bite."""

from __future__ import annotations

import asyncio
import socket

import pytest

from backend.domain.context import agent_context
from backend.store.store import Store
from tests.support.guards import is_loopback


def test_a_connect_inside_a_transaction_raises(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with store.books(agent_context(1)), pytest.raises(AssertionError, match="write lock"):
            socket.create_connection(address)
        socket.create_connection(address).close()


async def test_an_asyncio_connect_inside_a_transaction_raises(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        with store.books(agent_context(1)), pytest.raises(AssertionError, match="write lock"):
            await asyncio.open_connection(host, port)


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.com", "10.0.0.1"])
def test_another_machine_is_never_called(host: str) -> None:
    assert not is_loopback(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as caller, pytest.raises(AssertionError, match="a test calls"):
        caller.connect((host, 9))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_is_called(host: str) -> None:
    assert is_loopback(host)
