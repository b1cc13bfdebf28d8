"""One device is brought to what it should hold: on real servers, with the faults that devices have."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import time, timedelta

import pytest
from sqlalchemy import select

from backend.devices.errors import DeviceError
from backend.domain.access.rules import Window
from backend.domain.enums import HolderKind, Repeat
from backend.domain.residents import ResidentPatch
from backend.services.holders import reaching, set_groups
from backend.services.own_rights import set_own_rights
from backend.store import tables as t
from backend.store.store import Store
from backend.sync.reconcile import NotKept
from backend.sync.shadow import load_shadow
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world

MODELS = ("X916", "E18C", "R20A", "A08S")


@pytest.fixture(params=MODELS)
async def world(request: pytest.FixtureRequest, store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """One device of each model in turn."""
    async with small_world(store, manager_context, {"Gate": request.param}) as made:
        yield made


@pytest.fixture
async def gate(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """One E18C without encryption, for what does not depend on the model."""
    async with small_world(store, manager_context, {"Gate": "E18C"}) as made:
        yield made


def opens(world: World, pin: str) -> bool:
    """Whether a PIN opens the gate."""
    return not world.door("Gate").press_pin(pin).refused


@pytest.mark.feature("SYNC-01")
async def test_a_new_pin_opens_on_every_model(world: World) -> None:
    saved = world.add("Anna", "2741", cards=("0A3C7F20",))
    assert not opens(world, "2741")
    await world.reconciler("Gate").run()
    assert opens(world, "2741")
    assert not world.door("Gate").present_card("0A3C7F20").refused
    assert world.sync.progress(world.context, saved).done == 1


@pytest.mark.feature("SYNC-03")
async def test_a_deleted_resident_is_refused_and_proved_gone(world: World) -> None:
    person = world.add("Anna", "2741")
    await world.reconciler("Gate").run()
    world.residents.delete(world.context.again(), (person.id,))
    assert all(line.absent_at is None for line in world.sync.revoked(world.context, person.id))
    await world.reconciler("Gate").run()
    assert not opens(world, "2741")
    lines = world.sync.revoked(world.context, person.id)
    assert lines
    assert all(line.absent_at is not None for line in lines)


async def test_a_changed_pin_replaces_the_old_one(world: World) -> None:
    person = world.add("Anna", "2741")
    await world.reconciler("Gate").run()
    record = world.residents.get(world.context, person.id)
    world.residents.edit(world.context.again(), person.id, record.version, ResidentPatch(pin="5566"))
    await world.reconciler("Gate").run()
    assert (opens(world, "2741"), opens(world, "5566")) == (False, True)


@pytest.mark.feature("SYNC-07")
async def test_undo_lets_in_again(world: World) -> None:
    person = world.add("Anna", "2741")
    await world.reconciler("Gate").run()
    gone = world.residents.delete(world.context.again(), (person.id,))
    await world.reconciler("Gate").run()
    world.undo.undo(world.context.again(), gone.operation)
    await world.reconciler("Gate").run()
    assert opens(world, "2741")


async def test_strangers_on_the_device_are_counted_and_left_alone(gate: World) -> None:
    client, _ = gate.client("Gate")
    await client.config_get(["Config.Settings.SNTP.Name"])
    gate.door("Gate").users.add(
        {
            "Name": "Made at the door",
            "UserID": "77",
            "PrivatePIN": "4444",
            "Schedule-Relay": "1001-1;",
            "LiftFloorNum": "0",
            "WebRelay": "0",
        }
    )
    gate.add("Anna", "2741")
    await gate.reconciler("Gate").run()
    assert opens(gate, "4444")
    assert gate.devices.get(gate.context, gate.device_ids["Gate"]).sync.unmanaged == 1


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
async def test_a_lost_connection_leaves_nothing_half_done(gate: World, fault: str) -> None:
    gate.add("Ben", "3852")
    await gate.reconciler("Gate").run()
    gate.add("Anna", "2741", apartment="1002")
    gate.door("Gate").faults = gate.door("Gate").faults.changed({fault: 1})
    with pytest.raises(DeviceError):
        await gate.reconciler("Gate").run()
    await gate.reconciler("Gate").run()
    assert opens(gate, "2741")
    assert [user["PrivatePIN"] for user in gate.door("Gate").users].count("2741") == 1


async def test_a_device_that_ignores_deletes_is_found_out(gate: World) -> None:
    person = gate.add("Anna", "2741")
    await gate.reconciler("Gate").run()
    gate.door("Gate").faults = gate.door("Gate").faults.changed({"ignore_deletes": True})
    gate.residents.delete(gate.context.again(), (person.id,))
    with pytest.raises(NotKept):
        await gate.reconciler("Gate").run()
    assert all(line.absent_at is None for line in gate.sync.revoked(gate.context, person.id))
    gate.door("Gate").faults = gate.door("Gate").faults.changed({"ignore_deletes": False})
    await gate.reconciler("Gate").run()
    assert not opens(gate, "2741")
    assert all(line.absent_at is not None for line in gate.sync.revoked(gate.context, person.id))


async def test_a_full_device_is_said_and_the_rest_still_works(store: Store, manager_context: ManagerContext) -> None:
    async with small_world(store, manager_context, {"Gate": "E18C"}, max_users=2) as world:
        for number, apartment in enumerate(("1001", "1002", "1003")):
            world.add(f"P{number}", f"555{number}", apartment=apartment)
        await world.reconciler("Gate").run()
        opened = [opens(world, f"555{number}") for number in range(3)]
        assert opened.count(True) == 2
        assert world.devices.get(world.context, world.device_ids["Gate"]).sync.losses


async def test_a_reset_device_is_filled_again(gate: World) -> None:
    gate.add("Anna", "2741")
    await gate.reconciler("Gate").run()
    gate.door("Gate").restore()
    await gate.reconciler("Gate").run(read_back=True)
    assert opens(gate, "2741")


async def test_a_day_old_belief_is_read_back(gate: World, store: Store) -> None:
    gate.add("Anna", "2741")
    await gate.reconciler("Gate").run()
    gate.door("Gate").users.clear()
    await gate.reconciler("Gate").run()
    assert not opens(gate, "2741")
    store.clock.advance(timedelta(days=1, minutes=1))  # type: ignore[attr-defined]
    await gate.reconciler("Gate").run()
    assert opens(gate, "2741")


async def test_what_a_device_held_is_kept_with_its_times(gate: World, store: Store) -> None:
    person = gate.add("Anna", "2741")
    await gate.reconciler("Gate").run()
    store.clock.advance(minutes=5)  # type: ignore[attr-defined]
    gate.residents.delete(gate.context.again(), (person.id,))
    await gate.reconciler("Gate").run()
    with store.read() as connection:
        rows = connection.execute(select(t.held.c.from_at, t.held.c.to_at).where(t.held.c.holder_id == person.id)).all()
    assert len(rows) == 1
    assert rows[0].to_at - rows[0].from_at == timedelta(minutes=5)


@pytest.mark.feature("SYNC-01")
async def test_a_schedule_whose_answer_was_lost_is_not_added_twice(gate: World) -> None:
    await gate.reconciler("Gate").run()
    visitor = gate.add("Anna", "2741")
    with gate.store.write(gate.context.again(), "resident.edit") as work:
        work.require("resident.write")
        with reaching(work, [visitor.id], "hours"):
            work.update(t.holder, visitor.id, kind=HolderKind.VISITOR.value)
            set_groups(work, visitor.id, ())
            set_own_rights(work, visitor.id, [Window(Repeat.DAILY, time(8), time(18))], [gate.relay("Gate", 1)])
    gate.spoil("Gate", drop_after=1)
    with pytest.raises(DeviceError):
        await gate.reconciler("Gate").run()
    assert len(schedules(gate)) == 1
    await gate.reconciler("Gate").run()
    assert len(schedules(gate)) == 1
    with gate.store.read() as connection:
        believed = load_shadow(connection, gate.device_ids["Gate"])
    assert ([*believed.schedules], believed.doubtful) == (schedules(gate), False)


def schedules(world: World) -> list[str]:
    """The names of the schedules of ours on the gate."""
    return [one["Name"] for one in world.door("Gate").schedules if one["Name"].startswith("SP-")]
