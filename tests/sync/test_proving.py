"""A device is believed only as far as it was read: doubts, drift, second records, promises not kept."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import time, timedelta
from typing import Any

import pytest
from PIL import Image

from backend.devices.errors import DeviceError
from backend.domain.residents import ResidentPatch
from backend.store import tables as t
from backend.store.store import Store
from backend.sync.readback import NotKept
from backend.virtual.envelope import Refused
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world, until


@pytest.fixture
async def gate(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A gate with two doors on which Anna has a PIN and a card."""
    async with small_world(store, manager_context, {"Gate": "E18C"}, relays=2) as made:
        made.add("Anna", "2741", cards=("0A3C7F20",))
        await made.reconciler("Gate").run()
        yield made


def opens(world: World, pin: str) -> tuple[int, ...]:
    """The relays that a PIN opens."""
    return world.door("Gate").press_pin(pin).opened


def record(world: World, pin: str = "2741") -> dict[str, Any]:
    """The record of a PIN on the device."""
    (found,) = world.door("Gate").users.with_pin(pin)
    return found


def tamper(world: World, **changes: str) -> None:
    """Somebody changes Anna's record at the device."""
    world.door("Gate").users.set({**record(world), **changes})


def change_pin(world: World, pin: str) -> None:
    """Anna gets another PIN."""
    anna = world.rows(t.resident)[0].id
    version = world.residents.get(world.context, anna).version
    world.residents.edit(world.context.again(), anna, version, ResidentPatch(pin=pin))


def red(world: World) -> int:
    """How many revocations are not proved."""
    return int(world.row(t.device_sync, "Gate").red)


def drifts(world: World) -> list[int]:
    """The drift after each commit from now on."""
    seen: list[int] = []
    world.store.after_commit.append(lambda _: seen.append(int(world.row(t.device_sync, "Gate").drift)))
    return seen


async def test_a_door_in_sync_is_left_alone(gate: World) -> None:
    gate.virtual.running["Gate"].app.seen.clear()
    reconciler = gate.reconciler("Gate")
    assert await reconciler.run()
    assert not reconciler.spoke
    assert not gate.virtual.running["Gate"].app.seen


@pytest.mark.feature("SYNC-04")
@pytest.mark.parametrize("changes", [{"PrivatePIN": "8888"}, {"Schedule-Relay": "1001-1;"}, {"CardCode": ""}])
async def test_what_was_changed_at_the_device_is_set_right(gate: World, changes: dict[str, str]) -> None:
    was = dict(record(gate))
    tamper(gate, **changes)
    seen = drifts(gate)
    reconciler = gate.reconciler("Gate")
    assert await reconciler.run(read_back=True)
    assert reconciler.spoke
    assert record(gate) == was
    assert 1 in seen
    assert gate.row(t.device_sync, "Gate").drift == 0


@pytest.mark.feature("SYNC-04")
async def test_who_was_deleted_at_the_device_comes_back(gate: World) -> None:
    gate.door("Gate").users.clear()
    seen = drifts(gate)
    assert await gate.reconciler("Gate").run(read_back=True)
    assert opens(gate, "2741") == (1, 2)
    assert 1 in seen


async def test_the_first_reading_of_a_device_is_no_drift(store: Store, manager_context: ManagerContext) -> None:
    async with small_world(store, manager_context, {"Gate": "E18C"}) as world:
        for number in (4711, 4712):
            world.door("Gate").users.add(
                {"UserID": f"SP{number}-1", "Name": "Old", "PrivatePIN": f"{number}", "Schedule-Relay": "1001-1;",
                 "WebRelay": "0", "LiftFloorNum": "0"}
            )  # fmt: skip
        seen = drifts(world)
        assert await world.reconciler("Gate").run()
        assert set(seen) == {0}
        assert opens(world, "4711") == ()
        assert world.row(t.device_sync, "Gate").users_held == 0


