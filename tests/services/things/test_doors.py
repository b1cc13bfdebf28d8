"""Doors: found by their names, opened now, and told honestly how it went (feature DEV-12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backend.domain.context import Context
from backend.domain.enums import CommandState, DeviceStatus
from backend.domain.errors import Conflict, Forbidden, NotFound
from backend.domain.paging import ListQuery
from backend.services.doors import Doors
from backend.services.operations import Operations
from backend.store import tables as t
from tests.services.things.conftest import Park
from tests.support.clock import FakeClock


@pytest.fixture
def doors(park: Park) -> Doors:
    """Three doors on two devices, one of them in building A."""
    park.device("Main Gate", relay_names=("Gate", "Barrier"))
    park.device("Gym", building_id=park.building("A"))
    return Doors(park.store)


def commands(park: Park) -> list[Any]:
    """The commands, oldest first."""
    with park.store.read() as connection:
        return list(connection.execute(select(t.command).order_by(t.command.c.id)))


def names(doors: Doors, context: Context) -> list[str]:
    """The doors in the order of the picker."""
    return [door.name for door in doors.all(context)]


@pytest.mark.feature("DEV-12")
def test_an_opening_is_a_command_for_ten_seconds_and_an_operation(park: Park, doors: Doors, clock: FakeClock) -> None:
    relay_id = park.door("Barrier")
    command_id = doors.open(park.technician.again(), relay_id)
    (command,) = commands(park)
    assert (command.id, command.verb, command.state, command.relay_id) == (command_id, "open", "queued", relay_id)
    assert (command.made_at, command.expires_at) == (clock(), clock() + timedelta(seconds=10))
    assert (command.actor_id, command.actor_name) == (park.technician.actor_id, "Tom")
    newest = Operations(park.store).list(park.viewer, ListQuery()).first(1)[0].values
    assert (newest["action"], newest["actor"], newest["undoable"]) == ("Opened by hand: Barrier", "Tom", False)
    assert newest["entity_name"] == "Barrier at Main Gate"


@pytest.mark.feature("DEV-12")
def test_a_key_pressed_twice_opens_once(park: Park, doors: Doors) -> None:
    request = park.manager.again()
    assert doors.open(request, park.door("Gym")) == doors.open(request, park.door("Gym"))
    assert len(commands(park)) == 1
    assert doors.open(park.manager.again(), park.door("Gym")) != commands(park)[0].id


@pytest.mark.feature("DEV-12")
def test_a_viewer_looks_and_does_not_open(park: Park, doors: Doors) -> None:
    with pytest.raises(Forbidden, match="opening doors"):
        doors.open(park.viewer.again(), park.door("Gym"))
    assert commands(park) == []
    assert len(names(doors, park.viewer)) == 3


def test_a_door_of_another_community_stays_shut(park: Park, doors: Doors, elsewhere: Context) -> None:
    relay_id = park.door("Gym")
    with pytest.raises(NotFound):
        doors.open(elsewhere.again(), relay_id)
    command_id = doors.open(park.manager.again(), relay_id)
    with pytest.raises(NotFound):
        doors.command(elsewhere, command_id)
    assert doors.all(elsewhere) == ()


@pytest.mark.feature("DEV-12")
@pytest.mark.parametrize(
    ("state", "result", "text"),
    [
        ("done", "opened", "opened"),
        ("refused", "Not Safe", "refused: Not Safe"),
        ("failed", "No connection to the device.", "failed: No connection to the device."),
        ("unknown", "timeout", "unknown: the door did not answer; it may have opened"),
        ("expired", "not sent in time", "expired: no agent took it within 10 s"),
    ],
)
def test_how_an_opening_went_is_said_honestly(
    park: Park, doors: Doors, clock: FakeClock, state: str, result: str, text: str
) -> None:
    command_id = doors.open(park.manager.again(), park.door("Gym"))
    park.put(t.command, command_id, state=state, result=result, claimed_at=clock(), ended_at=clock())
    record = doors.command(park.viewer, command_id)
    assert (record.text, record.ended, record.door, record.device) == (text, True, "Gym", "Gym")


@pytest.mark.feature("DEV-12")
def test_without_an_agent_an_opening_expires_and_never_hangs(park: Park, doors: Doors, clock: FakeClock) -> None:
    command_id = doors.open(park.manager.again(), park.door("Gym"))
    clock.advance(seconds=9.9)
    assert not doors.command(park.viewer, command_id).ended
    clock.advance(seconds=0.1)
    record = doors.command(park.viewer, command_id)
    assert (record.state, record.text) == (CommandState.EXPIRED, "expired: no agent took it within 10 s")


def test_an_agent_that_died_with_the_command_leaves_it_unknown(park: Park, doors: Doors, clock: FakeClock) -> None:
    command_id = doors.open(park.manager.again(), park.door("Gym"))
    park.put(t.command, command_id, state="claimed", claimed_at=clock())
    clock.advance(seconds=29)
    assert doors.command(park.viewer, command_id).text == "sent, waiting for the answer"
    clock.advance(seconds=1)
    assert "may have opened" in doors.command(park.viewer, command_id).text


@pytest.mark.feature("DEV-12")
def test_what_this_manager_opened_last_stands_first(park: Park, doors: Doors, clock: FakeClock) -> None:
    assert names(doors, park.manager) == ["Barrier", "Gate", "Gym"]
    for context, name in ((park.manager, "Gym"), (park.technician, "Gate"), (park.manager, "Barrier")):
        command_id = doors.open(context.again(), park.door(name))
        park.put(t.command, command_id, state="done", ended_at=clock())
        clock.advance(minutes=1)
    doors.open(park.manager.again(), park.door("Gym"))
    assert names(doors, park.manager) == ["Barrier", "Gym", "Gate"], "what nobody saw open does not count"
    assert names(doors, park.technician) == ["Gate", "Barrier", "Gym"]
    gym = next(door for door in doors.all(park.manager) if door.name == "Gym")
    assert gym.last_opened_at == clock() - timedelta(minutes=3)
    assert (gym.building, gym.status) == ("A", DeviceStatus.NEVER_SEEN)


@pytest.mark.parametrize(
    ("text", "name"),
    [("gym", "Gym"), ("GATE", "Gate"), ("barr", "Barrier"), ("main barrier", "Barrier"), ("a gym", "Gym")],
)
def test_a_door_is_found_by_words(park: Park, doors: Doors, text: str, name: str) -> None:
    found = doors.find(park.viewer, text)
    assert next(door.name for door in doors.all(park.viewer) if door.relay_id == found) == name
    assert doors.find(park.viewer, str(found)) == found


def test_a_door_that_is_not_meant_alone_names_the_others(park: Park, doors: Doors) -> None:
    with pytest.raises(Conflict) as caught:
        doors.find(park.viewer, "main")
    assert "Barrier at Main Gate" in str(caught.value)
    assert "Gate at Main Gate" in str(caught.value)
    for nothing in ("", "cellar", "99"):
        with pytest.raises(NotFound):
            doors.find(park.viewer, nothing)


def test_doors_are_listed_with_the_state_of_their_device(park: Park, doors: Doors) -> None:
    park.put(t.device_state, park.device("Pool"), status="online")
    listed = doors.list(park.viewer, ListQuery()).first(9)
    assert [(row.values["name"], row.values["status"]) for row in listed] == [
        ("Barrier", "never_seen"),
        ("Gate", "never_seen"),
        ("Gym", "never_seen"),
        ("Pool", "online"),
    ]
