"""Doors that hours keep open: told to the device, open in the hours, shut and seen to be shut when they are gone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from backend.domain.errors import Invalid, NotFound, Stale
from backend.domain.groups import GroupDraft, GroupPatch
from backend.services.groups import Groups
from backend.services.relay_holds import RelayHolds
from backend.store import tables as t
from backend.store.store import Store
from backend.sync.reconcile import NotKept
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world

SCHEDULE = "Config.DoorSetting.RELAYSCHEDULE.RelayA"


@pytest.fixture
async def world(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A door that can be held open, and one that cannot."""
    async with small_world(store, manager_context, {"Gate": "A08S", "Yard": "X916"}) as made:
        yield made


def group(world: World, name: str, schedule: str) -> int:
    """A group for the yard; what it holds open is another matter."""
    draft = GroupDraft(name=name, schedule=schedule, relay_ids=(world.relay("Yard"),))
    return Groups(world.store).add(world.context.again(), draft).id


def hold(world: World, *group_ids: int, on: bool = True, door: str = "Gate") -> None:
    """Hold a door open, or not."""
    holds, relay_id = RelayHolds(world.store), world.relay(door)
    version = holds.get(world.context, relay_id).version
    holds.set(world.context.again(), relay_id, version, on=on, group_ids=group_ids)


def delete(world: World, group_id: int) -> None:
    Groups(world.store).delete(world.context.again(), [group_id])


def is_open(world: World) -> bool:
    """How the relay of the gate stands."""
    gate = world.door("Gate")
    gate.advance()
    return gate.relays.opened()[1]


def told(world: World) -> tuple[str, str]:
    """What the gate is set to."""
    settings = world.door("Gate").settings
    return settings[f"{SCHEDULE}Enable"], settings[f"{SCHEDULE}Schedule"]


@pytest.mark.feature("DEV-02")
async def test_a_door_is_open_in_the_hours_and_shut_after(world: World, clock: FakeClock) -> None:
    """The clock of the tests begins on Monday, 2 March 2026, 10:00 in Berlin."""
    hold(world, group(world, "Office", "daily 8-18"))
    assert not is_open(world)
    await world.reconciler("Gate").run()
    assert is_open(world)
    assert world.door("Gate").press_pin("999").refused
    clock.advance(hours=7, minutes=59)
    assert is_open(world)
    clock.advance(minutes=2)
    assert not is_open(world)
    clock.advance(hours=14)
    assert is_open(world)


@pytest.mark.feature("DEV-02")
async def test_hours_of_several_groups_and_always(world: World) -> None:
    office, night = group(world, "Office", "daily 8-18"), group(world, "Night", "daily 22-6")
    hold(world, office, night)
    await world.reconciler("Gate").run()
    assert told(world)[0] == "1"
    assert len(world.door("Gate").schedules) == 2 + 3
    hold(world, group(world, "Always", "daily"))
    await world.reconciler("Gate").run()
    assert told(world) == ("1", "1001/")
    assert len(world.door("Gate").schedules) == 2


@pytest.mark.feature("DEV-02")
@pytest.mark.edge("49")
async def test_deleting_the_group_shuts_the_door_and_that_is_seen(world: World) -> None:
    office = group(world, "Office", "daily 8-18")
    hold(world, office)
    await world.reconciler("Gate").run()
    assert Groups(world.store).losses(world.context, [office]).held_open == ("Gate door 1",)
    delete(world, office)
    assert is_open(world)
    await world.reconciler("Gate").run()
    assert told(world) == ("0", "")
    assert not is_open(world)
    assert len(world.door("Gate").schedules) == 2


@pytest.mark.feature("DEV-02")
@pytest.mark.edge("49")
async def test_other_hours_shut_the_door_too(world: World) -> None:
    office = group(world, "Office", "daily 8-18")
    hold(world, office)
    await world.reconciler("Gate").run()
    version = Groups(world.store).get(world.context, office).version
    Groups(world.store).edit(world.context.again(), office, version, GroupPatch(schedule="daily 8-10"))
    await world.reconciler("Gate").run()
    assert told(world)[0] == "1"
    assert not is_open(world)


@pytest.mark.feature("DEV-02")
@pytest.mark.edge("49")
async def test_a_close_that_was_lost_is_sent_again(world: World) -> None:
    office = group(world, "Office", "daily 8-18")
    hold(world, office)
    await world.reconciler("Gate").run()
    delete(world, office)
    release = world.door("Gate").relays.hold
    world.door("Gate").relays.hold = lambda number, level: None  # type: ignore[method-assign]
    with pytest.raises(NotKept, match="still stands open"):
        await world.reconciler("Gate").run()
    world.door("Gate").relays.hold = release  # type: ignore[method-assign]
    assert is_open(world)
    await world.reconciler("Gate").run()
    assert not is_open(world)
    assert not world.rows(t.relay_held)[0].unknown


