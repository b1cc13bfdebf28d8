"""An agent that a terminal started ends with the last of them, and not before."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.agent.presence import Presence
from tests.support.world import until

pytestmark = pytest.mark.feature("AGT-06")
GRACE = 0.3


@pytest.fixture
async def presence(tmp_path: Path) -> AsyncIterator[Presence]:
    """A presence with a short grace, at a place where a dead agent left its socket."""
    (tmp_path / "terminals.sock").touch()
    made = Presence(tmp_path / "terminals.sock", grace=GRACE)
    await made.start()
    yield made
    await made.stop()


async def come(tmp_path: Path) -> asyncio.StreamWriter:
    """A terminal that comes; closing it is going."""
    _, writer = await asyncio.open_unix_connection(tmp_path / "terminals.sock")
    return writer


async def test_without_any_terminal_the_grace_is_all(presence: Presence, tmp_path: Path) -> None:
    began = asyncio.get_running_loop().time()
    async with asyncio.timeout(10):
        await presence.until_alone()
    assert asyncio.get_running_loop().time() - began >= GRACE * 0.9
    assert stat.S_IMODE((tmp_path / "terminals.sock").stat().st_mode) == 0o600


async def test_it_stays_until_the_last_has_gone(presence: Presence, tmp_path: Path) -> None:
    first, second = await come(tmp_path), await come(tmp_path)
    alone = asyncio.create_task(presence.until_alone())
    first.close()
    done, _ = await asyncio.wait({alone}, timeout=GRACE * 3)
    assert not done
    second.close()
    await until(alone.done)


async def test_a_terminal_that_comes_within_the_grace_keeps_it(presence: Presence, tmp_path: Path) -> None:
    first = await come(tmp_path)
    alone = asyncio.create_task(presence.until_alone())
    first.close()
    second = await come(tmp_path)
    done, _ = await asyncio.wait({alone}, timeout=GRACE * 3)
    assert not done
    second.close()
    await until(alone.done)


async def test_a_stopped_presence_leaves_no_socket(tmp_path: Path) -> None:
    presence = Presence(tmp_path / "terminals.sock", grace=GRACE)
    await presence.start()
    await presence.stop()
    assert not (tmp_path / "terminals.sock").exists()
