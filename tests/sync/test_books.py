"""The agent's books about one device: what is due, done, failed, held; and when the next try is."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from backend.domain.access.results import Loss
from backend.domain.context import Context
from backend.domain.enums import Role
from backend.store import tables as t
from backend.store.store import Store
from backend.sync import books, shadow
from backend.sync.books import AT_ONCE, SyncRow, backoff
from tests.support.clock import START, FakeClock
from tests.support.rows import ManagerContext, insert_device, insert_resident
from tests.support.rows import insert_apartment as apartment
from tests.support.rows import insert_building as building
from tests.sync.makers import user


class Ledger:
    """One device with its books."""

    def __init__(self, store: Store, context: Context) -> None:
        self.store, self.context = store, context
        with store.write(context, "test.prepare") as work:
            work.require("device.write")
            self.device_id = insert_device(work, context.community_id)
            self.other_id = insert_device(work, context.community_id, "Yard")
            place = apartment(work, building(work, context.community_id))
            self.holder_id = insert_resident(work, context.community_id, place)

    def note(self, act: Any, *given: Any, **named: Any) -> set[str]:
        """Write in the books; answers the topics touched."""
        with self.store.books(self.context) as work:
            act(work, self.device_id, *given, **named)
            return work.topics

    def put(self, **values: Any) -> None:
        """Set columns of the sync row."""
        sync = t.device_sync
        with self.store.books(self.context) as work:
            work.connection.execute(update(sync).where(sync.c.id == self.device_id).values(**values))

    @property
    def row(self) -> Any:
        """The sync row."""
        with self.store.read() as connection:
            return connection.execute(select(t.device_sync).where(t.device_sync.c.id == self.device_id)).one()

    @property
    def sync(self) -> SyncRow:
        """The row as the worker reads it."""
        with self.store.read() as connection:
            return books.load_sync(connection, self.device_id)

    def untouched(self) -> bool:
        """Whether the other device's row is as it was made."""
        with self.store.read() as connection:
            row = connection.execute(select(t.device_sync).where(t.device_sync.c.id == self.other_id)).one()
        return (row.done_gen, row.attempt, row.last_error, row.held_reason, row.read_back_at) == (0, 0, "", "", None)


@pytest.fixture
def ledger(store: Store, manager_context: ManagerContext) -> Ledger:
    """A device of a park."""
    return Ledger(store, manager_context(Role.INSTALLER))


FULL = SyncRow(
    gen=5,
    done_gen=5,
    attempt=0,
    not_before=None,
    next_change_at=None,
    read_back_at=None,
    held_reason="",
    held_plan="",
    released=False,
)
LATER = START + timedelta(hours=3)


def test_a_row_is_read_as_it_stands(ledger: Ledger) -> None:
    ledger.put(
        gen=7,
        done_gen=3,
        attempt=2,
        not_before=LATER,
        next_change_at=START,
        read_back_at=LATER,
        held_reason="why",
        held_plan=json.dumps({"removals": 25}),
        released=True,
    )
    assert ledger.sync == SyncRow(7, 3, 2, LATER, START, LATER, "why", '{"removals": 25}', True)
    assert ledger.sync.released_removals == 25
    assert replace(ledger.sync, released=False).released_removals == 0
    assert FULL.released_removals == 0


def test_a_device_in_sync_is_due_when_something_is_to_change_or_a_belief_is_a_day_old() -> None:
    assert FULL.due_at() is None
    assert replace(FULL, next_change_at=LATER).due_at() == LATER
    assert replace(FULL, read_back_at=START).due_at() == START + timedelta(days=1)
    assert replace(FULL, read_back_at=START, next_change_at=LATER).due_at() == LATER
    after = START + timedelta(days=2)
    assert replace(FULL, read_back_at=START, next_change_at=after).due_at() == START + timedelta(days=1)


def test_a_dirty_device_and_one_that_is_asked_for_are_due_at_once() -> None:
    assert replace(FULL, gen=6).due_at() == AT_ONCE
    assert replace(FULL, gen=4).due_at() is None
    assert FULL.due_at(wanted=True) == AT_ONCE
    assert replace(FULL, gen=6, next_change_at=LATER).due_at() == AT_ONCE
    assert START - timedelta(days=365_000) > AT_ONCE


@pytest.mark.parametrize("why", [{"gen": 6}, {"next_change_at": START}, {"read_back_at": START - timedelta(days=9)}])
def test_nothing_is_tried_before_the_next_try_is_due(why: dict[str, Any]) -> None:
    assert replace(FULL, not_before=LATER, **why).due_at() == LATER
    assert replace(FULL, not_before=LATER).due_at() is None
    assert replace(FULL, not_before=START, next_change_at=LATER).due_at() == LATER
    assert replace(FULL, not_before=LATER).due_at(wanted=True) == LATER


def test_a_stopped_mass_removal_waits_until_released_asked_for_or_the_rules_change() -> None:
    held = replace(FULL, gen=6, next_change_at=START, held_reason="25 of 26 users would be removed")
    assert held.due_at(held_gen=6) is None
    assert held.due_at(held_gen=5) == AT_ONCE
    assert held.due_at() == AT_ONCE
    assert held.due_at(held_gen=6, wanted=True) == AT_ONCE
    assert replace(held, released=True).due_at(held_gen=6) == AT_ONCE
    assert replace(held, held_reason="").due_at(held_gen=6) == AT_ONCE


