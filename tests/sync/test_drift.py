"""Every difference is found with its cause, on real virtual devices with the faults that devices have (SYNC-04)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import update

from backend.devices.errors import ConnectFailed
from backend.domain.drift import DriftRecord
from backend.domain.enums import DriftCause, DriftResolution, SyncState
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.residents import ResidentPatch
from backend.services.drift import COUNT_FROM, Drift
from backend.store import tables as t
from backend.store.store import Store
from backend.sync.drifting import TOGETHER, Evidence
from backend.sync.evidence import look_for_evidence
from backend.sync.readback import NotKept
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world

pytestmark = pytest.mark.feature("SYNC-04")
STRANGER = {"Name": "Guest [/ x]\x07" + "y" * 90, "UserID": "77", "PrivatePIN": "4444", "CardCode": "0A0B0C0D",
            "Schedule-Relay": "1001-1;", "WebRelay": "0", "LiftFloorNum": "0"}  # fmt: skip


@pytest.fixture
async def gate(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A gate that was read back with Anna, who has a PIN and a card, and Ben, who has a PIN."""
    async with small_world(store, manager_context, {"Gate": "E18C"}) as made:
        made.add("Anna", "2741", cards=("0A3C7F20",))
        made.add("Ben", "3852", apartment="1002")
        await made.reconciler("Gate").run()
        await made.reconciler("Gate").run(read_back=True)
        yield made


def found(world: World) -> tuple[DriftRecord, ...]:
    """What the gate was found to hold otherwise."""
    return Drift(world.store).of_device(world.context, world.device_ids["Gate"])


def only(world: World) -> DriftRecord:
    """The one difference."""
    (one,) = found(world)
    return one


async def read(world: World) -> None:
    """Read the gate back as on every schedule."""
    await world.reconciler("Gate").run(read_back=True)


def stranger(world: World, **values: str) -> None:
    """Somebody adds a user at the gate."""
    world.door("Gate").users.add({**STRANGER, **values})


def record(world: World, pin: str) -> dict[str, Any]:
    """The record of a PIN at the gate."""
    (one,) = world.door("Gate").users.with_pin(pin)
    return one


def tamper(world: World, pin: str, **changes: str) -> None:
    """Somebody changes a record at the gate."""
    world.door("Gate").users.set({**record(world, pin), **changes})


def opens(world: World, pin: str) -> bool:
    """Whether a PIN opens the gate."""
    return not world.door("Gate").press_pin(pin).refused


def state(world: World) -> SyncState:
    """How the gate stands."""
    return world.devices.get(world.context, world.device_ids["Gate"]).sync.state


def anna(world: World) -> Any:
    """Anna's page."""
    return world.residents.get(world.context, int(world.rows(t.resident)[0].id))


async def test_a_door_as_we_left_it_has_no_difference(gate: World) -> None:
    await read(gate)
    assert found(gate) == ()


async def test_an_edited_user_is_named_and_set_right(gate: World) -> None:
    tamper(gate, "2741", PrivatePIN="8888")
    await read(gate)
    one = only(gate)
    assert (one.cause, one.name, one.ours, one.theirs) == (DriftCause.EDITED, "Kowalska, Anna", "PIN ··41", "PIN ··88")
    assert (one.resolution, opens(gate, "2741"), opens(gate, "8888")) == (DriftResolution.REPAIRED, True, False)
    assert state(gate) is SyncState.IN_SYNC


async def test_a_lost_write_is_a_missed_push(gate: World) -> None:
    """The device says yes to a new user and keeps nothing."""
    gate.spoil("Gate", ignore_writes=True)
    gate.add("Cleo", "61234", apartment="1003")
    await gate.reconciler("Gate").run()
    with pytest.raises(NotKept):
        await read(gate)
    one = only(gate)
    assert (one.cause, one.theirs, one.resolution) == (DriftCause.MISSED, "nothing", DriftResolution.OPEN)
    assert state(gate) is SyncState.DRIFT
    gate.spoil("Gate", ignore_writes=False)
    await gate.reconciler("Gate").run()
    assert (only(gate).resolution, opens(gate, "61234")) == (DriftResolution.REPAIRED, True)


