"""The SQLite driver and how its connections are set up; the rest of the store is the same on every database."""

from __future__ import annotations

import random
import re
import sqlite3
import time
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, QueuePool, create_engine, event

from backend.domain.errors import Busy, Unreachable

FIXED = (3, 51, 3)
FIXED_BRANCHES = {(3, 50): 7, (3, 44): 6}
NETWORK_FILE_SYSTEMS = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "glusterfs", "beegfs", "davfs"),
        *("fuse.glusterfs", "fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.gvfsd-fuse", "fuse.davfs2"),
    }
)
MOUNTS = Path("/proc/self/mounts")
BUSY_SECONDS = 10.0
"""How long a writer waits for the write lock before Busy."""


def is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset bug (sqlite.org/wal.html), by which writers corrupt a file."""
    if version >= FIXED:
        return True
    floor = FIXED_BRANCHES.get((version[0], version[1]))
    return floor is not None and version[2] >= floor


def pick_driver() -> ModuleType:
    """The DB-API module that carries a safe SQLite; raises Unreachable when there is none."""
    try:
        from sqlcipher3 import dbapi2

        if is_safe(dbapi2.sqlite_version_info):
            return dbapi2  # type: ignore[no-any-return]
    except ImportError:
        pass
    if is_safe(sqlite3.sqlite_version_info):
        return sqlite3
    raise Unreachable(
        f"SQLite {sqlite3.sqlite_version} can damage a database that several programs write. "
        "Install the sqlcipher3 package (make install does) or a Python with SQLite 3.51.3 or later."
    )


def refuse_network_file_system(path: Path, mounts: Path | None = None) -> None:
    """Raise Unreachable when `path` lies on a network file system, whose locks SQLite cannot trust.

    `mounts` is the mount table, MOUNTS unless told; a machine without one is not checked.
    """
    try:
        lines = (mounts or MOUNTS).read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return
    resolved = path.resolve()
    best, kind = Path("/"), ""
    for line in lines:
        _, escaped, found, *_ = line.split(" ")
        point = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), escaped))
        if resolved.is_relative_to(point) and len(point.parts) >= len(best.parts):
            best, kind = point, found
    if kind in NETWORK_FILE_SYSTEMS:
        raise Unreachable(f"A site cannot live on a network file system ({kind} at {best}). Use a local directory.")


def connect(path: Path, *, create: bool = False, wait: float | None = None) -> Any:
    """A bare DB-API connection to the file at `path`, in autocommit, usable from any thread.

    It never makes a database by mistake: without `create` a missing file is an error of the driver. `wait` is how many
    seconds to wait for a lock, BUSY_SECONDS unless told.
    """
    return pick_driver().connect(
        f"file:{quote(str(path.absolute()))}?mode={'rwc' if create else 'rw'}",
        uri=True,
        timeout=BUSY_SECONDS if wait is None else wait,
        isolation_level=None,
        check_same_thread=False,
    )


def make_engine(path: Path, *, writes: bool) -> Engine:
    """An SQLAlchemy engine on the file at `path`, which must be there.

    A writing engine takes the write lock at once (BEGIN IMMEDIATE): with a plain BEGIN, six writers failed in 441 of
    588 tries. A reading engine can write nothing. The agent checkpoints the log; wal_autocheckpoint (pages) is only
    the backstop of a site without one.
    """
    engine = create_engine(
        "sqlite://",
        module=pick_driver(),
        creator=lambda: connect(path),
        poolclass=QueuePool,
        pool_size=5,
        max_overflow=20,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF", "mmap_size=0", "temp_store=FILE",
                       "recursive_triggers=ON", "cache_size=-8000", "wal_autocheckpoint=8000"):  # fmt: skip
            cursor.execute(f"PRAGMA {pragma}")
        if not writes:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if writes:
            _take_write_lock(connection.connection.driver_connection)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _take_write_lock(connection: Any) -> None:
    """BEGIN IMMEDIATE, asking again every one to three milliseconds for ten seconds.

    SQLite's own wait looks only every 100 ms after a while: beside a writer that writes on end, another one then
    found the lock taken for ten seconds. Asking often gives everybody a turn.
    """
    connection.execute("PRAGMA busy_timeout=0")
    deadline = time.monotonic() + BUSY_SECONDS
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except connection.OperationalError as error:
                if "locked" not in str(error):
                    raise Unreachable(f"The database cannot be used: {error}") from None
                if time.monotonic() > deadline:
                    raise Busy("The database is busy. Try again.") from None
                time.sleep(random.uniform(0.001, 0.003))  # noqa: S311 - so that two waiters do not march in step
            else:
                return
    finally:
        connection.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