@pytest.mark.feature("SYNC-04")
async def test_hours_that_were_changed_at_the_device_are_set_right(gate: World) -> None:
    with gate.store.write(gate.agent.again(), "test.hours") as work:
        work.require("group.write")
        work.update(t.access_window, gate.rows(t.access_window)[0].id, end=time(18, 0))
        work.dirty(gate.device_ids.values(), "hours")
    await gate.reconciler("Gate").run()
    (mine,) = [one for one in gate.door("Gate").schedules if one["Name"].startswith("SP-")]
    gate.door("Gate").schedules.set({**mine, "TimeEnd": "23:59", "Daily": "00:00-23:59"})
    assert await gate.reconciler("Gate").run(read_back=True)
    (mine,) = [one for one in gate.door("Gate").schedules if one["Name"].startswith("SP-")]
    assert (mine["TimeStart"], mine["TimeEnd"]) == ("00:00", "17:59")
    assert gate.door("Gate").users.grants_of(record(gate)) == [(mine["ID"], (1, 2))]


async def test_a_belief_is_good_for_a_day(gate: World, clock: FakeClock) -> None:
    clock.advance(days=1)
    reconciler = gate.reconciler("Gate")
    await reconciler.run()
    assert not reconciler.spoke
    clock.advance(microseconds=1)
    await reconciler.run()
    assert reconciler.spoke
    assert gate.row(t.device_sync, "Gate").read_back_at == clock()


async def test_of_two_records_of_one_person_one_goes(gate: World) -> None:
    """Real devices accept the same user twice when an answer got lost."""
    users = gate.door("Gate").users
    users.add({**record(gate), "UserID": "twin", "PrivatePIN": "6666"})
    record(gate, "6666")["UserID"] = record(gate)["UserID"]
    assert await gate.reconciler("Gate").run(read_back=True)
    assert [one["PrivatePIN"] for one in users] == ["2741"]


async def test_a_second_record_that_carries_a_freed_code_is_no_proof(gate: World) -> None:
    users = gate.door("Gate").users
    users.add({**record(gate), "UserID": "twin", "CardCode": ""})
    twin = next(one for one in users if one["UserID"] == "twin")
    twin["UserID"] = record_of_card(gate)["UserID"]
    change_pin(gate, "5566")
    with pytest.raises(NotKept, match="still holds 1 of the codes"):
        await gate.reconciler("Gate").run()
    assert red(gate) == 1
    assert await gate.reconciler("Gate").run()
    assert (red(gate), opens(gate, "2741"), opens(gate, "5566")) == (0, (), (1, 2))


def record_of_card(world: World) -> dict[str, Any]:
    """The record that carries Anna's card."""
    (found,) = world.door("Gate").users.with_card("0A3C7F20")
    return found


@pytest.mark.feature("SYNC-03")
async def test_a_change_that_the_device_ignores_is_found_out(gate: World) -> None:
    change_pin(gate, "5566")
    gate.spoil("Gate", ignore_writes=True)
    with pytest.raises(NotKept) as caught:
        await gate.reconciler("Gate").run()
    assert str(caught.value) == "The device did not keep 1 of the changes sent to it."
    assert red(gate) == 1
    gate.spoil("Gate", ignore_writes=False)
    assert await gate.reconciler("Gate").run()
    assert (red(gate), opens(gate, "2741"), opens(gate, "5566")) == (0, (), (1, 2))


@pytest.mark.feature("SYNC-03")
async def test_a_narrower_right_that_the_device_ignores_is_found_out(gate: World) -> None:
    """No code is taken away, but a door is: that is a revocation too."""
    second = gate.relay("Gate", 2)
    with gate.store.write(gate.agent.again(), "test.group") as work:
        work.require("group.write")
        (row,) = gate.rows(t.access_group_relay, t.access_group_relay.c.relay_id == second)
        work.delete(t.access_group_relay, row.id)
        work.dirty(gate.device_ids.values(), "group")
    gate.spoil("Gate", ignore_writes=True)
    with pytest.raises(NotKept):
        await gate.reconciler("Gate").run()
    gate.spoil("Gate", ignore_writes=False)
    assert await gate.reconciler("Gate").run()
    assert opens(gate, "2741") == (1,)


