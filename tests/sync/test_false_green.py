"""Ways in which a proof could lie: another record has the code, the code comes back, another device answers."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update

from backend.devices.errors import DeviceError, WrongDevice
from backend.domain.enums import CommandState, SyncState
from backend.domain.revocations import Proof, Revocation
from backend.services.revocations import Revocations
from backend.store import tables as t
from backend.store.store import Store
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world

PIN, CARD, OTHER = "2741", "0A3C7F20", "3852"
DOORS = ("Gate", "Yard")


@pytest.fixture
async def world(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """Two doors that hold Anna with PIN and card, and Ben with another PIN."""
    async with small_world(store, manager_context, {"Gate": "A08S", "Yard": "A08S"}) as made:
        made.add("Anna", PIN, cards=(CARD,))
        made.add("Ben", OTHER, apartment="1002")
        for door in DOORS:
            await made.reconciler(door).run()
        yield made


def anna(world: World) -> int:
    """The number of the person who loses everything."""
    return int(world.rows(t.holder)[0].id)


async def read(world: World, *doors: str) -> None:
    """Have these doors written and read back; what they refuse is left at that."""
    for door in doors:
        with contextlib.suppress(DeviceError):
            await world.reconciler(door).run(read_back=True)


def proof(world: World) -> Revocation:
    """What the page says of Anna."""
    return Revocations(world.store).get(world.context, anna(world))


def swap_addresses(world: World) -> None:
    """The two doors get each other's address, as after a restart of a router."""
    d = t.device
    gate, yard = (world.rows(d, d.c.name == door)[0] for door in DOORS)
    with world.store.books(world.agent) as work:
        for device_id, host, port in ((gate.id, "192.0.2.1", 1), (yard.id, gate.host, gate.port)):
            work.connection.execute(update(d).where(d.c.id == device_id).values(host=host, port=port))
        work.connection.execute(update(d).where(d.c.id == gate.id).values(host=yard.host, port=yard.port))


@pytest.mark.feature("SYNC-03")
async def test_a_card_that_was_put_into_the_record_of_somebody_else_is_not_gone(world: World) -> None:
    (ben,) = world.door("Gate").users.with_pin(OTHER)
    world.door("Gate").users.set({**ben, "CardCode": CARD})
    world.residents.delete(world.context.again(), (anna(world),))
    world.spoil("Gate", ignore_writes=True)
    await read(world, *DOORS)
    assert world.door("Gate").present_card(CARD).opened
    assert not proof(world).proved
    assert [(door.device, door.proof) for door in proof(world).doors] == [
        ("Gate", Proof.REMOVED),
        ("Yard", Proof.GONE),
    ]
    world.spoil("Gate", ignore_writes=False)
    await read(world, "Gate")
    assert not world.door("Gate").present_card(CARD).opened
    assert proof(world).proved


@pytest.mark.feature("SYNC-03")
@pytest.mark.parametrize("key", ["SP1-1", "77"])
async def test_a_code_that_comes_back_to_a_door_is_no_longer_proved(world: World, key: str) -> None:
    (record,) = world.door("Gate").users.with_pin(PIN)
    world.residents.delete(world.context.again(), (anna(world),))
    await read(world, *DOORS)
    assert proof(world).proved
    world.spoil("Gate", ignore_deletes=True)
    mine = key != "77"
    world.door("Gate").users.add({**record, "UserID": record["UserID"] if mine else key, "ID": ""})
    assert world.door("Gate").press_pin(PIN).opened
    await read(world, "Gate")
    assert not proof(world).proved
    assert world.row(t.device_sync, "Gate").red == 2
    world.spoil("Gate", ignore_deletes=False)
    if not mine:
        (stranger,) = world.door("Gate").users.with_pin(PIN)
        world.door("Gate").users.delete(stranger)
    await read(world, "Gate")
    assert not world.door("Gate").press_pin(PIN).opened
    assert proof(world).proved


