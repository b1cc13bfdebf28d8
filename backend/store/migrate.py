"""The schema of a database: which one it has, and how it reaches the present one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, event

from backend.domain.context import Clock, system_clock
from backend.domain.errors import Unreachable
from backend.store.backup import make_backup
from backend.store.driver import connect, make_engine, pick_driver
from backend.store.migrations import OURS, Scripts
from backend.store.site import Site

Need = Literal["none", "upgrade", "newer", "empty"]


def needs_migration(path: Path, scripts: Scripts = OURS) -> Need:
    """How the schema of the database at `path` stands to the code's, found without loading Alembic.

    "empty" has no schema of ours at all, "newer" was written by a later version. Raises Unreachable.
    """
    driver = pick_driver()
    try:
        connection = connect(path)
        try:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        finally:
            connection.close()
    except driver.Error as error:
        if "no such table" in str(error):
            return "empty"
        raise Unreachable(f"The database {path} cannot be read: {error}.") from None
    if found is None:
        return "empty"
    if found[0] == scripts.revisions[-1]:
        return "none"
    return "upgrade" if found[0] in scripts.revisions else "newer"


def migrate(site: Site, *, clock: Clock = system_clock, scripts: Scripts = OURS) -> Path | None:
    """Bring the site's database to the present schema, with a verified backup first; answers where the backup is.

    Either the whole upgrade happens or nothing. None when nothing was to do. Raises Unreachable when the database is
    newer than the code or not ours.
    """
    need = needs_migration(site.database, scripts)
    refuse(need, site.database)
    if need == "none":
        return None
    saved = make_backup(site, at=clock(), label=f"before-{scripts.revisions[-1]}")
    upgrade(site.database, scripts)
    return saved


def refuse(need: Need, path: Path) -> None:
    """Raise Unreachable for a database that this version must not write to."""
    if need == "newer":
        raise Unreachable(f"The database {path} was written by a newer version of SmartPlus. Install that version.")
    if need == "empty":
        raise Unreachable(f"The file {path} is not a SmartPlus database.")


def upgrade(path: Path, scripts: Scripts = OURS) -> None:
    """Run the missing steps on the file at `path`, all in one transaction; an empty file gets the whole schema.

    Raises Unreachable when rows refer to rows that are gone afterwards.
    """
    from alembic.operations import Operations

    with migration_context(path, scripts) as context:
        context.run_migrations(op=Operations(context))
        broken = context.connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise Unreachable(f"The upgrade of {path} would lose references of {broken[0][0]}. Nothing was changed.")


@contextmanager
def migration_context(path: Path, scripts: Scripts = OURS) -> Iterator[Any]:
    """Alembic's migration context on a writing transaction of the file, committed at the end of the block.

    Foreign keys are not enforced meanwhile: a step that rebuilds a table drops the old one.
    """
    engine = make_engine(path, writes=True)

    @event.listens_for(engine, "connect")
    def _loosen(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA foreign_keys=OFF")

    try:
        with engine.begin() as connection:
            yield _context(connection, scripts)
    finally:
        engine.dispose()


def _context(connection: Connection, scripts: Scripts) -> Any:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    directory = ScriptDirectory(str(scripts.directory), version_locations=[str(scripts.directory)])

    def missing(current: Any, _context: Any) -> Any:
        return directory._upgrade_revs("head", current)

    return MigrationContext.configure(connection, opts={"fn": missing})
