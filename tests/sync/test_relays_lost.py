"""Losing one relay of a door phone whose other relay stays: listed, proved at the real door, on the receipt."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest

from backend.devices.errors import DeviceError
from backend.domain.enums import SyncState
from backend.domain.groups import GroupDraft, GroupPatch
from backend.domain.paging import ListQuery
from backend.domain.receipts import receipt_lines
from backend.domain.records import Saved
from backend.domain.residents import ResidentPatch
from backend.domain.revocations import Proof, Revocation
from backend.services.access import Access
from backend.services.device_setup import DeviceSetup
from backend.services.groups import Groups
from backend.services.revocations import Revocations
from backend.store import tables as t
from backend.store.store import Store
from tests.services.people.park import killed
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world

PIN, CARD = "2741", "0A3C7F20"
RELAY_A, RELAY_B = "Lobby, relay A", "Lobby, relay B"


@pytest.fixture(params=["X916", "E18C", "R20A"])
async def models(request: pytest.FixtureRequest, store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A lobby with two relays, of each model that has them in turn; Anna is in nobody's group."""
    async with small_world(store, manager_context, {"Lobby": request.param}, relays=2) as made:
        yield with_anna(made)


@pytest.fixture
async def world(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """The same with one model."""
    async with small_world(store, manager_context, {"Lobby": "E18C"}, relays=2) as made:
        yield with_anna(made)


def with_anna(world: World) -> World:
    anna = world.add("Anna", PIN, cards=(CARD,)).id
    edit(world, anna, group_ids=())
    return world


def anna(world: World) -> int:
    return int(world.rows(t.resident)[0].id)


def edit(world: World, holder_id: int, **patch: object) -> Saved:
    version = world.residents.get(world.context, holder_id).version
    return world.residents.edit(world.context.again(), holder_id, version, ResidentPatch.model_validate(patch))


def group(world: World, name: str, *numbers: int, hours: str = "daily 0-24") -> int:
    """A group for these relays of the lobby."""
    relays = tuple(world.relay("Lobby", number) for number in numbers)
    draft = GroupDraft(name=name, schedule=hours, relay_ids=relays)
    return Groups(world.store).add(world.context.again(), draft).id


def narrow(world: World, group_id: int, *numbers: int) -> Saved:
    """Leave a group these relays."""
    groups = Groups(world.store)
    relays = tuple(world.relay("Lobby", number) for number in numbers)
    version = groups.get(world.context, group_id).version
    return groups.edit(world.context.again(), group_id, version, GroupPatch(relay_ids=relays))


async def written(world: World) -> tuple[int, ...]:
    """What the PIN opens once the agent has written what is due, as far as the door takes it."""
    with contextlib.suppress(DeviceError):
        await world.reconciler("Lobby").run()
    return world.door("Lobby").press_pin(PIN).opened


def page(world: World) -> Revocation:
    return Revocations(world.store).get(world.context, anna(world))


def proof(world: World) -> list[tuple[str, Proof, str]]:
    return [(door.device, door.proof, door.what) for door in page(world).doors]


def paper(world: World) -> str:
    return "\n".join(receipt_lines(Revocations(world.store).receipt(world.context, anna(world))))


def relays(world: World) -> list[int]:
    """The relays of the rows that wait for a proof, 0 for the whole device, one of each code."""
    rows = world.rows(t.read_back, t.read_back.c.absent_at.is_(None))
    return sorted({row.relay for row in rows})


async def with_both(world: World) -> int:
    """Anna opens both relays by a group, which is at the door."""
    both = group(world, "Both", 1, 2)
    edit(world, anna(world), group_ids=(both,))
    assert await written(world) == (1, 2)
    assert proof(world) == []
    return both


@pytest.mark.feature("SYNC-03")
@pytest.mark.feature("AG-03")
async def test_a_group_that_gives_up_a_relay_is_a_revocation_of_that_relay(models: World) -> None:
    world, both = models, await with_both(models)
    narrow(world, both, 1)
    assert proof(world) == [(RELAY_B, Proof.HOLDS, "PIN, card")]
    assert not page(world).proved
    assert "still opens to PIN, card" in paper(world)
    assert await written(world) == (1,)
    assert world.door("Lobby").present_card(CARD).opened == (1,)
    assert proof(world) == [(RELAY_B, Proof.GONE, "PIN, card")]
    assert page(world).proved
    text = paper(world)
    assert RELAY_B in text
    assert "PIN ··41" in text
    assert "none of these codes opens it" in text


@pytest.mark.feature("SYNC-03")
async def test_a_door_that_says_yes_and_keeps_the_relay_is_never_green(world: World, clock: FakeClock) -> None:
    both = await with_both(world)
    world.spoil("Lobby", ignore_writes=True)
    narrow(world, both, 1)
    assert await written(world) == (1, 2)
    clock.advance(minutes=2)
    assert proof(world) == [(RELAY_B, Proof.HOLDS, "PIN, card")]
    (door,) = world.sync.person(world.context, anna(world))
    assert (door.state, door.detail) == (SyncState.RED, "may still open: relay B")
    assert world.row(t.device_sync, "Lobby").red == 2
    world.spoil("Lobby", ignore_writes=False)
    assert await written(world) == (1,)
    assert page(world).proved
    assert world.sync.person(world.context, anna(world))[0].state is SyncState.IN_SYNC


@pytest.mark.feature("SYNC-03")
@pytest.mark.feature("AG-04")
async def test_a_move_between_groups_takes_the_relay_that_the_new_one_lacks(world: World) -> None:
    await with_both(world)
    edit(world, anna(world), group_ids=(group(world, "Second", 2, hours="daily 8-18"),))
    assert [door for door, _, _ in proof(world)] == [RELAY_A]
    await written(world)
    assert page(world).proved
    assert world.sync.revoked(world.context, anna(world))[0].device == RELAY_A


@pytest.mark.feature("SYNC-03")
@pytest.mark.feature("AG-05")
async def test_rights_of_ones_own_that_are_narrowed_are_proved(world: World) -> None:
    setup, lobby = DeviceSetup(world.store), world.device_ids["Lobby"]
    version = world.devices.get(world.context, lobby).version
    setup.place(world.context.again(), lobby, version, apartment_id=world.apartment_ids["1001"])
    both = (world.relay("Lobby", 1), world.relay("Lobby", 2))
    edit(world, anna(world), own_schedule="daily", own_relay_ids=both)
    assert await written(world) == (1, 2)
    edit(world, anna(world), own_relay_ids=both[1:])
    assert [door for door, _, _ in proof(world)] == [RELAY_A]
    assert await written(world) == (2,)
    assert page(world).proved


@pytest.mark.feature("SYNC-03")
async def test_a_relay_that_is_given_again_before_its_proof_has_nothing_to_prove(world: World) -> None:
    both = await with_both(world)
    world.power_off("Lobby")
    narrow(world, both, 1)
    assert relays(world) == [2]
    narrow(world, both, 1, 2)
    assert proof(world) == []
    await world.power_on("Lobby")
    assert await written(world) == (1, 2)


@pytest.mark.feature("SYNC-07")
async def test_the_undo_of_a_narrower_group_takes_its_revocation_back(world: World) -> None:
    both = await with_both(world)
    saved = narrow(world, both, 1)
    back = world.undo.undo(world.context.again(), saved.operation)
    assert proof(world) == []
    world.undo.undo(world.context.again(), back.operation)
    assert [door for door, _, _ in proof(world)] == [RELAY_B]
    assert await written(world) == (1,)
    assert page(world).proved


@pytest.mark.feature("SYNC-03")
async def test_both_relays_are_the_door_as_a_whole_at_once_or_one_after_the_other(
    world: World, clock: FakeClock
) -> None:
    both = await with_both(world)
    edit(world, anna(world), group_ids=())
    assert [door for door, _, _ in proof(world)] == ["Lobby"]
    edit(world, anna(world), group_ids=(both,))
    assert proof(world) == []
    world.power_off("Lobby")
    narrow(world, both, 1)
    edit(world, anna(world), group_ids=())
    assert proof(world) == [("Lobby", Proof.HOLDS, "PIN, card")]
    assert len(world.rows(t.read_back)) == 2
    await world.power_on("Lobby")
    assert await written(world) == ()
    assert page(world).proved


@pytest.mark.feature("SYNC-03")
async def test_who_comes_back_for_one_relay_only_leaves_the_other_to_be_proved_since_then(
    world: World, clock: FakeClock
) -> None:
    await with_both(world)
    world.power_off("Lobby")
    edit(world, anna(world), group_ids=())
    taken = clock.now
    clock.advance(hours=1)
    edit(world, anna(world), group_ids=(group(world, "First", 1),))
    assert proof(world) == [(RELAY_B, Proof.HOLDS, "PIN, card")]
    assert page(world).doors[0].taken_at == taken
    await world.power_on("Lobby")
    assert await written(world) == (1,)
    assert page(world).proved


@pytest.mark.feature("SYNC-03")
async def test_who_is_deleted_with_a_relay_unproved_has_one_door_to_prove(world: World, clock: FakeClock) -> None:
    both = await with_both(world)
    holder_id = anna(world)
    narrow(world, both, 1)
    world.residents.delete(world.context.again(), (holder_id,))
    found = Revocations(world.store).get(world.context, holder_id)
    assert [door.device for door in found.doors] == ["Lobby"]
    assert await written(world) == ()
    assert Revocations(world.store).get(world.context, holder_id).proved


@pytest.mark.feature("SYNC-03")
@pytest.mark.feature("AG-03")
async def test_a_door_proves_the_relay_that_a_process_which_ended_had_not_noted(world: World) -> None:
    both = await with_both(world)
    world.store.after_commit.append(killed)
    with pytest.raises(KeyboardInterrupt):
        narrow(world, both, 1)
    world.store.after_commit.remove(killed)
    assert proof(world) == []
    world.power_off("Lobby")
    with pytest.raises(DeviceError):
        await world.reconciler("Lobby").run()
    assert proof(world) == [(RELAY_B, Proof.HOLDS, "PIN, card")]  # red at once, though nothing reaches the door
    await world.power_on("Lobby")
    assert await written(world) == (1,)
    assert page(world).proved


@pytest.mark.feature("SYNC-03")
@pytest.mark.parametrize(("grants", "proved"), [("1001-2;", False), ("1001-1;1002-2;", True)])
async def test_a_stranger_with_the_code_counts_only_where_he_opens_that_relay(
    world: World, grants: str, proved: bool
) -> None:
    both = await with_both(world)
    world.door("Lobby").users.add(
        {"UserID": "77", "Name": "Plumber", "PrivatePIN": PIN, "Schedule-Relay": grants, "WebRelay": "0",
         "LiftFloorNum": "0"}
    )  # fmt: skip
    narrow(world, both, 1)
    await written(world)
    assert page(world).proved is proved


@pytest.mark.feature("SYNC-03")
async def test_a_relay_that_comes_back_at_the_device_is_no_longer_proved(world: World) -> None:
    both = await with_both(world)
    narrow(world, both, 1)
    await written(world)
    assert page(world).proved
    (record,) = world.door("Lobby").users.with_pin(PIN)
    world.door("Lobby").users.set({**record, "Schedule-Relay": "1001-12;"})
    world.spoil("Lobby", ignore_writes=True)
    with pytest.raises(DeviceError):
        await world.reconciler("Lobby").run(read_back=True)
    assert not page(world).proved


@pytest.mark.feature("SYNC-05")
@pytest.mark.feature("SYNC-06")
async def test_why_who_and_can_speak_of_the_relay_that_is_not_proved(world: World, clock: FakeClock) -> None:
    both = await with_both(world)
    world.power_off("Lobby")
    clock.advance(minutes=1)
    narrow(world, both, 1)
    access, holder_id = Access(world.store), anna(world)
    first, second = (world.relay("Lobby", number) for number in (1, 2))

    def said(relay_id: int) -> tuple[bool, str]:
        (one,) = access.who(world.context, relay_id).openers
        return bool(one.group), one.mark

    def can() -> list[tuple[str, bool, str]]:
        return [(one.door, one.allowed, one.mark) for one in access.can(world.context, holder_id).doors]

    assert said(first) == (True, "")
    assert said(second) == (False, "the door still holds their PIN and card")
    assert can() == [
        ("Lobby door 1", True, ""),
        ("Lobby door 2", False, "the door still holds their PIN and card"),
    ]
    assert access.why(world.context, holder_id=holder_id, relay_id=second).held.startswith("The door holds this")
    await world.power_on("Lobby")
    clock.advance(minutes=1)
    assert await written(world) == (1,)
    assert said(first) == (True, "")
    assert not access.who(world.context, second).openers
    assert can() == [("Lobby door 1", True, "")]
    assert access.why(world.context, holder_id=holder_id, relay_id=second).held.startswith("The door held this")
    assert access.why(world.context, holder_id=holder_id, relay_id=first).held.startswith("The door holds this")


@pytest.mark.feature("SYNC-03")
async def test_a_device_that_leaves_with_a_relay_unproved_is_never_green(world: World) -> None:
    both = await with_both(world)
    narrow(world, both, 1)
    counted = Revocations(world.store).list(world.context, ListQuery()).first(5)
    assert [(row.values["doors"], row.values["missing"], row.values["proof"]) for row in counted] == [(1, 1, "open")]
    world.devices.delete(world.context.again(), world.device_ids["Lobby"])
    (door,) = page(world).doors
    assert (door.device, door.proof, door.reason) == (RELAY_B, Proof.REMOVED, "the device left this site unread")
    assert RELAY_B in paper(world)
