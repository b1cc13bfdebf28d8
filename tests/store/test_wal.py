"""The write-ahead log is measured and brought back without making anybody wait."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import insert, select

from backend.domain.context import agent_context
from backend.store import tables as t
from backend.store.store import Store
from backend.store.wal import checkpoint, wal_bytes


def write(store: Store, name: bytes) -> None:
    with store.books(agent_context(1)) as work:
        work.connection.execute(insert(t.body).values(mac=name, sealed=bytes(20_000)))


def test_a_checkpoint_empties_the_log(store: Store) -> None:
    write(store, b"one")
    assert wal_bytes(store.path) > 20_000
    assert checkpoint(store)
    assert wal_bytes(store.path) == 0


def test_a_log_that_somebody_reads_stays_and_nobody_waits(store: Store) -> None:
    write(store, b"one")
    with store.read() as connection:
        assert connection.execute(select(t.body.c.mac)).all() == [(b"one",)]
        write(store, b"two")
        began = time.monotonic()
        assert not checkpoint(store)
        assert time.monotonic() - began < 2
        assert wal_bytes(store.path) > 20_000
    assert checkpoint(store)


def test_a_database_without_a_log_has_none(tmp_path: Path) -> None:
    assert wal_bytes(tmp_path / "x.db") == 0