@pytest.mark.feature("SYNC-03")
async def test_a_change_that_the_device_refuses_leaves_the_old_code_red(gate: World) -> None:
    def refuse(given: dict[str, Any]) -> None:
        raise Refused("Failed")

    users = gate.door("Gate").users
    change_pin(gate, "5566")
    keep, users.set = users.set, refuse  # type: ignore[method-assign]
    with pytest.raises(NotKept, match="still holds 1 of the codes that were taken away"):
        await gate.reconciler("Gate").run()
    assert red(gate) == 1
    users.set = keep  # type: ignore[method-assign]
    assert await gate.reconciler("Gate").run()
    assert (red(gate), opens(gate, "2741")) == (0, ())


@pytest.mark.feature("SYNC-03")
async def test_a_stranger_with_a_freed_code_keeps_it_red_without_stopping_the_rest(gate: World) -> None:
    users = gate.door("Gate").users
    users.add({**record(gate), "UserID": "77", "Name": "Plumber", "CardCode": ""})
    change_pin(gate, "5566")
    assert await gate.reconciler("Gate").run()
    row = gate.row(t.device_sync, "Gate")
    assert (row.red, row.users_unmanaged, row.gen) == (1, 1, row.done_gen)
    assert opens(gate, "2741") == (1, 2)
    users.delete({"UserID": "77"})
    assert await gate.reconciler("Gate").run(read_back=True)
    assert red(gate) == 0


async def test_who_was_refused_is_said_and_does_not_hold_up_the_others(gate: World) -> None:
    users = gate.door("Gate").users
    adding = users.add

    def picky(given: dict[str, Any]) -> None:
        if given["PrivatePIN"] == "1111":
            raise Refused("Failed")
        adding(given)

    users.add = picky  # type: ignore[method-assign]
    gate.add("Ben", "1111", apartment="1002")
    gate.add("Cleo", "2222", apartment="1003")
    change_pin(gate, "5566")
    assert await gate.reconciler("Gate").run()
    row = gate.row(t.device_sync, "Gate")
    assert (row.gen, row.users_held, row.red) == (row.done_gen, 2, 0)
    assert "Ben" in row.losses
    assert opens(gate, "2222") == (1, 2)
    users.add = adding  # type: ignore[method-assign]
    assert await gate.reconciler("Gate").run()
    assert (opens(gate, "1111"), gate.row(t.device_sync, "Gate").losses) == ((1, 2), "[]")


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "reboot"])
@pytest.mark.parametrize("nth", [0, 1, 2, 3, 4])
async def test_whichever_request_breaks_the_next_run_mends_it(gate: World, fault: str, nth: int) -> None:
    """A removal, a change and an add: every request in turn is lost, before or after its effect."""
    gate.add("Ben", "1111", apartment="1002")
    await gate.reconciler("Gate").run()
    ben = gate.rows(t.resident)[1].id
    gate.residents.delete(gate.context.again(), (ben,))
    change_pin(gate, "5566")
    gate.add("Cleo", "2222", apartment="1003")
    device = gate.door("Gate")
    _spoil_after(gate, nth, fault)
    failures = 0
    for _ in range(3):
        await until(lambda: device.powered and gate.virtual.running["Gate"].listener._server is not None)
        try:
            assert await gate.reconciler("Gate").run()
            break
        except DeviceError:
            failures += 1
    assert failures <= 1
    assert {pin: opens(gate, pin) for pin in ("1111", "2741", "5566", "2222")} == {
        "1111": (), "2741": (), "5566": (1, 2), "2222": (1, 2),
    }  # fmt: skip
    assert (len(list(device.users)), red(gate)) == (2, 0)


