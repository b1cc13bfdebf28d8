"""The worker of a device: what is due is done, in its time, and an error ends nothing but its own round."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from backend.domain.enums import CommandState, CommandVerb, DeviceStatus
from backend.services.commands import queue
from backend.store import tables as t
from backend.store.store import Store
from backend.sync.worker import Pace, Worker
from backend.virtual.faults import Faults
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world, until

ALWAYS_DUE = Pace(status=0, door_log=0, silent=0)
NEVER_DUE = Pace(status=1e6, door_log=1e6, silent=1e6)


@pytest.fixture
async def gate(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A gate with two doors."""
    async with small_world(store, manager_context, {"Gate": "E18C"}, relays=2, reboot_seconds=0) as made:
        yield made


@asynccontextmanager
async def running(worker: Worker) -> AsyncIterator[Worker]:
    """A worker at work; ended at the end of the block."""
    task = asyncio.create_task(worker.run())
    try:
        yield worker
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def opens(world: World, pin: str) -> bool:
    """Whether a PIN opens the gate."""
    return not world.door("Gate").press_pin(pin).refused


def sync(world: World) -> Any:
    """The sync row of the gate."""
    return world.row(t.device_sync, "Gate")


def state(world: World) -> Any:
    """The state row of the gate."""
    return world.row(t.device_state, "Gate")


def requests(world: World) -> int:
    """How many requests the gate has seen."""
    return world.virtual.running["Gate"].app.counts["total"]


# -- rounds ------------------------------------------------------------------------------------------


@pytest.mark.feature("SYNC-01")
async def test_one_round_brings_the_device_up_to_date_and_looks_at_it(gate: World, clock: FakeClock) -> None:
    gate.add("Anna", "2741")
    gate.door("Gate").open_relay(2)
    await gate.worker("Gate", ALWAYS_DUE).work()
    assert opens(gate, "2741")
    row = state(gate)
    assert (row.status, row.last_seen_at, row.last_error) == (DeviceStatus.ONLINE, clock(), "")
    assert (row.relay_states, row.relays_read_at) == ('{"1": false, "2": true}', clock())
    assert row.log_read_at == clock()
    assert (row.uptime_s, abs(row.clock_offset_ms) <= 1000) == (0, True)


async def test_relays_are_told_to_the_terminals_when_they_change(gate: World) -> None:
    worker = gate.worker("Gate", ALWAYS_DUE)
    await worker.work()
    told: list[frozenset[str]] = []
    gate.store.after_commit.append(told.append)
    await worker.work()
    assert not any("devices" in topics for topics in told)
    gate.door("Gate").open_relay(1)
    await worker.work()
    assert frozenset({"devices"}) in told
    assert state(gate).relay_states == '{"1": true, "2": false}'


async def test_relays_are_noted_of_the_device_that_was_asked(store: Store, manager_context: ManagerContext) -> None:
    async with small_world(store, manager_context, {"Gate": "E18C", "Yard": "E18C"}) as world:
        await world.worker("Gate", ALWAYS_DUE).work()
        states = {name: world.row(t.device_state, name).relay_states for name in ("Gate", "Yard")}
        assert states == {"Gate": '{"1": false, "2": false}', "Yard": ""}


async def test_nothing_is_asked_before_its_time(gate: World) -> None:
    worker = gate.worker("Gate", NEVER_DUE)
    await worker.work()
    assert gate.asked("Gate", "system/status") == 1
    assert gate.asked("Gate", "doorlog/get") == 1
    before = requests(gate)
    await worker.work()
    assert requests(gate) == before


async def test_the_log_is_read_when_the_device_told_something(gate: World) -> None:
    worker = gate.worker("Gate", NEVER_DUE)
    await worker.work()
    gate.door("Gate").press_pin("1111")
    worker.event()
    await worker.work()
    assert len(gate.rows(t.door_log)) == 1
    assert gate.asked("Gate", "system/status") == 1
    assert gate.asked("Gate", "doorlog/get") == 2


