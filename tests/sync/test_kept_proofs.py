"""A receipt can be printed of what is long gone, and of a device that left; a stop names the act behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from backend.devices.errors import DeviceError
from backend.domain.receipts import receipt_lines
from backend.domain.revocations import Proof
from backend.services.revocations import Revocations
from backend.services.sync_doors import SyncDoors
from backend.store import tables as t
from backend.store.store import Store
from backend.sync.cooling import free_cooled
from backend.sync.guard import MASS_REMOVAL_USERS
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world


@pytest.fixture
async def gate(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A gate that holds Anna with PIN and card."""
    async with small_world(store, manager_context, {"Gate": "E18C"}) as made:
        made.add("Anna", "2741", cards=("0A3C7F20",))
        await made.reconciler("Gate").run()
        yield made


def anna(world: World) -> int:
    """Her number."""
    return int(world.rows(t.holder)[0].id)


def proof(world: World) -> list[tuple[str, Proof, str]]:
    """What her doors say."""
    found = Revocations(world.store).get(world.context, anna(world))
    return [(door.device, door.proof, door.what) for door in found.doors]


def paper(world: World) -> str:
    """Her receipt."""
    return "\n".join(receipt_lines(Revocations(world.store).receipt(world.context, anna(world))))


@pytest.mark.feature("SYNC-03")
async def test_a_door_holds_then_is_not_read_back_then_is_proved(gate: World) -> None:
    reconciler = gate.reconciler("Gate")
    await reconciler.run(read_back=True)
    gate.residents.delete(gate.context.again(), (anna(gate),))
    assert proof(gate) == [("Gate", Proof.HOLDS, "PIN, card")]
    gate.spoil("Gate", drop_after=1)
    with pytest.raises(DeviceError):
        await reconciler.run()
    assert proof(gate) == [("Gate", Proof.REMOVED, "PIN, card")]
    assert "Not proved yet" in paper(gate)
    await gate.reconciler("Gate").run()
    assert proof(gate) == [("Gate", Proof.GONE, "PIN, card")]
    assert "Each door was read back" in paper(gate)


@pytest.mark.feature("SYNC-03")
async def test_the_receipt_outlives_the_proof(gate: World, clock: FakeClock) -> None:
    gate.residents.delete(gate.context.again(), (anna(gate),))
    await gate.reconciler("Gate").run()
    before = proof(gate)
    clock.advance(hours=25)
    assert free_cooled(gate.store, gate.agent) == 2
    assert gate.rows(t.read_back) == []
    assert proof(gate) == before
    text = paper(gate)
    assert "PIN ··41" in text
    assert "card ··20" in text
    assert "2741" not in text


@pytest.mark.feature("SYNC-03")
async def test_a_device_that_leaves_unread_is_never_green(gate: World) -> None:
    gate.residents.delete(gate.context.again(), (anna(gate),))
    gate.devices.delete(gate.context.again(), gate.device_ids["Gate"])
    found = Revocations(gate.store).get(gate.context, anna(gate))
    assert not found.proved
    assert found.doors[0].reason == "the device left this site unread"


@pytest.mark.feature("SYNC-03")
async def test_a_code_that_a_stranger_carries_says_what_to_do(gate: World) -> None:
    stranger = {"Name": "Guest", "UserID": "77", "PrivatePIN": "2741", "Schedule-Relay": "1001-1;", "WebRelay": "0",
                "LiftFloorNum": "0"}  # fmt: skip
    gate.door("Gate").users.add(stranger)
    gate.residents.delete(gate.context.again(), (anna(gate),))
    await gate.reconciler("Gate").run()
    found = Revocations(gate.store).get(gate.context, anna(gate))
    assert not found.proved
    assert found.doors[0].reason == "a user that is not ours carries it"
    assert "Drift" in found.doors[0].todo


@pytest.mark.feature("SYNC-02")
async def test_a_stop_names_the_act_behind_it_by_the_number_that_takes_it_back(gate: World) -> None:
    for number in range(MASS_REMOVAL_USERS + 4):
        gate.add(f"P{number}", f"{20000 + number}", apartment="1002")
    await gate.reconciler("Gate").run()
    gate.add("Late", "31999", apartment="1003")
    people = [row.id for row in gate.rows(t.resident)][2 : MASS_REMOVAL_USERS + 3]
    gone = gate.residents.delete(gate.context.again(), people, expected=len(people))
    assert not await gate.reconciler("Gate").run()
    standing = SyncDoors(gate.store).get(gate.context, gate.device_ids["Gate"])
    assert (standing.sync.removals, standing.operation) == (MASS_REMOVAL_USERS + 1, gone.operation)
    assert standing.cause.startswith("Deleted")
    gate.undo.undo(gate.context.again(), gone.operation)
    assert await gate.reconciler("Gate").run()
    assert SyncDoors(gate.store).get(gate.context, gate.device_ids["Gate"]).cause == ""
