"""Where a person is held, and the proof of what was taken away from them (features SYNC-01, SYNC-03)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backend.domain.context import Context
from backend.domain.enums import CredentialKind, SyncState
from backend.domain.errors import NotFound
from backend.services.sync_state import Sync
from backend.store import tables as t
from tests.services.things.conftest import Park
from tests.support.clock import FakeClock


@pytest.fixture
def sync(park: Park) -> Sync:
    """What the doors of the park hold."""
    return Sync(park.store)


@pytest.fixture
def anna(park: Park) -> int:
    """A resident of building A, with two doors by its default group and one door elsewhere."""
    building_id = park.building("A")
    for name in ("Lobby", "Rear"):
        park.in_sync(park.device(name, building_id=building_id))
    park.in_sync(park.device("Gym", building_id=park.building("B")))
    return park.resident(building_id)


def device_named(park: Park, name: str) -> int:
    """The id of a device."""
    with park.store.read() as connection:
        return int(connection.execute(select(t.device.c.id).where(t.device.c.name == name)).scalar_one())


def holds(park: Park, name: str, holder_id: int, **values: Any) -> int:
    """The device holds a user record of the holder."""
    now = park.store.clock()
    row = {"kind": "user", "key": f"{holder_id}", "mac": b"x", "from_at": now, "holder_id": holder_id, **values}
    return park.book(t.held, device_id=device_named(park, name), **row)


@pytest.mark.feature("SYNC-01")
def test_a_person_is_seen_at_every_door_of_their_groups(park: Park, sync: Sync, anna: int, clock: FakeClock) -> None:
    holds(park, "Lobby", anna)
    lobby, rear = sync.person(park.viewer, anna)
    assert (lobby.device, lobby.state, lobby.detail, lobby.opens) == ("Lobby", SyncState.IN_SYNC, "", True)
    assert lobby.read_at == clock()
    assert (rear.device, rear.state, rear.detail) == ("Rear", SyncState.IN_SYNC, "nothing on the door now")


@pytest.mark.feature("SYNC-01")
def test_a_door_that_waits_is_pending_for_its_people(park: Park, sync: Sync, anna: int) -> None:
    holds(park, "Lobby", anna, unknown=True)
    assert sync.person(park.viewer, anna)[0].detail == "not read back since a write failed"
    park.put(t.device_sync, device_named(park, "Lobby"), gen=9, last_error="It broke.")
    park.put(t.device_sync, device_named(park, "Rear"), gen=9)
    park.put(t.device_state, device_named(park, "Rear"), status="offline")
    assert [(door.state, door.detail) for door in sync.person(park.viewer, anna)] == [
        (SyncState.PENDING, "It broke."),
        (SyncState.PENDING, "offline"),
    ]
    park.held(device_named(park, "Rear"), 30, "30 of 40 users would be removed")
    assert sync.person(park.viewer, anna)[1].state is SyncState.HELD


@pytest.mark.feature("SYNC-03")
def test_a_door_outside_their_groups_that_still_holds_them_is_named(park: Park, sync: Sync, anna: int) -> None:
    holds(park, "Gym", anna)
    holds(park, "Rear", anna, to_at=park.store.clock())
    doors = {door.device: door.opens for door in sync.person(park.viewer, anna)}
    assert doors == {"Gym": False, "Lobby": True, "Rear": True}


@pytest.mark.feature("SYNC-03")
def test_a_revocation_turns_red_after_a_minute_and_green_by_its_proof_only(
    park: Park, sync: Sync, anna: int, clock: FakeClock
) -> None:
    park.beat(clock() + timedelta(minutes=1))
    gym = device_named(park, "Gym")
    pin, card = park.credential(anna, "1234"), park.credential(anna, "0A1B2C7F", CredentialKind.CARD)
    proofs = [park.freed(gym, credential, clock()) for credential in (pin, card)]
    assert (sync.person(park.viewer, anna)[0].state, sync.person(park.viewer, anna)[0].detail) == (
        SyncState.PENDING, "removed, not read back",
    )  # fmt: skip
    clock.advance(seconds=61)
    assert sync.person(park.viewer, anna)[0].detail == "may still hold PIN, card"
    park.put(t.read_back, proofs[0], absent_at=clock())
    assert sync.person(park.viewer, anna)[0].detail == "may still hold card"
    lines = sync.revoked(park.viewer, anna)
    assert [(line.device, line.credential, line.absent_at, line.reason) for line in lines] == [
        ("Gym", "PIN ··34", clock(), ""),
        ("Gym", "card ··7F", None, "waiting"),
    ]
    park.put(t.read_back, proofs[1], absent_at=clock())
    assert "Gym" not in {door.device for door in sync.person(park.viewer, anna)}
    assert all(line.absent_at for line in sync.revoked(park.viewer, anna))


@pytest.mark.feature("SYNC-03")
def test_a_proof_that_is_missing_says_what_it_waits_for(park: Park, sync: Sync, anna: int, clock: FakeClock) -> None:
    gym = device_named(park, "Gym")
    park.freed(gym, park.credential(anna, "1234"), clock())
    park.beat()
    park.put(t.device_state, gym, status="offline", offline_since=clock() - timedelta(days=1))
    assert [line.reason for line in sync.revoked(park.viewer, anna)] == ["offline since 2026-03-01 10:00"]


def test_a_person_of_another_community_is_nobody(park: Park, sync: Sync, anna: int, elsewhere: Context) -> None:
    for act in (sync.person, sync.revoked):
        with pytest.raises(NotFound):
            act(elsewhere, anna)
    assert sync.devices(elsewhere) == ()
    assert sync.progress(elsewhere, {device_named(park, "Gym"): 1}).total == 0