async def test_a_log_that_could_not_be_read_is_due_again_at_once(gate: World) -> None:
    worker = gate.worker("Gate", NEVER_DUE)
    await worker.work()
    worker.event()
    gate.spoil("Gate", drop_before=3)
    await worker.work()
    seen = gate.asked("Gate", "doorlog/get")
    gate.spoil("Gate", drop_before=0)
    await worker.work()
    assert gate.asked("Gate", "doorlog/get") == seen + 1


async def test_a_log_is_read_no_further_back_than_to_the_last_line_known(gate: World) -> None:
    for number in range(25):
        gate.door("Gate").press_pin(f"{number:04d}")
    worker = gate.worker("Gate", NEVER_DUE)
    await worker.work()
    whole = gate.asked("Gate", "doorlog/get")
    gate.door("Gate").press_pin("1111")
    worker.event()
    await worker.work()
    assert whole > 2
    assert gate.asked("Gate", "doorlog/get") == whole + 1
    assert len(gate.rows(t.door_log)) == 26


async def test_a_clock_that_is_wrong_is_measured(gate: World) -> None:
    gate.spoil("Gate", clock_offset=90.0)
    await gate.worker("Gate", ALWAYS_DUE).work()
    assert 89_000 <= state(gate).clock_offset_ms <= 91_000
    gate.spoil("Gate", clock_offset=-3600.0)
    await gate.worker("Gate", ALWAYS_DUE).work()
    assert -3_601_000 <= state(gate).clock_offset_ms <= -3_599_000


async def test_a_round_without_a_word_from_the_device_is_no_sign_of_life(gate: World, clock: FakeClock) -> None:
    gate.add("Anna", "2741")
    worker = gate.worker("Gate", NEVER_DUE)
    await worker.work()
    seen = state(gate).last_seen_at
    clock.advance(minutes=1)
    gate.power_off("Gate")
    with gate.store.write(gate.agent.again(), "test.dirty") as work:
        work.require("device.write")
        work.dirty(gate.device_ids.values(), "nothing that matters")
    await worker.work()
    assert (sync(gate).gen, state(gate).last_seen_at) == (sync(gate).done_gen, seen)


# -- errors ------------------------------------------------------------------------------------------


@pytest.mark.feature("SYNC-01")
async def test_a_device_that_is_not_there_is_tried_again_later_and_later(gate: World, clock: FakeClock) -> None:
    await gate.worker("Gate", ALWAYS_DUE).work()
    gate.power_off("Gate")
    gate.add("Anna", "2741")
    worker = gate.worker("Gate", ALWAYS_DUE)
    await worker.work()
    row = sync(gate)
    assert (row.attempt, row.last_error) == (
        1,
        "The address answers, but nothing listens at this port: check it, or wait for a restart.",
    )
    assert timedelta(seconds=1) <= row.not_before - clock() <= timedelta(seconds=2)
    assert state(gate).status == DeviceStatus.OFFLINE
    assert state(gate).last_error == row.last_error
    await worker.work()
    assert sync(gate).attempt == 1, "not before its time"
    for attempt in range(2, 13):
        clock.now = sync(gate).not_before
        await worker.work()
        assert sync(gate).attempt == attempt
        assert sync(gate).not_before - clock() <= timedelta(seconds=min(300, 2**attempt))
    await gate.power_on("Gate")
    await worker.work()
    assert (sync(gate).attempt, sync(gate).not_before) == (0, None), "a sign of life ends the wait"
    await worker.work()
    assert opens(gate, "2741")
    assert sync(gate).last_error == ""


async def test_what_is_due_by_the_clock_waits_as_well(gate: World, clock: FakeClock) -> None:
    """Else a device that is not there when a code of it ends would be called fifty times a second."""
    gate.add("Anna", "2741")
    (pin,) = gate.rows(t.credential)
    with gate.store.write(gate.agent.again(), "test.date") as work:
        work.require("resident.write")
        work.update(t.credential, pin.id, valid_to=clock() + timedelta(hours=1))
    worker = gate.worker("Gate", NEVER_DUE)
    await worker.work()
    gate.power_off("Gate")
    clock.advance(hours=1)
    await worker.work()
    assert (sync(gate).attempt, sync(gate).gen) == (1, sync(gate).done_gen)
    for _ in range(3):
        await worker.work()
    assert sync(gate).attempt == 1
    assert await worker._pause() > 0.5


