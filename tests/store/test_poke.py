"""The poke: a datagram that wakes the agent, and that nobody has to wait for."""

from __future__ import annotations

import asyncio
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.domain.errors import Unreachable
from backend.store.poke import PokeListener, poke
from backend.store.site import Site

LONG = 10.0
"""Seconds: a bound, not a wait."""


@pytest.fixture
def far_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site whose directory is too long for the name of a socket."""
    with tempfile.TemporaryDirectory(prefix="short-") as short:
        monkeypatch.setattr("tempfile.tempdir", short)
        yield Site(tmp_path / ("long" * 30))


async def test_a_poke_wakes_the_listener(site: Site) -> None:
    async with PokeListener(site) as listener:
        waiting = asyncio.create_task(listener.wait(LONG))
        await asyncio.sleep(0)
        poke(site)
        assert await waiting


async def test_many_pokes_count_as_one_and_none_as_none(site: Site) -> None:
    async with PokeListener(site) as listener:
        for _ in range(5000):  # more than the kernel keeps: a full queue is no error
            poke(site)
        assert await listener.wait(LONG)
        assert not await listener.wait(0.05)


async def test_a_poke_before_the_wait_is_not_lost(site: Site) -> None:
    async with PokeListener(site) as listener:
        poke(site)
        assert await listener.wait(LONG)


def test_a_poke_at_nobody_is_no_error(site: Site) -> None:
    poke(site)
    stale = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    stale.bind(str(site.socket("agent")))
    stale.close()
    poke(site)


async def test_the_socket_is_private_and_goes_with_the_listener(site: Site) -> None:
    async with PokeListener(site):
        mode = site.socket("agent").stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o600
    assert not site.socket("agent").exists()


async def test_the_socket_of_a_killed_agent_is_replaced(site: Site) -> None:
    stale = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    stale.bind(str(site.socket("agent")))
    stale.close()
    async with PokeListener(site) as listener:
        poke(site)
        assert await listener.wait(LONG)


async def test_a_file_that_is_no_socket_is_left_alone(site: Site) -> None:
    site.socket("agent").write_text("mine")
    with pytest.raises(Unreachable, match="cannot listen"):
        await PokeListener(site).__aenter__()
    assert site.socket("agent").read_text() == "mine"


async def test_a_long_directory_gets_a_short_private_stand_in(far_site: Site) -> None:
    far_site.create()
    async with PokeListener(far_site) as listener:
        path = far_site.socket("agent")
        assert path.parent != far_site.root
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        poke(far_site)
        assert await listener.wait(LONG)


async def test_a_stand_in_that_others_may_enter_is_refused(far_site: Site) -> None:
    far_site.create()
    directory = far_site.socket("agent").parent
    directory.mkdir(mode=0o777)
    directory.chmod(0o777)
    with pytest.raises(Unreachable, match="alone"):
        await PokeListener(far_site).__aenter__()
