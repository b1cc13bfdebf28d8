"""What the other processes of a test do; importable, so that their interpreter finds it."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from backend.domain.context import agent_context
from backend.store.opening import open_site
from backend.store.store import Store
from tests.support.rows import insert_apartment, insert_building

FRESH = multiprocessing.get_context("forkserver")
"""Processes forked from a fresh interpreter that has only imported this: as clean as spawned ones, a second sooner."""
FRESH.set_forkserver_preload(["__main__", "tests.support.writers"])
PATIENCE = 30.0
"""Seconds that a test waits for another process at most."""


@contextmanager
def other_process(work: Callable[..., None], *arguments: Any) -> Iterator[tuple[Any, Connection]]:
    """A process that runs `work(pipe, *arguments)`, with the other end of its pipe; killed at the end of the block."""
    here, there = FRESH.Pipe()
    process = FRESH.Process(target=work, args=(there, *arguments), daemon=True)
    process.start()
    there.close()
    try:
        yield process, here
    finally:
        process.kill()
        process.join()
        here.close()


def receive(pipe: Connection) -> Any:
    """The next message, within a bound; raises EOFError when the process has died."""
    assert pipe.poll(PATIENCE), "the other process does not answer"
    return pipe.recv()


def add_pair(store: Store, community_id: int, name: str) -> None:
    """One unit of work with two rows that belong together: a building and its apartment."""
    with store.write(agent_context(community_id), "test.pair") as work:
        work.require("building.write")
        insert_apartment(work, insert_building(work, community_id, name), "1001")
        work.tell(f"Added {name}", "building", None, name)
        work.touch("buildings")


def write_units(pipe: Connection, root: Path, community_id: int, writer: int, units: int) -> None:
    """Say "ready", wait for the start, write `units` pairs as fast as it goes, answer the longest lock."""
    store = open_site(root)
    pipe.send("ready")
    pipe.recv()
    for number in range(units):
        add_pair(store, community_id, f"{writer}/{number}")
    pipe.send(store.longest_lock)
    store.close()


def write_for_ever(pipe: Connection, root: Path, community_id: int) -> None:
    """Write pairs and tell the number of each that is committed, until killed."""
    store = open_site(root)
    number = 0
    while True:
        add_pair(store, community_id, f"endless {number}")
        pipe.send(number)
        number += 1


def stop_midway(pipe: Connection, root: Path, community_id: int) -> None:
    """Hold a transaction with half a pair written, until killed."""
    store = open_site(root)
    with store.write(agent_context(community_id), "test.pair") as work:
        work.require("building.write")
        insert_building(work, community_id, "half")
        work.tell("Added half", "building", None, "half")
        work.touch("buildings")
        work.finish()
        pipe.send("midway")
        pipe.recv()


def touch_on_demand(pipe: Connection, root: Path) -> None:
    """Commit the topics that are sent, one commit each, and answer the monotonic time after it."""
    store = open_site(root)
    pipe.send("ready")
    while True:
        topic = pipe.recv()
        with store.books(agent_context(1)) as work:
            work.touch(topic)
        pipe.send(time.monotonic())


def hold_open(pipe: Connection, root: Path) -> None:
    """Keep the site open, as a terminal does, until told."""
    store = open_site(root)
    with store.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    pipe.send("open")
    pipe.recv()
    store.close()