async def test_a_promise_not_kept_neither_takes_the_device_offline_nor_stops_its_log(gate: World) -> None:
    person = gate.add("Anna", "2741")
    worker = gate.worker("Gate", ALWAYS_DUE)
    await worker.work()
    gate.spoil("Gate", ignore_deletes=True)
    gate.residents.delete(gate.context.again(), (person.id,))
    gate.door("Gate").press_pin("2741")
    await worker.work()
    assert sync(gate).last_error == "The device did not keep 1 of the changes sent to it."
    assert (sync(gate).attempt, state(gate).status) == (1, DeviceStatus.ONLINE)
    assert len(gate.rows(t.door_log)) == 1


@pytest.mark.feature("AGT-01")
async def test_after_a_refused_login_nothing_is_tried_until_a_person_asks(gate: World) -> None:
    worker = gate.worker("Gate", ALWAYS_DUE)
    await worker.work()
    gate.spoil("Gate", unauthorized=True)
    gate.add("Anna", "2741")
    await worker.work()
    refused = "The device refuses the user name or password of its HTTP API."
    assert (sync(gate).last_error, state(gate).last_error) == (refused, refused)
    assert state(gate).status == DeviceStatus.ONLINE
    before = requests(gate)
    for _ in range(3):
        await worker.work()
    assert requests(gate) == before
    gate.spoil("Gate", unauthorized=False)
    await worker.work()
    assert requests(gate) == before
    gate.sync.check(gate.context.again(), gate.device_ids["Gate"])
    await worker.serve()
    await worker.work()
    assert opens(gate, "2741")


async def test_one_refused_login_is_one_refused_login(gate: World) -> None:
    gate.spoil("Gate", unauthorized=True)
    worker = gate.worker("Gate", ALWAYS_DUE)
    await worker.work()
    app = gate.virtual.running["Gate"].app
    assert {one.target for one in app.seen} == {"system"}, "nothing else was asked in that round"


HOSTILE = {
    "garbage": "What answers at this address does not look like an Akuvox device.",
    "not_found": "What answers at this address does not look like an Akuvox device.",
    "huge": "The device's answer is larger than 4 MiB; it was cut off.",
    "redirect": "The device sends us to another address, which is not followed.",
    "unauthorized": "The device refuses the user name or password of its HTTP API.",
}


@pytest.mark.feature("AGT-01")
@pytest.mark.parametrize("fault", sorted(HOSTILE))
async def test_a_hostile_device_says_why_loses_nothing_and_harms_no_other(
    store: Store, manager_context: ManagerContext, fault: str
) -> None:
    async with small_world(store, manager_context, {"Gate": "E18C", "Yard": "E18C"}) as world:
        world.spoil("Gate", **{fault: True})
        world.add("Anna", "2741")
        async with running(world.worker("Gate")), running(world.worker("Yard")):
            await until(lambda: not world.door("Yard").press_pin("2741").refused)
            await until(lambda: sync(world).last_error != "")
            assert sync(world).last_error == state(world).last_error == HOSTILE[fault]
            assert world.row(t.device_sync, "Yard").last_error == ""
        world.door("Gate").faults = Faults()
        await world.worker("Gate", ALWAYS_DUE).work()
        store.clock.advance(minutes=6)  # type: ignore[attr-defined]
        await world.worker("Gate", ALWAYS_DUE).work()
        assert opens(world, "2741")
        assert sync(world).last_error == state(world).last_error == ""


# -- restarts ----------------------------------------------------------------------------------------


@pytest.mark.feature("SYNC-04")
async def test_a_device_that_restarted_is_read_back(gate: World, clock: FakeClock) -> None:
    gate.add("Anna", "2741")
    worker = gate.worker("Gate", ALWAYS_DUE)
    clock.advance(minutes=9)
    await worker.work()
    assert opens(gate, "2741")
    clock.advance(minutes=1)
    gate.door("Gate").restore()
    gate.door("Gate").reboot()
    await until(lambda: gate.virtual.running["Gate"].listener._server is not None)
    await worker.work()
    assert not opens(gate, "2741")
    await worker.work()
    assert opens(gate, "2741")


