"""What we believe a device to hold, and what it held: each row written with the outcome of a request."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from backend.domain.context import Context
from backend.domain.enums import HeldKind, Role
from backend.services.held import users_held
from backend.store import tables as t
from backend.store.store import Store
from backend.sync import shadow
from backend.sync.difference import HeldSchedule, HeldUser, canonical
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext, insert_apartment, insert_building, insert_device, insert_resident
from tests.sync.makers import DAY, NIGHT, user


class Door:
    """A device and two people."""

    def __init__(self, store: Store, context: Context) -> None:
        self.store, self.context = store, context
        with store.write(context, "test.prepare") as work:
            work.require("device.write")
            self.id = insert_device(work, context.community_id)
            self.other_id = insert_device(work, context.community_id, "Yard")
            place = insert_apartment(work, insert_building(work, context.community_id))
            self.anna = insert_resident(work, context.community_id, place)
            self.ben = insert_resident(work, context.community_id, place, "Kowalski, Ben")
        self.key, self.second = f"SP{self.anna}-1", f"SP{self.ben}-1"

    def note(self, act: Any, *given: Any, device_id: int | None = None) -> None:
        """Write in the books."""
        with self.store.books(self.context) as work:
            act(work, device_id or self.id, *given)

    def shadow(self, device_id: int | None = None) -> shadow.Shadow:
        """What is believed now."""
        with self.store.read() as connection:
            return shadow.load_shadow(connection, device_id or self.id)

    def rows(self) -> list[Any]:
        """All rows of the device, oldest first."""
        with self.store.read() as connection:
            return list(connection.execute(select(t.held).where(t.held.c.device_id == self.id).order_by(t.held.c.id)))

    def mac(self, **changes: Any) -> bytes:
        """The fingerprint of Anna's record."""
        return self.store.sealer.fingerprint(canonical(user(self.key, **changes)))


@pytest.fixture
def door(store: Store, manager_context: ManagerContext) -> Door:
    """A device of a park."""
    return Door(store, manager_context(Role.INSTALLER))


def test_a_user_written_is_held_with_its_content(door: Door, clock: FakeClock) -> None:
    anna = user(door.key, cards=("0A3C7F20",))
    door.note(shadow.holds_users, [(anna, "7")])
    assert door.shadow().users == {door.key: HeldUser(door.key, "7", door.mac(cards=("0A3C7F20",)), door.anna)}
    assert door.shadow(door.other_id) == shadow.Shadow()
    assert not door.shadow().doubtful
    (row,) = door.rows()
    assert (row.kind, row.from_at, row.to_at) == (HeldKind.USER, clock(), None)
    with door.store.read() as connection:
        (found,) = users_held(connection, door.store.sealer, door.id)
    assert (found.pin, found.cards) == ("2741", ("0A3C7F20",))


def test_another_content_ends_the_first_and_begins_the_second(door: Door, clock: FakeClock) -> None:
    door.note(shadow.holds_users, [(user(door.key), "7")])
    first, second = clock(), clock.advance(minutes=5)
    door.note(shadow.holds_users, [(user(door.key, pin="5566"), "7")])
    was, now = door.rows()
    assert (was.from_at, was.to_at, was.mac) == (first, second, door.mac())
    assert (now.from_at, now.to_at, now.mac) == (second, None, door.mac(pin="5566"))


def test_the_same_content_with_another_id_keeps_its_beginning(door: Door, clock: FakeClock) -> None:
    door.note(shadow.holds_users, [(user(door.key), "")])
    began = clock()
    clock.advance(minutes=5)
    door.note(shadow.holds_users, [(user(door.key), "12")])
    (row,) = door.rows()
    assert (row.from_at, row.remote_id) == (began, "12")


def test_a_record_before_its_answer_is_in_doubt_and_then_certain(door: Door, clock: FakeClock) -> None:
    door.note(shadow.in_doubt, [door.key])
    assert door.shadow().users == {door.key: HeldUser(door.key, "", b"", door.anna, unknown=True)}
    assert door.shadow().doubtful
    sent = clock()
    clock.advance(seconds=2)
    door.note(shadow.holds_users, [(user(door.key), "7")])
    (row,) = door.rows()
    assert (row.from_at, row.to_at, bool(row.unknown), row.mac) == (sent, None, False, door.mac())


