"""Making and opening a site: private, whole, refused where it would not be safe, and quick."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from backend.domain.errors import Conflict, NotFound, SmartPlusError, Unreachable
from backend.store import tables as t
from backend.store.opening import create_site, open_site
from backend.store.site import Site
from backend.store.store import Store
from tests.support.clock import START, FakeClock

QUICK = """
import sys
from pathlib import Path
from backend.store.opening import open_site
store = open_site(Path(sys.argv[1]))
with store.read() as connection:
    connection.exec_driver_sql("SELECT count(*) FROM holder").scalar()
store.close()
print(*sorted({"alembic", "keyring", "mako"} & set(sys.modules)))
"""


def test_a_new_site_is_private_and_whole(tmp_path: Path, clock: FakeClock) -> None:
    store = create_site(tmp_path / "park", key_file=True, clock=clock)
    with store.read() as connection:
        (row,) = connection.execute(select(t.sealed_key)).all()
    assert (row.key_id, row.made_at) == (store.sealer.key_id, START)
    store.close()
    site = Site(tmp_path / "park")
    assert site.root.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in site.root.iterdir()}
    assert modes == {"smartplus.db": 0o600, "key": 0o600}


def test_the_log_of_an_open_site_is_private_too(tmp_path: Path) -> None:
    store = create_site(tmp_path / "park", key_file=True)
    with store.read() as connection:
        connection.execute(select(t.topic)).all()
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "park").glob("smartplus.db*")}
    store.close()
    assert modes == dict.fromkeys(("smartplus.db", "smartplus.db-wal", "smartplus.db-shm"), 0o600)


def test_a_site_is_made_once(site: Site, clock: FakeClock) -> None:
    before = site.database.read_bytes()
    with pytest.raises(Conflict, match="already"):
        create_site(site.root, key_file=True, clock=clock)
    assert site.database.read_bytes() == before


def test_of_two_that_make_a_site_at_once_one_does(tmp_path: Path) -> None:
    barrier, made, refused = threading.Barrier(2), [], []

    def make() -> None:
        barrier.wait(30)
        try:
            made.append(create_site(tmp_path / "park", key_file=True))
        except Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(refused)) == (1, 1)
    made[0].close()
    open_site(tmp_path / "park").close()
    assert {path.name for path in (tmp_path / "park").iterdir()} == {"smartplus.db", "key"}


def test_a_directory_without_a_site_is_not_found_and_stays_empty(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no site"):
        open_site(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_key_is_refused_before_anything_is_written(site: Site, clock: FakeClock) -> None:
    site.key_file.write_text("ab" * 32)
    before = site.database.read_bytes()
    with pytest.raises(Unreachable, match="not the key"):
        open_site(site.root, clock=clock)
    assert site.database.read_bytes() == before


def test_a_missing_key_is_refused_and_none_is_made(site: Site, clock: FakeClock) -> None:
    site.key_file.unlink()
    with pytest.raises(Unreachable, match="was not found"):
        open_site(site.root, clock=clock)
    assert not site.key_file.exists()


def test_a_file_that_is_not_ours_is_refused(site: Site) -> None:
    site.database.write_bytes(b"")
    with pytest.raises(Unreachable, match="not a SmartPlus database"):
        open_site(site.root)


def test_modes_that_have_become_loose_are_tightened(site: Site, clock: FakeClock) -> None:
    site.root.chmod(0o755)
    site.database.chmod(0o644)
    open_site(site.root, clock=clock).close()
    assert (site.root.stat().st_mode & 0o777, site.database.stat().st_mode & 0o777) == (0o700, 0o600)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_site_of_another_user_is_refused(site: Site) -> None:
    os.chown(site.root, 4711, 4711)
    with pytest.raises(Unreachable, match="another user"):
        open_site(site.root)


def test_a_network_file_system_is_refused_for_making_and_opening(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/export {str(tmp_path.resolve()).replace(' ', chr(92) + '040')} nfs4 rw 0 0\n")
    monkeypatch.setattr("backend.store.driver.MOUNTS", mounts)
    attempts: tuple[Callable[[], Store], ...] = (
        lambda: create_site(tmp_path / "new", key_file=True),
        lambda: open_site(site.root),
    )
    for attempt in attempts:
        with pytest.raises(SmartPlusError, match="network file system"):
            attempt()
    assert not (tmp_path / "new").exists()


def test_the_usual_opening_loads_neither_alembic_nor_keyring(site: Site) -> None:
    done = subprocess.run(
        [sys.executable, "-c", QUICK, str(site.root)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == ""


def test_the_usual_opening_is_quick(site: Site, clock: FakeClock) -> None:
    def once() -> float:
        began = time.perf_counter()
        open_site(site.root, clock=clock).close()
        return time.perf_counter() - began

    assert min(once() for _ in range(20)) < 0.02
