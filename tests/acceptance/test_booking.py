"""A reservation at a real door: it opens in its slot, not before, not after, not once cancelled (BOOK-02, BOOK-03)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from backend.domain.amenities import AmenityDraft, Slot
from backend.domain.bookings import BookingDraft
from backend.intake.door_log import DoorLogIntake
from backend.services.amenities import Amenities
from backend.services.booking_ends import free_over
from backend.services.bookings import Bookings
from backend.store import tables as t
from backend.store.store import Store
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world

pytestmark = pytest.mark.feature("BOOK-02")
PIN = "2468"


@pytest.fixture
async def world(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A gym door, and Anna who has a PIN."""
    async with small_world(store, manager_context, {"Gym": "X916"}) as made:
        with store.write(made.context.again(), "test.prepare") as work:
            work.require("community.write")
            until = store.clock() + timedelta(days=90)
            work.update(t.community, made.context.community_id, premium_until=until)
        yield made


def gym(world: World, **more: object) -> int:
    """The amenity, open all day; its door is taken out of the default group."""
    draft = AmenityDraft(
        name="Gym",
        device_id=world.device_ids["Gym"],
        hours="0-24",
        out_of_group=True,
        **more,  # type: ignore[arg-type]
    )
    return Amenities(world.store).add(world.context.again(), draft).id


def reserve(world: World, amenity_id: int, resident_id: int, hours: float) -> tuple[int, str]:
    """An hour in so many hours; answers the reservation and the digits of its key."""
    start = world.store.clock() + timedelta(hours=hours)
    draft = BookingDraft(
        amenity_id=amenity_id, resident_id=resident_id, starts_at=start, ends_at=start + timedelta(hours=1)
    )
    bookings = Bookings(world.store)
    booking_id = bookings.add(world.context.again(), draft).id
    return booking_id, bookings.get(world.context, booking_id).digits


async def opens(world: World, code: str) -> bool:
    """Whether the door opens, once the agent has been there."""
    await world.reconciler("Gym").run()
    return not world.door("Gym").press_pin(code).refused


async def test_the_key_opens_in_the_slot_only(world: World, clock: FakeClock) -> None:
    anna = world.add("Anna", PIN).id
    _, digits = reserve(world, gym(world), anna, 2)
    assert not await opens(world, digits)
    clock.advance(hours=2, seconds=-1)
    assert not await opens(world, digits)
    clock.advance(seconds=1)
    assert await opens(world, digits)
    clock.advance(minutes=59)
    assert await opens(world, digits)
    clock.advance(minutes=1)
    assert not await opens(world, digits)


async def test_the_resident_needs_the_key(world: World, clock: FakeClock) -> None:
    anna = world.add("Anna", PIN).id
    assert await opens(world, PIN)
    gym(world)
    assert not await opens(world, PIN)
    assert [line.absent_at is not None for line in world.sync.revoked(world.context, anna)] == [True]


async def test_a_cancelled_key_is_gone_and_proved(world: World, clock: FakeClock) -> None:
    anna = world.add("Anna").id
    booking_id, digits = reserve(world, gym(world), anna, 0)
    assert await opens(world, digits)
    Bookings(world.store).cancel(world.context.again(), [booking_id])
    assert not await opens(world, digits)
    assert [line.absent_at is not None for line in world.sync.revoked(world.context, booking_id)] == [True]


async def test_a_moved_key_opens_in_its_new_slot(world: World, clock: FakeClock) -> None:
    bookings, anna = Bookings(world.store), world.add("Anna").id
    booking_id, digits = reserve(world, gym(world), anna, 2)
    await world.reconciler("Gym").run()
    slot = Slot(clock() + timedelta(hours=5), clock() + timedelta(hours=6))
    bookings.move(world.context.again(), booking_id, bookings.get(world.context, booking_id).version, slot)
    clock.advance(hours=2)
    assert not await opens(world, digits)
    clock.advance(hours=3)
    assert await opens(world, digits)


async def test_a_key_that_is_used_up_opens_no_more(world: World, clock: FakeClock) -> None:
    anna = world.add("Anna").id
    booking_id, digits = reserve(world, gym(world, uses=1), anna, 0)
    assert await opens(world, digits)
    client, _ = world.client("Gym")
    intake, device_id = DoorLogIntake(world.store, world.agent), world.device_ids["Gym"]
    intake.take(device_id, await client.door_log_since(intake.last_id(device_id)))
    record = Bookings(world.store).get(world.context, booking_id)
    assert (record.uses, record.most_uses, record.live) == (1, 1, True)
    assert not await opens(world, digits)


async def test_a_key_that_is_over_is_freed(world: World, clock: FakeClock) -> None:
    anna = world.add("Anna").id
    booking_id, digits = reserve(world, gym(world), anna, 0)
    assert await opens(world, digits)
    clock.advance(hours=1)
    assert free_over(world.store, world.agent) == 1
    assert not await opens(world, digits)
    assert [line.absent_at is not None for line in world.sync.revoked(world.context, booking_id)] == [True]
