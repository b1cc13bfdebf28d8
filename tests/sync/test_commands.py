"""Commands are taken before they are sent, never sent twice, and end with an honest word."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import update

from backend.domain.enums import CommandState, CommandVerb, LogAction, LogResponse, LogType
from backend.domain.names import fold
from backend.store import tables as t
from backend.store.store import Store
from backend.sync import commands
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world


@pytest.fixture
async def world(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """Two doors; nobody works on their commands but the test."""
    async with small_world(store, manager_context, {"Gate": "E18C", "Yard": "E18C"}, relays=2) as made:
        yield made


def claim(world: World, name: str | None = "Gate") -> commands.Claimed | None:
    """Take the next command of a device."""
    return commands.claim(world.store, world.agent, None if name is None else world.device_ids[name])


def states(world: World) -> list[str]:
    """The states of all commands, oldest first."""
    return [row.state for row in world.rows(t.command)]


def openings(world: World) -> list[Any]:
    """The lines that openings left in the door log."""
    return world.rows(t.door_log)


@pytest.mark.feature("DEV-12")
async def test_commands_are_taken_one_at_a_time_oldest_first_and_once(world: World, clock: FakeClock) -> None:
    first, second, other = world.open("Gate"), world.open("Gate", 2), world.open("Yard")
    taken = claim(world)
    assert taken is not None
    row = world.command(first)
    assert (taken.id, taken.uuid, taken.verb) == (first, row.uuid, CommandVerb.OPEN)
    assert (taken.device_id, taken.relay_id, taken.relay_number) == (
        world.device_ids["Gate"], world.relay("Gate"), 1
    )  # fmt: skip
    assert (taken.args, taken.actor_name) == ({}, "Mara")
    assert (row.state, row.claimed_at) == (CommandState.CLAIMED, clock())
    assert [world.command(one).state for one in (second, other)] == [CommandState.QUEUED] * 2
    again = claim(world)
    assert again is not None
    assert (again.id, again.relay_number) == (second, 2)
    assert claim(world) is None
    assert claim(world, None) is None


@pytest.mark.feature("DEV-12")
async def test_the_end_of_one_command_is_no_end_of_another_under_way(world: World) -> None:
    world.open("Gate")
    other = world.open("Yard")
    taken, waiting = claim(world), claim(world, "Yard")
    assert taken is not None
    assert waiting is not None
    commands.end(world.store, world.agent, taken, CommandState.REFUSED, "no")
    assert world.command(other).state == CommandState.CLAIMED
    assert len(openings(world)) == 1


async def test_a_command_without_a_device_is_taken_by_who_asks_for_none(world: World) -> None:
    wanted = world.devices.identify(world.context.again(), "192.0.2.1", "admin", "secret")
    assert claim(world) is None
    taken = claim(world, None)
    assert taken is not None
    assert (taken.id, taken.device_id, taken.relay_id, taken.relay_number) == (wanted, None, None, None)
    assert taken.args["address"] == "192.0.2.1"


@pytest.mark.feature("DEV-12")
async def test_a_command_that_waited_too_long_is_never_taken(world: World, clock: FakeClock) -> None:
    opening = world.open("Gate")
    clock.advance(seconds=10)
    assert claim(world) is None
    assert world.command(opening).state == CommandState.QUEUED
    later = world.open("Gate")
    clock.advance(seconds=9.9)
    taken = claim(world)
    assert taken is not None
    assert taken.id == later


async def test_two_who_want_the_same_command_do_not_both_get_it(world: World) -> None:
    for _ in range(20):
        world.open("Gate")
    taken: list[int] = []

    def take() -> None:
        while (one := claim(world)) is not None:
            taken.append(one.id)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(taken) == [row.id for row in world.rows(t.command)]


async def test_who_waits_is_known_by_device(world: World) -> None:
    def waiting() -> set[int | None]:
        with world.store.read() as connection:
            return commands.waiting_devices(connection)

    assert waiting() == set()
    world.open("Gate")
    world.open("Gate")
    world.devices.identify(world.context.again(), "192.0.2.1", "", "")
    assert waiting() == {world.device_ids["Gate"], None}
    while claim(world):
        pass
    assert waiting() == {None}


@pytest.mark.feature("DEV-12")
@pytest.mark.feature("LOG-01")
@pytest.mark.parametrize(
    ("state", "result", "response", "reason"),
    [
        (CommandState.DONE, "opened", LogResponse.SUCCESS, ""),
        (CommandState.UNKNOWN, "no answer", LogResponse.UNKNOWN, "no answer"),
        (CommandState.REFUSED, "not allowed", LogResponse.FAILED, "not allowed"),
        (CommandState.FAILED, "no connection", LogResponse.FAILED, "no connection"),
    ],
)
async def test_an_opening_leaves_one_line_that_says_how_it_went(
    world: World, clock: FakeClock, state: CommandState, result: str, response: LogResponse, reason: str
) -> None:
    clock.advance(microseconds=987_654)
    opening = world.open("Yard", 2)
    taken = claim(world, "Yard")
    assert taken is not None
    clock.advance(seconds=1)
    commands.end(world.store, world.agent, taken, state, result)
    row = world.command(opening)
    assert (row.state, row.result, row.ended_at) == (state, result, clock())
    (line,) = openings(world)
    assert (line.device_id, line.relay_id) == (world.device_ids["Yard"], world.relay("Yard", 2))
    assert (line.building_id, line.community_id) == (world.building_id, world.context.community_id)
    assert (line.building, line.device, line.door) == ("A", "Yard", "Yard door 2")
    assert (line.type, line.action, line.initiated_by) == (LogType.RELEASE, LogAction.HTTP, "Mara")
    assert (line.initiated_fold, line.remote_key) == (fold("Mara"), f"command:{taken.uuid}")
    assert (line.response, line.reason) == (response, reason)
    assert (line.happened_at, line.received_at) == (clock().replace(microsecond=0), clock())


async def test_a_command_ends_once(world: World) -> None:
    opening = world.open("Gate")
    taken = claim(world)
    assert taken is not None
    commands.end(world.store, world.agent, taken, CommandState.DONE, "opened")
    commands.end(world.store, world.agent, taken, CommandState.FAILED, "too late")
    assert (world.command(opening).state, world.command(opening).result) == (CommandState.DONE, "opened")
    assert len(openings(world)) == 1


async def test_other_commands_leave_no_line(world: World) -> None:
    world.sync.check(world.context.again(), world.device_ids["Gate"])
    taken = claim(world)
    assert taken is not None
    commands.end(world.store, world.agent, taken, CommandState.DONE, "reading back")
    assert states(world) == [CommandState.DONE]
    assert openings(world) == []


async def test_an_opening_of_a_door_that_is_gone_ends_without_a_line(world: World) -> None:
    world.open("Gate")
    taken = claim(world)
    assert taken is not None
    with world.store.books(world.agent) as work:
        work.connection.execute(update(t.command).values(relay_id=None))
    commands.end(world.store, world.agent, commands.Claimed(
        taken.id, taken.uuid, taken.verb, taken.device_id, None, None, {}, "Mara"
    ), CommandState.DONE, "opened")  # fmt: skip
    assert states(world) == [CommandState.DONE]
    assert openings(world) == []


async def test_what_nobody_took_in_time_is_over(world: World, clock: FakeClock) -> None:
    assert commands.expire(world.store, world.agent) == 0
    opening = world.open("Gate")
    clock.advance(seconds=9.999)
    assert commands.expire(world.store, world.agent) == 0
    fresh = world.open("Gate")
    clock.advance(seconds=0.001)
    assert commands.expire(world.store, world.agent) == 1
    row = world.command(opening)
    assert (row.state, row.result, row.ended_at) == (CommandState.EXPIRED, "not sent in time", clock())
    assert world.command(fresh).state == CommandState.QUEUED
    assert commands.expire(world.store, world.agent) == 0


async def test_who_took_a_command_and_fell_silent_is_not_waited_for(world: World, clock: FakeClock) -> None:
    """A worker that is made anew loses the command in its hands: it may have been sent."""
    opening = world.open("Gate")
    taken = claim(world)
    clock.advance(seconds=59.9)
    assert commands.expire(world.store, world.agent) == 0
    late = world.open("Yard")
    clock.advance(seconds=0.1)
    assert commands.expire(world.store, world.agent) == 1
    clock.advance(seconds=10)
    assert commands.expire(world.store, world.agent) == 1, "what has ended does not end again"
    row = world.command(opening)
    assert (row.state, row.result) == (CommandState.UNKNOWN, "the agent stopped while it was under way")
    assert world.command(late).state == CommandState.EXPIRED
    assert taken is not None
    commands.end(world.store, world.agent, taken, CommandState.DONE, "opened")
    assert [line.response for line in openings(world)] == [LogResponse.UNKNOWN]


@pytest.mark.feature("AGT-06")
async def test_after_a_crash_what_was_under_way_is_unknown_and_never_sent_again(world: World) -> None:
    under_way, waiting = world.open("Gate"), world.open("Gate")
    claim(world)
    assert commands.abandon(world.store, world.agent) == 1
    assert commands.abandon(world.store, world.agent) == 0
    row = world.command(under_way)
    assert (row.state, row.result) == (CommandState.UNKNOWN, "the agent stopped while it was under way")
    assert world.command(waiting).state == CommandState.QUEUED
    (line,) = openings(world)
    assert (line.response, line.reason) == (LogResponse.UNKNOWN, "the agent stopped while it was under way")
    taken = claim(world)
    assert taken is not None
    assert taken.id == waiting


async def test_every_end_tells_the_terminals(world: World, clock: FakeClock) -> None:
    told: list[frozenset[str]] = []
    world.open("Gate")
    world.open("Yard")
    world.store.after_commit.append(told.append)
    taken = claim(world)
    assert taken is not None
    assert not any(told), "that a command is under way is shown nowhere"
    commands.end(world.store, world.agent, taken, CommandState.DONE, "opened")
    assert told[-1] == {"doors", "door_logs"}
    clock.advance(seconds=10)
    commands.expire(world.store, world.agent)
    assert told[-1] == {"doors"}
    assert claim(world) is None
    assert len([topics for topics in told if topics]) == 2


def test_the_life_of_a_lost_command_is_longer_than_any_answer() -> None:
    assert commands.LOST_AFTER.total_seconds() > 2 * 12