class Always(random.Random):
    """A chance that always gives the same."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def random(self) -> float:
        """The same again."""
        return self.value


@pytest.mark.parametrize(
    ("attempt", "shortest", "longest"),
    [
        *((1, 1, 2), (2, 1, 4), (3, 1, 8), (4, 1, 16), (8, 1, 256)),
        *((9, 1, 300), (20, 1, 300), (21, 1, 300), (5000, 1, 300)),
    ],
)
def test_the_wait_doubles_up_to_five_minutes_with_jitter_over_all_of_it(
    attempt: int, shortest: float, longest: float
) -> None:
    assert backoff(attempt, Always(0.0)) == shortest
    assert backoff(attempt, Always(1.0)) == longest
    assert backoff(attempt, Always(0.5)) == (shortest + longest) / 2


def test_a_generation_done_clears_what_was_wrong(ledger: Ledger, clock: FakeClock) -> None:
    ledger.put(
        gen=5, since=START, attempt=4, not_before=LATER, last_error="It broke.", pending=3, drift=2,
        held_reason="why", held_plan='{"removals": 3}', released=True,
    )  # fmt: skip
    ledger.note(shadow.holds_users, [(user(f"SP{ledger.holder_id}-1"), "7")])
    topics = ledger.note(books.note_done, 5, next_change_at=LATER, losses=[Loss(None, "users", "no room")], unmanaged=4)
    row = ledger.row
    assert (row.gen, row.done_gen, row.since, row.attempt, row.not_before, row.last_error) == (5, 5, None, 0, None, "")
    assert (row.pending, row.drift, row.held_reason, row.released) == (0, 0, "", False)
    assert ledger.sync.released_at == clock()
    assert ledger.sync.released_removals == 0
    assert (row.next_change_at, json.loads(row.losses), row.users_held, row.users_unmanaged) == (
        LATER, ["no room"], 1, 4
    )  # fmt: skip
    assert topics == {"sync"}
    assert ledger.untouched()


def test_a_device_that_became_dirty_meanwhile_stays_so(ledger: Ledger) -> None:
    ledger.put(gen=6, since=START, users_unmanaged=3)
    ledger.note(books.note_done, 5, next_change_at=None, losses=[], unmanaged=None)
    row = ledger.row
    assert (row.done_gen, row.since, row.users_unmanaged, row.losses) == (5, START, 3, "[]")


def test_an_older_generation_never_takes_back_a_newer_one(ledger: Ledger) -> None:
    ledger.put(gen=6, done_gen=6)
    ledger.note(books.note_done, 5, next_change_at=None, losses=[], unmanaged=0)
    assert ledger.row.done_gen == 6


def test_users_of_another_device_are_not_counted_here(ledger: Ledger) -> None:
    with ledger.store.books(ledger.context) as work:
        shadow.holds_users(work, ledger.other_id, [(user(f"SP{ledger.holder_id}-1"), "7")])
    ledger.note(books.note_done, 1, next_change_at=None, losses=(), unmanaged=None)
    assert ledger.row.users_held == 0


def test_what_is_gone_or_a_schedule_is_no_user_held(ledger: Ledger) -> None:
    key = f"SP{ledger.holder_id}-1"
    ledger.note(shadow.holds_schedule, "SP-0000000000aa", shadow.HeldSchedule("3", "3"))
    ledger.note(shadow.holds_users, [(user(key), "7")])
    ledger.note(shadow.gone, "user", [key])
    ledger.note(books.note_done, 1, next_change_at=None, losses=[], unmanaged=None)
    assert ledger.row.users_held == 0


def test_a_reading_is_noted_with_its_time(ledger: Ledger, clock: FakeClock) -> None:
    topics = ledger.note(books.note_read, unmanaged=2)
    assert (ledger.row.read_back_at, ledger.row.drift, ledger.row.users_unmanaged) == (clock(), 0, 2)
    assert topics == {"sync"}
    assert ledger.untouched()


def test_a_failed_try_says_why_and_when_the_next_is(ledger: Ledger) -> None:
    topics = ledger.note(books.note_failed, 3, not_before=LATER, error="It broke.")
    assert (ledger.row.attempt, ledger.row.not_before, ledger.row.last_error) == (3, LATER, "It broke.")
    assert topics == {"sync"}
    ledger.note(books.note_asked)
    assert (ledger.row.attempt, ledger.row.not_before, ledger.row.last_error) == (3, None, "It broke.")
    assert ledger.untouched()


@pytest.mark.feature("SYNC-02")
def test_a_stopped_mass_removal_says_how_many_of_how_many(ledger: Ledger) -> None:
    ledger.put(released=True)
    topics = ledger.note(books.note_held, 1340, 21352)
    row = ledger.row
    assert row.held_reason == "1,340 of 21,352 users would be removed"
    assert (json.loads(row.held_plan), row.pending, row.released) == ({"removals": 1340}, 1340, False)
    assert topics == {"sync"}
    assert ledger.untouched()
