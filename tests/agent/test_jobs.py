"""What the agent does beside the devices: it empties the database's log while terminals keep the site open."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from backend.agent import jobs
from backend.agent.jobs import Jobs
from backend.domain.context import agent_context
from backend.store import tables as t
from backend.store.opening import open_site
from backend.store.site import Site
from backend.store.store import Store
from backend.store.wal import wal_bytes
from tests.agent.running import served
from tests.support.world import World, until

pytestmark = pytest.mark.feature("OPS-07")


def write(store: Store, name: bytes) -> None:
    """Make the log grow by 100 kB."""
    with store.books(agent_context(1)) as work:
        work.connection.execute(insert(t.body).values(mac=name, sealed=bytes(100_000)))


async def test_the_log_is_emptied_once_a_minute(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Jobs(store, agent_context(1))
    write(store, b"one")
    await odd.tick()
    await until(lambda: wal_bytes(store.path) == 0)
    write(store, b"two")
    await odd.tick()
    await odd.aclose()
    assert wal_bytes(store.path) > 100_000
    monkeypatch.setattr(jobs, "TIDY_EVERY", 0.0)
    await odd.tick()
    await until(lambda: wal_bytes(store.path) == 0)
    await odd.aclose()


async def test_a_reader_delays_it_and_nobody_waits(site: Site, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "TIDY_EVERY", 0.0)
    odd, terminal = Jobs(store, agent_context(1)), open_site(site.root)
    write(store, b"one")
    with terminal.read() as connection:
        connection.execute(select(t.body.c.mac)).all()
        write(store, b"two")
        await odd.tick()
        await odd.aclose()
        assert wal_bytes(store.path) > 100_000
        write(store, b"three")
    await odd.tick()
    await until(lambda: wal_bytes(store.path) == 0)
    await odd.aclose()
    terminal.close()


async def test_a_running_agent_does_it(gate: World, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "TIDY_EVERY", 0.0)
    write(gate.store, b"one")
    before = wal_bytes(gate.store.path)
    async with served(gate, site):
        await until(lambda: wal_bytes(gate.store.path) < before, 20)
