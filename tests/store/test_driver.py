"""The driver: which SQLite may carry a site, and how its connections are set up."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert, text

from backend.domain.context import agent_context
from backend.domain.errors import Unreachable
from backend.store import tables as t
from backend.store.driver import is_safe, make_engine, pick_driver, refuse_network_file_system
from backend.store.site import Site
from backend.store.store import Store

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": 10_000,
    "trusted_schema": 0,
    "mmap_size": 0,
    "temp_store": 1,
    "recursive_triggers": 1,
}


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 9), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_only_a_sqlite_without_the_wal_reset_bug_is_safe(version: tuple[int, ...], safe: bool) -> None:
    assert is_safe(version) is safe


def test_the_driver_picked_is_a_safe_one() -> None:
    assert is_safe(pick_driver().sqlite_version_info)


def test_the_pragmas_are_really_set_on_every_connection(store: Store) -> None:
    context = agent_context(1)
    with store.read() as reader, store.books(context) as work:
        for connection, query_only in ((reader, 1), (work.connection, 0)):
            found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in PRAGMAS}
            assert found == PRAGMAS
            assert connection.execute(text("PRAGMA query_only")).scalar() == query_only


def test_a_reading_connection_writes_nothing(store: Store) -> None:
    with pytest.raises(Unreachable, match="readonly"), store.read() as connection:
        connection.execute(insert(t.setting).values(name="x", value="y"))
    with store.read() as connection:
        assert connection.execute(t.setting.select()).all() == []


def test_a_missing_database_is_not_made_by_mistake(tmp_path: Path) -> None:
    missing = tmp_path / "smartplus.db"
    engine = make_engine(missing, writes=True)
    with pytest.raises(Exception, match="unable to open"):
        engine.connect()
    assert not missing.exists()


@pytest.mark.parametrize("name", ["a?mode=memory", "100% #1", "with space", "Łąka"])
def test_a_directory_of_any_name_holds_a_site(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "x.db"
    path.parent.mkdir()
    path.touch()
    engine = make_engine(path, writes=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE here (n INTEGER)"))
    engine.dispose()
    assert path.stat().st_size > 0


MOUNTS = r"""/dev/vda / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/export /srv/sites nfs4 rw 0 0
/dev/vdb /srv/sites/local xfs rw 0 0
host /mnt/two\040words 9p rw 0 0
user@host: /home/mara/remote fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ("/srv/sites/park", "nfs4"),
        ("/srv/sites", "nfs4"),
        ("/srv/sites/local/park", None),
        ("/srv/sitesother", None),
        ("/var/lib/smartplus", None),
        ("/mnt/two words/park", "9p"),
        ("/home/mara/remote/park", "fuse.sshfs"),
    ],
)
def test_a_network_file_system_is_refused(tmp_path: Path, path: str, refused: str | None) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    if refused is None:
        refuse_network_file_system(Path(path), mounts)
    else:
        with pytest.raises(Unreachable, match=refused):
            refuse_network_file_system(Path(path), mounts)


def test_a_machine_without_a_mount_table_is_not_checked(tmp_path: Path, site: Site) -> None:
    refuse_network_file_system(site.root, tmp_path / "nothing")
