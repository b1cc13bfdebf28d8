"""The write-ahead log of the database: its size, and bringing it back into the file."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from backend.domain.errors import Unreachable
from backend.store.driver import connect, pick_driver
from backend.store.store import Store

WARN_BYTES = 64 * 1024 * 1024
"""A log beyond this means that something reads for too long, or that nobody checkpoints."""


def wal_bytes(path: Path) -> int:
    """Size in bytes of the log of the database at `path`; 0 without one."""
    try:
        return os.stat(f"{path}-wal").st_size
    except FileNotFoundError:
        return 0


def checkpoint(store: Store) -> bool:
    """Bring the log back into the file and empty it; answers whether it is empty now.

    Never waits for readers and never makes a writer wait for them: what somebody still reads stays for the next time.
    Raises Unreachable.
    """
    try:
        with closing(connect(store.path, wait=0)) as connection:
            _, pages, done = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if pages != done:
                return False
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
    except pick_driver().Error as error:
        raise Unreachable(f"The log of {store.path} cannot be written back: {error}.") from None