async def test_a_lost_change_is_a_missed_push(gate: World) -> None:
    gate.spoil("Gate", ignore_writes=True)
    page = anna(gate)
    gate.residents.edit(gate.context.again(), page.id, page.version, ResidentPatch(pin="5566"))
    with pytest.raises(NotKept):
        await gate.reconciler("Gate").run()
    one = only(gate)
    assert (one.cause, one.ours, one.theirs) == (DriftCause.MISSED, "PIN ··66", "PIN ··41")


async def test_after_a_failed_try_a_device_is_read_until_it_keeps_its_word(gate: World) -> None:
    """A worker notes the failure; the next try believes no yes of this device."""
    gate.spoil("Gate", ignore_writes=True)
    gate.add("Cleo", "61234", apartment="1003")
    with gate.store.books(gate.agent) as work:
        work.connection.execute(update(t.device_sync).values(attempt=1))
    with pytest.raises(NotKept):
        await gate.reconciler("Gate").run()


@pytest.mark.parametrize("seen", [True, False], ids=["read back before", "just written"])
async def test_a_factory_reset_is_one_difference(gate: World, seen: bool) -> None:
    gate.door("Gate").press_pin("2741")
    await gate.worker("Gate").work()
    if not seen:
        with gate.store.books(gate.agent) as work:
            work.connection.execute(update(t.held).values(seen=False))
    gate.door("Gate").restore()
    await read(gate)
    one = only(gate)
    assert (one.cause, one.name, one.note) == (DriftCause.RESET, "all 2 users", "its door log begins anew")
    assert opens(gate, "2741")


async def test_a_device_that_restarted_empty_was_reset(gate: World, clock: FakeClock) -> None:
    clock.advance(hours=1)
    gate.door("Gate").reboot()
    gate.door("Gate").users.clear()
    clock.advance(minutes=1)
    await gate.power_on("Gate")
    await read(gate)
    assert (only(gate).cause, only(gate).note) == (DriftCause.RESET, "it started 58 s ago")


async def test_records_that_went_while_others_stay_were_lost(gate: World) -> None:
    with gate.store.books(gate.agent) as work:
        work.connection.execute(update(t.device).values(firmware="18.30.10.1"))
    gate.door("Gate").users.delete({"ID": record(gate, "3852")["ID"]})
    await read(gate)
    one = only(gate)
    assert (one.cause, one.name, one.ours) == (DriftCause.LOST, "Kowalska, Ben", "PIN ··52")
    assert one.note.startswith("its firmware is ")
    assert one.note.endswith("was 18.30.10.1")
    assert opens(gate, "3852")


async def test_all_records_gone_without_a_reset_were_lost(gate: World) -> None:
    gate.door("Gate").users.clear()
    await read(gate)
    assert {one.cause for one in found(gate)} == {DriftCause.LOST}
    assert len(found(gate)) == 2


async def test_an_offline_week_is_no_difference(gate: World, clock: FakeClock) -> None:
    gate.power_off("Gate")
    clock.advance(days=7)
    with pytest.raises(ConnectFailed):
        await gate.reconciler("Gate").run()
    await gate.power_on("Gate")
    await gate.reconciler("Gate").run()
    assert found(gate) == ()


async def test_a_record_that_was_taken_away_and_came_back_is_taken_away_again(gate: World) -> None:
    kept = dict(record(gate, "3852"))
    ben = gate.rows(t.resident)[1].id
    gate.residents.delete(gate.context.again(), (ben,))
    await gate.reconciler("Gate").run()
    gate.door("Gate").users.add({key: value for key, value in kept.items() if key != "ID"})
    await read(gate)
    assert (only(gate).cause, only(gate).note) == (DriftCause.EDITED, "it was taken away and is back")
    assert not opens(gate, "3852")


async def test_changed_hours_are_one_difference_and_not_one_for_everybody(gate: World) -> None:
    with gate.store.write(gate.agent.again(), "test.hours") as work:
        work.require("group.write")
        for window in gate.rows(t.access_window):
            work.update(t.access_window, window.id, repeat="weekly", days="01234")
        work.dirty(gate.device_ids.values(), "hours")
    await gate.reconciler("Gate").run()
    (mine,) = [one for one in gate.door("Gate").schedules if one["Name"].startswith("SP-")]
    gate.door("Gate").schedules.set({**mine, "Sun": "1", "Week": "0123456", "Sat": "1"})
    await read(gate)
    assert [(one.cause, one.note) for one in found(gate)] == [(DriftCause.EDITED, "its hours were changed")]


