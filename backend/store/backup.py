"""Backups of the database: complete, verified and private copies, made while others write."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from backend.domain.errors import Unreachable
from backend.store.driver import connect, pick_driver
from backend.store.site import Site

KEEP = 7
"""Backups of one label that stay when a new one is made."""


def make_backup(site: Site, *, at: datetime, label: str = "backup", keep: int = KEEP) -> Path:
    """Write a verified copy of the site's database to its backup directory, mode 0600; answers its path.

    Writers go on meanwhile. The file appears under its name only when it is whole, checked and on the disk; then all
    but the newest `keep` of this label go. What is sealed in it needs the site's key, which is not in it. Raises
    Unreachable, for a full disk too, and leaves nothing half-made.
    """
    target = free_name(site, at, label)
    temporary = target.with_suffix(".tmp")
    try:
        copy_verified(site.database, temporary)
        os.replace(temporary, target)
        sync_directory(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
    for old in list_backups(site, label)[keep:]:
        old.unlink(missing_ok=True)
    return target


def list_backups(site: Site, label: str = "backup") -> list[Path]:
    """The backups of one label, newest first."""
    return sorted(site.backup_directory.glob(f"{label}-????????T??????.??????Z.db"), reverse=True)


def free_name(site: Site, at: datetime, label: str) -> Path:
    """A name in the backup directory, which is made with 0700 where it is missing; names sort by time (UTC)."""
    site.backup_directory.mkdir(mode=0o700, exist_ok=True)
    return site.backup_directory / f"{label}-{at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}.db"


def copy_verified(source: Path, target: Path) -> None:
    """Copy the database `source` to the new file `target` (0600), check the copy and wait until it is on the disk.

    Raises Unreachable when `source` cannot be read or the copy is not sound.
    """
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(connect(source)) as connection:
            connection.execute("PRAGMA temp_store=FILE")
            connection.execute("VACUUM INTO ?", (str(target),))
        with closing(connect(target)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(1)")]
    except pick_driver().Error as error:
        raise Unreachable(f"The database {source} cannot be copied: {error}.") from None
    if found != ["ok"]:
        raise Unreachable(f"The copy of {source} is damaged: {found[0]}.")
    sync_file(target)


def sync_file(path: Path) -> None:
    """Wait until the content of the file is on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def sync_directory(path: Path) -> None:
    """Wait until the names in the directory are on the disk."""
    number = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
