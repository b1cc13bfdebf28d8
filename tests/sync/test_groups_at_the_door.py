"""What groups, own rights and holidays come to at a real door: virtual devices with schedules of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from backend.devices.errors import DeviceError
from backend.domain.community_drafts import CommunitySwitches
from backend.domain.groups import GroupDraft, GroupPatch
from backend.domain.residents import ResidentPatch
from backend.services.communities import Communities
from backend.services.device_setup import DeviceSetup
from backend.services.groups import Groups
from backend.services.holidays import Holidays
from backend.store.store import Store
from tests.services.people.park import killed
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world

PIN = "2741"


@pytest.fixture
async def world(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A gate, and a door that is to stand in an apartment."""
    async with small_world(store, manager_context, {"Gate": "X916", "Villa": "E18C"}) as made:
        yield made


def person(world: World) -> int:
    """Anna, in no group."""
    anna = world.add("Anna", PIN).id
    edit(world, anna, group_ids=())
    return anna


def edit(world: World, holder_id: int, **patch: object) -> None:
    version = world.residents.get(world.context, holder_id).version
    world.residents.edit(world.context.again(), holder_id, version, ResidentPatch.model_validate(patch))


async def opens(world: World, name: str = "Gate") -> bool:
    """Whether the PIN opens a door once the agent has written what is due."""
    await world.reconciler(name).run()
    return not world.door(name).press_pin(PIN).refused


@pytest.mark.feature("AG-04")
@pytest.mark.feature("SYNC-03")
async def test_a_person_is_let_in_by_a_group_for_its_hours_and_proved_gone_after(
    world: World, clock: FakeClock
) -> None:
    anna, groups = person(world), Groups(world.store)
    draft = GroupDraft(name="Night", schedule="daily 22-6", relay_ids=(world.relay("Gate"),))
    group_id = groups.add(world.context.again(), draft).id
    assert not await opens(world)
    groups.add_people(world.context.again(), group_id, [anna])
    clock.now = clock.now.replace(hour=22, minute=30)  # 23:30 there
    assert await opens(world)
    clock.advance(hours=5)  # over midnight
    assert await opens(world)
    clock.advance(hours=3)
    assert not await opens(world)
    version = groups.get(world.context, group_id).version
    groups.edit(world.context.again(), group_id, version, GroupPatch(schedule="daily"))
    assert await opens(world)
    groups.remove_people(world.context.again(), group_id, [anna])
    assert not await opens(world)
    (line,) = [one for one in world.sync.revoked(world.context, anna) if one.device == "Gate"]
    assert line.absent_at is not None


@pytest.mark.feature("AG-08")
async def test_a_holiday_closes_a_group_that_keeps_it(world: World, clock: FakeClock) -> None:
    anna, groups = person(world), Groups(world.store)
    draft = GroupDraft(name="Office", schedule="daily 0-24", relay_ids=(world.relay("Gate"),), keeps_holidays=True)
    groups.add_people(world.context.again(), groups.add(world.context.again(), draft).id, [anna])
    assert await opens(world)
    today = clock.now.date()
    saved = Holidays(world.store).add(world.context.again(), "Fair", today.isoformat())
    assert not await opens(world)
    world.undo.undo(world.context.again(), saved.operation)
    assert await opens(world)


@pytest.mark.feature("AG-05")
@pytest.mark.feature("AG-06")
@pytest.mark.edge("45")
async def test_an_own_door_opens_until_only_public_area_is_on(world: World) -> None:
    anna, store = person(world), world.store
    villa, setup = world.device_ids["Villa"], DeviceSetup(store)
    version = world.devices.get(world.context, villa).version
    setup.place(world.context.again(), villa, version, apartment_id=world.apartment_ids["1001"])
    edit(world, anna, own_schedule="daily", own_relay_ids=(world.relay("Villa"),))
    assert await opens(world, "Villa")
    assert not await opens(world)
    communities = Communities(store)
    switches = CommunitySwitches(only_public_area=True)
    communities.switch(world.context.again(), communities.get(world.context).version, switches)
    assert not await opens(world, "Villa")
    assert all(line.absent_at for line in world.sync.revoked(world.context, anna) if line.device == "Villa")


def revoked(world: World, holder_id: int) -> list[bool]:
    """Whether the gate has proved it, for each code that it has lost."""
    lines = world.sync.revoked(world.context, holder_id)
    return [line.absent_at is not None for line in lines if line.device == "Gate"]


def broken_off(world: World, group_id: int, relay_id: int) -> None:
    """Give a group one door instead of another, in a process that ends with the commit of the rules."""
    groups = Groups(world.store)
    version = groups.get(world.context, group_id).version
    world.store.after_commit.append(killed)
    with pytest.raises(KeyboardInterrupt):
        groups.edit(world.context.again(), group_id, version, GroupPatch(relay_ids=(relay_id,)))
    world.store.after_commit.remove(killed)


@pytest.mark.feature("AG-03")
@pytest.mark.feature("SYNC-03")
async def test_a_door_proves_what_a_process_that_ended_had_not_noted(world: World) -> None:
    anna, groups = person(world), Groups(world.store)
    draft = GroupDraft(name="Day", schedule="daily 0-24", relay_ids=(world.relay("Gate"),))
    group_id = groups.add(world.context.again(), draft).id
    groups.add_people(world.context.again(), group_id, [anna])
    assert await opens(world)
    broken_off(world, group_id, world.relay("Villa"))
    assert not revoked(world, anna)
    world.power_off("Gate")
    with pytest.raises(DeviceError):
        await world.reconciler("Gate").run()
    assert revoked(world, anna) == [False]  # red at once, though nothing reaches the door
    await world.power_on("Gate")
    assert not await opens(world)
    assert revoked(world, anna) == [True]


@pytest.mark.feature("AG-03")
async def test_a_door_that_a_group_came_back_to_has_nothing_to_prove(world: World) -> None:
    anna, groups = person(world), Groups(world.store)
    draft = GroupDraft(name="Day", schedule="daily 0-24", relay_ids=(world.relay("Gate"),))
    group_id = groups.add(world.context.again(), draft).id
    groups.add_people(world.context.again(), group_id, [anna])
    assert await opens(world)
    version = groups.get(world.context, group_id).version
    groups.edit(world.context.again(), group_id, version, GroupPatch(relay_ids=(world.relay("Villa"),)))
    assert revoked(world, anna) == [False]
    broken_off(world, group_id, world.relay("Gate"))
    assert await opens(world)
    assert not revoked(world, anna)


async def test_hours_that_are_merely_over_are_nothing_to_prove(world: World, clock: FakeClock) -> None:
    anna, groups = person(world), Groups(world.store)
    draft = GroupDraft(name="Monday", schedule="mo 8-18", relay_ids=(world.relay("Gate"),))
    groups.add_people(world.context.again(), groups.add(world.context.again(), draft).id, [anna])
    assert await opens(world)
    clock.advance(days=2)
    assert not await opens(world)
    assert not revoked(world, anna)
