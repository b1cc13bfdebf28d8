"""A delivery PIN at real doors: it opens those of its group and no other, and is proved gone (VIS-05, VIS-06)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import time

import pytest

from backend.domain.staff import StaffDraft, StaffPatch
from backend.services.personnel import Deliveries, Staff
from backend.services.undo import Undo
from backend.store.store import Store
from tests.services.people.park import add_group
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world

DOORS = ("Gate", "Lobby")
PIN, CARD = "4321", "0A1B2C3D"


@pytest.fixture
async def world(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A gate and a lobby."""
    async with small_world(store, manager_context, {"Gate": "X916", "Lobby": "E18C"}) as made:
        yield made


async def reconcile(world: World) -> None:
    """Bring every door up to what it should hold."""
    for name in DOORS:
        await world.reconciler(name).run()


def open_by(world: World, pin: str) -> list[str]:
    """The doors that a PIN opens."""
    return [name for name in DOORS if not world.door(name).press_pin(pin).refused]


@pytest.mark.feature("VIS-05")
@pytest.mark.feature("SYNC-03")
async def test_a_delivery_pin_opens_the_doors_of_its_group_until_it_is_deleted(world: World) -> None:
    deliveries = Deliveries(world.store)
    parcels = add_group(world.store, world.context, "Parcels", (world.relay("Gate"),), time(0), time(23, 59))
    dhl = deliveries.add(world.context.again(), StaffDraft(name="DHL", pin=PIN, group_ids=(parcels,)))
    assert dhl.doors.keys() == {world.device_ids["Gate"]}
    await reconcile(world)
    assert open_by(world, PIN) == ["Gate"]
    assert [door.state for door in deliveries.get(world.context, dhl.id).doors] == ["in_sync"]
    gone = deliveries.delete(world.context.again(), (dhl.id,))
    assert [line.absent_at for line in world.sync.revoked(world.context, dhl.id)] == [None]
    assert open_by(world, PIN) == ["Gate"]  # the door has not heard of it yet
    await reconcile(world)
    assert open_by(world, PIN) == []
    lines = world.sync.revoked(world.context, dhl.id)
    assert [(line.device, line.absent_at is not None) for line in lines] == [("Gate", True)]
    Undo(world.store).undo(world.context.again(), gone.operation)
    await reconcile(world)
    assert open_by(world, PIN) == ["Gate"]


@pytest.mark.feature("VIS-06")
async def test_a_staff_card_follows_its_groups_and_its_replacement(world: World) -> None:
    staff = Staff(world.store)
    jan = staff.add(world.context.again(), StaffDraft(name="Jan Nowak", cards=(CARD,), pin=PIN))
    await reconcile(world)
    assert [name for name in DOORS if not world.door(name).present_card(CARD).refused] == list(DOORS)
    assert open_by(world, PIN) == list(DOORS)
    lobby = add_group(world.store, world.context, "Lobby", (world.relay("Lobby"),), time(0), time(23, 59))
    patch = StaffPatch(group_ids=(lobby,), pin="5432")
    staff.edit(world.context.again(), jan.id, 1, patch)
    await reconcile(world)
    assert (open_by(world, PIN), open_by(world, "5432")) == ([], ["Lobby"])
    assert [name for name in DOORS if not world.door(name).present_card(CARD).refused] == ["Lobby"]