def test_a_request_without_effect_leaves_everything_as_it_was(door: Door) -> None:
    door.note(shadow.holds_users, [(user(door.key), "7")])
    before = door.rows()
    door.note(shadow.in_doubt, [door.key, door.second])
    assert [one.unknown for one in door.shadow().users.values()] == [True, True]
    door.note(shadow.certain, [door.key, door.second])
    assert door.rows() == before


def test_doubt_about_one_says_nothing_about_another(door: Door) -> None:
    for key in (door.key, door.second):
        door.note(shadow.holds_users, [(user(key), "7")])
        door.note(shadow.holds_users, [(user(key), "7")], device_id=door.other_id)
    door.note(shadow.in_doubt, [door.key])
    assert {key: one.unknown for key, one in door.shadow().users.items()} == {door.key: True, door.second: False}
    assert not door.shadow(door.other_id).doubtful
    door.note(shadow.in_doubt, [door.second])
    door.note(shadow.certain, [door.key])
    assert {key: one.unknown for key, one in door.shadow().users.items()} == {door.key: False, door.second: True}


def test_what_is_gone_was_there_until_then(door: Door, clock: FakeClock) -> None:
    door.note(shadow.holds_users, [(user(door.key), "7")])
    door.note(shadow.holds_users, [(user(door.second), "8")])
    door.note(shadow.in_doubt, [door.key])
    ended = clock.advance(minutes=5)
    door.note(shadow.gone, HeldKind.USER, [door.key])
    assert list(door.shadow().users) == [door.second]
    was = door.rows()[0]
    assert (was.to_at, bool(was.unknown)) == (ended, False)
    clock.advance(minutes=5)
    door.note(shadow.gone, HeldKind.USER, [door.key])
    assert door.rows()[0].to_at == ended


def test_what_was_never_certain_stays_so_when_it_is_gone(door: Door) -> None:
    door.note(shadow.in_doubt, [door.key])
    door.note(shadow.gone, HeldKind.USER, [door.key])
    (row,) = door.rows()
    assert (bool(row.unknown), row.mac, row.holder_id) == (True, b"", door.anna)


def test_more_records_than_one_query_takes_are_gone_together(door: Door) -> None:
    keys = [f"SP{number}-1" for number in range(1, 1102)]
    with door.store.books(door.context) as work:
        for key in keys:
            shadow.in_doubt(work, door.id, [key])
    door.note(shadow.gone, HeldKind.USER, keys[:1100])
    assert list(door.shadow().users) == [keys[1100]]


def test_schedules_have_books_of_their_own(door: Door, clock: FakeClock) -> None:
    door.note(shadow.holds_schedule, DAY, HeldSchedule("3", "1003"))
    door.note(shadow.holds_schedule, NIGHT, HeldSchedule("4", "1004"))
    began = clock()
    clock.advance(minutes=5)
    door.note(shadow.holds_schedule, DAY, HeldSchedule("5", "1005"))
    assert [(row.key, row.from_at, row.to_at) for row in door.rows()] == [
        (DAY, began, clock()), (NIGHT, began, None), (DAY, clock(), None)
    ]  # fmt: skip
    assert door.shadow().schedules == {DAY: HeldSchedule("5", "1005"), NIGHT: HeldSchedule("4", "1004")}
    assert door.shadow().users == {}
    door.note(shadow.gone, HeldKind.USER, [DAY])
    assert DAY in door.shadow().schedules
    door.note(shadow.gone, HeldKind.SCHEDULE, [DAY])
    assert list(door.shadow().schedules) == [NIGHT]
    assert [row.to_at for row in door.rows()] == [clock(), None, clock()]
    assert {row.mac for row in door.rows()} == {door.store.sealer.fingerprint(key) for key in (DAY, NIGHT)}


def test_a_record_of_ours_that_this_site_never_knew_is_noted_without_an_owner(door: Door) -> None:
    """A device comes from another site, or this one was restored from a backup older than the device."""
    door.note(shadow.holds_users, [(user("SP4711-1"), "7")])
    door.note(shadow.in_doubt, ["SP4712-1", "odd"])
    assert [one.holder_id for one in door.shadow().users.values()] == [None, None, None]


def test_a_record_is_kept_sealed_and_once_for_all_devices(door: Door) -> None:
    for device_id in (door.id, door.other_id):
        door.note(shadow.holds_users, [(user(door.key), "7")], device_id=device_id)
    with door.store.read() as connection:
        (body,) = connection.execute(select(t.body)).all()
    assert body.mac == door.mac()
    assert b"2741" not in body.sealed
    assert b"Anna" not in body.sealed
