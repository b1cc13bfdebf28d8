"""The schema: models and migrations agree, an upgrade happens whole and with a backup, a newer one is left alone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from backend.domain.errors import Unreachable
from backend.store import tables as t
from backend.store.driver import connect, make_engine
from backend.store.migrate import migrate, needs_migration, upgrade
from backend.store.migrations import OURS, Scripts
from backend.store.opening import open_site
from backend.store.site import Site
from backend.store.store import Store
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext

NEXT = "next"
NEXT_STEP = """
revision = "next"
down_revision = "{last}"

def upgrade(op):
    op.execute("ALTER TABLE building ADD COLUMN colour TEXT NOT NULL DEFAULT 'white'")
    {more}
"""


@pytest.fixture
def modelled(tmp_path: Path) -> Iterator[Connection]:
    """A database made from the models alone."""
    path = tmp_path / "modelled.db"
    path.touch()
    engine = make_engine(path, writes=True)
    with engine.begin() as connection:
        t.metadata.create_all(connection)
        yield connection
    engine.dispose()


def next_scripts(tmp_path: Path, more: str = "") -> Scripts:
    """Our steps and one more."""
    directory = tmp_path / "steps"
    shutil.copytree(OURS.directory, directory, ignore=shutil.ignore_patterns("__pycache__"))
    (directory / "next_colour.py").write_text(NEXT_STEP.format(last=OURS.revisions[-1], more=more))
    return Scripts(directory, (*OURS.revisions, NEXT))


def query(path: Path, sql: str) -> list[Any]:
    with closing(connect(path)) as connection:
        return list(connection.execute(sql).fetchall())


def set_revision(path: Path, revision: str) -> None:
    with closing(connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def structure(connection: Connection) -> dict[str, Any]:
    """All that SQLite knows of the schema, free of layout and of the order in which it was written."""

    def ask(pragma: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.execute(text(f"PRAGMA {pragma}"))]

    found: dict[str, Any] = {}
    for name, kind, sql in connection.execute(text("SELECT name, type, sql FROM sqlite_master WHERE sql <> ''")):
        if kind == "index":
            found[name] = " ".join(sql.split())
        elif name != "alembic_version" and not name.startswith("sqlite_"):
            found[name] = {
                "columns": {column[1]: column[2:] for column in ask(f"table_xinfo({name})")},
                "references": sorted(row[2:] for row in ask(f"foreign_key_list({name})")),
                "checks": sorted(re.findall(r"CONSTRAINT (ck_\w+ CHECK \(.*\))", sql)),
                "names": sorted(re.findall(r"CONSTRAINT (\w+)", sql)),
                "autoincrement": "AUTOINCREMENT" in sql,
            }
    return found


def test_models_and_migrations_agree_to_the_last_default(store: Store, modelled: Connection) -> None:
    with store.read() as connection:
        migrated, wanted = structure(connection), structure(modelled)
    assert migrated.keys() == wanted.keys()
    for name, found in migrated.items():
        assert found == wanted[name], name


def test_alembic_finds_nothing_to_do(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), t.metadata) == []


def test_every_vocabulary_is_checked_by_the_database(store: Store) -> None:
    with store.read() as connection:
        found = structure(connection)
    checks = {check.split()[0] for table in found.values() if isinstance(table, dict) for check in table["checks"]}
    assert "ck_credential_status" in checks
    assert len(checks) == sum(len(table["checks"]) for table in found.values() if isinstance(table, dict))
    with closing(connect(store.path)) as bare, pytest.raises(Exception, match="CHECK constraint failed"):
        bare.execute("INSERT INTO community (pin_mode) VALUES ('guess')")


def test_the_revisions_named_are_those_that_are_there() -> None:
    from alembic.script import ScriptDirectory

    directory = ScriptDirectory(str(OURS.directory), version_locations=[str(OURS.directory)])
    assert [step.revision for step in directory.walk_revisions()][::-1] == list(OURS.revisions)


def test_a_present_database_needs_nothing(site: Site, clock: FakeClock) -> None:
    assert needs_migration(site.database) == "none"
    assert migrate(site, clock=clock) is None
    assert not site.backup_directory.exists()


def test_a_file_that_is_no_database_of_ours_is_told(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    path.touch()
    assert needs_migration(path) == "empty"
    path.write_text("not a database at all" * 100)
    with pytest.raises(Unreachable, match="cannot be read"):
        needs_migration(path)


@pytest.mark.feature("OPS-03")
def test_an_upgrade_keeps_the_rows_and_makes_a_verified_backup_first(
    site: Site, store: Store, manager_context: ManagerContext, clock: FakeClock, tmp_path: Path
) -> None:
    manager_context(name="Mara")
    store.close()
    scripts = next_scripts(tmp_path)
    assert needs_migration(site.database, scripts) == "upgrade"
    saved = migrate(site, clock=clock, scripts=scripts)
    assert needs_migration(site.database, scripts) == "none"
    assert query(site.database, "SELECT name FROM manager") == [("Mara",)]
    assert query(site.database, "SELECT count(colour) FROM building") == [(0,)]
    assert saved is not None
    assert query(saved, "SELECT name FROM manager") == [("Mara",)]
    assert needs_migration(saved, scripts) == "upgrade"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ("raise KeyError('a fault in the step')", KeyError),
        ("op.execute(\"INSERT INTO building (community_id, name) VALUES (4711, 'lost')\")", Unreachable),
    ],
)
def test_an_upgrade_that_fails_leaves_the_database_as_it_was(
    site: Site, clock: FakeClock, tmp_path: Path, more: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        migrate(site, clock=clock, scripts=next_scripts(tmp_path, more))
    assert needs_migration(site.database) == "none"
    assert "colour" not in {row[1] for row in query(site.database, "PRAGMA table_info(building)")}
    open_site(site.root).close()


def test_a_second_upgrade_at_the_same_time_finds_nothing_to_do(site: Site, tmp_path: Path) -> None:
    scripts = next_scripts(tmp_path)
    upgrade(site.database, scripts)
    upgrade(site.database, scripts)
    assert needs_migration(site.database, scripts) == "none"


@pytest.mark.feature("OPS-03")
def test_a_database_newer_than_the_code_is_not_touched(site: Site, clock: FakeClock) -> None:
    set_revision(site.database, "9999")
    before = site.database.read_bytes()
    for attempt in (lambda: open_site(site.root, clock=clock), lambda: migrate(site, clock=clock)):
        with pytest.raises(Unreachable, match="newer version"):
            attempt()
    assert site.database.read_bytes() == before
