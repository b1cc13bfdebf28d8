"""A backup where a manager wants it (feature OPS-03)."""

from __future__ import annotations

import os
from pathlib import Path

from backend.domain.context import Context, new_id
from backend.domain.errors import Conflict, NotFound
from backend.services.base import Service
from backend.store.backup import copy_verified, sync_directory


class Backups(Service):
    """Copies of the database of this site."""

    def write(self, context: Context, path: Path) -> Path:
        """Write a verified copy of the database to `path`, mode 0600, while others write; answers the absolute path.

        The file appears when it is whole. It holds no key: what is sealed in it needs the site's. Raises Conflict
        (path) for a file that is there already, NotFound without its directory, Unreachable, for a full disk too.
        """
        target = path.absolute()
        with self.store.read(context, "backup.write"):
            pass
        if not target.parent.is_dir():
            raise NotFound(f"There is no directory {target.parent}.")
        if target.exists():
            raise Conflict("path", f"{target} exists already. A backup never replaces a file.")
        temporary = target.with_name(f".{new_id()}.tmp")
        try:
            copy_verified(self.store.path, temporary)
            os.replace(temporary, target)
            sync_directory(target.parent)
        finally:
            temporary.unlink(missing_ok=True)
        with self.store.write(context.again(), "site.backup") as work:
            work.require("backup.write")
            work.tell("Wrote a backup", "site", None, target.name, undoable=False)
        return target
