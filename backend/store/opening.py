"""Making a site and opening it: whatever must hold before the first row is read is checked here."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sqlalchemy import insert

from backend.domain.context import Clock, new_id, system_clock
from backend.domain.errors import Conflict, NotFound, Unreachable
from backend.store import tables as t
from backend.store.backup import sync_directory, sync_file
from backend.store.driver import make_engine, refuse_network_file_system
from backend.store.keys import load_key, unlock
from backend.store.migrate import migrate, needs_migration, refuse, upgrade
from backend.store.seal import Sealer
from backend.store.site import Site
from backend.store.store import Store


def create_site(root: Path, *, key_file: bool = False, clock: Clock = system_clock) -> Store:
    """Make a site in the directory `root` and open it; `key_file` keeps its key in a file even beside a keyring.

    The database appears whole, with its schema and the canary of its key, or not at all. Raises Conflict when there
    is one already, Unreachable when the place or the driver will not do.
    """
    site = Site(root)
    refuse_network_file_system(root)
    if site.database.exists():
        raise Conflict("site", f"There is a site in {root} already.")
    site.create()
    sealer = Sealer(load_key(site, create=True, key_file=key_file).master)
    temporary = root / f".new-{new_id()}.db"
    try:
        _build(temporary, sealer, clock)
        os.link(temporary, site.database)
    except FileExistsError:
        raise Conflict("site", f"There is a site in {root} already.") from None
    finally:
        temporary.unlink(missing_ok=True)
    sync_directory(root)
    return Store(site.database, sealer, clock=clock)


def open_site(root: Path, *, clock: Clock = system_clock) -> Store:
    """Open the site in `root`, after an upgrade of its schema where one is due (with a verified backup first).

    Raises NotFound without a site; Unreachable for a network file system, another user's site, a driver that would
    damage it, a missing or wrong key, a database newer than the code.
    """
    site = Site(root)
    if not site.database.exists():
        raise NotFound(f"There is no site in {root}.")
    refuse_network_file_system(root)
    _keep_private(site)
    need = needs_migration(site.database)
    refuse(need, site.database)
    sealer = unlock(site.database, load_key(site, create=False))
    if need == "upgrade":
        migrate(site, clock=clock)
    return Store(site.database, sealer, clock=clock)


def _build(path: Path, sealer: Sealer, clock: Clock) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    upgrade(path)
    engine = make_engine(path, writes=True)
    try:
        with engine.begin() as connection:
            row = {"key_id": sealer.key_id, "canary": sealer.canary(), "made_at": clock()}
            connection.execute(insert(t.sealed_key).values(**row))
    finally:
        engine.dispose()
    sync_file(path)


def _keep_private(site: Site) -> None:
    """Take away what other users were allowed meanwhile: 0700 on the directory, 0600 on the database's files."""
    for path in (site.root, *site.root.glob(f"{site.database.name}*")):
        try:
            status = path.stat()
        except FileNotFoundError:  # the last connection of another process has just closed
            continue
        if status.st_uid != os.geteuid():
            raise Unreachable(f"{path} belongs to another user. Only the user who made the site can open it.")
        if status.st_mode & 0o077:
            path.chmod(stat.S_IMODE(status.st_mode) & 0o700)