async def test_an_unknown_person_waits_for_a_choice(gate: World) -> None:
    stranger(gate)
    await read(gate)
    one = only(gate)
    assert (one.cause, one.resolution, one.theirs) == (DriftCause.UNKNOWN, DriftResolution.OPEN, "PIN ··44, card ··0D")
    assert one.name.startswith("Guest [/ x] yyy")
    assert len(one.name) <= 63
    assert (state(gate), opens(gate, "4444")) == (SyncState.DRIFT, True)
    await read(gate)
    assert only(gate).id == one.id


async def test_what_was_found_holds_no_code_in_the_open(gate: World) -> None:
    stranger(gate)
    await read(gate)
    (row,) = gate.rows(t.drift)
    assert b"4444" not in row.detail_sealed
    assert "4444" not in json.dumps([str(value) for value in row])


async def test_a_stranger_who_goes_ends_the_difference(gate: World) -> None:
    stranger(gate)
    await read(gate)
    gate.door("Gate").users.delete({"UserID": "77"})
    await read(gate)
    assert (only(gate).resolution, state(gate)) == (DriftResolution.GONE, SyncState.IN_SYNC)


async def test_who_is_left_alone_is_no_difference_until_they_change(gate: World) -> None:
    stranger(gate)
    await read(gate)
    Drift(gate.store).leave(gate.context.again(), [only(gate).id])
    assert state(gate) is SyncState.IN_SYNC
    await read(gate)
    assert only(gate).resolution is DriftResolution.LEFT
    tamper(gate, "4444", PrivatePIN="4445")
    await read(gate)
    assert [one.resolution for one in found(gate)] == [DriftResolution.OPEN, DriftResolution.LEFT]


async def test_an_unknown_person_is_removed_by_choice_and_proved_gone(gate: World) -> None:
    stranger(gate)
    await read(gate)
    Drift(gate.store).overwrite(gate.context.again(), [only(gate).id])
    assert only(gate).state == "removing"
    await gate.reconciler("Gate").run()
    assert (opens(gate, "4444"), only(gate).resolution) == (False, DriftResolution.OVERWRITTEN)


async def test_a_stranger_who_is_left_alone_can_be_removed_later(gate: World) -> None:
    stranger(gate)
    await read(gate)
    Drift(gate.store).leave(gate.context.again(), [only(gate).id])
    Drift(gate.store).overwrite(gate.context.again(), [only(gate).id])
    await gate.reconciler("Gate").run()
    assert not opens(gate, "4444")


async def test_a_device_that_does_not_let_a_stranger_go_is_found_out(gate: World) -> None:
    stranger(gate)
    await read(gate)
    Drift(gate.store).overwrite(gate.context.again(), [only(gate).id])
    gate.spoil("Gate", ignore_deletes=True)
    with pytest.raises(NotKept, match="1 of the records that were to go"):
        await gate.reconciler("Gate").run()
    assert only(gate).state == "removing"


async def test_a_record_that_changed_since_the_choice_is_not_removed(gate: World) -> None:
    stranger(gate)
    await read(gate)
    Drift(gate.store).overwrite(gate.context.again(), [only(gate).id])
    tamper(gate, "4444", PrivatePIN="4445")
    await gate.reconciler("Gate").run()
    assert (opens(gate, "4445"), only(gate).state) == (True, "open")


async def test_an_unknown_person_becomes_a_resident_of_ours(gate: World) -> None:
    stranger(gate)
    await read(gate)
    with pytest.raises(Invalid, match="Name the person"):
        Drift(gate.store).adopt(gate.context.again(), only(gate).id)
    Drift(gate.store).adopt(gate.context.again(), only(gate).id, anna(gate).id)
    await gate.reconciler("Gate").run()
    assert only(gate).resolution is DriftResolution.ADOPTED
    assert record(gate, "4444")["UserID"].startswith("SP")
    assert (opens(gate, "4444"), opens(gate, "2741")) == (True, False)
    assert not gate.door("Gate").present_card("0A0B0C0D").refused
    assert "77" not in {user["UserID"] for user in gate.door("Gate").users}


