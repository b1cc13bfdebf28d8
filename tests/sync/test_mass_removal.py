"""Where so many people would lose a door, it stops until a person types their number, or the rules change (SYNC-02)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from backend.devices.errors import ConnectFailed
from backend.domain.enums import SyncState
from backend.domain.errors import Invalid
from backend.store import tables as t
from backend.store.store import Store
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world

pytestmark = pytest.mark.feature("SYNC-02")


@pytest.fixture
async def gate(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A gate with 25 people on it."""
    async with small_world(store, manager_context, {"Gate": "E18C"}) as made:
        for number in range(25):
            made.add(f"P{number}", f"{20000 + number}")
        await made.reconciler("Gate").run()
        yield made


def leave(world: World, first: int, last: int) -> Any:
    """People from the end of the list move out, so that the master stays last."""
    ids = tuple(row.id for row in world.rows(t.resident))[first:last]
    return world.residents.delete(world.context.again(), ids, expected=len(ids) if len(ids) > 20 else None)


def there(world: World) -> int:
    """How many people the gate lets in."""
    return len(list(world.door("Gate").users))


def release(world: World, count: int) -> None:
    """A person says yes to a number."""
    world.sync.release(world.context.again(), world.device_ids["Gate"], count)


async def test_twenty_may_go_without_a_word(gate: World) -> None:
    leave(gate, 5, 25)
    assert await gate.reconciler("Gate").run()
    assert there(gate) == 5


async def test_twenty_one_wait_for_a_word(gate: World) -> None:
    leave(gate, 4, 25)
    reconciler = gate.reconciler("Gate")
    assert not await reconciler.run()
    row = gate.row(t.device_sync, "Gate")
    assert (there(gate), row.held_reason) == (25, "21 of 25 users would be removed")
    assert reconciler.held_gen == row.gen
    assert row.done_gen < row.gen
    assert gate.devices.get(gate.context, gate.device_ids["Gate"]).sync.state is SyncState.HELD
    with pytest.raises(Invalid):
        release(gate, 20)
    release(gate, 21)
    assert await reconciler.run()
    assert (there(gate), reconciler.held_gen) == (4, None)
    row = gate.row(t.device_sync, "Gate")
    assert (row.held_reason, row.released) == ("", False)


async def test_the_word_is_good_for_so_many_and_not_for_more(gate: World) -> None:
    leave(gate, 4, 25)
    await gate.reconciler("Gate").run()
    release(gate, 21)
    leave(gate, 3, 4)
    assert not await gate.reconciler("Gate").run()
    row = gate.row(t.device_sync, "Gate")
    assert (there(gate), row.held_reason, row.released) == (25, "22 of 25 users would be removed", False)
    release(gate, 22)
    assert await gate.reconciler("Gate").run()
    assert there(gate) == 3


async def test_the_word_outlives_a_device_that_fails_on_the_way(gate: World) -> None:
    leave(gate, 3, 25)
    await gate.reconciler("Gate").run()
    release(gate, 22)
    gate.power_off("Gate")
    with pytest.raises(ConnectFailed):
        await gate.reconciler("Gate").run()
    await gate.power_on("Gate")
    assert await gate.reconciler("Gate").run()
    assert there(gate) == 3


async def test_what_is_undone_before_the_word_needs_none(gate: World) -> None:
    gone = leave(gate, 4, 25)
    await gate.reconciler("Gate").run()
    gate.undo.undo(gate.context.again(), gone.operation)
    assert await gate.reconciler("Gate").run()
    row = gate.row(t.device_sync, "Gate")
    assert (there(gate), row.held_reason, row.held_plan) == (25, "", "")


async def test_people_whose_hours_are_over_until_monday_are_no_mass_removal(gate: World, clock: FakeClock) -> None:
    """Friday evening: nobody comes again within a day, so all records leave the door; on Sunday they come back."""
    window = gate.rows(t.access_window)[0]
    with gate.store.write(gate.agent.again(), "test.hours") as work:
        work.require("group.write")
        work.update(t.access_window, window.id, repeat="weekly", days="01234")
        work.dirty(gate.device_ids.values(), "hours")
    clock.now += timedelta(days=2)
    assert await gate.reconciler("Gate").run()
    assert there(gate) == 25
    friday_night = gate.row(t.device_sync, "Gate").next_change_at
    clock.now = friday_night
    assert await gate.reconciler("Gate").run()
    assert there(gate) == 0
    clock.now = gate.row(t.device_sync, "Gate").next_change_at
    assert clock.now - friday_night == timedelta(days=1)
    assert await gate.reconciler("Gate").run()
    assert there(gate) == 25


async def test_a_stop_touches_nothing_but_the_books(gate: World) -> None:
    leave(gate, 4, 25)
    gate.add("Late", "31999", apartment="1002")
    gate.virtual.running["Gate"].app.seen.clear()
    reconciler = gate.reconciler("Gate")
    assert not await reconciler.run()
    assert not gate.virtual.running["Gate"].app.seen
    assert not reconciler.spoke


async def test_many_who_go_in_slices_are_as_many_as_they_are_together(gate: World, clock: FakeClock) -> None:
    """An act on many commits in slices, and the agent is quick: the first may be gone before the last are written."""
    for first, last in ((15, 25), (8, 15)):
        leave(gate, first, last)
        clock.advance(seconds=2)
        assert await gate.reconciler("Gate").run()
    leave(gate, 2, 8)
    assert not await gate.reconciler("Gate").run()
    row = gate.row(t.device_sync, "Gate")
    assert (there(gate), row.held_reason) == (8, "6 of 8 users would be removed, after 17 who went just now")
    release(gate, 6)
    assert await gate.reconciler("Gate").run()
    assert there(gate) == 2
    leave(gate, 1, 2)
    assert await gate.reconciler("Gate").run(), "those who were said yes to count for nothing that comes after"
    assert there(gate) == 1


async def test_who_went_long_ago_counts_no_more(gate: World, clock: FakeClock) -> None:
    for first, last in ((10, 25), (5, 10), (2, 5)):
        leave(gate, first, last)
        assert await gate.reconciler("Gate").run()
        clock.advance(minutes=2, seconds=1)
    assert there(gate) == 2


async def test_who_came_back_is_not_among_those_who_went(gate: World, clock: FakeClock) -> None:
    gone = leave(gate, 8, 25)
    assert await gate.reconciler("Gate").run()
    clock.advance(seconds=2)
    gate.undo.undo(gate.context.again(), gone.operation)
    assert await gate.reconciler("Gate").run()
    leave(gate, 5, 25)
    assert await gate.reconciler("Gate").run()
    assert there(gate) == 5