async def test_a_restart_while_no_agent_ran_is_seen(gate: World, clock: FakeClock) -> None:
    gate.add("Anna", "2741")
    await gate.worker("Gate", ALWAYS_DUE).work()
    clock.advance(hours=1)
    gate.door("Gate").restore()
    gate.door("Gate").reboot()
    await until(lambda: gate.virtual.running["Gate"].listener._server is not None)
    clock.advance(hours=5)
    worker = gate.worker("Gate", ALWAYS_DUE)
    await worker.work()
    await worker.work()
    assert opens(gate, "2741")


@pytest.mark.feature("AGT-05")
async def test_a_wiped_log_that_has_grown_past_the_old_one_is_taken_whole(gate: World, clock: FakeClock) -> None:
    worker = gate.worker("Gate", ALWAYS_DUE)
    clock.advance(minutes=9)
    for pin in ("1111", "1112"):
        gate.door("Gate").press_pin(pin)
    await worker.work()
    assert len(gate.rows(t.door_log)) == 2
    clock.advance(minutes=1)
    gate.door("Gate").restore()
    gate.door("Gate").reboot()
    for pin in ("2221", "2222", "2223"):
        clock.advance(seconds=1)
        gate.door("Gate").press_pin(pin)
    await until(lambda: gate.virtual.running["Gate"].listener._server is not None)
    await worker.work()
    await worker.work()
    assert len(gate.rows(t.door_log)) == 5


# -- at work by itself -------------------------------------------------------------------------------


async def test_a_change_reaches_the_door_at_a_wake(gate: World) -> None:
    worker = gate.worker("Gate", NEVER_DUE)
    async with running(worker):
        await until(lambda: sync(gate).gen == sync(gate).done_gen)
        gate.add("Anna", "2741")
        worker.wake()
        await until(lambda: opens(gate, "2741"))


async def test_when_a_door_is_to_change_by_the_clock_the_worker_is_up(gate: World, clock: FakeClock) -> None:
    gate.add("Anna", "2741")
    (pin,) = gate.rows(t.credential)
    with gate.store.write(gate.agent.again(), "test.date") as work:
        work.require("resident.write")
        work.update(t.credential, pin.id, valid_to=clock() + timedelta(seconds=0.4))
    async with running(gate.worker("Gate", NEVER_DUE)):
        await until(lambda: opens(gate, "2741"))
        clock.advance(seconds=0.4)
        await until(lambda: gate.door("Gate").users.with_pin("2741") == [])


async def test_a_belief_of_yesterday_is_compared_by_itself(gate: World, clock: FakeClock) -> None:
    gate.add("Anna", "2741")
    worker = gate.worker("Gate", NEVER_DUE)
    await worker.work()
    gate.door("Gate").users.clear()
    clock.advance(hours=23, minutes=59)
    await worker.work()
    assert not opens(gate, "2741")
    clock.advance(minutes=2)
    await worker.work()
    assert opens(gate, "2741")


async def test_a_device_is_looked_at_again_and_again(gate: World) -> None:
    async with running(gate.worker("Gate", Pace(status=0.1, door_log=0.1, silent=0.1))):
        await until(lambda: gate.asked("Gate", "system/status") >= 3)
        await until(lambda: gate.asked("Gate", "doorlog/get") >= 3)


async def test_the_pause_is_as_long_as_nothing_is_due(gate: World, clock: FakeClock) -> None:
    worker = gate.worker("Gate", Pace(status=30, door_log=20, silent=10))
    assert await worker._pause() == 0.02
    await worker.work()
    assert 19 < await worker._pause() <= 20
    gate.add("Anna", "2741")
    assert await worker._pause() == 0.02
    gate.power_off("Gate")
    await worker.work()
    assert await worker._pause() == (sync(gate).not_before - clock()).total_seconds()
    clock.now = sync(gate).not_before
    assert await worker._pause() == 0.02
    gate.sync.check(gate.context.again(), gate.device_ids["Gate"])
    await worker.serve()
    assert await worker._pause() == 0.02