async def test_a_code_that_is_somebody_elses_is_not_taken_over(gate: World) -> None:
    stranger(gate, PrivatePIN="3852")
    await read(gate)
    with pytest.raises((Conflict, Invalid), match="belongs to"):
        Drift(gate.store).adopt(gate.context.again(), only(gate).id, anna(gate).id)
    assert only(gate).state == "open"


async def test_an_edited_record_can_be_taken_over_for_a_day(gate: World, clock: FakeClock) -> None:
    tamper(gate, "2741", PrivatePIN="8888", CardCode="0F0F0F0F")
    await read(gate)
    clock.advance(hours=23)
    saved = Drift(gate.store).adopt(gate.context.again(), only(gate).id)
    await gate.reconciler("Gate").run()
    assert (opens(gate, "8888"), opens(gate, "2741")) == (True, False)
    assert gate.door("Gate").present_card("0A3C7F20").refused
    assert not gate.door("Gate").present_card("0F0F0F0F").refused
    gate.undo.undo(gate.context.again(), saved.operation)
    await gate.reconciler("Gate").run()
    assert (opens(gate, "8888"), opens(gate, "2741")) == (False, True)


async def test_an_old_finding_is_not_taken_over(gate: World, clock: FakeClock) -> None:
    tamper(gate, "2741", PrivatePIN="8888")
    await read(gate)
    row = only(gate).id
    clock.advance(days=1)
    with pytest.raises(Conflict):
        Drift(gate.store).adopt(gate.context.again(), row)


async def test_what_is_in_order_cannot_be_overwritten(gate: World) -> None:
    tamper(gate, "2741", PrivatePIN="8888")
    await read(gate)
    with pytest.raises(Conflict, match="already"):
        Drift(gate.store).overwrite(gate.context.again(), [only(gate).id])
    with pytest.raises(NotFound):
        Drift(gate.store).overwrite(gate.context.again(), [4711])


async def test_many_strangers_go_by_their_typed_count(gate: World) -> None:
    for number in range(COUNT_FROM):
        stranger(gate, UserID=f"x{number}", PrivatePIN=f"{50000 + number}", CardCode="")
    await read(gate)
    ids = [row.id for row in gate.rows(t.drift)]
    with pytest.raises(Invalid, match="Type 21 to go on"):
        Drift(gate.store).overwrite(gate.context.again(), ids)
    Drift(gate.store).overwrite(gate.context.again(), ids, COUNT_FROM)
    await gate.reconciler("Gate").run()
    assert len(list(gate.door("Gate").users)) == 2


async def test_very_many_lost_records_are_one_difference(gate: World) -> None:
    """Rows of a community of hundreds would bury everything else."""
    people = [gate.add(f"P{number}", f"{30000 + number}", apartment="1003").id for number in range(TOGETHER + 1)]
    await gate.reconciler("Gate").run()
    await read(gate)
    for user in list(gate.door("Gate").users):
        if int(user["UserID"][2:].partition("-")[0]) in people:
            gate.door("Gate").users.delete({"ID": user["ID"]})
    await read(gate)
    assert (only(gate).cause, only(gate).name) == (DriftCause.LOST, "51 users")


async def test_a_device_that_leaves_takes_its_differences_along(gate: World) -> None:
    stranger(gate)
    await read(gate)
    gate.devices.delete(gate.context.again(), gate.device_ids["Gate"])
    assert gate.rows(t.drift) == []


async def test_a_device_that_tells_nothing_of_itself_speaks_for_nothing(gate: World) -> None:
    """Firmware without a door log, or one that is cut off meanwhile, must not keep people out."""
    client, _ = gate.client("Gate")
    gate.power_off("Gate")
    assert await look_for_evidence(client, gate.store, gate.device_ids["Gate"]) == Evidence()


async def test_a_device_that_keeps_losing_a_write_has_one_row_for_it(gate: World, clock: FakeClock) -> None:
    gate.spoil("Gate", ignore_writes=True)
    gate.add("Cleo", "61234", apartment="1003")
    await gate.reconciler("Gate").run()
    for _ in range(3):
        clock.advance(minutes=5)
        with pytest.raises(NotKept):
            await read(gate)
    one = only(gate)
    assert (one.cause, one.seen_at) == (DriftCause.MISSED, clock())
    assert one.found_at < one.seen_at
