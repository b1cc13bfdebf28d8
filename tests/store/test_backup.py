"""Backups: whole, verified and private, also while others write."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from backend.domain.errors import Unreachable
from backend.store.backup import list_backups, make_backup
from backend.store.driver import connect
from backend.store.opening import open_site
from backend.store.site import Site
from backend.store.store import Store
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext
from tests.support.writers import add_pair

pytestmark = pytest.mark.feature("OPS-03")


def counts(path: Path) -> tuple[int, int, int]:
    """Buildings, apartments and operations of pairs."""
    with closing(connect(path)) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM building), (SELECT count(*) FROM apartment),"
            " (SELECT count(*) FROM operation WHERE type = 'test.pair')"
        ).fetchone()
    return (row[0], row[1], row[2])


def test_a_backup_made_while_others_write_holds_whole_units(
    site: Site, store: Store, manager_context: ManagerContext, clock: FakeClock
) -> None:
    community, stop, under_way, failed = manager_context().community_id, threading.Event(), threading.Event(), []

    def write() -> None:
        number = 0
        try:
            while not stop.is_set():
                add_pair(store, community, f"pair {number}")
                number += 1
                under_way.set()
        except Exception as error:
            failed.append(error)
            under_way.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert under_way.wait(30)
        before = counts(site.database)
        saved = make_backup(site, at=clock())
    finally:
        stop.set()
        writer.join()
    after = counts(site.database)
    assert failed == []
    assert len(set(counts(saved))) == 1
    assert before <= counts(saved) <= after
    assert after[0] >= 1


def test_a_backup_is_private_whole_and_alone(site: Site, clock: FakeClock) -> None:
    saved = make_backup(site, at=clock())
    assert saved.name == "backup-20260302T090000.000000Z.db"
    assert saved.stat().st_mode & 0o777 == 0o600
    assert site.backup_directory.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in site.backup_directory.iterdir()] == [saved.name]
    with closing(connect(saved)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_only_the_newest_of_a_label_are_kept(site: Site, clock: FakeClock) -> None:
    other = make_backup(site, at=clock(), label="before-0002")
    made = []
    for _ in range(5):
        clock.advance(hours=1)
        made.append(make_backup(site, at=clock(), keep=3))
    assert list_backups(site) == made[:1:-1]
    assert list_backups(site, "before-0002") == [other]


def test_a_backup_of_a_damaged_database_fails_and_leaves_nothing(site: Site, store: Store, clock: FakeClock) -> None:
    store.close()
    content = bytearray(site.database.read_bytes())
    content[4096 * 3 : 4096 * 12] = bytes(range(256)) * (9 * 16)
    site.database.write_bytes(content)
    with pytest.raises(Unreachable):
        make_backup(site, at=clock())
    assert list(site.backup_directory.iterdir()) == []


def test_a_backup_goes_on_where_the_site_is(site: Site, clock: FakeClock) -> None:
    """A backup is an ordinary database: with the key beside it, it opens."""
    saved = make_backup(site, at=clock())
    site.database.unlink()
    saved.rename(site.database)
    open_site(site.root, clock=clock).close()