async def test_a_silent_device_is_looked_at_sooner(gate: World) -> None:
    worker = gate.worker("Gate", Pace(status=30, door_log=20, silent=5))
    gate.power_off("Gate")
    await worker.work()
    with gate.store.books(gate.agent) as work:
        work.connection.execute(t.device_sync.update().values(not_before=None, done_gen=99))
    assert 4 < await worker._pause() <= 5


# -- commands ----------------------------------------------------------------------------------------


async def ended(world: World, worker: Worker, command_id: int) -> tuple[str, str]:
    """Serve, and how the command ended."""
    await worker.serve()
    row = world.command(command_id)
    return row.state, row.result


@pytest.mark.feature("DEV-12")
async def test_a_door_opens_once_and_is_said_to_be_open(gate: World) -> None:
    worker = gate.worker("Gate")
    assert await ended(gate, worker, gate.open("Gate", 2)) == (CommandState.DONE, "opened")
    assert gate.door("Gate").relays.opened() == {1: False, 2: True}
    await worker.serve()
    assert gate.asked("Gate", "relay/trig") == 1


@pytest.mark.feature("DEV-12")
@pytest.mark.parametrize(
    ("fault", "state_after", "words"),
    [
        ({"unauthorized": True}, CommandState.REFUSED, "The device refuses the user name or password of its HTTP API."),
        (
            {"drop_before": 1},
            CommandState.UNKNOWN,
            "The connection to the device broke before its answer was complete.",
        ),
        ({"drop_after": 1}, CommandState.UNKNOWN, "The connection to the device broke before its answer was complete."),
        ({"not_found": True}, CommandState.FAILED, "The device's firmware does not know the call"),
        ({"garbage": True}, CommandState.UNKNOWN, "What answers at this address does not look like an Akuvox device."),
    ],
)
async def test_how_an_opening_went_is_said_honestly(
    gate: World, fault: dict[str, Any], state_after: CommandState, words: str
) -> None:
    worker = gate.worker("Gate")
    await ended(gate, worker, gate.open("Gate"))
    gate.spoil("Gate", **fault)
    found, said = await ended(gate, worker, gate.open("Gate"))
    assert found == state_after
    assert said.startswith(words)


@pytest.mark.feature("DEV-12")
async def test_an_opening_of_a_device_that_is_off_has_failed(gate: World) -> None:
    gate.power_off("Gate")
    assert await ended(gate, gate.worker("Gate"), gate.open("Gate")) == (
        CommandState.FAILED,
        "The address answers, but nothing listens at this port: check it, or wait for a restart.",
    )


@pytest.mark.feature("DEV-12")
async def test_a_device_that_says_no_to_an_opening_has_refused(gate: World) -> None:
    relays = gate.door("Gate").relays
    relays._relays.pop(2)
    found, said = await ended(gate, gate.worker("Gate"), gate.open("Gate", 2))
    assert (found, said) == (CommandState.REFUSED, "The device refused: Error param (-1).")


async def test_a_door_that_the_model_does_not_have_is_refused(gate: World) -> None:
    with gate.store.books(gate.agent) as work:
        work.connection.execute(t.relay.update().where(t.relay.c.number == 2).values(number=7))
    assert await ended(gate, gate.worker("Gate"), gate.open("Gate", 7)) == (
        CommandState.REFUSED,
        "The device has the relays 1 to 2.",
    )
    assert gate.asked("Gate", "relay/trig") == 0


async def test_a_restart_by_hand(gate: World) -> None:
    with gate.store.write(gate.context.again(), "device.reboot") as work:
        work.require("device.edit")
        command = queue(work, CommandVerb.REBOOT, device_id=gate.device_ids["Gate"])
    assert await ended(gate, gate.worker("Gate"), command) == (CommandState.DONE, "restarting")
    assert gate.asked("Gate", "system/reboot") == 1


async def test_what_a_device_has_no_part_in_is_refused(gate: World) -> None:
    with gate.store.write(gate.context.again(), "device.identify") as work:
        work.require("device.edit")
        command = queue(work, CommandVerb.IDENTIFY, device_id=gate.device_ids["Gate"])
    assert await ended(gate, gate.worker("Gate"), command) == (CommandState.REFUSED, "this device cannot do that")
    assert requests(gate) == 0