@pytest.mark.feature("DEV-02")
async def test_a_device_that_ignores_the_setting_is_found_out(world: World) -> None:
    hold(world, group(world, "Office", "daily"))
    world.spoil("Gate", ignore_writes=True)
    with pytest.raises(NotKept, match="did not keep the relay schedule"):
        await world.reconciler("Gate").run()
    world.spoil("Gate", ignore_writes=False)
    await world.reconciler("Gate").run()
    assert is_open(world)


@pytest.mark.feature("DEV-02")
async def test_people_keep_their_schedules_while_a_door_is_held_open_by_the_same(world: World) -> None:
    office = Groups(world.store).add(
        world.context.again(), GroupDraft(name="Office", schedule="daily 8-18", relay_ids=(world.relay("Gate"),))
    )
    person = world.add("Anna", "2741")
    Groups(world.store).add_people(world.context.again(), office.id, [person.id])
    with world.store.write(world.context.again(), "test") as work:
        work.require("access_group.write")
        for row in world.rows(t.access_group_member, t.access_group_member.c.group_id != office.id):
            work.delete(t.access_group_member, row.id)
        work.dirty([world.device_ids["Gate"]], "test")
    hold(world, office.id)
    await world.reconciler("Gate").run()
    assert is_open(world)
    assert not world.door("Gate").press_pin("2741").refused
    hold(world, office.id, on=False)
    await world.reconciler("Gate").run()
    assert not is_open(world)
    assert not world.door("Gate").press_pin("2741").refused
    assert len(world.door("Gate").schedules) == 3


@pytest.mark.feature("SYNC-04")
async def test_a_relay_schedule_changed_at_the_door_is_set_right(world: World) -> None:
    hold(world, group(world, "Office", "daily 8-10"))
    await world.reconciler("Gate").run()
    world.door("Gate").settings.write("Config.", {f"{SCHEDULE}Schedule": "1001/"})
    assert is_open(world)
    await world.reconciler("Gate").run(read_back=True)
    assert not is_open(world)
    assert told(world) == ("1", "1003/")
    (found,) = world.rows(t.drift)
    assert (found.cause, found.name, found.note) == ("edited", "Relay 1", "its relay schedule was changed")


@pytest.mark.feature("DEV-02")
async def test_a_relay_schedule_made_at_the_door_is_left_alone(world: World) -> None:
    world.door("Gate").settings.write("Config.", {f"{SCHEDULE}Enable": "1", f"{SCHEDULE}Schedule": "1001/"})
    world.add("Anna", "2741")
    await world.reconciler("Gate").run()
    assert told(world) == ("1", "1001/")


@pytest.mark.feature("DEV-02")
async def test_a_reset_device_is_told_again(world: World) -> None:
    hold(world, group(world, "Office", "daily 8-18"))
    await world.reconciler("Gate").run()
    world.door("Gate").factory_reset()
    world.door("Gate").settings.write("Config.", {"Config.DoorSetting.APIFCGI.AuthMode": "0"})
    await world.power_on("Gate")
    await world.reconciler("Gate").run(read_back=True)
    assert is_open(world)


@pytest.mark.feature("SYNC-07")
async def test_undo_of_the_switch_shuts_and_of_the_deletion_opens_again(world: World) -> None:
    office = group(world, "Office", "daily 8-18")
    hold(world, office)
    await world.reconciler("Gate").run()
    delete(world, office)
    await world.reconciler("Gate").run()
    world.undo.undo(world.context.again(), world.rows(t.operation)[-1].id)
    await world.reconciler("Gate").run()
    assert is_open(world)
    hold(world, office, on=False)
    await world.reconciler("Gate").run()
    assert not is_open(world)
    world.undo.undo(world.context.again(), world.rows(t.operation)[-1].id)
    await world.reconciler("Gate").run()
    assert is_open(world)


@pytest.mark.feature("DEV-02")
@pytest.mark.edge("53")
async def test_what_a_door_cannot_do_is_said(world: World) -> None:
    office = group(world, "Office", "daily")
    with pytest.raises(Invalid, match=r"X916 with firmware 916\.30\.10\.216 has no relay schedules"):
        hold(world, office, door="Yard")
    with pytest.raises(Invalid, match="Choose the groups"):
        hold(world)
    with pytest.raises(Invalid, match="no such access group"):
        hold(world, 999)
    holds = RelayHolds(world.store)
    with pytest.raises(NotFound):
        holds.get(world.context, 999)
    hold(world, office)
    with pytest.raises(Stale):
        holds.set(world.context.again(), world.relay("Gate"), 1, on=False, group_ids=())
    shown = holds.get(world.context, world.relay("Gate"))
    assert (shown.on, shown.groups, shown.hours, shown.told) == (True, ("Office",), ("always",), False)
    await world.reconciler("Gate").run()
    assert holds.get(world.context, world.relay("Gate")).told


@pytest.mark.feature("DEV-02")
async def test_a_device_with_a_held_door_can_be_removed(world: World) -> None:
    hold(world, group(world, "Office", "daily"))
    await world.reconciler("Gate").run()
    world.devices.delete(world.context.again(), world.device_ids["Gate"])
    assert not world.rows(t.relay_hold)
    assert not world.rows(t.relay_held)
