"""Commands over the life of an agent: never twice, never late, and an honest word at the end."""

from __future__ import annotations

import asyncio

import pytest

from backend.domain.enums import CommandState, LogResponse
from backend.store import tables as t
from backend.store.site import Site
from backend.sync import commands
from tests.agent.running import served
from tests.support.clock import FakeClock
from tests.support.world import World, until

pytestmark = pytest.mark.feature("DEV-12")


def ended(world: World, command_id: int) -> bool:
    """Whether a command has its end."""
    return world.command(command_id).ended_at is not None


async def test_a_door_is_opened_once_and_logged(gate: World, site: Site) -> None:
    async with served(gate, site):
        command_id = gate.open("Gate")
        await until(lambda: ended(gate, command_id))
    assert gate.command(command_id).state == CommandState.DONE
    assert gate.asked("Gate", "relay/trig") == 1
    lines = gate.rows(t.door_log, t.door_log.c.remote_key.like("command:%"))
    assert [(line.response, line.initiated_by) for line in lines] == [(LogResponse.SUCCESS, "Mara")]


async def test_what_a_dead_agent_had_claimed_ends_unknown_and_is_not_sent_again(gate: World, site: Site) -> None:
    command_id = gate.open("Gate")
    assert commands.claim(gate.store, gate.agent, gate.device_ids["Gate"]) is not None
    async with served(gate, site):
        await until(lambda: ended(gate, command_id))
        later = gate.open("Gate")
        await until(lambda: ended(gate, later))
    assert gate.command(command_id).state == CommandState.UNKNOWN
    assert gate.command(command_id).result == commands.ABANDONED
    assert gate.asked("Gate", "relay/trig") == 1
    responses = [line.response for line in gate.rows(t.door_log) if line.remote_key.startswith("command:")]
    assert responses == [LogResponse.UNKNOWN, LogResponse.SUCCESS]


async def test_what_waited_too_long_is_never_sent(gate: World, site: Site, clock: FakeClock) -> None:
    late = gate.open("Gate")
    clock.advance(seconds=11)
    timely = gate.open("Gate")
    async with served(gate, site):
        await until(lambda: ended(gate, late) and ended(gate, timely))
    assert [gate.command(one).state for one in (late, timely)] == [CommandState.EXPIRED, CommandState.DONE]
    assert gate.asked("Gate", "relay/trig") == 1


async def test_an_answer_that_never_came_is_unknown_and_not_tried_again(gate: World) -> None:
    worker = gate.worker("Gate")
    await worker.work()
    gate.spoil("Gate", drop_after=1)
    command_id = gate.open("Gate")
    await worker.serve()
    assert gate.command(command_id).state == CommandState.UNKNOWN
    assert gate.asked("Gate", "relay/trig") == 1
    await worker.serve()
    assert gate.asked("Gate", "relay/trig") == 1
    later = gate.open("Gate")
    await worker.serve()
    assert gate.command(later).state == CommandState.DONE
    assert gate.asked("Gate", "relay/trig") == 2


async def test_an_agent_that_ends_leaves_nothing_behind(gate: World, site: Site) -> None:
    async with served(gate, site):
        assert gate.rows(t.agent)
        assert site.socket("agent").exists()
    assert not gate.rows(t.agent)
    assert not site.socket("agent").exists()
    left = [repr(task.get_coro()) for task in asyncio.all_tasks()]
    assert not [coro for coro in left if any(name in coro for name in ("Worker.", "Agent.", "Jobs."))]
