"""The SQLite driver and how its connections are set up; the rest of the store is the same on every database."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, create_engine, event

from backend.domain.errors import Unreachable

FIXED = (3, 51, 3)
FIXED_BRANCHES = {(3, 50): 7, (3, 44): 6}
NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph"})


def is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset bug (sqlite.org/wal.html): several processes may corrupt the rest."""
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


def refuse_network_file_system(path: Path) -> None:
    """Raise Unreachable when `path` lies on a network file system, whose locks SQLite cannot trust."""
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    resolved = str(path.resolve())
    best = ("", "")
    for line in mounts:
        _, point, kind, *_ = line.split(" ")
        inside = resolved == point or resolved.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best[0]):
            best = (point, kind)
    if best[1] in NETWORK_FILE_SYSTEMS:
        raise Unreachable(
            f"A site cannot live on a network file system ({best[1]} at {best[0]}). Use a local directory."
        )


def make_engine(path: Path, *, writes: bool) -> Engine:
    """An SQLAlchemy engine on the file at `path`.

    A writing engine takes the write lock at once (BEGIN IMMEDIATE): with a plain BEGIN, six writers failed in 441 of
    588 tries. A reading engine can write nothing.
    """
    engine = create_engine(
        f"sqlite:///{path}",
        module=pick_driver(),
        pool_size=5,
        max_overflow=20,
        connect_args={"timeout": 10, "check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000", "trusted_schema=OFF", "mmap_size=0",
                       "temp_store=FILE", "recursive_triggers=ON", "cache_size=-8000"):  # fmt: skip
            cursor.execute(f"PRAGMA {pragma}")
        if not writes:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
