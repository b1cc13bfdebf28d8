"""Restoring: the old database is kept, the doors are made to follow, and nobody has the site open meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from backend.domain.context import agent_context, new_id
from backend.domain.enums import CommandState, CommandVerb, OutgoingKind, OutgoingState, Role
from backend.domain.errors import Busy, NotFound, Unreachable
from backend.store import tables as t
from backend.store.backup import make_backup
from backend.store.driver import connect
from backend.store.opening import create_site, open_site
from backend.store.restore import restore
from backend.store.site import Site
from backend.store.store import Store
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext, insert_device
from tests.support.writers import hold_open, other_process, receive

pytestmark = pytest.mark.feature("OPS-03")


@pytest.fixture
def saved(site: Site, store: Store, manager_context: ManagerContext, clock: FakeClock) -> Path:
    """A backup with two devices in sync, a command and a text in each state; Bert comes later; the site is closed."""
    community = manager_context(Role.MANAGER, name="Anna").community_id
    with store.write(agent_context(community), "test.prepare") as work:
        work.require("device.write")
        devices = [insert_device(work, community, name) for name in ("Gate", "Gym")]
    with store.books(agent_context(community)) as work:
        for device in devices:
            work.update(t.device_sync, device, gen=5, done_gen=5, read_back_at=clock())
        for state in CommandState:
            work.connection.execute(insert(t.command).values(**command(devices[0], state, clock)))
        for text in OutgoingState:
            sealed = {"idempotency_key": text, "content_sealed": b"", "state": text, "made_at": clock()}
            work.insert(t.outgoing, uuid=new_id(), community_id=community, kind=OutgoingKind.MAIL, **sealed)
    clock.advance(hours=1)
    made = make_backup(site, at=clock())
    manager_context(Role.MANAGER, community_id=community, name="Bert")
    store.close()
    return made


def command(device: int, state: CommandState, clock: FakeClock) -> dict[str, Any]:
    return {
        "uuid": new_id(),
        "device_id": device,
        "verb": CommandVerb.OPEN,
        "state": state,
        "made_at": clock(),
        "expires_at": clock() + timedelta(days=1),
    }


def opened(site: Site, clock: FakeClock, look: Callable[[Any], Any]) -> Any:
    """What `look` finds in the reopened site."""
    store = open_site(site.root, clock=clock)
    try:
        with store.read() as connection:
            return look(connection)
    finally:
        store.close()


def managers(path: Path) -> list[str]:
    with closing(connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM manager ORDER BY id")]


def test_the_backup_takes_the_place_and_the_old_database_is_kept(site: Site, saved: Path, clock: FakeClock) -> None:
    kept = restore(site, saved, by="Mara", clock=clock)
    assert managers(site.database) == ["Anna"]
    assert kept is not None
    assert managers(kept) == ["Anna", "Bert"]
    assert saved.exists()
    for path in (site.database, kept):
        assert path.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in site.root.iterdir()} == {"smartplus.db", "key", "backups"}


def test_every_device_is_dirty_and_read_back_first(site: Site, saved: Path, clock: FakeClock) -> None:
    clock.advance(hours=1)
    restore(site, saved, by="Mara", clock=clock)
    sync = t.device_sync.c
    found = opened(
        site, clock, lambda c: c.execute(select(sync.gen, sync.done_gen, sync.reason, sync.read_back_at, sync.since))
        .all()
    )  # fmt: skip
    assert found == [(6, 5, "backup restored", None, clock())] * 2


def test_commands_that_wait_are_not_carried_out(site: Site, saved: Path, clock: FakeClock) -> None:
    restore(site, saved, by="Mara", clock=clock)
    states = opened(
        site, clock, lambda c: c.execute(select(t.command.c.state).order_by(t.command.c.id)).scalars().all()
    )
    turned = {CommandState.QUEUED: CommandState.EXPIRED, CommandState.CLAIMED: CommandState.UNKNOWN}
    assert states == [turned.get(state, state) for state in CommandState]


def test_texts_that_wait_are_not_sent_without_a_word(site: Site, saved: Path, clock: FakeClock) -> None:
    restore(site, saved, by="Mara", clock=clock)
    states = opened(
        site, clock, lambda c: c.execute(select(t.outgoing.c.state).order_by(t.outgoing.c.id)).scalars().all()
    )
    due = (OutgoingState.QUEUED, OutgoingState.SENDING, OutgoingState.FAILED)
    assert states == [OutgoingState.UNKNOWN if state in due else state for state in OutgoingState]


def test_the_operation_log_says_who_restored_what(site: Site, saved: Path, clock: FakeClock) -> None:
    restore(site, saved, by="Mara", clock=clock)
    operation = t.operation.c
    wanted = select(operation.actor, operation.action, operation.undoable).where(operation.type == "site.restore")
    assert opened(site, clock, lambda c: c.execute(wanted).all()) == [
        ("Mara", f"Restored the backup {saved.name}", False)
    ]


def test_a_site_in_use_is_not_replaced(site: Site, saved: Path, clock: FakeClock) -> None:
    with other_process(hold_open, site.root) as (_, pipe):
        assert receive(pipe) == "open"
        with pytest.raises(Busy, match="in use"):
            restore(site, saved, by="Mara", clock=clock)
    assert managers(site.database) == ["Anna", "Bert"]
    assert not list(site.root.glob(".restore*"))
    restore(site, saved, by="Mara", clock=clock)
    assert managers(site.database) == ["Anna"]


def test_a_damaged_database_is_replaced_with_its_log_moved_away(site: Site, saved: Path, clock: FakeClock) -> None:
    site.database.write_bytes(b"damaged" * 5000)
    log = Path(f"{site.database}-wal")
    log.write_bytes(b"of the damaged one" * 100)
    kept = restore(site, saved, by="Mara", clock=clock)
    assert kept is not None
    assert kept.read_bytes().startswith(b"damaged")
    assert Path(f"{kept}-wal").exists()
    assert not log.exists()
    assert managers(site.database) == ["Anna"]


def test_a_lost_database_is_put_back(site: Site, saved: Path, clock: FakeClock) -> None:
    site.database.unlink()
    assert restore(site, saved, by="Mara", clock=clock) is None
    assert managers(site.database) == ["Anna"]


def test_what_is_no_good_backup_changes_nothing(site: Site, saved: Path, clock: FakeClock, tmp_path: Path) -> None:
    strange = create_site(tmp_path / "strange", key_file=True, clock=clock)
    strange.close()
    newer = site.root / "newer.db"
    newer.write_bytes(saved.read_bytes())
    with closing(connect(newer)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    broken = site.root / "broken.db"
    broken.write_bytes(b"nonsense" * 1000)
    before = site.database.read_bytes()
    for file, error, text in (
        (strange.path, Unreachable, "not the key"),
        (newer, Unreachable, "newer version"),
        (broken, Unreachable, "cannot be copied"),
        (site.root / "missing.db", NotFound, "no backup"),
    ):
        with pytest.raises(error, match=text):
            restore(site, file, by="Mara", clock=clock)
    assert site.database.read_bytes() == before
    assert not list(site.root.glob(".restore*"))
