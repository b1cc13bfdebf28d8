"""Several processes on one site: nobody is told Busy, nothing is lost, nothing is half-done."""

from __future__ import annotations

from contextlib import ExitStack, closing

import pytest
from sqlalchemy import func, select

from backend.domain.context import agent_context
from backend.domain.errors import Busy
from backend.store import tables as t
from backend.store.driver import connect
from backend.store.opening import open_site
from backend.store.site import Site
from backend.store.store import Store
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext, insert_community
from tests.support.writers import add_pair, other_process, receive, stop_midway, write_for_ever, write_units

WRITERS = 4
UNITS = 50


@pytest.fixture
def community(store: Store) -> int:
    with store.write(agent_context(1), "test.prepare") as work:
        work.require("community.write")
        return insert_community(work)


def pairs(store: Store) -> dict[str, int]:
    """How many rows, operations and images the pairs have left, and the topic's version."""
    with store.read() as connection:

        def count(table: object, *where: object) -> int:
            return connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()  # type: ignore[arg-type]

        topic = select(t.topic.c.version).where(t.topic.c.name == "buildings")
        return {
            "buildings": count(t.building),
            "apartments": count(t.apartment),
            "operations": count(t.operation, t.operation.c.type == "test.pair", t.operation.c.action != ""),
            "images": count(t.change, t.change.c.table_name.in_(("building", "apartment"))) // 2,
            "topic": connection.execute(topic).scalar() or 0,
        }


def soundness(site: Site) -> str:
    """What SQLite says of the file."""
    with closing(connect(site.database)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def test_several_processes_write_at_once_and_lose_nothing(store: Store, site: Site, community: int) -> None:
    with ExitStack() as stack:
        writers = [
            stack.enter_context(other_process(write_units, site.root, community, number, UNITS))
            for number in range(WRITERS)
        ]
        for _, pipe in writers:
            assert receive(pipe) == "ready"
        for _, pipe in writers:
            pipe.send("go")
        longest = max(receive(pipe) for _, pipe in writers)
    assert set(pairs(store).values()) == {WRITERS * UNITS}
    assert soundness(site) == "ok"
    assert longest < 1


def test_a_writer_killed_within_a_transaction_leaves_nothing(store: Store, site: Site, community: int) -> None:
    with other_process(stop_midway, site.root, community) as (process, pipe):
        assert receive(pipe) == "midway"
        process.kill()
        process.join()
    assert set(pairs(store).values()) == {0}
    add_pair(store, community, "whole")  # and the lock is free again
    assert set(pairs(store).values()) == {1}
    assert soundness(site) == "ok"


def test_a_writer_killed_at_any_moment_leaves_whole_units(site: Site, store: Store, community: int) -> None:
    with other_process(write_for_ever, site.root, community) as (process, pipe):
        told = -1
        while told < 20:
            told = receive(pipe)
        process.kill()
        process.join()
        while pipe.poll():
            try:
                told = pipe.recv()
            except EOFError:
                break
    left = set(pairs(store).values())
    assert len(left) == 1
    assert left.pop() >= told + 1  # what was told as committed is there
    assert soundness(site) == "ok"


def test_a_writer_that_waits_too_long_is_told_busy(
    site: Site, clock: FakeClock, manager_context: ManagerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = manager_context()
    monkeypatch.setattr("backend.store.driver.BUSY_SECONDS", 0.05)
    with closing(connect(site.database)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        other = open_site(site.root, clock=clock)
        with pytest.raises(Busy), other.books(context):
            pass
        other.close()
