"""Old rows go once a day; what is open, proved lately, or the audit log stays (rules 10; edge case 57)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from backend.domain.context import agent_context, new_id
from backend.domain.enums import Role
from backend.services import retention
from backend.services.retention import Retention, purge
from backend.services.settings import Settings
from backend.store import tables as t
from backend.store.store import Store
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext, insert_device

pytestmark = [pytest.mark.feature("LOG-07"), pytest.mark.feature("SET-05")]


class Shelf:
    """A community with a device, and rows of any age."""

    def __init__(self, store: Store, clock: FakeClock, manager_context: ManagerContext) -> None:
        self.store, self.clock = store, clock
        self.installer = manager_context(Role.INSTALLER)
        self.community = self.installer.community_id
        self.agent = agent_context(self.community)
        with store.write(self.installer.again(), "test.prepare") as work:
            work.require("device.write")
            self.device = insert_device(work, self.community)
            work.tell("Prepared", "device", self.device, "")

    def ago(self, days: float) -> datetime:
        return self.clock() - timedelta(days=days)

    def put(self, table: Any, **values: Any) -> None:
        with self.store.books(self.agent) as work:
            work.connection.execute(insert(table).values(**values))

    def log(self, days: float, *, received: float | None = None) -> None:
        """A line of the door log so many days ago."""
        values = {"community_id": self.community, "device_id": self.device, "remote_key": new_id()}
        at = {"happened_at": self.ago(days), "received_at": self.ago(days if received is None else received)}
        self.put(t.door_log, type="release", action="pin", response="success", **values, **at)

    def text(self, state: str, days: float) -> None:
        """A text of the Outbox."""
        values = {"community_id": self.community, "uuid": new_id(), "idempotency_key": new_id(), "kind": "mail"}
        self.put(t.outgoing, state=state, made_at=self.ago(days), content_sealed=b"x", **values)

    def count(self, table: Any) -> int:
        with self.store.read() as connection:
            return len(connection.execute(select(table)).all())

    def states(self) -> list[str]:
        with self.store.read() as connection:
            return sorted(connection.execute(select(t.outgoing.c.state)).scalars())

    def purge(self) -> int:
        return purge(self.store, self.agent)


@pytest.fixture
def shelf(store: Store, clock: FakeClock, manager_context: ManagerContext) -> Shelf:
    return Shelf(store, clock, manager_context)


@pytest.mark.edge("57")
def test_logs_go_after_thirty_days_and_operations_stay(shelf: Shelf) -> None:
    operations, changes = shelf.count(t.operation), shelf.count(t.change)
    for days in (29.9, 30.1, 400):
        shelf.log(days)
    assert shelf.purge() == 2
    assert shelf.count(t.door_log) == 1
    assert shelf.count(t.change) == changes
    with shelf.store.read() as connection:
        last = connection.execute(select(t.operation).order_by(t.operation.c.id.desc()).limit(1)).one()
    assert (last.type, last.action) == ("retention.purge", "Took away what is too old: 2 door logs")
    assert (last.via, last.undoable) == ("agent", False)
    assert shelf.count(t.operation) == operations + 1


def test_a_line_that_came_late_is_kept_from_the_day_it_came(shelf: Shelf) -> None:
    shelf.log(90, received=3)
    assert shelf.purge() == 0
    assert shelf.count(t.door_log) == 1


def test_texts_that_have_not_left_stay_however_old(shelf: Shelf) -> None:
    for state in ("queued", "waiting", "failed", "sending", "unknown", "sent", "handed", "dead", "withdrawn"):
        shelf.text(state, 60)
    shelf.text("sent", 5)
    assert shelf.purge() == 4
    assert shelf.states() == ["failed", "queued", "sending", "sent", "unknown", "waiting"]


def test_what_is_open_stays_and_proofs_stay_for_their_receipts(shelf: Shelf) -> None:
    drift = {"device_id": shelf.device, "cause": "edited", "found_at": shelf.ago(90), "seen_at": shelf.ago(60)}
    shelf.put(t.drift, uuid="open", **drift)
    shelf.put(t.drift, uuid="over", ended_at=shelf.ago(40), resolution="repaired", **drift)
    with shelf.store.write(shelf.installer.again(), "test.holder") as work:
        work.require("resident.write")
        holder = work.insert(t.holder, uuid=new_id(), community_id=shelf.community, kind="resident", name="Anna")
    lost = {"community_id": shelf.community, "holder_id": holder, "credential_id": 1, "device": "Gate", "kind": "pin"}
    shelf.put(t.revocation, masked="··41", freed_at=shelf.ago(900), absent_at=None, **lost)
    shelf.put(t.revocation, masked="··42", freed_at=shelf.ago(900), absent_at=shelf.ago(899), **lost)
    shelf.put(t.revocation, masked="··43", freed_at=shelf.ago(700), absent_at=shelf.ago(699), **lost)
    assert shelf.purge() == 2
    with shelf.store.read() as connection:
        assert connection.execute(select(t.drift.c.uuid)).scalars().all() == ["open"]
        assert connection.execute(select(t.revocation.c.masked)).scalars().all() == ["··41", "··43"]


def test_reports_go_with_their_rows_and_sign_ins_when_they_are_over(shelf: Shelf) -> None:
    for days in (40, 5):
        at = {"at": shelf.ago(days), "touched_at": shelf.ago(days)}
        shelf.put(t.import_report, community_id=shelf.community, kind="add", state="done", **at)
    with shelf.store.read() as connection:
        old, new = connection.execute(select(t.import_report.c.id).order_by(t.import_report.c.at)).scalars()
    for report in (old, old, new):
        shelf.put(t.import_row, report_id=report, verdict="add")
    for days in (-1, 1):
        session = {"manager_id": shelf.installer.actor_id, "token_index": new_id().encode()}
        shelf.put(t.login_session, made_at=shelf.ago(9), expires_at=shelf.ago(days), **session)
    assert shelf.purge() == 4
    assert (shelf.count(t.import_report), shelf.count(t.import_row), shelf.count(t.login_session)) == (1, 1, 1)


def test_it_is_done_once_a_day_and_by_the_days_of_the_setting(shelf: Shelf) -> None:
    shelf.log(40)
    Settings(shelf.store).edit(shelf.installer.again(), {"retention.days": "60"})
    assert shelf.purge() == 0
    shelf.clock.advance(days=21)
    assert shelf.purge() == 1
    shelf.log(70)
    shelf.clock.advance(hours=23)
    assert shelf.purge() == 0
    shelf.clock.advance(hours=2)
    assert shelf.purge() == 1


def test_each_transaction_is_short_and_a_stop_leaves_the_rest_for_the_next_time(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    monkeypatch.setattr(retention, "LOOKED_UP", 3)
    for _ in range(7):
        shelf.log(50)
    slices: list[int] = []
    shelf.store.after_commit.append(lambda _topics: slices.append(shelf.count(t.door_log)))
    assert purge(shelf.store, shelf.agent, lambda: len(slices) == 2) == 3
    assert slices == [5, 4]
    assert shelf.purge() == 4
    assert shelf.count(t.door_log) == 0


def test_the_figures_say_what_there_is_and_what_goes(shelf: Shelf) -> None:
    shelf.log(40)
    shelf.log(1)
    figures = Retention(shelf.store).figures(shelf.installer)
    logs = figures.kinds[0]
    assert (figures.days, figures.purged_at) == (30, None)
    assert (logs.name, logs.days, logs.rows, logs.due) == ("door_log", 30, 2, 1)
    shelf.purge()
    figures = Retention(shelf.store).figures(shelf.installer)
    assert (figures.purged_at, figures.purged) == (shelf.clock(), {"door_log": 1})
    assert (figures.kinds[0].rows, figures.kinds[0].due) == (1, 0)


def test_another_community_keeps_its_own(shelf: Shelf, manager_context: ManagerContext) -> None:
    shelf.log(40)
    elsewhere = manager_context(Role.INSTALLER, name="Olga").community_id
    assert elsewhere != shelf.community
    assert purge(shelf.store, agent_context(elsewhere)) == 0
    assert shelf.count(t.door_log) == 1