async def test_an_opening_of_no_door_in_particular_is_refused(gate: World) -> None:
    opening = gate.open("Gate")
    with gate.store.books(gate.agent) as work:
        work.connection.execute(t.command.update().values(relay_id=None))
    assert await ended(gate, gate.worker("Gate"), opening) == (CommandState.REFUSED, "this device cannot do that")
    assert requests(gate) == 0


async def test_a_person_who_asks_gets_a_read_back_at_once(gate: World) -> None:
    gate.add("Anna", "2741")
    worker = gate.worker("Gate", NEVER_DUE)
    await worker.work()
    gate.door("Gate").users.clear()
    gate.power_off("Gate")
    (command,) = gate.sync.check(gate.context.again(), gate.device_ids["Gate"])
    assert await ended(gate, worker, command) == (CommandState.DONE, "reading back")
    await worker.work()
    assert sync(gate).attempt == 1
    await gate.power_on("Gate")
    await worker.work()
    assert not opens(gate, "2741")
    (command,) = gate.sync.check(gate.context.again(), gate.device_ids["Gate"])
    await worker.serve()
    await worker.work()
    assert opens(gate, "2741")


async def test_a_read_back_that_failed_is_still_wanted(gate: World, clock: FakeClock) -> None:
    gate.add("Anna", "2741")
    worker = gate.worker("Gate", NEVER_DUE)
    await worker.work()
    gate.door("Gate").users.clear()
    gate.sync.check(gate.context.again(), gate.device_ids["Gate"])
    await worker.serve()
    gate.spoil("Gate", drop_before=1)
    await worker.work()
    clock.advance(seconds=2)
    await worker.work()
    assert opens(gate, "2741")


@pytest.mark.feature("DEV-12")
async def test_an_opening_does_not_wait_for_the_work_under_way(gate: World) -> None:
    for number in range(12):
        gate.add(f"P{number}", f"{20000 + number}")
    worker = gate.worker("Gate", NEVER_DUE)
    gate.spoil("Gate", slow=0.05)
    seen = gate.virtual.running["Gate"].app.seen
    async with running(worker):
        await until(lambda: gate.asked("Gate", "user/add") == 1)
        before = len(seen)
        opening = gate.open("Gate")
        worker.command()
        await until(lambda: gate.command(opening).state == CommandState.DONE)
        assert sync(gate).gen > sync(gate).done_gen, "the work is still under way"
        await until(lambda: sync(gate).gen == sync(gate).done_gen)
    waited_for = [one.target for one in list(seen)[before:]].index("relay")
    assert waited_for <= 2, "for the one request under way, and the next if it had begun"


async def test_commands_that_came_while_others_ran_are_served_too(gate: World) -> None:
    gate.spoil("Gate", slow=0.05)
    worker = gate.worker("Gate", NEVER_DUE)
    async with running(worker):
        first = gate.open("Gate")
        worker.command()
        await until(lambda: gate.command(first).state == CommandState.CLAIMED)
        second = gate.open("Gate", 2)
        worker.command()
        await until(lambda: gate.command(second).state == CommandState.DONE)


@pytest.mark.feature("DEV-12")
async def test_an_opening_that_waits_behind_a_slow_one_expires_instead_of_opening_late(
    gate: World, clock: FakeClock
) -> None:
    first, second = gate.open("Gate"), gate.open("Gate", 2)
    gate.spoil("Gate", slow=0.2)
    worker = gate.worker("Gate")
    serving = asyncio.create_task(worker.serve())
    await until(lambda: gate.command(first).state == CommandState.CLAIMED)
    clock.advance(seconds=10)
    await serving
    assert gate.command(second).state == CommandState.QUEUED
    assert gate.door("Gate").relays.opened()[2] is False


async def test_a_worker_can_be_ended_and_its_connection_closed(gate: World) -> None:
    worker = gate.worker("Gate", NEVER_DUE)
    async with running(worker):
        await until(lambda: state(gate).last_seen_at is not None)
    await worker.aclose()
