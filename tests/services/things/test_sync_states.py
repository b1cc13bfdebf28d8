"""What the doors hold: progress with reasons, worst state, a person's doors, proofs, held removals (SYNC-01 to 03)."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backend.domain.context import Context
from backend.domain.enums import SyncState
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound
from backend.domain.paging import ListQuery
from backend.domain.records import Saved, Waiting
from backend.services.agents import Agents
from backend.services.dashboard import DashboardService
from backend.services.devices import Devices
from backend.services.sync_doors import SyncDoors
from backend.services.sync_state import Sync
from backend.store import tables as t
from tests.services.things.conftest import Park
from tests.support.clock import FakeClock


@pytest.fixture
def sync(park: Park) -> Sync:
    """What the doors of the park hold."""
    return Sync(park.store)


def reasons(waiting: tuple[Waiting, ...]) -> dict[str, str]:
    """Device -> why it waits."""
    return {line.device: line.reason for line in waiting}


def row(park: Park, device_id: int) -> Any:
    """The sync row of a device."""
    with park.store.read() as connection:
        return connection.execute(select(t.device_sync).where(t.device_sync.c.id == device_id)).one()


def commands(park: Park) -> list[tuple[str, int]]:
    """Verb and device of every command, oldest first."""
    with park.store.read() as connection:
        return [(one.verb, one.device_id) for one in connection.execute(select(t.command).order_by(t.command.c.id))]


@pytest.mark.feature("SYNC-01")
def test_progress_counts_the_doors_that_reached_the_generation(park: Park, sync: Sync) -> None:
    gate, pool, gym = (park.device(name) for name in ("Gate", "Pool", "Gym"))
    park.beat()
    park.in_sync(gate)
    park.in_sync(pool)
    progress = sync.progress(park.manager, {gate: row(park, gate).gen, pool: row(park, pool).gen + 1, gym: 2})
    assert (progress.done, progress.total) == (1, 3)
    assert reasons(progress.waiting) == {"Pool": "waiting", "Gym": "has never answered yet"}
    assert sync.progress(park.manager, Saved(id=1, operation=1, doors={gate: 1})).done == 1
    assert sync.progress(park.manager, {}).total == 0


@pytest.mark.feature("SYNC-01")
def test_a_later_generation_holds_the_earlier_change_too(park: Park, sync: Sync) -> None:
    gate = park.device("Gate")
    park.put(t.device_sync, gate, gen=9, done_gen=7)
    assert [sync.progress(park.manager, {gate: gen}).done for gen in (6, 7, 8)] == [1, 1, 0]


def test_a_door_removed_meanwhile_does_not_count(park: Park, sync: Sync) -> None:
    assert sync.progress(park.manager, {4711: 3}).total == 0


@pytest.mark.feature("SYNC-01")
@pytest.mark.parametrize(
    ("state", "books", "reason"),
    [
        ({"status": "offline"}, {}, "offline since 08:40"),
        ({"status": "offline"}, {"held_reason": "340 of 352 would go"}, "held: 340 of 352 would go"),
        ({}, {"last_error": "The device refuses the user name or password of its HTTP API."},
         "The device refuses the user name or password of its HTTP API."),
        ({}, {"last_error": "It broke.", "not_before": timedelta(seconds=40)}, "It broke. Next try in 40 s."),
        ({}, {"since": timedelta(minutes=-4)}, "slow: waiting for 4 m"),
        ({}, {"since": timedelta(seconds=-5)}, "waiting"),
    ],
)  # fmt: skip
def test_a_waiting_door_says_why(
    park: Park, sync: Sync, clock: FakeClock, state: dict[str, Any], books: dict[str, Any], reason: str
) -> None:
    gate = park.device("Gate")
    park.beat()
    park.in_sync(gate)
    if state:
        park.put(t.device_state, gate, offline_since=clock() - timedelta(minutes=80), **state)
    moments = {name: clock() + value if isinstance(value, timedelta) else value for name, value in books.items()}
    park.put(t.device_sync, gate, gen=9, **moments)
    assert reasons(sync.progress(park.viewer, {gate: 9}).waiting) == {"Gate": reason}


@pytest.mark.feature("SYNC-01")
def test_without_an_agent_every_door_waits_for_it(park: Park, sync: Sync, clock: FakeClock) -> None:
    gate = park.device("Gate")
    assert reasons(sync.progress(park.viewer, {gate: 2}).waiting) == {"Gate": "the agent is not running"}
    park.beat(clock() - timedelta(seconds=6))
    assert "agent" in reasons(sync.progress(park.viewer, {gate: 2}).waiting)["Gate"]
    park.beat(clock() - timedelta(seconds=5))
    assert "agent" not in reasons(sync.progress(park.viewer, {gate: 2}).waiting)["Gate"]


def test_the_agent_lives_while_it_signs(park: Park, clock: FakeClock) -> None:
    agents = Agents(park.store)
    assert asdict(agents.state()) == {"alive": False, "age_seconds": None, "pid": None, "host": "", "base_url": ""}
    park.beat(clock() - timedelta(minutes=9), pid=1, host="old")
    park.beat(clock(), pid=2, host="new", base_url="http://192.0.2.1:8000")
    clock.advance(seconds=5.9)
    state = agents.state()
    assert (state.alive, state.pid, state.host, state.base_url) == (True, 2, "new", "http://192.0.2.1:8000")
    assert state.age_seconds == pytest.approx(5.9)
    clock.advance(seconds=0.1)
    assert not agents.state().alive


@pytest.mark.feature("SYNC-01")
def test_the_worst_of_a_device_is_its_state(park: Park, sync: Sync, clock: FakeClock) -> None:
    gate = park.device("Gate")
    credential = park.credential(park.resident(park.building()), "1234")

    def state() -> tuple[SyncState, int, int, int]:
        ((_, _, found),) = sync.devices(park.viewer)
        return found.state, found.pending, found.drift, found.red

    assert state() == (SyncState.PENDING, 1, 0, 0)
    park.in_sync(gate)
    assert state() == (SyncState.IN_SYNC, 0, 0, 0)
    park.put(t.device_sync, gate, gen=9, pending=3)
    assert state() == (SyncState.PENDING, 3, 0, 0)
    park.put(t.device_sync, gate, drift=2)
    assert state() == (SyncState.DRIFT, 3, 2, 0)
    park.held(gate, 340)
    assert state()[0] is SyncState.HELD
    park.freed(gate, credential, clock())
    clock.advance(seconds=60)
    assert state()[0] is SyncState.HELD
    clock.advance(seconds=1)
    assert state() == (SyncState.RED, 3, 2, 1)


@pytest.mark.feature("SYNC-01")
@pytest.mark.parametrize(
    ("losses", "offset", "state", "trouble"),
    [
        (["no room", [7, 'Cem "]]: no room']], 90_000, SyncState.REFUSED, 'refused Cem "]]: no room'),
        ([[7, "Cem: no room"]], None, SyncState.REFUSED, "refused Cem: no room"),
        (['Dan "]', '"]]'], 60_000, SyncState.IN_SYNC, ""),
        ([], 60_001, SyncState.CLOCK, "clock 1 m fast: hours come early"),
        ([], -7_200_000, SyncState.CLOCK, "clock 2 h slow: hours come late"),
        ([], None, SyncState.IN_SYNC, ""),
    ],
)
def test_a_door_that_refuses_somebody_or_has_a_wrong_clock_is_not_in_order(
    park: Park, sync: Sync, losses: list[Any], offset: int | None, state: SyncState, trouble: str
) -> None:
    gate = park.device("Gate")
    park.in_sync(gate)
    park.put(t.device_sync, gate, losses=json.dumps(losses))
    park.put(t.device_state, gate, clock_offset_ms=offset)
    ((_, _, found),) = sync.devices(park.viewer)
    assert (found.state, found.trouble) == (state, trouble)
    for handle in (
        Devices(park.store).list(park.viewer, ListQuery()),
        SyncDoors(park.store).list(park.viewer, ListQuery()),
    ):
        assert [(row.values["sync"], row.values["sync_count"]) for row in handle.first(9)] == [(state, 0)]
    summary = DashboardService(park.store).summary(park.viewer)
    assert (summary.refused, summary.clock) == (state is SyncState.REFUSED, state is SyncState.CLOCK)
    (door,) = DashboardService(park.store).read(park.viewer).doors
    assert (door.vocabulary, door.state) == (("device", "online") if state is SyncState.IN_SYNC else ("sync", state))


def test_a_device_tells_all_that_its_books_know(park: Park, sync: Sync, clock: FakeClock) -> None:
    gate = park.device("Gate")
    park.held(gate, 340)
    park.put(
        t.device_sync, gate, users_held=352, users_unmanaged=2, next_change_at=clock(), since=clock(),
        losses=json.dumps(["Petrov: no room for a fifth card"]), last_error="It broke.",
    )  # fmt: skip
    ((device_id, name, found),) = sync.devices(park.viewer)
    assert (device_id, name) == (gate, "Gate")
    assert (found.removals, found.held_reason) == (340, "340 of 352 users would be removed")
    assert (found.users, found.users_limit, found.unmanaged) == (352, 10_000, 2)
    assert found.losses == ("Petrov: no room for a fifth card",)
    assert (found.reason, found.last_error) == ("new device", "It broke.")
    assert (found.next_change_at, found.since, found.read_back_at) == (clock(), clock(), None)


def test_the_worst_devices_stand_first(park: Park, sync: Sync) -> None:
    ids = {name: park.device(name) for name in ("Alpha", "Beta", "Gamma", "Delta")}
    for device_id in ids.values():
        park.in_sync(device_id)
    park.held(ids["Delta"], 30)
    park.put(t.device_sync, ids["Gamma"], drift=1)
    assert [name for _, name, _ in sync.devices(park.viewer)] == ["Delta", "Gamma", "Alpha", "Beta"]


@pytest.mark.feature("SYNC-02")
def test_a_mass_removal_goes_on_by_its_typed_count_only(park: Park, sync: Sync) -> None:
    gate = park.device("Gate")
    with pytest.raises(Conflict, match="Nothing is held"):
        sync.release(park.manager.again(), gate, 340)
    park.held(gate, 340)
    for wrong in (0, 339, 341):
        with pytest.raises(Invalid, match="would lose 340 people") as caught:
            sync.release(park.manager.again(), gate, wrong)
        assert caught.value.fields.keys() == {"count"}
    assert not row(park, gate).released
    before = row(park, gate).gen
    saved = sync.release(park.manager.again(), gate, 340)
    assert (row(park, gate).released, row(park, gate).gen, saved.doors) == (True, before + 1, {gate: before + 1})
    ((_, _, found),) = sync.devices(park.viewer)
    assert (found.state, found.held_reason, found.removals) == (SyncState.PENDING, "", 0)
    with pytest.raises(Conflict):
        sync.release(park.manager.again(), gate, 340)


def test_releasing_is_not_for_those_who_only_look(park: Park, sync: Sync, elsewhere: Context) -> None:
    gate = park.device("Gate")
    park.held(gate, 340)
    for context in (park.viewer, park.technician):
        with pytest.raises(Forbidden):
            sync.release(context.again(), gate, 340)
    with pytest.raises(NotFound):
        sync.release(elsewhere.again(), gate, 340)


def test_a_read_back_is_asked_once_until_the_agent_took_it(park: Park, sync: Sync, clock: FakeClock) -> None:
    gate, pool = park.device("Gate"), park.device("Pool")
    first = sync.check(park.technician.again(), gate)
    both = sync.check(park.manager.again())
    assert commands(park) == [("read_back", gate), ("read_back", pool)]
    assert both == (*first, both[1])
    clock.advance(minutes=10)
    assert sync.check(park.manager.again(), gate) != first
    request = park.manager.again()
    assert sync.check(request, pool) == sync.check(request, pool)


def test_a_read_back_of_a_stranger_is_refused(park: Park, sync: Sync, elsewhere: Context) -> None:
    gate = park.device("Gate")
    with pytest.raises(NotFound):
        sync.check(elsewhere.again(), gate)
    assert sync.check(elsewhere.again()) == ()
    with pytest.raises(Forbidden):
        sync.check(park.viewer.again(), gate)
    assert commands(park) == []
