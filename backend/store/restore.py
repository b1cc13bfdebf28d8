"""Putting a backup in the place of the database, and making the doors follow it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import select, update

from backend.domain.context import Clock, Context, system_clock
from backend.domain.enums import CommandState, OutgoingState, Via
from backend.domain.errors import Busy, NotFound
from backend.store import tables as t
from backend.store.backup import copy_verified, free_name, sync_directory, sync_file
from backend.store.driver import connect, pick_driver
from backend.store.keys import load_key, unlock
from backend.store.migrate import needs_migration, refuse, upgrade
from backend.store.site import Site
from backend.store.store import Store
from backend.store.work import Work

WAIT = 2.0
"""Seconds to wait for another program to let go of the database."""


def restore(site: Site, file: Path, *, by: str, clock: Clock = system_clock) -> Path | None:
    """Make the backup `file` the database of `site`; answers where the old database is kept, None without one.

    The backup is copied, checked, upgraded and prepared beside the old database and then takes its place at once:
    every device is dirty and to be read back, commands that wait have expired, texts that wait end unknown, and each
    community's operation log says so in the name of `by`. Raises NotFound without the file, Busy while a terminal or
    the agent has the site open, Unreachable when the backup is damaged, newer than the code or sealed with another key.
    """
    if not file.is_file():
        raise NotFound(f"There is no backup {file}.")
    temporary = site.root / ".restore.db"
    try:
        copy_verified(file, temporary)
        need = needs_migration(temporary)
        refuse(need, file)
        sealer = unlock(temporary, load_key(site, create=False))
        if need == "upgrade":
            upgrade(temporary)
        store = Store(temporary, sealer, clock=clock)
        try:
            _prepare(store, by, file.name)
        finally:
            store.close()
        sync_file(temporary)
        return _replace(site, temporary, clock())
    finally:
        for left in site.root.glob(f"{temporary.name}*"):
            left.unlink(missing_ok=True)


def _prepare(store: Store, by: str, name: str) -> None:
    with store.read() as connection:
        communities = connection.execute(select(t.community.c.id)).scalars().all()
    for community_id in communities:
        with store.write(Context(None, by, community_id, Via.COMMAND), "site.restore") as work:
            work.require("backup.write")
            work.tell(f"Restored the backup {name}", "site", None, name, undoable=False)
            devices = select(t.device.c.id).where(t.device.c.community_id == community_id)
            ids = work.connection.execute(devices).scalars().all()
            work.dirty(ids, "backup restored")
            # What the doors hold is newer than the shadow says: without an age it is read back first.
            work.connection.execute(update(t.device_sync).where(t.device_sync.c.id.in_(ids)).values(read_back_at=None))
            for state, end in (
                (CommandState.QUEUED, CommandState.EXPIRED),
                (CommandState.CLAIMED, CommandState.UNKNOWN),
            ):
                waiting = update(t.command).where(t.command.c.device_id.in_(ids), t.command.c.state == state)
                work.connection.execute(waiting.values(state=end, ended_at=work.at, result="backup restored"))
            _stop_texts(work)


def _stop_texts(work: Work) -> None:
    """What was to leave when the backup was made may have left since: nobody sends it again without a person's word."""
    o = t.outgoing
    due = (OutgoingState.QUEUED, OutgoingState.SENDING, OutgoingState.FAILED)
    work.connection.execute(
        update(o)
        .where(o.c.community_id == work.context.community_id, o.c.state.in_(due))
        .values(state=OutgoingState.UNKNOWN, ended_at=work.at, answer="Backup restored. It may have been sent since.")
    )


def _replace(site: Site, new: Path, at: datetime) -> Path | None:
    if not site.database.exists():
        os.replace(new, site.database)
        sync_directory(site.root)
        return None
    kept = free_name(site, at, "replaced")
    with _sole_access(site.database):
        os.link(site.database, kept)
        for suffix in ("-wal", "-shm", "-journal"):  # a log left behind would be played into the new database
            if (log := Path(f"{site.database}{suffix}")).exists():
                os.replace(log, f"{kept}{suffix}")
        os.replace(new, site.database)
    sync_directory(kept.parent)
    sync_directory(site.root)
    return kept


@contextmanager
def _sole_access(database: Path) -> Iterator[None]:
    """Hold every other program off; raises Busy when one has the database open. A damaged database holds nobody."""
    driver = pick_driver()
    connection = connect(database, wait=WAIT)
    try:
        try:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()  # only possible for the sole connection
            connection.execute("BEGIN EXCLUSIVE")
        except driver.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise Busy("The site is in use. Close every terminal and stop the agent, then try again.") from None
        except driver.DatabaseError:
            pass
        yield
    finally:
        connection.close()