@pytest.mark.feature("SYNC-03")
async def test_another_device_at_the_address_of_a_door_proves_nothing_and_is_not_written(world: World) -> None:
    world.power_off("Gate")
    world.residents.delete(world.context.again(), (anna(world),))
    await read(world, "Yard")
    await world.power_on("Gate")
    swap_addresses(world)
    before = list(world.door("Yard").users)
    with pytest.raises(WrongDevice, match="MAC 0C:11:05:"):
        await world.reconciler("Gate").run(read_back=True)
    assert list(world.door("Yard").users) == before
    assert world.door("Gate").press_pin(PIN).opened
    assert not proof(world).proved


@pytest.mark.feature("SYNC-01")
async def test_a_worker_sends_nothing_to_another_device_at_the_address_of_its_door(world: World) -> None:
    swap_addresses(world)
    world.add("Cem", "6464", apartment="1003")
    for door in DOORS:
        await world.worker(door).work()
        assert not world.door(door).press_pin("6464").opened
        assert "Another device answers at its address" in world.row(t.device_state, door).last_error


@pytest.mark.feature("DEV-12")
async def test_a_door_is_not_opened_where_another_device_has_its_address(world: World) -> None:
    swap_addresses(world)
    command = world.open("Gate")
    await world.worker("Gate").serve()
    ended = world.command(command)
    assert (ended.state, ended.result.split(":")[0]) == (
        CommandState.FAILED,
        "Another device answers at its address",
    )
    assert [world.asked(door, "relay/trig") for door in DOORS] == [0, 0]


@pytest.mark.feature("DEV-12")
async def test_a_device_that_told_who_it_is_is_not_asked_again_for_every_opening(world: World) -> None:
    worker = world.worker("Gate")
    asked = world.asked("Gate", "system/info")
    for _ in range(3):
        world.open("Gate")
    await worker.serve()
    assert world.asked("Gate", "relay/trig") == 3
    assert world.asked("Gate", "system/info") == asked + 1


@pytest.mark.feature("DEV-12")
async def test_a_device_that_fell_silent_has_to_tell_anew_who_it_is(world: World) -> None:
    worker = world.worker("Gate")
    world.open("Gate")
    await worker.serve()
    world.power_off("Gate")
    silent = world.open("Gate")
    await worker.serve()
    await world.power_on("Gate")
    asked = world.asked("Gate", "system/info")
    opened = world.open("Gate")
    await worker.serve()
    assert [world.command(one).state for one in (silent, opened)] == [CommandState.FAILED, CommandState.DONE]
    assert world.asked("Gate", "system/info") == asked + 1


@pytest.mark.feature("SYNC-01")
async def test_a_door_that_refuses_somebody_does_not_hold_them(world: World) -> None:
    world.spoil("Gate", full=True)
    saved = world.add("Cem", "6464", apartment="1003")
    await read(world, *DOORS)
    assert not world.door("Gate").press_pin("6464").opened
    progress = world.sync.progress(world.context, saved)
    assert (progress.done, progress.total) == (1, 2)
    assert [(one.device, one.reason.partition(":")[0]) for one in progress.waiting] == [("Gate", "refused by the door")]
    states = {
        door.device: (door.state, door.detail.partition(":")[0]) for door in world.sync.person(world.context, saved.id)
    }
    assert states == {"Gate": (SyncState.RED, "refused by the door"), "Yard": (SyncState.IN_SYNC, "")}
    assert {name: sync.refused for _, name, sync in world.sync.devices(world.context)} == {"Gate": 1, "Yard": 0}
    later = world.add("Dan", "7575", apartment="1004")
    world.spoil("Gate", full=False)
    await read(world, *DOORS)
    assert world.sync.progress(world.context, later).done == 2
    assert world.sync.progress(world.context, saved).done == 2
    assert {door.state for door in world.sync.person(world.context, saved.id)} == {SyncState.IN_SYNC}


@pytest.mark.feature("SYNC-01")
async def test_whom_a_door_refuses_keeps_nobody_else_waiting(world: World) -> None:
    world.spoil("Gate", full=True)
    world.add("Cem", "6464", apartment="1003")
    await read(world, *DOORS)
    gone = world.residents.delete(world.context.again(), (world.rows(t.holder)[1].id,))
    await read(world, *DOORS)
    progress = world.sync.progress(world.context, gone)
    assert (progress.done, progress.total) == (2, 2)