def _spoil_after(world: World, requests: int, fault: str) -> None:
    """Let so many requests pass before the fault comes."""
    app = world.virtual.running["Gate"].app
    effect, left = app._effect, requests

    def counted(act: Any) -> Any:
        nonlocal left
        if left == 0:
            world.spoil("Gate", **{fault: 1})
            world.door("Gate").config = world.door("Gate").config.model_copy(update={"reboot_seconds": 0.0})
        left -= 1
        return effect(act)

    app._effect = counted  # type: ignore[method-assign]


async def test_what_changes_while_the_agent_works_is_not_taken_for_done(gate: World) -> None:
    gate.spoil("Gate", slow=0.1)
    change_pin(gate, "5566")
    running = asyncio.ensure_future(gate.reconciler("Gate").run())
    await until(lambda: gate.asked("Gate", "user/set") > 0)
    gate.add("Ben", "1111", apartment="1002")
    assert await running
    row = gate.row(t.device_sync, "Gate")
    assert row.gen == row.done_gen + 1
    assert opens(gate, "1111") == ()
    await gate.reconciler("Gate").run()
    assert opens(gate, "1111") == (1, 2)


async def test_when_a_code_ends_by_date_the_door_is_to_be_written_then(gate: World, clock: FakeClock) -> None:
    (pin,) = gate.rows(t.credential, t.credential.c.kind == "pin")
    ends = clock() + timedelta(hours=2)
    with gate.store.write(gate.agent.again(), "test.date") as work:
        work.require("resident.write")
        work.update(t.credential, pin.id, valid_to=ends)
        work.dirty(gate.device_ids.values(), "date")
    await gate.reconciler("Gate").run()
    assert gate.row(t.device_sync, "Gate").next_change_at == ends
    assert opens(gate, "2741") == (1, 2)
    clock.now = ends
    await gate.reconciler("Gate").run()
    assert gate.door("Gate").users.with_pin("2741") == []
    assert gate.row(t.device_sync, "Gate").next_change_at is None


async def test_a_removal_goes_before_an_add(gate: World) -> None:
    gate.residents.delete(gate.context.again(), (gate.rows(t.resident)[0].id,))
    gate.add("Ben", "1111", apartment="1002")
    gate.virtual.running["Gate"].app.seen.clear()
    await gate.reconciler("Gate").run()
    assert gate.order("Gate") == ["user/del", "user/add"]


async def test_no_transaction_of_a_large_reading_holds_the_lock_for_long(
    store: Store, manager_context: ManagerContext
) -> None:
    async with small_world(store, manager_context, {"Gate": "R20A"}) as world:
        users = world.door("Gate").users
        for number in range(1, 1501):
            users.add({"UserID": f"SP{number}-1", "Name": "Old", "PrivatePIN": "", "CardCode": f"{number:08X}",
                       "ScheduleRelay": "1001-1;"})  # fmt: skip
        store.longest_lock = 0.0
        assert not await world.reconciler("Gate").run()
        assert len(world.rows(t.held)) == 1500
        assert store.longest_lock < 0.5, "a slice of a hundred takes a few hundredths of a second"


@pytest.mark.feature("RES-05")
async def test_a_face_stays_here_and_is_proved_gone_like_a_code(gate: World) -> None:
    written = io.BytesIO()
    Image.new("RGB", (200, 260), "navy").save(written, "JPEG")
    anna = gate.residents.get(gate.context, gate.rows(t.resident)[0].id)
    patch = ResidentPatch(face=written.getvalue(), floors=("3",))
    gate.residents.edit(gate.context.again(), anna.id, anna.version, patch)
    assert await gate.reconciler("Gate").run()
    assert record(gate)["LiftFloorNum"] == "3"
    assert opens(gate, "2741") == (1, 2)
    gate.residents.delete(gate.context.again(), [anna.id])
    assert await gate.reconciler("Gate").run()
    assert red(gate) == 0
    assert opens(gate, "2741") == ()
